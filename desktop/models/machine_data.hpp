// The machine that a daemon runs on, and what may be set there: topics "machine" and "preferences" as values. Lists
// refer to each other by index, and every index is one that is there. Texts are harmless and bounded. Pure.
#pragma once
#include <QString>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "desktop/models/json_reading.hpp"

namespace quern::desktop::models {

inline constexpr std::size_t kThreadsMax = 65'536;
inline constexpr std::size_t kCachesMax = 65'536;
inline constexpr std::size_t kNodesMax = 4'096;  // packages, and NUMA nodes

struct CoreData {
  std::uint32_t package = 0;                  // index into packages
  std::uint32_t numa_node = 0;                // index into numa_nodes
  std::vector<std::uint32_t> threads;         // os_index
  std::optional<std::int64_t> busy_permille;  // the mean of its threads
  bool operator==(const CoreData&) const = default;
};
struct CacheData {
  std::uint32_t level = 0;
  std::uint64_t size_bytes = 0;
  std::vector<std::uint32_t> cores;  // that share it
  bool operator==(const CacheData&) const = default;
};
struct NumaNodeData {
  std::uint32_t os_index = 0;
  std::optional<std::uint64_t> memory_bytes;
  std::optional<std::uint64_t> memory_used_bytes;
  bool operator==(const NumaNodeData&) const = default;
};
struct PackageData {
  std::uint32_t os_index = 0;
  std::optional<std::int64_t> temperature_millicelsius;
  bool operator==(const PackageData&) const = default;
};

// A device that computes, and may be offered.
struct DeviceData {
  QString id;
  QString name;
  QString kind;                            // "gpu", "cpu"
  std::optional<std::uint32_t> numa_node;  // index into MachineData::numa_nodes
  bool offered = false;
  QString reason;                                       // why it is not
  std::vector<std::pair<QString, std::int64_t>> rates;  // by name of the rate card, micro-credits
  std::optional<std::int64_t> per_hour_micro;
  std::optional<std::int64_t> busy_permille;
  std::optional<std::uint64_t> memory_bytes;
  std::optional<std::uint64_t> memory_used_bytes;
  std::optional<std::int64_t> temperature_millicelsius;
  std::optional<std::int64_t> temperature_limit_millicelsius;
  std::optional<std::int64_t> power_milliwatts;
  std::optional<std::int64_t> power_limit_milliwatts;
  QString job;  // that it works on
  std::optional<std::int64_t> earned_today_micro;
  std::optional<std::int64_t> paused_until_unix_ms;
  bool paused = false;
  bool operator==(const DeviceData&) const = default;
};

struct MachineData {
  QString host;
  QString system;  // "Debian GNU/Linux 12 (bookworm)"
  QString kernel;
  QString processor;  // "AMD EPYC 7543"
  std::vector<PackageData> packages;
  std::vector<NumaNodeData> numa_nodes;
  std::vector<CacheData> caches;
  std::vector<CoreData> cores;
  std::uint64_t memory_bytes = 0;
  std::optional<std::uint64_t> memory_available_bytes;
  std::vector<DeviceData> devices;
  std::optional<std::int64_t> busy_permille;  // of all threads
  bool operator==(const MachineData&) const = default;
};
MachineData machine_from(const boost::json::value& value);

// What a person may set. A member is absent when the daemon does not offer it.
struct PreferencesData {
  std::optional<bool> share;
  std::optional<std::uint64_t> cpu_cores;
  std::optional<std::uint64_t> memory_bytes;
  std::optional<std::uint64_t> scratch_bytes;
  std::optional<std::int64_t> budget_micro;  // the most that a job may cost when it does not say
  std::optional<QString> strategy;
  boost::json::object all;  // as it came, for what a later daemon offers
  bool operator==(const PreferencesData&) const = default;
};
PreferencesData preferences_from(const boost::json::value& value);

}  // namespace quern::desktop::models
