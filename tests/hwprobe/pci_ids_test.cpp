#include "hwprobe/pci_ids.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::string_view kDatabase =
    "# a comment\n"
    "1002  Advanced Micro Devices, Inc. [AMD/ATI]\n"
    "\t2335  Not the one asked for\n"
    "\n"
    "10de  NVIDIA Corporation\n"
    "\t2330  GH100 [H100 SXM5 80GB]\n"
    "\t\t10de 2335  A subsystem\n"
    "\t2335  GH100 [H200 SXM 141GB]\n"
    "C 03  Display controller\n"
    "\t00  VGA compatible controller\n"
    "\t\t00  VGA controller\n"
    "\t02  3D controller\n";

PciDevice function(std::uint16_t vendor, std::uint16_t device, std::uint32_t class_code) {
  PciDevice function;
  function.vendor_id = vendor;
  function.device_id = device;
  function.class_code = class_code;
  return function;
}

PciDevice named(std::string_view database, PciDevice device) {
  name_pci_devices(database, std::span(&device, 1));
  return device;
}

TEST(PciIds, vendor_device_and_class_are_named) {
  const PciDevice device = named(kDatabase, function(0x10de, 0x2335, 0x030200));
  EXPECT_EQ(device.vendor_name, "NVIDIA Corporation");
  EXPECT_EQ(device.device_name, "GH100 [H200 SXM 141GB]");
  EXPECT_EQ(device.class_name, "3D controller");
}

TEST(PciIds, unknown_numbers_have_no_name) {
  EXPECT_EQ(named(kDatabase, function(0x10de, 0x9999, 0x030000)).device_name, "");
  const PciDevice foreign = named(kDatabase, function(0x9999, 0x2335, 0x990000));
  EXPECT_EQ(foreign.vendor_name, "");
  EXPECT_EQ(foreign.device_name, "");
  EXPECT_EQ(foreign.class_name, "");
}

TEST(PciIds, unknown_sub_class_takes_the_name_of_its_base_class) {
  EXPECT_EQ(named(kDatabase, function(0, 0, 0x038000)).class_name, "Display controller");
}

TEST(PciIds, malformed_lines_are_passed_over) {
  for (const char* text : {"", "10de", "10de  ", "10dx  NVIDIA\n", "\t2335  device without vendor\n", "C\nC 0\nC 03",
                           "10de\tNVIDIA\n", "\n\n\t\n\t\t\n"}) {
    EXPECT_EQ(named(text, function(0x10de, 0x2335, 0x030200)), function(0x10de, 0x2335, 0x030200)) << text;
  }
}

TEST(PciIds, devices_are_found_in_the_first_of_the_known_files) {
  RecordedFiles files;
  files.add_file("/usr/share/hwdata/pci.ids", std::string(kDatabase));
  PciDevice device = function(0x10de, 0x2335, 0x030200);
  name_pci_devices(files, std::span(&device, 1));
  EXPECT_EQ(device.vendor_name, "NVIDIA Corporation");
}

// A database as a map, written down and asked again.
RC_GTEST_PROP(PciIds, names_agree_with_a_map, ()) {
  using Number = std::pair<std::uint16_t, std::uint16_t>;
  const auto number = rc::gen::inRange<std::uint16_t>(0, 6);
  std::map<std::uint16_t, std::set<std::uint16_t>> known;
  for (const auto& [vendor, device] : *rc::gen::container<std::vector<Number>>(rc::gen::pair(number, number))) {
    known[vendor].insert(device);
  }
  const auto digits = [](std::uint16_t n) { return "000" + std::to_string(n); };
  std::string text = "# head\n";
  std::map<Number, std::string> twin;
  for (const auto& [vendor, devices] : known) {
    text += digits(vendor) + "  vendor " + std::to_string(vendor) + '\n';
    for (const std::uint16_t device : devices) {
      const std::string name = std::to_string(vendor) + " made " + std::to_string(device);
      text += '\t' + digits(device) + "  " + name + "\n\t\t0001 0002  subsystem\n";
      twin[{vendor, device}] = name;
    }
  }
  std::vector<PciDevice> asked;
  for (std::uint16_t vendor = 0; vendor < 6; ++vendor) {
    for (std::uint16_t device = 0; device < 6; ++device) asked.push_back(function(vendor, device, 0));
  }
  name_pci_devices(text, asked);
  for (const PciDevice& device : asked) {
    RC_ASSERT(device.vendor_name.empty() == !known.contains(device.vendor_id));
    RC_ASSERT(device.device_name == twin[Number(device.vendor_id, device.device_id)]);
  }
}

}  // namespace
}  // namespace quern::hwprobe
