// Files named on the command line, read whole.
#pragma once
#include <cstddef>
#include <expected>
#include <string>

namespace quern::scheduler::cli {

struct InputFault {
  std::string text;           // one line for people that begins with the name
  bool is_too_large = false;  // it has more than `bytes_max`: it is not what was meant
};
// A regular file. Never blocks on a FIFO or device.
std::expected<std::string, InputFault> read_input(const std::string& name, std::size_t bytes_max);

}  // namespace quern::scheduler::cli
