// The fields of every value in a MachineReport by name: the one list that the JSON writer and the JSON reader both go
// by. A field missing here is missing in the JSON form; the schema test finds it.
#pragma once
#include <string_view>
#include <tuple>

#include "hwprobe/machine.hpp"

namespace quern::hwprobe {

template <class Value, class Member>
struct Field {
  std::string_view name;
  Member Value::* member;
};
template <class Value, class Member>
Field(const char*, Member Value::*) -> Field<Value, Member>;

// A tuple of Field, in the order in which they are written.
template <class Value>
inline constexpr auto kFields = nullptr;

// Whether a type is one of the report's values, and not a number, a string or a list.
template <class Value>
concept Described = !std::is_null_pointer_v<std::remove_const_t<decltype(kFields<Value>)>>;

template <>
inline constexpr auto kFields<Problem> = std::tuple{Field{"where", &Problem::where}, Field{"what", &Problem::what}};

template <>
inline constexpr auto kFields<MachineIdentity> =
    std::tuple{Field{"id", &MachineIdentity::id}, Field{"source", &MachineIdentity::source}};

template <>
inline constexpr auto kFields<OperatingSystem> =
    std::tuple{Field{"name", &OperatingSystem::name}, Field{"kernel", &OperatingSystem::kernel},
               Field{"architecture", &OperatingSystem::architecture}};

template <>
inline constexpr auto kFields<CpuKind> = std::tuple{
    Field{"index", &CpuKind::index}, Field{"efficiency", &CpuKind::efficiency}, Field{"max_mhz", &CpuKind::max_mhz},
    Field{"core_type", &CpuKind::core_type}, Field{"thread_os_index", &CpuKind::thread_os_index}};

template <>
inline constexpr auto kFields<Cpu> =
    std::tuple{Field{"vendor", &Cpu::vendor}, Field{"model_name", &Cpu::model_name}, Field{"family", &Cpu::family},
               Field{"model", &Cpu::model},   Field{"stepping", &Cpu::stepping},     Field{"flags", &Cpu::flags},
               Field{"kinds", &Cpu::kinds},   Field{"hypervisor", &Cpu::hypervisor}};

template <>
inline constexpr auto kFields<Thread> = std::tuple{Field{"os_index", &Thread::os_index}, Field{"core", &Thread::core}};

template <>
inline constexpr auto kFields<Core> = std::tuple{Field{"package", &Core::package}, Field{"numa_node", &Core::numa_node},
                                                 Field{"threads", &Core::threads}};

template <>
inline constexpr auto kFields<Cache> =
    std::tuple{Field{"level", &Cache::level}, Field{"kind", &Cache::kind}, Field{"size_bytes", &Cache::size_bytes},
               Field{"line_bytes", &Cache::line_bytes}, Field{"threads", &Cache::threads}};

template <>
inline constexpr auto kFields<NumaNode> =
    std::tuple{Field{"os_index", &NumaNode::os_index}, Field{"memory_bytes", &NumaNode::memory_bytes},
               Field{"threads", &NumaNode::threads}};

template <>
inline constexpr auto kFields<Package> =
    std::tuple{Field{"os_index", &Package::os_index}, Field{"cores", &Package::cores}};

template <>
inline constexpr auto kFields<Topology> = std::tuple{
    Field{"packages", &Topology::packages}, Field{"numa_nodes", &Topology::numa_nodes},
    Field{"caches", &Topology::caches}, Field{"cores", &Topology::cores}, Field{"threads", &Topology::threads}};

template <>
inline constexpr auto kFields<Memory> =
    std::tuple{Field{"total_bytes", &Memory::total_bytes}, Field{"swap_total_bytes", &Memory::swap_total_bytes}};

template <>
inline constexpr auto kFields<PciDevice> =
    std::tuple{Field{"address", &PciDevice::address},
               Field{"class_code", &PciDevice::class_code},
               Field{"vendor_id", &PciDevice::vendor_id},
               Field{"device_id", &PciDevice::device_id},
               Field{"class_name", &PciDevice::class_name},
               Field{"vendor_name", &PciDevice::vendor_name},
               Field{"device_name", &PciDevice::device_name},
               Field{"driver", &PciDevice::driver},
               Field{"numa_node", &PciDevice::numa_node},
               Field{"local_threads", &PciDevice::local_threads},
               Field{"link_width", &PciDevice::link_width},
               Field{"link_width_max", &PciDevice::link_width_max},
               Field{"link_megatransfers_per_second", &PciDevice::link_megatransfers_per_second},
               Field{"link_megatransfers_per_second_max", &PciDevice::link_megatransfers_per_second_max}};

template <>
inline constexpr auto kFields<Gpu> =
    std::tuple{Field{"id", &Gpu::id},          Field{"pci_address", &Gpu::pci_address},
               Field{"name", &Gpu::name},      Field{"kernel_driver", &Gpu::kernel_driver},
               Field{"usable", &Gpu::usable},  Field{"reason", &Gpu::reason},
               Field{"package", &Gpu::package}};

template <>
inline constexpr auto kFields<OpenclDevice> =
    std::tuple{Field{"id", &OpenclDevice::id},
               Field{"type", &OpenclDevice::type},
               Field{"index", &OpenclDevice::index},
               Field{"name", &OpenclDevice::name},
               Field{"vendor", &OpenclDevice::vendor},
               Field{"vendor_id", &OpenclDevice::vendor_id},
               Field{"driver_version", &OpenclDevice::driver_version},
               Field{"version", &OpenclDevice::version},
               Field{"opencl_c_version", &OpenclDevice::opencl_c_version},
               Field{"profile", &OpenclDevice::profile},
               Field{"compute_units", &OpenclDevice::compute_units},
               Field{"max_clock_mhz", &OpenclDevice::max_clock_mhz},
               Field{"global_memory_bytes", &OpenclDevice::global_memory_bytes},
               Field{"max_allocation_bytes", &OpenclDevice::max_allocation_bytes},
               Field{"local_memory_bytes", &OpenclDevice::local_memory_bytes},
               Field{"max_work_group_size", &OpenclDevice::max_work_group_size},
               Field{"address_bits", &OpenclDevice::address_bits},
               Field{"fp16", &OpenclDevice::fp16},
               Field{"fp32", &OpenclDevice::fp32},
               Field{"fp64", &OpenclDevice::fp64},
               Field{"available", &OpenclDevice::available},
               Field{"compiler_available", &OpenclDevice::compiler_available},
               Field{"unified_memory", &OpenclDevice::unified_memory},
               Field{"extensions", &OpenclDevice::extensions},
               Field{"pci_address", &OpenclDevice::pci_address},
               Field{"uuid", &OpenclDevice::uuid}};

template <>
inline constexpr auto kFields<OpenclPlatform> = std::tuple{Field{"name", &OpenclPlatform::name},
                                                           Field{"vendor", &OpenclPlatform::vendor},
                                                           Field{"version", &OpenclPlatform::version},
                                                           Field{"profile", &OpenclPlatform::profile},
                                                           Field{"extensions", &OpenclPlatform::extensions},
                                                           Field{"devices", &OpenclPlatform::devices}};

template <>
inline constexpr auto kFields<OpenclDriver> = std::tuple{Field{"name", &OpenclDriver::name},
                                                         Field{"library", &OpenclDriver::library},
                                                         Field{"status", &OpenclDriver::status},
                                                         Field{"detail", &OpenclDriver::detail},
                                                         Field{"elapsed_ms", &OpenclDriver::elapsed_ms},
                                                         Field{"platforms", &OpenclDriver::platforms}};

template <>
inline constexpr auto kFields<MachineReport> = std::tuple{Field{"version", &MachineReport::version},
                                                          Field{"taken_unix_ms", &MachineReport::taken_unix_ms},
                                                          Field{"elapsed_ms", &MachineReport::elapsed_ms},
                                                          Field{"identity", &MachineReport::identity},
                                                          Field{"system", &MachineReport::system},
                                                          Field{"cpu", &MachineReport::cpu},
                                                          Field{"topology", &MachineReport::topology},
                                                          Field{"memory", &MachineReport::memory},
                                                          Field{"pci", &MachineReport::pci},
                                                          Field{"gpus", &MachineReport::gpus},
                                                          Field{"opencl", &MachineReport::opencl},
                                                          Field{"sensors", &MachineReport::sensors},
                                                          Field{"measurements", &MachineReport::measurements},
                                                          Field{"problems", &MachineReport::problems}};

template <>
inline constexpr auto kFields<CpuLoad::Thread> =
    std::tuple{Field{"os_index", &CpuLoad::Thread::os_index}, Field{"busy", &CpuLoad::Thread::busy}};

template <>
inline constexpr auto kFields<CpuLoad> =
    std::tuple{Field{"total", &CpuLoad::total}, Field{"threads", &CpuLoad::threads},
               Field{"average_1min_milli", &CpuLoad::average_1min_milli},
               Field{"average_5min_milli", &CpuLoad::average_5min_milli},
               Field{"average_15min_milli", &CpuLoad::average_15min_milli}};

template <>
inline constexpr auto kFields<MemoryLoad> =
    std::tuple{Field{"total_bytes", &MemoryLoad::total_bytes}, Field{"available_bytes", &MemoryLoad::available_bytes},
               Field{"swap_used_bytes", &MemoryLoad::swap_used_bytes}};

template <>
inline constexpr auto kFields<GpuSample> =
    std::tuple{Field{"pci_address", &GpuSample::pci_address},
               Field{"source", &GpuSample::source},
               Field{"busy", &GpuSample::busy},
               Field{"memory_busy", &GpuSample::memory_busy},
               Field{"memory_total_bytes", &GpuSample::memory_total_bytes},
               Field{"memory_used_bytes", &GpuSample::memory_used_bytes},
               Field{"temperature_millicelsius", &GpuSample::temperature_millicelsius},
               Field{"fan", &GpuSample::fan},
               Field{"fan_rpm", &GpuSample::fan_rpm},
               Field{"power_milliwatts", &GpuSample::power_milliwatts},
               Field{"power_limit_milliwatts", &GpuSample::power_limit_milliwatts},
               Field{"clock_mhz", &GpuSample::clock_mhz},
               Field{"memory_clock_mhz", &GpuSample::memory_clock_mhz},
               Field{"display_attached", &GpuSample::display_attached}};

template <>
inline constexpr auto kFields<Temperature> =
    std::tuple{Field{"chip", &Temperature::chip}, Field{"label", &Temperature::label},
               Field{"millicelsius", &Temperature::millicelsius}};

template <>
inline constexpr auto kFields<Fan> =
    std::tuple{Field{"chip", &Fan::chip}, Field{"label", &Fan::label}, Field{"rpm", &Fan::rpm}};

template <>
inline constexpr auto kFields<Power> =
    std::tuple{Field{"source", &Power::source}, Field{"label", &Power::label}, Field{"milliwatts", &Power::milliwatts}};

template <>
inline constexpr auto kFields<Battery> =
    std::tuple{Field{"name", &Battery::name}, Field{"charge", &Battery::charge}, Field{"status", &Battery::status}};

template <>
inline constexpr auto kFields<Sample> = std::tuple{Field{"cpu", &Sample::cpu},
                                                   Field{"memory", &Sample::memory},
                                                   Field{"gpus", &Sample::gpus},
                                                   Field{"temperatures", &Sample::temperatures},
                                                   Field{"fans", &Sample::fans},
                                                   Field{"powers", &Sample::powers},
                                                   Field{"batteries", &Sample::batteries},
                                                   Field{"on_mains", &Sample::on_mains},
                                                   Field{"display_attached", &Sample::display_attached}};

template <>
inline constexpr auto kFields<Figure> = std::tuple{Field{"quantity", &Figure::quantity},
                                                   Field{"value", &Figure::value},
                                                   Field{"unit", &Figure::unit},
                                                   Field{"method", &Figure::method},
                                                   Field{"variant", &Figure::variant},
                                                   Field{"taken_unix_ms", &Figure::taken_unix_ms},
                                                   Field{"windows", &Figure::windows},
                                                   Field{"spread_permille", &Figure::spread_permille},
                                                   Field{"cpu_share_permille", &Figure::cpu_share_permille}};

template <>
inline constexpr auto kFields<Fitness> = std::tuple{Field{"fit", &Fitness::fit}, Field{"reason", &Fitness::reason}};

template <>
inline constexpr auto kFields<DeviceMeasurement> =
    std::tuple{Field{"device_id", &DeviceMeasurement::device_id}, Field{"device_name", &DeviceMeasurement::device_name},
               Field{"fitness", &DeviceMeasurement::fitness}, Field{"figures", &DeviceMeasurement::figures},
               Field{"elapsed_ms", &DeviceMeasurement::elapsed_ms}};

template <>
inline constexpr auto kFields<Measurements> =
    std::tuple{Field{"host", &Measurements::host}, Field{"devices", &Measurements::devices}};

namespace field_count {

// Stands for a value of any type in an initialiser that is never run.
struct Anything {
  template <class T>
  operator T() const;  // NOLINT(google-explicit-constructor): converting silently is its purpose
};

template <class Value, std::size_t... Index>
consteval bool takes(std::index_sequence<Index...>) {
  return requires { Value{(static_cast<void>(Index), Anything{})...}; };
}

// How many members an aggregate has: the longest initialiser it takes.
template <class Value, std::size_t Count = 0>
consteval std::size_t members() {
  if constexpr (takes<Value>(std::make_index_sequence<Count + 1>{})) {
    return members<Value, Count + 1>();
  } else {
    return Count;
  }
}

}  // namespace field_count

// Whether kFields names all members of a value.
template <Described Value>
consteval bool lists_every_member() {
  return field_count::members<Value>() == std::tuple_size_v<std::remove_const_t<decltype(kFields<Value>)>>;
}

}  // namespace quern::hwprobe
