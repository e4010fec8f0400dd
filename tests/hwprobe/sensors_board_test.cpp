#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "hwprobe/energy_meter.hpp"
#include "hwprobe/hwmon.hpp"
#include "hwprobe/thermal_zones.hpp"
#include "tests/hwprobe/sensor_machine.hpp"

namespace quern::hwprobe {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SensorsBoard, server_chips_and_zones_come_in_the_order_of_their_numbers) {
  SensorMachine machine;
  trees::add_server_board(*machine.files);
  const Sample sample = machine.sample();
  EXPECT_THAT(sample.temperatures,
              ElementsAre(Temperature{"coretemp", "Package id 0", 51'000}, Temperature{"coretemp", "", 48'000},
                          Temperature{"coretemp", "Core 8", 49'000}, Temperature{"acpitz", "", 27'800},
                          Temperature{"x86_pkg_temp", "", 52'000}));
  EXPECT_THAT(sample.fans, ElementsAre(Fan{"nct6798", "", 0}, Fan{"nct6798", "CPU fan", 1412}));
  EXPECT_THAT(sample.gpus, IsEmpty());
  EXPECT_EQ(sample.on_mains, std::nullopt);
  EXPECT_EQ(sample.display_attached, std::nullopt);
}

TEST(SensorsBoard, an_unconnected_thermistor_is_named_once_and_a_faulty_one_is_silent) {
  SensorMachine machine;
  trees::add_server_board(*machine.files);
  machine.sample();
  machine.sample();
  ASSERT_THAT(machine.problems, SizeIs(1));
  EXPECT_EQ(machine.problems[0].where, "/sys/class/hwmon/hwmon1/temp1_input");
  EXPECT_EQ(machine.problems[0].what, "value -128000 is outside -100000..250000 millidegrees C: left out");
}

TEST(SensorsBoard, power_meters_give_the_moment_before_the_average) {
  SensorMachine machine;
  trees::add_server_board(*machine.files);
  EXPECT_THAT(machine.sample().powers, ElementsAre(Power{"power_meter", "", 1}, Power{"power_meter", "", 212'000}));
}

TEST(SensorsBoard, a_zone_that_is_also_a_chip_is_listed_once) {
  SensorMachine machine;
  trees::add_server_board(*machine.files);
  machine.files->add_file("/sys/class/thermal/thermal_zone2/type", "wifi-phy 0\n");
  machine.files->add_file("/sys/class/thermal/thermal_zone2/temp", "40000\n");
  const std::string chip = trees::add_chip(*machine.files, "hwmon8", "wifi_phy_0");
  machine.files->add_file(chip + "/temp1_input", "40000\n");
  const auto temperatures = machine.sample().temperatures;
  EXPECT_EQ(std::ranges::count(temperatures, 40'000, &Temperature::millicelsius), 1);
}

TEST(SensorsBoard, chips_of_old_drivers_are_found_one_level_deeper) {
  SensorMachine machine;
  machine.files->add_file("/sys/class/hwmon/hwmon0/device/name", "applesmc\n");
  machine.files->add_file("/sys/class/hwmon/hwmon0/device/temp1_input", "30000\n");
  EXPECT_THAT(machine.sample().temperatures, ElementsAre(Temperature{"applesmc", "", 30'000}));
}

TEST(SensorsBoard, the_tenth_chip_comes_after_the_second) {
  SensorMachine machine;
  for (const std::string number : {"10", "2", "9"}) {
    machine.files->add_file(trees::add_chip(*machine.files, "hwmon" + number, "chip") + "/fan1_input", number);
  }
  EXPECT_THAT(machine.sample().fans, ElementsAre(Fan{"chip", "", 2}, Fan{"chip", "", 9}, Fan{"chip", "", 10}));
}

TEST(SensorsBoard, rapl_gives_power_from_the_second_sample_on_and_wraps) {
  SensorMachine machine;
  machine.files->add_file("/sys/class/powercap/intel-rapl-mmio:0/name", "package-0\n");
  trees::add_rapl_package(*machine.files, "0", "1000000", "500000");
  trees::add_rapl_package(*machine.files, "1", "262143000000", "65712999000");
  EXPECT_THAT(machine.sample().powers, IsEmpty());
  trees::add_rapl_package(*machine.files, "0", "66000000", "3500000");
  trees::add_rapl_package(*machine.files, "1", "49671150", "1999387");
  EXPECT_THAT(machine.sample(milliseconds(500)).powers,
              ElementsAre(Power{"rapl", "package-0", 130'000}, Power{"rapl", "package-0/dram", 6'000},
                          Power{"rapl", "package-1", 100'000}, Power{"rapl", "package-1/dram", 4'000}));
  EXPECT_THAT(machine.problems, IsEmpty());
}

TEST(SensorsBoard, rapl_that_only_root_may_read_is_one_problem) {
  SensorMachine machine;
  trees::add_rapl_package(*machine.files, "0", "1", "1");
  for (const std::string zone : {"0", "0:0"}) {
    machine.files->add_error("/sys/class/powercap/intel-rapl:" + zone + "/energy_uj", FileError::denied);
  }
  machine.sample();
  EXPECT_THAT(machine.sample().powers, IsEmpty());
  ASSERT_THAT(machine.problems, SizeIs(1));
  EXPECT_EQ(machine.problems[0].where, "/sys/class/powercap/intel-rapl:0/energy_uj");
  EXPECT_THAT(machine.problems[0].what, testing::HasSubstr("root"));
}

TEST(SensorsBoard, rapl_without_a_range_that_falls_is_a_problem_once) {
  SensorMachine machine;
  const std::string zone = "/sys/class/powercap/intel-rapl:0";
  machine.files->add_file(zone + "/name", "package-0\n");
  for (const char* energy : {"3000000", "2000000", "1000000"}) {
    machine.files->add_file(zone + "/energy_uj", energy);
    EXPECT_THAT(machine.sample().powers, IsEmpty());
  }
  EXPECT_EQ(machine.problems_at(zone + "/energy_uj"), 1);
}

TEST(SensorsBoard, laptop_on_battery) {
  SensorMachine machine;
  trees::add_amd_card(*machine.files);
  trees::add_laptop_supplies(*machine.files);
  const Sample sample = machine.sample();
  EXPECT_THAT(sample.batteries, ElementsAre(Battery{"BAT0", 810, "Discharging"}));
  EXPECT_EQ(sample.on_mains, false);
  EXPECT_EQ(sample.display_attached, true);
  EXPECT_THAT(machine.problems, IsEmpty());
}

TEST(SensorsBoard, laptop_charging_through_usb_is_on_mains) {
  SensorMachine machine;
  trees::add_laptop_supplies(*machine.files);
  machine.files->add_file("/sys/class/power_supply/ucsi-source-psy-USBC000:001/online", "2\n");
  EXPECT_EQ(machine.sample().on_mains, true);
}

TEST(SensorsBoard, a_desktops_usb_socket_says_nothing_about_its_mains) {
  SensorMachine machine;
  machine.files->add_file("/sys/class/power_supply/ucsi-source-psy-USBC000:001/type", "USB\n");
  machine.files->add_file("/sys/class/power_supply/ucsi-source-psy-USBC000:001/online", "0\n");
  EXPECT_EQ(machine.sample().on_mains, std::nullopt);
}

TEST(SensorsBoard, battery_with_absurd_charge_keeps_its_status) {
  SensorMachine machine;
  trees::add_laptop_supplies(*machine.files);
  machine.files->add_file("/sys/class/power_supply/BAT0/capacity", "4294967295\n");
  machine.files->add_file("/sys/class/power_supply/BAT0/status", "");
  EXPECT_THAT(machine.sample().batteries, ElementsAre(Battery{"BAT0", std::nullopt, "Unknown"}));
  EXPECT_EQ(machine.problems_at("/sys/class/power_supply/BAT0/capacity"), 1);
}

TEST(SensorsBoard, too_many_inputs_and_zones_are_cut_and_named) {
  SensorMachine machine;
  const std::string chip = trees::add_chip(*machine.files, "hwmon0", "many");
  for (std::size_t i = 1; i <= kHwmonInputsMax + 6; ++i)
    machine.files->add_file(chip + "/temp" + std::to_string(i) + "_input", "1000");
  for (std::size_t i = 0; i <= kThermalZonesMax; ++i) {
    const std::string zone = "/sys/class/thermal/thermal_zone" + std::to_string(i);
    machine.files->add_file(zone + "/type", "zone");
    machine.files->add_file(zone + "/temp", "2000");
  }
  EXPECT_THAT(machine.sample().temperatures, SizeIs(kHwmonInputsMax + kThermalZonesMax));
  EXPECT_EQ(machine.problems_at(chip), 1);
  EXPECT_EQ(machine.problems_at("/sys/class/thermal"), 1);
}

TEST(SensorsBoard, too_many_chips_are_cut_and_named) {
  SensorMachine machine;
  for (std::size_t i = 0; i <= kHwmonChipsMax; ++i) {
    const std::string chip = trees::add_chip(*machine.files, "hwmon" + std::to_string(i), "chip");
    machine.files->add_file(chip + "/fan1_input", "1000");
  }
  EXPECT_THAT(machine.sample().fans, SizeIs(kHwmonChipsMax));
  EXPECT_EQ(machine.problems_at("/sys/class/hwmon"), 1);
}

// The first reading, which gives no power yet.
void start(EnergyMeter& meter, nanoseconds now, std::uint64_t microjoules, std::optional<std::uint64_t> range = {}) {
  ASSERT_EQ(meter.milliwatts(now, microjoules, range).error(), EnergyGap::first);
}

TEST(EnergyMeter, readings_too_close_are_put_together) {
  EnergyMeter meter;
  EXPECT_EQ(meter.milliwatts(seconds(10), 1'000'000).error(), EnergyGap::first);
  EXPECT_EQ(meter.milliwatts(seconds(10), 1'500'000).error(), EnergyGap::too_soon);
  EXPECT_EQ(meter.milliwatts(seconds(12), 3'000'000), 1000);
}

TEST(EnergyMeter, time_that_goes_back_starts_anew) {
  EnergyMeter meter;
  start(meter, seconds(10), 1'000'000);
  EXPECT_EQ(meter.milliwatts(seconds(9), 2'000'000).error(), EnergyGap::first);
  EXPECT_EQ(meter.milliwatts(seconds(10), 3'000'000), 1000);
}

TEST(EnergyMeter, any_two_times_are_told_apart_without_overflow) {
  EnergyMeter meter;
  start(meter, nanoseconds::min(), 0);
  EXPECT_EQ(meter.milliwatts(nanoseconds::max(), 18'446'744'073'709'551ULL), 1000);
  EXPECT_EQ(meter.milliwatts(nanoseconds::min(), 0).error(), EnergyGap::first);
}

TEST(EnergyMeter, a_counter_that_may_have_turned_twice_gives_no_power) {
  EnergyMeter meter;
  start(meter, seconds(0), 0, 262'143'328'850);
  EXPECT_EQ(meter.milliwatts(seconds(263), 9'000'000, 262'143'328'850).error(), EnergyGap::too_late);
  EXPECT_EQ(meter.milliwatts(seconds(264), 19'000'000, 262'143'328'850), 10'000);
}

TEST(EnergyMeter, a_leap_of_more_than_100_kilowatts_is_absurd) {
  EnergyMeter meter;
  start(meter, seconds(0), 0);
  EXPECT_EQ(meter.milliwatts(seconds(1), 100'000'000'000), 100'000'000);
  EXPECT_EQ(meter.milliwatts(seconds(2), 200'000'100'000).error(), EnergyGap::absurd);
}

RC_GTEST_PROP(EnergyMeterProperty, power_is_the_same_wherever_the_counter_wraps, ()) {
  const auto range = *rc::gen::inRange<std::uint64_t>(200'000'000'000, 300'000'000'000);
  const auto from = *rc::gen::inRange<std::uint64_t>(0, range);
  const auto used = *rc::gen::inRange<std::uint64_t>(0, 10'000'000'000);
  const milliseconds span(*rc::gen::inRange(1000, 60'000));
  EnergyMeter straight;
  EnergyMeter wrapping;
  start(straight, seconds(5), 0);
  start(wrapping, seconds(5), from, range);
  const auto expected = straight.milliwatts(seconds(5) + span, used);
  const auto wrapped =
      wrapping.milliwatts(seconds(5) + span, from + used < range ? from + used : from + used - range, range);
  RC_CLASSIFY(from + used >= range, "wrapped");
  RC_ASSERT(expected.has_value());
  RC_ASSERT(wrapped.has_value());
  RC_ASSERT(*wrapped == *expected);
  // Microjoules a millisecond are milliwatts.
  const double naive = static_cast<double>(used) / static_cast<double>(span.count());
  RC_ASSERT(std::abs(static_cast<double>(*expected) - naive) <= 0.5 + 1e-6);
}

}  // namespace
}  // namespace quern::hwprobe
