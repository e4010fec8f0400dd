// Processor, caches, NUMA nodes (hwloc), memory and operating system of a machine.
#pragma once
#include <vector>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

struct TopologyPart {
  OperatingSystem system;
  Cpu cpu;
  Topology topology;
  Memory memory;
};

// Reads the topology. hwloc is used without its plug-ins that load drivers into this process (opencl, gl, cuda, nvml,
// rsmi, levelzero): a hanging driver would hang the caller. Where files are missing or make no sense the rest still
// comes. About 2 ms warm.
TopologyPart read_topology(const Sources& sources, std::vector<Problem>& problems);

}  // namespace quern::hwprobe
