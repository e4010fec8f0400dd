#include "scheduler/cli/new_file.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <functional>
#include <ranges>
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

// Of a name that has no room for more, a digest stands for it.
std::string part_name(const std::string& name) {
  const std::string more = ".part-" + std::to_string(::getpid());
  if (1 + name.size() + more.size() <= NAME_MAX) return '.' + name + more;
  return '.' + std::to_string(std::hash<std::string>()(name)) + more;
}

}  // namespace

std::string exists_text(const fs::path& file) {
  return visible(file.string()) + ": there is such a file already; --force replaces it";
}

std::expected<std::vector<fs::path>, std::string> make_folders(const fs::path& folder) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path at = folder; !at.empty() && !fs::exists(at, error); at = at.parent_path()) missing.push_back(at);
  std::ranges::reverse(missing);
  if (!folder.empty()) fs::create_directories(folder, error);
  if (!error) return missing;
  remove_empty(missing);
  return std::unexpected(visible(folder.string()) + ": " + error.message());
}

void remove_empty(const std::vector<fs::path>& folders) {
  for (const fs::path& folder : std::views::reverse(folders)) ::rmdir(folder.c_str());
}

std::expected<void, std::string> try_new_file(const fs::path& target) {
  const auto folders = make_folders(target.parent_path());
  if (!folders) return std::unexpected(folders.error());
  std::expected<void, std::string> tried;
  if (const auto file = NewFile::create(target); !file) tried = std::unexpected(file.error());
  remove_empty(*folders);
  return tried;
}

std::expected<NewFile, std::string> NewFile::create(const fs::path& target) {
  if (const auto made = make_folders(target.parent_path()); !made) return std::unexpected(made.error());
  const fs::path part = target.parent_path() / part_name(target.filename().string());
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
