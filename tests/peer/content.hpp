// What a command sends: bytes that it was given, or any number of a pattern that both ends of a test know.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "tests/peer/arguments.hpp"

namespace quern::peer {

inline constexpr std::size_t kPatternPeriod = 251;     // byte i of the pattern is i mod 251
inline constexpr std::size_t kPieceBytes = 64 << 10;   // sent at once
inline constexpr std::uint64_t kSizeMax = 1ULL << 40;  // of the pattern

// A value.
class Content {
 public:
  // Of "hex", "text" or "size", the first that is there; nothing without any. Errc::bad_argument.
  static runtime::Result<Content> from(const Arguments& arguments);
  static Content pattern(std::uint64_t size) { return Content(size, {}); }

  std::uint64_t size() const { return size_; }
  // Up to kPieceBytes from `offset` on; valid as long as this is. Empty at the end.
  runtime::ByteView piece(std::uint64_t offset) const;

 private:
  Content(std::uint64_t size, std::optional<runtime::Bytes> bytes) : size_(size), bytes_(std::move(bytes)) {}

  std::uint64_t size_;
  std::optional<runtime::Bytes> bytes_;
};

}  // namespace quern::peer
