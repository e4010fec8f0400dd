#include "scheduler/daemon/instance_lock.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace quern::daemon {
namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;

std::unexpected<std::string> failed(const std::filesystem::path& path, int error) {
  return std::unexpected(path.string() + ": " + std::generic_category().message(error));
}

// Who can write to it can put a key, a ledger and programs there.
std::expected<void, std::string> only_ours(const std::filesystem::path& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) return failed(folder, errno);
  if (!S_ISDIR(status.st_mode)) return failed(folder, ENOTDIR);
  if (status.st_uid != ::geteuid()) {
    return std::unexpected(folder.string() + ": belongs to user " + std::to_string(status.st_uid) +
                           ", and this quernd runs as user " + std::to_string(::geteuid()) +
                           ": give it another data_directory, or chown that one and chmod 700 it");
  }
  if ((status.st_mode & kWritableByOthers) == 0) return {};
  std::array<char, 8> mode{};
  std::snprintf(mode.data(), mode.size(), "%04o", status.st_mode & 07777U);
  return std::unexpected(folder.string() + ": others can write to it, its mode is " + mode.data() + ": chmod 700 " +
                         folder.string());
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
  if (auto ours = only_ours(data_directory); !ours) return std::unexpected(std::move(ours).error());
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
