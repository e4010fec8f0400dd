#include "overlay/runtime/address_range.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::runtime {
namespace {

IpAddress address(std::string_view text) {
  return boost::asio::ip::make_address(std::string(text));
}

bool contains(std::string_view range, std::string_view what) {
  const auto parsed = AddressRange::from_text(range);
  EXPECT_TRUE(parsed) << range;
  return parsed && parsed->contains(address(what));
}

TEST(AddressRange, holds_what_begins_with_its_bits_and_nothing_else) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(contains("192.0.2.128/25", "192.0.2.129"));
  EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("0.0.0.0/0", "198.51.100.7"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("::/0", "2001:db8::1"));
}

TEST(AddressRange, of_one_address_holds_only_that) {
  EXPECT_TRUE(contains("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(contains("192.0.2.7", "192.0.2.8"));
  EXPECT_TRUE(contains("2001:db8::1", "2001:db8::1"));
  EXPECT_FALSE(contains("2001:db8::1", "2001:db8::2"));
}

TEST(AddressRange, judges_an_ipv4_address_written_as_ipv6_as_ipv4) {
  EXPECT_TRUE(contains("192.0.2.0/24", "::ffff:192.0.2.7"));
  EXPECT_FALSE(contains("::/0", "::ffff:192.0.2.7"));
  EXPECT_TRUE(contains("::ffff:192.0.2.7", "192.0.2.7"));
}

TEST(AddressRange, bits_behind_the_prefix_do_not_matter) {
  EXPECT_EQ(*AddressRange::from_text("10.1.2.3/8"), *AddressRange::from_text("10.0.0.0/8"));
  EXPECT_NE(*AddressRange::from_text("10.0.0.0/8"), *AddressRange::from_text("10.0.0.0/9"));
}

TEST(AddressRange, other_text_is_refused) {
  for (const char* text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/8 ", "10.0.0.0/-1",
                           "10.0.0.0/+1", "fe80::1%eth0", "example.org", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(AddressRange::from_text(text)) << text;
  }
}

RC_GTEST_PROP(AddressRange, masked_agrees_with_shifting, (std::uint32_t bits)) {
  const auto prefix = *rc::gen::inRange<unsigned>(0, 33);
  const std::uint32_t mask = prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
  RC_ASSERT(masked(boost::asio::ip::address_v4(bits), prefix) == IpAddress(boost::asio::ip::address_v4(bits & mask)));
}

}  // namespace
}  // namespace quern::runtime
