#include "overlay/protocols/peer_rates.hpp"

#include <array>
#include <cstring>

#include <gtest/gtest.h>

namespace quern::protocols {
namespace {

using namespace std::chrono_literals;
using identity::PeerId;
using runtime::Time;

// A peer id of its own for every number.
PeerId peer(std::uint64_t number) {
  std::array<std::byte, 34> multihash{std::byte{0x12}, std::byte{32}};  // SHA-256
  std::memcpy(multihash.data() + 2, &number, sizeof number);
  return *PeerId::from_bytes(multihash);
}

TEST(PeerRates, one_peer_s_greed_costs_no_other_peer) {
  PeerRates rates({.per_second = 1, .burst = 2}, Time{});
  EXPECT_TRUE(rates.take(peer(1), Time{}));
  EXPECT_TRUE(rates.take(peer(1), Time{}));
  EXPECT_FALSE(rates.take(peer(1), Time{}));
  EXPECT_TRUE(rates.take(peer(2), Time{}));
  EXPECT_TRUE(rates.take(peer(1), Time{} + 1s));
}

TEST(PeerRates, peers_that_ask_no_more_are_forgotten_when_room_is_needed) {
  PeerRates rates({.per_second = 1, .burst = 2}, Time{});
  for (std::uint64_t i = 0; i < kRatedPeersMax; ++i) EXPECT_TRUE(rates.take(peer(i), Time{}));
  EXPECT_EQ(rates.size(), kRatedPeersMax);
  EXPECT_TRUE(rates.take(peer(kRatedPeersMax), Time{} + 2s));
  EXPECT_EQ(rates.size(), 1u);
}

TEST(PeerRates, many_identities_beyond_the_bound_share_the_tokens_of_one) {
  PeerRates rates({.per_second = 1, .burst = 2}, Time{});
  std::size_t taken = 0;
  for (std::uint64_t i = 0; i < kRatedPeersMax + 1000; ++i) taken += rates.take(peer(i), Time{}) ? 1 : 0;
  EXPECT_EQ(taken, kRatedPeersMax + 2);
  EXPECT_EQ(rates.size(), kRatedPeersMax);
}

}  // namespace
}  // namespace quern::protocols
