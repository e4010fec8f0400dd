#include "scheduler/cli/input_file.hpp"

#include <filesystem>
#include <system_error>

#include "hwprobe/file_tree.hpp"
#include "scheduler/cli/page.hpp"

namespace quern::scheduler::cli {

std::expected<std::string, std::string> read_input(const std::string& name, std::size_t bytes_max) {
  const std::string shown = visible(name);
  std::error_code error;
  const auto absolute = std::filesystem::absolute(name, error);
  if (error) return std::unexpected(shown + ": " + error.message());
  auto text = hwprobe::HostFiles("/").read(absolute.string(), bytes_max);
  if (!text) return std::unexpected(shown + ": " + std::string(to_string(text.error())));
  return *std::move(text);
}

}  // namespace quern::scheduler::cli
