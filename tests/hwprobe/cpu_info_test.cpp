#include "hwprobe/cpu_info.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hwprobe/hypervisor.hpp"
#include "tests/hwprobe/fake_machine.hpp"

namespace quern::hwprobe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Reading {
  Cpu cpu;
  std::vector<Problem> problems;
};

Reading read(std::string text) {
  RecordedFiles files;
  files.add_file("/proc/cpuinfo", std::move(text));
  Reading reading;
  reading.cpu = read_cpu_info(files, reading.problems);
  return reading;
}

std::string arm_thread(const std::string& implementer, const std::string& part) {
  return "processor\t: 0\nBogoMIPS\t: 48.00\nFeatures\t: fp asimd aes\nCPU implementer\t: " + implementer +
         "\nCPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: " + part + "\nCPU revision\t: 1\n\n";
}

TEST(CpuInfo, x86_gives_names_numbers_and_sorted_flags) {
  const auto [cpu, problems] = read(testing::amd_cpu_info(2));
  EXPECT_EQ(cpu.vendor, "AuthenticAMD");
  EXPECT_EQ(cpu.model_name, "AMD EPYC 9575F 64-Core Processor");
  EXPECT_EQ(cpu.family, 26u);
  EXPECT_EQ(cpu.model, 2u);
  EXPECT_EQ(cpu.stepping, 1u);
  EXPECT_THAT(cpu.flags, ElementsAre("avx2", "avx512f", "fpu", "sse", "sse2", "svm", "vme"));
  EXPECT_THAT(problems, IsEmpty());
}

TEST(CpuInfo, flags_are_each_listed_once_and_bounded) {
  std::string flags = "flags : b a b";
  EXPECT_THAT(read("vendor_id : X\n" + flags + "\n").cpu.flags, ElementsAre("a", "b"));
  for (std::size_t i = 0; i < 2 * kCpuFlagsMax; ++i) flags += " f" + std::to_string(i);
  EXPECT_LE(read(flags).cpu.flags.size(), kCpuFlagsMax);
}

TEST(CpuInfo, arm_numbers_become_names) {
  const auto [cpu, problems] = read(arm_thread("0x41", "0xd0c") + arm_thread("0x41", "0xd0c"));
  EXPECT_EQ(cpu.vendor, "ARM");
  EXPECT_EQ(cpu.model_name, "Neoverse-N1");
  EXPECT_EQ(cpu.family, std::nullopt);
  EXPECT_EQ(cpu.model, std::nullopt);
  EXPECT_EQ(cpu.stepping, std::nullopt);
  EXPECT_THAT(cpu.flags, ElementsAre("aes", "asimd", "fp"));
  EXPECT_THAT(problems, IsEmpty());
}

TEST(CpuInfo, arm_machine_of_two_core_types_is_named_after_both) {
  const std::string text = arm_thread("0x41", "0xd05") + arm_thread("0x41", "0xd05") + arm_thread("0x41", "0xd0b");
  EXPECT_EQ(read(text).cpu.model_name, "Cortex-A55 + Cortex-A76");
}

TEST(CpuInfo, unknown_arm_parts_are_named_by_number) {
  const Cpu cpu = read(arm_thread("0x99", "0xabc")).cpu;
  EXPECT_EQ(cpu.vendor, "implementer 0x99");
  EXPECT_EQ(cpu.model_name, "part 0xabc");
}

TEST(CpuInfo, missing_file_and_foreign_text_are_problems) {
  std::vector<Problem> problems;
  EXPECT_EQ(read_cpu_info(RecordedFiles(), problems), Cpu{});
  EXPECT_THAT(problems, SizeIs(1));
  EXPECT_THAT(read("").problems, SizeIs(1));
  EXPECT_THAT(read("no colon here\n: : :\n").problems, SizeIs(1));
}

TEST(CpuInfo, number_that_is_none_is_left_out_with_its_text) {
  const auto [cpu, problems] = read("vendor_id : X\ncpu family : 99999999999\nmodel : 3\nstepping : unknown\n");
  EXPECT_EQ(cpu.family, std::nullopt);
  EXPECT_EQ(cpu.model, 3u);
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0].what, HasSubstr("cpu family '99999999999'"));
}

TEST(CpuInfo, file_of_a_thousand_threads_is_read) {
  const std::string text = testing::amd_cpu_info(8192);
  ASSERT_GT(text.size(), kFileBytesMax);
  EXPECT_EQ(read(text).cpu.vendor, "AuthenticAMD");
}

Cpu x86(std::vector<std::string> flags) {
  Cpu cpu;
  cpu.family = 6;
  cpu.flags = std::move(flags);
  return cpu;
}

TEST(Hypervisor, bare_machine_has_none_whatever_its_firmware_is_called) {
  RecordedFiles files;
  files.add_file("/sys/class/dmi/id/sys_vendor", "QEMU\n");
  EXPECT_EQ(read_hypervisor(files, x86({"fpu"})), "");
  EXPECT_EQ(read_hypervisor(RecordedFiles(), Cpu{}), "");
}

TEST(Hypervisor, recorded_machine_is_named_by_its_files_and_never_by_this_processor) {
  const Cpu cpu = x86({"fpu", "hypervisor"});
  EXPECT_EQ(read_hypervisor(RecordedFiles(), cpu), "unknown");
  RecordedFiles firmware;
  firmware.add_file("/sys/class/dmi/id/sys_vendor", "VMware, Inc.\n");
  EXPECT_EQ(read_hypervisor(firmware, cpu), "VMware");
  RecordedFiles hyper_v;
  hyper_v.add_file("/sys/class/dmi/id/sys_vendor", "Microsoft Corporation\n");
  hyper_v.add_file("/sys/class/dmi/id/product_name", "Virtual Machine\n");
  EXPECT_EQ(read_hypervisor(hyper_v, cpu), "Microsoft");
  RecordedFiles xen;
  xen.add_file("/sys/hypervisor/type", "xen\n");
  EXPECT_EQ(read_hypervisor(xen, cpu), "Xen");
}

TEST(Hypervisor, arm_guest_is_known_by_its_device_tree) {
  RecordedFiles files;
  files.add_file("/proc/device-tree/hypervisor/compatible", std::string("linux,kvm\0", 10));
  EXPECT_EQ(read_hypervisor(files, Cpu{}), "KVM");
}

}  // namespace
}  // namespace quern::hwprobe
