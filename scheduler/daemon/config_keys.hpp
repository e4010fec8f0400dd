// The one table of what a configuration may say. Reading, printing and the page for people are all made of it.
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scheduler/daemon/config.hpp"

namespace quern::daemon {

// A value, of TOML or JSON, that no key has, as people call it: "a section".
struct OtherType {
  std::string_view name;
  bool operator==(const OtherType&) const = default;
};
// A value of TOML; std::monostate where a key has none.
using ConfigValue = std::variant<std::monostate, bool, std::int64_t, std::string, std::vector<std::string>, OtherType>;

struct ConfigKey {
  std::string name;     // "rpc.websocket.port"
  std::string type;     // "integer, 1 to 65535": for people
  std::string summary;  // a sentence without a full stop
  // Takes the value in, or says what is wrong with it.
  std::function<std::expected<void, std::string>(Config&, const ConfigValue&)> set;
  // What stands in the config; monostate where that is "none".
  std::function<ConfigValue(const Config&)> get;
  std::string shown_default;  // where it depends on the environment; otherwise it is get() of a default config
  // What is wrong with an element of a list; `set` says only what is the first.
  std::function<std::expected<void, std::string>(const std::string&)> check_element = {};
};

// In the order of the page; a section's keys are together.
const std::vector<ConfigKey>& config_keys();
// Of one device: keys of [provider.device_rates."ID"], named by model::DimensionText::rate_name.
std::vector<ConfigKey> device_rate_keys(const std::string& device);

// A section's heading and text: "rpc.websocket".
struct ConfigSection {
  std::string_view name;
  std::string_view text;
};
const std::vector<ConfigSection>& config_sections();

// As TOML writes it: true, 17, "text", ["a", "b"].
std::string to_toml(const ConfigValue& value);

}  // namespace quern::daemon
