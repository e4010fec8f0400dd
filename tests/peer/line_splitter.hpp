// Cuts bytes into lines. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quern::peer {

inline constexpr std::size_t kLineBytesMax = 4 << 20;  // without its end

struct Line {
  std::string text;  // without "\n" or "\r\n"; empty when too long
  bool too_long = false;
};

// Holds at most kLineBytesMax bytes, of the line that has begun; one that grows longer is dropped up to its end.
class LineSplitter {
 public:
  // Appends the lines that `bytes` complete to `out`.
  void feed(std::string_view bytes, std::vector<Line>& out);
  // The line that the end of the input cut off, if any.
  std::optional<Line> finish();

 private:
  Line take();

  std::string begun_;
  bool too_long_ = false;
};

}  // namespace quern::peer
