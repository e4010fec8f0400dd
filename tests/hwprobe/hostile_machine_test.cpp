// Trees that are broken or hostile: no crash, bounded values, a note of what was met, and the rest of the machine still
// told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/hwprobe/fake_machine.hpp"
#include "tests/hwprobe/machine_invariants.hpp"

namespace quern::hwprobe {
namespace {

using testing::broken_rule;
using testing::fake_server;
using testing::FileMachine;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::read_files;
using ::testing::SizeIs;

// The server's files, one of them changed. Network cards are left out: they are not looked at beside a machine-id.
std::vector<std::string> files_that_matter() {
  std::vector<std::string> paths;
  const RecordedFiles server = fake_server();
  for (const auto& [path, content] : server.files()) {
    if (path.find("/net/") == std::string::npos) paths.push_back(path);
  }
  return paths;
}

RecordedFiles server_without(const std::string& missing) {
  RecordedFiles files;
  const RecordedFiles server = fake_server();
  for (const auto& [path, content] : server.files()) {
    if (path != missing) files.add_file(path, *content);
  }
  for (const auto& [path, target] : server.links()) files.add_link(path, target);
  return files;
}

TEST(HostileMachine, sound_server_has_no_problems) {
  const FileMachine machine = read_files(fake_server());
  EXPECT_THAT(machine.problems, IsEmpty());
  EXPECT_THAT(machine.pci, SizeIs(2));
  EXPECT_THAT(machine.gpus, SizeIs(1));
  EXPECT_EQ(broken_rule(machine), "");
}

TEST(HostileMachine, each_unreadable_file_is_noted_and_costs_only_its_part) {
  for (const std::string& path : files_that_matter()) {
    for (const FileError error : {FileError::denied, FileError::unreadable, FileError::too_large}) {
      RecordedFiles files = fake_server();
      files.add_error(path, error);
      const FileMachine machine = read_files(files);
      EXPECT_THAT(machine.problems, SizeIs(1)) << path;
      EXPECT_EQ(broken_rule(machine), "") << path;
      EXPECT_THAT(machine.pci, Not(IsEmpty())) << path;
      EXPECT_EQ(machine.memory.total_bytes == 0, path == "/proc/meminfo");
      EXPECT_EQ(machine.cpu.vendor.empty(), path == "/proc/cpuinfo");
    }
  }
}

TEST(HostileMachine, each_folder_in_place_of_a_file_is_noted) {
  for (const std::string& path : files_that_matter()) {
    RecordedFiles files = server_without(path);
    files.add_file(path + "/x", "y");
    const FileMachine machine = read_files(files);
    EXPECT_THAT(machine.problems, SizeIs(1)) << path;
    EXPECT_EQ(broken_rule(machine), "") << path;
  }
}

TEST(HostileMachine, each_loop_of_links_in_place_of_a_file_is_noted) {
  for (const std::string& path : files_that_matter()) {
    RecordedFiles files = server_without(path);
    files.add_link(path, path);
    EXPECT_THAT(read_files(files).problems, SizeIs(1)) << path;
  }
}

TEST(HostileMachine, each_file_full_of_digits_is_noted_unless_it_may_hold_text) {
  for (const std::string& path : files_that_matter()) {
    if (path.starts_with("/proc/sys/kernel/")) continue;  // any text is a version
    RecordedFiles files = fake_server();
    files.add_file(path, std::string(10'000, '9'));
    const FileMachine machine = read_files(files);
    EXPECT_THAT(machine.problems, Not(IsEmpty())) << path;
    EXPECT_EQ(broken_rule(machine), "") << path;
  }
}

TEST(HostileMachine, empty_tree_is_a_machine_of_problems) {
  const FileMachine machine = read_files(RecordedFiles());
  EXPECT_EQ(broken_rule(machine), "");
  EXPECT_THAT(machine.problems, SizeIs(6));
}

RC_GTEST_PROP(HostileMachine, truncated_files_leave_sound_values, ()) {
  RecordedFiles files;
  const RecordedFiles server = fake_server();
  for (const auto& [path, content] : server.files()) {
    files.add_file(path, content->substr(0, *rc::gen::inRange<std::size_t>(0, content->size() + 1)));
  }
  for (const auto& [path, target] : server.links()) files.add_link(path, target);
  const std::string rule = broken_rule(read_files(files));
  RC_LOG() << rule;
  RC_ASSERT(rule.empty());
}

RC_GTEST_PROP(HostileMachine, random_bytes_leave_sound_values, ()) {
  RecordedFiles files = fake_server();
  for (const std::string& path : files_that_matter()) {
    if (*rc::gen::arbitrary<bool>()) files.add_file(path, *rc::gen::arbitrary<std::string>());
  }
  const std::string rule = broken_rule(read_files(files));
  RC_LOG() << rule;
  RC_ASSERT(rule.empty());
}

}  // namespace
}  // namespace quern::hwprobe
