#include "hwprobe/meminfo.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quern::hwprobe {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Reading {
  Memory memory;
  std::vector<Problem> problems;
};

Reading read(std::string text) {
  RecordedFiles files;
  files.add_file("/proc/meminfo", std::move(text));
  Reading reading;
  reading.memory = read_memory(files, reading.problems);
  return reading;
}

TEST(MemInfo, totals_are_bytes) {
  const auto [memory, problems] = read("MemTotal:       24684084 kB\nMemFree: 5 kB\nSwapTotal:  1024 kB\n");
  EXPECT_EQ(memory, (Memory{.total_bytes = 24684084ull * 1024, .swap_total_bytes = 1024 * 1024}));
  EXPECT_THAT(problems, IsEmpty());
}

TEST(MemInfo, machine_without_swap_has_no_problem) {
  EXPECT_THAT(read("MemTotal: 1 kB\nSwapTotal: 0 kB\n").problems, IsEmpty());
  EXPECT_THAT(read("MemTotal: 1 kB").problems, IsEmpty());
}

TEST(MemInfo, absurd_totals_are_problems_that_quote_them) {
  for (const char* bad : {"0 kB", "-5 kB", "18446744073709551615 kB", "99999999999999999999999 kB", "12", "12 MB", "kB",
                          "", "1 2 kB", "0x12 kB"}) {
    const auto [memory, problems] = read(std::string("MemTotal: ") + bad + "\nSwapTotal: 0 kB\n");
    EXPECT_EQ(memory.total_bytes, 0u) << bad;
    ASSERT_THAT(problems, SizeIs(1)) << bad;
    EXPECT_THAT(problems[0].what, HasSubstr("'" + std::string(bad) + "'"));
  }
  EXPECT_THAT(read("MemTotal: 1 kB\nSwapTotal: lots\n").problems, SizeIs(1));
}

TEST(MemInfo, missing_line_and_missing_file_are_problems) {
  EXPECT_THAT(read("MemTotalish: 5 kB\n").problems, SizeIs(1));
  std::vector<Problem> problems;
  EXPECT_EQ(read_memory(RecordedFiles(), problems), Memory{});
  EXPECT_THAT(problems, SizeIs(1));
}

TEST(MemInfo, largest_size_is_the_bound_itself) {
  EXPECT_EQ(meminfo_bytes("X: " + std::to_string(kMemoryBytesMax / 1024) + " kB", "X"), kMemoryBytesMax);
  EXPECT_EQ(meminfo_bytes("X: " + std::to_string(kMemoryBytesMax / 1024 + 1) + " kB", "X"), std::nullopt);
}

}  // namespace
}  // namespace quern::hwprobe
