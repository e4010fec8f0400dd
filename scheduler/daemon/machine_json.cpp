#include "scheduler/daemon/machine_json.hpp"

#include <algorithm>

#include "hwprobe/report_json.hpp"
#include "overlay/runtime/hex.hpp"
#include "scheduler/daemon/methods.hpp"
#include "scheduler/daemon/rates_json.hpp"
#include "scheduler/model/manifest_terms.hpp"

namespace quern::daemon {

namespace json = boost::json;

namespace {

json::value numa_of(const hwprobe::MachineReport& report, const std::optional<std::string>& pci_address) {
  const auto& pci = report.pci;
  if (!pci_address || !pci) return nullptr;
  const auto found = std::ranges::find(*pci, *pci_address, &hwprobe::PciDevice::address);
  if (found == pci->end()) return nullptr;
  const auto& node = found->numa_node;
  return node ? json::value(*node) : json::value();
}

json::value speed_json(const std::optional<model::Speed>& speed) {
  if (!speed) return nullptr;
  return json::object{{"fp32_flops", speed->fp32_flops},
                      {"fp64_flops", speed->fp64_flops},
                      {"memory_bytes_per_second", speed->memory_bytes_per_second},
                      {"spread_permille", speed->spread_permille}};
}

json::value job_on(const Node& node, const std::string& device) {
  for (const auto& work : node.provider().under_way()) {
    if (work.trail.demand().device != device) continue;
    return json::object{{"id", runtime::to_hex(work.trail.demand().id)},
                        {"name", work.job.name},
                        {"peer", work.trail.demand().submitter.text()},
                        {"permille", work.permille}};
  }
  return nullptr;
}

json::value time_or_null(const std::optional<std::int64_t>& time) {
  return time ? json::value(*time) : json::value();
}

}  // namespace

json::object device_json(const Node& node, const NodeDevice& device) {
  const Pause* pause = node.preferences().pauses.of(device.id);
  const LiveReading* reading = node.live().latest();
  const auto busy = reading ? busy_permille(*reading, device.pci_address) : std::nullopt;
  const auto& today = node.today().by_device;
  const auto earned = today.find(device.id);
  return {{"id", device.id},
          {"name", device.name},
          {"kind", model::kDeviceTypeNames.at(static_cast<std::size_t>(device.type))},
          {"pci_address", device.pci_address ? json::value(json::string(*device.pci_address)) : json::value()},
          {"numa", numa_of(node.parts().report, device.pci_address)},
          {"compute_units", device.compute_units},
          {"memory_bytes", device.memory_bytes},
          {"offered", device.offered.has_value() && !node.draining()},
          {"wanted", device.wanted},
          {"why", device.offered ? json::value() : why_json({device.reason, device.why})},
          {"paused", pause != nullptr},
          {"paused_until_unix_ms", pause ? time_or_null(pause->until_unix_ms) : json::value()},
          {"rates", rates_json(device.rates)},
          {"own_rates", device.own_rates},
          {"speed", speed_json(device.speed)},
          {"busy_permille", busy ? json::value(*busy) : json::value()},
          {"job", job_on(node, device.id)},
          {"earned_today_micro", earned == today.end() ? 0 : earned->second}};
}

json::object machine_json(const Node& node) {
  const hwprobe::MachineReport& report = node.parts().report;
  const LiveReading* reading = node.live().latest();
  json::array devices;
  for (const NodeDevice& device : node.parts().devices) {
    if (devices.size() == kDevicesMax) break;
    devices.emplace_back(device_json(node, device));
  }
  return {{"host", node.parts().host},
          {"system", report.system ? report.system->name : ""},
          {"report", hwprobe::to_json(report)},
          {"live", reading ? json::value(live_json(*reading, report.topology)) : json::value()},
          {"devices", std::move(devices)}};
}

json::object work_json(const engagement::Provider::UnderWay& work) {
  const agreement::Demand& demand = work.trail.demand();
  const agreement::TaskRef& first = demand.tasks.front();
  return {{"id", runtime::to_hex(demand.id)},
          {"state", work.ending ? "ending" : "running"},
          {"job", runtime::to_hex(first.job)},
          {"name", work.job.name},
          {"kind", model::kKindNames.at(static_cast<std::size_t>(work.job.kind))},
          {"peer", demand.submitter.text()},
          {"device", demand.device},
          {"task", first.shard},
          {"tasks", first.shards},
          {"together", demand.tasks.size()},
          {"started_unix_ms", work.trail.accepted_unix_ms().value_or(0)},
          {"walltime_ms", work.trail.bid().walltime_ms},
          {"permille", work.permille},
          {"usage", usage_json(work.trail.usage())},
          {"earned_micro", work.trail.due().micro},
          {"authorised_micro", work.trail.authorised().micro},
          {"max_micro", work.trail.bid().max_total.micro}};
}

json::object preferences_json(const Node& node) {
  json::array set;
  for (const auto& [name, value] : node.preferences().values) set.emplace_back(name);
  json::object bounds;
  for (const PreferenceText& preference : preference_texts()) {
    if (const auto& range = preference.range) {
      bounds.emplace(preference.name, json::object{{"least", range->least}, {"most", range->most}});
    }
  }
  return {{"host", node.parts().host},
          {"values", preference_values(node.parts().config)},
          {"config", preference_values(node.file_config())},
          {"set", std::move(set)},
          {"bounds", std::move(bounds)}};
}

std::optional<jobs::DemandId> demand_from(std::string_view text) {
  const auto bytes = runtime::from_hex(text);
  jobs::DemandId id{};
  if (!bytes || bytes->size() != id.size()) return std::nullopt;
  std::ranges::copy(*bytes, id.begin());
  return id;
}

}  // namespace quern::daemon
