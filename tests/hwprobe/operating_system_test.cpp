#include "hwprobe/operating_system.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/utsname.h>

#include "tests/hwprobe/fake_machine.hpp"

namespace quern::hwprobe {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(OperatingSystem, recorded_machine_is_described_by_its_files) {
  std::vector<Problem> problems;
  EXPECT_EQ(read_operating_system(testing::fake_server(), problems),
            (OperatingSystem{
                .name = "Debian GNU/Linux 12 (bookworm)", .kernel = "6.1.0-18-amd64", .architecture = "x86_64"}));
  EXPECT_THAT(problems, IsEmpty());
}

TEST(OperatingSystem, name_is_freed_of_the_shells_quotes) {
  EXPECT_EQ(os_release_name("PRETTY_NAME=\"A \\\"B\\\" \\$C\"\n"), "A \"B\" $C");
  EXPECT_EQ(os_release_name("PRETTY_NAME='A \\B'\n"), "A \\B");
  EXPECT_EQ(os_release_name("  PRETTY_NAME=Alpine\nNAME=x"), "Alpine");
  EXPECT_EQ(os_release_name("PRETTY_NAME=\"\nPRETTY_NAME=\"open"), "open");
  EXPECT_EQ(os_release_name("NAME=x\n#PRETTY_NAME=y\n"), "");
}

TEST(OperatingSystem, what_nothing_tells_stays_empty_and_is_a_problem) {
  std::vector<Problem> problems;
  EXPECT_EQ(read_operating_system(RecordedFiles(), problems), OperatingSystem{});
  EXPECT_THAT(problems, SizeIs(3));
}

TEST(OperatingSystem, this_machine_agrees_with_uname) {
  std::vector<Problem> problems;
  const OperatingSystem system = read_operating_system(HostFiles(), problems);
  utsname names{};
  ASSERT_EQ(::uname(&names), 0);
  EXPECT_EQ(system.kernel, names.release);
  EXPECT_EQ(system.architecture, names.machine);
}

}  // namespace
}  // namespace quern::hwprobe
