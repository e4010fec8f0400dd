#include <boost/json/value_to.hpp>

#include "scheduler/daemon/answer_schemas.hpp"
#include "scheduler/daemon/machine_json.hpp"
#include "scheduler/daemon/methods.hpp"

namespace quern::daemon {

namespace json = boost::json;
using rpc::Answer;
using rpc::Caller;
using rpc::Code;
using runtime::Task;

namespace {

constexpr std::string_view kReset = "reset";

std::expected<void, rpc::Failure> take(Preferences& preferences, const json::object& params) {
  for (const auto& [name, value] : params) {
    if (name == kReset) continue;
    const auto set = set_preference(preferences, name, value);
    if (!set) return rpc::fail(Code::invalid_params, set.error(), "preferences.get tells the bounds");
  }
  const auto* reset = params.if_contains(kReset);
  if (!reset) return {};
  for (const json::value& name : reset->as_array()) preferences.values.erase(json::value_to<std::string>(name));
  return {};
}

Task<Answer> set(Node& node, json::object params) {
  const auto changed = co_await node.change([params](Preferences& preferences) { return take(preferences, params); });
  if (!changed) co_return std::unexpected(changed.error());
  co_return preferences_json(node);
}

std::vector<rpc::Parameter> set_parameters() {
  std::vector<rpc::Parameter> params;
  json::array names;
  for (const PreferenceText& preference : preference_texts()) {
    params.push_back({.name = std::string(preference.name),
                      .summary = "in place of " + std::string(preference.config_key),
                      .schema = preference.schema(),
                      .required = false});
    names.emplace_back(preference.name);
  }
  const rpc::Schema name{{"type", "string"}, {"enum", std::move(names)}};
  params.push_back(
      {std::string(kReset), "names that the configuration is to say again", rpc::list(name, kPreferencesMax), false});
  return params;
}

json::object example() {
  const json::object values = preference_values(default_config({.home = "/home/ada"}));
  json::object set = values;
  set["share"] = true;
  json::object bounds;
  for (const PreferenceText& preference : preference_texts()) {
    if (const auto& range = preference.range) {
      bounds.emplace(preference.name, json::object{{"least", range->least}, {"most", range->most}});
    }
  }
  return {{"host", "attic"},
          {"values", std::move(set)},
          {"config", values},
          {"set", json::array{"share"}},
          {"bounds", std::move(bounds)}};
}

}  // namespace

void add_preference_methods(rpc::Registry& registry, Node& node) {
  registry.add(
      {.name = "preferences.get",
       .summary = "What can be set while the daemon runs: in force, by the configuration, and within which bounds",
       .params = {},
       .result = preferences_schema(),
       .example_params = {},
       .example_result = example(),
       .handler = [&node](json::object /*params*/, Caller /*caller*/) -> Task<Answer> {
         co_return preferences_json(node);
       }});
  registry.add(
      {.name = "preferences.set",
       .summary = "All of what is named, or nothing; holds at once and after a restart, above the configuration",
       .params = set_parameters(),
       .result = preferences_schema(),
       .example_params = {{"share", true}},
       .example_result = example(),
       .handler = [&node](json::object params, Caller /*caller*/) { return set(node, std::move(params)); }});
  registry.add(rpc::TopicText{.name = "preferences", .summary = "As preferences.get", .value = preferences_schema()});
}

}  // namespace quern::daemon
