#include "scheduler/daemon/preferences.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>

#include "overlay/identity/peer_id.hpp"
#include "scheduler/daemon/config_keys.hpp"
#include "scheduler/daemon/rates_json.hpp"

namespace quern::daemon {

namespace json = boost::json;
using runtime::Result;
using runtime::Task;
using Kind = PreferenceText::Kind;
using Set = std::expected<void, std::string>;

namespace {

constexpr std::int64_t kBytesMax = 1LL << 50;
constexpr std::int64_t kWeekMs = 7LL * 24 * 3600 * 1000;

// The bounds of integers are those of the configuration's keys.
constexpr std::array<PreferenceText, 10> kTexts{{
    {"share", "provider.enabled", Kind::boolean, {}},
    {"cpu_cores", "provider.limits.cpu_cores", Kind::integer, PreferenceText::Range{1, 4096}},
    {"memory_bytes", "provider.limits.memory_bytes", Kind::integer, PreferenceText::Range{1 << 20, kBytesMax}},
    {"scratch_bytes", "provider.limits.scratch_bytes", Kind::integer, PreferenceText::Range{0, kBytesMax}},
    {"walltime_ms", "provider.limits.walltime_ms", Kind::integer, PreferenceText::Range{1, kWeekMs}},
    {"input_bytes", "provider.limits.input_bytes", Kind::integer, PreferenceText::Range{0, kBytesMax}},
    {"output_bytes", "provider.limits.output_bytes", Kind::integer, PreferenceText::Range{0, kBytesMax}},
    {"budget_micro", "submitter.budget", Kind::credits, {}, &SubmitterConfig::budget},
    {"job_budget_micro", "submitter.max_price", Kind::credits, {}, &SubmitterConfig::max_price},
    {"strategy", "submitter.strategy", Kind::choice, {}},
}};

const PreferenceText* find_text(std::string_view name) {
  const auto* const found = std::ranges::find(kTexts, name, &PreferenceText::name);
  return found == kTexts.end() ? nullptr : found;
}

const ConfigKey& key_of(const PreferenceText& preference) {
  return *std::ranges::find(config_keys(), preference.config_key, &ConfigKey::name);
}

ConfigValue config_value(const json::value& value) {
  if (const bool* flag = value.if_bool()) return *flag;
  if (const std::int64_t* number = value.if_int64()) return *number;
  if (const json::string* text = value.if_string()) return std::string(*text);
  if (value.is_null()) return OtherType{"null"};
  if (value.is_uint64()) return OtherType{"an integer above 9223372036854775807"};
  if (value.is_double()) return OtherType{"a number with a point or an exponent"};
  return OtherType{value.is_array() ? "a list" : "an object"};
}

Set set_credits(const PreferenceText& preference, Config& config, const json::value& value) {
  auto& amount = config.submitter.*preference.credits;
  if (value.is_null()) {
    amount.reset();
    return {};
  }
  const std::int64_t* micro = value.if_int64();
  if (!micro) return std::unexpected("must be an integer of micro-credits, or null for no bound");
  if (*micro < 0) return std::unexpected(std::to_string(*micro) + " is below 0; null is no bound");
  amount = model::Credits{*micro};
  return {};
}

Set set_in(const PreferenceText& preference, Config& config, const json::value& value) {
  if (preference.kind == Kind::credits) return set_credits(preference, config, value);
  return key_of(preference).set(config, config_value(value));
}

json::value value_in(const PreferenceText& preference, const Config& config) {
  if (preference.kind == Kind::credits) {
    const auto& amount = config.submitter.*preference.credits;
    return amount ? json::value(amount->micro) : json::value();
  }
  const ConfigValue value = key_of(preference).get(config);
  if (const bool* flag = std::get_if<bool>(&value)) return *flag;
  if (const std::int64_t* number = std::get_if<std::int64_t>(&value)) return *number;
  return json::value_from(std::get<std::string>(value));
}

void apply(ProviderConfig& provider, const std::string& id, const DevicePreference& device) {
  if (const auto& rates = device.rates) provider.device_rates[id] = *rates;
  if (!device.offered) return;
  std::erase(provider.devices_deny, id);
  if (!*device.offered) {
    provider.devices_deny.push_back(id);
  } else if (!provider.devices_allow.empty() &&
             std::ranges::find(provider.devices_allow, id) == provider.devices_allow.end()) {
    provider.devices_allow.push_back(id);
  }
}

json::value to_json(const Pause& pause) {
  return pause.until_unix_ms ? json::value(*pause.until_unix_ms) : json::value();
}

json::object to_json(const DevicePreference& device) {
  json::object object;
  if (const auto& offered = device.offered) object["offered"] = *offered;
  if (const auto& rates = device.rates) object["rates"] = rates_json(*rates);
  return object;
}

std::unexpected<runtime::Error> damaged(std::string_view what) {
  return runtime::fail(runtime::Errc::system, "preferences: " + std::string(what) +
                                                  "; mend the file, or remove it to go by the configuration alone");
}

rpc::Schema document_schema() {
  const rpc::Schema name = rpc::text(kTextBytesMax);
  const rpc::Schema pause = rpc::either({rpc::integer(0), rpc::null()});
  const rpc::Schema device =
      rpc::object({}, {{"offered", rpc::boolean()}, {"rates", rpc::map_of(rpc::integer(0, model::kRateMax))}});
  return rpc::object({{"quern_preferences", rpc::integer(1, 1)},
                      {"values", rpc::map_of(rpc::any())},
                      {"devices", rpc::map_of(device)},
                      {"peers", rpc::list(name, kListMax)},
                      {"blocked", rpc::list(name, kListMax)},
                      {"paused_devices", rpc::map_of(pause)}},
                     {{"paused", pause}});
}

Pause pause_from(const json::value& value) {
  return value.is_null() ? Pause{} : Pause{value.as_int64()};
}

Set read_lists(const json::object& document, Preferences& preferences) {
  for (const json::value& peer : document.at("peers").as_array()) {
    const auto text = json::value_to<std::string>(peer);
    const auto address = multiformats::Multiaddr::from_text(text);
    if (!address || !address->has(multiformats::Protocol::p2p)) return std::unexpected("peers: " + text);
    preferences.peers.push_back(text);
  }
  for (const json::value& peer : document.at("blocked").as_array()) {
    const auto text = json::value_to<std::string>(peer);
    if (!identity::PeerId::from_text(text)) return std::unexpected("blocked: " + text);
    preferences.blocked.insert(text);
  }
  return {};
}

Set read_devices(const json::object& document, Preferences& preferences) {
  for (const auto& [id, value] : document.at("devices").as_object()) {
    const json::object& object = value.as_object();
    DevicePreference& device = preferences.devices[std::string(id)];
    if (const auto* offered = object.if_contains("offered")) device.offered = offered->as_bool();
    const auto* rates = object.if_contains("rates");
    if (!rates) continue;
    device.rates = rates_from(rates->as_object());
    if (!device.rates) return std::unexpected("devices: " + std::string(id) + ": rates");
  }
  for (const auto& [id, value] : document.at("paused_devices").as_object()) {
    preferences.pauses.devices.emplace(id, pause_from(value));
  }
  if (const auto* paused = document.if_contains("paused")) preferences.pauses.all = pause_from(*paused);
  if (preferences.devices.size() > kDevicesMax || preferences.pauses.devices.size() > kDevicesMax) {
    return std::unexpected("more than " + std::to_string(kDevicesMax) + " devices");
  }
  return {};
}

Set read_values(const json::object& document, Preferences& preferences) {
  for (const auto& [name, value] : document.at("values").as_object()) {
    if (auto set = set_preference(preferences, name, value); !set) return set;
  }
  return {};
}

}  // namespace

rpc::Schema PreferenceText::schema() const {
  switch (kind) {
    case Kind::boolean:
      return rpc::boolean();
    case Kind::integer:
      return range ? rpc::integer(range->least, range->most) : rpc::integer();
    case Kind::credits:
      return rpc::either({rpc::integer(0), rpc::null()});
    case Kind::choice: {
      json::array names;
      for (const placement::Strategy strategy : placement::strategies())
        names.emplace_back(placement::name_of(strategy));
      return {{"type", "string"}, {"enum", std::move(names)}};
    }
  }
  return rpc::any();
}

std::span<const PreferenceText> preference_texts() {
  return kTexts;
}

Set set_preference(Preferences& preferences, std::string_view name, const json::value& value) {
  const PreferenceText* preference = find_text(name);
  if (!preference) return std::unexpected(std::string(name) + ": there is no such preference");
  Config tried;
  if (const auto set = set_in(*preference, tried, value); !set) {
    return std::unexpected(std::string(name) + ": " + set.error());
  }
  preferences.values.insert_or_assign(std::string(name), value_in(*preference, tried));
  return {};
}

Config in_force(const Config& file, const Preferences& preferences) {
  Config config = file;
  for (const auto& [name, value] : preferences.values) {
    if (const PreferenceText* preference = find_text(name)) std::ignore = set_in(*preference, config, value);
  }
  for (const auto& [id, device] : preferences.devices) apply(config.provider, id, device);
  for (const std::string& text : preferences.peers) {
    auto address = multiformats::Multiaddr::from_text(text);
    if (address && std::ranges::find(config.overlay.peers, *address) == config.overlay.peers.end()) {
      config.overlay.peers.push_back(*std::move(address));
    }
  }
  for (const std::string& peer : preferences.blocked) config.submitter.exclude.push_back(peer);
  return config;
}

json::object preference_values(const Config& config) {
  json::object values;
  for (const PreferenceText& preference : kTexts) {
    values.emplace(preference.name, value_in(preference, config));
  }
  return values;
}

std::string to_text(const Preferences& preferences) {
  json::object values;
  for (const auto& [name, value] : preferences.values) values.emplace(name, value);
  json::object devices;
  for (const auto& [id, device] : preferences.devices) devices.emplace(id, to_json(device));
  json::object paused_devices;
  for (const auto& [id, pause] : preferences.pauses.devices) paused_devices.emplace(id, to_json(pause));
  json::object document{{"quern_preferences", 1},
                        {"values", std::move(values)},
                        {"devices", std::move(devices)},
                        {"peers", json::value_from(preferences.peers)},
                        {"blocked", json::value_from(preferences.blocked)},
                        {"paused_devices", std::move(paused_devices)}};
  if (const auto& all = preferences.pauses.all) document["paused"] = to_json(*all);
  return json::serialize(document);
}

Result<Preferences> preferences_from(std::string_view text) {
  boost::system::error_code error;
  if (text.size() > kPreferencesBytesMax) {
    return damaged(std::to_string(text.size()) + " bytes are more than " + std::to_string(kPreferencesBytesMax));
  }
  const json::value document = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return damaged("not JSON: " + error.message());
  if (const auto fit = rpc::check(document_schema(), document); !fit) return damaged(fit.error());
  Preferences preferences;
  for (const auto read : {&read_values, &read_devices, &read_lists}) {
    if (const auto done = read(document.get_object(), preferences); !done) return damaged(done.error());
  }
  return preferences;
}

Task<Result<Preferences>> load_preferences(runtime::Disk& disk) {
  const auto bytes = co_await disk.read(std::string(kPreferencesFile));
  if (!bytes) {
    if (bytes.error().code() == make_error_code(runtime::Errc::not_found)) co_return Preferences{};
    co_return std::unexpected(bytes.error());
  }
  co_return preferences_from(runtime::text_of(*bytes));
}

Task<Result<void>> save_preferences(runtime::Disk& disk, Preferences preferences) {
  const std::string text = to_text(preferences);
  co_return co_await disk.replace(std::string(kPreferencesFile), runtime::copy_of(runtime::bytes_of(text)));
}

}  // namespace quern::daemon
