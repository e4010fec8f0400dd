#include "scheduler/execution/worker/scratch_folders.hpp"

#include <algorithm>
#include <filesystem>

#include <sys/statvfs.h>

namespace quern::worker {

namespace fs = std::filesystem;

void ScratchFolders::empty() const {
  for (const std::string& folder : folders_) {
    std::error_code error;
    // Names first: what is removed while a folder is read may be left out of it.
    std::vector<fs::path> entries;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      entries.push_back(entry->path());
    }
    for (const fs::path& entry : entries) fs::remove_all(entry, error);
  }
}

std::optional<std::string> ScratchFolders::full() const {
  const auto found = std::ranges::find_if(folders_, [](const std::string& folder) {
    struct statvfs about{};
    if (::statvfs(folder.c_str(), &about) != 0) return false;
    const std::uint64_t block = about.f_frsize;
    return about.f_blocks * block > kRoomOfCompiler && about.f_bavail * block < kRoomOfCompiler;
  });
  return found == folders_.end() ? std::nullopt : std::optional(*found);
}

std::uint32_t count_threads() {
  std::error_code error;
  std::uint32_t threads = 0;
  for (fs::directory_iterator entry("/proc/self/task", error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    ++threads;
  }
  return threads;
}

}  // namespace quern::worker
