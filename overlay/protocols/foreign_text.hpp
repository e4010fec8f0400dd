// Text that a peer wrote, made fit to be logged, shown and encoded.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace quern::protocols {

// At most `bytes_max` bytes of it; all that is not printable ASCII becomes '?': no control sequence reaches a terminal,
// and the result is valid UTF-8 wherever it is cut.
std::string printable(std::string_view text, std::size_t bytes_max);

}  // namespace quern::protocols
