#include "hwprobe/opencl.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hwprobe/child_process.hpp"
#include "hwprobe/stopwatch.hpp"
#include "tests/hwprobe/opencl_vendors.hpp"

namespace quern::hwprobe {
namespace {

using std::chrono::milliseconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

using OpenclTest = OpenclVendors;

// PoCL answered as a whole driver does.
void expect_complete_pocl(const OpenclDriver& driver) {
  EXPECT_EQ(driver.name, "pocl.icd");
  EXPECT_THAT(driver.library, StartsWith("libpocl.so"));
  EXPECT_EQ(driver.status, DriverStatus::ok) << driver.detail;
  EXPECT_EQ(driver.detail, "");
  ASSERT_THAT(driver.platforms, SizeIs(1));
  const OpenclPlatform& platform = driver.platforms.front();
  EXPECT_EQ(platform.name, "Portable Computing Language");
  EXPECT_EQ(platform.profile, "FULL_PROFILE");
  EXPECT_THAT(platform.extensions, Contains("cl_khr_icd"));
  ASSERT_THAT(platform.devices, Not(IsEmpty()));
}

void expect_complete_device(const OpenclDevice& device) {
  EXPECT_EQ(device.type, OpenclDeviceType::cpu);
  EXPECT_NE(device.name, "");
  EXPECT_NE(device.vendor_id, 0);
  EXPECT_NE(device.driver_version, "");
  EXPECT_THAT(device.version, StartsWith("OpenCL "));
  EXPECT_THAT(device.opencl_c_version, StartsWith("OpenCL C "));
  EXPECT_EQ(device.profile, "FULL_PROFILE");
  EXPECT_GT(device.global_memory_bytes, 0);
  EXPECT_GT(device.max_allocation_bytes, 0);
  EXPECT_GT(device.local_memory_bytes, 0);
  EXPECT_GT(device.max_work_group_size, 0);
  EXPECT_EQ(device.address_bits, 8 * sizeof(void*));
  EXPECT_TRUE(device.fp32);
  EXPECT_TRUE(device.fp64);
  EXPECT_TRUE(device.available);
  EXPECT_TRUE(device.compiler_available);
  EXPECT_TRUE(device.unified_memory);
  EXPECT_TRUE(std::ranges::is_sorted(device.extensions));
  EXPECT_THAT(device.extensions, Contains("cl_khr_byte_addressable_store"));
}

TEST_F(OpenclTest, pocl_is_described_completely) {
  add_pocl();
  const auto drivers = probe();
  ASSERT_THAT(drivers, SizeIs(1));
  expect_complete_pocl(drivers[0]);
  ASSERT_THAT(drivers[0].platforms[0].devices, SizeIs(1));
  expect_complete_device(drivers[0].platforms[0].devices[0]);
  EXPECT_EQ(drivers[0].platforms[0].devices[0].compute_units, std::thread::hardware_concurrency());
  EXPECT_THAT(problems, IsEmpty());
}

TEST_F(OpenclTest, two_unlike_devices_of_one_platform_are_two_entries) {
  add_pocl();
  const EnvironmentVariable devices("POCL_DEVICES", "basic pthread");
  const auto drivers = probe();
  ASSERT_THAT(drivers, SizeIs(1));
  expect_complete_pocl(drivers[0]);
  const auto& found = drivers[0].platforms[0].devices;
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_THAT(found[0].name, StartsWith("basic"));
  EXPECT_THAT(found[1].name, StartsWith("pthread"));
  EXPECT_EQ(found[0].index, 0);
  EXPECT_EQ(found[1].index, 1);
}

TEST_F(OpenclTest, driver_hanging_while_it_is_loaded_is_killed_at_its_deadline) {
  const OpenclDriver driver = probe_fake("hang_on_load", milliseconds(300));
  EXPECT_EQ(driver.status, DriverStatus::hung);
  EXPECT_THAT(driver.detail, HasSubstr("hang_on_load.so did not answer within 300 ms"));
  EXPECT_THAT(driver.detail, HasSubstr("hang_on_load.icd"));
  EXPECT_GE(driver.elapsed_ms, 300);
  EXPECT_LT(driver.elapsed_ms, 1300);
}

TEST_F(OpenclTest, driver_spinning_while_it_lists_devices_is_killed_at_its_deadline) {
  const OpenclDriver driver = probe_fake("hang_on_devices", milliseconds(300));
  EXPECT_EQ(driver.status, DriverStatus::hung);
  EXPECT_THAT(driver.platforms, IsEmpty());
}

TEST_F(OpenclTest, driver_that_stops_its_process_is_hung) {
  EXPECT_EQ(probe_fake("stop_on_load", milliseconds(300)).status, DriverStatus::hung);
}

TEST_F(OpenclTest, driver_that_aborts_is_crashed_and_its_last_words_are_shown) {
  const OpenclDriver driver = probe_fake("abort_on_load");
  EXPECT_EQ(driver.status, DriverStatus::crashed);
  EXPECT_THAT(driver.detail, HasSubstr("SIGABRT"));
  EXPECT_THAT(driver.detail, HasSubstr("fake driver: no memory for its table"));
  EXPECT_THAT(driver.detail, Not(HasSubstr("first line")));
}

TEST_F(OpenclTest, driver_that_ends_the_process_is_failed_with_its_status) {
  const OpenclDriver driver = probe_fake("exit_on_load");
  EXPECT_EQ(driver.status, DriverStatus::failed);
  EXPECT_THAT(driver.detail, HasSubstr("exit status 3"));
}

TEST_F(OpenclTest, driver_that_hangs_when_the_process_ends_has_answered) {
  const OpenclDriver driver = probe_fake("hang_on_exit");
  EXPECT_EQ(driver.status, DriverStatus::ok) << driver.detail;
  ASSERT_THAT(driver.platforms, SizeIs(1));
  EXPECT_THAT(driver.platforms[0].devices, SizeIs(1));
}

TEST_F(OpenclTest, absurd_sizes_counts_and_numbers_are_malformed) {
  for (const char* name : {"huge_sizes", "many_devices", "many_extensions", "strange_numbers"}) {
    add_fake(name);
  }
  const auto drivers = probe();
  ASSERT_THAT(drivers, SizeIs(4));
  for (const OpenclDriver& driver : drivers) {
    EXPECT_EQ(driver.status, DriverStatus::malformed) << driver.name << ": " << driver.detail;
    EXPECT_THAT(driver.platforms, IsEmpty());
  }
  EXPECT_THAT(drivers[0].detail, HasSubstr("CL_DEVICE_NAME is said to be 9223372036854775807 bytes long"));
  EXPECT_THAT(drivers[1].detail, HasSubstr("clGetDeviceIDs counts 4294967295"));
  EXPECT_THAT(drivers[2].detail, HasSubstr("CL_DEVICE_EXTENSIONS lists"));
  EXPECT_THAT(drivers[3].detail, HasSubstr("address_bits: is neither 32 nor 64"));
}

TEST_F(OpenclTest, text_without_end_or_encoding_is_cleaned) {
  const OpenclDriver driver = probe_fake("strange_text");
  ASSERT_EQ(driver.status, DriverStatus::ok) << driver.detail;
  ASSERT_THAT(driver.platforms, SizeIs(1));
  const OpenclDevice& device = driver.platforms[0].devices.at(0);
  EXPECT_EQ(device.name, "Fake ?? ?[31mDevice?");
  EXPECT_EQ(device.vendor, std::string(kNameBytesMax, 'x'));
  EXPECT_EQ(device.driver_version, "1.0");
}

TEST_F(OpenclTest, place_on_the_bus_is_read_from_every_vendors_way) {
  add_fake("amd_bus");
  add_fake("nvidia_bus");
  add_fake("on_the_bus");
  const auto drivers = probe();
  ASSERT_THAT(drivers, SizeIs(3));
  for (const OpenclDriver& driver : drivers) ASSERT_EQ(driver.status, DriverStatus::ok) << driver.detail;
  EXPECT_EQ(drivers[0].platforms[0].devices[0].pci_address, "0000:e3:00.0");
  EXPECT_EQ(drivers[1].platforms[0].devices[0].pci_address, "10000:3b:1f.1");
  const OpenclDevice& khronos = drivers[2].platforms[0].devices[0];
  EXPECT_EQ(khronos.pci_address, "0000:c1:1f.2");
  EXPECT_EQ(khronos.uuid, "00112233445566778899aabbccddeeff");
  EXPECT_EQ(khronos.type, OpenclDeviceType::gpu);
  EXPECT_THAT(khronos.extensions, ElementsAre("cl_khr_fp16", "cl_khr_fp64"));
  EXPECT_TRUE(khronos.fp16);
  EXPECT_FALSE(khronos.fp32);
  EXPECT_TRUE(khronos.fp64);
}

TEST_F(OpenclTest, megabytes_of_output_do_not_matter) {
  const OpenclDriver driver = probe_fake("flood");
  EXPECT_EQ(driver.status, DriverStatus::ok) << driver.detail;
  EXPECT_THAT(driver.platforms, SizeIs(1));
}

TEST_F(OpenclTest, forged_and_endless_replies_are_malformed) {
  add_fake("endless_reply");
  add_fake("forged_reply");
  const auto drivers = probe();
  ASSERT_THAT(drivers, SizeIs(2));
  EXPECT_EQ(drivers[0].status, DriverStatus::malformed) << drivers[0].detail;
  EXPECT_EQ(drivers[1].status, DriverStatus::malformed) << drivers[1].detail;
  EXPECT_THAT(drivers[1].detail, HasSubstr("platforms[0].name: must be a string"));
}

TEST_F(OpenclTest, process_left_behind_delays_nothing) {
  const OpenclDriver driver = probe_fake("orphan");
  EXPECT_EQ(driver.status, DriverStatus::ok) << driver.detail;
  EXPECT_LT(driver.elapsed_ms, 10'000);
}

TEST_F(OpenclTest, driver_that_cannot_be_killed_is_abandoned_and_reaped_when_it_can_be) {
  const EnvironmentVariable file("FAKE_STUCK_FILE", (vendors.path() / "held").string());
  vendors.write("held", "");
  const auto begin = steady_time();
  const OpenclDriver driver = probe_fake("stuck", milliseconds(1000));
  EXPECT_EQ(driver.status, DriverStatus::stuck) << driver.detail;
  EXPECT_THAT(driver.detail, HasSubstr("stuck.so did not die"));
  EXPECT_LT(steady_time() - begin, milliseconds(2000));
  EXPECT_EQ(reap_abandoned_children(), 1);
  std::filesystem::remove(vendors.path() / "held");
  while (reap_abandoned_children() > 0)
    std::this_thread::yield();  // ends when the holder does; ctest's limit otherwise
}

TEST_F(OpenclTest, icd_without_a_loadable_library_is_failed_and_names_it) {
  vendors.write("a-empty.icd", " \n");
  vendors.write("b-missing.icd", "libquern-no-such-driver.so.1\n");
  vendors.write("c-random.icd", std::string_view("\x7f\xff\0\x01\x80 \xc3(\n\n%n%s/..", 17));
  vendors.write("d-large.icd", std::string(100'000, 'x'));
  std::filesystem::create_directory(vendors.path() / "e-directory.icd");
  vendors.write("no-driver.txt", "libquern-no-such-driver.so.1\n");
  const auto drivers = probe();
  ASSERT_THAT(drivers, SizeIs(5));
  for (const OpenclDriver& driver : drivers) {
    EXPECT_EQ(driver.status, DriverStatus::failed) << driver.name << ": " << driver.detail;
    EXPECT_THAT(driver.platforms, IsEmpty());
  }
  EXPECT_THAT(drivers[0].detail, HasSubstr("a-empty.icd names no library (the file is empty)"));
  EXPECT_EQ(drivers[1].library, "libquern-no-such-driver.so.1");
  EXPECT_THAT(drivers[1].detail,
              HasSubstr("could not be loaded: libquern-no-such-driver.so.1: cannot open shared object file"));
  EXPECT_THAT(drivers[2].detail, HasSubstr("could not be loaded"));
  EXPECT_THAT(drivers[3].detail, HasSubstr("file too large"));
  EXPECT_THAT(drivers[4].detail, HasSubstr("names no library"));
}

TEST_F(OpenclTest, broken_drivers_cost_the_healthy_one_nothing) {
  const std::vector<std::string> fakes{"abort_on_load", "endless_reply", "exit_on_load",   "flood",
                                       "forged_reply",  "hang_on_load",  "huge_sizes",     "many_devices",
                                       "orphan",        "stop_on_load",  "hang_on_devices"};
  for (const std::string& name : fakes) add_fake(name);
  add_pocl();
  constexpr milliseconds kDeadline{8000};
  const auto begin = steady_time();
  const auto drivers = probe(sources(kDeadline));
  EXPECT_LT(steady_time() - begin, kDeadline + milliseconds(1000));
  ASSERT_THAT(drivers, SizeIs(fakes.size() + 1));
  EXPECT_TRUE(std::ranges::is_sorted(drivers, {}, &OpenclDriver::name));
  const auto pocl = std::ranges::find(drivers, "pocl.icd", &OpenclDriver::name);
  ASSERT_NE(pocl, drivers.end());
  expect_complete_pocl(*pocl);
  expect_complete_device(pocl->platforms[0].devices[0]);
  EXPECT_EQ(std::ranges::count(drivers, DriverStatus::hung, &OpenclDriver::status), 3);
}

TEST_F(OpenclTest, environment_takes_the_place_of_the_directory) {
  add_fake("healthy");
  const TemporaryFolder empty;
  Sources from = sources();
  from.opencl_vendors = empty.path();
  {
    const EnvironmentVariable directory("OCL_ICD_VENDORS", vendors.path().string());
    EXPECT_THAT(probe(from), SizeIs(1));
  }
  {
    const EnvironmentVariable file("OCL_ICD_VENDORS", (vendors.path() / "healthy.icd").string());
    const auto drivers = probe(from);
    ASSERT_THAT(drivers, SizeIs(1));
    EXPECT_EQ(drivers[0].status, DriverStatus::ok) << drivers[0].detail;
  }
  EXPECT_THAT(problems, IsEmpty());
  const EnvironmentVariable nowhere("OCL_ICD_VENDORS", "/nonexistent/vendors");
  EXPECT_THAT(probe(from), IsEmpty());
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_EQ(problems[0].where, "/nonexistent/vendors");
}

TEST_F(OpenclTest, machine_without_any_driver_has_none_and_no_problem) {
  Sources from = sources();
  EXPECT_THAT(probe(from), IsEmpty());
  from.opencl_vendors = vendors.path() / "missing";
  EXPECT_THAT(probe(from), IsEmpty());
  from.opencl_vendors.clear();
  EXPECT_THAT(probe(from), IsEmpty());
  EXPECT_THAT(problems, IsEmpty());
}

TEST_F(OpenclTest, missing_program_is_one_problem_and_no_driver_is_asked) {
  add_fake("abort_on_load");
  add_fake("healthy");
  Sources from = sources();
  for (const char* program : {"", "/nonexistent/quern-opencl-probe"}) {
    from.opencl_probe_program = program;
    problems.clear();
    const auto drivers = probe(from);
    ASSERT_THAT(drivers, SizeIs(2));
    EXPECT_EQ(drivers[1].status, DriverStatus::failed);
    EXPECT_THAT(drivers[1].detail, HasSubstr("was not asked"));
    ASSERT_THAT(problems, SizeIs(1));
    EXPECT_THAT(problems[0].what, HasSubstr("quern-opencl-probe"));
  }
}

TEST_F(OpenclTest, more_drivers_than_the_bound_are_left_out_with_a_problem) {
  for (std::size_t i = 0; i < kOpenclDriversMax + 3; ++i) vendors.write("empty" + std::to_string(100 + i) + ".icd", "");
  EXPECT_THAT(probe(), SizeIs(kOpenclDriversMax));
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0].what, HasSubstr("more than 64 drivers"));
}

TEST_F(OpenclTest, probe_that_is_not_finished_kills_its_children) {
  add_fake("hang_on_load");
  const auto begin = steady_time();
  {
    const OpenclProbe started(sources(), problems);
  }
  EXPECT_LT(steady_time() - begin, std::chrono::seconds(5));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // no child is left, dead or alive
}

TEST_F(OpenclTest, caller_that_is_late_still_gets_the_answer) {
  add_fake("healthy");
  const Sources from = sources(milliseconds(500));
  OpenclProbe started(from, problems);
  // The caller is busy past the deadline; the child has answered long before.
  const auto begin = steady_time();
  while (steady_time() - begin < milliseconds(700)) {
  }
  const auto drivers = started.finish();
  ASSERT_THAT(drivers, SizeIs(1));
  EXPECT_EQ(drivers[0].status, DriverStatus::ok) << drivers[0].detail;
}

}  // namespace
}  // namespace quern::hwprobe
