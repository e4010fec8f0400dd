#include "overlay/transport/tcp.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "overlay/runtime/bytes.hpp"
#include "overlay/transport/tcp_address.hpp"
#include "overlay/transport/tcp_dial.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::transport {
namespace {

using multiformats::Multiaddr;
using runtime::Runtime;
using runtime::Task;

constexpr const char* kPeer = "/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

Multiaddr address(const std::string& text) {
  const auto parsed = Multiaddr::from_text(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : Multiaddr();
}
runtime::IpAddress ip(const std::string& text) {
  return boost::asio::ip::make_address(text);
}

TEST(TcpAddress, hosts_ports_and_layers_are_read) {
  const auto v4 = read_tcp_address(address("/ip4/192.0.2.7/tcp/4001"));
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->host(), "192.0.2.7");
  EXPECT_EQ(v4->port, 4001);
  EXPECT_TRUE(v4->layers.empty());
  const auto v6 = read_tcp_address(address("/ip6/2001:db8::1/tcp/443/tls/sni/example.org/ws"));
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host(), "2001:db8::1");
  using multiformats::Protocol;
  EXPECT_EQ(v6->layers, (std::vector{Protocol::tls, Protocol::sni, Protocol::ws}));
  const auto name = read_tcp_address(address("/dns4/example.org/tcp/1"));
  ASSERT_TRUE(name);
  EXPECT_EQ(name->host(), "example.org");
  EXPECT_EQ(name->family, Protocol::dns4);
}

TEST(TcpAddress, a_peer_at_the_end_is_left_out) {
  const auto plain = read_tcp_address(address(std::string("/ip4/1.2.3.4/tcp/5") + kPeer));
  EXPECT_TRUE(plain && plain->layers.empty());
  const auto relayed = read_tcp_address(address(std::string("/ip4/1.2.3.4/tcp/5") + kPeer + "/p2p-circuit"));
  EXPECT_TRUE(relayed && relayed->layers.size() == 2);
}

TEST(TcpAddress, other_addresses_are_not_read) {
  EXPECT_FALSE(read_tcp_address(Multiaddr()));
  EXPECT_FALSE(read_tcp_address(address(kPeer)));
  EXPECT_FALSE(read_tcp_address(address("/ip4/1.2.3.4")));
  EXPECT_FALSE(read_tcp_address(address("/ip4/1.2.3.4/udp/5")));
  EXPECT_FALSE(read_tcp_address(address("/tcp/5")));
  EXPECT_FALSE(read_tcp_address(address("/dnsaddr/example.org/tcp/5")));
  EXPECT_FALSE(read_tcp_address(address("/memory/5")));
}

// Multiaddrs take any printable name; resolvers and HTTP headers do not.
TEST(TcpAddress, a_name_that_no_host_has_is_not_read) {
  for (const std::string name : {"a@b", "a:b", "[::1]", "a?b", "a\xc3\xa4"}) {
    EXPECT_FALSE(read_tcp_address(address("/dns/" + name + "/tcp/1"))) << name;
  }
  EXPECT_TRUE(read_tcp_address(address("/dns/_a-1.Example.org/tcp/1")));
}

TEST(TcpAddress, endpoints_are_written) {
  EXPECT_EQ(tcp_multiaddr({ip("192.0.2.7"), 4001}).text(), "/ip4/192.0.2.7/tcp/4001");
  EXPECT_EQ(tcp_multiaddr({ip("2001:db8::1"), 65535}).text(), "/ip6/2001:db8::1/tcp/65535");
}

TEST(ListenPorts, the_near_end_fits_the_target) {
  ListenPorts ports;
  EXPECT_FALSE(ports.near_end(ip("192.0.2.1")));
  ports.add({ip("127.0.0.1"), 1});
  EXPECT_FALSE(ports.near_end(ip("192.0.2.1")));
  EXPECT_FALSE(ports.near_end(ip("::1")));
  EXPECT_EQ(ports.near_end(ip("127.0.0.2"))->port, 1);
  ports.add({ip("0.0.0.0"), 2});
  ports.add({ip("::"), 3});
  EXPECT_EQ(ports.near_end(ip("192.0.2.1"))->port, 2);
  EXPECT_EQ(ports.near_end(ip("2001:db8::1"))->port, 3);
  ports.remove({ip("0.0.0.0"), 2});
  EXPECT_FALSE(ports.near_end(ip("192.0.2.1")));
}

class TcpTransport : public runtime::BothWorlds {
 protected:
  Multiaddr any_port() const { return tcp_multiaddr({loopback(), 0}); }
};
QUERN_ON_BOTH_WORLDS(TcpTransport);

TEST_P(TcpTransport, a_dialed_and_an_accepted_connection_know_both_ends) {
  run([this](Runtime& runtime) -> Task<void> {
    const TransportPtr tcp = make_tcp(runtime);
    EXPECT_EQ(tcp->name(), "tcp");
    const auto listener = tcp->listen(any_port());
    EXPECT_TRUE(listener && (*listener)->local() != any_port());
    const Multiaddr target = (*listener)->local();
    const auto dialed = co_await tcp->dial(target.encapsulate(address(kPeer)), false);
    auto waiting = co_await (*listener)->accept();
    EXPECT_TRUE(dialed && waiting);
    const auto accepted = co_await (*listener)->establish(*std::move(waiting));
    EXPECT_TRUE(accepted);
    EXPECT_EQ(dialed->remote, target);
    EXPECT_EQ(accepted->local, target);
    EXPECT_EQ(dialed->local, accepted->remote);
    EXPECT_TRUE(co_await dialed->stream->write(runtime::bytes_of("hello")));
    runtime::Bytes got(5);
    EXPECT_TRUE(co_await read_exactly(*accepted->stream, got));
    EXPECT_EQ(runtime::text_of(got), "hello");
  });
}

TEST_P(TcpTransport, a_dial_reuses_a_listeners_port_and_does_without_where_that_is_taken) {
  run([this](Runtime& runtime) -> Task<void> {
    const TransportPtr own = make_tcp(runtime);
    const TransportPtr other = make_tcp(runtime);
    const auto home = own->listen(any_port());
    const auto far = other->listen(any_port());
    EXPECT_TRUE(home && far);
    const auto first = co_await own->dial((*far)->local(), true);
    EXPECT_TRUE(first);
    EXPECT_EQ(first->local, (*home)->local());
    const auto second = co_await own->dial((*far)->local(), true);
    EXPECT_TRUE(second) << second.error().message();
    EXPECT_NE(second->local, (*home)->local());
    const auto unasked = co_await own->dial((*far)->local(), false);
    EXPECT_TRUE(unasked && unasked->local != (*home)->local());
    const auto accepted = co_await (*far)->accept();
    EXPECT_TRUE(accepted && accepted->remote == (*home)->local());
  });
}

TEST_P(TcpTransport, a_closed_listeners_port_is_not_reused) {
  run([this](Runtime& runtime) -> Task<void> {
    const TransportPtr own = make_tcp(runtime);
    const TransportPtr other = make_tcp(runtime);
    const auto home = own->listen(any_port());
    const auto far = other->listen(any_port());
    const Multiaddr was = (*home)->local();
    (*home)->close();
    const auto dialed = co_await own->dial((*far)->local(), true);
    EXPECT_TRUE(dialed && dialed->local != was);
  });
}

TEST_P(TcpTransport, an_unspecified_address_stays_as_it_was_given) {
  run([this](Runtime& runtime) -> Task<void> {
    const TransportPtr tcp = make_tcp(runtime);
    const auto listener = tcp->listen(address("/ip4/0.0.0.0/tcp/0"));
    EXPECT_TRUE(listener);
    EXPECT_TRUE((*listener)->local().text().starts_with("/ip4/0.0.0.0/tcp/"));
    const auto at = read_tcp_address((*listener)->local());
    EXPECT_NE(at->port, 0);
    const auto dialed = co_await tcp->dial(tcp_multiaddr({loopback(), at->port}), true);
    EXPECT_TRUE(dialed) << dialed.error().message();
  });
}

TEST_P(TcpTransport, what_is_not_tcp_is_unsupported) {
  run([](Runtime& runtime) -> Task<void> {
    const TransportPtr tcp = make_tcp(runtime);
    for (const char* other : {"/ip4/127.0.0.1/udp/1", "/ip4/127.0.0.1/tcp/1/ws", "/memory/1"}) {
      EXPECT_FALSE(tcp->handles(address(other)));
      const auto listener = tcp->listen(address(other));
      EXPECT_TRUE(!listener && listener.error() == Errc::unsupported_address);
      const auto dialed = co_await tcp->dial(address(other), false);
      EXPECT_TRUE(!dialed && dialed.error() == Errc::unsupported_address);
    }
    EXPECT_TRUE(tcp->handles(address("/dns/example.org/tcp/1")));
    const auto name = tcp->listen(address("/dns/example.org/tcp/1"));
    EXPECT_TRUE(!name && name.error() == Errc::unsupported_address);
  });
}

TEST_P(TcpTransport, errors_of_the_network_come_through) {
  run([this](Runtime& runtime) -> Task<void> {
    const TransportPtr tcp = make_tcp(runtime);
    const auto listener = tcp->listen(any_port());
    const auto twice = tcp->listen((*listener)->local());
    EXPECT_TRUE(!twice && twice.error() == runtime::Errc::address_in_use);
    const Multiaddr was = (*listener)->local();
    (*listener)->close();
    const auto nobody = co_await tcp->dial(was, true);
    EXPECT_TRUE(!nobody && nobody.error() == runtime::Errc::refused);
    const auto closed = co_await (*listener)->accept();
    EXPECT_TRUE(!closed && closed.error() == runtime::Errc::closed);
  });
}

// Names in the simulator, where we say what they mean.
class TcpNames : public testing::Test {
 protected:
  // Dials `to` while somebody listens at 10.0.0.1:4001; says the far end, or why there is none.
  std::string dial(const std::string& to) {
    std::string outcome = "did not end";
    world_.add_node({.addresses = {ip("10.0.0.1"), ip("fd00::1")}}, [&](Runtime& runtime) -> Task<void> {
      const TransportPtr tcp = make_tcp(runtime);
      const auto v4 = tcp->listen(address("/ip4/10.0.0.1/tcp/4001"));
      const auto v6 = tcp->listen(address("/ip6/fd00::1/tcp/4002"));
      EXPECT_TRUE(v4 && v6);
      const auto dialed = co_await tcp->dial(address(to), false);
      outcome = dialed ? dialed->remote.text() : dialed.error().message();
    });
    world_.run_until(runtime::Time{} + std::chrono::minutes(10));
    return outcome;
  }
  simulation::World world_{{.seed = 1}};
};

TEST_F(TcpNames, addresses_are_tried_in_order_until_one_answers) {
  world_.set_name("example.org", {ip("10.9.9.9"), ip("10.0.0.1")});
  EXPECT_EQ(dial("/dns/example.org/tcp/4001"), "/ip4/10.0.0.1/tcp/4001");
}

TEST_F(TcpNames, dns4_and_dns6_take_addresses_of_their_family) {
  world_.set_name("example.org", {ip("fd00::1"), ip("10.0.0.1")});
  EXPECT_EQ(dial("/dns4/example.org/tcp/4001"), "/ip4/10.0.0.1/tcp/4001");
}

TEST_F(TcpNames, dns6_takes_ipv6_addresses) {
  world_.set_name("example.org", {ip("10.0.0.1"), ip("fd00::1")});
  EXPECT_EQ(dial("/dns6/example.org/tcp/4002"), "/ip6/fd00::1/tcp/4002");
}

TEST_F(TcpNames, a_name_without_an_address_of_the_family_is_not_found) {
  world_.set_name("example.org", {ip("10.0.0.1")});
  EXPECT_EQ(dial("/dns6/example.org/tcp/4001"), "name not found: example.org has no IPv6 address");
}

TEST_F(TcpNames, the_last_refusal_is_told) {
  world_.set_name("example.org", {ip("10.9.9.9"), ip("10.0.0.1")});
  EXPECT_EQ(dial("/dns/example.org/tcp/4005"), "connection refused: 10.0.0.1:4005");
}

TEST_F(TcpNames, an_unknown_name_is_told) {
  EXPECT_EQ(dial("/dns/example.org/tcp/4001"), "name not found: example.org");
}

}  // namespace
}  // namespace quern::transport
