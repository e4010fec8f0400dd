// What every implementation of Disk must hold.
#include "overlay/runtime/disk.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::runtime {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(std::string_view text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

TEST(DiskNames, are_short_lower_case_and_never_leave_the_folder) {
  for (const char* good : {"identity.key", "peers-1_2", "0"}) EXPECT_TRUE(is_disk_name(good)) << good;
  for (const char* bad : {"", ".", "..", ".hidden", "a/b", "A", "a b", "../x", "\xc3\xa9"})
    EXPECT_FALSE(is_disk_name(bad)) << bad;
  EXPECT_TRUE(is_disk_name(std::string(kDiskNameBytesMax, 'a')));
  EXPECT_FALSE(is_disk_name(std::string(kDiskNameBytesMax + 1, 'a')));
}

class Disks : public BothWorlds {};
QUERN_ON_BOTH_WORLDS(Disks);

TEST_P(Disks, what_was_replaced_is_read_back) {
  run([](Runtime& runtime) -> Task<void> {
    Disk& disk = runtime.disk();
    EXPECT_TRUE(co_await disk.replace("key", bytes_of("first")));
    EXPECT_TRUE(co_await disk.replace("key", bytes_of("second")));
    EXPECT_EQ((co_await disk.read("key")).value_or(Bytes()), bytes_of("second"));
  });
}

TEST_P(Disks, appended_bytes_are_read_before_and_after_sync) {
  run([](Runtime& runtime) -> Task<void> {
    Disk& disk = runtime.disk();
    EXPECT_TRUE(co_await disk.append("journal", bytes_of("a")));
    EXPECT_TRUE(co_await disk.append("journal", bytes_of("b")));
    EXPECT_EQ((co_await disk.read("journal")).value_or(Bytes()), bytes_of("ab"));
    EXPECT_TRUE(co_await disk.sync("journal"));
    EXPECT_EQ((co_await disk.read("journal")).value_or(Bytes()), bytes_of("ab"));
  });
}

// While it lasts, files of this process end at so many bytes: what is written there gets in as far as it fits, as on a
// disk that is full.
class FilesEndAt {
 public:
  explicit FilesEndAt(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
    const rlimit now{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &now), 0);
  }
  ~FilesEndAt() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  FilesEndAt(const FilesEndAt&) = delete;
  FilesEndAt& operator=(const FilesEndAt&) = delete;

 private:
  rlimit before_{};
  void (*signal_)(int);
};

TEST(SystemDisk, what_does_not_fit_whole_leaves_nothing_behind_the_end) {
  const TemporaryFolder folder;
  SystemRuntime runtime({.node = "test", .data_directory = folder.path() / "data"});
  runtime.run([](Runtime& node) -> Task<void> {
    EXPECT_TRUE(co_await node.disk().append("part", bytes_of("first")));
    {
      const FilesEndAt full(8);
      EXPECT_FALSE(co_await node.disk().append("part", bytes_of("second")));
    }
    EXPECT_EQ((co_await node.disk().read("part")).value_or(Bytes()), bytes_of("first"));
    EXPECT_TRUE(co_await node.disk().append("part", bytes_of("second")));
    EXPECT_EQ((co_await node.disk().read("part")).value_or(Bytes()), bytes_of("firstsecond"));
  });
}

TEST_P(Disks, a_piece_ends_where_its_file_ends) {
  run([](Runtime& runtime) -> Task<void> {
    Disk& disk = runtime.disk();
    EXPECT_TRUE(co_await disk.replace("key", bytes_of("0123456789")));
    EXPECT_EQ((co_await disk.read_piece("key", 0, 4)).value_or(Bytes()), bytes_of("0123"));
    EXPECT_EQ((co_await disk.read_piece("key", 4, 3)).value_or(Bytes()), bytes_of("456"));
    EXPECT_EQ((co_await disk.read_piece("key", 7, 100)).value_or(Bytes()), bytes_of("789"));
    EXPECT_EQ(co_await disk.read_piece("key", 10, 1), Bytes());
    EXPECT_EQ(co_await disk.read_piece("key", UINT64_MAX, 1), Bytes());
    EXPECT_EQ((co_await disk.read_piece("nothing", 0, 1)).error(), Errc::not_found);
  });
}

TEST_P(Disks, a_missing_file_is_not_found_and_removing_it_is_fine) {
  run([](Runtime& runtime) -> Task<void> {
    Disk& disk = runtime.disk();
    const auto read = co_await disk.read("nothing");
    EXPECT_TRUE(!read && read.error() == Errc::not_found);
    const auto synced = co_await disk.sync("nothing");
    EXPECT_TRUE(!synced && synced.error() == Errc::not_found);
    EXPECT_TRUE(co_await disk.remove("nothing"));
  });
}

TEST_P(Disks, files_are_listed_by_name_and_gone_when_removed) {
  run([](Runtime& runtime) -> Task<void> {
    Disk& disk = runtime.disk();
    EXPECT_EQ((co_await disk.list()).value_or(std::vector<std::string>{"?"}), std::vector<std::string>());
    for (const char* name : {"b", "c", "a"}) EXPECT_TRUE(co_await disk.replace(name, bytes_of("x")));
    EXPECT_TRUE(co_await disk.remove("b"));
    EXPECT_EQ((co_await disk.list()).value_or(std::vector<std::string>()), (std::vector<std::string>{"a", "c"}));
  });
}

TEST_P(Disks, a_file_above_the_limit_is_refused_and_the_old_one_stays) {
  run([](Runtime& runtime) -> Task<void> {
    Disk& disk = runtime.disk();
    EXPECT_TRUE(co_await disk.replace("file", bytes_of("old")));
    const auto replaced = co_await disk.replace("file", Bytes(kDiskFileBytesMax + 1));
    EXPECT_TRUE(!replaced && replaced.error() == Errc::too_large);
    EXPECT_EQ((co_await disk.read("file")).value_or(Bytes()), bytes_of("old"));
  });
}

TEST(SystemDisk, files_and_folder_are_for_their_owner_alone) {
  const TemporaryFolder folder;
  SystemRuntime runtime({.node = "test", .data_directory = folder.path() / "data"});
  runtime.run(
      [](Runtime& node) -> Task<void> { EXPECT_TRUE(co_await node.disk().replace("key", bytes_of("secret"))); });
  struct stat status{};
  ASSERT_EQ(::stat((folder.path() / "data/key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat((folder.path() / "data").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST(SystemDisk, what_an_earlier_life_was_writing_when_it_was_killed_is_gone) {
  const TemporaryFolder folder;
  const auto data = folder.path() / "data";
  std::filesystem::create_directory(data);
  const std::string longest(kDiskNameBytesMax, 'k');
  for (const std::string& name : {longest + ".tmp", std::string("key"), std::string(".other.tmp")}) {
    std::ofstream(data / name) << "something";
  }
  const SystemRuntime runtime({.node = "test", .data_directory = data});
  EXPECT_FALSE(std::filesystem::exists(data / (longest + ".tmp")));
  EXPECT_TRUE(std::filesystem::exists(data / "key"));
  EXPECT_TRUE(std::filesystem::exists(data / ".other.tmp")) << "no file of a disk";
}

TEST(SystemDisk, a_symbolic_link_in_a_files_place_is_not_followed) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "data");
  std::filesystem::create_symlink("/etc/hostname", folder.path() / "data/key");
  SystemRuntime runtime({.node = "test", .data_directory = folder.path() / "data"});
  runtime.run([](Runtime& node) -> Task<void> {
    const auto read = co_await node.disk().read("key");
    EXPECT_TRUE(!read && read.error() == Errc::system);
  });
}

}  // namespace
}  // namespace quern::runtime
