// Messages of multistream-select: a length as a varint, text, a line feed.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "overlay/negotiation/multistream.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/stream.hpp"

namespace quern::negotiation {

inline constexpr std::string_view kNotAvailable = "na";

void append_message(runtime::Bytes& out, std::string_view text);

// Takes one message off a stream, and no byte more. Between calls it keeps what has come of it.
class MessageReader {
 public:
  // The text without its line feed; nullopt while it has not all come. Errc::malformed, and those of the stream.
  runtime::Result<std::optional<std::string>> try_read(runtime::Stream& stream);

 private:
  runtime::Result<bool> try_read_length(runtime::Stream& stream);

  std::array<std::byte, 2> length_bytes_{};  // kMessageBytesMax fits two
  std::size_t length_size_ = 0;
  std::optional<std::size_t> length_;
  std::string text_;
  std::size_t filled_ = 0;
};

// The next message, waiting for it.
runtime::Task<runtime::Result<std::string>> read_message(runtime::Stream& stream);

}  // namespace quern::negotiation
