#include "hwprobe/topology.hpp"

#include <utility>

#include "hwprobe/cpu_info.hpp"
#include "hwprobe/hwloc_topology.hpp"
#include "hwprobe/hypervisor.hpp"
#include "hwprobe/meminfo.hpp"
#include "hwprobe/operating_system.hpp"

namespace quern::hwprobe {

TopologyPart read_topology(const Sources& sources, std::vector<Problem>& problems) {
  const FileTree& files = *sources.files;
  TopologyPart part;
  part.system = read_operating_system(files, problems);
  part.cpu = read_cpu_info(files, problems);
  part.cpu.hypervisor = read_hypervisor(files, part.cpu);
  HwlocTopology loaded = read_hwloc_topology(sources, problems);
  part.cpu.kinds = std::move(loaded.kinds);
  part.topology = std::move(loaded.topology);
  part.memory = read_memory(files, problems);
  return part;
}

}  // namespace quern::hwprobe
