#include "scheduler/daemon/config.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include <toml++/toml.h>

#include "scheduler/daemon/config_keys.hpp"
#include "scheduler/rpc/schema.hpp"

namespace quern::daemon {

namespace {

constexpr std::string_view kDeviceRates = "provider.device_rates";

ConfigValue value_of(const toml::node& node) {
  if (const auto* const flag = node.as_boolean()) return flag->get();
  if (const auto* const number = node.as_integer()) return number->get();
  if (const auto* const text = node.as_string()) return text->get();
  if (node.is_floating_point()) return OtherType{"a number with a point or an exponent"};
  if (node.is_table()) return OtherType{"a section"};
  const toml::array* const array = node.as_array();
  if (!array) return OtherType{"a date or time"};
  std::vector<std::string> texts;
  for (const toml::node& element : *array) {
    const auto* const text = element.as_string();
    if (!text) return OtherType{"a list with other elements than texts"};
    texts.push_back(text->get());
  }
  return texts;
}

std::expected<void, std::string> within_bounds(const ConfigValue& value) {
  const auto too_long = [](const std::string& text) {
    return std::unexpected("a text of " + std::to_string(text.size()) + " bytes is longer than " +
                           std::to_string(kTextBytesMax));
  };
  if (const auto* const text = std::get_if<std::string>(&value); text && text->size() > kTextBytesMax) {
    return too_long(*text);
  }
  const auto* const texts = std::get_if<std::vector<std::string>>(&value);
  if (!texts) return {};
  if (texts->size() > kListMax) {
    return std::unexpected(std::to_string(texts->size()) + " elements are more than " + std::to_string(kListMax));
  }
  for (const std::string& text : *texts) {
    if (text.size() > kTextBytesMax) return too_long(text);
  }
  return {};
}

// Goes through a file's tables and sets what it knows.
class Reader {
 public:
  Reader(std::string_view file, Config& config) : file_(file), config_(config) {}

  void read(const toml::table& table) {
    for (const auto& [key, node] : table) read(std::string(key.str()), key.source(), node);
    for (const auto& [device, device_table] : device_tables_) read_device(device, *device_table);
  }
  // A rule about what several keys say together.
  void complain(const std::string& key, std::string message) {
    const auto found = places_.find(key);
    add(found == places_.end() ? toml::source_region() : found->second, key, std::move(message));
  }
  std::vector<ConfigProblem> problems() && {
    std::ranges::sort(problems_, {},
                      [](const ConfigProblem& problem) { return std::pair(problem.line, problem.column); });
    return std::move(problems_);
  }

 private:
  void add(const toml::source_region& at, const std::string& key, std::string message) {
    if (problems_.size() >= kProblemsMax) return;
    problems_.push_back({file_, at.begin.line, at.begin.column, key, std::move(message)});
  }

  void read(const std::string& name, const toml::source_region& at, const toml::node& node) {
    const auto& keys = config_keys();
    if (const auto key = std::ranges::find(keys, name, &ConfigKey::name); key != keys.end()) {
      set(*key, name, at, node);
      return;
    }
    const toml::table* const table = node.as_table();
    const bool is_section = name == kDeviceRates || std::ranges::any_of(keys, [&](const ConfigKey& key) {
                              return key.name.starts_with(name + ".");
                            });
    if (!is_section) {
      unknown(name, at);
    } else if (!table) {
      add(at, name, "is a section: write [" + name + "]");
    } else if (name == kDeviceRates) {
      read_devices(*table);
    } else {
      for (const auto& [key, member] : *table) read(name + "." + std::string(key.str()), key.source(), member);
    }
  }

  void set(const ConfigKey& key, const std::string& name, const toml::source_region& at, const toml::node& node) {
    places_.emplace(name, at);
    const ConfigValue value = value_of(node);
    auto fit = within_bounds(value);
    if (fit && key.check_element && !check_elements(key, name, node)) return;
    if (fit) fit = key.set(config_, value);
    if (!fit) add(node.source(), name, std::move(fit).error());
  }

  // Each that is wrong has its own complaint, at its place.
  bool check_elements(const ConfigKey& key, const std::string& name, const toml::node& node) {
    const toml::array* const array = node.as_array();
    bool fit = true;
    for (std::size_t i = 0; array && i < array->size(); ++i) {
      const auto* const text = array->get(i)->as_string();
      const auto right = text ? key.check_element(text->get()) : std::expected<void, std::string>();
      if (right) continue;
      add(array->get(i)->source(), name, right.error());
      fit = false;
    }
    return fit;
  }

  void unknown(const std::string& name, const toml::source_region& at) {
    std::vector<std::string_view> names;
    names.reserve(config_keys().size() + config_sections().size());
    for (const ConfigKey& key : config_keys()) names.emplace_back(key.name);
    for (const ConfigSection& section : config_sections()) names.push_back(section.name);
    names.push_back(kDeviceRates);
    const auto depth = std::ranges::count(name, '.');
    std::erase_if(names, [&](std::string_view known) { return std::ranges::count(known, '.') != depth; });
    const std::string near = rpc::nearest(name, names);
    const std::string shown = name.substr(0, 128);
    add(at, shown,
        near.empty() ? "there is no such key; docs/config.md lists all"
                     : "there is no such key; is " + near + " meant?");
  }

  void read_devices(const toml::table& devices) {
    for (const auto& [id, node] : devices) {
      const std::string name = std::string(kDeviceRates) + "." + std::string(id.str().substr(0, 128));
      if (!node.is_table()) {
        add(id.source(), name, "is a section: write [" + name + "]");
      } else if (device_tables_.size() >= kDevicesMax) {
        add(id.source(), name, "is one of more than " + std::to_string(kDevicesMax) + " devices");
      } else {
        device_tables_.emplace(id.str(), node.as_table());
      }
    }
  }

  // Last of all: a device's rates begin as those of provider.rates.
  void read_device(const std::string& device, const toml::table& table) {
    config_.provider.device_rates[device] = config_.provider.rates;
    const std::vector<ConfigKey> keys = device_rate_keys(device);
    std::vector<std::string_view> names;
    names.reserve(keys.size());
    for (const ConfigKey& key : keys) names.emplace_back(key.name);
    for (const auto& [rate, node] : table) {
      const std::string name =
          std::string(kDeviceRates) + "." + device.substr(0, 128) + "." + std::string(rate.str().substr(0, 128));
      const auto key = std::ranges::find(keys, rate.str(), &ConfigKey::name);
      if (key != keys.end()) {
        set(*key, name, rate.source(), node);
        continue;
      }
      const std::string near = rpc::nearest(rate.str(), names);
      add(rate.source(), name,
          near.empty() ? "there is no such rate" : "there is no such rate; is " + near + " meant?");
    }
  }

  std::string file_;
  Config& config_;
  std::map<std::string, toml::source_region> places_;  // of keys that were there
  std::map<std::string, const toml::table*> device_tables_;
  std::vector<ConfigProblem> problems_;
};

// What keys say together.
void check_together(const Config& config, Reader& reader) {
  for (const std::string& device : config.provider.devices_allow) {
    if (std::ranges::find(config.provider.devices_deny, device) == config.provider.devices_deny.end()) continue;
    reader.complain("provider.devices_deny", "\"" + device.substr(0, 80) + "\" is in provider.devices_allow, too");
  }
  if (config.sandbox.tier == SandboxTier::none && config.sandbox.required && config.provider.enabled) {
    reader.complain("sandbox.required",
                    "nothing could be offered: sandbox.tier is \"none\"; name a tier, or set sandbox.required = false");
  }
  if (config.rpc.socket.size() > 107) {
    reader.complain("rpc.socket", "the path of a socket may have 107 bytes, not " +
                                      std::to_string(config.rpc.socket.size()) + "; set rpc.socket to a shorter one");
  }
}

// What follows from the data directory where the file does not say it.
void fill(Config& config, const rpc::Environment& environment) {
  if (config.rpc.socket.empty()) config.rpc.socket = rpc::default_socket(environment, config.data_directory).native();
  if (config.rpc.websocket.token_file.empty()) config.rpc.websocket.token_file = config.data_directory + "/rpc.token";
}

Config unfilled(const rpc::Environment& environment) {
  Config config;
  config.data_directory = rpc::default_data_directory(environment).native();
  return config;
}

Configured<Config> failed(std::string_view file, std::string message) {
  return std::unexpected(std::vector{ConfigProblem{std::string(file), 0, 0, "", std::move(message)}});
}

}  // namespace

std::string to_text(const ConfigProblem& problem) {
  std::string text = problem.file;
  if (problem.line > 0) text += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
  if (!problem.key.empty()) text += ": " + problem.key;
  return text + ": " + problem.message;
}

Config default_config(const rpc::Environment& environment) {
  Config config = unfilled(environment);
  fill(config, environment);
  return config;
}

Configured<Config> parse_config(std::string_view text, std::string_view file, const rpc::Environment& environment) {
  if (text.size() > kConfigBytesMax) {
    return failed(file, "the file is longer than " + std::to_string(kConfigBytesMax) + " bytes");
  }
  Config config = unfilled(environment);
  Reader reader(file, config);
  try {
    const toml::table table = toml::parse(text);
    reader.read(table);
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    return std::unexpected(
        std::vector{ConfigProblem{std::string(file), at.line, at.column, "", std::string(error.description())}});
  }
  fill(config, environment);
  check_together(config, reader);
  std::vector<ConfigProblem> problems = std::move(reader).problems();
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return config;
}

Configured<Config> load_config(const std::filesystem::path& file, const rpc::Environment& environment) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    return failed(file.native(), error ? error.message() : "is no file");
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text(kConfigBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || (!stream.eof() && stream.gcount() == 0)) return failed(file.native(), "cannot be read");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return parse_config(text, file.native(), environment);
}

}  // namespace quern::daemon
