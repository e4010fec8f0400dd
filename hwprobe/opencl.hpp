// OpenCL platforms and devices, CPU devices included. No driver is ever loaded into the calling process: one child a
// driver, all at once, each with a deadline, its own process group, bounded output and CPU time, killed and reaped (or
// abandoned when the kernel will not let it die). A driver that hangs, crashes or lies is reported by name and costs
// the others nothing.
#pragma once
#include <memory>
#include <vector>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

inline constexpr std::size_t kOpenclDriversMax = 64;          // .icd files looked at
inline constexpr std::size_t kOpenclPlatformsMax = 16;        // of one driver
inline constexpr std::size_t kOpenclDevicesMax = 256;         // of one platform
inline constexpr std::size_t kOpenclReplyBytesMax = 1 << 20;  // from one child

// A probe under way: the children run while the caller does something else.
// The thread that starts it must live until it is finished: the children are bound to that thread and die with it.
class OpenclProbe {
 public:
  // Starts one child a driver. Problems with the directory or the helper program go to `problems`.
  OpenclProbe(const Sources& sources, std::vector<Problem>& problems);
  ~OpenclProbe();  // kills what still runs
  OpenclProbe(const OpenclProbe&) = delete;
  OpenclProbe& operator=(const OpenclProbe&) = delete;

  // Waits for all children, at most until Sources::driver_deadline after the start. Drivers in order of their file
  // names. Devices still lack their ids: see assign_device_ids.
  std::vector<OpenclDriver> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Fills OpenclDevice::id of every device. `pci` gives vendor and device numbers of those on the bus.
void assign_device_ids(std::vector<OpenclDriver>& drivers, const std::vector<PciDevice>& pci,
                       const MachineIdentity& machine);

}  // namespace quern::hwprobe
