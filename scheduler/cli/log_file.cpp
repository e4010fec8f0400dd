#include "scheduler/cli/log_file.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "scheduler/cli/new_file.hpp"
#include "scheduler/cli/page.hpp"
#include "scheduler/cli/terminal.hpp"

namespace quern::scheduler::cli {

namespace fs = std::filesystem;

std::expected<LogFile, std::string> LogFile::open(const std::string& name, bool overwrite) {
  if (name.empty()) return LogFile(STDERR_FILENO, {}, {});
  const fs::path file = name;
  std::error_code ignored;
  const bool is_there = fs::exists(fs::symlink_status(file, ignored));
  if (!overwrite && fs::is_regular_file(file, ignored)) return std::unexpected(exists_text(file));
  auto folders = make_folders(file.parent_path());
  if (!folders) return std::unexpected(std::move(folders).error());
  // A pipe without a reader would hold the open until there is one.
  const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK | (is_there ? 0 : O_CREAT | O_EXCL), 0666);
  const int error = errno;
  if (fd < 0) {
    remove_empty(*folders);
    const bool is_pipe = error == ENXIO && fs::is_fifo(file, ignored);
    return std::unexpected(visible(name) + ": cannot be written: " +
                           (is_pipe ? "nobody reads this pipe; start its reader first" : error_text(error)));
  }
  // From here on a slow reader is waited for.
  if (const int flags = ::fcntl(fd, F_GETFL); flags >= 0) std::ignore = ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
  return LogFile(fd, is_there ? fs::path() : file, *std::move(folders));
}

LogFile::LogFile(LogFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      made_(std::exchange(other.made_, fs::path())),
      folders_(std::exchange(other.folders_, {})) {}

LogFile::~LogFile() {
  if (fd_ > STDERR_FILENO) ::close(fd_);
  if (!made_.empty()) ::unlink(made_.c_str());
  remove_empty(folders_);
}

void LogFile::begin() {
  made_.clear();
  folders_.clear();
  // Devices and pipes refuse: there is nothing in them that could go.
  if (fd_ > STDERR_FILENO) std::ignore = ::ftruncate(fd_, 0);
}

}  // namespace quern::scheduler::cli
