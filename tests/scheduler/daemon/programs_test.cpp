#include "scheduler/daemon/programs.hpp"

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/temporary_folder.hpp"

namespace quern::daemon {
namespace {

void write(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}
std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
ino_t number_of(const std::filesystem::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_ino;
}

// While it lives, files of this process cannot grow beyond so many bytes.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit before_{};
  void (*signal_)(int);
};

TEST(Programs, a_copy_is_made_once_and_again_when_the_program_is_another) {
  const TemporaryFolder folder;
  const auto program = folder.path() / "program";
  const auto copies = folder.path() / "copies";
  std::filesystem::create_directory(copies);
  write(program, std::string(100'000, 'a'));
  const auto first = copy_program(program, copies);
  ASSERT_TRUE(first) << first.error().message();
  const ino_t number = number_of(*first);
  {
    const SmallFiles full(1000);
    EXPECT_TRUE(copy_program(program, copies)) << "nothing has to be written";
  }
  EXPECT_EQ(number_of(*first), number);
  write(program, std::string(99'999, 'a') + 'b');
  ASSERT_TRUE(copy_program(program, copies));
  EXPECT_EQ(content_of(*first).back(), 'b');
  std::filesystem::permissions(*first, std::filesystem::perms::owner_read);
  ASSERT_TRUE(copy_program(program, copies));
  EXPECT_EQ(std::filesystem::status(*first).permissions(), static_cast<std::filesystem::perms>(0755));
}

TEST(Programs, a_copy_that_does_not_fit_leaves_the_one_before_and_nothing_else) {
  const TemporaryFolder folder;
  const auto program = folder.path() / "program";
  const auto copies = folder.path() / "copies";
  std::filesystem::create_directory(copies);
  write(program, "before");
  ASSERT_TRUE(copy_program(program, copies));
  write(program, std::string(100'000, 'a'));
  {
    const SmallFiles full(1000);
    EXPECT_FALSE(copy_program(program, copies));
  }
  EXPECT_EQ(content_of(copies / "program"), "before");
  EXPECT_FALSE(std::filesystem::exists(copies / "program.new"));
  EXPECT_EQ(copy_program(program, folder.path() / "none").error(), runtime::Errc::system);
}

}  // namespace
}  // namespace quern::daemon
