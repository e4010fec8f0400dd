#include "hwprobe/available_memory.hpp"

#include <algorithm>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::uint64_t kArrayBytes = 128 << 20;
constexpr std::uint64_t kThreadBytes =
    16 << 20;  // at least, of each array: three of them are more than any processor's share of cache
constexpr std::uint64_t kMemoryShare = 8;

}  // namespace

std::uint64_t available_memory_bytes(const FileTree& files) {
  const auto text = files.read("/proc/meminfo");
  if (!text) return 0;
  constexpr std::string_view kField = "MemAvailable:";
  for (std::string_view line : split(*text, '\n')) {
    if (!line.starts_with(kField)) continue;
    line = trimmed(line.substr(kField.size()));
    const auto kibibytes = parse_number<std::uint64_t>(line.substr(0, line.find(' '))).value_or(0);
    return kibibytes <= (std::uint64_t{1} << 53) ? kibibytes * 1024 : 0;
  }
  return 0;
}

std::uint64_t triad_array_bytes(const FileTree& files, unsigned threads) {
  return std::min(available_memory_bytes(files) / kMemoryShare, std::max(kArrayBytes, threads * kThreadBytes));
}

}  // namespace quern::hwprobe
