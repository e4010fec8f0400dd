// A dial may come from the port of one of its node's listeners: Network::connect(to, from).
#include <string>

#include <gtest/gtest.h>

#include "overlay/runtime/network.hpp"
#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::runtime {
namespace {

Task<void> accept_one(Listener& listener, SocketStreamPtr& into) {
  auto stream = co_await listener.accept();
  if (stream) into = *std::move(stream);
}

class PortSharing : public BothWorlds {
 protected:
  using Talk = std::function<Task<void>(Runtime&, Listener& own, Listener& other)>;

  // Gives two listeners on ports of their own to `talk`.
  void run_listening(const IpAddress& at, Talk talk) {
    run([at, talk = std::move(talk)](Runtime& runtime) -> Task<void> {
      auto own = runtime.network().listen({at, 0});
      auto other = runtime.network().listen({at, 0});
      EXPECT_TRUE(own && other);
      if (own && other) co_await talk(runtime, **own, **other);
    });
  }
  void run_listening(Talk talk) { run_listening(loopback(), std::move(talk)); }
};
QUERN_ON_BOTH_WORLDS(PortSharing);

TEST_P(PortSharing, the_peer_sees_the_listeners_port) {
  run_listening([](Runtime& runtime, Listener& own, Listener& other) -> Task<void> {
    const auto dialed = co_await runtime.network().connect(other.local(), own.local());
    EXPECT_TRUE(dialed);
    if (!dialed) co_return;
    SocketStreamPtr accepted;
    co_await accept_one(other, accepted);
    EXPECT_EQ((*dialed)->local(), own.local());
    EXPECT_EQ(accepted->remote(), own.local());
    std::byte byte{7};
    EXPECT_TRUE(co_await (*dialed)->write(std::span(&byte, 1)));
    std::byte got{};
    EXPECT_TRUE(co_await read_exactly(*accepted, std::span(&got, 1)));
    EXPECT_EQ(got, byte);
  });
}

TEST_P(PortSharing, an_unspecified_listener_lends_its_port) {
  const IpAddress any = boost::asio::ip::address_v4::any();
  run_listening(any, [this](Runtime& runtime, Listener& own, Listener& other) -> Task<void> {
    const Endpoint target{loopback(), other.local().port};
    const auto dialed = co_await runtime.network().connect(target, own.local());
    EXPECT_TRUE(dialed);
    if (!dialed) co_return;
    const Endpoint expected{loopback(), own.local().port};
    EXPECT_EQ((*dialed)->local(), expected);
  });
}

TEST_P(PortSharing, the_listener_still_accepts) {
  run_listening([](Runtime& runtime, Listener& own, Listener& other) -> Task<void> {
    const auto shared = co_await runtime.network().connect(other.local(), own.local());
    const auto incoming = co_await runtime.network().connect(own.local());
    EXPECT_TRUE(shared && incoming);
    SocketStreamPtr accepted;
    co_await accept_one(own, accepted);
    EXPECT_TRUE(accepted && incoming && accepted->remote() == (*incoming)->local());
  });
}

TEST_P(PortSharing, a_second_dial_to_the_same_target_has_no_room) {
  run_listening([](Runtime& runtime, Listener& own, Listener& other) -> Task<void> {
    const auto first = co_await runtime.network().connect(other.local(), own.local());
    EXPECT_TRUE(first);
    const auto second = co_await runtime.network().connect(other.local(), own.local());
    EXPECT_TRUE(!second && (second.error() == Errc::address_unavailable || second.error() == Errc::address_in_use));
    const auto without = co_await runtime.network().connect(other.local());
    EXPECT_TRUE(without);
  });
}

TEST_P(PortSharing, a_dial_back_between_the_same_ports_has_no_room) {
  run_listening([](Runtime& runtime, Listener& own, Listener& other) -> Task<void> {
    const auto there = co_await runtime.network().connect(other.local(), own.local());
    EXPECT_TRUE(there);
    const auto back = co_await runtime.network().connect(own.local(), other.local());
    EXPECT_TRUE(!back && (back.error() == Errc::address_unavailable || back.error() == Errc::address_in_use));
  });
}

TEST_P(PortSharing, a_port_does_not_connect_to_itself) {
  run_listening([](Runtime& runtime, Listener& own, Listener&) -> Task<void> {
    const auto dialed = co_await runtime.network().connect(own.local(), own.local());
    EXPECT_TRUE(!dialed && (dialed.error() == Errc::address_unavailable || dialed.error() == Errc::address_in_use));
    const auto without = co_await runtime.network().connect(own.local());
    EXPECT_TRUE(without);
  });
}

TEST_P(PortSharing, other_targets_may_share_the_same_port) {
  run_listening([this](Runtime& runtime, Listener& own, Listener& other) -> Task<void> {
    const auto third = runtime.network().listen({loopback(), 0});
    EXPECT_TRUE(third);
    const auto a = co_await runtime.network().connect(other.local(), own.local());
    const auto b = co_await runtime.network().connect((*third)->local(), own.local());
    EXPECT_TRUE(a && b && (*a)->local() == (*b)->local());
  });
}

TEST_P(PortSharing, a_second_listener_stays_refused) {
  run_listening([](Runtime& runtime, Listener& own, Listener& other) -> Task<void> {
    const auto before = runtime.network().listen(own.local());
    EXPECT_TRUE(!before && before.error() == Errc::address_in_use);
    const auto dialed = co_await runtime.network().connect(other.local(), own.local());
    EXPECT_TRUE(dialed);
    const auto after = runtime.network().listen(own.local());
    EXPECT_TRUE(!after && after.error() == Errc::address_in_use);
  });
}

TEST_P(PortSharing, a_closed_listeners_port_can_be_listened_on_again_beside_its_dials) {
  run_listening([](Runtime& runtime, Listener& own, Listener& other) -> Task<void> {
    const auto dialed = co_await runtime.network().connect(other.local(), own.local());
    EXPECT_TRUE(dialed);
    own.close();
    const auto again = runtime.network().listen(own.local());
    EXPECT_TRUE(again) << again.error().message();
  });
}

TEST_P(PortSharing, a_foreign_address_cannot_be_dialed_from) {
  run_listening([](Runtime& runtime, Listener&, Listener& other) -> Task<void> {
    const Endpoint foreign{boost::asio::ip::make_address("203.0.113.7"), 4001};
    const auto dialed = co_await runtime.network().connect(other.local(), foreign);
    EXPECT_TRUE(!dialed && dialed.error() == Errc::address_unavailable);
  });
}

TEST(SystemPortSharing, an_ipv6_listener_lends_its_port) {
  SystemRuntime runtime({.node = "test"});
  runtime.run([](Runtime& node) -> Task<void> {
    const IpAddress any = boost::asio::ip::address_v6::any();
    const IpAddress loopback = boost::asio::ip::address_v6::loopback();
    const auto own = node.network().listen({any, 0});
    const auto other = node.network().listen({loopback, 0});
    if (!own || !other) co_return;  // a machine without IPv6 cannot show it
    // The same port of IPv4 belongs to somebody else, who shares nothing with it.
    const IpAddress any_v4 = boost::asio::ip::address_v4::any();
    const auto beside = node.network().listen({any_v4, (*own)->local().port});
    EXPECT_TRUE(beside);
    const auto dialed = co_await node.network().connect((*other)->local(), (*own)->local());
    EXPECT_TRUE(dialed);
    if (!dialed) co_return;
    const Endpoint expected{loopback, (*own)->local().port};
    EXPECT_EQ((*dialed)->local(), expected);
  });
}

}  // namespace
}  // namespace quern::runtime
