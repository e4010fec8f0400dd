#include <gtest/gtest.h>

#include "hwprobe/gpu_merge.hpp"
#include "tests/hwprobe/sensor_machine.hpp"

namespace quern::hwprobe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SensorsGpu, amd_card_tells_everything) {
  SensorMachine machine;
  trees::add_amd_card(*machine.files);
  const Sample sample = machine.sample();

  GpuSample card;
  card.pci_address = "0000:03:00.0";
  card.source = "amdgpu";
  card.busy = 370;
  card.memory_busy = 40;
  card.memory_total_bytes = 25'753'026'560;
  card.memory_used_bytes = 1'217'511'424;
  card.temperature_millicelsius = 47'000;
  card.fan = 250;
  card.fan_rpm = 825;
  card.power_milliwatts = 61'000;
  card.power_limit_milliwatts = 339'000;
  card.clock_mhz = 2304;
  card.memory_clock_mhz = 1249;
  card.display_attached = true;
  ASSERT_THAT(sample.gpus, SizeIs(1));
  EXPECT_EQ(sample.gpus[0], card);
  EXPECT_THAT(machine.problems, IsEmpty());
}

TEST(SensorsGpu, a_cards_own_chip_is_not_listed_with_the_boards) {
  SensorMachine machine;
  trees::add_amd_card(*machine.files);
  trees::add_server_board(*machine.files);
  const Sample sample = machine.sample();
  EXPECT_TRUE(std::ranges::none_of(sample.temperatures, [](const Temperature& t) { return t.chip == "amdgpu"; }));
  EXPECT_TRUE(std::ranges::none_of(sample.fans, [](const Fan& f) { return f.chip == "amdgpu"; }));
  EXPECT_TRUE(std::ranges::none_of(sample.powers, [](const Power& p) { return p.source == "amdgpu"; }));
  EXPECT_TRUE(std::ranges::any_of(sample.temperatures, [](const Temperature& t) { return t.chip == "coretemp"; }));
}

TEST(SensorsGpu, newer_amd_kernels_give_power_of_the_moment_only) {
  SensorMachine machine;
  const std::string device = trees::add_card(*machine.files, "card0", "0000:03:00.0", "amdgpu");
  const std::string chip = trees::add_chip(*machine.files, "hwmon0", "amdgpu", device);
  machine.files->add_file(chip + "/power1_input", "15499600\n");
  EXPECT_EQ(machine.sample().gpus.at(0).power_milliwatts, 15'500);
}

TEST(SensorsGpu, fan_share_comes_from_its_drive_where_no_full_speed_is_stated) {
  SensorMachine machine;
  const std::string device = trees::add_card(*machine.files, "card0", "0000:03:00.0", "amdgpu");
  const std::string chip = trees::add_chip(*machine.files, "hwmon0", "amdgpu", device);
  machine.files->add_file(chip + "/pwm1", "51\n");
  const GpuSample card = machine.sample().gpus.at(0);
  EXPECT_EQ(card.fan, 200);
  EXPECT_EQ(card.fan_rpm, std::nullopt);
}

TEST(SensorsGpu, i915_power_is_the_difference_of_the_cards_energy) {
  SensorMachine machine;
  trees::add_i915_card(*machine.files);
  const GpuSample first = machine.sample().gpus.at(0);
  EXPECT_EQ(first.source, "i915");
  EXPECT_EQ(first.power_milliwatts, std::nullopt);
  EXPECT_EQ(first.power_limit_milliwatts, 190'000);
  EXPECT_EQ(first.busy, std::nullopt);
  EXPECT_EQ(first.clock_mhz, 2100);
  EXPECT_EQ(first.fan_rpm, 1200);
  EXPECT_EQ(first.fan, std::nullopt);
  EXPECT_EQ(first.temperature_millicelsius, 51'000);

  machine.files->add_file("/sys/devices/pci0000:00/0000:04:00.0/hwmon/hwmon4/energy1_input", "5030000000\n");
  EXPECT_EQ(machine.sample(milliseconds(500)).gpus.at(0).power_milliwatts, 60'000);
  EXPECT_THAT(machine.problems, IsEmpty());
}

TEST(SensorsGpu, xe_energy_beyond_63_bits_is_read_whole) {
  SensorMachine machine;
  trees::add_xe_card(*machine.files);
  const GpuSample first = machine.sample().gpus.at(0);
  EXPECT_EQ(first.source, "xe");
  EXPECT_EQ(first.temperature_millicelsius, 44'000);
  EXPECT_EQ(first.clock_mhz, 0);                          // the card says so: it is gated
  EXPECT_EQ(first.power_limit_milliwatts, std::nullopt);  // 0 is no limit

  machine.files->add_file("/sys/devices/pci0000:00/0000:05:00.0/hwmon/hwmon5/energy2_input", "18446744073100000000\n");
  EXPECT_EQ(machine.sample().gpus.at(0).power_milliwatts, 100'000);
  EXPECT_THAT(machine.problems, IsEmpty());
}

TEST(SensorsGpu, card_energy_going_backwards_is_named_once) {
  SensorMachine machine;
  trees::add_xe_card(*machine.files);
  const std::string path = "/sys/class/drm/card2/device/hwmon/hwmon5/energy2_input";
  const std::string target = "/sys/devices/pci0000:00/0000:05:00.0/hwmon/hwmon5/energy2_input";
  machine.sample();
  machine.files->add_file(target, "900\n");
  EXPECT_EQ(machine.sample().gpus.at(0).power_milliwatts, std::nullopt);
  machine.files->add_file(target, "800\n");
  EXPECT_EQ(machine.sample().gpus.at(0).power_milliwatts, std::nullopt);
  machine.files->add_file(target, "5000800\n");
  EXPECT_EQ(machine.sample().gpus.at(0).power_milliwatts, 5000);
  EXPECT_EQ(machine.problems_at(path), 1);
}

TEST(SensorsGpu, nouveau_tells_temperature_and_fan_and_nothing_that_it_does_not_know) {
  SensorMachine machine;
  trees::add_nouveau_card(*machine.files);
  const Sample sample = machine.sample();
  GpuSample card;
  card.pci_address = "0000:c1:00.0";
  card.source = "nouveau";
  card.temperature_millicelsius = 39'000;
  card.fan = 450;
  card.fan_rpm = 0;
  card.display_attached = false;
  ASSERT_THAT(sample.gpus, SizeIs(1));
  EXPECT_EQ(sample.gpus[0], card);
  EXPECT_EQ(sample.display_attached, false);
}

TEST(SensorsGpu, cards_are_listed_by_address) {
  SensorMachine machine;
  trees::add_nouveau_card(*machine.files);
  trees::add_xe_card(*machine.files);
  trees::add_amd_card(*machine.files);
  trees::add_i915_card(*machine.files);
  const Sample sample = machine.sample();
  ASSERT_THAT(sample.gpus, SizeIs(4));
  EXPECT_TRUE(std::ranges::is_sorted(sample.gpus, {}, &GpuSample::pci_address));
}

TEST(SensorsGpu, a_sleeping_card_is_listed_and_not_asked) {
  SensorMachine machine;
  trees::add_amd_card(*machine.files);
  const std::string device = "/sys/devices/pci0000:00/0000:03:00.0";
  machine.files->add_file(device + "/power/runtime_status", "suspended\n");
  machine.files->add_error(device + "/gpu_busy_percent", FileError::denied);  // would be a problem if it were read
  GpuSample card;
  card.pci_address = "0000:03:00.0";
  card.source = "amdgpu";
  card.display_attached = true;
  EXPECT_EQ(machine.sample().gpus.at(0), card);
  EXPECT_THAT(machine.problems, IsEmpty());

  machine.files->add_file(device + "/power/runtime_status", "active\n");
  machine.files->add_file(device + "/gpu_busy_percent", "100\n");
  EXPECT_EQ(machine.sample().gpus.at(0).busy, 1000);
}

TEST(SensorsGpu, a_driver_that_is_not_read_still_shows_its_screens) {
  SensorMachine machine;
  trees::add_card(*machine.files, "card0", "0000:00:02.0", "virtio-pci");
  trees::add_connector(*machine.files, "card0", "Virtual-1", "connected");
  const Sample sample = machine.sample();
  EXPECT_THAT(sample.gpus, IsEmpty());
  EXPECT_EQ(sample.display_attached, true);
}

TEST(SensorsGpu, without_connectors_nothing_is_said_of_screens) {
  SensorMachine machine;
  trees::add_xe_card(*machine.files);
  const Sample sample = machine.sample();
  EXPECT_EQ(sample.display_attached, std::nullopt);
  EXPECT_EQ(sample.gpus.at(0).display_attached, std::nullopt);
}

TEST(SensorsGpu, absurd_card_values_are_left_out_and_named_once_each) {
  SensorMachine machine;
  trees::add_amd_card(*machine.files);
  const std::string device = "/sys/devices/pci0000:00/0000:03:00.0";
  const std::string seen = "/sys/class/drm/card0/device";
  machine.files->add_file(device + "/gpu_busy_percent", "101\n");
  machine.files->add_file(device + "/mem_busy_percent", "-1\n");
  machine.files->add_file(device + "/mem_info_vram_used", "25753026561\n");
  machine.files->add_file(device + "/hwmon/hwmon2/temp1_input", "250001\n");
  machine.files->add_file(device + "/hwmon/hwmon2/power1_average", "100000000001\n");
  machine.files->add_file(device + "/hwmon/hwmon2/freq1_input", "99999999999999999999\n");
  machine.files->add_file(device + "/hwmon/hwmon2/fan1_input", "100001\n");
  machine.sample();
  const GpuSample card = machine.sample().gpus.at(0);
  EXPECT_EQ(card.busy, std::nullopt);
  EXPECT_EQ(card.memory_busy, std::nullopt);
  EXPECT_EQ(card.memory_used_bytes, std::nullopt);
  EXPECT_EQ(card.temperature_millicelsius, std::nullopt);
  EXPECT_EQ(card.power_milliwatts, std::nullopt);
  EXPECT_EQ(card.clock_mhz, std::nullopt);
  EXPECT_EQ(card.fan_rpm, std::nullopt);
  EXPECT_EQ(card.fan, 200);  // from its drive
  EXPECT_THAT(machine.problems, SizeIs(7));
  for (const std::string name :
       {"/gpu_busy_percent", "/mem_busy_percent", "/mem_info_vram_used", "/hwmon/hwmon2/temp1_input",
        "/hwmon/hwmon2/power1_average", "/hwmon/hwmon2/freq1_input", "/hwmon/hwmon2/fan1_input"}) {
    EXPECT_EQ(machine.problems_at(seen + name), 1) << name;
  }
}

TEST(SensorsGpu, a_card_that_is_unplugged_goes_and_one_that_is_plugged_in_comes) {
  SensorMachine machine;
  trees::add_amd_card(*machine.files);
  for (int i = 0; i < 5; ++i) EXPECT_THAT(machine.sample().gpus, SizeIs(1));
  *machine.files = RecordedFiles();
  machine.sample();  // finds the files gone
  EXPECT_THAT(machine.sample().gpus, IsEmpty());
  trees::add_i915_card(*machine.files);
  bool seen = false;
  for (int i = 0; i < 60 && !seen; ++i) seen = !machine.sample().gpus.empty();
  EXPECT_TRUE(seen);
  EXPECT_THAT(machine.problems, IsEmpty());
}

TEST(PciAddress, nvml_form_becomes_the_kernels) {
  EXPECT_EQ(canonical_pci_address("00000000:C1:00.0"), "0000:c1:00.0");
  EXPECT_EQ(canonical_pci_address("0000:c1:1f.7"), "0000:c1:1f.7");
  EXPECT_EQ(canonical_pci_address("00010000:00:02.0"), "10000:00:02.0");
}

TEST(PciAddress, other_texts_are_none) {
  for (const char* text : {"", "0000:c1:00", "c1:00.0", "0000:c1:00.8", "0000:c1:20.0", "0000:g1:00.0", "000:c1:00.0",
                           "0000:c1:00.0.0", "123456789:c1:00.0", "0000:c1f:00.0", "0000:c1:00.", "0000::00.0"}) {
    EXPECT_EQ(canonical_pci_address(text), std::nullopt) << text;
  }
}

TEST(MergeGpus, of_two_sources_of_one_card_the_richer_stays) {
  GpuSample poor;
  poor.pci_address = "0000:c1:00.0";
  poor.source = "nouveau";
  poor.temperature_millicelsius = 1000;
  GpuSample rich = poor;
  rich.source = "nvml";
  rich.busy = 10;
  const auto merged = merge_gpus({poor}, {rich}, {{"0000:c1:00.0", true}});
  ASSERT_THAT(merged, SizeIs(1));
  EXPECT_EQ(merged[0].source, "nvml");
  EXPECT_EQ(merged[0].display_attached, true);
  rich.busy.reset();
  poor.fan_rpm = 5;
  EXPECT_EQ(merge_gpus({poor}, {rich}, {}).at(0).source, "nouveau");
  poor.fan_rpm.reset();
  EXPECT_EQ(merge_gpus({poor}, {rich}, {}).at(0).source, "nvml");
}

}  // namespace
}  // namespace quern::hwprobe
