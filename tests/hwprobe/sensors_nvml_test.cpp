#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "tests/hwprobe/sensor_machine.hpp"

namespace quern::hwprobe {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A library of tests/hwprobe/fake_nvml.
std::string fake(const std::string& kind) {
  return QUERN_FAKE_NVML + kind + ".so";
}

GpuSample geforce() {
  GpuSample card;
  card.pci_address = "0000:c1:00.0";
  card.source = "nvml";
  card.busy = 370;
  card.memory_busy = 120;
  card.memory_total_bytes = 25'757'220'864;
  card.memory_used_bytes = 1'073'741'824;
  card.temperature_millicelsius = 56'000;
  card.fan = 410;
  card.power_milliwatts = 121'500;
  card.power_limit_milliwatts = 350'000;
  card.clock_mhz = 1905;
  card.memory_clock_mhz = 9501;
  card.display_attached = true;
  return card;
}

TEST(SensorsNvml, values_come_through) {
  SensorMachine machine(fake("normal"));
  const Sample sample = machine.sample();
  ASSERT_THAT(sample.gpus, SizeIs(1));
  EXPECT_EQ(sample.gpus[0], geforce());
  EXPECT_EQ(sample.display_attached, true);
  EXPECT_THAT(machine.problems, IsEmpty());
}

TEST(SensorsNvml, a_card_in_both_sources_appears_once_with_the_richer) {
  SensorMachine machine(fake("normal"));
  trees::add_nouveau_card(*machine.files);
  const Sample sample = machine.sample();
  ASSERT_THAT(sample.gpus, SizeIs(1));
  EXPECT_EQ(sample.gpus[0], geforce());
}

TEST(SensorsNvml, an_old_library_is_used_through_its_old_functions) {
  SensorMachine machine(fake("old"));
  GpuSample card = geforce();
  card.memory_total_bytes = 8'589'934'592;
  card.memory_used_bytes = 536'870'912;
  card.fan = 1000;  // the library says 104 %
  EXPECT_EQ(machine.sample().gpus.at(0), card);
  EXPECT_THAT(machine.problems, IsEmpty());
}

TEST(SensorsNvml, what_a_card_does_not_support_is_absent_and_no_problem) {
  SensorMachine machine(fake("bare"));
  GpuSample card;
  card.pci_address = "0000:c1:00.0";
  card.source = "nvml";
  card.busy = 370;
  card.memory_busy = 120;
  card.temperature_millicelsius = 56'000;
  card.clock_mhz = 1905;
  card.memory_clock_mhz = 9501;
  EXPECT_EQ(machine.sample().gpus.at(0), card);
  EXPECT_THAT(machine.problems, IsEmpty());
}

TEST(SensorsNvml, screens_come_from_the_kernel_where_nvml_does_not_tell) {
  SensorMachine machine(fake("bare"));
  trees::add_card(*machine.files, "card3", "0000:c1:00.0", "nvidia");
  trees::add_connector(*machine.files, "card3", "DP-1", "connected");
  const Sample sample = machine.sample();
  ASSERT_THAT(sample.gpus, SizeIs(1));
  EXPECT_EQ(sample.gpus[0].display_attached, true);
}

TEST(SensorsNvml, one_failing_value_of_one_card_costs_the_others_nothing) {
  SensorMachine machine(fake("pair"));
  machine.sample();
  const Sample sample = machine.sample();
  ASSERT_THAT(sample.gpus, SizeIs(2));
  EXPECT_EQ(sample.gpus[0], geforce());
  EXPECT_EQ(sample.gpus[1].pci_address, "0000:c2:00.0");
  EXPECT_EQ(sample.gpus[1].busy, 380);
  EXPECT_EQ(sample.gpus[1].temperature_millicelsius, std::nullopt);
  ASSERT_THAT(machine.problems, SizeIs(1));
  EXPECT_THAT(machine.problems[0].where, HasSubstr("0000:c2:00.0"));
  EXPECT_THAT(machine.problems[0].what, HasSubstr("GPU is lost (NVML error 15)"));
}

TEST(SensorsNvml, a_library_that_cannot_be_initialised_is_named_once_with_its_error) {
  SensorMachine machine(fake("refuses"));
  machine.sample();
  EXPECT_THAT(machine.sample().gpus, IsEmpty());
  ASSERT_THAT(machine.problems, SizeIs(1));
  EXPECT_EQ(machine.problems[0].where, fake("refuses"));
  EXPECT_THAT(machine.problems[0].what, HasSubstr("Driver Not Loaded (NVML error 9)"));
}

TEST(SensorsNvml, a_library_without_a_needed_function_is_named_and_not_initialised) {
  SensorMachine machine(fake("incomplete"));
  EXPECT_THAT(machine.sample().gpus, IsEmpty());
  ASSERT_THAT(machine.problems, SizeIs(1));
  EXPECT_THAT(machine.problems[0].what, HasSubstr("lacks nvmlDeviceGetCount"));
}

TEST(SensorsNvml, functions_that_can_be_missed_are_named_and_the_rest_is_used) {
  SensorMachine machine(fake("partial"));
  GpuSample card = geforce();
  card.fan.reset();
  card.power_milliwatts.reset();
  EXPECT_EQ(machine.sample().gpus.at(0), card);
  EXPECT_THAT(machine.problems, SizeIs(3));  // fan, power, texts of errors
}

TEST(SensorsNvml, a_lying_library_gives_no_values) {
  SensorMachine machine(fake("lying"));
  const Sample sample = machine.sample();
  ASSERT_THAT(sample.gpus,
              SizeIs(2));  // of 64; every second one has no address, the others share one but for the first
  for (GpuSample card : sample.gpus) {
    EXPECT_EQ(card.power_limit_milliwatts, 350'000);
    card.power_limit_milliwatts.reset();
    GpuSample empty;
    empty.pci_address = card.pci_address;
    empty.source = "nvml";
    empty.display_attached = true;
    EXPECT_EQ(card, empty);
  }
  EXPECT_EQ(machine.problems_at(fake("lying")), 1);
  EXPECT_EQ(machine.problems_at("NVML 0000:c1:00.0 utilization"), 1);
}

TEST(SensorsNvml, a_missing_library_is_no_problem) {
  for (const char* name : {"libnvidia-ml-of-no-machine.so.1", "/nowhere/libnvidia-ml.so.1"}) {
    SensorMachine machine(name);
    EXPECT_THAT(machine.sample().gpus, IsEmpty());
    EXPECT_THAT(machine.problems, IsEmpty()) << name;
  }
}

TEST(SensorsNvml, a_file_that_is_no_library_is_a_problem) {
  const std::string path = testing::TempDir() + "/quern-not-a-library.so";
  std::ofstream(path) << "This is no library.\n";
  SensorMachine machine(path);
  EXPECT_THAT(machine.sample().gpus, IsEmpty());
  EXPECT_EQ(machine.problems_at(path), 1);
  std::remove(path.c_str());
}

TEST(SensorsNvml, the_library_is_shut_down_and_unloaded_with_the_sampler) {
  SensorMachine machine(fake("normal"));
  machine.sample();
  void* library = dlopen(fake("normal").c_str(), RTLD_NOW | RTLD_NOLOAD);
  ASSERT_NE(library, nullptr);
  const auto* initialised = static_cast<const int*>(dlsym(library, "fake_nvml_initialised"));
  ASSERT_NE(initialised, nullptr);
  EXPECT_EQ(*initialised, 1);
  machine.forget();
  EXPECT_EQ(*initialised, 0);
  dlclose(library);
  EXPECT_EQ(dlopen(fake("normal").c_str(), RTLD_NOW | RTLD_NOLOAD), nullptr);
}

}  // namespace
}  // namespace quern::hwprobe
