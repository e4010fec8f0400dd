// What devices draw while agreements of others have them: the time of their turns, at the power that live readings
// tell.
//
// It is all that a part of the machine draws meanwhile, whatever else runs on it: of the processor its packages, of a
// card the card. Devices that are one part for several drivers have equal shares of the time in which both have a
// turn. A part that tells no power has no energy, and so has the time in which nobody read it, and that from the last
// reading to a crash or a stop. Kept in sums of a quarter of an hour, of which the days of every time zone can be made.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/daemon/capacity.hpp"
#include "scheduler/daemon/earnings.hpp"
#include "scheduler/daemon/machine_live.hpp"
#include "scheduler/store/database.hpp"

namespace quern::daemon {

inline constexpr std::int64_t kEnergySpanMs = 15LL * 60 * 1000;
// From a reading, or the first turn after it, to the next: of a longer time nothing is known.
inline constexpr runtime::Duration kEnergyGapMax = 5 * kLiveEvery;
inline constexpr runtime::Duration kEnergySavedEvery = std::chrono::minutes(1);
// 100 kW: no sensor of a part is believed more.
inline constexpr std::uint64_t kPartMilliwattsMax = 100'000'000;
// Spans with something in them that are kept: of as many days as can be asked for at a time, and what the caller's
// clock may be away from UTC. By count: no clock that was wrong for a while makes old ones go.
inline constexpr std::int64_t kEnergySpansKept = (kEarningsDaysMax + 1) * kDayMs / kEnergySpanMs;

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
  std::map<std::string, std::uint64_t> milliwatts;  // of the parts that tell it
};

// Which part of the machine a device is: a card by its PCI address, or the processor. Nullopt: nobody knows. Pure.
std::optional<std::string> part_of(const NodeDevice& device);
// Of the parts that tell it, kPartMilliwattsMax at most. Pure.
std::map<std::string, std::uint64_t> powers_of(const LiveReading& reading, const std::vector<NodeDevice>& devices);

// Told in the order of the times. A reading is told twice: when it begins, and when it is there; turns may begin and
// end in between. One that is never there is made up for by the next.
class WorkEnergy {
 public:
  // An agreement has the device, which has no other turn, from now on.
  void begin_turn(const std::string& device, const std::string& part, runtime::Time at);
  // Of a device that has no turn: nothing.
  void end_turn(const std::string& device, runtime::Time at);
  // What is busy until now is for this reading.
  void begin_reading(runtime::Time at);
  // At the time at which it began. A device has, of its time since the reading before, the mean of the power at both,
  // or that of the one which tells it.
  void add(PowerReading reading);
  // A reading is wanted: there are turns, or there were some since the last one.
  bool open() const { return !turns_.empty() || !busy_.empty() || !read_.empty(); }
  // What was metered and not taken yet, in the order of the times.
  std::vector<EnergySum> take();
  // What was taken could not be saved.
  void put_back(const std::vector<EnergySum>& sums);

 private:
  struct Busy {
    std::string part;
    runtime::Duration time{0};  // shared
  };
  using BusyTimes = std::map<std::string, Busy>;  // by device
  void advance(runtime::Time at);
  void count(const PowerReading& reading);

  std::map<std::string, std::string> turns_;  // parts by device
  runtime::Time at_;                          // to which turns are counted
  BusyTimes busy_;                            // since busy_since_
  runtime::Time busy_since_;
  BusyTimes read_;  // of which the reading under way will tell, since read_since_
  runtime::Time read_since_;
  std::optional<PowerReading> last_;
  std::map<std::pair<std::int64_t, std::string>, std::int64_t> sums_;
};

// Steps of a schema are transactions of their own; the others are made inside an operation of a store::Writer.
runtime::Result<void> migrate_work_energy(store::Database& database);
// Adds to what there is. Where a span is new, the oldest beyond kEnergySpansKept go, which reads all that there is.
runtime::Result<void> save_work_energy(store::Database& database, const std::vector<EnergySum>& sums);
// Those that begin in that time, the last excluded.
runtime::Result<void> each_work_energy(store::Database& database, std::int64_t from_unix_ms, std::int64_t until_unix_ms,
                                       const std::function<void(const EnergySum&)>& take);

}  // namespace quern::daemon
