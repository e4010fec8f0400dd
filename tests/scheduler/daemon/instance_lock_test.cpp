#include "scheduler/daemon/instance_lock.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/temporary_folder.hpp"

namespace quern::daemon {
namespace {

TEST(InstanceLock, is_taken_once_and_names_who_has_it) {
  const TemporaryFolder folder;
  const auto data = folder.path() / "deep/data";
  {
    const auto first = InstanceLock::take(data);
    ASSERT_TRUE(first) << first.error();
    const auto second = InstanceLock::take(data);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().find("another quernd (pid " + std::to_string(::getpid()) + ") uses"), std::string::npos)
        << second.error();
  }
  EXPECT_TRUE(InstanceLock::take(data)) << "given back";
}

TEST(InstanceLock, follows_no_link_and_says_what_is_in_the_way) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("/etc/passwd", folder.path() / "lock");
  EXPECT_FALSE(InstanceLock::take(folder.path()));
  std::ofstream(folder.path() / "file") << "x";
  const auto taken = InstanceLock::take(folder.path() / "file/data");
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().find((folder.path() / "file").string()), std::string::npos);
}

}  // namespace
}  // namespace quern::daemon
