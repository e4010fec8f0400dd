#include "scheduler/daemon/work_energy.hpp"

#include <algorithm>
#include <array>

#include "scheduler/store/schema.hpp"

namespace quern::daemon {

using runtime::Result;

namespace {

constexpr std::int64_t kPicojoulesPerMillijoule = 1'000'000'000;
constexpr std::string_view kProcessor = "processor";
static_assert(kEnergyGapMax.count() <= INT64_MAX / static_cast<std::int64_t>(2 * kPartMilliwattsMax));
constexpr std::string_view kFirst = R"sql(
CREATE TABLE work_energy (
  from_unix_ms INTEGER NOT NULL,
  device TEXT NOT NULL,
  millijoules INTEGER NOT NULL,
  PRIMARY KEY (from_unix_ms, device)
) STRICT, WITHOUT ROWID;
)sql";

// At both ends of a time, or at the one that tells it.
std::optional<std::uint64_t> mean_power(const std::optional<PowerReading>& before, const PowerReading& now,
                                        const std::string& part) {
  const auto power = [&part](const PowerReading& reading) -> std::optional<std::uint64_t> {
    const auto found = reading.milliwatts.find(part);
    if (found == reading.milliwatts.end()) return std::nullopt;
    return std::min(found->second, kPartMilliwattsMax);
  };
  const auto last = power(now);
  const auto first = before ? power(*before) : std::nullopt;
  if (first && last) return (*first + *last) / 2;
  return last ? last : first;
}

}  // namespace

std::optional<std::string> part_of(const NodeDevice& device) {
  if (device.pci_address) return device.pci_address;
  if (device.type == model::DeviceType::cpu) return std::string(kProcessor);
  return std::nullopt;
}

std::map<std::string, std::uint64_t> powers_of(const LiveReading& reading, const std::vector<NodeDevice>& devices) {
  std::map<std::string, std::uint64_t> powers;
  for (const NodeDevice& device : devices) {
    const auto part = part_of(device);
    if (!part) continue;
    if (const auto power = power_milliwatts(reading, device.pci_address)) {
      powers.emplace(*part, std::min(*power, kPartMilliwattsMax));
    }
  }
  return powers;
}

// What a part draws while both of its devices have a turn is halved, and so is the time of each.
void WorkEnergy::advance(runtime::Time at) {
  const runtime::Duration span = at - at_;
  if (span <= runtime::Duration{0}) return;
  at_ = at;
  for (const auto& [device, part] : turns_) {
    const auto sharing = std::ranges::count_if(turns_, [&](const auto& turn) { return turn.second == part; });
    Busy& busy = busy_.try_emplace(device, Busy{.part = part}).first->second;
    busy.time += span / sharing;
  }
}

void WorkEnergy::begin_turn(const std::string& device, const std::string& part, runtime::Time at) {
  advance(at);
  if (!open()) {
    busy_since_ = at;
    if (last_ && at - last_->at > kEnergyGapMax) last_.reset();
  }
  turns_.emplace(device, part);
}

void WorkEnergy::end_turn(const std::string& device, runtime::Time at) {
  advance(at);
  turns_.erase(device);
}

void WorkEnergy::begin_reading(runtime::Time at) {
  advance(at);
  if (read_.empty()) read_since_ = busy_since_;
  for (const auto& [device, busy] : std::exchange(busy_, {})) {
    read_.try_emplace(device, Busy{.part = busy.part}).first->second.time += busy.time;
  }
  busy_since_ = at;
}

void WorkEnergy::add(PowerReading reading) {
  count(reading);
  read_.clear();
  last_ = std::move(reading);
}

void WorkEnergy::count(const PowerReading& reading) {
  const runtime::Duration span = reading.at - read_since_;
  if (span > kEnergyGapMax) return;
  const std::int64_t began_unix_ms =
      std::max<std::int64_t>(reading.at_unix_ms - span / std::chrono::milliseconds(1), 0);
  for (const auto& [device, busy] : read_) {
    const auto power = mean_power(last_, reading, busy.part);
    if (!power) continue;
    const std::int64_t picojoules = static_cast<std::int64_t>(*power) * busy.time.count();
    sums_[{began_unix_ms / kEnergySpanMs * kEnergySpanMs, device}] +=
        (picojoules + kPicojoulesPerMillijoule / 2) / kPicojoulesPerMillijoule;
  }
}

std::vector<EnergySum> WorkEnergy::take() {
  std::vector<EnergySum> sums;
  sums.reserve(sums_.size());
  for (const auto& [key, millijoules] : sums_) {
    sums.push_back({.from_unix_ms = key.first, .device = key.second, .millijoules = millijoules});
  }
  sums_.clear();
  return sums;
}

void WorkEnergy::put_back(const std::vector<EnergySum>& sums) {
  for (const EnergySum& sum : sums) sums_[{sum.from_unix_ms, sum.device}] += sum.millijoules;
}

Result<void> migrate_work_energy(store::Database& database) {
  static constexpr std::array kSteps{store::SchemaStep{.name = "work energy", .sql = kFirst}};
  return store::migrate(database, "work energy", kSteps);
}

Result<void> save_work_energy(store::Database& database, const std::vector<EnergySum>& sums) {
  bool grows = false;
  for (const EnergySum& sum : sums) {
    const auto there = database.find(
        "SELECT 1 FROM work_energy WHERE from_unix_ms = ? LIMIT 1",
        [](const store::Row& row) { return row.integer(0); }, sum.from_unix_ms);
    if (!there) return std::unexpected(there.error());
    grows = grows || !*there;
    auto saved = database.run(
        "INSERT INTO work_energy (from_unix_ms, device, millijoules) VALUES (?, ?, ?) "
        "ON CONFLICT (from_unix_ms, device) DO UPDATE SET millijoules = millijoules + excluded.millijoules",
        sum.from_unix_ms, sum.device, sum.millijoules);
    if (!saved) return saved;
  }
  if (!grows) return {};
  const auto oldest = database.find(
      "SELECT from_unix_ms FROM work_energy GROUP BY from_unix_ms ORDER BY from_unix_ms DESC LIMIT 1 OFFSET ?",
      [](const store::Row& row) { return row.integer(0); }, kEnergySpansKept - 1);
  if (!oldest) return std::unexpected(oldest.error());
  if (const auto& from = *oldest) return database.run("DELETE FROM work_energy WHERE from_unix_ms < ?", *from);
  return {};
}

Result<void> each_work_energy(store::Database& database, std::int64_t from_unix_ms, std::int64_t until_unix_ms,
                              const std::function<void(const EnergySum&)>& take) {
  return database.each(
      "SELECT from_unix_ms, device, millijoules FROM work_energy WHERE from_unix_ms >= ? AND from_unix_ms < ? "
      "ORDER BY from_unix_ms, device",
      [&](const store::Row& row) {
        take({.from_unix_ms = row.integer(0), .device = std::string(row.text(1)), .millijoules = row.integer(2)});
        return true;
      },
      from_unix_ms, until_unix_ms);
}

}  // namespace quern::daemon
