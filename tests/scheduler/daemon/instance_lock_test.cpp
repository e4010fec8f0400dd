#include "scheduler/daemon/instance_lock.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
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

TEST(InstanceLock, refuses_a_directory_that_others_can_write_to) {
  const TemporaryFolder folder;
  const auto data = folder.path() / "data";
  ASSERT_EQ(::mkdir(data.c_str(), 0700), 0);
  for (const mode_t mode : {0777U, 0770U, 0702U, 01777U}) {
    ASSERT_EQ(::chmod(data.c_str(), mode), 0);
    const auto taken = InstanceLock::take(data);
    ASSERT_FALSE(taken);
    EXPECT_TRUE(taken.error().ends_with("chmod 700 " + data.string())) << taken.error();
  }
  EXPECT_NE(InstanceLock::take(data).error().find("its mode is 1777"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(data / "lock"));
  ASSERT_EQ(::chmod(data.c_str(), 0755), 0);
  EXPECT_TRUE(InstanceLock::take(data));
}

TEST(InstanceLock, refuses_a_directory_of_another_user) {
  const std::filesystem::path other = ::geteuid() == 0 ? "" : "/";
  const TemporaryFolder folder;
  if (other.empty()) ASSERT_EQ(::chown(folder.path().c_str(), 12'345, 12'345), 0);
  const auto taken = InstanceLock::take(other.empty() ? folder.path() : other);
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().find(other.empty() ? "belongs to user 12345" : "belongs to user 0"), std::string::npos);
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
