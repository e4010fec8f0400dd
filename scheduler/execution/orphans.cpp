#include "scheduler/execution/orphans.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>

#include <sys/types.h>

#include "scheduler/execution/sandbox.hpp"
#include "scheduler/execution/text_file.hpp"

namespace quern::execution {
namespace {

// Whether it is bwrap on the way to a job of ours: its words are still those it was started with.
bool is_our_bwrap(const std::string& pid) {
  const std::string words = text_of_file("/proc/" + pid + "/cmdline");
  return words.contains("--die-with-parent") && words.contains('\0' + std::string(kStageInside) + '\0');
}

bool is_orphan(const std::string& pid) {
  if (!is_our_bwrap(pid)) return false;
  const std::string status = text_of_file("/proc/" + pid + "/status");
  // "OUTSIDE<tab>INSIDE": process 1 of a namespace of its own; bwrap itself has no second number.
  const bool is_first = field_of(status, "NSpid").ends_with("\t1");
  return is_first && !is_our_bwrap(field_of(status, "PPid"));
}

}  // namespace

std::size_t end_orphans() {
  std::size_t count = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string pid = entry.path().filename().string();
    if (!std::ranges::all_of(pid, [](char c) { return c >= '0' && c <= '9'; }) || !is_orphan(pid)) continue;
    if (::kill(static_cast<pid_t>(std::stol(pid)), SIGKILL) == 0) ++count;
  }
  return count;
}

}  // namespace quern::execution
