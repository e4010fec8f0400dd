#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hwprobe/identity.hpp"
#include "hwprobe/pci.hpp"

namespace quern::hwprobe {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const MachineIdentity kMachine{.id = "qm1-0123456789abcdef0123456789abcdef", .source = "machine-id"};

PciDevice card(std::uint16_t vendor, const std::string& kernel_driver, std::uint32_t class_code = 0x030000,
               const std::string& address = "0000:01:00.0") {
  PciDevice device;
  device.address = address;
  device.class_code = class_code;
  device.vendor_id = vendor;
  device.device_id = 0x2335;
  device.driver = kernel_driver;
  return device;
}

OpenclDevice offered(std::uint16_t vendor, std::optional<std::string> address) {
  OpenclDevice device;
  device.id = "qd1-of-the-driver";
  device.type = OpenclDeviceType::gpu;
  device.vendor_id = vendor;
  device.available = true;
  device.pci_address = std::move(address);
  return device;
}

OpenclDriver driver(const std::string& name, std::vector<OpenclDevice> devices) {
  OpenclDriver driver;
  driver.name = name;
  driver.library = "lib" + name + ".so";
  driver.platforms.emplace_back().devices = std::move(devices);
  return driver;
}

Gpu only_gpu(const PciDevice& device, std::vector<OpenclDriver> drivers) {
  const auto gpus = join_gpus(std::span(&device, 1), drivers, kMachine);
  EXPECT_THAT(gpus, SizeIs(1));
  return gpus.at(0);
}

TEST(GpuJoin, card_is_usable_when_a_driver_offers_its_address) {
  const Gpu gpu = only_gpu(card(0x10de, "nvidia"), {driver("nvidia.icd", {offered(0x10de, "0000:01:00.0")})});
  EXPECT_TRUE(gpu.usable);
  EXPECT_EQ(gpu.reason, "");
  EXPECT_EQ(gpu.package, "");
  EXPECT_EQ(gpu.id, "qd1-of-the-driver");
  EXPECT_EQ(gpu.kernel_driver, "nvidia");
  EXPECT_EQ(gpu.name, "vendor 10de device 2335");
}

TEST(GpuJoin, only_cards_are_listed) {
  const std::vector<PciDevice> pci = {card(0x10de, "nvidia"), card(0x10de, "snd_hda_intel", 0x040300, "0000:01:00.1")};
  EXPECT_THAT(join_gpus(pci, {}, kMachine), SizeIs(1));
  EXPECT_THAT(join_gpus({}, {}, kMachine), IsEmpty());
}

TEST(GpuJoin, id_of_a_card_no_driver_offers_is_that_of_its_place_on_the_bus) {
  const Gpu gpu = only_gpu(card(0x10de, ""), {});
  EXPECT_EQ(gpu.id, pci_device_id(kMachine, "0000:01:00.0", 0x10de, 0x2335));
}

TEST(GpuJoin, driver_without_addresses_is_matched_by_vendor_when_there_is_one_card) {
  EXPECT_TRUE(only_gpu(card(0x8086, "i915"), {driver("intel.icd", {offered(0x8086, std::nullopt)})}).usable);
  EXPECT_FALSE(only_gpu(card(0x8086, "i915"), {driver("x.icd", {offered(0x10de, std::nullopt)})}).usable);
}

TEST(GpuJoin, two_drivers_without_addresses_may_offer_the_same_card) {
  EXPECT_TRUE(only_gpu(card(0x8086, "i915"), {driver("intel.icd", {offered(0x8086, std::nullopt)}),
                                              driver("rusticl.icd", {offered(0x8086, std::nullopt)})})
                  .usable);
}

TEST(GpuJoin, several_cards_of_one_maker_are_not_guessed) {
  const std::vector<PciDevice> pci = {card(0x1002, "amdgpu"), card(0x1002, "amdgpu", 0x030000, "0000:02:00.0")};
  const std::vector drivers = {driver("mesa.icd", {offered(0x1002, std::nullopt), offered(0x1002, std::nullopt)})};
  for (const Gpu& gpu : join_gpus(pci, drivers, kMachine)) EXPECT_FALSE(gpu.usable);
  EXPECT_FALSE(only_gpu(pci[0], drivers).usable);
  // With an address for one of them the other is clear.
  const std::vector told = {driver("mesa.icd", {offered(0x1002, "0000:01:00.0"), offered(0x1002, std::nullopt)})};
  for (const Gpu& gpu : join_gpus(pci, told, kMachine)) EXPECT_TRUE(gpu.usable);
}

TEST(GpuJoin, processor_device_of_the_same_vendor_is_no_card) {
  OpenclDevice processor = offered(0x8086, std::nullopt);
  processor.type = OpenclDeviceType::cpu;
  EXPECT_FALSE(only_gpu(card(0x8086, "i915"), {driver("pocl.icd", {processor})}).usable);
}

TEST(GpuJoin, device_its_driver_calls_unavailable_is_not_usable) {
  OpenclDevice device = offered(0x10de, "0000:01:00.0");
  device.available = false;
  const Gpu gpu = only_gpu(card(0x10de, "nvidia"), {driver("nvidia.icd", {device})});
  EXPECT_FALSE(gpu.usable);
  EXPECT_THAT(gpu.reason, HasSubstr("not available"));
}

TEST(GpuJoin, card_without_driver_is_listed_with_the_package_that_helps) {
  EXPECT_EQ(only_gpu(card(0x10de, "nvidia"), {}).package, "nvidia-opencl-icd");
  EXPECT_EQ(only_gpu(card(0x1002, "amdgpu"), {}).package, "mesa-opencl-icd");
  EXPECT_EQ(only_gpu(card(0x1002, "amdgpu", 0x120000), {}).package, "mesa-opencl-icd");
  EXPECT_EQ(only_gpu(card(0x8086, "i915"), {}).package, "intel-opencl-icd");
  EXPECT_EQ(only_gpu(card(0x8086, "i915"), {}).reason, "no OpenCL driver for Intel is installed");
}

TEST(GpuJoin, missing_or_wrong_kernel_driver_is_named) {
  const Gpu nouveau = only_gpu(card(0x10de, "nouveau"), {});
  EXPECT_THAT(nouveau.reason, AllOf(HasSubstr("nouveau"), HasSubstr("needs nvidia"), HasSubstr("no OpenCL driver")));
  EXPECT_EQ(nouveau.package, "nvidia-opencl-icd");
  const Gpu unbound = only_gpu(card(0x10de, ""), {driver("nvidia.icd", {})});
  EXPECT_THAT(unbound.reason, HasSubstr("no kernel driver"));
  EXPECT_EQ(unbound.package, "nvidia-kernel-dkms");
}

TEST(GpuJoin, driver_that_hung_or_crashed_is_named_with_what_happened) {
  OpenclDriver broken = driver("nvidia.icd", {});
  broken.detail = "killed after 10000 ms";
  for (const auto& [status, word] : {std::pair(DriverStatus::hung, "did not answer"),
                                     {DriverStatus::crashed, "crashed"},
                                     {DriverStatus::stuck, "could not be stopped"},
                                     {DriverStatus::failed, "failed"},
                                     {DriverStatus::malformed, "cannot be true"}}) {
    broken.status = status;
    const Gpu gpu = only_gpu(card(0x10de, "nvidia"), {broken});
    EXPECT_THAT(gpu.reason, AllOf(HasSubstr("nvidia.icd"), HasSubstr(word), HasSubstr("killed after 10000 ms")));
    EXPECT_EQ(gpu.package, "");
  }
}

TEST(GpuJoin, broken_driver_of_another_maker_is_not_blamed) {
  OpenclDriver broken = driver("nvidia.icd", {});
  broken.status = DriverStatus::hung;
  EXPECT_THAT(only_gpu(card(0x1002, "amdgpu"), {broken}).reason, Not(HasSubstr("nvidia")));
}

TEST(GpuJoin, driver_that_works_and_does_not_offer_the_card_is_named) {
  const Gpu gpu = only_gpu(card(0x8086, "i915"), {driver("intel.icd", {})});
  EXPECT_THAT(gpu.reason, AllOf(HasSubstr("intel.icd"), HasSubstr("does not offer it")));
  EXPECT_EQ(gpu.package, "");
}

TEST(GpuJoin, adapters_that_only_draw_need_no_package) {
  for (const int vendor : {0x1af4, 0x1234, 0x1a03, 0x102b, 0x15ad, 0x1b36, 0x1013}) {
    const Gpu gpu = only_gpu(card(static_cast<std::uint16_t>(vendor), ""), {});
    EXPECT_FALSE(gpu.usable);
    EXPECT_THAT(gpu.reason, HasSubstr("without compute"));
    EXPECT_EQ(gpu.package, "");
  }
}

TEST(GpuJoin, card_set_aside_for_virtual_machines_says_so) {
  EXPECT_THAT(only_gpu(card(0x10de, "vfio-pci"), {}).reason, HasSubstr("virtual machines"));
}

TEST(GpuJoin, accelerators_no_package_is_known_for_say_so) {
  EXPECT_THAT(only_gpu(card(0x8086, "intel_vpu", 0x120000), {}).reason, HasSubstr("none is known"));
  EXPECT_THAT(only_gpu(card(0x19e5, "", 0x120000), {}).reason, HasSubstr("none is known"));
  EXPECT_EQ(only_gpu(card(0x1da3, "habanalabs", 0x120000), {}).package, "");
}

}  // namespace
}  // namespace quern::hwprobe
