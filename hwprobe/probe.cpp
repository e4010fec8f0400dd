#include "hwprobe/probe.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "hwprobe/gpu_merge.hpp"
#include "hwprobe/identity.hpp"
#include "hwprobe/measure.hpp"
#include "hwprobe/opencl.hpp"
#include "hwprobe/pci.hpp"
#include "hwprobe/sensors.hpp"
#include "hwprobe/stopwatch.hpp"
#include "hwprobe/topology.hpp"

namespace quern::hwprobe {
namespace {

void add_topology(const Sources& sources, MachineReport& report) {
  TopologyPart part = read_topology(sources, report.problems);
  if (sources.answers) part.cpu.hypervisor = sources.answers->hypervisor;
  report.system = std::move(part.system);
  report.cpu = std::move(part.cpu);
  report.topology = std::move(part.topology);
  report.memory = part.memory;
}

void add_sensors(const Sources& sources, MachineReport& report) {
  Sampler sampler(sources);
  report.sensors = sampler.sample(steady_time(), report.problems);
  if (sources.answers) {
    report.sensors->gpus = merge_gpus(std::move(report.sensors->gpus), sources.answers->library_gpus, {});
  }
}

}  // namespace

MachineReport probe(const Sources& sources, Parts parts) {
  const auto started = steady_time();
  MachineReport report;
  const bool opencl = parts.opencl || parts.measurements;
  std::optional<OpenclProbe> drivers_probe;
  if (opencl && !sources.answers) drivers_probe.emplace(sources, report.problems);

  // Device ids are made from the machine's identity and the numbers on the bus, so these are read for OpenCL alone too.
  MachineIdentity identity;
  std::vector<PciDevice> pci;
  if (parts.identity || parts.pci || opencl) identity = read_identity(*sources.files, report.problems);
  if (parts.pci || opencl) pci = read_pci(*sources.files, report.problems);
  if (parts.topology) add_topology(sources, report);
  if (parts.sensors) add_sensors(sources, report);

  if (opencl) {
    std::vector<OpenclDriver>& drivers = report.opencl.emplace();
    if (sources.answers) drivers = sources.answers->drivers;
    if (drivers_probe) drivers = drivers_probe->finish();
    assign_device_ids(drivers, pci, identity);
    if (parts.pci) report.gpus = join_gpus(pci, drivers, identity);
  }
  if (parts.measurements) {
    report.measurements = {.host = measure_host(report.problems),
                           .devices = measure_devices(sources, *report.opencl, report.problems)};
  }
  if (parts.identity) report.identity = std::move(identity);
  if (parts.pci) report.pci = std::move(pci);
  report.taken_unix_ms = unix_time_ms();
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(steady_time() - started);
  report.elapsed_ms = static_cast<std::uint32_t>(elapsed.count());
  return report;
}

}  // namespace quern::hwprobe
