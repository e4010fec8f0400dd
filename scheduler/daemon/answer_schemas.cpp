#include "scheduler/daemon/answer_schemas.hpp"

#include <limits>

#include "scheduler/agreement/trail.hpp"
#include "scheduler/daemon/config.hpp"
#include "scheduler/daemon/earnings.hpp"
#include "scheduler/daemon/machine_live.hpp"
#include "scheduler/daemon/preferences.hpp"
#include "scheduler/model/usage.hpp"

namespace quern::daemon {

using rpc::boolean;
using rpc::described;
using rpc::integer;
using rpc::list;
using rpc::object;
using rpc::one_of;
using rpc::Schema;
using rpc::text;

namespace {

using Members = std::vector<std::pair<std::string, Schema>>;

Schema peer_schema() {
  return text(kShortTextMax);
}

Members members_by(std::string_view model::DimensionText::* name, std::int64_t most) {
  Members members;
  members.reserve(model::kDimensions);
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    members.emplace_back(model::text_of(static_cast<model::Dimension>(i)).*name, integer(0, most));
  }
  return members;
}

Schema speed_schema() {
  return described(object({{"fp32_flops", integer(0)},
                           {"fp64_flops", integer(0)},
                           {"memory_bytes_per_second", integer(0)},
                           {"spread_permille", integer(0)}}),
                   "as measured here; 0: not measured");
}

Schema gpu_schema() {
  return object({{"pci_address", text(kShortTextMax)},
                 {"busy_permille", nullable(permille_schema())},
                 {"memory_total_bytes", nullable(integer(0))},
                 {"memory_used_bytes", nullable(integer(0))},
                 {"temperature_millicelsius", nullable(integer())},
                 {"fan_permille", nullable(permille_schema())},
                 {"power_milliwatts", nullable(integer(0))},
                 {"power_limit_milliwatts", nullable(integer(0))},
                 {"clock_mhz", nullable(integer(0))}});
}

Schema live_schema() {
  const Schema node = object({{"os_index", integer(0)},
                              {"memory_total_bytes", nullable(integer(0))},
                              {"memory_used_bytes", nullable(integer(0))}});
  const Schema temperature =
      object({{"chip", text(kNameTextMax)}, {"label", text(kNameTextMax)}, {"millicelsius", integer()}});
  const Schema power =
      object({{"source", text(kNameTextMax)}, {"label", text(kNameTextMax)}, {"milliwatts", integer(0)}});
  return described(object({{"at_unix_ms", time_schema()},
                           {"busy_permille", nullable(permille_schema())},
                           {"threads_busy_permille", described(list(nullable(permille_schema()), kLiveThreadsMax),
                                                               "in the order of report.topology.threads")},
                           {"memory_total_bytes", nullable(integer(0))},
                           {"memory_used_bytes", nullable(integer(0))},
                           {"numa", list(node, kLiveNodesMax)},
                           {"gpus", list(gpu_schema(), kLiveGpusMax)},
                           {"temperatures", list(temperature, kLiveSensorsMax)},
                           {"powers", list(power, kLiveSensorsMax)}}),
                   "averages since the reading before; null before the first");
}

Members energy_member(std::string_view description) {
  return {{"energy_millijoules", described(integer(0), description)}};
}

Schema day_schema() {
  const Schema part = object({{"name", described(text(kNameTextMax), "\"\": what is not known, and the rest")},
                              {"earned_micro", micro_schema()},
                              {"spent_micro", micro_schema()}},
                             energy_member("only where parts are devices"));
  return object({{"day", described(text(kShortTextMax), "2026-08-22")},
                 {"from_unix_ms", time_schema()},
                 {"parts", list(part, kEarningsPartsMax)}},
                energy_member("of all devices, by quarters of an hour"));
}

}  // namespace

Schema time_schema() {
  return integer(0);
}
Schema micro_schema() {
  return integer();
}
Schema permille_schema() {
  return integer(0, 1000);
}
Schema nullable(const Schema& schema) {
  return rpc::either({schema, rpc::null()});
}

Schema why_schema() {
  return object(
      {{"reason", described(text(kShortTextMax), "a name of the list of reasons")}, {"text", text(kNameTextMax)}},
      {{"detail", text(kNameTextMax)}, {"remedy", text(kNameTextMax)}});
}

Schema usage_schema() {
  return object({}, members_by(&model::DimensionText::name, static_cast<std::int64_t>(model::kQuantityMax)));
}
Schema rates_schema() {
  return described(object({}, members_by(&model::DimensionText::rate_name, model::kRateMax)), "micro-credits");
}

Schema donation_schema() {
  return object({{"state", one_of({"donating", "paused", "draining", "off"})},
                 {"until_unix_ms", described(nullable(time_schema()), "when a pause ends by itself")},
                 {"why", described(nullable(why_schema()), "why nothing is offered")},
                 {"working", described(integer(0), "tasks that run here")}});
}

Schema machine_device_schema() {
  const Schema job = object({{"id", described(text(kShortTextMax), "of work.list")},
                             {"name", text(kNameTextMax)},
                             {"peer", peer_schema()},
                             {"permille", permille_schema()}});
  return object(
      {{"id", text(kShortTextMax)},
       {"name", text(kNameTextMax)},
       {"kind", one_of({"cpu", "gpu", "accelerator"})},
       {"pci_address", nullable(text(kShortTextMax))},
       {"numa", described(nullable(integer(0)), "os_index of its NUMA node")},
       {"compute_units", integer(0)},
       {"memory_bytes", integer(0)},
       {"offered", described(boolean(), "now, to others")},
       {"wanted",
        described(boolean(), "its switch, by device.set or the configuration; it is offered while sharing is on")},
       {"why", described(nullable(why_schema()), "why it is not offered")},
       {"paused", described(boolean(), "by donation.pause, with all or by itself")},
       {"paused_until_unix_ms", nullable(time_schema())},
       {"rates", rates_schema()},
       {"own_rates", described(boolean(), "not those of all devices")},
       {"speed", nullable(speed_schema())},
       {"busy_permille", nullable(permille_schema())},
       {"job", nullable(job)},
       {"earned_today_micro", described(micro_schema(), "since midnight UTC")}});
}

Schema machine_schema() {
  return object({{"host", text(kNameTextMax)},
                 {"system", text(kNameTextMax)},
                 {"report", described(rpc::map_of(rpc::any()), "as quern probe --json: probe.schema.json")},
                 {"live", nullable(live_schema())},
                 {"devices", list(machine_device_schema(), kDevicesMax)}});
}

Schema work_schema() {
  return object({{"id", described(text(kShortTextMax), "of the agreement's demand, and of its receipt")},
                 {"state", one_of({"running", "ending"})},
                 {"job", described(text(kShortTextMax), "SHA-256 of its manifest")},
                 {"name", text(kNameTextMax)},
                 {"kind", text(kShortTextMax)},
                 {"peer", described(peer_schema(), "whose job it is")},
                 {"device", text(kShortTextMax)},
                 {"task", integer(0)},
                 {"tasks", integer(1)},
                 {"together", described(integer(1), "tasks under one agreement; job and task are the first's")},
                 {"started_unix_ms", time_schema()},
                 {"walltime_ms", described(integer(0), "the longest it may take")},
                 {"permille", permille_schema()},
                 {"usage", usage_schema()},
                 {"earned_micro", described(micro_schema(), "due so far")},
                 {"authorised_micro", described(micro_schema(), "promised by the submitter")},
                 {"max_micro", micro_schema()}});
}

Schema earnings_schema() {
  return object({{"balance_micro", described(micro_schema(), "earned less spent")},
                 {"earned_micro", described(micro_schema(), "what both have signed, or a voucher has")},
                 {"spent_micro", micro_schema()},
                 {"receivable_micro", described(micro_schema(), "of what was earned, not paid off yet")},
                 {"payable_micro", micro_schema()},
                 {"pending_micro", described(micro_schema(), "of work here whose end is not signed by both yet")},
                 {"reserved_micro", described(micro_schema(), "set aside for jobs of this node")},
                 {"today", object({{"from_unix_ms", described(time_schema(), "midnight UTC")},
                                   {"earned_micro", micro_schema()},
                                   {"spent_micro", micro_schema()}})}});
}

Schema earnings_days_schema() {
  return object({{"days", list(day_schema(), kEarningsDaysMax + 1)},
                 {"totals", object({{"earned_micro", micro_schema()}, {"spent_micro", micro_schema()}},
                                   energy_member("drawn by devices that tell their power while they worked for "
                                                 "others; absent: nothing was measured"))}});
}

Schema receipt_schema() {
  return object({{"number", described(integer(1), "for before: later ones are higher")},
                 {"id", described(text(kShortTextMax), "of the agreement's demand")},
                 {"when_unix_ms", time_schema()},
                 {"role", one_of({"provider", "submitter"})},
                 {"peer", described(peer_schema(), "the other party")},
                 {"job", described(text(kShortTextMax), "SHA-256 of its manifest")},
                 {"job_id", described(nullable(text(kShortTextMax)), "of job.get, where it was submitted here")},
                 {"name", text(kNameTextMax)},
                 {"kind", text(kShortTextMax)},
                 {"device", text(kShortTextMax)},
                 {"task", integer(0)},
                 {"tasks", integer(1)},
                 {"together", described(integer(1), "tasks under one agreement; job and task are the first's")},
                 {"usage", usage_schema()},
                 {"amount_micro", described(micro_schema(), "that the submitter owes")},
                 {"due_micro", described(micro_schema(), "by the provider's count")},
                 {"state", described(one_of({"pending", "settled", "unpaid"}),
                                     "settled: both have signed the end; unpaid: given up, with less owed than due")},
                 {"end", described(nullable(why_schema()), "why the work ended; null before the receipt")}});
}

Schema preferences_schema() {
  Members values;
  Members bounds;
  for (const PreferenceText& preference : preference_texts()) {
    values.emplace_back(preference.name, preference.schema());
    if (const auto& range = preference.range) {
      bounds.emplace_back(preference.name,
                          described(object({{"least", integer()}, {"most", integer()}}), preference.config_key));
    }
  }
  return object({{"host", text(kNameTextMax)},
                 {"values", described(object(values), "in force")},
                 {"config", described(object(values), "what the configuration says")},
                 {"set", described(list(text(kShortTextMax), kPreferencesMax), "names that were set here")},
                 {"bounds", object(std::move(bounds))}});
}

}  // namespace quern::daemon
