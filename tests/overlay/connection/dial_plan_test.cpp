#include "overlay/connection/dial_plan.hpp"

#include <chrono>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/overlay/connection/test_peers.hpp"

namespace quern::connection {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

std::vector<std::pair<std::string, int>> plan(const std::vector<std::string>& addresses) {
  std::vector<multiformats::Multiaddr> parsed;
  for (const auto& text : addresses) parsed.push_back(multiaddr(text));
  std::vector<std::pair<std::string, int>> out;
  for (const auto& dial : plan_dials(std::move(parsed))) {
    out.emplace_back(dial.address.text(), std::chrono::duration_cast<std::chrono::milliseconds>(dial.after).count());
  }
  return out;
}

TEST(DialPlan, near_addresses_go_first_and_at_once_public_ones_follow_each_other) {
  EXPECT_THAT(
      plan({"/ip4/198.51.100.7/tcp/1", "/ip4/192.168.1.2/tcp/1", "/ip6/2001:db8::1/tcp/1", "/ip6/fe80::1/tcp/1",
            "/ip4/127.0.0.1/tcp/1"}),
      ElementsAre(Pair("/ip6/fe80::1/tcp/1", 0), Pair("/ip4/127.0.0.1/tcp/1", 0), Pair("/ip4/192.168.1.2/tcp/1", 0),
                  Pair("/ip6/2001:db8::1/tcp/1", 250), Pair("/ip4/198.51.100.7/tcp/1", 500)));
}

TEST(DialPlan, the_first_starts_at_once_names_come_behind_literals_and_websocket_behind_tcp) {
  EXPECT_THAT(plan({"/dns/example.org/tcp/1/ws", "/dns/example.org/tcp/1", "/ip4/198.51.100.7/tcp/1/ws",
                    "/ip6/2001:db8::1/tcp/1/ws", "/ip4/198.51.100.7/tcp/1"}),
              ElementsAre(Pair("/ip4/198.51.100.7/tcp/1", 0), Pair("/ip6/2001:db8::1/tcp/1/ws", 250),
                          Pair("/ip4/198.51.100.7/tcp/1/ws", 500), Pair("/dns/example.org/tcp/1", 750),
                          Pair("/dns/example.org/tcp/1/ws", 1000)));
}

TEST(DialPlan, doubles_are_left_out_and_no_more_than_the_limit_is_tried) {
  EXPECT_EQ(plan({"/ip4/198.51.100.7/tcp/1", "/ip4/198.51.100.7/tcp/1"}).size(), 1u);
  std::vector<std::string> many;
  for (int port = 1; port <= 100; ++port) many.push_back("/ip4/198.51.100.7/tcp/" + std::to_string(port));
  EXPECT_EQ(plan(many).size(), kDialAddressesMax);
}

TEST(DialPlan, of_nothing_is_empty) {
  EXPECT_TRUE(plan_dials({}).empty());
}

RC_GTEST_PROP(DialPlan, does_not_depend_on_the_order_of_the_addresses, ()) {
  std::vector<multiformats::Multiaddr> addresses;
  for (const auto last : *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>())) {
    const std::string octet = std::to_string(last);
    addresses.push_back(
        multiaddr(last % 2 ? "/ip4/10.0.0." + octet + "/tcp/1" : "/ip4/198.51.100." + octet + "/tcp/1"));
  }
  const auto forward = plan_dials(addresses);
  const auto backward = plan_dials({addresses.rbegin(), addresses.rend()});
  RC_ASSERT(forward.size() == backward.size());
  for (std::size_t i = 0; i < forward.size(); ++i) {
    RC_ASSERT(forward[i].address == backward[i].address && forward[i].after == backward[i].after);
    if (i > 0) RC_ASSERT(forward[i].after >= forward[i - 1].after);
  }
}

}  // namespace
}  // namespace quern::connection
