#include "overlay/protocols/length_delimited.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "overlay/multiformats/varint.hpp"

namespace quern::protocols {

using runtime::Bytes;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

constexpr std::size_t kFirstChunkBytes = 4096;

// What a stream's end means inside a message.
runtime::Error inside(runtime::Error error) {
  if (error == runtime::Errc::end_of_stream)
    return runtime::Error(Errc::bad_message, "the stream ends inside a message");
  return error;
}

// Varints are read bytewise: what follows belongs to the message, or to the next.
Task<Result<std::uint64_t>> read_length(runtime::Stream& stream) {
  std::array<std::byte, multiformats::kVarintBytesMax> digits{};
  std::size_t size = 0;
  bool more = true;
  while (more && size < digits.size()) {
    const std::span<std::byte> next = std::span(digits).subspan(size, 1);
    auto got = co_await stream.read_some(next);
    if (!got && size == 0) co_return std::unexpected(std::move(got).error());
    if (!got) co_return std::unexpected(inside(std::move(got).error()));
    more = (next.front() & std::byte{0x80}) != std::byte{0};
    ++size;
  }
  const auto length = multiformats::read_varint(std::span(digits).first(size));
  if (!length) co_return fail(Errc::bad_message, "length: " + length.error().message());
  co_return length->value;
}

}  // namespace

Task<Result<Bytes>> read_message(runtime::Stream& stream, std::size_t bytes_max) {
  CO_TRY(const std::uint64_t length, co_await read_length(stream));
  if (length > bytes_max) {
    co_return fail(Errc::message_too_large,
                   std::to_string(length) + " bytes announced, limit " + std::to_string(bytes_max));
  }
  Bytes message;
  std::size_t filled = 0;
  while (filled < length) {
    if (filled == message.size()) message.resize(std::min<std::size_t>(length, std::max(kFirstChunkBytes, 2 * filled)));
    const std::span<std::byte> rest = std::span(message).subspan(filled);
    auto got = co_await stream.read_some(rest);
    if (!got) co_return std::unexpected(inside(std::move(got).error()));
    filled += *got;
  }
  co_return message;
}

void append_message(Bytes& out, runtime::ByteView message) {
  out.reserve(out.size() + multiformats::kVarintBytesMax + message.size());
  multiformats::append_varint(out, message.size());
  runtime::append(out, message);
}

Task<Result<void>> write_message(runtime::Stream& stream, runtime::ByteView message) {
  Bytes framed;
  append_message(framed, message);
  co_return co_await stream.write(framed);
}

}  // namespace quern::protocols
