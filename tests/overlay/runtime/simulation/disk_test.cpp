#include "overlay/runtime/simulation/disk.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/runtime/simulation/world.hpp"

namespace quern::simulation {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::byte>;

// Runs `before`, crashes the node, and returns what its file "journal" holds after the restart; "none" when there is
// none.
std::string after_crash(std::uint64_t seed, DiskFate fate, std::function<Task<void>(runtime::Disk&)> before) {
  std::string found;
  bool first = true;
  World world({.seed = seed});
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    if (std::exchange(first, false)) {
      co_await before(runtime.disk());
      co_await runtime.clock().sleep_until(Time::max());
    }
    const auto content = co_await runtime.disk().read("journal");
    found = content ? std::string(reinterpret_cast<const char*>(content->data()), content->size()) : "none";
  });
  world.run_for(1s);
  world.crash(0, CrashKind::machine, fate);
  world.restart(0);
  world.run_for(1s);
  return found;
}

Bytes bytes_of(std::string_view text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

TEST(SimulatedDisk, what_was_replaced_or_synced_survives_a_crash) {
  EXPECT_EQ(after_crash(1, DiskFate::kept,
                        [](runtime::Disk& disk) -> Task<void> {
                          EXPECT_TRUE(co_await disk.replace("journal", bytes_of("safe")));
                        }),
            "safe");
  EXPECT_EQ(after_crash(1, DiskFate::kept,
                        [](runtime::Disk& disk) -> Task<void> {
                          EXPECT_TRUE(co_await disk.append("journal", bytes_of("synced")));
                          EXPECT_TRUE(co_await disk.sync("journal"));
                        }),
            "synced");
}

TEST(SimulatedDisk, a_lost_disk_is_empty) {
  EXPECT_EQ(after_crash(1, DiskFate::lost,
                        [](runtime::Disk& disk) -> Task<void> {
                          EXPECT_TRUE(co_await disk.replace("journal", bytes_of("safe")));
                        }),
            "none");
}

TEST(SimulatedDisk, a_crash_keeps_any_prefix_of_what_was_not_synced) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    seen.insert(after_crash(seed, DiskFate::kept, [](runtime::Disk& disk) -> Task<void> {
      EXPECT_TRUE(co_await disk.append("journal", bytes_of("ab")));
      EXPECT_TRUE(co_await disk.sync("journal"));
      EXPECT_TRUE(co_await disk.append("journal", bytes_of("cd")));
    }));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"ab", "abc", "abcd"}));
}

TEST(SimulatedDisk, a_full_disk_refuses_and_keeps_what_it_has) {
  bool checked = false;
  World world({});
  world.add_node({.disk_bytes_max = 10}, [&](Runtime& runtime) -> Task<void> {
    EXPECT_TRUE(co_await runtime.disk().replace("a", Bytes(8)));
    const auto replaced = co_await runtime.disk().replace("b", Bytes(3));
    EXPECT_TRUE(!replaced && replaced.error() == runtime::Errc::no_space);
    const auto appended = co_await runtime.disk().append("a", Bytes(3));
    EXPECT_TRUE(!appended && appended.error() == runtime::Errc::no_space);
    EXPECT_EQ((co_await runtime.disk().read("a")).value_or(Bytes()).size(), 8u);
    checked = true;
  });
  world.run_for(1s);
  EXPECT_TRUE(checked);
}

}  // namespace
}  // namespace quern::simulation
