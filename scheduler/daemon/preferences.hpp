// What callers have set while the daemon runs: it stands above the configuration's file and outlives a restart. Pure,
// but for load and save.
#pragma once
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "overlay/runtime/disk.hpp"
#include "scheduler/daemon/config.hpp"
#include "scheduler/daemon/donation.hpp"
#include "scheduler/rpc/schema.hpp"

namespace quern::daemon {

inline constexpr std::size_t kPreferencesMax = 32;  // names
inline constexpr std::size_t kPreferencesBytesMax = 1 << 20;
inline constexpr std::string_view kPreferencesFile = "preferences";

// One thing that can be set, and the key of the configuration that it stands above. Amounts are integers of
// micro-credits here.
struct PreferenceText {
  enum class Kind : std::uint8_t { boolean, integer, credits, choice };
  struct Range {
    std::int64_t least = 0;
    std::int64_t most = 0;
  };
  std::string_view name;
  std::string_view config_key;
  Kind kind = Kind::boolean;
  std::optional<Range> range;  // of integers
  std::optional<model::Credits> SubmitterConfig::* credits = nullptr;

  rpc::Schema schema() const;
};
std::span<const PreferenceText> preference_texts();

struct DevicePreference {
  std::optional<bool> offered;
  std::optional<model::RateCard> rates;
  bool operator==(const DevicePreference&) const = default;
};

struct Preferences {
  std::map<std::string, boost::json::value> values;  // by PreferenceText::name; null: none
  std::map<std::string, DevicePreference> devices;   // by id; at most kDevicesMax
  std::vector<std::string> peers;                    // addresses to connect to; at most kListMax
  std::set<std::string> blocked;                     // peer ids; at most kListMax
  Pauses pauses;
  bool operator==(const Preferences&) const = default;
};

// Takes the value in, or says what is wrong with it: value, limit and way out. null is none, where there may be none.
std::expected<void, std::string> set_preference(Preferences& preferences, std::string_view name,
                                                const boost::json::value& value);
// The config that holds: that of the file, and above it what was set.
Config in_force(const Config& file, const Preferences& preferences);
// By name, what a config says.
boost::json::object preference_values(const Config& config);

// One JSON document; what it writes it reads. runtime::Errc::system with what is wrong and what helps.
std::string to_text(const Preferences& preferences);
runtime::Result<Preferences> preferences_from(std::string_view text);

// Nothing was set where there is no file. Errors: those of preferences_from() and the disk's.
runtime::Task<runtime::Result<Preferences>> load_preferences(runtime::Disk& disk);
// Survives a crash once it has returned.
runtime::Task<runtime::Result<void>> save_preferences(runtime::Disk& disk, Preferences preferences);

}  // namespace quern::daemon
