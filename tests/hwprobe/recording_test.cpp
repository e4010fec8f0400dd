#include "hwprobe/recording.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hwprobe/recording_files.hpp"
#include "hwprobe/report_json.hpp"
#include "tests/hwprobe/example_report.hpp"

namespace quern::hwprobe {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kMachineId = "c0ffee00c0ffee00c0ffee00c0ffee00";
constexpr const char* kAddress = "9c:6b:00:12:34:56";

Recording example_recording() {
  Recording recording;
  recording.taken_unix_ms = 1'767'225'600'123;
  recording.elapsed_ms = 42;
  recording.files.add_file("/proc/meminfo", "MemTotal:       16384 kB\nSwapTotal:          0 kB\n");
  recording.files.add_file("/etc/machine-id", std::string(kMachineId) + '\n');
  recording.files.add_file("/sys/class/net/eth0/address", std::string(kAddress) + '\n');
  recording.files.add_file("/sys/binary", std::string("\0\xff\x80text", 7));
  recording.files.add_error("/sys/class/powercap/intel-rapl:0/energy_uj", FileError::denied);
  recording.files.add_error("/sys/listed", FileError::missing);
  recording.files.add_error("/sys/large", FileError::too_large);
  recording.files.add_error("/sys/asleep", FileError::unreadable);
  recording.files.add_link("/sys/bus/pci/devices/0000:01:00.0", "../../../devices/pci0/0000:01:00.0");
  recording.files.add_directory("/sys/class/power_supply");
  recording.hwloc_xml = "<topology/>";
  recording.answers = {.hypervisor = "KVM", .drivers = example_drivers(), .library_gpus = example_sample().gpus};
  return recording;
}

std::string load_error(std::string_view text) {
  const auto recording = load_recording(text);
  return recording ? "accepted" : recording.error();
}

TEST(Recording, survives_its_file) {
  const std::string text = save_recording(example_recording());
  const auto loaded = load_recording(text);
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_EQ(save_recording(*loaded), text);
  EXPECT_EQ(loaded->taken_unix_ms, 1'767'225'600'123);
  EXPECT_EQ(loaded->elapsed_ms, 42);
  EXPECT_EQ(loaded->hwloc_xml, "<topology/>");
  EXPECT_EQ(loaded->answers.hypervisor, "KVM");
  EXPECT_EQ(loaded->answers.drivers, example_drivers());
  EXPECT_EQ(loaded->answers.library_gpus, example_sample().gpus);
  EXPECT_EQ(loaded->files.files(), example_recording().files.files());
  EXPECT_EQ(loaded->files.links(), example_recording().files.links());
  EXPECT_EQ(loaded->files.directories(), example_recording().files.directories());
}

TEST(Recording, is_a_line_a_file) {
  EXPECT_THAT(save_recording(example_recording()),
              HasSubstr("\n\"/proc/meminfo\": \"MemTotal:       16384 kB\\nSwapTotal:"));
  EXPECT_THAT(save_recording(example_recording()), HasSubstr("\n\"/sys/binary\": {\"hex\":\"00ff8074657874\"},\n"));
}

TEST(Recording, refuses_what_is_not_one) {
  EXPECT_THAT(load_error("quern"), HasSubstr("not JSON"));
  EXPECT_EQ(load_error("[]"), "must be an object");
  EXPECT_EQ(load_error("{}"), "lacks \"recording\": no recording of quern probe");
  EXPECT_EQ(load_error(R"({"recording": 2})"), "recording: version 2 is not 1, the one this program knows");
  EXPECT_EQ(load_error(R"({"recording": 1, "colour": 1})"), "has a field that is not known: colour");
  EXPECT_EQ(load_error(R"({"recording": 1, "elapsed_ms": -1})"), "elapsed_ms: must be an integer that fits");
  EXPECT_EQ(load_error(R"({"recording": 1, "taken_unix_ms": 0.5})"), "taken_unix_ms: must be an integer that fits");
  EXPECT_THAT(load_error(R"({"recording": 1, "hypervisor": "a\u001bb"})"), HasSubstr("hypervisor: must be a name"));
  EXPECT_THAT(load_error(R"({"recording": 1, "hwloc_xml": "a\u0000b"})"), HasSubstr("hwloc_xml: holds a NUL"));
  EXPECT_EQ(load_error(R"({"recording": 1, "drivers": [{}]})"), "drivers[0].document: lacks name");
}

TEST(Recording, refuses_files_and_links_that_make_no_sense) {
  EXPECT_THAT(load_error(R"({"recording": 1, "files": {"proc": ""}})"), HasSubstr("proc is no absolute path"));
  EXPECT_THAT(load_error(R"({"recording": 1, "files": {"/a\u0000": ""}})"), HasSubstr("is no absolute path"));
  EXPECT_THAT(load_error(R"({"recording": 1, "files": {"/a": {"hex": "0"}}})"), HasSubstr("pairs of lower-case"));
  EXPECT_THAT(load_error(R"({"recording": 1, "files": {"/a": {"hex": "0X"}}})"), HasSubstr("pairs of lower-case"));
  EXPECT_THAT(load_error(R"({"recording": 1, "files": {"/a": {"error": "tired"}}})"), HasSubstr("none of the names"));
  EXPECT_THAT(load_error(R"({"recording": 1, "files": {"/a": 1}})"), HasSubstr("must be a string"));
  EXPECT_THAT(load_error(R"({"recording": 1, "links": {"/a": 1}})"), HasSubstr("must be a path"));
  EXPECT_THAT(load_error(R"({"recording": 1, "directories": ["a"]})"), HasSubstr("no absolute path"));
}

TEST(Recording, bounds_what_it_reads) {
  EXPECT_THAT(load_error(std::string(kRecordingFileBytesMax + 1, ' ')), HasSubstr("longer than 67108864 bytes"));
  EXPECT_THAT(load_error(std::string(100'000, '[')), HasSubstr("not JSON"));
  std::string many = R"({"recording": 1, "directories": ["/0")";
  for (std::size_t i = 1; i <= kRecordedEntriesMax; ++i) many += ",\"/" + std::to_string(i) + '"';
  EXPECT_THAT(load_error(many + "]}"), HasSubstr("more than 65536 files, links and directories"));
  EXPECT_THAT(load_error(R"({"recording": 1, "files": {"/a": ")" + std::string(kRecordedBytesMax + 1, 'x') + "\"}}"),
              HasSubstr("more than 33554432 bytes"));
}

TEST(Recording, hides_who_the_machine_is) {
  Recording recording = example_recording();
  recording.files.add_file("/sys/class/dmi/id/product_serial", "PF2ABCDE\n");
  recording.files.add_file("/sys/class/power_supply/BAT0/uevent",
                           "POWER_SUPPLY_NAME=BAT0\nPOWER_SUPPLY_SERIAL_NUMBER= 4711\n");
  recording.files.add_file("/proc/cpuinfo", "model name\t: Cortex-A72\nSerial\t\t: 10000000abcdef01\n");
  recording.files.add_file("/sys/class/net/lo/address", "00:00:00:00:00:00\n");
  recording.files.add_file("/sys/class/net/eth1/address", "9C:6B:00:AA:BB:CC\n");
  recording.hwloc_xml =
      std::string(R"(<info name="HostName" value="alices-laptop"/><info name="DMIProductSerial" value="PF2ABCDE"/>)") +
      R"(<info name="CPUModel" value="A72"/><info name="Address" value=")" + kAddress + R"("/>)";
  hide_secrets(recording);
  const std::string text = save_recording(recording);
  for (const char* secret : {kMachineId, kAddress, "9C:6B:00:AA:BB:CC", "PF2ABCDE", "4711", "10000000abcdef01",
                             "alices-laptop", "00112233445566778899aabbccddeeff"}) {
    EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
  EXPECT_EQ(recording.files.read("/etc/machine-id", 100), "0123456789abcdef0123456789abcdef\n");
  EXPECT_EQ(recording.files.read("/sys/class/net/lo/address", 100), "00:00:00:00:00:00\n");
  EXPECT_EQ(recording.files.read("/sys/class/net/eth0/address", 100), "00:00:5e:00:53:01\n");
  EXPECT_EQ(recording.files.read("/sys/class/net/eth1/address", 100), "00:00:5e:00:53:02\n");
  EXPECT_EQ(recording.files.read("/proc/cpuinfo", 100), "model name\t: Cortex-A72\nSerial\t\t:hidden\n");
  EXPECT_THAT(*recording.hwloc_xml, HasSubstr(R"(name="CPUModel" value="A72")"));
  EXPECT_EQ(recording.answers.drivers[1].platforms[0].devices[0].uuid, "00000000000000000000000000000001");
}

TEST(Recording, hiding_twice_changes_nothing_more) {
  Recording recording = example_recording();
  hide_secrets(recording);
  const std::string once = save_recording(recording);
  hide_secrets(recording);
  EXPECT_EQ(save_recording(recording), once);
}

TEST(Replay, asks_no_driver_and_keeps_the_moment_of_the_recording) {
  const MachineReport report = replay(example_recording(), {.measurements = true});
  EXPECT_EQ(report.taken_unix_ms, 1'767'225'600'123);
  EXPECT_EQ(report.elapsed_ms, 42);
  ASSERT_TRUE(report.opencl);
  EXPECT_EQ(report.opencl->at(0).status, DriverStatus::hung);
  EXPECT_EQ(report.opencl->at(1).platforms[0].devices[0].name, "NVIDIA GeForce RTX 4090");
  EXPECT_EQ(report.cpu->hypervisor, "KVM");
  EXPECT_EQ(report.memory->total_bytes, 16ULL << 20);
  EXPECT_EQ(report.sensors->gpus, example_sample().gpus);
  EXPECT_FALSE(report.measurements);
}

TEST(Replay, of_the_same_recording_is_the_same) {
  EXPECT_EQ(boost::json::serialize(to_json(replay(example_recording()))),
            boost::json::serialize(to_json(replay(example_recording()))));
}

}  // namespace
}  // namespace quern::hwprobe
