#include "overlay/negotiation/message.hpp"

#include <cctype>
#include <utility>

#include "overlay/multiformats/varint.hpp"

namespace quern::negotiation {

using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

constexpr std::size_t kLengthBytesMax = 2;  // enough for kMessageBytesMax
static_assert(kMessageBytesMax < 1 << (7 * kLengthBytesMax));

}  // namespace

void append_message(runtime::Bytes& out, std::string_view text) {
  multiformats::append_varint(out, text.size() + 1);
  runtime::append(out, runtime::bytes_of(text));
  out.push_back(std::byte{'\n'});
}

std::span<std::byte> MessageReader::space() {
  bytes_.resize(length_ == 0 ? filled_ + 1 : length_);
  return std::span(bytes_).subspan(filled_);
}

Result<std::optional<std::string>> MessageReader::filled(std::size_t bytes) {
  filled_ += bytes;
  if (bytes == 0) return std::nullopt;
  if (length_ == 0) {
    const auto length = multiformats::read_varint(std::span(bytes_).first(filled_));
    if (!length && length.error() == multiformats::Errc::truncated && filled_ < kLengthBytesMax) return std::nullopt;
    if (!length || length->value == 0 || length->value > kMessageBytesMax) {
      return fail(Errc::malformed, "a message with a bad length");
    }
    length_ = length->value;
    filled_ = 0;
    return std::nullopt;
  }
  if (filled_ < length_) return std::nullopt;
  if (bytes_.back() != std::byte{'\n'}) return fail(Errc::malformed, "a message without a newline at its end");
  std::string text(runtime::text_of(runtime::ByteView(bytes_).first(length_ - 1)));
  *this = MessageReader();
  return text;
}

Task<Result<std::string>> read_message(runtime::Stream& stream, runtime::Bytes& unsent) {
  MessageReader reader;
  for (;;) {
    CO_TRY(std::size_t size, stream.try_read(reader.space()));
    if (size == 0) {
      if (!unsent.empty()) CO_CHECK(co_await stream.write(unsent));
      unsent.clear();
      CO_TRY(size, co_await stream.read_some(reader.space()));
    }
    CO_TRY(auto message, reader.filled(size));
    if (message) co_return *std::move(message);
  }
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kShown = 64;
  std::string shown;
  for (const char c : text.substr(0, kShown)) shown += std::isprint(static_cast<unsigned char>(c)) != 0 ? c : '.';
  return '"' + shown + (text.size() > kShown ? "...\"" : "\"");
}

}  // namespace quern::negotiation
