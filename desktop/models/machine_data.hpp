// The machine that a daemon runs on, and what may be set there: topics "machine" and "preferences" as values. Lists
// refer to each other by index, and every index is one that is there. Texts are harmless and bounded. Pure.
#pragma once
#include <QString>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "desktop/models/json_reading.hpp"
#include "desktop/models/why_data.hpp"

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
  bool operator==(const PackageData&) const = default;
};

// A device that computes, and may be offered.
struct DeviceData {
  QString id;
  QString name;
  QString kind;                            // "gpu", "cpu", "accelerator"
  QString pci_address;                     // empty: not on PCI
  QString driver_version;                  // as its driver says; empty: not known
  std::optional<std::uint32_t> numa_node;  // index into MachineData::numa_nodes
  std::uint64_t compute_units = 0;
  std::uint64_t memory_bytes = 0;
  bool offered = false;
  bool wanted = false;  // whether it is to be offered
  WhyData why;          // why it is not
  bool paused = false;
  std::optional<std::int64_t> paused_until_unix_ms;
  std::vector<std::pair<QString, std::int64_t>> rates;  // by name of the rate card, micro-credits
  bool own_rates = false;                               // set for this device alone
  std::optional<std::int64_t> per_hour_micro;
  std::uint64_t fp32_flops = 0;  // a second; 0: not measured
  std::optional<std::int64_t> busy_permille;
  std::optional<std::uint64_t> memory_used_bytes;
  std::optional<std::int64_t> temperature_millicelsius;
  std::optional<std::int64_t> power_milliwatts;
  std::optional<std::int64_t> power_limit_milliwatts;
  std::optional<std::int64_t> fan_permille;
  struct Job {
    QString id;  // of the work
    QString name;
    QString peer;
    std::int64_t progress_permille = 0;
    bool operator==(const Job&) const = default;
  };
  std::optional<Job> job;  // that it works on
  std::int64_t earned_today_micro = 0;
  // Something stands in the way of offering it: a screen, a driver. That its owner does not offer it is none.
  bool hindered() const;
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
  std::optional<std::uint64_t> memory_used_bytes;
  std::vector<DeviceData> devices;
  std::optional<std::int64_t> busy_permille;  // of all threads
  bool operator==(const MachineData&) const = default;
};
MachineData machine_from(const boost::json::value& value);

// What a person may set. A member is absent when the daemon does not offer it.
struct PreferencesData {
  struct Number {
    std::int64_t value = 0;
    std::int64_t least = 0;
    std::int64_t most = 0;
    bool operator==(const Number&) const = default;
  };
  // An amount without a value has no bound.
  struct Amount {
    std::optional<std::int64_t> micro;
    bool operator==(const Amount&) const = default;
  };
  QString host;  // whose they are
  std::optional<bool> share;
  std::optional<Number> cpu_cores;
  std::optional<Number> memory_bytes;
  std::optional<Number> scratch_bytes;
  std::optional<Number> walltime_ms;
  std::optional<Number> input_bytes;
  std::optional<Number> output_bytes;
  std::optional<Amount> budget;      // of all jobs
  std::optional<Amount> job_budget;  // of one
  std::optional<QString> strategy;
  std::set<QString> set;  // names that are set here and not by the configuration
  bool operator==(const PreferencesData&) const = default;
};
PreferencesData preferences_from(const boost::json::value& value);

}  // namespace quern::desktop::models
