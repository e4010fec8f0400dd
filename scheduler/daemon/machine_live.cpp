#include "scheduler/daemon/machine_live.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include <boost/json/array.hpp>

#include "overlay/runtime/cleanup.hpp"

namespace quern::daemon {

namespace json = boost::json;
using runtime::Task;

namespace {

constexpr std::uint32_t kPermilleMax = 1000;
constexpr std::string_view kPackage = "package-";

template <class T>
json::value known(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value();
}

json::value permille(const std::optional<hwprobe::Permille>& share) {
  return share ? json::value(std::min(*share, kPermilleMax)) : json::value();
}

json::value used(const std::optional<std::uint64_t>& total, const std::optional<std::uint64_t>& left) {
  if (!total || !left || *left > *total) return nullptr;
  return *total - *left;
}

json::array threads_json(const hwprobe::CpuLoad& load, const std::optional<hwprobe::Topology>& topology) {
  json::array list;
  if (!topology) return list;
  std::map<std::uint32_t, std::uint32_t> busy;
  for (const auto& thread : load.threads) busy.emplace(thread.os_index, std::min(thread.busy, kPermilleMax));
  list.reserve(std::min(topology->threads.size(), kLiveThreadsMax));
  for (const hwprobe::Thread& thread : topology->threads) {
    if (list.size() == kLiveThreadsMax) break;
    const auto found = busy.find(thread.os_index);
    list.emplace_back(found == busy.end() ? json::value() : json::value(found->second));
  }
  return list;
}

json::object gpu_json(const hwprobe::GpuSample& gpu) {
  return {{"pci_address", gpu.pci_address},
          {"busy_permille", permille(gpu.busy)},
          {"memory_total_bytes", known(gpu.memory_total_bytes)},
          {"memory_used_bytes", known(gpu.memory_used_bytes)},
          {"temperature_millicelsius", known(gpu.temperature_millicelsius)},
          {"fan_permille", permille(gpu.fan)},
          {"power_milliwatts", known(gpu.power_milliwatts)},
          {"power_limit_milliwatts", known(gpu.power_limit_milliwatts)},
          {"clock_mhz", known(gpu.clock_mhz)}};
}

template <class Values, class Make>
json::array list_of(const Values& values, std::size_t most, Make make) {
  json::array list;
  list.reserve(std::min(values.size(), most));
  for (const auto& value : values) {
    if (list.size() == most) break;
    list.emplace_back(make(value));
  }
  return list;
}

}  // namespace

json::object live_json(const LiveReading& reading, const std::optional<hwprobe::Topology>& topology) {
  const hwprobe::Sample& sample = reading.sample;
  const auto node = [](const hwprobe::NumaMemory& memory) {
    return json::object{{"os_index", memory.os_index},
                        {"memory_total_bytes", known(memory.total_bytes)},
                        {"memory_used_bytes", used(memory.total_bytes, memory.free_bytes)}};
  };
  const auto temperature = [](const hwprobe::Temperature& at) {
    return json::object{{"chip", at.chip}, {"label", at.label}, {"millicelsius", at.millicelsius}};
  };
  const auto power = [](const hwprobe::Power& drawn) {
    return json::object{{"source", drawn.source}, {"label", drawn.label}, {"milliwatts", drawn.milliwatts}};
  };
  return {{"at_unix_ms", reading.at_unix_ms},
          {"busy_permille", permille(sample.cpu.total)},
          {"threads_busy_permille", threads_json(sample.cpu, topology)},
          {"memory_total_bytes", known(sample.memory.total_bytes)},
          {"memory_used_bytes", used(sample.memory.total_bytes, sample.memory.available_bytes)},
          {"numa", list_of(reading.numa, kLiveNodesMax, node)},
          {"gpus", list_of(sample.gpus, kLiveGpusMax, gpu_json)},
          {"temperatures", list_of(sample.temperatures, kLiveSensorsMax, temperature)},
          {"powers", list_of(sample.powers, kLiveSensorsMax, power)}};
}

std::optional<std::uint32_t> busy_permille(const LiveReading& reading, const std::optional<std::string>& pci_address) {
  std::optional<hwprobe::Permille> share = reading.sample.cpu.total;
  if (pci_address) {
    const auto& gpus = reading.sample.gpus;
    const auto found = std::ranges::find(gpus, *pci_address, &hwprobe::GpuSample::pci_address);
    share = found == gpus.end() ? std::nullopt : found->busy;
  }
  return share ? std::optional(std::min(*share, kPermilleMax)) : std::nullopt;
}

std::optional<std::uint64_t> power_milliwatts(const LiveReading& reading,
                                              const std::optional<std::string>& pci_address) {
  if (pci_address) {
    const auto& gpus = reading.sample.gpus;
    const auto found = std::ranges::find(gpus, *pci_address, &hwprobe::GpuSample::pci_address);
    return found == gpus.end() ? std::nullopt : found->power_milliwatts;
  }
  std::optional<std::uint64_t> sum;
  for (const hwprobe::Power& drawn : reading.sample.powers) {
    // Its parts are in it, as "package-1/core" where there are several; "psys" is the whole machine.
    if (drawn.source != "rapl" || !drawn.label.starts_with(kPackage) || drawn.label.contains('/')) continue;
    sum = sum.value_or(0) + drawn.milliwatts;
  }
  return sum;
}

// Owned by the reading under way, too, as offload_work() wants; it waits for one that was cancelled.
struct MachineLive::Sensors {
  explicit Sensors(const hwprobe::Sources& from) : files(from.files), sampler(from) {}
  std::mutex one_at_a_time;
  std::shared_ptr<const hwprobe::FileTree> files;
  hwprobe::Sampler sampler;
};

MachineLive::MachineLive(runtime::Runtime& runtime, const hwprobe::Sources& sources, OnReading on_reading,
                         OnBegun on_begun)
    : runtime_(runtime),
      sensors_(std::make_shared<Sensors>(sources)),
      on_reading_(std::move(on_reading)),
      on_begun_(std::move(on_begun)) {}

MachineLive::~MachineLive() = default;

Task<void> MachineLive::refresh() {
  while (reading_) co_await read_.wait();
  const auto begun = runtime_.clock().now();
  if (latest_ && begun - taken_ < kLiveEvery / 2) co_return;
  reading_ = true;
  if (on_begun_) on_begun_(begun);
  const auto reading = std::make_shared<LiveReading>();
  const auto read = [this, reading, begun]() -> Task<void> {
    co_await runtime_.offload_work([sensors = sensors_, reading, begun] {
      const std::scoped_lock alone(sensors->one_at_a_time);
      std::vector<hwprobe::Problem> problems;
      reading->sample = sensors->sampler.sample(std::chrono::nanoseconds(begun.ns), problems);
      reading->numa = hwprobe::read_numa_memory(*sensors->files);
    });
    reading->at_unix_ms = runtime_.clock().wall_now().unix_ms;
    latest_ = std::move(*reading);
    taken_ = begun;
    if (on_reading_) on_reading_(*latest_, begun);
  };
  const auto done = [this]() -> Task<void> {
    reading_ = false;
    read_.wake_all();
    co_return;
  };
  co_await runtime::with_cleanup<void>(read, done);
}

}  // namespace quern::daemon
