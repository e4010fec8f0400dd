#include "hwprobe/sensors.hpp"

#include <utility>

#include "hwprobe/drm_sensors.hpp"
#include "hwprobe/gpu_merge.hpp"
#include "hwprobe/hwmon.hpp"
#include "hwprobe/memory_load.hpp"
#include "hwprobe/nvml.hpp"
#include "hwprobe/power_supply.hpp"
#include "hwprobe/powercap.hpp"
#include "hwprobe/problems_once.hpp"
#include "hwprobe/proc_load.hpp"
#include "hwprobe/sensor_reader.hpp"
#include "hwprobe/thermal_zones.hpp"

namespace quern::hwprobe {
namespace {

// Looking for sensors costs a few times what reading them does. Devices that were plugged in are seen after at most so
// many samples...
constexpr unsigned kSamplesPerDiscovery = 60;
// ...and after a file is gone the rest is looked for anew, but not in every sample when files are listed that cannot be
// opened.
constexpr unsigned kSamplesAfterLoss = 4;

}  // namespace

struct Sampler::Impl {
  explicit Impl(const Sources& sources)
      : files(sources.files ? sources.files : std::make_shared<RecordedFiles>()), nvml(sources.nvml_library) {}

  void discover(ProblemsOnce& notes);
  void read(SensorReader& reader, std::chrono::nanoseconds now, Sample& sample);

  std::shared_ptr<const FileTree> files;
  ProblemsOnce::Told told;
  unsigned samples_until_discovery = 0;

  CpuLoadMeter cpu;
  DrmSensors drm;
  HwmonSensors hwmon;
  ThermalZones thermal;
  Powercap powercap;
  PowerSupplies supplies;
  NvmlSensors nvml;
};

void Sampler::Impl::discover(ProblemsOnce& notes) {
  SensorReader reader(*files, notes);
  drm.discover(reader);
  hwmon.discover(reader, drm.hwmon_names());
  thermal.discover(reader, hwmon.temperature_chips());
  powercap.discover(reader);
  supplies.discover(reader);
  nvml.discover(notes);
}

void Sampler::Impl::read(SensorReader& reader, std::chrono::nanoseconds now, Sample& sample) {
  DrmReading cards = drm.read(reader, now, sample);
  sample.gpus = merge_gpus(std::move(cards.gpus), nvml.read(reader.problems()), cards.screens);
  for (const GpuSample& gpu : sample.gpus) {
    if (gpu.display_attached)
      sample.display_attached = sample.display_attached.value_or(false) || *gpu.display_attached;
  }
  hwmon.read(reader, sample);
  thermal.read(reader, sample);
  powercap.read(reader, now, sample);
  supplies.read(reader, sample);
}

Sampler::Sampler(const Sources& sources) : impl_(std::make_unique<Impl>(sources)) {}

Sampler::~Sampler() = default;

Sample Sampler::sample(std::chrono::nanoseconds now, std::vector<Problem>& problems) {
  ProblemsOnce notes(impl_->told, problems);
  Sample sample;
  // These three files are on every machine; that one is missing (a container without it) is nothing to look for again.
  SensorReader proc(*impl_->files, notes);
  impl_->cpu.read(proc, sample.cpu);
  read_memory_load(proc, sample.memory);

  if (impl_->samples_until_discovery == 0) {
    impl_->discover(notes);
    impl_->samples_until_discovery = kSamplesPerDiscovery;
  }
  --impl_->samples_until_discovery;
  SensorReader reader(*impl_->files, notes);
  impl_->read(reader, now, sample);
  const unsigned since_discovery = kSamplesPerDiscovery - impl_->samples_until_discovery;
  if (reader.lost() && since_discovery >= kSamplesAfterLoss) impl_->samples_until_discovery = 0;
  return sample;
}

}  // namespace quern::hwprobe
