#include "hwprobe/file_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/temporary_folder.hpp"

namespace quern::hwprobe {
namespace {

using ::testing::ElementsAre;

std::optional<FileError> error_of(const auto& result) {
  return result ? std::nullopt : std::optional(result.error());
}

TEST(HostFiles, reads_files_lists_folders_and_links_of_its_root) {
  TemporaryFolder folder;
  folder.write("/sys/b/file", "text\n");
  folder.write("/sys/a", "");
  folder.link("/sys/link", "b/file");
  const HostFiles files(folder.path());
  EXPECT_EQ(files.read("/sys/b/file", 100), "text\n");
  EXPECT_EQ(files.read("/sys/link", 100), "text\n");
  EXPECT_EQ(files.read_link("/sys/link"), "b/file");
  EXPECT_EQ(error_of(files.read_link("/sys/a")), FileError::unreadable);
  EXPECT_THAT(files.list("/sys").value(), ElementsAre("a", "b", "link"));
}

TEST(HostFiles, gives_errors_their_names) {
  TemporaryFolder folder;
  folder.write("/file", "12345");
  folder.link("/loop", "loop");
  const HostFiles files(folder.path());
  EXPECT_EQ(error_of(files.read("/nothing", 100)), FileError::missing);
  EXPECT_EQ(error_of(files.read("/file/below", 100)), FileError::missing);
  EXPECT_EQ(error_of(files.read("file", 100)), FileError::missing);
  EXPECT_EQ(error_of(files.read(std::string_view("/file\0", 6), 100)), FileError::missing);
  EXPECT_EQ(error_of(files.read("/", 100)), FileError::unreadable);
  EXPECT_EQ(error_of(files.read("/loop", 100)), FileError::unreadable);
  EXPECT_EQ(error_of(files.read("/file", 4)), FileError::too_large);
  EXPECT_EQ(files.read("/file", 5), "12345");
  EXPECT_EQ(error_of(files.list("/file")), FileError::missing);
  EXPECT_EQ(error_of(HostFiles(folder.path() / "none").read("/file", 100)), FileError::missing);
}

TEST(HostFiles, does_not_wait_for_a_pipe_without_a_writer) {
  TemporaryFolder folder;
  folder.write("/sys/file", "");
  ASSERT_EQ(::mkfifo((folder.path() / "sys/pipe").c_str(), 0600), 0);
  EXPECT_EQ(error_of(HostFiles(folder.path()).read("/sys/pipe", 100)), FileError::unreadable);
}

TEST(HostFiles, links_do_not_lead_out_of_a_fake_root) {
  TemporaryFolder folder;
  folder.write("/etc/passwd", "ours");
  folder.link("/absolute", "/etc/passwd");
  folder.link("/upwards", "../../../../../../../../etc/passwd");
  const HostFiles files(folder.path());
  EXPECT_EQ(files.read("/absolute", 1000), "ours");
  EXPECT_EQ(files.read("/upwards", 1000), "ours");
  EXPECT_EQ(files.read("/../../../../../etc/passwd", 1000), "ours");
}

TEST(HostFiles, only_the_real_root_is_this_machine) {
  EXPECT_TRUE(HostFiles().is_this_machine());
  EXPECT_FALSE(HostFiles("/tmp").is_this_machine());
  EXPECT_FALSE(RecordedFiles().is_this_machine());
}

TEST(RecordedFiles, recorded_errors_come_back) {
  RecordedFiles files;
  files.add_error("/sys/energy", FileError::denied);
  files.add_error("/sys/folder", FileError::denied);
  files.add_file("/sys/folder/file", "x");
  EXPECT_EQ(error_of(files.read("/sys/energy", 10)), FileError::denied);
  EXPECT_EQ(error_of(files.list("/sys/folder")), FileError::denied);
  EXPECT_EQ(files.read("/sys/folder/file", 10), "x");
}

TEST(RecordedFiles, lists_each_name_once_and_follows_links_to_folders) {
  RecordedFiles files;
  files.add_file("/sys/devices/card/x/1", "");
  files.add_file("/sys/devices/card/x/2", "");
  files.add_link("/sys/devices/card/y", "x");
  files.add_link("/sys/class/card0", "../devices/card");
  EXPECT_THAT(files.list("/sys/class/card0").value(), ElementsAre("x", "y"));
  EXPECT_THAT(files.list("/sys/class/card0/y").value(), ElementsAre("1", "2"));
  EXPECT_THAT(files.list("/").value(), ElementsAre("sys"));
}

TEST(RecordedFiles, a_loop_of_links_ends) {
  RecordedFiles files;
  files.add_link("/a", "b/../b");
  files.add_link("/b", "a");
  files.add_link("/deep", "deep/deep");
  for (const char* path : {"/a", "/b/c", "/deep"}) {
    EXPECT_EQ(error_of(files.read(path, 10)), FileError::unreadable) << path;
    EXPECT_EQ(error_of(files.list(path)), FileError::unreadable) << path;
  }
}

std::string random_path(int components_max) {
  const auto names =
      *rc::gen::resize(components_max, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(
                                           rc::gen::element<std::string>("a", "b", "c", "a", "b", "..", "."))));
  std::string path;
  for (const std::string& name : names) path += '/' + name;
  return path;
}

// Adds the same file or link to both trees unless its place is taken or lies below one that is no folder.
void add_random_entry(RecordedFiles& recorded, TemporaryFolder& disk) {
  const auto names = *rc::gen::resize(
      3, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("a", "b", "c"))));
  std::string path;
  for (const std::string& name : names) {
    path += '/' + name;
    if (recorded.files().contains(path) || recorded.links().contains(path)) return;
  }
  if (recorded.list(path)) return;  // a folder
  if (*rc::gen::inRange(0, 2) == 0) {
    recorded.add_file(path, path);
    disk.write(path, path);
  } else {
    const std::string target = random_path(4).substr(*rc::gen::inRange<std::size_t>(0, 2));
    recorded.add_link(path, target);
    disk.link(path, target);
  }
}

RC_GTEST_PROP(RecordedFiles, agree_with_the_same_tree_on_disk, ()) {
  RecordedFiles recorded;
  TemporaryFolder disk;
  recorded.add_file("/a/a/file", "x");
  disk.write("/a/a/file", "x");
  const int entries = *rc::gen::inRange(0, 10);
  for (int i = 0; i < entries; ++i) add_random_entry(recorded, disk);
  const HostFiles host(disk.path());
  for (int i = 0; i < 20; ++i) {
    const std::string path = random_path(6);
    RC_LOG() << path << '\n';
    RC_ASSERT((recorded.read(path, 100) == host.read(path, 100)));
    RC_ASSERT((recorded.list(path) == host.list(path)));
    RC_ASSERT((recorded.read_link(path) == host.read_link(path)));
  }
}

}  // namespace
}  // namespace quern::hwprobe
