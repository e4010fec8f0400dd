// What was earned and spent, day by day and part by part, out of the ledger's entries. Pure.
//
// Whatever the days, the offset and the parts, the sums of all parts are the ledger's of the same time, to the
// micro-credit: what has no name, and what goes beyond the bound, is summed under "".
#pragma once
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "scheduler/ledger/statement.hpp"

namespace quern::daemon {

inline constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
inline constexpr std::int64_t kEarningsDaysMax = 400;
inline constexpr std::int64_t kUtcOffsetMinutesMax = 14LL * 60;
inline constexpr std::size_t kEarningsPartsMax = 64;  // named ones of the whole time, and of a day

struct EarningsQuery {
  std::int64_t from_unix_ms = 0;
  std::int64_t until_unix_ms = 0;  // excluded
  std::int64_t utc_offset_minutes = 0;
  bool operator==(const EarningsQuery&) const = default;
};
// Or what is wrong with it.
std::expected<void, std::string> check(const EarningsQuery& query);

struct Amounts {
  std::int64_t earned_micro = 0;
  std::int64_t spent_micro = 0;
  std::optional<std::int64_t> energy_millijoules = {};  // that was drawn for it, as far as it was measured
  bool operator==(const Amounts&) const = default;
};

struct EarningsDay {
  std::string day;                // "2026-08-22", by the caller's clock
  std::int64_t from_unix_ms = 0;  // its midnight
  std::map<std::string, Amounts> parts;
  std::optional<std::int64_t> energy_millijoules = {};  // of all devices
  bool operator==(const EarningsDay&) const = default;
};
struct Earnings {
  std::vector<EarningsDay> days;  // on which there was something, in order
  Amounts totals;
  bool operator==(const Earnings&) const = default;
};

// Amounts of one entry; a reversal's are below zero.
struct EarningsEntry {
  std::int64_t at_unix_ms = 0;
  std::string part;
  Amounts amounts;
};

// Takes entries in any order. The query is good.
class EarningsSum {
 public:
  explicit EarningsSum(const EarningsQuery& query) : query_(query) {}
  // Those outside the query's time are left out.
  void add(const EarningsEntry& entry);
  // The same. Without a part where the parts are no devices.
  void add_energy(std::int64_t at_unix_ms, const std::optional<std::string>& part, std::int64_t millijoules);
  Earnings result() const;

 private:
  bool is_within(std::int64_t at_unix_ms) const;
  std::int64_t day_of(std::int64_t at_unix_ms) const;

  EarningsQuery query_;
  std::map<std::int64_t, std::map<std::string, Amounts>> days_;  // by number
  std::map<std::int64_t, std::int64_t> energy_;                  // millijoules, likewise
};

boost::json::object to_json(const Earnings& earnings);

}  // namespace quern::daemon
