#include "hwprobe/pci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hwprobe/fake_machine.hpp"

namespace quern::hwprobe {
namespace {

using testing::add_pci;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::pci_file;
using ::testing::SizeIs;

const std::string kAddress = "0000:c1:00.0";

struct Reading {
  std::vector<PciDevice> devices;
  std::vector<Problem> problems;
};

Reading read(const FileTree& files) {
  Reading reading;
  reading.devices = read_pci(files, reading.problems);
  return reading;
}

// One card whose file `name` holds `content`.
Reading read_with(const std::string& name, const std::string& content) {
  RecordedFiles files;
  add_pci(files, {.address = kAddress});
  files.add_file(pci_file(kAddress, name), content);
  return read(files);
}

TEST(Pci, function_has_all_that_sysfs_tells) {
  RecordedFiles files;
  add_pci(files, {.address = kAddress, .class_code = "0x030200", .driver = "nvidia"});
  files.add_file(pci_file(kAddress, "numa_node"), "1\n");
  files.add_file(pci_file(kAddress, "local_cpulist"), "8-9,24\n");
  files.add_file(pci_file(kAddress, "current_link_speed"), "2.5 GT/s PCIe\n");
  files.add_file(pci_file(kAddress, "max_link_speed"), "32.0 GT/s PCIe\n");
  files.add_file(pci_file(kAddress, "current_link_width"), "8\n");
  files.add_file(pci_file(kAddress, "max_link_width"), "16\n");
  const auto [devices, problems] = read(files);
  EXPECT_THAT(problems, IsEmpty());
  ASSERT_THAT(devices, SizeIs(1));
  PciDevice expected;
  expected.address = kAddress;
  expected.class_code = 0x030200;
  expected.vendor_id = 0x10de;
  expected.device_id = 0x2335;
  expected.driver = "nvidia";
  expected.numa_node = 1;
  expected.local_threads = {8, 9, 24};
  expected.link_width = 8;
  expected.link_width_max = 16;
  expected.link_megatransfers_per_second = 2500;
  expected.link_megatransfers_per_second_max = 32000;
  EXPECT_EQ(devices[0], expected);
}

TEST(Pci, what_the_kernel_does_not_know_is_absent_without_a_problem) {
  for (const char* name : {"current_link_speed", "max_link_speed"}) {
    for (const char* content : {"Unknown\n", "Unknown speed\n"}) {
      const auto [devices, problems] = read_with(name, content);
      EXPECT_THAT(problems, IsEmpty()) << name << content;
      EXPECT_EQ(devices.at(0).link_megatransfers_per_second, std::nullopt);
      EXPECT_EQ(devices.at(0).link_megatransfers_per_second_max, std::nullopt);
    }
  }
  for (const char* content : {"0\n", "255\n"}) {
    const auto [devices, problems] = read_with("current_link_width", content);
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(devices.at(0).link_width, std::nullopt);
  }
  EXPECT_EQ(read_with("numa_node", "-1\n").devices.at(0).numa_node, std::nullopt);
  EXPECT_THAT(read_with("numa_node", "-1\n").problems, IsEmpty());
}

TEST(Pci, nonsense_in_an_optional_file_costs_its_field_and_is_a_problem) {
  const std::vector<std::pair<std::string, std::string>> nonsense = {{"numa_node", "-2"},
                                                                     {"numa_node", "99999999999"},
                                                                     {"numa_node", ""},
                                                                     {"local_cpulist", "0-"},
                                                                     {"local_cpulist", "0-4294967295"},
                                                                     {"current_link_speed", "fast"},
                                                                     {"max_link_speed", "1e9 GT/s"},
                                                                     {"max_link_speed", "99999999999999999999 GT/s"},
                                                                     {"max_link_speed", "0.0 GT/s"},
                                                                     {"max_link_speed", "1.2345 GT/s"},
                                                                     {"max_link_speed", "1. GT/s"},
                                                                     {"max_link_speed", "1.-5 GT/s"},
                                                                     {"current_link_width", "x16"},
                                                                     {"max_link_width", "4294967296"},
                                                                     {"max_link_width", "65"}};
  for (const auto& [name, content] : nonsense) {
    const auto [devices, problems] = read_with(name, content);
    ASSERT_THAT(devices, SizeIs(1)) << name << ' ' << content;
    EXPECT_EQ(devices[0].numa_node, std::nullopt);
    EXPECT_EQ(devices[0].link_width_max, std::nullopt);
    EXPECT_EQ(devices[0].link_megatransfers_per_second_max, std::nullopt);
    ASSERT_THAT(problems, SizeIs(1)) << name << ' ' << content;
    EXPECT_EQ(problems[0].where, pci_file(kAddress, name));
    EXPECT_THAT(problems[0].what, HasSubstr("'" + content + "'"));
  }
}

TEST(Pci, function_without_a_sound_class_vendor_or_device_is_left_out) {
  for (const char* name : {"class", "vendor", "device"}) {
    for (const char* content : {"", "0x", "zz", "0x1000000000", "-1"}) {
      const auto [devices, problems] = read_with(name, content);
      EXPECT_THAT(devices, IsEmpty()) << name << ' ' << content;
      EXPECT_THAT(problems, ElementsAre(Field(&Problem::where, pci_file(kAddress, name))));
    }
  }
  RecordedFiles files;
  files.add_file(pci_file(kAddress, "uevent"), "");
  EXPECT_THAT(read(files).devices, IsEmpty());
  EXPECT_THAT(read(files).problems, SizeIs(3));
}

TEST(Pci, unreadable_files_are_problems_with_their_path) {
  RecordedFiles files;
  add_pci(files, {.address = kAddress});
  files.add_error(pci_file(kAddress, "current_link_speed"), FileError::unreadable);
  files.add_file(pci_file(kAddress, "driver"), "not a link");
  const auto [devices, problems] = read(files);
  EXPECT_THAT(devices, SizeIs(1));
  EXPECT_THAT(problems, ElementsAre(Field(&Problem::where, pci_file(kAddress, "driver")),
                                    Field(&Problem::where, pci_file(kAddress, "current_link_speed"))));
}

TEST(Pci, malformed_addresses_are_left_out_and_long_domains_taken) {
  RecordedFiles files;
  for (const char* bad : {"0000:c1:00", "000:c1:00.0", "0000:C1:00.0", "0000:c1:20.0", "0000:c1:00.8", "0000-c1:00.0",
                          "000000000:c1:00.0", "0000:c1:00.0 ", "x"}) {
    add_pci(files, {.address = bad});
  }
  EXPECT_THAT(read(files).devices, IsEmpty());
  EXPECT_THAT(read(files).problems, SizeIs(9));
  add_pci(files, {.address = "10000:e1:1f.7"});
  add_pci(files, {.address = "0000:ff:00.0"});
  EXPECT_THAT(read(files).devices,
              ElementsAre(Field(&PciDevice::address, "0000:ff:00.0"), Field(&PciDevice::address, "10000:e1:1f.7")));
}

TEST(Pci, machine_without_pci_has_no_problem_and_a_closed_folder_is_one) {
  EXPECT_THAT(read(RecordedFiles()).problems, IsEmpty());
  RecordedFiles closed;
  closed.add_error("/sys/bus/pci/devices", FileError::denied);
  EXPECT_THAT(read(closed).problems, SizeIs(1));
}

TEST(Pci, number_of_functions_is_bounded) {
  RecordedFiles files;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < kPciDevicesMax + 1; ++i) {
    const std::string bus{kDigits[i / 256 / 16 % 16], kDigits[i / 256 % 16]};
    const std::string place = {i / 128 % 2 ? '1' : '0', kDigits[i / 8 % 16], '.', kDigits[i % 8]};
    add_pci(files, {.address = "0000:" + bus + ':' + place});
  }
  const auto [devices, problems] = read(files);
  EXPECT_THAT(devices, SizeIs(kPciDevicesMax));
  EXPECT_THAT(problems, SizeIs(1));
}

TEST(Pci, display_controllers_and_accelerators_are_gpus) {
  for (const std::uint32_t code : {0x030000, 0x030200, 0x038000, 0x120000}) EXPECT_TRUE(is_gpu_class(code)) << code;
  for (const std::uint32_t code : {0x040300, 0x000300, 0x060400, 0xffff00}) EXPECT_FALSE(is_gpu_class(code)) << code;
}

TEST(Pci, this_machine_is_read_without_problems) {
  const HostFiles files;
  const auto [devices, problems] = read(files);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_EQ(devices.size(), files.list("/sys/bus/pci/devices").value_or(std::vector<std::string>{}).size());
}

}  // namespace
}  // namespace quern::hwprobe
