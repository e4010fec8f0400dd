#include "overlay/muxer/heartbeat.hpp"

#include <gtest/gtest.h>

namespace quern::muxer {
namespace {

using namespace std::chrono_literals;
using runtime::Time;
using Need = Heartbeat::Need;

TEST(Heartbeat, a_silent_peer_is_pinged_once_and_then_given_up) {
  Heartbeat heartbeat(30s, 15s, Time{});
  EXPECT_EQ(heartbeat.next(), Time{} + 30s);
  EXPECT_EQ(heartbeat.due(Time{} + 29s), Need::nothing);
  EXPECT_EQ(heartbeat.due(Time{} + 30s), Need::ping);
  heartbeat.ping(Time{} + 30s);
  EXPECT_EQ(heartbeat.next(), Time{} + 45s);
  EXPECT_EQ(heartbeat.due(Time{} + 44s), Need::nothing);
  EXPECT_EQ(heartbeat.due(Time{} + 45s), Need::end);
}

TEST(Heartbeat, any_byte_is_a_sign_of_life) {
  Heartbeat heartbeat(30s, 15s, Time{});
  heartbeat.heard(Time{} + 29s);
  EXPECT_EQ(heartbeat.due(Time{} + 30s), Need::nothing);
  EXPECT_EQ(heartbeat.next(), Time{} + 59s);
  heartbeat.ping(Time{} + 59s);
  heartbeat.heard(Time{} + 60s);
  EXPECT_EQ(heartbeat.due(Time{} + 74s), Need::nothing);
  EXPECT_EQ(heartbeat.next(), Time{} + 75s);
  EXPECT_EQ(heartbeat.due(Time{} + 75s), Need::nothing) << "it lives, though it does not answer pings";
  EXPECT_FALSE(heartbeat.pinging());
}

TEST(Heartbeat, a_ping_behind_much_that_was_sent_has_longer) {
  Heartbeat heartbeat(30s, 15s, Time{});
  heartbeat.sent(1 << 20);
  heartbeat.ping(Time{} + 30s);
  EXPECT_EQ(heartbeat.next(), Time{} + 45s + 32s);
  EXPECT_EQ(heartbeat.due(Time{} + 76s), Need::nothing);
  EXPECT_EQ(heartbeat.due(Time{} + 77s), Need::end);
}

TEST(Heartbeat, a_connection_in_use_is_measured_once_per_keep_alive_time) {
  Heartbeat heartbeat(30s, 15s, Time{});
  const auto value = heartbeat.ping(Time{});
  EXPECT_TRUE(heartbeat.pong(value, Time{} + 40ms));
  heartbeat.used();
  heartbeat.heard(Time{} + 29s);
  EXPECT_EQ(heartbeat.next(), Time{} + 30s);
  EXPECT_EQ(heartbeat.due(Time{} + 30s), Need::ping);
  heartbeat.ping(Time{} + 30s);
  EXPECT_EQ(heartbeat.due(Time{} + 31s), Need::nothing);
}

TEST(Heartbeat, only_the_answer_that_was_asked_for_counts) {
  Heartbeat heartbeat(30s, 15s, Time{});
  EXPECT_FALSE(heartbeat.pong(0, Time{}));
  const auto value = heartbeat.ping(Time{});
  EXPECT_FALSE(heartbeat.pong(value + 1, Time{} + 1ms));
  EXPECT_TRUE(heartbeat.pong(value, Time{} + 2ms));
  EXPECT_FALSE(heartbeat.pong(value, Time{} + 3ms));
  EXPECT_EQ(heartbeat.round_trip(), 2ms);
  EXPECT_NE(heartbeat.ping(Time{} + 4ms), value);
}

TEST(Heartbeat, round_trips_are_smoothed) {
  Heartbeat heartbeat(30s, 15s, Time{});
  heartbeat.pong(heartbeat.ping(Time{}), Time{} + 80ms);
  heartbeat.pong(heartbeat.ping(Time{} + 1s), Time{} + 1s + 160ms);
  EXPECT_EQ(heartbeat.round_trip(), 90ms);
  EXPECT_EQ(heartbeat.last_round_trip(), 160ms);
  EXPECT_EQ(heartbeat.shortest_round_trip(), 80ms);
}

}  // namespace
}  // namespace quern::muxer
