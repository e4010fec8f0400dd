#include "scheduler/execution/scratch.hpp"

#include <memory>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace quern::execution {
namespace {

constexpr std::uint64_t kBlockBytes = 512;  // the unit of st_blocks, on every file system
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

class Walk {
 public:
  explicit Walk(std::size_t entries_max) : entries_max_(entries_max) {}

  // Takes the descriptor over.
  void enter(int descriptor, int depth) {
    const std::unique_ptr<DIR, CloseFolder> folder(descriptor < 0 ? nullptr : ::fdopendir(descriptor));
    if (!folder) {
      if (descriptor >= 0) ::close(descriptor);
      return;
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): of a stream that only this thread has
    while (const dirent* entry = ::readdir(folder.get())) {
      const std::string_view name(entry->d_name);
      if (name == "." || name == "..") continue;
      if (use.entries == entries_max_) {
        use.complete = false;
        return;
      }
      add(::dirfd(folder.get()), entry->d_name, depth);
    }
  }

  ScratchUse use;

 private:
  void add(int folder, const char* name, int depth) {
    struct stat about{};
    if (::fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) != 0) return;
    ++use.entries;
    use.bytes += static_cast<std::uint64_t>(about.st_blocks) * kBlockBytes;
    if (!S_ISDIR(about.st_mode)) return;
    if (depth == kScratchDepthMax) {
      use.complete = false;
      return;
    }
    enter(::openat(folder, name, kFolderFlags), depth + 1);
  }

  std::size_t entries_max_;
};

}  // namespace

bool is_in_use(const std::string& folder) {
  struct statvfs about{};
  if (::statvfs(folder.c_str(), &about) != 0) return false;
  if (about.f_blocks > 0 && about.f_blocks - about.f_bfree >= about.f_blocks / 4) return true;
  return measure_scratch(folder, 1).entries > 0;
}

ScratchUse measure_scratch(const std::string& folder, std::size_t entries_max) {
  Walk walk(entries_max);
  walk.enter(::open(folder.c_str(), kFolderFlags), 1);
  return walk.use;
}

}  // namespace quern::execution
