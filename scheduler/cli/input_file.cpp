#include "scheduler/cli/input_file.hpp"

#include <cstdint>
#include <filesystem>
#include <system_error>

#include "hwprobe/file_tree.hpp"
#include "scheduler/cli/page.hpp"

namespace quern::scheduler::cli {

namespace fs = std::filesystem;

namespace {

std::string too_large_text(const fs::path& file, std::size_t bytes_max) {
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(file, error);
  const std::string most = std::to_string(bytes_max);
  // Files of the kernel have a size of 0 and content all the same.
  if (error || bytes <= bytes_max) return "has more than " + most + " bytes, the limit";
  return "has " + std::to_string(bytes) + " bytes, the limit is " + most;
}

}  // namespace

std::expected<std::string, InputFault> read_input(const std::string& name, std::size_t bytes_max) {
  const auto fault = [shown = visible(name)](const std::string& what, bool is_too_large = false) {
    return std::unexpected(InputFault{.text = shown + ": " + what, .is_too_large = is_too_large});
  };
  std::error_code error;
  const fs::path absolute = fs::absolute(name, error);
  if (error) return fault(error.message());
  auto text = hwprobe::HostFiles("/").read(absolute.string(), bytes_max);
  if (text) return *std::move(text);
  if (text.error() == hwprobe::FileError::too_large) return fault(too_large_text(absolute, bytes_max), true);
  const fs::file_status status = fs::status(absolute, error);
  if (fs::is_directory(status)) return fault("is a folder; name a file");
  if (fs::exists(status) && !fs::is_regular_file(status))
    return fault("is no regular file; write what it gives to a file and name that");
  return fault(std::string(to_string(text.error())));
}

}  // namespace quern::scheduler::cli
