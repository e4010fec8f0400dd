#include "scheduler/daemon/job_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scheduler/execution/descriptor.hpp"

namespace quern::daemon {

using execution::Descriptor;
using execution::errno_text;
using runtime::ByteView;
using runtime::Errc;
using runtime::fail;
using runtime::Result;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kWorkerPrefix = "worker-";
constexpr mode_t kRootMode = 0711;    // a worker's user passes through and sees no names
constexpr mode_t kWorkerMode = 0700;  // of the worker's user
constexpr mode_t kSharedMode = 0755;  // below it: read by the worker's user, written by the daemon
constexpr mode_t kInputMode = 0644;
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kDepthMax = 32;  // of folders that are open at once

std::unexpected<runtime::Error> failure(const std::string& path, int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT:
      return fail(Errc::no_space, errno_text(path, number));
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
      return fail(Errc::not_found, errno_text(path, number));
    default:
      return fail(Errc::system, errno_text(path, number));
  }
}

Result<void> make_folder(const fs::path& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) != 0) return failure(path, errno);
  if (::chmod(path.c_str(), mode) != 0) return failure(path, errno);  // whatever the umask
  return {};
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

// Removes what hostile hands have made. Folders too deep are moved up to the top and removed from there, so that few
// are open at once; ones without permissions get them back.
class Removal {
 public:
  explicit Removal(int top) : top_(top) {}

  // False: something stays, errno says why.
  bool empty_all() {
    do {
      moved_ = false;
      if (!empty(dup_of(top_), 1)) return false;
    } while (moved_);
    return true;
  }

 private:
  static int dup_of(int folder) { return ::openat(folder, ".", kFolderFlags); }

  static int open_folder(int parent, const char* name) {
    const int opened = ::openat(parent, name, kFolderFlags);
    if (opened >= 0 || errno != EACCES) return opened;
    const Descriptor place(::openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    const std::string path = "/proc/self/fd/" + std::to_string(place.get());
    if (!place || ::chmod(path.c_str(), kWorkerMode) != 0) return -1;
    return ::openat(parent, name, kFolderFlags);
  }

  // Takes the descriptor over.
  bool empty(int descriptor, int depth) {
    const Folder folder(descriptor < 0 ? nullptr : ::fdopendir(descriptor));
    if (!folder) {
      if (descriptor >= 0) ::close(descriptor);
      return false;
    }
    if (depth > 1) ::fchmod(::dirfd(folder.get()), kWorkerMode);  // so that it can be changed; who else owns it is root
    // NOLINTNEXTLINE(concurrency-mt-unsafe): of a stream that only this thread has
    while (const dirent* entry = ::readdir(folder.get())) {
      const std::string_view name(entry->d_name);
      if (name != "." && name != ".." && !remove(::dirfd(folder.get()), entry->d_name, depth)) return false;
    }
    return true;
  }

  bool remove(int parent, const char* name, int depth) {
    if (::unlinkat(parent, name, 0) == 0 || errno == ENOENT) return true;
    if (errno != EISDIR && errno != EPERM) return false;
    if (::unlinkat(parent, name, AT_REMOVEDIR) == 0) return true;
    if (depth == kDepthMax) {
      moved_ = true;
      return ::renameat(parent, name, top_, ("quern-deep-" + std::to_string(moves_++)).c_str()) == 0;
    }
    return empty(open_folder(parent, name), depth + 1) && ::unlinkat(parent, name, AT_REMOVEDIR) == 0;
  }

  int top_;
  bool moved_ = false;
  std::uint64_t moves_ = 0;
};

bool write_all(const Descriptor& file, ByteView content) {
  while (!content.empty()) {
    const ssize_t size = ::write(file.get(), content.data(), content.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return false;
    content = content.subspan(static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace

Result<void> remove_tree(const fs::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  const Descriptor top(::open(path.c_str(), kFolderFlags));
  if (!top) return failure(path, errno);
  if (!Removal(top.get()).empty_all() || (::rmdir(path.c_str()) != 0 && errno != ENOENT)) return failure(path, errno);
  return {};
}

Result<std::size_t> open_scratch_root(const fs::path& root) {
  std::error_code error;
  fs::create_directories(root, error);
  if (error) return failure(root, error.value());
  if (::chmod(root.c_str(), kRootMode) != 0) return failure(root, errno);
  std::vector<fs::path> left;
  for (fs::directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().string().starts_with(kWorkerPrefix)) left.push_back(entry->path());
  }
  if (error) return failure(root, error.value());
  for (const fs::path& path : left) {
    if (auto removed = remove_tree(path); !removed) return std::unexpected(std::move(removed).error());
  }
  return left.size();
}

Result<JobFolder> JobFolder::make(const fs::path& root, std::uint64_t number, const JobOwner& owner) {
  JobFolder folder(root / (std::string(kWorkerPrefix) + std::to_string(number)));
  auto made = make_folder(folder.path_, kWorkerMode);
  if (made) made = make_folder(folder.inputs(), kSharedMode);
  // Last: what the user owns it could change.
  if (made && owner && ::lchown(folder.path_.c_str(), owner->uid, owner->gid) != 0) {
    made = failure(folder.path_, errno);
  }
  if (made) return folder;
  std::ignore = remove_tree(folder.path_);
  return std::unexpected(std::move(made).error());
}

Result<void> JobFolder::make_inputs(std::uint64_t number) const {
  return make_folder(fs::path(inputs()) / std::to_string(number), kSharedMode);
}

Result<void> JobFolder::write_input(std::uint64_t number, const std::string& at, ByteView content) const {
  const fs::path folder = fs::path(inputs()) / std::to_string(number);
  for (std::size_t end = at.find('/'); end != std::string::npos; end = at.find('/', end + 1)) {
    const fs::path part = folder / at.substr(0, end);
    if (auto made = make_folder(part, kSharedMode); !made && !fs::is_directory(part)) return made;
  }
  const fs::path path = folder / at;
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kInputMode));
  if (!file || ::fchmod(file.get(), kInputMode) != 0 || !write_all(file, content)) return failure(path, errno);
  return {};
}

Result<void> JobFolder::remove_inputs(std::uint64_t number) const {
  return remove_tree(fs::path(inputs()) / std::to_string(number));
}

}  // namespace quern::daemon
