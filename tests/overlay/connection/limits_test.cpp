#include "overlay/connection/limits.hpp"

#include <chrono>
#include <vector>

#include <gtest/gtest.h>

#include "tests/overlay/connection/test_peers.hpp"

namespace quern::connection {
namespace {

using namespace std::chrono_literals;

// A clock that stands where it is put.
class StillClock final : public runtime::Clock {
 public:
  runtime::Time now() const override { return now_; }
  runtime::WallTime wall_now() const override { return {}; }
  void add(runtime::TimerNode& /*timer*/, runtime::Time /*at*/) override {}
  void remove(runtime::TimerNode& /*timer*/) noexcept override {}
  void advance(runtime::Duration by) { now_ = now_ + by; }

 private:
  runtime::Time now_;
};

class LimitBookTest : public testing::Test {
 protected:
  StillClock clock_;
};

std::string refusal(const auto& result) {
  EXPECT_FALSE(result);
  if (result) return "taken";
  EXPECT_EQ(result.error(), runtime::Errc::limit_reached);
  return result.error().detail();
}

TEST(Limits, are_set_and_shown_by_their_names) {
  Limits limits;
  EXPECT_TRUE(set_limit(limits, "connections_in", 7));
  EXPECT_EQ(limits.connections_in, 7u);
  EXPECT_EQ(limits_by_name(limits).at("connections_in"), 7u);
  EXPECT_EQ(limits_by_name(limits).size(), sizeof(Limits) / sizeof(std::size_t));
  EXPECT_EQ(set_limit(limits, "connection_in", 7).error(), runtime::Errc::not_found);
  for (const auto& [name, value] : limits_by_name(limits)) EXPECT_TRUE(set_limit(limits, name, value + 1)) << name;
  for (const auto& [name, value] : limits_by_name(limits)) {
    EXPECT_EQ(value, name == "connections_in" ? 8 : limits_by_name(Limits()).at(name) + 1) << name;
  }
}

TEST_F(LimitBookTest, a_refusal_names_scope_limit_value_and_who) {
  LimitBook book(clock_, {.connections_in_per_ip = 2});
  const auto from = ip("192.0.2.7");
  const auto first = book.accept(&from);
  const auto second = book.accept(&from);
  EXPECT_EQ(refusal(book.accept(&from)), "connections_in_per_ip: 3 of 2 for 192.0.2.7");
  const auto other = ip("192.0.2.8");
  EXPECT_TRUE(book.accept(&other));
}

TEST_F(LimitBookTest, what_is_given_back_can_be_taken_again) {
  LimitBook book(clock_, {.connections_in = 1});
  auto taken = book.accept(nullptr);
  EXPECT_EQ(refusal(book.accept(nullptr)), "connections_in: 2 of 1 for all");
  taken->connection = {};
  EXPECT_TRUE(book.accept(nullptr));
}

TEST_F(LimitBookTest, an_ipv6_64_counts_as_one_address_and_a_mapped_ipv4_address_as_ipv4) {
  LimitBook book(clock_, {.connections_in_per_ip = 1});
  const auto first = ip("2001:db8:0:1::1");
  const auto same = ip("2001:db8:0:1:ffff::2");
  const auto other = ip("2001:db8:0:2::1");
  const auto plain = ip("192.0.2.7");
  const auto mapped = ip("::ffff:192.0.2.7");
  const auto one = book.accept(&first);
  EXPECT_EQ(refusal(book.accept(&same)), "connections_in_per_ip: 2 of 1 for 2001:db8:0:1::/64");
  EXPECT_TRUE(book.accept(&other));
  const auto two = book.accept(&plain);
  EXPECT_EQ(refusal(book.accept(&mapped)), "connections_in_per_ip: 2 of 1 for 192.0.2.7");
}

TEST_F(LimitBookTest, handshakes_are_limited_until_they_are_through) {
  LimitBook book(clock_, {.handshakes_in = 1});
  auto taken = book.accept(nullptr);
  EXPECT_EQ(refusal(book.accept(nullptr)), "handshakes_in: 2 of 1 for all");
  taken->handshake = {};
  EXPECT_TRUE(book.accept(nullptr));
}

TEST_F(LimitBookTest, in_no_second_come_more_handshakes_than_allowed) {
  LimitBook book(clock_, {.handshakes_in_per_second = 3, .handshakes_in_per_second_per_ip = 2});
  const auto a = ip("192.0.2.7");
  const auto b = ip("192.0.2.8");
  EXPECT_TRUE(book.accept(&a));
  clock_.advance(600ms);
  EXPECT_TRUE(book.accept(&a));
  EXPECT_EQ(refusal(book.accept(&a)), "handshakes_in_per_second_per_ip: 3 of 2 for 192.0.2.7");
  EXPECT_TRUE(book.accept(&b));
  EXPECT_EQ(refusal(book.accept(&b)), "handshakes_in_per_second: 4 of 3 for 192.0.2.8");
  clock_.advance(399ms);
  EXPECT_FALSE(book.accept(&a));
  clock_.advance(1ms);
  EXPECT_TRUE(book.accept(&a));
  EXPECT_FALSE(book.accept(&a));
}

TEST_F(LimitBookTest, a_limit_of_zero_allows_nothing) {
  LimitBook book(clock_, {.connections_in = 0,
                          .connections_out = 0,
                          .connections_per_peer = 0,
                          .streams_in_per_protocol = 0,
                          .streams_out_per_protocol_per_peer = 0});
  EXPECT_EQ(refusal(book.accept(nullptr)), "connections_in: 1 of 0 for all");
  EXPECT_EQ(refusal(book.connection_out()), "connections_out: 1 of 0 for this node");
  EXPECT_EQ(refusal(book.connection_with(test_peer(1))), "connections_per_peer: 1 of 0 for " + test_peer(1).text());
  EXPECT_EQ(refusal(book.stream_in(test_peer(1), "/x/1")),
            "streams_in_per_protocol: 1 of 0 for /x/1 from " + test_peer(1).text());
  EXPECT_EQ(refusal(book.stream_out(test_peer(1), "/x/1")),
            "streams_out_per_protocol_per_peer: 1 of 0 for /x/1 to " + test_peer(1).text());
}

TEST_F(LimitBookTest, streams_are_limited_by_protocol_and_by_peer) {
  LimitBook book(
      clock_,
      {.streams_in_per_protocol = 3, .streams_in_per_protocol_per_peer = 2, .streams_out_per_protocol_per_peer = 1});
  std::vector<runtime::Result<StreamReservation>> held;
  held.push_back(book.stream_in(test_peer(1), "/x/1"));
  held.push_back(book.stream_in(test_peer(1), "/x/1"));
  EXPECT_EQ(refusal(book.stream_in(test_peer(1), "/x/1")),
            "streams_in_per_protocol_per_peer: 3 of 2 for /x/1 from " + test_peer(1).text());
  held.push_back(book.stream_in(test_peer(1), "/y/1"));
  held.push_back(book.stream_in(test_peer(2), "/x/1"));
  EXPECT_EQ(refusal(book.stream_in(test_peer(2), "/x/1")),
            "streams_in_per_protocol: 4 of 3 for /x/1 from " + test_peer(2).text());
  held.push_back(book.stream_out(test_peer(1), "/x/1"));
  EXPECT_FALSE(book.stream_out(test_peer(1), "/x/1"));
  EXPECT_TRUE(book.stream_out(test_peer(2), "/x/1"));
  held.clear();
  EXPECT_TRUE(book.stream_in(test_peer(2), "/x/1"));
  EXPECT_TRUE(book.stream_out(test_peer(1), "/x/1"));
}

TEST_F(LimitBookTest, everything_taken_is_counted_until_it_is_given_back) {
  LimitBook book(clock_, {});
  EXPECT_EQ(book.reserved(), 0u);
  {
    const auto from = ip("192.0.2.7");
    const auto accepted = book.accept(&from);
    EXPECT_EQ(book.reserved(), 3u) << "handshake, connection, address";
    const auto out = book.connection_out();
    const auto with = book.connection_with(test_peer(1));
    const auto stream_in = book.stream_in(test_peer(1), "/a");
    const auto stream_out = book.stream_out(test_peer(1), "/a");
    EXPECT_EQ(book.reserved(), 8u);
  }
  EXPECT_EQ(book.reserved(), 0u);
}

TEST_F(LimitBookTest, reservations_may_outlive_the_book) {
  auto book = std::make_unique<LimitBook>(clock_, Limits());
  const auto from = ip("192.0.2.7");
  auto accepted = book->accept(&from);
  auto stream = book->stream_in(test_peer(1), "/x/1");
  book.reset();
  EXPECT_TRUE(accepted && stream);
}

}  // namespace
}  // namespace quern::connection
