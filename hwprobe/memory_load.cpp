#include "hwprobe/memory_load.hpp"

#include <optional>
#include <string>

#include "hwprobe/meminfo.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::string_view kPath = "/proc/meminfo";

// Absent without a word where the kernel has no such line.
std::optional<std::uint64_t> bytes_of_line(std::string_view text, std::string_view key, ProblemsOnce& problems) {
  const auto written = meminfo_text(text, key);
  if (!written) return std::nullopt;
  const auto bytes = meminfo_bytes(text, key);
  if (!bytes) {
    constexpr ValueRange kRange{0, static_cast<std::int64_t>(kMemoryBytesMax / 1024), "kB"};
    problems.add(kPath, std::string(key) + ": " + outside("\"" + clean_name(*written) + "\"", kRange));
  }
  return bytes;
}

}  // namespace

MemoryLoad parse_memory_load(std::string_view text, ProblemsOnce& problems) {
  MemoryLoad load;
  load.total_bytes = bytes_of_line(text, "MemTotal", problems);
  load.available_bytes = bytes_of_line(text, "MemAvailable", problems);
  const auto swap_total = bytes_of_line(text, "SwapTotal", problems);
  const auto swap_free = bytes_of_line(text, "SwapFree", problems);
  if (load.total_bytes && load.available_bytes && *load.available_bytes > *load.total_bytes) {
    problems.add(kPath, "more memory is available than there is: left out");
    load.available_bytes.reset();
  }
  if (swap_total && swap_free) {
    if (*swap_free <= *swap_total) {
      load.swap_used_bytes = *swap_total - *swap_free;
    } else {
      problems.add(kPath, "more swap is free than there is: left out");
    }
  }
  return load;
}

void read_memory_load(SensorReader& reader, MemoryLoad& load) {
  if (const auto text = reader.text(std::string(kPath), kFileBytesMax))
    load = parse_memory_load(*text, reader.problems());
}

}  // namespace quern::hwprobe
