#include "scheduler/daemon/market_json.hpp"

#include <algorithm>

#include <boost/json/value_to.hpp>

#include "overlay/multiformats/multibase.hpp"
#include "overlay/runtime/hex.hpp"
#include "scheduler/agreement/trail_file.hpp"
#include "scheduler/daemon/rates_json.hpp"
#include "scheduler/model/manifest_terms.hpp"

namespace quern::daemon {

namespace json = boost::json;

namespace {

constexpr std::int64_t kSecondsPerHour = 3600;
constexpr std::uint32_t kVersionStep = 100;

json::object device_json(const model::OfferedDevice& device) {
  return {{"id", device.id},
          {"name", device.name},
          {"type", model::kDeviceTypeNames.at(static_cast<std::size_t>(device.type))},
          {"opencl_version", std::to_string(device.opencl_version / kVersionStep) + "." +
                                 std::to_string(device.opencl_version % kVersionStep)},
          {"compute_units", device.compute_units},
          {"global_memory_bytes", device.global_memory_bytes},
          {"fp32_flops", device.speed.fp32_flops},
          {"fp64_flops", device.speed.fp64_flops},
          {"memory_bytes_per_second", device.speed.memory_bytes_per_second},
          {"spread_permille", device.speed.spread_permille},
          {"rates", rates_json(device.rates)}};
}

// An offer says 0 of what was not measured.
json::value measured(std::uint64_t value) {
  return value == 0 ? json::value() : json::value(value);
}

json::object bounds_json(const market::Bounds& bounds) {
  return {{"low", bounds.low}, {"likely", bounds.likely}, {"high", bounds.high}};
}

const model::OfferedDevice* find_device(const market::OfferBook& offers, const std::string& provider,
                                        const std::string& device) {
  const market::SignedOffer* offer = offers.find(provider);
  if (!offer) return nullptr;
  const auto& devices = offer->offer.devices;
  const auto found = std::ranges::find(devices, device, &model::OfferedDevice::id);
  return found == devices.end() ? nullptr : &*found;
}

}  // namespace

json::object offer_json(const model::Offer& offer, bool own) {
  json::array kinds;
  for (const model::JobKind kind : offer.kinds)
    kinds.emplace_back(model::kKindNames.at(static_cast<std::size_t>(kind)));
  json::array devices;
  for (const model::OfferedDevice& device : offer.devices) devices.push_back(device_json(device));
  const model::TaskLimits& limits = offer.limits;
  return {{"provider", offer.provider},
          {"own", own},
          {"sequence", offer.sequence},
          {"from_unix_ms", offer.from_unix_ms},
          {"until_unix_ms", offer.until_unix_ms},
          {"kinds", std::move(kinds)},
          {"link_bytes_per_second", measured(offer.link_bytes_per_second)},
          {"setup_ms", measured(offer.setup_ms)},
          {"limits", json::object{{"cpu_cores", limits.cpu_cores},
                                  {"memory_bytes", limits.memory_bytes},
                                  {"scratch_bytes", limits.scratch_bytes},
                                  {"walltime_ms", limits.walltime_ms},
                                  {"input_bytes", limits.input_bytes},
                                  {"output_bytes", limits.output_bytes}}},
          {"devices", std::move(devices)}};
}

json::object quote_json(const dispatch::QuoteRow& row, const market::OfferBook& offers) {
  json::object object{{"provider", row.provider}, {"device", row.device}, {"device_name", row.device_name}};
  if (const auto* why = std::get_if<model::Why>(&row.quote)) {
    object["why"] = why_json(*why);
    return object;
  }
  const auto& quote = std::get<market::Quote>(row.quote);
  const model::OfferedDevice* device = find_device(offers, row.provider, row.device);
  object["quote"] =
      json::object{{"low_micro", quote.low.micro},
                   {"likely_micro", quote.likely.micro},
                   {"high_micro", quote.high.micro},
                   {"total_ms", bounds_json(quote.total_ms)},
                   {"device_us", bounds_json(quote.device_us)},
                   {"per_hour_micro", device ? device->rates[model::Dimension::device_time] * kSecondsPerHour : 0},
                   {"measured", quote.measured},
                   {"trial", quote.trial}};
  return object;
}

json::object job_json(const SubmittedJob& job, const market::OfferBook& offers) {
  json::object object = summary_json(job.record, job.job.name);
  json::array tasks = tasks_json(job.record);
  for (json::value& task : tasks) {
    for (json::value& attempt : task.as_object().at("attempts").as_array()) {
      const auto provider = json::value_to<std::string>(attempt.as_object().at("provider"));
      const auto id = json::value_to<std::string>(attempt.as_object().at("device"));
      const model::OfferedDevice* device = find_device(offers, provider, id);
      attempt.as_object()["device_name"] = device ? device->name : "";
    }
  }
  object["tasks_list"] = std::move(tasks);
  json::array outputs;
  for (const JobOutput& output : job.record.outputs) {
    outputs.push_back(
        json::object{{"path", output.path}, {"bytes", output.bytes}, {"digest", runtime::to_hex(output.digest)}});
  }
  object["outputs"] = std::move(outputs);
  object["log_bytes"] = job.log.bytes;
  return object;
}

namespace {

json::object trail_json(const agreement::Trail& trail) {
  const auto file = agreement::write_trail(trail);
  const bool ended = trail.stage() >= agreement::Stage::ended;
  return {{"provider", trail.demand().provider.text()},
          {"tasks", trail.demand().tasks.size()},
          {"file", multiformats::encode_base(multiformats::Base::base64_pad, file)},
          {"statement", json::object{{"stage", trail.stage() == agreement::Stage::closed ? "closed" : "open"},
                                     {"amount_micro", trail.owed().micro},
                                     {"end", ended ? model::text_of(trail.receipt().reason()).name : ""}}}};
}

json::object trail_json(const KeptReceipt& receipt) {
  return {
      {"provider", receipt.provider},
      {"file", ""},
      {"receipt", multiformats::encode_base(multiformats::Base::base64_pad, receipt.records)},
      {"removed_unix_ms", receipt.removed_unix_ms},
      {"statement", json::object{{"stage", "removed"}, {"amount_micro", receipt.amount.micro}, {"end", receipt.end}}}};
}

json::object trail_json(std::monostate /*nothing*/) {
  return {{"provider", ""},
          {"file", ""},
          {"statement", json::object{{"stage", "missing"}, {"amount_micro", 0}, {"end", ""}}}};
}

}  // namespace

json::object trail_json(const JobTrail& entry, const TrailFound& found) {
  json::object object = std::visit([](const auto& kind) { return trail_json(kind); }, found);
  object["task"] = entry.task;
  object["attempt"] = entry.attempt;
  return object;
}

}  // namespace quern::daemon
