#include "overlay/protocols/foreign_text.hpp"

#include <algorithm>

namespace quern::protocols {

std::string printable(std::string_view text, std::size_t bytes_max) {
  std::string result(text.substr(0, bytes_max));
  std::ranges::replace_if(result, [](char c) { return c < ' ' || c > '~'; }, '?');
  return result;
}

}  // namespace quern::protocols
