// RESP2, the protocol of Redis (https://redis.io/docs/latest/develop/reference/protocol-spec/): commands to bytes,
// bytes to replies. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/result.hpp"

namespace quern::contract {

inline constexpr std::size_t kReplyTextMax = 64 << 10;  // of one string or error
inline constexpr std::size_t kReplyItemsMax = 64;       // of one array
inline constexpr std::size_t kReplyDepthMax = 4;        // of arrays in arrays

struct Reply {
  enum class Kind : std::uint8_t { text, error, number, null, array };
  Kind kind = Kind::null;
  std::string text;  // of a text or an error
  std::int64_t number = 0;
  std::vector<Reply> items;  // of an array
  friend bool operator==(const Reply&, const Reply&) = default;
};

// An array of bulk strings.
std::string encode_command(const std::vector<std::string>& words);

struct ReadReply {
  Reply reply;
  std::size_t size = 0;  // of its bytes
};
// The reply at the start of `bytes`; nothing when it is not complete yet, for which the bytes are read anew each time.
// Errc::bad_reply.
runtime::Result<std::optional<ReadReply>> read_reply(std::string_view bytes);

}  // namespace quern::contract
