#include "hwprobe/measure.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hwprobe/stopwatch.hpp"
#include "hwprobe/windows.hpp"
#include "tests/hwprobe/opencl_vendors.hpp"

namespace quern::hwprobe {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

void print(const std::string& device, const Figure& figure) {
  std::cout << device << ": " << static_cast<double>(figure.value) / 1e9 << " G" << figure.unit << " " << figure.method
            << " " << figure.variant << ", " << figure.windows << " windows, spread " << figure.spread_permille
            << " permille, CPU share " << figure.cpu_share_permille.value_or(0) << " permille\n";
}

void print(const DeviceMeasurement& measurement) {
  std::cout << measurement.device_name << ": " << measurement.elapsed_ms << " ms " << measurement.fitness.reason
            << "\n";
  for (const Figure& figure : measurement.figures) print(measurement.device_name, figure);
}

// Keeps every processor busy for as long as it lives.
class Burners {
 public:
  Burners() {
    for (unsigned i = 0; i < std::max(std::thread::hardware_concurrency(), 1U); ++i) {
      threads_.emplace_back([](const std::stop_token& stop) {
        while (!stop.stop_requested()) asm volatile("" : : : "memory");
      });
    }
  }

 private:
  std::vector<std::jthread> threads_;
};

class MeasureTest : public OpenclVendors {
 protected:
  std::vector<DeviceMeasurement> measure(const Sources& from, const std::vector<OpenclDriver>& drivers) {
    auto measurements = measure_devices(from, drivers, problems);
    for (const DeviceMeasurement& measurement : measurements) print(measurement);
    return measurements;
  }
  std::vector<DeviceMeasurement> measure() { return measure(sources(), probe()); }
  // The one device of PoCL.
  DeviceMeasurement measure_one() {
    auto measurements = measure();
    EXPECT_THAT(measurements, SizeIs(1));
    return measurements.empty() ? DeviceMeasurement{} : measurements.front();
  }
};

std::uint64_t value_of(const DeviceMeasurement& measurement, Quantity quantity) {
  const auto found = std::ranges::find(measurement.figures, quantity, &Figure::quantity);
  return found == measurement.figures.end() ? 0 : found->value;
}

void expect_complete(const Figure& figure) {
  EXPECT_GT(figure.value, 1'000'000) << "slower than any computer that runs this";
  EXPECT_EQ(figure.unit, unit_of(figure.quantity));
  EXPECT_NE(figure.variant, "");
  EXPECT_GT(figure.taken_unix_ms, 0);
  EXPECT_LE(figure.taken_unix_ms, unix_time_ms());
  EXPECT_GE(figure.windows, 3);
  ASSERT_TRUE(figure.cpu_share_permille);
  EXPECT_GT(*figure.cpu_share_permille, 0);
}

void expect_complete(const DeviceMeasurement& measurement) {
  EXPECT_TRUE(measurement.fitness.fit) << measurement.fitness.reason;
  EXPECT_EQ(measurement.fitness.reason, "");
  EXPECT_GT(measurement.elapsed_ms, 0);
  EXPECT_THAT(
      measurement.figures,
      ElementsAre(Field(&Figure::quantity, Quantity::fp32_flops), Field(&Figure::quantity, Quantity::fp64_flops),
                  Field(&Figure::quantity, Quantity::int32_ops), Field(&Figure::quantity, Quantity::memory_bandwidth)));
  EXPECT_THAT(measurement.figures,
              ElementsAre(Field(&Figure::method, "opencl-fma/1"), Field(&Figure::method, "opencl-fma/1"),
                          Field(&Figure::method, "opencl-imad/1"), Field(&Figure::method, "opencl-triad/1")));
  for (const Figure& figure : measurement.figures) expect_complete(figure);
}

TEST_F(MeasureTest, every_device_of_pocl_gets_all_four_figures) {
  add_pocl();
  const auto drivers = probe();
  const auto measurements = measure(sources(), drivers);
  ASSERT_THAT(drivers, SizeIs(1));
  ASSERT_THAT(measurements, SizeIs(1));
  expect_complete(measurements[0]);
  EXPECT_EQ(measurements[0].device_name, drivers[0].platforms.at(0).devices.at(0).name);
  EXPECT_THAT(problems, IsEmpty());
}

TEST_F(MeasureTest, measurement_carries_the_id_of_its_device) {
  add_pocl();
  auto drivers = probe();
  assign_device_ids(drivers, {}, {"qm1-0123456789abcdef0123456789abcdef", "machine-id"});
  const auto measurements = measure(sources(), drivers);
  ASSERT_THAT(measurements, SizeIs(1));
  EXPECT_THAT(measurements[0].device_id, StartsWith("qd1-"));
  EXPECT_EQ(measurements[0].device_id, drivers[0].platforms.at(0).devices.at(0).id);
}

// PoCL's `basic` computes on one thread, `pthread` on all.
TEST_F(MeasureTest, two_unlike_devices_of_one_platform_get_unlike_figures) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "with one processor the two are alike";
  add_pocl();
  const EnvironmentVariable devices("POCL_DEVICES", "basic pthread");
  const auto measurements = measure();
  ASSERT_THAT(measurements, SizeIs(2));
  expect_complete(measurements[0]);
  expect_complete(measurements[1]);
  EXPECT_THAT(measurements[0].device_name, StartsWith("basic"));
  EXPECT_THAT(measurements[1].device_name, StartsWith("pthread"));
  EXPECT_GT(value_of(measurements[1], Quantity::fp32_flops), value_of(measurements[0], Quantity::fp32_flops) * 3 / 2);
}

TEST_F(MeasureTest, device_that_computes_one_item_wrong_is_unfit_and_not_measured) {
  add_pocl();
  const EnvironmentVariable planted("QUERN_PLANT_WRONG_ITEM", "17");
  const DeviceMeasurement measurement = measure_one();
  EXPECT_FALSE(measurement.fitness.fit);
  EXPECT_THAT(measurement.fitness.reason, StartsWith("self-test: work item 17 gave 0x"));
  EXPECT_THAT(measurement.figures, IsEmpty());
}

TEST_F(MeasureTest, device_whose_compiler_fails_is_unfit_with_the_first_line_of_its_log) {
  add_pocl();
  const EnvironmentVariable flags("POCL_EXTRA_BUILD_FLAGS", "-Dkernel=nonsense");
  const DeviceMeasurement measurement = measure_one();
  EXPECT_FALSE(measurement.fitness.fit);
  EXPECT_THAT(measurement.fitness.reason, StartsWith("self-test: clBuildProgram failed (error -11): "));
  EXPECT_THAT(measurement.fitness.reason, HasSubstr("unknown type name 'nonsense'"));
  EXPECT_THAT(measurement.figures, IsEmpty());
}

TEST_F(MeasureTest, device_that_takes_too_long_is_unfit_and_ended_at_its_last_deadline) {
  add_pocl();
  const auto drivers = probe();
  const auto begin = steady_time();
  const auto measurements = measure(sources(milliseconds(50)), drivers);
  EXPECT_LT(steady_time() - begin, milliseconds(1200));
  ASSERT_THAT(measurements, SizeIs(1));
  EXPECT_FALSE(measurements[0].fitness.fit);
  EXPECT_THAT(measurements[0].fitness.reason, StartsWith("libpocl.so"));
  EXPECT_THAT(measurements[0].fitness.reason, HasSubstr("did not answer within 200 ms and was killed"));
  EXPECT_THAT(measurements[0].figures, IsEmpty());
}

TEST_F(MeasureTest, another_device_in_the_place_of_the_listed_one_is_not_taken_for_it) {
  add_pocl();
  auto drivers = probe();
  ASSERT_THAT(drivers, SizeIs(1));
  drivers[0].platforms.at(0).devices.at(0).name = "Another Device 3000";
  const auto measurements = measure(sources(), drivers);
  ASSERT_THAT(measurements, SizeIs(1));
  EXPECT_FALSE(measurements[0].fitness.fit);
  EXPECT_THAT(measurements[0].fitness.reason, StartsWith("another device answered in its place: "));
  EXPECT_THAT(measurements[0].figures, IsEmpty());
}

TEST_F(MeasureTest, device_that_is_no_longer_there_is_unfit) {
  add_pocl();
  auto drivers = probe();
  ASSERT_THAT(drivers, SizeIs(1));
  drivers[0].platforms.at(0).devices.at(0).index = 200;
  const auto measurements = measure(sources(), drivers);
  ASSERT_THAT(measurements, SizeIs(1));
  EXPECT_FALSE(measurements[0].fitness.fit);
  EXPECT_NE(measurements[0].fitness.reason, "");
}

TEST_F(MeasureTest, driver_removed_since_it_was_listed_is_a_problem_by_name) {
  add_pocl();
  const auto drivers = probe();
  std::filesystem::remove(vendors.path() / "pocl.icd");
  EXPECT_THAT(measure(sources(), drivers), IsEmpty());
  EXPECT_THAT(problems, ElementsAre(Field(&Problem::where, "pocl.icd")));
}

TEST_F(MeasureTest, driver_that_did_not_answer_is_not_measured) {
  OpenclDriver hung;
  hung.name = "hung.icd";
  hung.status = DriverStatus::hung;
  EXPECT_THAT(measure(sources(), {hung}), IsEmpty());
  EXPECT_THAT(problems, IsEmpty());
}

// A measurement with the processors left alone, and one beside threads that want all of them, right after it.
struct Pair {
  DeviceMeasurement idle;
  DeviceMeasurement busy;
};

double ratio_of(const Pair& pair, Quantity quantity) {
  return static_cast<double>(value_of(pair.busy, quantity)) / static_cast<double>(value_of(pair.idle, quantity));
}

// Of an odd number of pairs the middle one: a processor that changes its clock between two measurements changes one
// pair's ratio, in either direction. Bandwidth is allowed more: CPU time does not leave out what others take of the
// memory bus.
TEST_F(MeasureTest, figures_beside_busy_processors_repeat_the_idle_ones) {
  add_pocl();
  std::vector<Pair> pairs(3);
  for (Pair& pair : pairs) {
    pair.idle = measure_one();
    const Burners burners;
    pair.busy = measure_one();
    expect_complete(pair.idle);
    expect_complete(pair.busy);
  }
  for (const Quantity quantity :
       {Quantity::fp32_flops, Quantity::fp64_flops, Quantity::int32_ops, Quantity::memory_bandwidth}) {
    std::ranges::sort(pairs, {}, [quantity](const Pair& pair) { return ratio_of(pair, quantity); });
    const double tolerance = quantity == Quantity::memory_bandwidth ? 0.20 : 0.05;
    EXPECT_NEAR(ratio_of(pairs[1], quantity), 1, tolerance) << "quantity " << std::to_underlying(quantity);
  }
}

TEST(MeasureHost, gives_one_bandwidth_that_a_computer_can_have) {
  std::vector<Problem> problems;
  const std::vector<Figure> figures = measure_host(problems);
  EXPECT_THAT(problems, IsEmpty());
  ASSERT_THAT(figures, SizeIs(1));
  print("host", figures[0]);
  expect_complete(figures[0]);
  EXPECT_EQ(figures[0].quantity, Quantity::memory_bandwidth);
  EXPECT_EQ(figures[0].method, "host-triad/1");
  EXPECT_THAT(figures[0].variant, HasSubstr(" thread"));
  EXPECT_GT(figures[0].value, 100'000'000);
  EXPECT_LT(figures[0].value, 100'000'000'000'000);
}

}  // namespace
}  // namespace quern::hwprobe
