#include "scheduler/daemon/instance_lock.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace quern::daemon {
namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;

std::unexpected<std::string> failed(const std::filesystem::path& path, int error) {
  return std::unexpected(path.string() + ": " + std::generic_category().message(error));
}

std::string holder_of(int file) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(file, text.data(), text.size() - 1, 0);
  return size > 0 ? " (pid " + std::string(text.data(), static_cast<std::size_t>(size)) + ")" : "";
}

}  // namespace

std::expected<InstanceLock, std::string> InstanceLock::take(const std::filesystem::path& data_directory) {
  std::error_code error;
  std::filesystem::create_directories(data_directory.parent_path(), error);
  if (error) return failed(data_directory.parent_path(), error.value());
  if (::mkdir(data_directory.c_str(), kFolderMode) != 0 && errno != EEXIST) return failed(data_directory, errno);
  const auto path = data_directory / "lock";
  execution::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  if (!file) return failed(path, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed(path, errno);
    return std::unexpected("another quernd" + holder_of(file.get()) + " uses " + data_directory.string() +
                           ": stop it, or give this one another data_directory");
  }
  const std::string pid = std::to_string(::getpid());
  const auto size = static_cast<off_t>(pid.size());
  const bool told = ::pwrite(file.get(), pid.data(), pid.size(), 0) == size && ::ftruncate(file.get(), size) == 0;
  // The lock holds without its number, which is for people.
  if (!told && errno != ENOSPC) return failed(path, errno);
  return InstanceLock(std::move(file));
}

}  // namespace quern::daemon
