#include <boost/json/value_to.hpp>

#include "scheduler/daemon/answer_schemas.hpp"
#include "scheduler/daemon/methods.hpp"

namespace quern::daemon {

namespace json = boost::json;
using rpc::Answer;
using rpc::Caller;
using rpc::Code;
using runtime::Task;

namespace {

using Changed = std::expected<void, rpc::Failure>;

// Empty: all of them.
std::string device_in(const json::object& params) {
  const auto* device = params.if_contains("device");
  return device ? json::value_to<std::string>(*device) : std::string();
}

Changed pause(Preferences& preferences, const std::string& device, Pause pause) {
  if (device.empty()) {
    preferences.pauses.all = pause;
    return {};
  }
  auto& devices = preferences.pauses.devices;
  if (!devices.contains(device) && devices.size() == kDevicesMax) {
    return std::unexpected(rpc::limit_failure("devices", kDevicesMax + 1, kDevicesMax));
  }
  devices.insert_or_assign(device, pause);
  return {};
}

Changed resume(Preferences& preferences, const std::string& device) {
  if (device.empty()) {
    preferences.pauses = {};
  } else {
    preferences.pauses.devices.erase(device);
  }
  return {};
}

Task<Answer> change(Node& node, std::string device, Node::Change change) {
  if (!device.empty() && !node.has_device(device)) {
    co_return rpc::fail(Code::not_found, "device " + device, "machine.get names those there are");
  }
  const auto changed = co_await node.change(std::move(change));
  if (!changed) co_return std::unexpected(changed.error());
  co_return donation_json(node);
}

Task<Answer> pause_for(Node& node, json::object params) {
  const std::string device = device_in(params);
  Pause asked;
  if (const auto* length = params.if_contains("for_ms")) {
    asked.until_unix_ms = node.runtime().clock().wall_now().unix_ms + length->to_number<std::int64_t>();
  }
  co_return co_await change(node, device,
                            [device, asked](Preferences& preferences) { return pause(preferences, device, asked); });
}

Task<Answer> resume_now(Node& node, json::object params) {
  const std::string device = device_in(params);
  co_return co_await change(node, device, [device](Preferences& preferences) { return resume(preferences, device); });
}

}  // namespace

void add_donation_methods(rpc::Registry& registry, Node& node) {
  const rpc::Parameter device{"device", "only this one, by its id", rpc::text(kShortTextMax), false};
  registry.add(
      {.name = "donation.pause",
       .summary = "Offers nothing from now on, and refuses new work by offer_withdrawn; what runs goes on",
       .params = {{"for_ms", "then it ends by itself; else by donation.resume", rpc::integer(1, kPauseMaxMs), false},
                  device},
       .result = donation_schema(),
       .example_params = {{"for_ms", 1'800'000}},
       .example_result = json::object{{"state", "paused"},
                                      {"until_unix_ms", 1'795'000'000'000},
                                      {"why", json::object{{"reason", "offer_withdrawn"},
                                                           {"text", "the node has withdrawn its offer"}}},
                                      {"working", 1}},
       .handler = [&node](json::object params, Caller /*caller*/) { return pause_for(node, std::move(params)); }});
  registry.add(
      {.name = "donation.resume",
       .summary = "Ends a pause; without a device all of them, those of single devices, too",
       .params = {device},
       .result = donation_schema(),
       .example_params = {},
       .example_result =
           json::object{{"state", "donating"}, {"until_unix_ms", nullptr}, {"why", nullptr}, {"working", 1}},
       .handler = [&node](json::object params, Caller /*caller*/) { return resume_now(node, std::move(params)); }});
}

}  // namespace quern::daemon
