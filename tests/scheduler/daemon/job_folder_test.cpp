// Folders for workers, and what hostile hands leave in them.
#include "scheduler/daemon/job_folder.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/temporary_folder.hpp"

namespace quern::daemon {
namespace {

using runtime::bytes_of;
namespace fs = std::filesystem;

class JobFolders : public testing::Test {
 protected:
  JobFolder made() const {
    EXPECT_TRUE(open_scratch_root(root_));
    auto folder = JobFolder::make(root_, 3, std::nullopt);
    EXPECT_TRUE(folder) << folder.error().message();
    EXPECT_TRUE(folder->make_inputs(0));
    return *folder;
  }
  fs::path left(const std::string& at) const { return root_ / "worker-3" / at; }
  void leave(const std::string& at, std::string_view content) const {
    outside_.write("scratch/worker-3/" + at, content);
  }

  TemporaryFolder outside_;
  fs::path root_ = outside_.path() / "scratch";
};

// A chain of folders deeper than are opened at once.
void make_deep(const fs::path& at, int depth) {
  int here = ::open(at.c_str(), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < depth; ++i) {
    ASSERT_EQ(::mkdirat(here, "a-folder-in-a-folder", 0700), 0);
    const int next = ::openat(here, "a-folder-in-a-folder", O_RDONLY | O_DIRECTORY);
    ASSERT_GE(next, 0);
    ::close(here);
    here = next;
  }
  ::close(here);
}

TEST_F(JobFolders, inputs_lie_where_the_job_has_them) {
  const JobFolder folder = made();
  ASSERT_TRUE(folder.write_input(0, "code/deep/k.cl", bytes_of("source")));
  ASSERT_TRUE(folder.write_input(0, "code/deep/l.cl", bytes_of("more")));
  std::ifstream file(root_ / "worker-3/in/0/code/deep/k.cl");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "source");
  ASSERT_TRUE(folder.remove_inputs(0));
  EXPECT_TRUE(fs::is_empty(root_ / "worker-3/in"));
}

TEST_F(JobFolders, nobody_but_the_worker_s_user_enters_a_worker_s_folder) {
  const JobFolder folder = made();
  EXPECT_EQ(fs::status(root_).permissions(), fs::perms(0711));
  EXPECT_EQ(fs::status(folder.path()).permissions(), fs::perms(0700));
}

TEST_F(JobFolders, what_is_removed_may_be_deep_closed_and_full_of_links) {
  const JobFolder folder = made();
  make_deep(left("."), 200);
  make_deep(left("a-folder-in-a-folder"), 0);
  leave("closed/in/it.bin", "x");
  fs::permissions(left("closed/in"), fs::perms(0));
  fs::permissions(left("closed"), fs::perms(0));
  outside_.write("kept/z.bin", "kept");
  fs::create_directory_symlink(outside_.path() / "kept", left("link"));
  const auto removed = remove_tree(folder.path());
  EXPECT_TRUE(removed) << removed.error().message();
  EXPECT_FALSE(fs::exists(folder.path()));
  EXPECT_TRUE(fs::exists(outside_.path() / "kept/z.bin"));
}

TEST_F(JobFolders, what_an_earlier_life_has_left_is_removed_and_nothing_else) {
  const JobFolder folder = made();
  leave("deep/in/it.bin", "x");
  outside_.write("scratch/other.txt", "of somebody else");
  const auto removed = open_scratch_root(root_);
  ASSERT_TRUE(removed) << removed.error().message();
  EXPECT_EQ(*removed, 1);
  EXPECT_FALSE(fs::exists(folder.path()));
  EXPECT_TRUE(fs::exists(root_ / "other.txt"));
}

TEST_F(JobFolders, a_root_that_cannot_be_is_named) {
  outside_.write("file", "");
  const auto opened = open_scratch_root(outside_.path() / "file/scratch");
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message(), testing::HasSubstr("file/scratch"));
}

TEST_F(JobFolders, removing_what_is_not_there_is_no_error) {
  EXPECT_TRUE(remove_tree(outside_.path() / "nothing"));
}

}  // namespace
}  // namespace quern::daemon
