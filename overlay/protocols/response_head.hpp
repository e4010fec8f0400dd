// What comes before the response of a request: whether there is one, and why not (request.hpp). Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "overlay/protocols/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::protocols {

inline constexpr std::size_t kResponseTextBytesMax = 512;
inline constexpr std::size_t kResponseHeadBytesMax = kResponseTextBytesMax + 16;

// Numbers of quern.wire.ResponseHead.Status.
enum class ResponseStatus : std::uint8_t { ok = 0, failed = 1, rate_limited = 2, too_large = 3, bad_request = 4 };

// The text is made printable and cut at kResponseTextBytesMax.
runtime::Bytes encode_response_head(ResponseStatus status, std::string_view text);
// Nothing when a response follows. Errc::remote_failure, rate_limited, message_too_large, bad_message, with the peer's
// text made printable and cut; bad_message, too, for what is no head or has an unknown status.
runtime::Result<void> check_response_head(runtime::ByteView bytes);

}  // namespace quern::protocols
