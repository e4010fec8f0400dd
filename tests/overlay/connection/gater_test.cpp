#include "overlay/connection/gater.hpp"

#include <gtest/gtest.h>

#include "tests/overlay/connection/test_peers.hpp"

namespace quern::connection {
namespace {

TEST(Gater, without_rules_lets_everybody_pass) {
  const Gater gater;
  EXPECT_TRUE(gater.check(ip("192.0.2.7")));
  EXPECT_TRUE(gater.check(test_peer(1)));
}

TEST(Gater, blocks_what_is_on_the_block_list) {
  Gater gater;
  ASSERT_TRUE(gater.deny("10.0.0.0/8"));
  ASSERT_TRUE(gater.deny("2001:db8::/32"));
  ASSERT_TRUE(gater.deny(test_peer(1).text()));
  EXPECT_EQ(gater.check(ip("10.1.2.3")).error(), Errc::denied);
  EXPECT_EQ(gater.check(ip("10.1.2.3")).error().detail(), "10.1.2.3 is on the block list");
  EXPECT_EQ(gater.check(ip("2001:db8::1")).error(), Errc::denied);
  EXPECT_EQ(gater.check(test_peer(1)).error().detail(), "peer " + test_peer(1).text() + " is on the block list");
  EXPECT_TRUE(gater.check(ip("11.1.2.3")));
  EXPECT_TRUE(gater.check(test_peer(2)));
}

TEST(Gater, an_allow_list_refuses_all_others) {
  Gater gater;
  ASSERT_TRUE(gater.allow("192.0.2.0/24"));
  EXPECT_TRUE(gater.check(ip("192.0.2.9")));
  EXPECT_EQ(gater.check(ip("192.0.3.9")).error().detail(), "192.0.3.9 is not on the allow list");
  EXPECT_EQ(gater.check(ip("::1")).error(), Errc::denied);
  EXPECT_TRUE(gater.check(test_peer(1))) << "a list of addresses says nothing of peers";
  ASSERT_TRUE(gater.allow(test_peer(1).text()));
  EXPECT_TRUE(gater.check(test_peer(1)));
  EXPECT_EQ(gater.check(test_peer(2)).error(), Errc::denied);
}

TEST(Gater, what_is_on_both_lists_is_refused) {
  Gater gater;
  ASSERT_TRUE(gater.allow("192.0.2.0/24"));
  ASSERT_TRUE(gater.deny("192.0.2.7"));
  EXPECT_FALSE(gater.check(ip("192.0.2.7")));
  EXPECT_TRUE(gater.check(ip("192.0.2.8")));
}

TEST(Gater, judges_multiaddrs_by_their_ip_address) {
  Gater gater;
  ASSERT_TRUE(gater.deny("192.0.2.7"));
  EXPECT_FALSE(gater.check(multiaddr("/ip4/192.0.2.7/tcp/4001")));
  EXPECT_FALSE(gater.check(multiaddr("/ip6/::ffff:192.0.2.7/tcp/4001/ws")));
  EXPECT_TRUE(gater.check(multiaddr("/ip4/192.0.2.8/tcp/4001")));
  EXPECT_TRUE(gater.check(multiaddr("/memory/7")));
}

TEST(Gater, other_rules_are_refused_and_named) {
  Gater gater;
  EXPECT_EQ(gater.allow("example.org").error(), runtime::Errc::not_found);
  EXPECT_EQ(gater.deny("10.0.0.0/40").error().detail(), "\"10.0.0.0/40\" is neither a peer id nor an address range");
  EXPECT_TRUE(gater.check(ip("10.0.0.1")));
}

TEST(Gater, cleared_has_no_rules) {
  Gater gater;
  ASSERT_TRUE(gater.allow("10.0.0.0/8"));
  gater.clear();
  EXPECT_TRUE(gater.check(ip("11.0.0.1")));
}

}  // namespace
}  // namespace quern::connection
