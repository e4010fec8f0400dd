#include <fstream>

#include <gtest/gtest.h>

#include "scheduler/daemon/daemon.hpp"
#include "scheduler/store/database.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::daemon {
namespace {

TEST(StartFailure, a_damaged_database_is_told_with_its_path_and_what_helps_and_without_what_was_asked_of_it) {
  const TemporaryFolder folder;
  Config config = default_config({.home = "/home/ada"});
  config.data_directory = folder.path().string();
  const std::string path = (folder.path() / "quern.sqlite").string();
  std::ofstream(path) << std::string(8192, 'x');
  const auto opened = store::Database::open({.path = path});
  ASSERT_FALSE(opened);
  ASSERT_EQ(opened.error(), store::Errc::corrupt);
  const runtime::Error later(store::Errc::corrupt, "COMMIT: database disk image is malformed");
  for (const runtime::Error& error : {opened.error(), later}) {
    const std::string text = start_failure_text(error, config);
    EXPECT_TRUE(text.starts_with("the database is damaged: " + path + ": ")) << text;
    EXPECT_TRUE(text.contains("move the files quern.sqlite* out of its data directory")) << text;
    EXPECT_FALSE(text.contains("PRAGMA")) << text;
    EXPECT_EQ(text.find(path), text.rfind(path)) << text;
  }
  const runtime::Error other(store::Errc::busy, "somebody");
  EXPECT_EQ(start_failure_text(other, config), other.message());
}

}  // namespace
}  // namespace quern::daemon
