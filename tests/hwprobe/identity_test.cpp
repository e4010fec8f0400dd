#include "hwprobe/identity.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/hwprobe/fake_machine.hpp"

namespace quern::hwprobe {
namespace {

using testing::add_network_card;
using testing::add_pci;
using testing::fake_server;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMachineId;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;

struct Reading {
  MachineIdentity identity;
  std::vector<Problem> problems;
};

Reading read(const FileTree& files) {
  Reading reading;
  reading.identity = read_identity(files, reading.problems);
  return reading;
}

RecordedFiles server_with_machine_id(const std::string& text) {
  RecordedFiles files = fake_server();
  files.add_file("/etc/machine-id", text);
  return files;
}

TEST(Identity, machine_id_gives_the_id_and_does_not_stand_in_it) {
  const auto [identity, problems] = read(fake_server());
  EXPECT_EQ(identity.source, "machine-id");
  EXPECT_THAT(identity.id, MatchesRegex("qm1-[0-9a-f]{32}"));
  EXPECT_THAT(identity.id, Not(HasSubstr(kMachineId)));
  EXPECT_THAT(problems, IsEmpty());
}

// Published ids must outlive versions of this program: this value was computed with
// printf '10:machine-id32:0123456789abcdef0123456789abcdef' | openssl dgst -sha256 -hmac 'quern hwprobe identity 1'
TEST(Identity, id_is_the_same_in_every_version_of_the_program) {
  EXPECT_EQ(read(fake_server()).identity.id, "qm1-a9129084e091684b1cb79d87150b822c");
}

TEST(Identity, spelling_of_the_machine_id_does_not_matter) {
  EXPECT_EQ(read(server_with_machine_id("0123456789ABCDEF0123456789ABCDEF")).identity, read(fake_server()).identity);
}

TEST(Identity, another_machine_id_is_another_machine) {
  EXPECT_NE(read(server_with_machine_id("0123456789abcdef0123456789abcdee\n")).identity, read(fake_server()).identity);
}

// Everything about the server but its machine-id, at random.
RC_GTEST_PROP(Identity, nothing_but_the_machine_id_moves_the_id, ()) {
  RecordedFiles files = fake_server();
  const auto noise = rc::gen::arbitrary<std::string>();
  for (const char* path : {"/proc/cpuinfo", "/proc/meminfo", "/proc/sys/kernel/osrelease", "/usr/lib/os-release",
                           "/sys/devices/pci0000:17/0000:18:00.0/net/eth0/address", "/proc/driver/nvidia/version",
                           "/sys/bus/pci/devices/0000:c1:00.0/device"}) {
    if (*rc::gen::arbitrary<bool>()) files.add_file(path, *noise);
  }
  if (*rc::gen::arbitrary<bool>()) add_pci(files, {.address = "0000:c2:00.0"});
  if (*rc::gen::arbitrary<bool>()) add_network_card(files, "eth1", "pci0000:17/0000:17:00.0", "00:00:00:00:00:01");
  RC_ASSERT(read(files).identity == read(fake_server()).identity);
}

TEST(Identity, unusable_machine_id_is_a_problem_that_does_not_quote_it) {
  for (const char* bad : {"", "\n", "uninitialized\n", "0123456789abcdef", "0123456789abcdef0123456789abcdeg",
                          "0123456789abcdef0123456789abcdef0", "00000000000000000000000000000000"}) {
    const auto [identity, problems] = read(server_with_machine_id(bad));
    EXPECT_EQ(identity.source, "network-address") << bad;
    ASSERT_THAT(problems, SizeIs(1)) << bad;
    EXPECT_EQ(problems[0].where, "/etc/machine-id");
    EXPECT_THAT(problems[0].what, Not(HasSubstr("0123456789")));
  }
}

// A server without a machine-id.
RecordedFiles nameless_server() {
  RecordedFiles files;
  const RecordedFiles server = fake_server();
  for (const auto& [path, content] : server.files()) {
    if (path != "/etc/machine-id" && path.find("/net/") == std::string::npos) files.add_file(path, *content);
  }
  for (const auto& [path, target] : server.links()) {
    if (path.find("/net/") == std::string::npos) files.add_link(path, target);
  }
  return files;
}

TEST(Identity, first_network_card_names_a_machine_without_machine_id) {
  RecordedFiles files = nameless_server();
  add_network_card(files, "eth0", "pci0000:17/0000:18:00.0", "b8:ce:f6:00:00:01");
  const auto [identity, problems] = read(files);
  EXPECT_EQ(identity.source, "network-address");
  EXPECT_THAT(identity.id, MatchesRegex("qm1-[0-9a-f]{32}"));
  EXPECT_THAT(problems, IsEmpty());

  RecordedFiles renamed = nameless_server();
  add_network_card(renamed, "enp24s0", "pci0000:17/0000:18:00.0", "B8:CE:F6:00:00:01");
  EXPECT_EQ(read(renamed).identity, identity);

  RecordedFiles changed = nameless_server();
  add_network_card(changed, "eth0", "pci0000:17/0000:18:00.0", "b8:ce:f6:00:00:02");
  EXPECT_NE(read(changed).identity, identity);
}

TEST(Identity, cards_that_come_and_go_do_not_rename_the_machine) {
  RecordedFiles files = nameless_server();
  add_network_card(files, "enp24s0", "pci0000:17/0000:18:00.0", "b8:ce:f6:00:00:01");
  const MachineIdentity before = read(files).identity;
  add_network_card(files, "aaa", "pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0", "00:11:22:33:44:55");  // USB
  add_network_card(files, "bbb", "pci0000:00/0000:00:01.0", "00:11:22:33:44:56", "3");              // set by hand
  add_network_card(files, "ccc", "pci0000:00/0000:00:02.0", "00:00:00:00:00:00");
  add_network_card(files, "ddd", "pci0000:00/0000:00:03.0", "ff:ff:ff:ff:ff:ff");
  add_network_card(files, "eee", "pci0000:00/0000:00:04.0", "nonsense of length");
  files.add_file("/sys/class/net/br0/address", "00:11:22:33:44:57");  // virtual: no device
  files.add_file("/sys/class/net/br0/addr_assign_type", "0");
  EXPECT_EQ(read(files).identity, before);
}

TEST(Identity, hardware_names_a_machine_that_has_nothing_else_and_is_a_problem) {
  const auto [identity, problems] = read(nameless_server());
  EXPECT_EQ(identity.source, "hardware");
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0].what, HasSubstr("machines alike get the same id"));

  RecordedFiles more_memory = nameless_server();
  more_memory.add_file("/proc/meminfo", "MemTotal: 5 kB\n");
  more_memory.add_file("/proc/cpuinfo", testing::amd_cpu_info(8));
  more_memory.add_file("/proc/sys/kernel/osrelease", "9.9\n");
  EXPECT_EQ(read(more_memory).identity, identity);
  RecordedFiles other_card = nameless_server();
  add_pci(other_card, {.address = "0000:c1:00.0", .device = "0x2336"});
  EXPECT_NE(read(other_card).identity, identity);
}

TEST(Identity, empty_machine_still_has_an_id) {
  EXPECT_THAT(read(RecordedFiles()).identity.id, MatchesRegex("qm1-[0-9a-f]{32}"));
}

TEST(Identity, devices_differ_by_everything_that_names_them) {
  const MachineIdentity one{.id = "qm1-1", .source = "machine-id"};
  const MachineIdentity two{.id = "qm1-2", .source = "machine-id"};
  const std::set<std::string> ids = {
      pci_device_id(one, "0000:01:00.0", 1, 2),
      pci_device_id(two, "0000:01:00.0", 1, 2),
      pci_device_id(one, "0000:02:00.0", 1, 2),
      pci_device_id(one, "0000:01:00.0", 2, 1),
      pci_device_id(one, "0000:01:00.0", 12, 0),
      platform_device_id(one, OpenclDeviceType::cpu, "PoCL", 0),
      platform_device_id(one, OpenclDeviceType::cpu, "PoCL", 1),
      platform_device_id(one, OpenclDeviceType::gpu, "PoCL", 0),
      platform_device_id(one, OpenclDeviceType::cpu, "PoCL1", 0),
      platform_device_id(two, OpenclDeviceType::cpu, "PoCL", 0),
  };
  EXPECT_THAT(ids, SizeIs(10));
  EXPECT_THAT(ids, ::testing::Each(MatchesRegex("qd1-[0-9a-f]{32}")));
  EXPECT_EQ(pci_device_id(one, "0000:C1:00.0", 1, 2), pci_device_id(one, "0000:c1:00.0", 1, 2));
}

}  // namespace
}  // namespace quern::hwprobe
