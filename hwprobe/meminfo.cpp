#include "hwprobe/meminfo.hpp"

#include <algorithm>
#include <string>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::string_view kMemInfo = "/proc/meminfo";

}  // namespace

std::optional<std::string_view> meminfo_text(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ':') {
      return trimmed(line.substr(key.size() + 1));
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> meminfo_bytes(std::string_view text, std::string_view key) {
  auto value = meminfo_text(text, key);
  if (!value || !value->ends_with("kB")) return std::nullopt;
  value->remove_suffix(2);
  const auto kibibytes = parse_number<std::uint64_t>(*value);
  if (!kibibytes || *kibibytes > kMemoryBytesMax / 1024) return std::nullopt;
  return *kibibytes * 1024;
}

Memory read_memory(const FileTree& files, std::vector<Problem>& problems) {
  const auto problem = [&](std::string what) {
    problems.push_back({.where = std::string(kMemInfo), .what = std::move(what)});
  };
  const auto text = files.read(kMemInfo);
  if (!text) {
    problem(std::string(to_string(text.error())) + ": the size of memory stays unknown");
    return {};
  }
  const auto bytes = [&](std::string_view key, bool may_have_none) -> std::uint64_t {
    const auto value = meminfo_bytes(*text, key);
    if (value && (*value > 0 || may_have_none)) return *value;
    const auto written = meminfo_text(*text, key);
    if (!written && may_have_none) return 0;
    problem(std::string(key) + (written ? " '" + clean_name(*written) + "' is no size of memory" : " is missing") +
            ": left out");
    return 0;
  };
  return {.total_bytes = bytes("MemTotal", false), .swap_total_bytes = bytes("SwapTotal", true)};
}

}  // namespace quern::hwprobe
