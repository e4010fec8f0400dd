#include "tests/peer/content.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "overlay/runtime/hex.hpp"
#include "tests/peer/error.hpp"

namespace quern::peer {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

namespace {

const auto& pattern_bytes() {
  static const auto kBytes = [] {
    std::array<std::byte, kPieceBytes + kPatternPeriod> out;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>(i % kPatternPeriod);
    return out;
  }();
  return kBytes;
}

}  // namespace

Result<Content> Content::from(const Arguments& arguments) {
  if (arguments.has("hex")) {
    auto text = arguments.text("hex");
    if (!text) return std::unexpected(std::move(text).error());
    auto bytes = runtime::from_hex(*text);
    if (!bytes) return fail(Errc::bad_argument, "hex must be an even number of the digits 0-9a-f");
    const std::size_t size = bytes->size();
    return Content(size, std::move(bytes));
  }
  if (arguments.has("text")) {
    auto text = arguments.text("text");
    if (!text) return std::unexpected(std::move(text).error());
    return Content(text->size(), runtime::copy_of(runtime::bytes_of(*text)));
  }
  auto size = arguments.number("size", 0, kSizeMax);
  if (!size) return std::unexpected(std::move(size).error());
  return pattern(*size);
}

ByteView Content::piece(std::uint64_t offset) const {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, size_ - offset));
  if (bytes_) return ByteView(*bytes_).subspan(offset, size);
  return ByteView(pattern_bytes()).subspan(offset % kPatternPeriod, size);
}

}  // namespace quern::peer
