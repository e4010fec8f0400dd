#include "overlay/connection/back_off.hpp"

#include <gtest/gtest.h>

#include "tests/overlay/connection/test_peers.hpp"

namespace quern::connection {
namespace {

using namespace std::chrono_literals;

TEST(BackOff, doubles_with_each_failure_in_a_row_up_to_a_limit_and_ends_with_a_success) {
  BackOff table;
  const auto address = multiaddr("/ip4/192.0.2.7/tcp/1");
  runtime::Time now;
  EXPECT_FALSE(table.left(address, now));
  for (runtime::Duration pause = kBackOffMin; pause < kBackOffMax; pause *= 2) {
    table.failed(address, now);
    EXPECT_EQ(table.left(address, now), pause);
    EXPECT_EQ(table.left(address, now + (pause - 1ns)), 1ns);
    now = now + pause;
    EXPECT_FALSE(table.left(address, now));
  }
  table.failed(address, now);
  EXPECT_EQ(table.left(address, now), kBackOffMax);
  table.succeeded(address);
  EXPECT_FALSE(table.left(address, now));
  table.failed(address, now);
  EXPECT_EQ(table.left(address, now), kBackOffMin);
}

TEST(BackOff, remembers_no_more_than_its_limit_and_forgets_what_is_over_first) {
  BackOff table;
  runtime::Time now;
  const auto address = [](std::size_t port) { return multiaddr("/ip4/192.0.2.7/tcp/" + std::to_string(port)); };
  for (std::size_t port = 1; port <= kBackOffAddressesMax + 1; ++port) {
    table.failed(address(port), now);
    now = now + 1us;
  }
  EXPECT_EQ(table.size(), kBackOffAddressesMax);
  EXPECT_FALSE(table.left(address(1), now));
  EXPECT_TRUE(table.left(address(2), now));
  EXPECT_TRUE(table.left(address(kBackOffAddressesMax + 1), now));
}

}  // namespace
}  // namespace quern::connection
