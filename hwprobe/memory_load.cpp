#include "hwprobe/memory_load.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::string_view kPath = "/proc/meminfo";
constexpr ValueRange kKibibyteRange{0, kByteRange.max / 1024, "kB"};

// "  24684084 kB" in bytes. The kernel's kB are 1024 bytes.
std::optional<std::uint64_t> parse_bytes(std::string_view key, std::string_view value, ProblemsOnce& problems) {
  value = trimmed(value);
  if (value.ends_with("kB")) value.remove_suffix(2);
  const auto kib = parse_number<std::int64_t>(value);
  if (kib && *kib >= kKibibyteRange.min && *kib <= kKibibyteRange.max) return static_cast<std::uint64_t>(*kib) * 1024;
  problems.add(kPath, std::string(key) + ": " + outside("\"" + clean_name(value) + "\"", kKibibyteRange));
  return std::nullopt;
}

}  // namespace

MemoryLoad parse_memory_load(std::string_view text, ProblemsOnce& problems) {
  MemoryLoad load;
  std::optional<std::uint64_t> swap_total;
  std::optional<std::uint64_t> swap_free;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 1);
    if (key == "MemTotal") load.total_bytes = parse_bytes(key, value, problems);
    if (key == "MemAvailable") load.available_bytes = parse_bytes(key, value, problems);
    if (key == "SwapTotal") swap_total = parse_bytes(key, value, problems);
    if (key == "SwapFree") swap_free = parse_bytes(key, value, problems);
  }
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
