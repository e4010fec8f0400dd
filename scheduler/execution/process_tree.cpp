#include "scheduler/execution/process_tree.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include "scheduler/execution/text_file.hpp"

namespace quern::execution {
namespace {

// Of a text like /proc/PID/status: the number that its field begins with.
std::uint64_t number_of(const std::string& status, const char* name) {
  const std::string text = field_of(status, name);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

pid_t parent_of(pid_t pid) {
  const std::string text = text_of_file("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t end = text.rfind(") ");
  if (end == std::string::npos || end + 4 >= text.size()) return 0;
  pid_t parent = 0;
  std::from_chars(text.data() + end + 4, text.data() + text.size(), parent);
  return parent;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> found;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", error)) {
    std::istringstream children(text_of_file((task.path() / "children").string()));
    for (pid_t child = 0; children >> child;) found.push_back(child);
  }
  return found;
}

std::uint64_t memory_of_tree(pid_t pid, int depth) {
  if (pid <= 1 || depth == kTreeDepthMax) return 0;
  const std::string status = text_of_file("/proc/" + std::to_string(pid) + "/status");
  std::uint64_t bytes = 0;
  for (const char* kind : {"RssAnon", "RssShmem"}) bytes += number_of(status, kind) << 10;  // "1234 kB"
  for (const pid_t child : children_of(pid)) {
    if (parent_of(child) == pid) bytes += memory_of_tree(child, depth + 1);
  }
  return bytes;
}

Holdings holdings_of(const std::string& process) {
  const std::string folder = "/proc/" + process;
  Holdings found;
  // The kernel counts them itself since 6.2: listing them costs more and is not for everybody.
  struct stat about{};
  if (::stat((folder + "/fd").c_str(), &about) == 0 && about.st_size > 0) {
    found.descriptors = static_cast<std::uint64_t>(about.st_size);
  } else {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder + "/fd", error);
         !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      ++found.descriptors;
    }
  }
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t mapped = 0;
  std::uint64_t resident = 0;
  std::uint64_t of_files = 0;  // and shared memory
  std::istringstream pages(text_of_file(folder + "/statm"));
  if (pages >> mapped >> resident >> of_files) {
    found.mapped_bytes = mapped * page;
    found.memory_bytes = (resident - std::min(resident, of_files)) * page;
  }
  return found;
}

std::uint64_t tasks_of_tree(pid_t pid, int depth) {
  if (pid <= 1 || depth == kTreeDepthMax) return 0;
  std::uint64_t tasks = number_of(text_of_file("/proc/" + std::to_string(pid) + "/status"), "Threads");
  for (const pid_t child : children_of(pid)) {
    if (parent_of(child) == pid) tasks += tasks_of_tree(child, depth + 1);
  }
  return tasks;
}

}  // namespace quern::execution
