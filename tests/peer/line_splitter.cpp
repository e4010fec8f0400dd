#include "tests/peer/line_splitter.hpp"

#include <utility>

namespace quern::peer {

void LineSplitter::feed(std::string_view bytes, std::vector<Line>& out) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (too_long_ || part.size() > kLineBytesMax - begun_.size()) {
      too_long_ = true;
      begun_.clear();
    } else {
      begun_ += part;
    }
    if (end == std::string_view::npos) return;
    out.push_back(take());
    bytes.remove_prefix(end + 1);
  }
}

std::optional<Line> LineSplitter::finish() {
  if (begun_.empty() && !too_long_) return std::nullopt;
  return take();
}

Line LineSplitter::take() {
  if (begun_.ends_with('\r')) begun_.pop_back();
  return {.text = std::exchange(begun_, {}), .too_long = std::exchange(too_long_, false)};
}

}  // namespace quern::peer
