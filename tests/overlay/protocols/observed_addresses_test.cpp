#include "overlay/protocols/observed_addresses.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace quern::protocols {
namespace {

using multiformats::Multiaddr;

Multiaddr address(const std::string& text) {
  return *Multiaddr::from_text(text);
}

struct Word {
  std::uint64_t connection = 0;
  std::string remote;
  std::string observed;
  std::string local = "/ip4/10.0.0.5/tcp/50000";
  bool inbound = false;
};

class Observed : public testing::Test {
 protected:
  void note(const Word& word) {
    const Multiaddr local = address(word.local);
    const Multiaddr remote = address(word.remote);
    observed.note({.id = word.connection, .local = local, .remote = remote, .inbound = word.inbound},
                  address(word.observed), listening);
  }
  // One word each of peers in networks of their own, from `first` on.
  void note_from(std::uint64_t first, std::uint64_t count, Word word) {
    for (std::uint64_t i = first; i < first + count; ++i) {
      word.connection = i;
      word.remote = "/ip4/203.0." + std::to_string(i) + ".1/tcp/4001";
      note(word);
    }
  }
  std::vector<std::string> confirmed() const {
    std::vector<std::string> result;
    for (const Multiaddr& entry : observed.confirmed()) result.push_back(entry.text());
    return result;
  }
  using Texts = std::vector<std::string>;

  ObservedAddresses observed;
  std::vector<Multiaddr> listening{address("/ip4/0.0.0.0/tcp/4001"), address("/ip4/0.0.0.0/tcp/4002/ws")};
};

TEST_F(Observed, an_address_is_believed_when_four_networks_name_it) {
  const Word word{.observed = "/ip4/198.51.100.9/tcp/61234"};
  note_from(1, 3, word);
  EXPECT_EQ(confirmed(), Texts{});
  note_from(4, 1, word);
  EXPECT_EQ(confirmed(), Texts{"/ip4/198.51.100.9/tcp/4001"});
}

TEST_F(Observed, many_peers_of_one_network_are_one_voice) {
  const Word word{.observed = "/ip4/198.51.100.9/tcp/61234"};
  note_from(1, 3, word);
  for (std::uint64_t i = 4; i < 100; ++i)
    note({.connection = i, .remote = "/ip4/203.0.1." + std::to_string(i) + "/tcp/4001", .observed = word.observed});
  EXPECT_EQ(confirmed(), Texts{});
  for (std::uint64_t i = 100; i < 110; ++i) {
    note({.connection = i, .remote = "/ip6/2001:db8::" + std::to_string(i) + "/tcp/4001", .observed = word.observed});
  }
  EXPECT_EQ(confirmed(), Texts{"/ip4/198.51.100.9/tcp/4001"}) << "a /64 is a voice, too";
}

TEST_F(Observed, a_voice_ends_with_its_connections) {
  note_from(1, 4, {.observed = "/ip4/198.51.100.9/tcp/61234"});
  note({.connection = 50, .remote = "/ip4/203.0.1.77/tcp/4001", .observed = "/ip4/198.51.100.9/tcp/7"});
  observed.forget(1);
  EXPECT_EQ(confirmed(), Texts{"/ip4/198.51.100.9/tcp/4001"}) << "connection 50 speaks for the same network";
  observed.forget(50);
  EXPECT_EQ(confirmed(), Texts{});
  for (std::uint64_t i = 1; i <= 50; ++i) observed.forget(i);
  EXPECT_EQ(observed.size(), 0u);
}

TEST_F(Observed, a_connection_has_one_word_the_latest) {
  note_from(1, 4, {.observed = "/ip4/198.51.100.9/tcp/61234"});
  note_from(1, 4, {.observed = "/ip4/198.51.100.10/tcp/61234"});
  EXPECT_EQ(confirmed(), Texts{"/ip4/198.51.100.10/tcp/4001"});
  EXPECT_EQ(observed.size(), 4u);
}

TEST_F(Observed, the_port_of_a_dial_from_a_listeners_port_is_kept) {
  note_from(1, 4, {.observed = "/ip4/198.51.100.9/tcp/61234", .local = "/ip4/10.0.0.5/tcp/4001"});
  EXPECT_EQ(confirmed(), Texts{"/ip4/198.51.100.9/tcp/61234"}) << "the router's port for the listener's";
}

TEST_F(Observed, the_port_of_an_inbound_connection_is_kept) {
  note_from(1, 4, {.observed = "/ip4/198.51.100.9/tcp/9000", .local = "/ip4/10.0.0.5/tcp/4001", .inbound = true});
  EXPECT_EQ(confirmed(), Texts{"/ip4/198.51.100.9/tcp/9000"}) << "it was dialed there";
}

TEST_F(Observed, the_port_of_a_listener_of_the_same_kind_stands_in) {
  note_from(1, 4, {.observed = "/ip4/198.51.100.9/tcp/61234/ws", .local = "/ip4/10.0.0.5/tcp/50000/ws"});
  EXPECT_EQ(confirmed(), Texts{"/ip4/198.51.100.9/tcp/4002/ws"});
  note_from(10, 4, {.observed = "/ip6/2001:db8:1::9/tcp/61234", .local = "/ip6/2001:db8:2::5/tcp/50000"});
  EXPECT_EQ(confirmed().size(), 1u) << "nobody listens at IPv6";
}

TEST_F(Observed, addresses_that_lead_nowhere_are_not_counted) {
  std::uint64_t first = 1;
  for (const std::string ip : {"/ip4/127.0.0.1", "/ip4/0.0.0.0", "/ip4/169.254.1.1", "/ip4/224.0.0.1", "/ip6/::1",
                               "/ip6/fe80::1", "/ip6/::ffff:127.0.0.1"}) {
    note_from(first, 4, {.observed = ip + "/tcp/4001", .inbound = true});
    first += 4;
  }
  note_from(first, 4, {.observed = "/memory/7", .inbound = true});
  EXPECT_EQ(observed.size(), 0u);
}

TEST_F(Observed, memory_is_bounded_whatever_peers_say) {
  for (std::uint64_t i = 0; i < 3 * kObservationsMax; ++i) {
    note({.connection = i,
          .remote = "/ip4/203.0.113.1/tcp/4001",
          .observed = "/ip4/198.51." + std::to_string(i / 256 % 256) + "." + std::to_string(i % 256) + "/tcp/4001",
          .inbound = true});
  }
  EXPECT_EQ(observed.size(), kObservationsMax);
}

TEST_F(Observed, the_most_observed_come_first_and_no_more_than_the_limit) {
  std::uint64_t first = 1;
  for (std::uint64_t i = 0; i < kConfirmedMax + 2; ++i) {
    note_from(first, kObserversMin + i, {.observed = "/ip4/198.51.100." + std::to_string(i) + "/tcp/1"});
    first += kObserversMin + i;
  }
  EXPECT_EQ(confirmed().size(), kConfirmedMax);
  EXPECT_EQ(confirmed().front(), "/ip4/198.51.100.5/tcp/4001");
}

}  // namespace
}  // namespace quern::protocols
