#include "overlay/muxer/yamux_core.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/overlay/muxer/scripted_peer.hpp"

namespace quern::muxer {
namespace {

using namespace std::chrono_literals;
using negotiation::Role;
using runtime::Bytes;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr FrameType kData = FrameType::data;
constexpr FrameType kWindow = FrameType::window_update;
constexpr FrameType kPing = FrameType::ping;
constexpr FrameType kGoAway = FrameType::go_away;

TEST(YamuxCore, opening_sends_one_frame_and_numbers_by_side) {
  ScriptedPeer dialer(Role::dialer);
  EXPECT_EQ((*dialer.core.open(dialer.now))->id, 1u);
  EXPECT_EQ((*dialer.core.open(dialer.now))->id, 3u);
  EXPECT_THAT(dialer.sent_headers(), ElementsAre(FrameHeader{kWindow, kSyn, 1, 0}, FrameHeader{kWindow, kSyn, 3, 0}));
  ScriptedPeer listener(Role::listener);
  EXPECT_EQ((*listener.core.open(listener.now))->id, 2u);
}

TEST(YamuxCore, a_stream_of_the_peer_is_acknowledged_at_once_and_once) {
  ScriptedPeer peer;
  EXPECT_TRUE(peer.send({kWindow, kSyn, 1, 0}));
  EXPECT_THAT(peer.sent_headers(), ElementsAre(FrameHeader{kWindow, kAck, 1, 0}));
  EXPECT_TRUE(peer.core.has_accepted());
  EXPECT_EQ(peer.core.accept()->id, 1u);
  EXPECT_TRUE(peer.send({kData, 0, 1, 10}));
  EXPECT_THAT(peer.sent_headers(), IsEmpty());
}

TEST(YamuxCore, a_stream_may_be_opened_by_data_or_with_extra_credit) {
  ScriptedPeer peer;
  EXPECT_TRUE(peer.send({kData, kSyn, 1, 7}));
  EXPECT_EQ(peer.core.accept()->received.size(), 7u);
  EXPECT_TRUE(peer.send({kWindow, kSyn, 3, 1000}));
  EXPECT_EQ(peer.core.accept()->send_credit, kInitialWindow + 1000);
}

TEST(YamuxCore, streams_may_be_opened_out_of_order) {
  ScriptedPeer peer;
  EXPECT_TRUE(peer.send({kWindow, kSyn, 5, 0}));
  EXPECT_TRUE(peer.send({kWindow, kSyn, 3, 0}));
  EXPECT_EQ(peer.core.stats().streams_in, 2u);
}

TEST(YamuxCore, forbidden_frames_are_refused_by_name) {
  const struct {
    FrameHeader header;
    std::string rule;
  } cases[] = {
      {{kData, 0, 0, 1}, "frame for stream 0 that is not a ping or a goodbye"},
      {{kWindow, kSyn, 0, 1}, "frame for stream 0 that is not a ping or a goodbye"},
      {{kPing, kSyn, 1, 1}, "ping on a stream (stream 1)"},
      {{kGoAway, 0, 1, 0}, "goodbye on a stream (stream 1)"},
      {{kWindow, kSyn, 2, 0}, "stream opened under a number of this side (stream 2)"},
      {{kWindow, kSyn, 1, 0}, "stream opened twice (stream 1)"},
      {{kData, 0, 1, kInitialWindow + 1}, "262145 bytes where 262144 were allowed (stream 1)"},
      {{kData, kSyn, 3, kInitialWindow + 1}, "262145 bytes where 262144 were allowed (stream 3)"},
      {{static_cast<FrameType>(4), 0, 1, 0}, "frame of unknown type 4"},
  };
  for (const auto& [header, rule] : cases) {
    ScriptedPeer peer;
    EXPECT_TRUE(peer.send({kWindow, kSyn, 1, 0}));
    const auto done = peer.send(header);
    ASSERT_FALSE(done) << rule;
    EXPECT_EQ(done.error(), Errc::bad_frame);
    EXPECT_EQ(done.error().detail(), rule);
  }
}

TEST(YamuxCore, frames_cut_at_any_byte_are_put_together) {
  ScriptedPeer peer;
  Bytes bytes;
  runtime::append(bytes, encode({kData, kSyn, 1, 3}));
  runtime::append(bytes, runtime::bytes_of("abc"));
  runtime::append(bytes, encode({kPing, kSyn, 0, 9}));
  for (const std::byte byte : bytes) EXPECT_TRUE(peer.core.receive(std::span(&byte, 1), peer.now));
  EXPECT_EQ(peer.core.accept()->received.size(), 3u);
  EXPECT_THAT(peer.sent_headers(), ElementsAre(FrameHeader{kWindow, kAck, 1, 0}, FrameHeader{kPing, kAck, 0, 9}));
}

TEST(YamuxCore, the_end_travels_in_a_frame_without_payload) {
  ScriptedPeer peer(Role::dialer);
  const auto stream = *peer.core.open(peer.now);
  EXPECT_EQ(peer.core.write(*stream, Bytes(5)), 5u);
  peer.core.shutdown_write(*stream);
  peer.core.shutdown_write(*stream);
  EXPECT_THAT(peer.sent_headers(), ElementsAre(FrameHeader{kWindow, kSyn, 1, 0}, FrameHeader{kData, 0, 1, 5},
                                               FrameHeader{kData, kFin, 1, 0}));
  EXPECT_EQ(peer.core.write(*stream, Bytes(1)).error(), runtime::Errc::closed);
}

TEST(YamuxCore, payload_of_a_frame_with_the_end_is_read_before_the_end) {
  ScriptedPeer peer;
  const auto stream = peer.opened_by_peer(1);
  EXPECT_TRUE(peer.send({kData, kFin, 1, 5}));
  Bytes buffer(16);
  EXPECT_EQ(peer.core.read(*stream, buffer, peer.now), 5u);
  EXPECT_EQ(peer.core.read(*stream, buffer, peer.now).error(), runtime::Errc::end_of_stream);
}

TEST(YamuxCore, a_window_update_can_carry_the_end) {
  ScriptedPeer peer;
  const auto stream = peer.opened_by_peer(1);
  EXPECT_TRUE(peer.send({kWindow, kFin, 1, 100}));
  EXPECT_TRUE(stream->end_received);
  EXPECT_EQ(stream->send_credit, kInitialWindow + 100);
}

TEST(YamuxCore, the_length_of_a_reset_is_not_credit) {
  ScriptedPeer peer;
  const auto stream = peer.opened_by_peer(1);
  EXPECT_TRUE(peer.send({kWindow, kRst, 1, 1000}));
  EXPECT_EQ(stream->send_credit, kInitialWindow);
  Bytes buffer(1);
  EXPECT_EQ(peer.core.read(*stream, buffer, peer.now).error(), runtime::Errc::reset);
  EXPECT_EQ(peer.core.write(*stream, buffer).error(), runtime::Errc::reset);
  EXPECT_EQ(peer.core.stats().streams_in, 0u);
  EXPECT_THAT(peer.sent_headers(), IsEmpty()) << "a reset is not answered";
}

TEST(YamuxCore, a_reset_data_frame_has_its_payload_dropped) {
  ScriptedPeer peer;
  const auto stream = peer.opened_by_peer(1);
  EXPECT_TRUE(peer.send({kData, kRst, 1, 100}));
  EXPECT_EQ(stream->received.size(), 0u);
  EXPECT_TRUE(peer.send({kPing, kSyn, 0, 1})) << "the next frame begins where it should";
}

TEST(YamuxCore, data_for_a_closed_stream_is_drained_and_answered_by_one_reset) {
  ScriptedPeer peer;
  const auto stream = peer.opened_by_peer(1);
  peer.core.close(*stream);
  EXPECT_THAT(peer.sent_headers(), ElementsAre(FrameHeader{kData, kFin, 1, 0}));
  EXPECT_TRUE(peer.send({kWindow, 0, 1, 100})) << "credit is none of our business any more";
  EXPECT_TRUE(peer.send({kData, 0, 1, 100}));
  EXPECT_TRUE(peer.send({kData, 0, 1, 100}));
  EXPECT_THAT(peer.sent_headers(), ElementsAre(FrameHeader{kWindow, kRst, 1, 0}));
  EXPECT_TRUE(peer.send({kPing, kSyn, 0, 1}));
}

TEST(YamuxCore, an_end_for_a_closed_stream_is_not_answered) {
  ScriptedPeer peer;
  const auto stream = peer.opened_by_peer(1);
  peer.core.close(*stream);
  (void)peer.sent();
  EXPECT_TRUE(peer.send({kData, kFin, 1, 0}));
  EXPECT_TRUE(peer.send({kData, 0, 1, 100})) << "never known again";
  EXPECT_THAT(peer.sent_headers(), IsEmpty());
}

TEST(YamuxCore, bytes_behind_the_end_reset_the_stream_only) {
  ScriptedPeer peer;
  const auto stream = peer.opened_by_peer(1);
  EXPECT_TRUE(peer.send({kData, kFin, 1, 0}));
  EXPECT_TRUE(peer.send({kData, 0, 1, 100}));
  EXPECT_THAT(peer.sent_headers(), ElementsAre(FrameHeader{kWindow, kRst, 1, 0}));
  Bytes buffer(1);
  EXPECT_EQ(peer.core.read(*stream, buffer, peer.now).error(), runtime::Errc::reset);
}

TEST(YamuxCore, writing_stops_at_the_credit_and_goes_on_with_more) {
  ScriptedPeer peer;
  const auto stream = peer.opened_by_peer(1);
  const Bytes data(kInitialWindow + 1000);
  std::size_t written = 0;
  while (const auto size = peer.core.write(*stream, std::span(data).subspan(written)).value()) {
    written += size;
    for (const Frame& frame : peer.sent()) {
      EXPECT_LE(frame.payload.size() + kFrameHeaderBytes, peer.output.frame_bytes_max());
    }
  }
  EXPECT_EQ(written, kInitialWindow);
  EXPECT_TRUE(peer.send({kWindow, 0, 1, 400}));
  EXPECT_EQ(peer.core.write(*stream, std::span(data).subspan(written)), 400u);
}

TEST(YamuxCore, frames_are_never_longer_than_what_rust_takes) {
  ScriptedPeer peer(Role::listener, {.output_max = 16 << 20}, 8 << 20);
  const auto stream = peer.opened_by_peer(1);
  EXPECT_TRUE(peer.send({kWindow, 0, 1, 4 << 20}));
  EXPECT_EQ(peer.core.write(*stream, Bytes(3 << 20)), 3u << 20);
  for (const Frame& frame : peer.sent()) EXPECT_LE(frame.payload.size(), kPayloadBytesMax);
}

TEST(YamuxCore, credit_is_given_back_when_half_of_the_window_was_read) {
  ScriptedPeer peer;
  const auto stream = peer.opened_by_peer(1);
  EXPECT_TRUE(peer.send({kData, 0, 1, kInitialWindow}));
  Bytes buffer(kInitialWindow / 2 - 1);
  EXPECT_EQ(peer.core.read(*stream, buffer, peer.now), buffer.size());
  EXPECT_THAT(peer.sent_headers(), IsEmpty());
  EXPECT_EQ(peer.core.read(*stream, std::span(buffer).first(1), peer.now), 1u);
  EXPECT_THAT(peer.sent_headers(), ElementsAre(FrameHeader{kWindow, 0, 1, kInitialWindow / 2}));
}

TEST(YamuxCore, no_credit_is_given_for_a_stream_that_the_peer_has_ended) {
  ScriptedPeer peer;
  const auto stream = peer.opened_by_peer(1);
  EXPECT_TRUE(peer.send({kData, kFin, 1, kInitialWindow}));
  Bytes buffer(kInitialWindow);
  EXPECT_EQ(peer.core.read(*stream, buffer, peer.now), buffer.size());
  EXPECT_THAT(peer.sent_headers(), IsEmpty());
}

TEST(YamuxCore, a_ping_is_answered_once_with_its_value) {
  ScriptedPeer peer;
  EXPECT_TRUE(peer.send({kPing, kSyn, 0, 0xABCD}));
  EXPECT_THAT(peer.sent_headers(), ElementsAre(FrameHeader{kPing, kAck, 0, 0xABCD}));
  EXPECT_THAT(peer.sent_headers(), IsEmpty());
}

TEST(YamuxCore, answers_nobody_asked_for_are_let_pass_and_never_sent) {
  ScriptedPeer peer;
  EXPECT_TRUE(peer.send({kPing, kAck, 0, 5}));
  EXPECT_TRUE(peer.send({kPing, 0, 0, 5}));
  EXPECT_THAT(peer.sent_headers(), IsEmpty());
  EXPECT_EQ(peer.core.stats().round_trip, std::nullopt);
}

TEST(YamuxCore, one_ping_is_under_way_at_a_time) {
  ScriptedPeer peer;
  peer.core.ping(peer.now);
  peer.core.ping(peer.now);
  const auto headers = peer.sent_headers();
  ASSERT_EQ(headers.size(), 1u);
  peer.now = peer.now + 30ms;
  EXPECT_TRUE(peer.send({kPing, kAck, 0, headers[0].length}));
  EXPECT_EQ(peer.core.stats().round_trip, 30ms);
}

TEST(YamuxCore, opening_waits_for_acknowledgements_above_the_backlog) {
  ScriptedPeer peer(Role::dialer, {.unacknowledged_max = 2});
  const auto first = *peer.core.open(peer.now);
  const auto second = *peer.core.open(peer.now);
  EXPECT_TRUE(peer.core.must_wait_to_open());
  EXPECT_TRUE(peer.send({kWindow, kAck, first->id, 0}));
  EXPECT_FALSE(peer.core.must_wait_to_open());
  const auto third = *peer.core.open(peer.now);
  peer.core.close(*second);
  EXPECT_TRUE(peer.core.must_wait_to_open()) << "the peer still holds what was closed before it answered";
  EXPECT_TRUE(peer.send({kWindow, kAck, second->id, 0}));
  EXPECT_TRUE(peer.send({kData, 0, third->id, 1})) << "data says as much as an acknowledgement";
  EXPECT_FALSE(peer.core.must_wait_to_open());
}

TEST(YamuxCore, streams_above_the_limit_are_reset_and_ours_refused) {
  ScriptedPeer peer(Role::listener, {.streams_in_max = 1, .streams_out_max = 1});
  EXPECT_TRUE(peer.send({kWindow, kSyn, 1, 0}));
  EXPECT_TRUE(peer.send({kData, kSyn, 3, 100}));
  EXPECT_THAT(peer.sent_headers(), ElementsAre(FrameHeader{kWindow, kAck, 1, 0}, FrameHeader{kWindow, kRst, 3, 0}));
  EXPECT_TRUE(peer.core.open(peer.now));
  const auto refused = peer.core.open(peer.now);
  EXPECT_EQ(refused.error(), Errc::stream_limit);
  EXPECT_EQ(refused.error().detail(), "streams_out: 2 of 1");
}

TEST(YamuxCore, streams_nobody_accepts_are_reset_above_the_backlog) {
  ScriptedPeer peer(Role::listener, {.backlog_max = 2});
  for (const std::uint32_t id : {1, 3, 5}) EXPECT_TRUE(peer.send({kWindow, kSyn, id, 0}));
  EXPECT_EQ(peer.sent_headers().back(), (FrameHeader{kWindow, kRst, 5, 0}));
  EXPECT_TRUE(peer.send({kWindow, kRst, 1, 0}));
  EXPECT_EQ(peer.core.accept()->id, 3u) << "a stream that was reset meanwhile is not given out";
  EXPECT_FALSE(peer.core.has_accepted());
}

TEST(YamuxCore, closing_over_unread_bytes_or_a_waiting_write_is_a_reset) {
  ScriptedPeer peer;
  const auto unread = peer.opened_by_peer(1);
  EXPECT_TRUE(peer.send({kData, 0, 1, 1}));
  peer.core.close(*unread);
  EXPECT_THAT(peer.sent_headers(), ElementsAre(FrameHeader{kWindow, kRst, 1, 0}));
  EXPECT_EQ(peer.core.stats().buffered_bytes, 0u);
}

TEST(YamuxCore, after_the_goodbye_of_the_peer_nothing_is_opened) {
  ScriptedPeer peer(Role::dialer);
  const auto stream = *peer.core.open(peer.now);
  EXPECT_TRUE(peer.send({kGoAway, 0, 0, 0}));
  EXPECT_EQ(peer.core.peer_left(), GoAwayCode::normal);
  EXPECT_EQ(peer.core.open(peer.now).error(), Errc::going_away);
  EXPECT_TRUE(peer.send({kData, 0, stream->id, 4})) << "open streams go on";
  EXPECT_EQ(stream->received.size(), 4u);
}

TEST(YamuxCore, leaving_says_why_and_hears_nothing_more) {
  ScriptedPeer peer;
  const auto stream = peer.opened_by_peer(1);
  EXPECT_TRUE(peer.send({kData, 0, 1, 4}));
  peer.core.leave(GoAwayCode::protocol_error, runtime::Error(Errc::bad_frame));
  EXPECT_THAT(peer.sent_headers(), ElementsAre(FrameHeader{kGoAway, 0, 0, 1}));
  EXPECT_TRUE(peer.send({kWindow, kSyn, 1, 0}));
  EXPECT_THAT(peer.sent_headers(), IsEmpty());
  Bytes buffer(4);
  EXPECT_EQ(peer.core.read(*stream, buffer, peer.now).error(), Errc::bad_frame);
  EXPECT_EQ(peer.core.open(peer.now).error(), Errc::bad_frame);
}

TEST(YamuxCore, what_arrived_whole_can_be_read_after_the_session_ended) {
  ScriptedPeer peer;
  const auto ended = peer.opened_by_peer(1);
  const auto cut = peer.opened_by_peer(3);
  EXPECT_TRUE(peer.send({kData, kFin, 1, 4}));
  EXPECT_TRUE(peer.send({kData, 0, 3, 4}));
  peer.core.end(runtime::Error(runtime::Errc::reset), true);
  Bytes buffer(16);
  EXPECT_EQ(peer.core.read(*ended, buffer, peer.now), 4u);
  EXPECT_EQ(peer.core.read(*ended, buffer, peer.now).error(), runtime::Errc::end_of_stream);
  EXPECT_EQ(peer.core.read(*cut, buffer, peer.now), 4u);
  EXPECT_EQ(peer.core.read(*cut, buffer, peer.now).error(), runtime::Errc::reset);
}

}  // namespace
}  // namespace quern::muxer
