#include "scheduler/cli/new_file.hpp"

#include <iterator>

#include <gtest/gtest.h>

#include "tests/temporary_folder.hpp"

namespace quern::scheduler::cli {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(NewFile, appears_whole_and_with_its_folders) {
  const TemporaryFolder folder;
  const fs::path target = folder.path() / "a" / "b" / "out";
  auto file = NewFile::create(target);
  ASSERT_TRUE(file) << file.error();
  ASSERT_TRUE(file->write("one "));
  ASSERT_TRUE(file->write("two"));
  EXPECT_FALSE(fs::exists(target));
  ASSERT_TRUE(file->keep(false));
  EXPECT_EQ(content(target), "one two");
  EXPECT_EQ(entries(target.parent_path()), 1U);
}

TEST(NewFile, may_have_the_longest_name_that_a_file_may_have) {
  const TemporaryFolder folder;
  const fs::path one = folder.path() / (std::string(254, 'n') + '1');
  const fs::path two = folder.path() / (std::string(254, 'n') + '2');
  auto first = NewFile::create(one);
  auto second = NewFile::create(two);
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(first->write("one") && second->write("two"));
  ASSERT_TRUE(first->keep(false) && second->keep(false));
  EXPECT_EQ(content(one), "one");
  EXPECT_EQ(content(two), "two");
  EXPECT_EQ(entries(folder.path()), 2U);
}

TEST(NewFile, leaves_nothing_behind_when_it_is_not_kept) {
  const TemporaryFolder folder;
  {
    auto file = NewFile::create(folder.path() / "out");
    ASSERT_TRUE(file && file->write("half"));
  }
  EXPECT_EQ(entries(folder.path()), 0U);
}

TEST(NewFile, replaces_another_only_when_told) {
  const TemporaryFolder folder;
  folder.write("out", "mine");
  auto refused = NewFile::create(folder.path() / "out");
  ASSERT_TRUE(refused && refused->write("theirs"));
  const auto kept = refused->keep(false);
  ASSERT_FALSE(kept);
  EXPECT_TRUE(kept.error().ends_with("out: there is such a file already; --force replaces it"));
  EXPECT_EQ(content(folder.path() / "out"), "mine");
  auto forced = NewFile::create(folder.path() / "out");
  ASSERT_TRUE(forced && forced->write("theirs") && forced->keep(true));
  EXPECT_EQ(content(folder.path() / "out"), "theirs");
}

TEST(NewFile, does_not_follow_a_link_that_has_its_name) {
  const TemporaryFolder folder;
  folder.write("elsewhere", "safe");
  folder.link("out", "elsewhere");
  auto file = NewFile::create(folder.path() / "out");
  ASSERT_TRUE(file && file->write("new") && file->keep(true));
  EXPECT_EQ(content(folder.path() / "elsewhere"), "safe");
}

TEST(NewFile, says_why_it_cannot_be) {
  const TemporaryFolder folder;
  folder.write("file", "");
  const auto file = NewFile::create(folder.path() / "file" / "out");
  ASSERT_FALSE(file);
  EXPECT_TRUE(file.error().starts_with((folder.path() / "file").string()));
}

}  // namespace
}  // namespace quern::scheduler::cli
