#include "hwprobe/numa_memory.hpp"

#include <algorithm>
#include <string>

#include "hwprobe/meminfo.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {

namespace {
constexpr std::string_view kNodes = "/sys/devices/system/node";
constexpr std::string_view kPrefix = "node";
}  // namespace

NumaMemory parse_numa_memory(std::uint32_t os_index, std::string_view text) {
  const std::string before = "Node " + std::to_string(os_index) + " ";
  NumaMemory memory{.os_index = os_index,
                    .total_bytes = meminfo_bytes(text, before + "MemTotal"),
                    .free_bytes = meminfo_bytes(text, before + "MemFree")};
  if (memory.free_bytes > memory.total_bytes) memory.free_bytes.reset();
  return memory;
}

std::vector<NumaMemory> read_numa_memory(const FileTree& files) {
  std::vector<NumaMemory> list;
  const auto names = files.list(kNodes);
  if (!names) return list;
  for (const std::string& name : *names) {
    if (list.size() == kNumaNodesMax) break;
    if (!name.starts_with(kPrefix)) continue;
    const auto index = parse_number<std::uint32_t>(std::string_view(name).substr(kPrefix.size()));
    if (!index) continue;
    const auto text = files.read(std::string(kNodes) + "/" + name + "/meminfo");
    if (text) list.push_back(parse_numa_memory(*index, *text));
  }
  std::ranges::sort(list, {}, &NumaMemory::os_index);
  return list;
}

}  // namespace quern::hwprobe
