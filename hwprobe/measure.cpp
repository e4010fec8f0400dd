#include "hwprobe/measure.hpp"

#include <algorithm>
#include <utility>

#include "hwprobe/opencl_driver.hpp"

namespace quern::hwprobe {
namespace {

struct DevicePlace {
  std::size_t platform = 0;
  const OpenclDevice* device = nullptr;
};

Fitness unfit(std::string reason) {
  return {false, std::move(reason)};
}

// Runs the child to its end: at most the deadline and kReapPatience.
std::expected<MeasureReply, DriverVerdict> ask(const Sources& sources, const IcdFile& icd, const DevicePlace& place,
                                               DeviceMeasurement& measurement) {
  auto child = start_driver_child(sources, icd,
                                  {"measure", std::to_string(place.platform), std::to_string(place.device->index)});
  if (!child) return std::unexpected(DriverVerdict{DriverStatus::failed, child.error()});
  std::vector<ChildProcess> children;
  children.push_back(std::move(*child));
  const ChildOutcome outcome =
      std::move(wait_for_children(std::move(children), sources.driver_deadline, kMeasureDeadlines).front());
  measurement.elapsed_ms = static_cast<std::uint32_t>(outcome.elapsed.count());
  const auto reply = reply_of(icd, outcome, sources.driver_deadline);
  if (!reply) return std::unexpected(reply.error());
  auto decoded = decode_measurement(*reply);
  if (!decoded) return std::unexpected(verdict_of(icd, decoded.error()));
  return std::move(*decoded);
}

DeviceMeasurement measure(const Sources& sources, const IcdFile& icd, const DevicePlace& place,
                          std::vector<Problem>& problems) {
  DeviceMeasurement measurement;
  measurement.device_id = place.device->id;
  measurement.device_name = place.device->name;
  auto reply = ask(sources, icd, place, measurement);
  if (!reply) {
    measurement.fitness = unfit(reply.error().detail);
  } else if (reply->device_name != place.device->name) {
    measurement.fitness = unfit("another device answered in its place: " + reply->device_name);
  } else {
    measurement.fitness = std::move(reply->fitness);
    measurement.figures = std::move(reply->figures);
    for (std::string& note : reply->notes) problems.push_back({place.device->name, std::move(note)});
  }
  return measurement;
}

}  // namespace

std::vector<DeviceMeasurement> measure_devices(const Sources& sources, const std::vector<OpenclDriver>& drivers,
                                               std::vector<Problem>& problems) {
  std::vector<DeviceMeasurement> measurements;
  const std::vector<IcdFile> icds = find_icd_files(sources, problems);
  for (const OpenclDriver& driver : drivers) {
    if (driver.status != DriverStatus::ok) continue;
    const auto icd = std::ranges::find(icds, driver.name, &IcdFile::name);
    if (icd == icds.end()) {
      problems.push_back({driver.name, "is gone since the devices were listed: its devices are not measured"});
      continue;
    }
    for (std::size_t platform = 0; platform < driver.platforms.size(); ++platform) {
      for (const OpenclDevice& device : driver.platforms[platform].devices) {
        measurements.push_back(measure(sources, *icd, {platform, &device}, problems));
      }
    }
  }
  return measurements;
}

}  // namespace quern::hwprobe
