// How much memory a measurement may take without hurting anybody.
#pragma once
#include <cstdint>

#include "hwprobe/file_tree.hpp"

namespace quern::hwprobe {

// MemAvailable of /proc/meminfo: what a new program can get without swapping. 0 when the kernel does not tell.
std::uint64_t available_memory_bytes(const FileTree& files);

// Bytes of each of the three arrays of a triad that `threads` processors share: past the last cache of all but a few
// machines, yet at most an eighth of the available memory.
std::uint64_t triad_array_bytes(const FileTree& files, unsigned threads);

}  // namespace quern::hwprobe
