#include "overlay/protocols/socket_address.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace quern::protocols {
namespace {

using multiformats::Multiaddr;

Multiaddr address(const std::string& text) {
  return *Multiaddr::from_text(text);
}

TEST(SocketAddress, splits_and_joins_again) {
  for (const std::string text :
       {"/ip4/192.0.2.7/tcp/4001", "/ip6/2001:db8::1/tcp/65535", "/ip4/192.0.2.7/tcp/443/tls/ws", "/ip6/::/tcp/0/ws"}) {
    const auto split = split_address(address(text));
    ASSERT_TRUE(split) << text;
    EXPECT_EQ(join_address(*split).text(), text);
  }
  const auto split = split_address(address("/ip4/192.0.2.7/tcp/4001/ws"));
  EXPECT_EQ(split->ip, boost::asio::ip::make_address("192.0.2.7"));
  EXPECT_EQ(split->port, 4001);
  EXPECT_EQ(split->rest.text(), "/ws");
}

TEST(SocketAddress, forgets_the_peer_at_the_end) {
  const auto split =
      split_address(address("/ip4/192.0.2.7/tcp/4001/ws/p2p/12D3KooWKRyzVWW6ChFjQjK4miCty85Niy48tpPV95XdKu1BcvMA"));
  ASSERT_TRUE(split);
  EXPECT_EQ(join_address(*split).text(), "/ip4/192.0.2.7/tcp/4001/ws");
}

TEST(SocketAddress, other_addresses_are_none) {
  for (const std::string text :
       {"/dns4/example.org/tcp/4001", "/ip4/192.0.2.7/udp/4001/quic-v1", "/memory/7", "/ip4/192.0.2.7"})
    EXPECT_FALSE(split_address(address(text))) << text;
  EXPECT_FALSE(split_address(Multiaddr()));
}

std::vector<std::string> expanded(const std::vector<std::string>& listening,
                                  const std::vector<std::string>& interfaces) {
  std::vector<Multiaddr> addresses;
  for (const std::string& text : listening) addresses.push_back(address(text));
  std::vector<runtime::IpAddress> ips;
  for (const std::string& text : interfaces) ips.push_back(boost::asio::ip::make_address(text));
  std::vector<std::string> result;
  for (const Multiaddr& entry : expand_unspecified(addresses, ips)) result.push_back(entry.text());
  return result;
}

TEST(ExpandUnspecified, names_the_interfaces_of_the_family_without_loopback) {
  const std::vector<std::string> interfaces{"127.0.0.1", "192.0.2.7", "198.51.100.1", "::1", "2001:db8::1"};
  EXPECT_EQ(expanded({"/ip4/0.0.0.0/tcp/4001"}, interfaces),
            (std::vector<std::string>{"/ip4/192.0.2.7/tcp/4001", "/ip4/198.51.100.1/tcp/4001"}));
  EXPECT_EQ(expanded({"/ip6/::/tcp/4002/ws"}, interfaces), std::vector<std::string>{"/ip6/2001:db8::1/tcp/4002/ws"});
}

TEST(ExpandUnspecified, names_loopback_where_there_is_nothing_else) {
  EXPECT_EQ(expanded({"/ip4/0.0.0.0/tcp/4001"}, {"127.0.0.1", "2001:db8::1"}),
            std::vector<std::string>{"/ip4/127.0.0.1/tcp/4001"});
  EXPECT_TRUE(expanded({"/ip4/0.0.0.0/tcp/4001"}, {"2001:db8::1"}).empty());
}

TEST(ExpandUnspecified, keeps_other_addresses_and_names_each_once) {
  EXPECT_EQ(expanded({"/ip4/192.0.2.7/tcp/4001", "/ip4/0.0.0.0/tcp/4001", "/memory/7", "/ip4/127.0.0.1/tcp/5000"},
                     {"127.0.0.1", "192.0.2.7"}),
            (std::vector<std::string>{"/ip4/192.0.2.7/tcp/4001", "/memory/7", "/ip4/127.0.0.1/tcp/5000"}));
}

}  // namespace
}  // namespace quern::protocols
