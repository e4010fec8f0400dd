// The face of hwprobe: asks for a machine, or any part of it, as one value.
//
// Nothing here throws for what a machine, a driver or a file can cause: partial knowledge is the normal case, and what
// could not be known is listed in MachineReport::problems. Calls block; they may be made from any thread, one at a time
// per Sources.
#pragma once
#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

// Which parts to read. Costs are of a warm call on a two-core machine.
struct Parts {
  bool identity = true;       // < 1 ms
  bool topology = true;       // cpu, topology, memory, system: 2 ms
  bool pci = true;            // pci, and with opencl gpus (what may be used is known from both): 1 ms a hundred devices
  bool opencl = true;         // one child process a driver, all at once: 30 ms, at most Sources::driver_deadline
  bool sensors = true;        // 1 ms
  bool measurements = false;  // under 2 s a device; implies opencl
};

// Probes the parts asked for. Drivers are probed in child processes while the rest is read in this one.
MachineReport probe(const Sources& sources, Parts parts = {});

}  // namespace quern::hwprobe
