#include "scheduler/daemon/work_energy.hpp"

#include <gtest/gtest.h>

#include "scheduler/daemon/answer_schemas.hpp"
#include "scheduler/daemon/receipt_table.hpp"
#include "scheduler/ledger/ledger.hpp"
#include "tests/hwprobe/sensor_trees.hpp"
#include "tests/scheduler/daemon/node_world.hpp"

namespace quern::daemon {
namespace {

namespace json = boost::json;

constexpr std::int64_t kDay = 1'795'046'400'000;  // midnight UTC of 2026-11-19
constexpr std::int64_t kHour = 3'600'000;

constexpr runtime::Time kBegan = runtime::Time{} + 1h;
constexpr std::string_view kCard = "0000:03:00.0";

// A card of so many milliwatts, so long after the clock began.
PowerReading reading(runtime::Duration at, std::uint64_t milliwatts = 250'000) {
  return {.at = kBegan + at, .at_unix_ms = kDay + at / 1ms, .milliwatts = {{std::string(kCard), milliwatts}}};
}

// One that is there as soon as it begins.
void read(WorkEnergy& energy, runtime::Duration at, std::uint64_t milliwatts = 250'000) {
  energy.begin_reading(kBegan + at);
  energy.add(reading(at, milliwatts));
}

void begin_turn(WorkEnergy& energy, runtime::Duration at, const std::string& device = "gpu") {
  energy.begin_turn(device, std::string(kCard), kBegan + at);
}

void end_turn(WorkEnergy& energy, runtime::Duration at, const std::string& device = "gpu") {
  energy.end_turn(device, kBegan + at);
}

std::int64_t sum_of(WorkEnergy& energy) {
  std::int64_t sum = 0;
  for (const EnergySum& one : energy.take()) {
    EXPECT_EQ(one.device, "gpu");
    sum += one.millijoules;
  }
  return sum;
}

TEST(WorkEnergy, is_the_power_over_the_time_of_a_devices_turn) {
  WorkEnergy energy;
  read(energy, 0s);
  EXPECT_FALSE(energy.open());
  read(energy, 1s);
  EXPECT_TRUE(energy.take().empty());
  begin_turn(energy, 1200ms);
  EXPECT_TRUE(energy.open());
  read(energy, 2s);
  EXPECT_EQ(sum_of(energy), 200'000);
  read(energy, 2500ms);
  read(energy, 4s);
  EXPECT_EQ(sum_of(energy), 500'000);
  end_turn(energy, 4400ms);
  EXPECT_TRUE(energy.open()) << "a last reading is wanted";
  read(energy, 5s);
  EXPECT_FALSE(energy.open());
  EXPECT_EQ(sum_of(energy), 100'000);
  read(energy, 6s);
  EXPECT_TRUE(energy.take().empty());
}

TEST(WorkEnergy, of_short_turns_is_of_the_time_that_they_took_and_no_more) {
  WorkEnergy energy;
  for (const auto at : {0s, 30s, 60s}) {
    begin_turn(energy, at);
    energy.begin_reading(kBegan + at);
    end_turn(energy, at + 20ms);  // sooner than it is read
    energy.add(reading(at));
    EXPECT_TRUE(energy.open());
    read(energy, at + 1s);
    EXPECT_FALSE(energy.open());
    EXPECT_EQ(sum_of(energy), 5'000);
  }
  for (const auto at : {90'000ms, 90'300ms, 90'600ms}) {
    begin_turn(energy, at);
    end_turn(energy, at + 100ms);
  }
  read(energy, 91s);
  EXPECT_EQ(sum_of(energy), 75'000);
}

TEST(WorkEnergy, of_devices_of_one_part_is_shared_for_as_long_as_both_have_a_turn) {
  WorkEnergy energy;
  begin_turn(energy, 0s, "one");
  read(energy, 0s);
  energy.begin_turn("cpu", "processor", kBegan + 100ms);
  begin_turn(energy, 400ms, "other");
  end_turn(energy, 600ms, "one");
  end_turn(energy, 900ms, "other");
  read(energy, 1s);
  const std::vector<EnergySum> expected{{.from_unix_ms = kDay, .device = "one", .millijoules = 125'000},
                                        {.from_unix_ms = kDay, .device = "other", .millijoules = 100'000}};
  EXPECT_EQ(energy.take(), expected);
}

TEST(WorkEnergy, takes_the_mean_of_both_readings_or_the_one_that_tells_it) {
  WorkEnergy energy;
  read(energy, 0s, 100'000);
  begin_turn(energy, 0s);
  read(energy, 1s, 300'000);
  EXPECT_EQ(sum_of(energy), 200'000);
  energy.begin_reading(kBegan + 2s);
  energy.add({.at = kBegan + 2s, .at_unix_ms = kDay + 2000, .milliwatts = {}});
  EXPECT_EQ(sum_of(energy), 300'000);
  read(energy, 3s, 50'000);
  EXPECT_EQ(sum_of(energy), 50'000);
  end_turn(energy, 3s);
  begin_turn(energy, 3s + kEnergyGapMax + 1ms);
  read(energy, 4s + kEnergyGapMax + 1ms, 70'000);
  EXPECT_EQ(sum_of(energy), 70'000) << "what was drawn long before says nothing";
}

TEST(WorkEnergy, is_not_known_of_a_time_in_which_nobody_read) {
  WorkEnergy energy;
  begin_turn(energy, 0s);
  read(energy, 0s);
  read(energy, kEnergyGapMax);
  EXPECT_EQ(sum_of(energy), 250'000 * (kEnergyGapMax / 1s));
  read(energy, 2 * kEnergyGapMax + 1ms);
  EXPECT_TRUE(energy.take().empty());
  read(energy, 2 * kEnergyGapMax + 1001ms);
  EXPECT_EQ(sum_of(energy), 250'000);
}

TEST(WorkEnergy, a_reading_that_never_comes_is_made_up_for_by_the_next) {
  WorkEnergy energy;
  begin_turn(energy, 0s);
  read(energy, 0s);
  energy.begin_reading(kBegan + 1s);
  end_turn(energy, 1500ms);
  read(energy, 2s);
  EXPECT_EQ(sum_of(energy), 375'000);
  begin_turn(energy, 3s);
  energy.begin_reading(kBegan + 4s);
  read(energy, 3s + kEnergyGapMax + 1ms);
  EXPECT_TRUE(energy.take().empty());
}

TEST(WorkEnergy, of_a_part_that_tells_no_power_there_is_none_and_a_measured_zero_is_told) {
  WorkEnergy energy;
  energy.begin_turn("quiet", "processor", kBegan);
  read(energy, 0s);
  read(energy, 1s);
  EXPECT_TRUE(energy.take().empty());
  PowerReading zero = reading(2s);
  zero.milliwatts["processor"] = 0;
  energy.begin_reading(zero.at);
  energy.add(zero);
  EXPECT_EQ(energy.take(), (std::vector<EnergySum>{{.from_unix_ms = kDay, .device = "quiet", .millijoules = 0}}));
}

TEST(WorkEnergy, of_an_absurd_power_is_that_of_the_most_that_is_believed) {
  WorkEnergy energy;
  begin_turn(energy, 0s);
  read(energy, 0s, UINT64_MAX);
  read(energy, kEnergyGapMax, UINT64_MAX);
  EXPECT_EQ(sum_of(energy), static_cast<std::int64_t>(kPartMilliwattsMax) * (kEnergyGapMax / 1s));
}

TEST(WorkEnergy, goes_where_its_time_began_and_what_was_not_saved_is_not_lost) {
  WorkEnergy energy;
  begin_turn(energy, -1s);
  read(energy, -1s);
  read(energy, 0s);
  read(energy, 1s);
  const std::vector<EnergySum> sums = energy.take();
  const std::vector<EnergySum> expected{{.from_unix_ms = kDay - kEnergySpanMs, .device = "gpu", .millijoules = 250'000},
                                        {.from_unix_ms = kDay, .device = "gpu", .millijoules = 250'000}};
  EXPECT_EQ(sums, expected);
  energy.put_back(sums);
  read(energy, 2s);
  EXPECT_EQ(sum_of(energy), 750'000);
}

NodeDevice device(std::string id, model::DeviceType type, std::optional<std::string> pci_address) {
  return {.id = std::move(id),
          .name = {},
          .driver = {},
          .pci_address = std::move(pci_address),
          .type = type,
          .offered = {},
          .why = {}};
}

TEST(WorkEnergy, a_processor_draws_what_its_packages_do_and_drivers_of_one_card_have_one_part) {
  using enum model::DeviceType;
  const std::vector<NodeDevice> devices{device("cpu", cpu, {}), device("one", gpu, "0000:03:00.0"),
                                        device("other", gpu, "0000:03:00.0"), device("mute", gpu, "0000:04:00.0"),
                                        device("placeless", gpu, {})};
  LiveReading live;
  live.sample.gpus = {{.pci_address = "0000:03:00.0", .source = "nvml", .power_milliwatts = 300'001},
                      {.pci_address = "0000:04:00.0", .source = "nvml"}};
  using Powers = std::map<std::string, std::uint64_t>;
  EXPECT_EQ(powers_of(live, devices), (Powers{{"0000:03:00.0", 300'001}}));
  EXPECT_EQ(part_of(devices[1]), part_of(devices[2]));
  EXPECT_EQ(part_of(devices[4]), std::nullopt);
  live.sample.gpus = {{.pci_address = "0000:03:00.0", .source = "nvml", .power_milliwatts = UINT64_MAX}};
  EXPECT_EQ(powers_of(live, devices), (Powers{{"0000:03:00.0", kPartMilliwattsMax}}));
  live.sample.gpus.clear();
  live.sample.powers = {{.source = "rapl", .label = "package-0", .milliwatts = 40'000},
                        {.source = "rapl", .label = "package-1", .milliwatts = 2'000},
                        {.source = "rapl", .label = "package-1/core", .milliwatts = 1},
                        {.source = "rapl", .label = "psys", .milliwatts = 90'000},
                        {.source = "rapl", .label = "dram", .milliwatts = 5'000},
                        {.source = "power_meter", .label = "package-0", .milliwatts = 7}};
  EXPECT_EQ(powers_of(live, devices), (Powers{{part_of(devices[0]).value_or(""), 42'000}}));
  live.sample.powers.erase(live.sample.powers.begin(), live.sample.powers.begin() + 2);
  EXPECT_EQ(powers_of(live, devices), Powers{});
}

class EnergyTable : public testing::Test {
 protected:
  EnergyTable() {
    EXPECT_TRUE(migrate_receipts(database_));
    EXPECT_TRUE(migrate_work_energy(database_));
  }
  void save(const std::vector<EnergySum>& sums) {
    auto transaction = store::Transaction::begin(database_);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(save_work_energy(database_, sums));
    ASSERT_TRUE(transaction->commit());
  }
  std::vector<EnergySum> all() {
    std::vector<EnergySum> sums;
    EXPECT_TRUE(each_work_energy(database_, 0, INT64_MAX, [&](const EnergySum& sum) { sums.push_back(sum); }));
    return sums;
  }
  Earnings earnings(EarningsBy by, std::int64_t offset = 0) {
    const EarningsQuery query{
        .from_unix_ms = kDay - kDayMs, .until_unix_ms = kDay + kDayMs, .utc_offset_minutes = offset};
    auto read = read_earnings(ledger_, query, by);
    EXPECT_TRUE(read);
    return std::move(read).value_or(Earnings{});
  }

  store::SimulatedFiles files_;
  store::Database database_ = *store::Database::open({.path = "quern.sqlite", .vfs = files_.vfs()});
  ledger::Ledger ledger_ = *ledger::Ledger::open(database_, {.all = {ledger::kAmountMax}, .each_peer = {}});
};

TEST_F(EnergyTable, adds_what_a_later_life_saves_and_drops_what_nobody_can_ask_for) {
  save({{.from_unix_ms = kDay, .device = "gpu", .millijoules = 5}});
  database_ = *store::Database::open({.path = "quern.sqlite", .vfs = files_.vfs()});
  ASSERT_TRUE(migrate_work_energy(database_));
  save({{.from_unix_ms = kDay, .device = "gpu", .millijoules = 7},
        {.from_unix_ms = kDay, .device = "other", .millijoules = 1}});
  const EnergySum gpu{.from_unix_ms = kDay, .device = "gpu", .millijoules = 12};
  const EnergySum other{.from_unix_ms = kDay, .device = "other", .millijoules = 1};
  EXPECT_EQ(all(), (std::vector{gpu, other}));
  std::vector<EnergySum> more;
  for (std::int64_t i = 1; i < kEnergySpansKept; ++i) {
    more.push_back({.from_unix_ms = kDay + i * kEnergySpanMs, .device = "gpu", .millijoules = 1});
  }
  save(more);
  ASSERT_EQ(all().size(), more.size() + 2);
  save({more.back()});
  EXPECT_EQ(all().front(), gpu);
  const EnergySum late{.from_unix_ms = more.back().from_unix_ms + kEnergySpanMs, .device = "gpu", .millijoules = 1};
  save({late});
  EXPECT_EQ(all().size(), more.size() + 1);
  EXPECT_EQ(all().front(), more.front());
  EXPECT_EQ(all().back(), late);
}

TEST_F(EnergyTable, keeps_what_there_is_while_the_clock_is_years_ahead_or_behind) {
  const EnergySum sum{.from_unix_ms = kDay, .device = "gpu", .millijoules = 5};
  const EnergySum ahead{.from_unix_ms = kDay + 10 * 366 * kDayMs, .device = "gpu", .millijoules = 1};
  const EnergySum behind{.from_unix_ms = 0, .device = "gpu", .millijoules = 1};
  save({sum});
  for (int i = 0; i < 2; ++i) {
    save({ahead});
    save({behind});
  }
  ASSERT_EQ(all().size(), 3u);
  EXPECT_EQ(all()[1], sum);
}

TEST_F(EnergyTable, is_told_by_the_days_of_the_callers_clock_and_by_device) {
  save({{.from_unix_ms = kDay - kEnergySpanMs, .device = "gpu", .millijoules = 1},
        {.from_unix_ms = kDay, .device = "gpu", .millijoules = 2},
        {.from_unix_ms = kDay + 18 * kHour + 30 * 60'000, .device = "gpu", .millijoules = 4},
        {.from_unix_ms = kDay + 18 * kHour + 30 * 60'000, .device = "cpu", .millijoules = 8},
        {.from_unix_ms = kDay + kDayMs, .device = "gpu", .millijoules = 16}});
  const auto days = [&](std::int64_t offset) {
    std::vector<std::pair<std::string, std::int64_t>> list;
    for (const EarningsDay& day : earnings(EarningsBy::kind, offset).days) {
      EXPECT_TRUE(day.parts.empty());
      list.emplace_back(day.day, day.energy_millijoules.value_or(-1));
    }
    return list;
  };
  using List = std::vector<std::pair<std::string, std::int64_t>>;
  EXPECT_EQ(days(0), (List{{"2026-11-18", 1}, {"2026-11-19", 14}}));
  EXPECT_EQ(days(-60), (List{{"2026-11-18", 3}, {"2026-11-19", 12}}));
  EXPECT_EQ(days(330), (List{{"2026-11-19", 3}, {"2026-11-20", 12}}));
  const Earnings by_device = earnings(EarningsBy::device);
  EXPECT_EQ(by_device.totals, (Amounts{.energy_millijoules = 15}));
  ASSERT_EQ(by_device.days.size(), 2u);
  EXPECT_EQ(by_device.days[1].parts.at("gpu").energy_millijoules, 6);
  EXPECT_EQ(by_device.days[1].parts.at("cpu").energy_millijoules, 8);
}

TEST_F(EnergyTable, has_the_form_of_the_document_and_is_absent_where_nothing_was_measured) {
  auto transaction = store::Transaction::begin(database_);
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(ledger_.earn(
      {.agreement = {}, .peer = "ada", .job = "job", .amount = {3}, .receipt = {}, .at_unix_ms = kDay - 1}));
  ASSERT_TRUE(transaction->commit());
  save({{.from_unix_ms = kDay, .device = "gpu", .millijoules = 2}});
  const json::object told = to_json(earnings(EarningsBy::device));
  const auto fit = rpc::check(earnings_days_schema(), told);
  ASSERT_TRUE(fit) << fit.error();
  EXPECT_EQ(told.at("totals").at("energy_millijoules"), 2);
  EXPECT_FALSE(told.at("days").at(0).as_object().contains("energy_millijoules"));
  EXPECT_FALSE(told.at("days").at(0).at("parts").at(0).as_object().contains("energy_millijoules"));
  EXPECT_EQ(told.at("days").at(1).at("energy_millijoules"), 2);
  const json::object part{{"name", "gpu"}, {"earned_micro", 0}, {"spent_micro", 0}, {"energy_millijoules", 2}};
  EXPECT_EQ(told.at("days").at(1).at("parts"), json::array{part});
  EXPECT_FALSE(to_json(Earnings{}).at("totals").as_object().contains("energy_millijoules"));
}

// Keeps what a node says of its last two days.
Task<void> look(Node& node, std::optional<Earnings>& seen) {
  for (;;) {
    co_await node.runtime().clock().sleep_for(1s);
    const std::int64_t now = node.runtime().clock().wall_now().unix_ms;
    const EarningsQuery query{.from_unix_ms = now - kDayMs, .until_unix_ms = now + kDayMs, .utc_offset_minutes = 0};
    auto read = co_await node.with_ledger(
        [query](ledger::Ledger& ledger) { return read_earnings(ledger, query, EarningsBy::device); });
    if (read) seen = *std::move(read);
  }
}

TEST(WorkEnergyOfNode, is_metered_while_work_of_others_runs_and_nobody_watches) {
  NodeWorld world;
  hwprobe::trees::add_amd_card(*world.sensors, "card0", "0000:03:00.0");  // of 61 W
  world.card = "0000:03:00.0";
  world.work_length = 70s;
  world.jobs[0].resources.walltime_ms = 300'000;
  std::optional<Earnings> seen;
  bool read_before = false;
  world.with_node = [&](Node& node, simulation::NodeId number) -> Task<void> {
    if (number != NodeWorld::kProvider) co_return;
    co_await node.runtime().clock().sleep_for(5s);
    read_before = node.live().latest() != nullptr;
    co_await look(node, seen);
  };
  world.world.run_until(NodeWorld::kSubmitted + 69s);
  EXPECT_FALSE(read_before) << "the sensors were read before there was work";
  ASSERT_TRUE(seen && seen->totals.energy_millijoules) << "saved once a minute";
  EXPECT_NEAR(static_cast<double>(*seen->totals.energy_millijoules), 61'000 * 60, 61'000 * 8);
  world.world.run_until(NodeWorld::kSubmitted + 90s);
  EXPECT_NEAR(static_cast<double>(*seen->totals.energy_millijoules), 61'000 * 70, 61'000 * 2);
  const Amounts at_end = seen->totals;
  EXPECT_EQ(at_end.earned_micro, 70'000'000);
  world.world.run_for(5min);
  EXPECT_EQ(seen->totals, at_end);
}

// In the database of a provider that is not running.
std::int64_t saved_by(NodeWorld& world) {
  std::int64_t sum = -1;
  auto database = store::Database::open({.path = "quern.sqlite", .vfs = world.files(NodeWorld::kProvider).vfs()});
  if (!database) return sum;
  EXPECT_TRUE(each_work_energy(*database, 0, INT64_MAX,
                               [&](const EnergySum& one) { sum = std::max<std::int64_t>(sum, 0) + one.millijoules; }));
  return sum;
}

TEST(WorkEnergyOfNode, is_saved_when_the_node_ends_its_work_to_stop) {
  NodeWorld world;
  hwprobe::trees::add_amd_card(*world.sensors, "card0", "0000:03:00.0");
  world.card = "0000:03:00.0";
  world.work_length = 40s;
  world.world.run_until(NodeWorld::kSubmitted + 20s);
  world.stop(NodeWorld::kProvider);
  EXPECT_NEAR(static_cast<double>(saved_by(world)), 61'000 * 20, 61'000 * 2);
}

TEST(WorkEnergyOfNode, work_that_is_over_before_the_next_look_is_metered_too) {
  NodeWorld world;
  hwprobe::trees::add_amd_card(*world.sensors, "card0", "0000:03:00.0");
  world.card = "0000:03:00.0";
  world.work_length = 300ms;
  world.world.run_until(NodeWorld::kSubmitted + 20s);
  ASSERT_EQ(world.view(NodeWorld::kProvider).balance.earned.micro, 300'000);
  world.crash(NodeWorld::kProvider);
  EXPECT_NEAR(static_cast<double>(saved_by(world)), 61 * 300, 61 * 30);
}

TEST(WorkEnergyOfNode, ends_when_the_device_is_free_though_the_work_is_not_paid_for) {
  NodeWorld world;
  hwprobe::trees::add_amd_card(*world.sensors, "card0", "0000:03:00.0");
  world.card = "0000:03:00.0";
  world.work_length = 3s;
  world.config(NodeWorld::kProvider).provider.credit_limit = {2'900'000};
  world.world.run_until(NodeWorld::kSubmitted + 1400ms);
  world.crash(NodeWorld::kSubmitter);
  world.world.run_for(10s);
  EXPECT_EQ(world.view(NodeWorld::kProvider).working, 1u);
  world.crash(NodeWorld::kProvider);
  EXPECT_NEAR(static_cast<double>(saved_by(world)), 61'000 * 3, 61 * 200);
}

TEST(WorkEnergyOfNode, that_cannot_be_saved_is_told_once_and_so_is_that_it_can_be_again) {
  NodeWorld world;
  hwprobe::trees::add_amd_card(*world.sensors, "card0", "0000:03:00.0");
  world.card = "0000:03:00.0";
  world.work_length = 70s;
  world.jobs[0].resources.walltime_ms = 300'000;
  world.world.run_until(NodeWorld::kSubmitted + 10s);
  world.files(NodeWorld::kProvider).fill_after(0);
  world.world.run_for(4min);
  const auto told = [&world](std::string_view event) {
    return std::ranges::count_if(world.log(NodeWorld::kProvider),
                                 [event](const std::string& line) { return line.contains(event); });
  };
  EXPECT_EQ(told("event=energy_not_saved"), 1);
  EXPECT_EQ(told("event=energy_saved"), 0);
  world.files(NodeWorld::kProvider).make_room();
  world.world.run_for(3min);
  EXPECT_EQ(told("event=energy_not_saved"), 1);
  EXPECT_EQ(told("event=energy_saved"), 1);
  EXPECT_NEAR(static_cast<double>(saved_by(world)), 61'000 * 70, 61'000);
}

TEST(WorkEnergyOfNode, is_absent_where_the_device_tells_no_power) {
  NodeWorld world;
  world.work_length = 10s;
  std::optional<Earnings> seen;
  world.with_node = [&](Node& node, simulation::NodeId number) -> Task<void> {
    if (number == NodeWorld::kProvider) co_await look(node, seen);
  };
  world.world.run_until(NodeWorld::kSubmitted + 30s);
  ASSERT_TRUE(seen);
  EXPECT_GT(seen->totals.earned_micro, 0);
  EXPECT_FALSE(seen->totals.energy_millijoules);
}

}  // namespace
}  // namespace quern::daemon
