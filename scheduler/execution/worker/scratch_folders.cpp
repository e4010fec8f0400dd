#include "scheduler/execution/worker/scratch_folders.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <sys/statvfs.h>

namespace quern::worker {

namespace fs = std::filesystem;

namespace {

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a handler of a signal has nothing else
std::atomic<const ScratchFolders*> watched = nullptr;

void look_when_full() {
  const ScratchFolders* folders = watched;
  if (folders == nullptr || !folders->full()) return;
  std::signal(SIGXFSZ, SIG_DFL);
  std::raise(SIGXFSZ);
}

// Abort() goes on when this returns.
void on_abort(int /*signal*/) {
  look_when_full();
}

}  // namespace

void end_by_name_when_full(const ScratchFolders* folders) {
  static const bool at_exit = std::atexit(look_when_full) == 0;
  // Each time: drivers bring handlers of their own.
  const bool at_abort = std::signal(SIGABRT, on_abort) != SIG_ERR;
  watched = at_exit && at_abort ? folders : nullptr;
}

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
