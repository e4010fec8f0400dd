// Messages of multistream-select: a varint length, that many bytes of text, the last of them a newline (libp2p specs,
// connections/README.md, "multistream-select").
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "overlay/negotiation/multistream.hpp"
#include "overlay/runtime/bytes.hpp"

namespace quern::negotiation {

inline constexpr std::string_view kNotAvailable = "na";

void append_message(runtime::Bytes& out, std::string_view text);

// Puts a message together from the bytes of a stream, and takes none that comes behind it. What has come is kept
// between calls, so that reading can be broken off at any byte.
class MessageReader {
 public:
  // Where the next bytes of the stream go: never more than the message still needs. Not after the message is complete.
  std::span<std::byte> space();
  // That many bytes were read to it. The text of the message when it is complete; the reader then begins the next.
  // Errc::malformed: a length of 0, above kMessageBytesMax or not minimal; no newline at the end.
  runtime::Result<std::optional<std::string>> filled(std::size_t bytes);

 private:
  runtime::Bytes bytes_;
  std::size_t filled_ = 0;
  std::size_t length_ = 0;  // of the message; 0 while it is being read
};

// Reads one message. What lies in `unsent` is written, and cleared, before waiting for the other end.
runtime::Task<runtime::Result<std::string>> read_message(runtime::Stream& stream, runtime::Bytes& unsent);

// A foreign text as a detail for people: cut, unprintable characters dotted.
std::string in_quotes(std::string_view text);

}  // namespace quern::negotiation
