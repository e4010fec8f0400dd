// Host memory from /proc/meminfo.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

// More memory than any machine has (64 PiB): a larger figure is an error.
inline constexpr std::uint64_t kMemoryBytesMax = std::uint64_t{1} << 56;

// What stands after "key:" on its line, without the blanks around it; nullopt when there is no such line.
std::optional<std::string_view> meminfo_text(std::string_view text, std::string_view key);

// The value of one line, "MemTotal:  24684084 kB", in bytes; nullopt when the line is missing, malformed or over
// kMemoryBytesMax.
std::optional<std::uint64_t> meminfo_bytes(std::string_view text, std::string_view key);

// Totals of memory and swap. A total of memory that is missing, zero or absurd is a problem and left at 0, as is an
// absurd one of swap.
Memory read_memory(const FileTree& files, std::vector<Problem>& problems);

}  // namespace quern::hwprobe
