// The processor model from /proc/cpuinfo.
#pragma once
#include <string_view>
#include <vector>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

// /proc/cpuinfo has about 1,700 bytes a thread on x86: room for 9,000 threads.
inline constexpr std::size_t kCpuInfoBytesMax = 16 << 20;
// Instruction-set flags kept; today's processors have about 150.
inline constexpr std::size_t kCpuFlagsMax = 2048;

// Vendor, model name, numbers and flags as lscpu names them; `kinds` and `hypervisor` are not in that file and stay
// empty.
//
// On x86 all threads are alike and the first is read. ARM gives an implementer and a part number a thread instead of
// names: they are looked up, and a machine of several core types is named after all of them, "Cortex-A55 + Cortex-A76".
// Unknown parts are named by their number. Family, model and stepping are numbers of x86 and absent elsewhere.
//
// A file that cannot be read or names no processor is a problem, as is a family, model or stepping that is no number.
Cpu read_cpu_info(const FileTree& files, std::vector<Problem>& problems);

}  // namespace quern::hwprobe
