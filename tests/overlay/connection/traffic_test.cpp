#include "overlay/connection/traffic.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "tests/overlay/connection/test_peers.hpp"

namespace quern::connection {
namespace {

TEST(Traffic, counts_by_peer_by_protocol_and_in_all) {
  TrafficBook book;
  auto in = book.stream(test_peer(1), "/x/1", true);
  auto out = book.stream(test_peer(2), "/x/1", false);
  in.read(10);
  in.read(5);
  out.wrote(7);
  const auto report = book.report();
  EXPECT_EQ(report.all.bytes_in, 15u);
  EXPECT_EQ(report.all.bytes_out, 7u);
  EXPECT_EQ(report.all.messages_in, 2u);
  EXPECT_EQ(report.all.messages_out, 1u);
  EXPECT_EQ(report.all.streams_in, 1u);
  EXPECT_EQ(report.all.streams_out, 1u);
  EXPECT_EQ(report.by_protocol.at("/x/1").bytes_in, 15u);
  EXPECT_EQ(report.by_protocol.at("/x/1").bytes_out, 7u);
  EXPECT_EQ(report.by_peer.at(test_peer(1)).bytes_in, 15u);
  EXPECT_EQ(report.by_peer.at(test_peer(1)).bytes_out, 0u);
  EXPECT_EQ(report.by_peer.at(test_peer(2)).bytes_out, 7u);
}

TEST(Traffic, forgets_the_peer_not_heard_of_for_longest) {
  TrafficBook book(2);
  auto first = book.stream(test_peer(1), "/x/1", true);
  auto second = book.stream(test_peer(2), "/x/1", true);
  first.read(1);
  auto third = book.stream(test_peer(3), "/x/1", true);
  auto report = book.report();
  EXPECT_EQ(report.by_peer.size(), 2u);
  EXPECT_TRUE(report.by_peer.contains(test_peer(1)));
  EXPECT_FALSE(report.by_peer.contains(test_peer(2)));
  second.read(4);
  report = book.report();
  EXPECT_EQ(report.by_peer.size(), 2u);
  EXPECT_EQ(report.by_peer.at(test_peer(2)).bytes_in, 4u) << "a forgotten peer is known again when it is heard of";
  EXPECT_FALSE(report.by_peer.contains(test_peer(1)));
  EXPECT_EQ(report.all.bytes_in, 5u);
}

TEST(Traffic, protocols_beyond_the_limit_count_as_other) {
  TrafficBook book(8, 2);
  for (const char* protocol : {"/a", "/b", "/c", "/d", "/a"}) book.stream(test_peer(1), protocol, true).read(1);
  const auto report = book.report();
  EXPECT_EQ(report.by_protocol.size(), 3u);
  EXPECT_EQ(report.by_protocol.at("/a").bytes_in, 2u);
  EXPECT_EQ(report.by_protocol.at("other").bytes_in, 2u);
}

TEST(Traffic, a_meter_may_outlive_the_book) {
  auto book = std::make_unique<TrafficBook>();
  auto meter = book->stream(test_peer(1), "/x/1", true);
  book.reset();
  meter.read(1);
}

}  // namespace
}  // namespace quern::connection
