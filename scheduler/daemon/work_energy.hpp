// What devices draw while they work for others: the power that live readings tell, over the time between them.
//
// It is all that a device draws meanwhile, whatever else runs on it: of a processor its packages, of a card the card. A
// device that tells no power has no energy, and so has the time in which nobody read it. Kept in sums of a quarter of
// an hour, of which the days of every time zone can be made.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/daemon/capacity.hpp"
#include "scheduler/daemon/earnings.hpp"
#include "scheduler/daemon/machine_live.hpp"
#include "scheduler/store/database.hpp"

namespace quern::daemon {

inline constexpr std::int64_t kEnergySpanMs = 15LL * 60 * 1000;
// Between two readings: of a longer time nothing is known.
inline constexpr runtime::Duration kEnergyGapMax = 5 * kLiveEvery;
inline constexpr runtime::Duration kEnergySavedEvery = std::chrono::minutes(1);
// As many as can be asked for at a time, and what the caller's clock may be away from UTC.
inline constexpr std::int64_t kEnergyKeptMs = (kEarningsDaysMax + 1) * kDayMs;

struct EnergySum {
  std::int64_t from_unix_ms = 0;  // a multiple of kEnergySpanMs
  std::string device;
  std::int64_t millijoules = 0;
  bool operator==(const EnergySum&) const = default;
};

// A live reading as the metering sees it.
struct PowerReading {
  runtime::Time at;
  std::int64_t at_unix_ms = 0;
  std::map<std::string, std::uint64_t> milliwatts;  // of the devices that tell it, by id
  std::set<std::string> at_work;                    // devices that agreements of others have
};

// By id, of the devices that tell it. Those at work that are one card, or one processor, for several drivers have equal
// parts of what it draws. Pure.
std::map<std::string, std::uint64_t> powers_of(const LiveReading& reading, const std::vector<NodeDevice>& devices,
                                               const std::set<std::string>& at_work);

class WorkEnergy {
 public:
  // In the order of their times. A device has what it draws between two readings at both of which it works, and half of
  // it where it works at one.
  void add(PowerReading reading);
  // Something worked at the last reading: one more is wanted, also when the work is over.
  bool open() const { return last_ && !last_->at_work.empty(); }
  // What was metered and not taken yet, in the order of the times.
  std::vector<EnergySum> take();
  // What was taken could not be saved.
  void put_back(const std::vector<EnergySum>& sums);

 private:
  void count(const PowerReading& before, const PowerReading& now);

  std::optional<PowerReading> last_;
  std::map<std::pair<std::int64_t, std::string>, std::int64_t> sums_;
};

// Steps of a schema are transactions of their own; the others are made inside an operation of a store::Writer.
runtime::Result<void> migrate_work_energy(store::Database& database);
// Adds to what there is, and removes what is older than kEnergyKeptMs.
runtime::Result<void> save_work_energy(store::Database& database, const std::vector<EnergySum>& sums,
                                       std::int64_t now_unix_ms);
// Those that begin in that time, the last excluded.
runtime::Result<void> each_work_energy(store::Database& database, std::int64_t from_unix_ms, std::int64_t until_unix_ms,
                                       const std::function<void(const EnergySum&)>& take);

}  // namespace quern::daemon
