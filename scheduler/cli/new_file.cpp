#include "scheduler/cli/new_file.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "scheduler/cli/page.hpp"
#include "scheduler/cli/terminal.hpp"

namespace quern::scheduler::cli {

namespace fs = std::filesystem;

namespace {

// Renames unless there is such a file. Where the file system cannot do that in one step, in two.
int rename_new(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::access(to.c_str(), F_OK) == 0) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

std::string exists_text(const fs::path& file) {
  return visible(file.string()) + ": there is such a file already; --force replaces it";
}

std::expected<NewFile, std::string> NewFile::create(const fs::path& target) {
  std::error_code error;
  if (target.has_parent_path()) fs::create_directories(target.parent_path(), error);
  if (error) return std::unexpected(visible(target.parent_path().string()) + ": " + error.message());
  const fs::path part =
      target.parent_path() / ('.' + target.filename().string() + ".part-" + std::to_string(::getpid()));
  ::unlink(part.c_str());  // of a process of this number that is gone
  const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return std::unexpected(visible(target.string()) + ": cannot be written: " + error_text(errno));
  return NewFile(fd, target, part);
}

NewFile::NewFile(NewFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      target_(std::move(other.target_)),
      part_(std::exchange(other.part_, fs::path())) {}

NewFile::~NewFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!part_.empty()) ::unlink(part_.c_str());
}

std::expected<void, std::string> NewFile::write(std::string_view bytes) {
  if (const auto written = write_all(fd_, bytes); !written) return failed(written.error());
  return {};
}

std::expected<void, std::string> NewFile::keep(bool overwrite) {
  // Some file systems tell only here that the disk is full.
  if (::close(std::exchange(fd_, -1)) != 0) return failed(errno);
  const int error =
      overwrite ? (::rename(part_.c_str(), target_.c_str()) == 0 ? 0 : errno) : rename_new(part_, target_);
  if (error == EEXIST) return std::unexpected(exists_text(target_));
  if (error != 0) return failed(error);
  part_.clear();
  return {};
}

std::unexpected<std::string> NewFile::failed(int error) const {
  return std::unexpected(visible(target_.string()) + ": cannot be written: " + error_text(error));
}

}  // namespace quern::scheduler::cli
