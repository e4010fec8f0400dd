// A configuration as TOML, and the page about all keys.
#include <algorithm>

#include "overlay/runtime/hex.hpp"
#include "scheduler/daemon/config.hpp"
#include "scheduler/daemon/config_keys.hpp"
#include "scheduler/daemon/preferences.hpp"

namespace quern::daemon {

namespace {

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00" + runtime::to_hex(runtime::bytes_of({&c, 1}));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

struct ValueText {
  std::string operator()(std::monostate /*none*/) const { return "none"; }
  std::string operator()(const OtherType& other) const { return std::string(other.name); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& text) const { return in_quotes(text); }
  std::string operator()(const std::vector<std::string>& texts) const {
    std::string out = "[";
    for (const std::string& text : texts) out += (out == "[" ? "" : ", ") + in_quotes(text);
    return out + "]";
  }
};

std::string_view section_of(std::string_view key) {
  const std::size_t point = key.rfind('.');
  return point == std::string_view::npos ? std::string_view() : key.substr(0, point);
}
std::string_view last_of(std::string_view key) {
  return key.substr(key.rfind('.') + 1);
}

std::string line_of(const ConfigKey& key, const Config& config) {
  const ConfigValue value = key.get(config);
  const std::string comment = "# " + key.summary + " (" + key.type + ")\n";
  if (std::holds_alternative<std::monostate>(value)) return comment + "# " + std::string(last_of(key.name)) + " = \n";
  return comment + std::string(last_of(key.name)) + " = " + to_toml(value) + "\n";
}

std::string default_of(const ConfigKey& key) {
  if (!key.shown_default.empty()) return key.shown_default;
  const std::string value = to_toml(key.get(Config()));
  return value == "none" ? value : "`" + value + "`";
}

}  // namespace

std::string to_toml(const ConfigValue& value) {
  return std::visit(ValueText(), value);
}

std::string to_toml(const Config& config) {
  std::string out;
  for (const ConfigSection& section : config_sections()) {
    if (!section.name.empty()) out += "\n[" + std::string(section.name) + "]\n";
    for (const ConfigKey& key : config_keys()) {
      if (section_of(key.name) == section.name) out += line_of(key, config);
    }
  }
  for (const auto& [device, rates] : config.provider.device_rates) {
    out += "\n[provider.device_rates." + in_quotes(device) + "]\n";
    for (const ConfigKey& key : device_rate_keys(device)) out += line_of(key, config);
  }
  return out;
}

std::string config_page() {
  std::string out =
      "# Configuration\n\n"
      "`quernd` reads one TOML file: `/etc/quern/quernd.toml` for root, else `$XDG_CONFIG_HOME/quern/quernd.toml` or\n"
      "`~/.config/quern/quernd.toml`, or the one that `--config` names. Every key has a default. A key that is not in "
      "these\n"
      "tables, a value of another type and a value out of its range are errors, which name file, line, column and "
      "key;\n"
      "`quernd --check-config` tells them all, `quernd --print-config` shows what is in force.\n";
  for (const ConfigSection& section : config_sections()) {
    out += "\n## " + (section.name.empty() ? std::string("The file") : "`[" + std::string(section.name) + "]`");
    out += "\n\n" + std::string(section.text) + "\n\n| key | is | value | default |\n|---|---|---|---|\n";
    for (const ConfigKey& key : config_keys()) {
      if (section_of(key.name) != section.name) continue;
      out += "| `" + std::string(last_of(key.name)) + "` | " + key.summary + " | " + key.type + " | " +
             default_of(key) + " |\n";
    }
  }
  out +=
      "\n## `[provider.device_rates.\"ID\"]`\n\n"
      "Prices of one device, whose id `quern probe` shows. The same keys as in `[provider.rates]`, which holds for "
      "those that\n"
      "are absent here.\n"
      "\n## Set while it runs\n\n"
      "Callers (`quern`, the desktop) can set these by `preferences.set`; what they set lies beside the database, "
      "holds "
      "over\n"
      "restarts and stands above this file until it is reset. `quern status --json` names what is set under "
      "`preferences`.\n"
      "`device.set` does so for a device's switch (above `provider.devices_allow` and `devices_deny`) and prices, "
      "`peer.add`\n"
      "adds to `overlay.peers`, `peer.block` to `submitter.exclude`, and `donation.pause` withdraws the offer.\n\n"
      "| preference | stands above |\n|---|---|\n";
  for (const PreferenceText& preference : preference_texts()) {
    out += "| `" + std::string(preference.name) + "` | `" + std::string(preference.config_key) + "` |\n";
  }
  out += "\nAs a service of systemd: [service.md](service.md).\n";
  return out;
}

}  // namespace quern::daemon
