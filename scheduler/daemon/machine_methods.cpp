#include <boost/json/value_to.hpp>

#include "scheduler/daemon/answer_schemas.hpp"
#include "scheduler/daemon/machine_json.hpp"
#include "scheduler/daemon/methods.hpp"
#include "scheduler/daemon/rates_json.hpp"

namespace quern::daemon {

namespace json = boost::json;
using rpc::Answer;
using rpc::Caller;
using rpc::Code;
using runtime::Task;

namespace {

constexpr std::string_view kExampleDevice = "qd1-0123456789abcdef0123456789abcdef";

Task<Answer> get(Node& node) {
  co_await node.live().refresh();
  co_await node.count_today();
  co_return machine_json(node);
}

json::object device_of(const Node& node, const std::string& id) {
  for (const NodeDevice& device : node.parts().devices) {
    if (device.id == id) return device_json(node, device);
  }
  return {};
}

// What the call says, taken into the preferences.
std::expected<void, rpc::Failure> take(Preferences& preferences, const std::string& id, const json::object& params) {
  if (!preferences.devices.contains(id) && preferences.devices.size() == kDevicesMax) {
    return std::unexpected(rpc::limit_failure("devices", kDevicesMax + 1, kDevicesMax));
  }
  DevicePreference& device = preferences.devices[id];
  if (const auto* offered = params.if_contains("offered")) {
    device.offered = offered->is_null() ? std::nullopt : std::optional(offered->as_bool());
  }
  if (const auto* rates = params.if_contains("rates")) {
    device.rates = rates->is_null() ? std::nullopt : rates_from(rates->as_object());
  }
  if (device == DevicePreference{}) preferences.devices.erase(id);
  return {};
}

Task<Answer> set(Node& node, json::object params) {
  const auto id = json::value_to<std::string>(params.at("device"));
  if (!node.has_device(id)) co_return rpc::fail(Code::not_found, "device " + id, "machine.get names those there are");
  const auto changed =
      co_await node.change([id, params](Preferences& preferences) { return take(preferences, id, params); });
  if (!changed) co_return std::unexpected(changed.error());
  co_return device_of(node, id);
}

}  // namespace

void add_machine_methods(rpc::Registry& registry, Node& node) {
  const json::object device = {{"id", kExampleDevice},
                               {"name", "AMD EPYC 9575F 64-Core Processor"},
                               {"kind", "cpu"},
                               {"pci_address", nullptr},
                               {"numa", nullptr},
                               {"compute_units", 128},
                               {"memory_bytes", 137'438'953'472},
                               {"offered", true},
                               {"wanted", true},
                               {"why", nullptr},
                               {"paused", false},
                               {"paused_until_unix_ms", nullptr},
                               {"rates", json::object{{"device_second", 10'000}}},
                               {"own_rates", true},
                               {"speed", nullptr},
                               {"busy_permille", 250},
                               {"job", nullptr},
                               {"earned_today_micro", 1'250'000}};
  registry.add({.name = "machine.get",
                .summary = "What this machine has, how it is doing, and its devices with their switches and prices",
                .params = {},
                .result = machine_schema(),
                .example_params = {},
                .example_result = json::object{{"host", "attic"},
                                               {"system", "Debian GNU/Linux 12 (bookworm)"},
                                               {"report", json::object{{"version", 1}}},
                                               {"live", nullptr},
                                               {"devices", json::array{device}}},
                .handler = [&node](json::object /*params*/, Caller /*caller*/) { return get(node); }});
  registry.add(
      {.name = "device.set",
       .summary =
           "Offers a device or does not, and at which prices; holds at once and after a restart; what runs goes on",
       .params = {{"device", "its id", rpc::text(kShortTextMax)},
                  {"offered", "null: as the configuration says", nullable(rpc::boolean()), false},
                  {"rates", "all its prices, what is not named is free; null: as the configuration says",
                   nullable(rates_schema()), false}},
       .result = machine_device_schema(),
       .example_params = {{"device", kExampleDevice},
                          {"offered", true},
                          {"rates", json::object{{"device_second", 10'000}}}},
       .example_result = device,
       .handler = [&node](json::object params, Caller /*caller*/) { return set(node, std::move(params)); }});
  registry.add(rpc::TopicText{
      .name = "machine", .summary = "As machine.get; live values about once a second", .value = machine_schema()});
}

}  // namespace quern::daemon
