#include "scheduler/daemon/capacity.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "scheduler/market/signed_offer.hpp"

namespace quern::daemon {

using hwprobe::DeviceMeasurement;
using hwprobe::OpenclDevice;

namespace {

constexpr std::uint32_t kVersionStep = 100;
constexpr std::string_view kVersionPrefix = "OpenCL ";

// "OpenCL 3.0 PoCL HSTR: ...": 300.
std::uint32_t version_number(std::string_view text) {
  if (!text.starts_with(kVersionPrefix)) return 0;
  text.remove_prefix(kVersionPrefix.size());
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  const auto point = std::from_chars(text.data(), text.data() + text.size(), major).ptr;
  if (point == text.data() + text.size() || *point != '.') return 0;
  std::from_chars(point + 1, text.data() + text.size(), minor);
  return major * kVersionStep + minor;
}

model::DeviceType type_of(hwprobe::OpenclDeviceType type) {
  switch (type) {
    case hwprobe::OpenclDeviceType::cpu:
      return model::DeviceType::cpu;
    case hwprobe::OpenclDeviceType::gpu:
      return model::DeviceType::gpu;
    default:
      return model::DeviceType::accelerator;
  }
}

model::Speed speed_of(const DeviceMeasurement& measured) {
  model::Speed speed;
  for (const hwprobe::Figure& figure : measured.figures) {
    switch (figure.quantity) {
      case hwprobe::Quantity::fp32_flops:
        speed.fp32_flops = figure.value;
        break;
      case hwprobe::Quantity::fp64_flops:
        speed.fp64_flops = figure.value;
        break;
      case hwprobe::Quantity::int32_ops:
        speed.int32_ops = figure.value;
        break;
      case hwprobe::Quantity::memory_bandwidth:
        speed.memory_bytes_per_second = figure.value;
        break;
    }
    speed.spread_permille = std::max(speed.spread_permille, figure.spread_permille);
    speed.taken_unix_ms = std::max(speed.taken_unix_ms, figure.taken_unix_ms);
  }
  return speed;
}

std::vector<std::string> extensions_of(const OpenclDevice& device) {
  std::vector<std::string> names;
  for (const std::string& name : device.extensions) {
    if (names.size() == market::kExtensionsMax) break;
    if (name.starts_with("cl_khr_") && name.size() <= market::kExtensionBytesMax) names.push_back(name);
  }
  return names;
}

const DeviceMeasurement* measurement_of(const hwprobe::MachineReport& report, const std::string& device) {
  if (!report.measurements) return nullptr;
  const auto& all = report.measurements->devices;
  const auto found = std::ranges::find(all, device, &DeviceMeasurement::device_id);
  return found == all.end() ? nullptr : &*found;
}

bool holds(const std::vector<std::string>& list, const std::string& id) {
  return std::ranges::find(list, id) != list.end();
}

// Its own switch: whether sharing is on has nothing to do with it.
bool is_wanted(const std::string& id, const ProviderConfig& config) {
  return !holds(config.devices_deny, id) && (config.devices_allow.empty() || holds(config.devices_allow, id));
}

// Why nothing can ever run on it here; unspecified: something can. `card` gets what a job must be given of it.
model::Why why_unfit(const OpenclDevice& device, const hwprobe::OpenclDriver& driver, const NodesOfCard& nodes_of_card,
                     CardNodes& card) {
  using enum model::Reason;
  if (!device.available) return {no_device, "its driver says that it is not available"};
  if (!device.compiler_available) return {no_device, "its driver has no compiler"};
  if (type_of(device.type) == model::DeviceType::cpu && !device.pci_address) return {};
  auto nodes = nodes_of_card(device, driver);
  if (!nodes) return std::move(nodes).error();
  card = *std::move(nodes);
  return {};
}

// Unspecified when it may be offered.
model::Why why_not(const OpenclDevice& device, const model::Why& unfit, const DeviceMeasurement* measured,
                   const ProviderConfig& config) {
  using enum model::Reason;
  if (!config.enabled) return {offer_withdrawn, "provider.enabled is false"};
  if (holds(config.devices_deny, device.id)) return {offer_withdrawn, "provider.devices_deny names it"};
  if (!is_wanted(device.id, config)) return {offer_withdrawn, "provider.devices_allow does not name it"};
  if (unfit.reason != unspecified) return unfit;
  if (!measured) return {no_device, "it was not measured"};
  if (!measured->fitness.fit) return {no_device, measured->fitness.reason};
  return {};
}

model::OfferedDevice offered(const OpenclDevice& device, const NodeDevice& known) {
  return {.id = device.id,
          .name = device.name,
          .type = known.type,
          .opencl_version = version_number(device.version),
          .compute_units = device.compute_units,
          .global_memory_bytes = device.global_memory_bytes,
          .allocation_max_bytes = device.max_allocation_bytes,
          .local_memory_bytes = device.local_memory_bytes,
          .extensions = extensions_of(device),
          .speed = known.speed.value_or(model::Speed{}),
          .rates = known.rates};
}

NodeDevice device_of(const OpenclDevice& found, const DeviceMeasurement* measured, const ProviderConfig& config) {
  NodeDevice device{.id = found.id,
                    .name = found.name,
                    .driver = {},
                    .index = found.index,
                    .pci_address = found.pci_address,
                    .type = type_of(found.type),
                    .compute_units = found.compute_units,
                    .memory_bytes = found.global_memory_bytes,
                    .card = {},
                    .wanted = is_wanted(found.id, config),
                    .rates = config.rates,
                    .speed = {},
                    .offered = {},
                    .why = {}};
  if (const auto own = config.device_rates.find(found.id); own != config.device_rates.end()) {
    device.rates = own->second;
    device.own_rates = true;
  }
  if (measured) device.speed = speed_of(*measured);
  return device;
}

}  // namespace

std::expected<CardNodes, model::Why> no_card_nodes(const OpenclDevice& /*device*/,
                                                   const hwprobe::OpenclDriver& /*driver*/) {
  return std::unexpected(
      model::Why{model::Reason::sandbox_unavailable, "the nodes of this machine's cards are not known"});
}

NodesOfCard nodes_of_this_machine(const hwprobe::Sources& sources) {
  return [files = sources.files, opener = this_process()](const OpenclDevice& device,
                                                          const hwprobe::OpenclDriver& driver) {
    return card_nodes({.pci_address = device.pci_address.value_or(""), .library = driver.library}, *files, look_at_node,
                      opener);
  };
}

std::vector<NodeDevice> devices_of(const hwprobe::MachineReport& report, const ProviderConfig& config,
                                   const NodesOfCard& nodes_of_card) {
  std::vector<NodeDevice> devices;
  std::size_t offered_count = 0;
  for (const hwprobe::OpenclDriver& driver : report.opencl.value_or(std::vector<hwprobe::OpenclDriver>())) {
    for (std::uint32_t platform = 0; platform < driver.platforms.size(); ++platform) {
      for (const OpenclDevice& found : driver.platforms[platform].devices) {
        const DeviceMeasurement* measured = measurement_of(report, found.id);
        NodeDevice device = device_of(found, measured, config);
        device.driver = driver.name;
        device.platform = platform;
        const auto unfit = why_unfit(found, driver, nodes_of_card, device.card);
        device.can_run = unfit.reason == model::Reason::unspecified;
        auto why = why_not(found, unfit, measured, config);
        if (why.reason == model::Reason::unspecified && offered_count == model::kOfferDevicesMax) {
          why = {model::Reason::offer_withdrawn,
                 "an offer has at most " + std::to_string(model::kOfferDevicesMax) + " devices"};
        }
        device.reason = why.reason;
        device.why = std::move(why.detail);
        if (device.reason == model::Reason::unspecified) {
          device.offered = offered(found, device);
          ++offered_count;
        }
        devices.push_back(std::move(device));
      }
    }
  }
  return devices;
}

SandboxChoice choose_sandbox(const SandboxConfig& config, const execution::CgroupPlaces& places) {
  using execution::Cgroups;
  using execution::CgroupTier;
  if (config.tier == SandboxTier::automatic) return {.cgroups = Cgroups::probe(places), .lacking = {}};
  const CgroupTier wanted = config.tier == SandboxTier::cgroup2   ? CgroupTier::v2
                            : config.tier == SandboxTier::cgroup1 ? CgroupTier::v1
                                                                  : CgroupTier::none;
  auto only = Cgroups::probe(places, wanted);
  if (only.tier() == wanted) return {.cgroups = std::move(only), .lacking = {}};
  const std::string why = only.note();
  auto best = Cgroups::probe(places);
  if (!config.required) return {.cgroups = std::move(best), .lacking = {}};
  const std::string there = best.tier() == CgroupTier::none ? "none" : std::string(execution::name_of(best.tier()));
  return {.cgroups = std::move(best),
          .lacking = "sandbox.tier: " + std::string(execution::name_of(wanted)) + " is required and this machine has " +
                     there + " (" + why + "): see to it that it is there, or set sandbox.tier = \"auto\" or " +
                     "sandbox.required = false"};
}

void hold_nothing(execution::SelfTest& test, std::vector<NodeDevice>& devices, const std::string& why) {
  for (NodeDevice& device : devices) {
    if (!device.offered) continue;
    device.offered.reset();
    device.reason = model::Reason::sandbox_unavailable;
    device.why = why;
  }
  for (execution::KindTest& kind : test.kinds) {
    kind.held = false;
    kind.why = why;
  }
}

std::vector<model::JobKind> kinds_held(const Config& config, const execution::SelfTest& test) {
  std::vector<model::JobKind> kinds;
  for (const model::JobKind kind : config.provider.kinds) {
    // The others are known, and nothing runs them yet.
    if (kind == model::JobKind::opencl_kernel && test.holds(execution::SandboxKind::kernel_job)) kinds.push_back(kind);
  }
  return kinds;
}

std::vector<WorkerDevice> worker_devices(const std::vector<NodeDevice>& devices, const std::filesystem::path& vendors,
                                         const std::vector<std::pair<std::string, std::string>>& environment) {
  std::vector<WorkerDevice> list;
  for (const NodeDevice& device : devices) {
    if (!device.can_run) continue;
    // One driver, so that the indices are those that the probe saw.
    auto variables = environment;
    variables.emplace_back("OCL_ICD_VENDORS", (vendors / device.driver).string());
    variables.insert(variables.end(), device.card.environment.begin(), device.card.environment.end());
    list.push_back({.id = device.id,
                    .platform = device.platform,
                    // Of cards the driver sees the rented one only.
                    .device = device.card.nodes.empty() ? device.index : 0,
                    .name = device.name,
                    .type = device.type,
                    .compute_units = device.compute_units,
                    .environment = std::move(variables),
                    .nodes = device.card.nodes,
                    .node_groups = device.card.groups,
                    .folders = device.card.folders,
                    .links = device.card.links});
  }
  return list;
}

model::TaskLimits limits_on(const hwprobe::MachineReport& machine, const model::TaskLimits& wanted) {
  model::TaskLimits limits = wanted;
  if (const auto& topology = machine.topology; topology && !topology->threads.empty()) {
    limits.cpu_cores = static_cast<std::uint32_t>(std::min<std::size_t>(limits.cpu_cores, topology->threads.size()));
  }
  if (const auto& memory = machine.memory; memory && memory->total_bytes > 0) {
    limits.memory_bytes = std::min(limits.memory_bytes, memory->total_bytes);
  }
  return limits;
}

std::optional<model::Offer> make_offer(const Config& config, const hwprobe::MachineReport& machine,
                                       const std::vector<NodeDevice>& devices, const std::vector<model::JobKind>& kinds,
                                       std::uint64_t sequence, std::int64_t now_unix_ms) {
  if (!config.provider.enabled || kinds.empty()) return std::nullopt;
  model::Offer offer{.sequence = sequence,
                     .from_unix_ms = now_unix_ms,
                     .until_unix_ms = now_unix_ms + kOfferValidityMs,
                     .kinds = kinds,
                     .limits = limits_on(machine, config.provider.limits)};
  for (const NodeDevice& device : devices) {
    if (const auto& found = device.offered) offer.devices.push_back(*found);
  }
  if (offer.devices.empty()) return std::nullopt;
  return offer;
}

}  // namespace quern::daemon
