// Packages, cores, threads, caches and NUMA nodes by hwloc.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

// Longest recorded topology taken; hwloc's XML of a machine of 2,048 threads has 4 MB.
inline constexpr std::size_t kHwlocXmlBytesMax = 32 << 20;
// Threads have the kernel's numbers below this; Linux runs on at most 8,192.
inline constexpr int kThreadsMax = 65536;

struct HwlocTopology {
  Topology topology;
  std::vector<CpuKind> kinds;
};

// Loads hwloc's view from Sources::hwloc_xml, else from Sources::hwloc_root. All online threads are listed, also those
// a cpuset or cgroup keeps from this process: a machine is the same whoever looks. Plug-ins that load drivers, and I/O
// discovery, are left out. A view that cannot be loaded is a problem and leaves the result empty. 1.3 ms warm, of which
// hwloc spends 0.9 ms finding its plug-ins.
HwlocTopology read_hwloc_topology(const Sources& sources, std::vector<Problem>& problems);

// The same view as hwloc's XML, for Sources::hwloc_xml; nullopt and a problem when there is none.
std::optional<std::string> export_hwloc_xml(const Sources& sources, std::vector<Problem>& problems);

}  // namespace quern::hwprobe
