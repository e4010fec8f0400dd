#include "scheduler/daemon/work_energy.hpp"

#include <algorithm>
#include <array>

#include "scheduler/store/schema.hpp"

namespace quern::daemon {

using runtime::Result;

namespace {

constexpr std::int64_t kMicrosecondsPerMs = 1'000;
constexpr std::int64_t kNanojoulesPerMillijoule = 1'000'000;
constexpr std::string_view kFirst = R"sql(
CREATE TABLE work_energy (
  from_unix_ms INTEGER NOT NULL,
  device TEXT NOT NULL,
  millijoules INTEGER NOT NULL,
  PRIMARY KEY (from_unix_ms, device)
) STRICT, WITHOUT ROWID;
)sql";

// Of the machine's processor, or of a card.
bool is_same_part(const NodeDevice& one, const NodeDevice& other) {
  return one.pci_address == other.pci_address && one.type == other.type;
}

}  // namespace

std::map<std::string, std::uint64_t> powers_of(const LiveReading& reading, const std::vector<NodeDevice>& devices,
                                               const std::set<std::string>& at_work) {
  std::map<std::string, std::uint64_t> powers;
  for (const NodeDevice& device : devices) {
    if (!device.pci_address && device.type != model::DeviceType::cpu) continue;
    const auto power = power_milliwatts(reading, device.pci_address);
    if (!power) continue;
    const auto sharing = std::ranges::count_if(
        devices, [&](const NodeDevice& other) { return is_same_part(device, other) && at_work.contains(other.id); });
    powers.emplace(device.id, *power / static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(sharing, 1)));
  }
  return powers;
}

void WorkEnergy::add(PowerReading reading) {
  if (const auto& before = last_) count(*before, reading);
  last_ = std::move(reading);
}

void WorkEnergy::count(const PowerReading& before, const PowerReading& now) {
  const runtime::Duration span = now.at - before.at;
  if (span <= runtime::Duration{0} || span > kEnergyGapMax) return;
  const std::int64_t us = span / std::chrono::microseconds(1);
  const std::int64_t began_unix_ms = std::max<std::int64_t>(now.at_unix_ms - us / kMicrosecondsPerMs, 0);
  for (const auto& [device, milliwatts] : now.milliwatts) {
    const int ends_at_work = (before.at_work.contains(device) ? 1 : 0) + (now.at_work.contains(device) ? 1 : 0);
    if (ends_at_work == 0) continue;
    const std::int64_t nanojoules = static_cast<std::int64_t>(milliwatts) * us / 2 * ends_at_work;
    sums_[{began_unix_ms / kEnergySpanMs * kEnergySpanMs, device}] +=
        (nanojoules + kNanojoulesPerMillijoule / 2) / kNanojoulesPerMillijoule;
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

Result<void> save_work_energy(store::Database& database, const std::vector<EnergySum>& sums, std::int64_t now_unix_ms) {
  for (const EnergySum& sum : sums) {
    auto saved = database.run(
        "INSERT INTO work_energy (from_unix_ms, device, millijoules) VALUES (?, ?, ?) "
        "ON CONFLICT (from_unix_ms, device) DO UPDATE SET millijoules = millijoules + excluded.millijoules",
        sum.from_unix_ms, sum.device, sum.millijoules);
    if (!saved) return saved;
  }
  return database.run("DELETE FROM work_energy WHERE from_unix_ms < ?", now_unix_ms - kEnergyKeptMs);
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
