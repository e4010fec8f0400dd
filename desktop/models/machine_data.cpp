#include "desktop/models/machine_data.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "desktop/models/market_data.hpp"
#include "desktop/models/node_data.hpp"

namespace quern::desktop::models {

namespace json = boost::json;

namespace {

constexpr std::int64_t kIndexMax = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t kCelsiusMaxMilli = 250'000;
constexpr std::int64_t kWattsMaxMilli = 100'000'000;
constexpr std::uint64_t kUnitsMax = 1'000'000'000;
constexpr std::int64_t kLevelMax = 9;
constexpr qsizetype kVersionChars = 64;

std::uint32_t index_or(const Reading& read, std::string_view key, std::uint32_t otherwise) {
  return static_cast<std::uint32_t>(read.integer_or(key, 0, kIndexMax, otherwise));
}

constexpr std::uint32_t kNoCore = std::numeric_limits<std::uint32_t>::max();

// Of each hardware thread, in their order: its core, or kNoCore.
std::vector<std::uint32_t> read_cores(const Reading& topology, MachineData& machine) {
  const auto threads = topology.objects("threads", kThreadsMax);
  std::vector<std::uint32_t> cores_of_threads(threads.size(), kNoCore);
  for (const Reading& core : topology.objects("cores", kThreadsMax)) {
    CoreData& made = machine.cores.emplace_back();
    made.package = index_or(core, "package", 0);
    made.numa_node = index_or(core, "numa_node", 0);
    if (made.package >= machine.packages.size()) made.package = 0;
    if (made.numa_node >= machine.numa_nodes.size()) made.numa_node = 0;
    for (const std::uint32_t thread : core.indexes("threads", kThreadsMax)) {
      if (thread >= threads.size()) continue;
      made.threads.push_back(index_or(threads[thread], "os_index", thread));
      cores_of_threads[thread] = static_cast<std::uint32_t>(machine.cores.size() - 1);
    }
  }
  return cores_of_threads;
}

void read_caches(const Reading& topology, const std::vector<std::uint32_t>& cores_of_threads, MachineData& machine) {
  std::size_t shares = 0;  // of all caches: each thread has at most a few, however many are claimed
  for (const Reading& cache : topology.objects("caches", kCachesMax)) {
    if (cache.text("kind", 32) == QStringLiteral("instruction")) continue;
    CacheData made;
    made.level = static_cast<std::uint32_t>(cache.integer_or("level", 1, kLevelMax, 0));
    made.size_bytes = cache.size_or_zero("size_bytes");
    for (const std::uint32_t thread : cache.indexes("threads", kThreadsMax)) {
      const bool has_core = thread < cores_of_threads.size() && cores_of_threads[thread] != kNoCore;
      if (has_core) made.cores.push_back(cores_of_threads[thread]);
    }
    std::ranges::sort(made.cores);
    const auto repeated = std::ranges::unique(made.cores);
    made.cores.erase(repeated.begin(), repeated.end());
    shares += made.cores.size();
    if (shares > kCachesMax * kLevelMax) return;
    if (made.level > 0 && !made.cores.empty()) machine.caches.push_back(std::move(made));
  }
}

void read_topology(const Reading& topology, const Reading& live, MachineData& machine) {
  for (const Reading& package : topology.objects("packages", kNodesMax)) {
    machine.packages.push_back({.os_index = index_or(package, "os_index", 0)});
  }
  for (const Reading& node : topology.objects("numa_nodes", kNodesMax)) {
    machine.numa_nodes.push_back({.os_index = index_or(node, "os_index", 0),
                                  .memory_bytes = node.size("memory_bytes"),
                                  .memory_used_bytes = std::nullopt});
  }
  if (machine.packages.empty()) machine.packages.emplace_back();
  if (machine.numa_nodes.empty()) machine.numa_nodes.emplace_back();
  const auto cores_of_threads = read_cores(topology, machine);
  read_caches(topology, cores_of_threads, machine);
  // Busy is told for each thread, in the order of the topology.
  const json::value* const list = live.members() ? live.members()->if_contains("threads_busy_permille") : nullptr;
  const json::array* const busy = list ? list->if_array() : nullptr;
  if (!busy) return;
  std::vector<std::int64_t> sums(machine.cores.size(), 0);
  std::vector<std::int64_t> counts(machine.cores.size(), 0);
  for (std::size_t i = 0; i < std::min(busy->size(), cores_of_threads.size()); ++i) {
    const json::value& each = (*busy)[i];
    if (!each.is_int64() || each.get_int64() < 0 || cores_of_threads[i] >= sums.size()) continue;
    sums[cores_of_threads[i]] += std::min<std::int64_t>(each.get_int64(), 1'000);
    ++counts[cores_of_threads[i]];
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (counts[i] > 0) machine.cores[i].busy_permille = sums[i] / counts[i];
  }
}

DeviceData device_from(const Reading& read, const QString& id) {
  DeviceData device;
  device.id = id;
  device.name = read.text("name");
  device.kind = read.text("kind", 32);
  device.pci_address = read.text("pci_address", 32);
  device.compute_units = read.size_or_zero("compute_units", kUnitsMax);
  device.memory_bytes = read.size_or_zero("memory_bytes");
  device.offered = read.flag_or("offered", false);
  device.wanted = read.flag_or("wanted", device.offered);
  device.why = why_from(read.object("why"));
  device.paused = read.flag_or("paused", false);
  device.paused_until_unix_ms = read.time_ms("paused_until_unix_ms");
  const Reading rates = read.object("rates");
  device.rates = rates_from(rates);
  device.own_rates = read.flag_or("own_rates", false);
  if (rates.there()) device.per_hour_micro = hourly_of(rates);
  device.fp32_flops = read.object("speed").size_or_zero("fp32_flops");
  device.busy_permille = read.permille("busy_permille");
  device.earned_today_micro = read.micro_or_zero("earned_today_micro");
  const Reading job = read.object("job");
  if (job.there()) {
    device.job = DeviceData::Job{.id = job.id("id").value_or(QString()),
                                 .name = job.text("name"),
                                 .peer = job.text("peer"),
                                 .progress_permille = job.permille("permille").value_or(0)};
  }
  return device;
}

void read_gpu(const Reading& gpu, DeviceData& device) {
  if (!device.busy_permille) device.busy_permille = gpu.permille("busy_permille");
  if (const auto total = gpu.size("memory_total_bytes")) device.memory_bytes = *total;
  device.memory_used_bytes = gpu.size("memory_used_bytes");
  device.temperature_millicelsius = gpu.integer("temperature_millicelsius", -kCelsiusMaxMilli, kCelsiusMaxMilli);
  device.power_milliwatts = gpu.integer("power_milliwatts", 0, kWattsMaxMilli);
  device.power_limit_milliwatts = gpu.integer("power_limit_milliwatts", 0, kWattsMaxMilli);
  device.fan_permille = gpu.permille("fan_permille");
}

// By device id.
std::map<QString, QString> driver_versions(const Reading& report) {
  std::map<QString, QString> versions;
  for (const Reading& driver : report.objects("opencl", kDevicesMax)) {
    for (const Reading& platform : driver.objects("platforms", kDevicesMax)) {
      for (const Reading& device : platform.objects("devices", kDevicesMax)) {
        const auto id = device.id("id");
        if (id && versions.size() < kDevicesMax) versions.emplace(*id, device.text("driver_version", kVersionChars));
      }
    }
  }
  return versions;
}

void read_devices(const Reading& read, const Reading& live, MachineData& machine) {
  std::map<QString, Reading> gpus;
  const auto versions = driver_versions(read.object("report"));
  for (const Reading& gpu : live.objects("gpus", kDevicesMax)) gpus.emplace(gpu.text("pci_address", 32), gpu);
  for (const Reading& each : read.objects("devices", kDevicesMax)) {
    const auto id = each.id("id");
    if (!id) continue;
    DeviceData& device = machine.devices.emplace_back(device_from(each, *id));
    if (const auto version = versions.find(*id); version != versions.end()) device.driver_version = version->second;
    const auto gpu = gpus.find(device.pci_address);
    if (!device.pci_address.isEmpty() && gpu != gpus.end()) read_gpu(gpu->second, device);
    if (const auto node = each.integer("numa", 0, kIndexMax)) {
      const auto found =
          std::ranges::find(machine.numa_nodes, static_cast<std::uint32_t>(*node), &NumaNodeData::os_index);
      if (found != machine.numa_nodes.end()) {
        device.numa_node = static_cast<std::uint32_t>(found - machine.numa_nodes.begin());
      }
    }
  }
}

std::optional<PreferencesData::Number> number_from(const Reading& values, const Reading& bounds, std::string_view key) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const auto value = values.integer(key, 0, kMost);
  if (!value) return std::nullopt;
  const Reading bound = bounds.object(key);
  PreferencesData::Number number{.value = *value,
                                 .least = bound.integer_or("least", 0, kMost, 0),
                                 .most = bound.integer_or("most", 0, kMost, kMost)};
  if (number.least > number.most) std::swap(number.least, number.most);
  return number;
}

// Null is an amount without a bound; a key that is not there is none.
std::optional<PreferencesData::Amount> amount_from(const Reading& values, std::string_view key) {
  if (!values.there() || !values.members()->contains(key)) return std::nullopt;
  return PreferencesData::Amount{values.integer(key, 0, kMicroMax)};
}

}  // namespace

bool DeviceData::hindered() const {
  return why.there() && why.reason != QStringLiteral("offer_withdrawn");
}

MachineData machine_from(const json::value& value) {
  const Reading read(value);
  const Reading report = read.object("report");
  const Reading live = read.object("live");
  MachineData machine;
  machine.host = read.text("host");
  machine.system = read.text("system");
  machine.kernel = report.object("system").text("kernel");
  machine.processor = report.object("cpu").text("model_name");
  machine.memory_bytes = report.object("memory").size_or_zero("total_bytes");
  if (const auto total = live.size("memory_total_bytes")) machine.memory_bytes = *total;
  machine.memory_used_bytes = live.size("memory_used_bytes");
  machine.busy_permille = live.permille("busy_permille");
  read_topology(report.object("topology"), live, machine);
  for (const Reading& node : live.objects("numa", kNodesMax)) {
    const auto at = std::ranges::find(machine.numa_nodes, index_or(node, "os_index", 0), &NumaNodeData::os_index);
    if (at == machine.numa_nodes.end()) continue;
    at->memory_used_bytes = node.size("memory_used_bytes");
    if (const auto total = node.size("memory_total_bytes")) at->memory_bytes = total;
  }
  read_devices(read, live, machine);
  return machine;
}

PreferencesData preferences_from(const json::value& value) {
  const Reading read(value);
  const Reading values = read.object("values");
  const Reading bounds = read.object("bounds");
  PreferencesData data;
  data.host = read.text("host");
  data.share = values.flag("share");
  data.cpu_cores = number_from(values, bounds, "cpu_cores");
  data.memory_bytes = number_from(values, bounds, "memory_bytes");
  data.scratch_bytes = number_from(values, bounds, "scratch_bytes");
  data.walltime_ms = number_from(values, bounds, "walltime_ms");
  data.input_bytes = number_from(values, bounds, "input_bytes");
  data.output_bytes = number_from(values, bounds, "output_bytes");
  data.budget = amount_from(values, "budget_micro");
  data.job_budget = amount_from(values, "job_budget_micro");
  data.strategy = values.id("strategy");
  for (QString& name : read.texts("set", kCapabilitiesMax, 64)) data.set.insert(std::move(name));
  return data;
}

}  // namespace quern::desktop::models
