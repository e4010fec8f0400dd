// How much memory of each NUMA node is in use, from /sys/devices/system/node/nodeN/meminfo.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "hwprobe/file_tree.hpp"

namespace quern::hwprobe {

inline constexpr std::size_t kNumaNodesMax = 1024;

struct NumaMemory {
  std::uint32_t os_index = 0;
  std::optional<std::uint64_t> total_bytes;
  std::optional<std::uint64_t> free_bytes;  // at most the total
  bool operator==(const NumaMemory&) const = default;
};

// Takes any bytes; lines are "Node 0 MemTotal:       24684084 kB". What is missing or absurd is left out.
NumaMemory parse_numa_memory(std::uint32_t os_index, std::string_view text);

// By os_index; empty where the kernel tells of no nodes.
std::vector<NumaMemory> read_numa_memory(const FileTree& files);

}  // namespace quern::hwprobe
