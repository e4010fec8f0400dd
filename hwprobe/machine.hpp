// What a machine has: plain values, no behaviour. MachineReport is the one thing the rest of the house reads.
//
// Conventions, everywhere in this file:
//   - measures are integers and carry their unit in the name (_bytes, _mhz, _millicelsius, _milliwatts, _permille);
//   - std::nullopt means "this machine does not tell", never zero;
//   - strings come from firmware and drivers: cut to kNameBytesMax and stripped of control characters when read;
//   - indexes called os_index are the kernel's own numbers (as in /proc/cpuinfo, lscpu and taskset).
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hwprobe/measurement.hpp"
#include "hwprobe/sample.hpp"

namespace quern::hwprobe {

// Version of the JSON form (docs/probe.schema.json). Raised when a field changes meaning or goes, not when one comes.
inline constexpr int kReportVersion = 1;
// Longest string taken from firmware, a driver or a sysfs file.
inline constexpr std::size_t kNameBytesMax = 256;

// Something that could not be read or made no sense. A report with problems is still a report: the rest of it holds.
struct Problem {
  std::string where;  // the path, driver or part, for example "/sys/class/hwmon/hwmon0/temp1_input"
  // What was met and what it means, for example "value 4294967295 is outside -100..250 degrees C: left out".
  std::string what;
  bool operator==(const Problem&) const = default;
};

// Who this machine is. Built only from things that survive reboots, driver updates and added memory.
struct MachineIdentity {
  std::string id;      // "qm1-" and 32 lower-case hexadecimal digits
  std::string source;  // what it was derived from: "machine-id", "network-address" or "hardware" (weakest, may collide)
  bool operator==(const MachineIdentity&) const = default;
};

// The operating system, as uname(2) and /etc/os-release give it.
struct OperatingSystem {
  std::string name;          // "Debian GNU/Linux 12 (bookworm)"
  std::string kernel;        // "6.1.0-18-amd64"
  std::string architecture;  // "x86_64", "aarch64"
  bool operator==(const OperatingSystem&) const = default;
};

// One kind of core, for hybrid processors (performance and efficiency cores). Uniform processors have one kind.
struct CpuKind {
  std::uint32_t index = 0;
  // hwloc's rank: 0 is the most efficient kind, larger is faster; absent where unknown.
  std::optional<std::uint32_t> efficiency;
  std::optional<std::uint32_t> max_mhz;        // highest advertised clock
  std::string core_type;                       // "IntelCore", "IntelAtom", or empty
  std::vector<std::uint32_t> thread_os_index;  // threads of this kind, ascending
  bool operator==(const CpuKind&) const = default;
};

// The processor model; packages of one machine are assumed alike (Linux runs no other).
struct Cpu {
  std::string vendor;      // "GenuineIntel", "AuthenticAMD", "ARM"
  std::string model_name;  // "AMD EPYC 9575F 64-Core Processor"
  std::optional<std::uint32_t> family;
  std::optional<std::uint32_t> model;
  std::optional<std::uint32_t> stepping;
  std::vector<std::string> flags;  // instruction sets and features as the kernel names them, sorted, each once
  std::vector<CpuKind> kinds;
  // "KVM" and the like when the CPU says it is virtual, "unknown" when its maker is not known; empty on bare metal.
  std::string hypervisor;
  bool operator==(const Cpu&) const = default;
};

// A hardware thread (hwloc's PU).
struct Thread {
  std::uint32_t os_index = 0;
  std::uint32_t core = 0;  // index into Topology::cores
  bool operator==(const Thread&) const = default;
};

struct Core {
  std::uint32_t package = 0;           // index into Topology::packages
  std::uint32_t numa_node = 0;         // index into Topology::numa_nodes (the nearest when several are)
  std::vector<std::uint32_t> threads;  // indexes into Topology::threads
  bool operator==(const Core&) const = default;
};

enum class CacheKind { unified, data, instruction };

struct Cache {
  std::uint32_t level = 0;  // 1..5
  CacheKind kind = CacheKind::unified;
  std::uint64_t size_bytes = 0;
  std::uint32_t line_bytes = 0;        // 0 where the kernel does not tell
  std::vector<std::uint32_t> threads;  // indexes into Topology::threads that share it
  bool operator==(const Cache&) const = default;
};

struct NumaNode {
  std::uint32_t os_index = 0;
  // The kernel's share of this node. It moves where memory is added or initialised late: never part of an identity.
  std::optional<std::uint64_t> memory_bytes;
  std::vector<std::uint32_t> threads;  // indexes into Topology::threads
  bool operator==(const NumaNode&) const = default;
};

struct Package {
  std::uint32_t os_index = 0;
  std::vector<std::uint32_t> cores;  // indexes into Topology::cores
  bool operator==(const Package&) const = default;
};

// Packages, cores, threads, caches and NUMA nodes this process may see, each list in hwloc's logical order.
struct Topology {
  std::vector<Package> packages;
  std::vector<NumaNode> numa_nodes;
  std::vector<Cache> caches;
  std::vector<Core> cores;
  std::vector<Thread> threads;
  bool operator==(const Topology&) const = default;
};

// Host memory from /proc/meminfo; hwloc's totals move on virtual machines and are not used.
struct Memory {
  std::uint64_t total_bytes = 0;
  std::uint64_t swap_total_bytes = 0;
  bool operator==(const Memory&) const = default;
};

// A PCI function, from sysfs.
struct PciDevice {
  std::string address;           // "0000:c1:00.0": domain:bus:device.function, lower-case hexadecimal
  std::uint32_t class_code = 0;  // 24 bits: base class, sub-class, interface; 0x030000 is a VGA controller
  std::uint16_t vendor_id = 0;
  std::uint16_t device_id = 0;
  std::string class_name;  // from pci.ids; empty when it has none
  std::string vendor_name;
  std::string device_name;
  std::string driver;                      // kernel driver bound to it, empty when none
  std::optional<std::uint32_t> numa_node;  // the kernel's node number
  // os_index of the threads nearest to it; empty when the kernel does not tell.
  std::vector<std::uint32_t> local_threads;
  std::optional<std::uint32_t> link_width;  // PCIe lanes in use
  std::optional<std::uint32_t> link_width_max;
  std::optional<std::uint64_t> link_megatransfers_per_second;  // 16000 for 16.0 GT/s
  std::optional<std::uint64_t> link_megatransfers_per_second_max;
  bool operator==(const PciDevice&) const = default;
};

// A device a person would call a graphics card or accelerator, whether or not it can compute here.
struct Gpu {
  std::string id;  // stable device id; the same as OpenclDevice::id when a driver offers it
  std::string pci_address;
  std::string name;  // pci.ids name, or "vendor 10de device 2335" when it has none
  std::string kernel_driver;
  bool usable = false;  // an OpenCL driver offers it
  std::string reason;   // why not, when not usable; says what was looked for
  std::string package;  // the Debian package that would help, empty when none is known
  bool operator==(const Gpu&) const = default;
};

enum class OpenclDeviceType { cpu, gpu, accelerator, custom };

struct OpenclDevice {
  std::string id;  // "qd1-" and 32 hexadecimal digits; stable across reboots and driver updates (see identity.hpp)
  OpenclDeviceType type = OpenclDeviceType::custom;
  std::uint32_t index = 0;  // position among its platform's devices in this probe
  std::string name;
  std::string vendor;
  std::uint32_t vendor_id = 0;
  std::string driver_version;
  std::string version;           // CL_DEVICE_VERSION: "OpenCL 3.0 ..."
  std::string opencl_c_version;  // CL_DEVICE_OPENCL_C_VERSION
  std::string profile;           // "FULL_PROFILE" or "EMBEDDED_PROFILE"
  std::uint32_t compute_units = 0;
  std::uint32_t max_clock_mhz = 0;        // advertised, not the clock of this moment
  std::uint64_t global_memory_bytes = 0;  // as the driver says; moves on CPU devices, never part of an identity
  std::uint64_t max_allocation_bytes = 0;
  std::uint64_t local_memory_bytes = 0;
  std::uint64_t max_work_group_size = 0;
  std::uint32_t address_bits = 0;  // 32 or 64
  bool fp16 = false;               // cl_khr_fp16
  bool fp32 = false;               // single precision with at least round-to-nearest, infinities and NaN
  bool fp64 = false;               // double precision supported by the device
  bool available = false;
  bool compiler_available = false;
  bool unified_memory = false;             // shares memory with the host
  std::vector<std::string> extensions;     // sorted, each once
  std::optional<std::string> pci_address;  // as PciDevice::address, where the driver tells
  std::optional<std::string> uuid;         // CL_DEVICE_UUID_KHR, 32 hexadecimal digits
  bool operator==(const OpenclDevice&) const = default;
};

struct OpenclPlatform {
  std::string name;
  std::string vendor;
  std::string version;
  std::string profile;
  std::vector<std::string> extensions;  // sorted, each once
  std::vector<OpenclDevice> devices;
  bool operator==(const OpenclPlatform&) const = default;
};

enum class DriverStatus {
  ok,         // answered; may still have no device
  hung,       // did not answer within its deadline and was killed
  stuck,      // did not die when killed (uninterruptible in the kernel); abandoned
  crashed,    // ended by a signal
  failed,     // ended by itself with an error
  malformed,  // answered with something that cannot be true (sizes, counts, text)
};

// One OpenCL driver (installable client driver), probed alone in a child process.
struct OpenclDriver {
  std::string name;     // file name of its .icd, for example "pocl.icd"
  std::string library;  // what the .icd names, for example "libpocl.so.2.10.0"
  DriverStatus status = DriverStatus::ok;
  std::string detail;  // empty when ok; else one sentence: what happened and what to do
  std::uint32_t elapsed_ms = 0;
  std::vector<OpenclPlatform> platforms;
  bool operator==(const OpenclDriver&) const = default;
};

// Everything that was asked for; a part that was not asked for is empty or nullopt.
struct MachineReport {
  int version = kReportVersion;
  std::int64_t taken_unix_ms = 0;  // wall-clock time at the end of the probe, milliseconds since 1970-01-01 UTC
  std::uint32_t elapsed_ms = 0;    // how long the probe took
  std::optional<MachineIdentity> identity;
  std::optional<OperatingSystem> system;
  std::optional<Cpu> cpu;
  std::optional<Topology> topology;
  std::optional<Memory> memory;
  std::optional<std::vector<PciDevice>> pci;
  std::optional<std::vector<Gpu>> gpus;
  std::optional<std::vector<OpenclDriver>> opencl;
  std::optional<Sample> sensors;
  std::optional<Measurements> measurements;
  std::vector<Problem> problems;
};

}  // namespace quern::hwprobe
