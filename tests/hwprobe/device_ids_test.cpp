#include <set>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hwprobe/identity.hpp"
#include "hwprobe/opencl.hpp"

namespace quern::hwprobe {
namespace {

const MachineIdentity kMachine{.id = "qm1-0123456789abcdef0123456789abcdef", .source = "machine-id"};

OpenclDevice device(OpenclDeviceType type, std::optional<std::string> address = {}) {
  OpenclDevice result;
  result.type = type;
  result.pci_address = std::move(address);
  return result;
}

OpenclDriver driver(std::string platform_name, std::vector<OpenclDevice> devices) {
  OpenclPlatform platform;
  platform.name = std::move(platform_name);
  platform.devices = std::move(devices);
  OpenclDriver result;
  result.platforms.push_back(std::move(platform));
  return result;
}

PciDevice card(std::string address) {
  PciDevice result;
  result.address = std::move(address);
  result.vendor_id = 0x10de;
  result.device_id = 0x2684;
  return result;
}

// The ids of all devices, in their order.
std::vector<std::string> ids_of(std::vector<OpenclDriver> drivers, const std::vector<PciDevice>& pci = {}) {
  assign_device_ids(drivers, pci, kMachine);
  std::vector<std::string> ids;
  for (const OpenclDriver& driver : drivers) {
    for (const OpenclPlatform& platform : driver.platforms) {
      for (const OpenclDevice& device : platform.devices) ids.push_back(device.id);
    }
  }
  return ids;
}

TEST(DeviceIds, card_has_the_id_of_its_place_on_the_bus) {
  const auto ids =
      ids_of({driver("NVIDIA CUDA", {device(OpenclDeviceType::gpu, "0000:01:00.0")})}, {card("0000:01:00.0")});
  EXPECT_EQ(ids.at(0), pci_device_id(kMachine, "0000:01:00.0", 0x10de, 0x2684));
}

TEST(DeviceIds, card_two_platforms_offer_is_one_device) {
  const OpenclDevice gpu = device(OpenclDeviceType::gpu, "0000:01:00.0");
  const auto ids = ids_of({driver("NVIDIA CUDA", {gpu}), driver("rusticl", {gpu})}, {card("0000:01:00.0")});
  EXPECT_EQ(ids.at(0), ids.at(1));
}

TEST(DeviceIds, parts_of_a_divided_card_have_ids_of_their_own) {
  const OpenclDevice part = device(OpenclDeviceType::gpu, "0000:01:00.0");
  const auto ids = ids_of({driver("NVIDIA CUDA", {part, part, part})}, {card("0000:01:00.0")});
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 3);
  EXPECT_EQ(ids.at(0), pci_device_id(kMachine, "0000:01:00.0", 0x10de, 0x2684));
}

TEST(DeviceIds, device_off_the_bus_has_the_id_of_its_platform_type_and_rank) {
  const auto ids = ids_of(
      {driver("PoCL", {device(OpenclDeviceType::cpu), device(OpenclDeviceType::gpu), device(OpenclDeviceType::cpu)})});
  EXPECT_EQ(ids.at(0), platform_device_id(kMachine, OpenclDeviceType::cpu, "PoCL", 0));
  EXPECT_EQ(ids.at(1), platform_device_id(kMachine, OpenclDeviceType::gpu, "PoCL", 0));
  EXPECT_EQ(ids.at(2), platform_device_id(kMachine, OpenclDeviceType::cpu, "PoCL", 1));
}

TEST(DeviceIds, address_nothing_was_seen_at_is_not_believed) {
  const auto ids = ids_of({driver("PoCL", {device(OpenclDeviceType::gpu, "0000:09:00.0")})}, {card("0000:01:00.0")});
  EXPECT_EQ(ids.at(0), platform_device_id(kMachine, OpenclDeviceType::gpu, "PoCL", 0));
}

TEST(DeviceIds, one_platform_installed_twice_gives_no_id_twice) {
  const OpenclDevice cpu = device(OpenclDeviceType::cpu);
  const auto ids = ids_of({driver("PoCL", {cpu, cpu}), driver("PoCL", {cpu})});
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 3);
}

TEST(DeviceIds, names_sizes_and_versions_a_driver_makes_up_change_no_id) {
  const OpenclDevice before = device(OpenclDeviceType::cpu);
  OpenclDevice after = before;
  after.name = "Renamed";
  after.driver_version = "99";
  after.global_memory_bytes = 1;
  EXPECT_EQ(ids_of({driver("PoCL", {before})}), ids_of({driver("PoCL", {after})}));
}

}  // namespace
}  // namespace quern::hwprobe
