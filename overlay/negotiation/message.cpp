#include "overlay/negotiation/message.hpp"

#include <utility>

#include "overlay/multiformats/varint.hpp"
#include "overlay/runtime/assertion.hpp"

namespace quern::negotiation {

using runtime::Bytes;
using runtime::fail;
using runtime::Result;
using runtime::Stream;
using runtime::Task;

namespace {

// Printable ASCII only, and not too long: for the detail of an error.
std::string shown(std::string_view text) {
  constexpr std::size_t kShownMax = 64;
  std::string out(text.substr(0, kShownMax));
  for (char& c : out) c = c >= 0x20 && c < 0x7f ? c : '?';
  return out;
}

}  // namespace

void append_message(Bytes& out, std::string_view text) {
  QUERN_ASSERT(text.size() < kMessageBytesMax);
  multiformats::append_varint(out, text.size() + 1);
  runtime::append(out, runtime::bytes_of(text));
  out.push_back(std::byte{'\n'});
}

Result<bool> MessageReader::try_read_length(Stream& stream) {
  for (;;) {
    const auto got = stream.try_read({&length_bytes_[length_size_], 1});
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return false;
    const bool more = (length_bytes_[length_size_++] & std::byte{0x80}) != std::byte{0};
    if (!more) break;
    if (length_size_ == length_bytes_.size())
      return fail(Errc::malformed, "a message of more than " + std::to_string(kMessageBytesMax) + " bytes");
  }
  const auto length = multiformats::read_varint(std::span(length_bytes_).first(length_size_));
  if (!length || length->value == 0 || length->value > kMessageBytesMax)
    return fail(Errc::malformed, "the length of a message is not 1 to " + std::to_string(kMessageBytesMax));
  length_ = length->value;
  text_.resize(*length_);
  return true;
}

Result<std::optional<std::string>> MessageReader::try_read(Stream& stream) {
  if (!length_) {
    const auto known = try_read_length(stream);
    if (!known) return std::unexpected(known.error());
    if (!*known) return std::nullopt;
  }
  while (filled_ < text_.size()) {
    const auto got = stream.try_read(std::as_writable_bytes(std::span(text_).subspan(filled_)));
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return std::nullopt;
    filled_ += *got;
  }
  if (text_.back() != '\n') return fail(Errc::malformed, "a message without a line feed: " + shown(text_));
  text_.pop_back();
  std::string text = std::move(text_);
  *this = MessageReader();
  return std::optional(std::move(text));
}

Task<Result<std::string>> read_message(Stream& stream) {
  MessageReader reader;
  for (;;) {
    CO_TRY(auto text, reader.try_read(stream));
    if (text) co_return *std::move(text);
    CO_CHECK(co_await stream.wait_readable());
  }
}

}  // namespace quern::negotiation
