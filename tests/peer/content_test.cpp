#include "tests/peer/content.hpp"

#include <gtest/gtest.h>

#include "overlay/runtime/hex.hpp"
#include "tests/peer/describe.hpp"
#include "tests/peer/error.hpp"

namespace quern::peer {
namespace {

runtime::Bytes whole(const Content& content) {
  runtime::Bytes out;
  while (out.size() < content.size()) runtime::append(out, content.piece(out.size()));
  return out;
}

TEST(Content, byte_i_of_the_pattern_is_i_mod_251) {
  const std::uint64_t size = 3 * kPieceBytes + 17;
  const auto bytes = whole(Content::pattern(size));
  ASSERT_EQ(bytes.size(), size);
  for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(std::to_integer<std::size_t>(bytes[i]), i % 251) << i;
  EXPECT_TRUE(Content::pattern(size).piece(size).empty());
}

TEST(Content, is_hex_or_text_or_a_size) {
  EXPECT_EQ(runtime::to_hex(whole(*Content::from(Arguments({{"hex", "00ff10"}})))), "00ff10");
  EXPECT_EQ(runtime::text_of(whole(*Content::from(Arguments({{"text", "hello"}})))), "hello");
  EXPECT_EQ(runtime::to_hex(whole(*Content::from(Arguments({{"size", 3}})))), "000102");
  EXPECT_EQ(Content::from(Arguments(boost::json::object()))->size(), 0U);
}

TEST(Content, wrong_hex_is_refused) {
  for (const char* hex : {"0", "0g", "0x", "é"})
    EXPECT_EQ(Content::from(Arguments({{"hex", hex}})).error(), Errc::bad_argument) << hex;
}

TEST(Statistics, are_in_milliseconds) {
  std::vector<runtime::Duration> trips;
  for (int i = 100; i > 0; --i) trips.push_back(std::chrono::milliseconds(i));
  const auto said = statistics(std::move(trips));
  EXPECT_EQ(said.at("count"), 100);
  EXPECT_EQ(said.at("min"), 1.0);
  EXPECT_EQ(said.at("p50"), 51.0);
  EXPECT_EQ(said.at("p99"), 100.0);
  EXPECT_EQ(said.at("max"), 100.0);
}

}  // namespace
}  // namespace quern::peer
