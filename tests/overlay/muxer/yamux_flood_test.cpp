// What a peer can make a session hold or do has a bound.
#include <gtest/gtest.h>

#include "tests/overlay/muxer/scripted_peer.hpp"

namespace quern::muxer {
namespace {

using namespace std::chrono_literals;
using negotiation::Role;
using runtime::Bytes;

constexpr FrameType kData = FrameType::data;
constexpr FrameType kWindow = FrameType::window_update;
constexpr FrameType kPing = FrameType::ping;

TEST(YamuxFlood, of_pings_that_are_not_answered_yet_ends_the_session) {
  ScriptedPeer peer;
  for (std::uint32_t i = 0; i < kPongsWaitingMax; ++i) ASSERT_TRUE(peer.send({kPing, kSyn, 0, i}));
  EXPECT_EQ(peer.sent_headers().size(), kPongsWaitingMax);
  for (std::uint32_t i = 0; i < kPongsWaitingMax; ++i) ASSERT_TRUE(peer.send({kPing, kSyn, 0, i}));
  EXPECT_EQ(peer.broken_rule({kPing, kSyn, 0, 1}), "flood of pings");
}

TEST(YamuxFlood, of_streams_that_are_opened_and_reset_ends_the_session) {
  ScriptedPeer peer;
  std::uint32_t id = 1;
  std::string rule;
  for (; rule.empty() && id < 10'000; id += 2) {
    ASSERT_TRUE(peer.send({kWindow, kSyn, id, 0}));
    rule = peer.broken_rule({kWindow, kRst, id, 0});
    (void)peer.sent();
    ASSERT_EQ(peer.core.stats().streams_in, 0u);
    ASSERT_FALSE(peer.core.has_accepted());
  }
  EXPECT_EQ(rule, "flood of streams that were broken or refused");
  EXPECT_GT(id, 2 * kBrokenStreamsBurst);
  EXPECT_LT(id, 2 * kBrokenStreamsBurst + 10);
}

TEST(YamuxFlood, of_resets_is_no_flood_when_it_is_slow_or_streams_were_answered) {
  ScriptedPeer peer;
  for (std::uint32_t id = 1; id < 10'000; id += 2) {
    peer.now = peer.now + 10ms;
    ASSERT_TRUE(peer.send({kWindow, kSyn, id, 0}));
    ASSERT_TRUE(peer.send({kWindow, kRst, id, 0}));
    (void)peer.sent();
  }
  for (std::uint32_t id = 10'001; id < 20'000; id += 2) {
    const auto stream = peer.opened_by_peer(id);
    ASSERT_TRUE(peer.core.write(*stream, Bytes(1)));
    ASSERT_TRUE(peer.send({kWindow, kRst, id, 0}));
    (void)peer.sent();
  }
}

TEST(YamuxFlood, of_streams_above_the_limit_ends_the_session) {
  ScriptedPeer peer;
  std::uint32_t id = 1;
  std::string rule;
  for (; rule.empty() && id < 10'000; id += 2) {
    rule = peer.broken_rule({kWindow, kSyn, id, 0});
    (void)peer.sent();
    ASSERT_LE(peer.core.stats().streams_in, 256u);
  }
  EXPECT_EQ(rule, "flood of streams that were broken or refused");
}

TEST(YamuxFlood, of_frames_whose_answers_are_not_read_ends_the_session) {
  ScriptedPeer peer(Role::listener, {.streams_in_max = 1'000'000, .backlog_max = 1'000'000});
  std::string rule;
  std::uint32_t id = 1;
  for (; rule.empty() && id < 100'000; id += 2) rule = peer.broken_rule({kWindow, kSyn, id, 0});
  EXPECT_EQ(rule, "flood of frames whose answers are not read");
  EXPECT_LE(id / 2 * kFrameHeaderBytes, kControlBytesMax + 100);
}

TEST(YamuxFlood, of_credit_and_of_empty_frames_costs_nothing) {
  ScriptedPeer peer;
  const auto stream = peer.opened_by_peer(1);
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_TRUE(peer.send({kWindow, 0, 1, UINT32_MAX}));
    ASSERT_TRUE(peer.send({kData, 0, 1, 0}));
    ASSERT_TRUE(peer.send({kData, 0, 77, 0}));
  }
  EXPECT_EQ(stream->send_credit, kInitialWindow + 100'000ull * UINT32_MAX);
  EXPECT_EQ(peer.sent_headers().size(), 0u);
  EXPECT_EQ(peer.core.stats().buffered_bytes, 0u);
}

TEST(YamuxFlood, of_bytes_that_nobody_reads_stays_within_the_memory_of_the_connection) {
  constexpr std::size_t kMemory = 1 << 20;
  const auto node = std::make_shared<MemoryBudget>(64 << 20);
  ScriptedPeer peer(Role::listener, {.memory_max = kMemory, .node_memory = node});
  std::size_t resets = 0;
  for (std::uint32_t id = 1; id < 100; id += 2) {
    ASSERT_TRUE(peer.send({kData, kSyn, id, kInitialWindow}));
    for (const FrameHeader& header : peer.sent_headers()) resets += header.has(kRst);
    ASSERT_LE(peer.core.stats().buffered_bytes, kMemory);
    ASSERT_EQ(node->used(), peer.core.stats().buffered_bytes);
  }
  EXPECT_EQ(resets, 47u) << "three windows fit with what it costs to keep them";
  const auto first = peer.core.accept();
  Bytes buffer(kInitialWindow);
  EXPECT_EQ(peer.core.read(*first, buffer, peer.now), buffer.size());
}

TEST(YamuxFlood, a_stream_over_the_memory_says_so_to_its_reader) {
  ScriptedPeer peer(Role::listener, {.memory_max = 1000});
  const auto stream = peer.opened_by_peer(1);
  EXPECT_TRUE(peer.send({kData, 0, 1, 2000}));
  Bytes buffer(1);
  EXPECT_EQ(peer.core.read(*stream, buffer, peer.now).error(), Errc::memory_limit);
  EXPECT_EQ(peer.sent_headers().back(), (FrameHeader{kWindow, kRst, 1, 0}));
}

TEST(YamuxFlood, windows_grow_only_within_the_memory_of_the_connection) {
  ScriptedPeer peer(Role::listener, {.memory_max = 1 << 20});
  peer.core.ping(peer.now);
  const std::uint32_t value = peer.sent_headers().at(0).length;
  peer.now = peer.now + 100ms;
  ASSERT_TRUE(peer.send({kPing, kAck, 0, value}));
  std::vector<YamuxStreamPtr> streams;
  for (std::uint32_t id = 1; id < 12; id += 2) streams.push_back(peer.opened_by_peer(id));
  Bytes buffer(16 << 20);
  for (int round = 0; round < 8; ++round) {
    std::uint64_t sum = 0;
    for (const auto& stream : streams) {
      ASSERT_TRUE(peer.send({kData, 0, stream->id, stream->window.credit()}));
      ASSERT_TRUE(peer.core.read(*stream, buffer, peer.now));
      sum += stream->window.size();
    }
    (void)peer.sent();
    EXPECT_LE(sum, std::max<std::uint64_t>(1 << 20, streams.size() * kInitialWindow));
  }
}

TEST(YamuxFlood, what_is_remembered_of_closed_streams_is_bounded) {
  ScriptedPeer peer;
  for (std::uint32_t id = 1; id < 10 * kForgottenMax; id += 2) {
    peer.core.close(*peer.opened_by_peer(id));
    (void)peer.sent();
  }
  // The oldest is forgotten: its data is drained without an answer.
  EXPECT_TRUE(peer.send({kData, 0, 1, 10}));
  EXPECT_EQ(peer.sent_headers().size(), 0u);
  EXPECT_TRUE(peer.send({kData, 0, 10 * kForgottenMax - 1, 10}));
  EXPECT_EQ(peer.sent_headers().size(), 1u);
}

}  // namespace
}  // namespace quern::muxer
