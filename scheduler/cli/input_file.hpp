// Files named on the command line, read whole.
#pragma once
#include <cstddef>
#include <expected>
#include <string>

namespace quern::scheduler::cli {

// The error is one line for people that begins with the name. Never blocks on a FIFO or device.
std::expected<std::string, std::string> read_input(const std::string& name, std::size_t bytes_max);

}  // namespace quern::scheduler::cli
