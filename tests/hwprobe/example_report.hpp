// A made-up machine whose report has every field set to something else than its default: two packages of unlike cores,
// a card in use, a card without a driver, a driver that hung.
#pragma once
#include "hwprobe/machine.hpp"

namespace quern::hwprobe {

inline Topology example_topology() {
  Topology topology;
  topology.packages = {{.os_index = 0, .cores = {0, 1}}, {.os_index = 1, .cores = {2}}};
  topology.numa_nodes = {{.os_index = 0, .memory_bytes = 32ULL << 30, .threads = {0, 1, 2}},
                         {.os_index = 1, .memory_bytes = 16ULL << 30, .threads = {3}}};
  topology.caches = {
      {.level = 3, .kind = CacheKind::unified, .size_bytes = 30ULL << 20, .line_bytes = 64, .threads = {0, 1, 2}},
      {.level = 2, .kind = CacheKind::unified, .size_bytes = 2ULL << 20, .line_bytes = 64, .threads = {0, 1}},
      {.level = 1, .kind = CacheKind::data, .size_bytes = 48ULL << 10, .line_bytes = 64, .threads = {0, 1}},
      {.level = 1, .kind = CacheKind::instruction, .size_bytes = 32ULL << 10, .line_bytes = 64, .threads = {0, 1}},
      {.level = 2, .kind = CacheKind::unified, .size_bytes = 4ULL << 20, .line_bytes = 64, .threads = {2}},
      {.level = 3, .kind = CacheKind::unified, .size_bytes = 16ULL << 20, .line_bytes = 64, .threads = {3}}};
  topology.cores = {{.package = 0, .numa_node = 0, .threads = {0, 1}},
                    {.package = 0, .numa_node = 0, .threads = {2}},
                    {.package = 1, .numa_node = 1, .threads = {3}}};
  topology.threads = {
      {.os_index = 0, .core = 0}, {.os_index = 2, .core = 0}, {.os_index = 1, .core = 1}, {.os_index = 3, .core = 2}};
  return topology;
}

inline Cpu example_cpu() {
  return {
      .vendor = "GenuineIntel",
      .model_name = "Example(R) Processor 9000 @ 3.00GHz",
      .family = 6,
      .model = 151,
      .stepping = 2,
      .flags = {"aes", "avx", "avx2", "fma", "sha_ni", "sse2"},
      .kinds = {{.index = 0, .efficiency = 0, .max_mhz = 3900, .core_type = "IntelAtom", .thread_os_index = {1}},
                {.index = 1, .efficiency = 1, .max_mhz = 5200, .core_type = "IntelCore", .thread_os_index = {0, 2, 3}}},
      .hypervisor = "KVM"};
}

inline std::vector<PciDevice> example_pci() {
  return {{.address = "0000:00:00.0",
           .class_code = 0x060000,
           .vendor_id = 0x8086,
           .device_id = 0x4660,
           .class_name = "Host bridge",
           .vendor_name = "Intel Corporation",
           .device_name = "12th Gen Core Host Bridge",
           .driver = "",
           .numa_node = {},
           .local_threads = {},
           .link_width = {},
           .link_width_max = {},
           .link_megatransfers_per_second = {},
           .link_megatransfers_per_second_max = {}},
          {.address = "0000:01:00.0",
           .class_code = 0x030000,
           .vendor_id = 0x10de,
           .device_id = 0x2684,
           .class_name = "VGA compatible controller",
           .vendor_name = "NVIDIA Corporation",
           .device_name = "AD102 [GeForce RTX 4090]",
           .driver = "nvidia",
           .numa_node = 0,
           .local_threads = {0, 1, 2},
           .link_width = 8,
           .link_width_max = 16,
           .link_megatransfers_per_second = 2500,
           .link_megatransfers_per_second_max = 16000}};
}

inline std::vector<Gpu> example_gpus() {
  return {{.id = "qd1-11111111111111111111111111111111",
           .pci_address = "0000:01:00.0",
           .name = "NVIDIA Corporation AD102 [GeForce RTX 4090]",
           .kernel_driver = "nvidia",
           .usable = true,
           .reason = "",
           .package = ""},
          {.id = "qd1-22222222222222222222222222222222",
           .pci_address = "0000:05:00.0",
           .name = "Advanced Micro Devices, Inc. Navi 31 [Radeon RX 7900 XTX]",
           .kernel_driver = "amdgpu",
           .usable = false,
           .reason = "no OpenCL driver for it is installed in /etc/OpenCL/vendors",
           .package = "mesa-opencl-icd"}};
}

inline OpenclDevice example_device() {
  return {.id = "qd1-11111111111111111111111111111111",
          .type = OpenclDeviceType::gpu,
          .index = 1,
          .name = "NVIDIA GeForce RTX 4090",
          .vendor = "NVIDIA Corporation",
          .vendor_id = 0x10de,
          .driver_version = "550.54.14",
          .version = "OpenCL 3.0 CUDA",
          .opencl_c_version = "OpenCL C 1.2",
          .profile = "FULL_PROFILE",
          .compute_units = 128,
          .max_clock_mhz = 2520,
          .global_memory_bytes = 25'393'692'672,
          .max_allocation_bytes = 6'348'423'168,
          .local_memory_bytes = 49'152,
          .max_work_group_size = 1024,
          .address_bits = 64,
          .fp16 = true,
          .fp32 = true,
          .fp64 = true,
          .available = true,
          .compiler_available = true,
          .unified_memory = true,
          .extensions = {"cl_khr_fp64", "cl_khr_icd"},
          .pci_address = "0000:01:00.0",
          .uuid = "00112233445566778899aabbccddeeff"};
}

inline std::vector<OpenclDriver> example_drivers() {
  return {{.name = "broken.icd",
           .library = "libbroken.so.1",
           .status = DriverStatus::hung,
           .detail = "did not answer within 10 s and was ended: update it or remove /etc/OpenCL/vendors/broken.icd",
           .elapsed_ms = 10'000,
           .platforms = {}},
          {.name = "nvidia.icd",
           .library = "libnvidia-opencl.so.1",
           .status = DriverStatus::ok,
           .detail = "",
           .elapsed_ms = 143,
           .platforms = {{.name = "NVIDIA CUDA",
                          .vendor = "NVIDIA Corporation",
                          .version = "OpenCL 3.0 CUDA 12.4.89",
                          .profile = "FULL_PROFILE",
                          .extensions = {"cl_khr_icd"},
                          .devices = {example_device()}}}}};
}

inline Sample example_sample() {
  Sample sample;
  sample.cpu = {.total = 375,
                .threads = {{.os_index = 0, .busy = 1000},
                            {.os_index = 1, .busy = 500},
                            {.os_index = 2, .busy = 0},
                            {.os_index = 3, .busy = 1}},
                .average_1min_milli = 1520,
                .average_5min_milli = 740,
                .average_15min_milli = 60};
  sample.memory = {.total_bytes = 48ULL << 30, .available_bytes = 40ULL << 30, .swap_used_bytes = 1ULL << 20};
  sample.gpus = {{.pci_address = "0000:01:00.0",
                  .source = "nvml",
                  .busy = 870,
                  .memory_busy = 410,
                  .memory_total_bytes = 24ULL << 30,
                  .memory_used_bytes = 6ULL << 30,
                  .temperature_millicelsius = 64'000,
                  .fan = 330,
                  .fan_rpm = 1400,
                  .power_milliwatts = 312'500,
                  .power_limit_milliwatts = 450'000,
                  .clock_mhz = 2610,
                  .memory_clock_mhz = 10'501,
                  .display_attached = true}};
  sample.temperatures = {{.chip = "k10temp", .label = "Tctl", .millicelsius = 45'125},
                         {.chip = "nvme", .label = "", .millicelsius = -5'900}};
  sample.fans = {{.chip = "nct6798", .label = "fan1", .rpm = 840}};
  sample.powers = {{.source = "rapl", .label = "package-0", .milliwatts = 35'400}};
  sample.batteries = {{.name = "BAT0", .charge = 810, .status = "Discharging"}};
  sample.on_mains = false;
  sample.display_attached = true;
  return sample;
}

inline Figure example_figure(Quantity quantity, std::uint64_t value, std::string unit) {
  return {.quantity = quantity,
          .value = value,
          .unit = std::move(unit),
          .method = "opencl-fma/1",
          .variant = "float4",
          .taken_unix_ms = 1'767'225'600'500,
          .windows = 15,
          .spread_permille = 21,
          .cpu_share_permille = 870};
}

inline Measurements example_measurements() {
  return {
      .host = {example_figure(Quantity::memory_bandwidth, 72'400'000'000, "B/s")},
      .devices = {{.device_id = "qd1-11111111111111111111111111111111",
                   .device_name = "NVIDIA GeForce RTX 4090",
                   .fitness = {.fit = true, .reason = ""},
                   .figures = {example_figure(Quantity::fp32_flops, 82'580'000'000'000, "FLOP/s"),
                               example_figure(Quantity::fp64_flops, 1'290'000'000'000, "FLOP/s"),
                               example_figure(Quantity::int32_ops, 41'290'000'000'000, "op/s"),
                               example_figure(Quantity::memory_bandwidth, 930'000'000'000, "B/s")},
                   .elapsed_ms = 1730},
                  {.device_id = "qd1-33333333333333333333333333333333",
                   .device_name = "broken device",
                   .fitness = {.fit = false, .reason = "self-test: work item 17 gave 0x0000beef, expected 0x1234abcd"},
                   .figures = {},
                   .elapsed_ms = 40}}};
}

inline MachineReport example_report() {
  MachineReport report;
  report.taken_unix_ms = 1'767'225'600'123;  // 2026-01-01 00:00:00.123 UTC
  report.elapsed_ms = 10'012;
  report.identity = {.id = "qm1-0123456789abcdef0123456789abcdef", .source = "machine-id"};
  report.system = {.name = "Debian GNU/Linux 12 (bookworm)", .kernel = "6.1.0-18-amd64", .architecture = "x86_64"};
  report.cpu = example_cpu();
  report.topology = example_topology();
  report.memory = {.total_bytes = 48ULL << 30, .swap_total_bytes = 2ULL << 30};
  report.pci = example_pci();
  report.gpus = example_gpus();
  report.opencl = example_drivers();
  report.sensors = example_sample();
  report.measurements = example_measurements();
  report.problems = {{.where = "/sys/class/hwmon/hwmon0/temp1_input",
                      .what = "value 4294967295 is outside -100..250 degrees C: left out"}};
  return report;
}

}  // namespace quern::hwprobe
