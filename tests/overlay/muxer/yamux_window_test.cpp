#include "overlay/muxer/yamux_window.hpp"

#include <gtest/gtest.h>

namespace quern::muxer {
namespace {

using namespace std::chrono_literals;
using runtime::Time;

constexpr std::uint32_t kHalf = kInitialWindow / 2;

TEST(ReceiveWindow, more_than_the_credit_is_an_overrun) {
  ReceiveWindow window(Time{});
  EXPECT_TRUE(window.arrived(kInitialWindow));
  EXPECT_FALSE(window.arrived(1));
}

TEST(ReceiveWindow, credit_goes_back_in_halves) {
  ReceiveWindow window(Time{});
  EXPECT_TRUE(window.arrived(kInitialWindow));
  EXPECT_EQ(window.taken(kHalf - 1, Time{} + 10s, 1ms, UINT32_MAX), 0u);
  EXPECT_EQ(window.taken(1, Time{} + 10s, 1ms, UINT32_MAX), kHalf);
  EXPECT_EQ(window.credit(), kHalf);
  EXPECT_EQ(window.unread(), kHalf);
}

TEST(ReceiveWindow, doubles_when_its_half_is_emptied_in_less_than_four_round_trips) {
  ReceiveWindow window(Time{});
  EXPECT_TRUE(window.arrived(kHalf));
  EXPECT_EQ(window.taken(kHalf, Time{} + 239ms, 60ms, UINT32_MAX), kHalf + kInitialWindow);
  EXPECT_EQ(window.size(), 2 * kInitialWindow);
  EXPECT_TRUE(window.arrived(kInitialWindow));
  EXPECT_EQ(window.taken(kInitialWindow, Time{} + 239ms + 240ms, 60ms, UINT32_MAX), kInitialWindow) << "too slow";
  EXPECT_EQ(window.size(), 2 * kInitialWindow);
}

TEST(ReceiveWindow, grows_within_what_is_allowed_and_not_without_a_round_trip) {
  ReceiveWindow window(Time{});
  EXPECT_TRUE(window.arrived(kHalf));
  EXPECT_EQ(window.taken(kHalf, Time{}, std::nullopt, UINT32_MAX), kHalf);
  EXPECT_TRUE(window.arrived(kHalf));
  EXPECT_EQ(window.taken(kHalf, Time{} + 1ms, 60ms, 1000), kHalf + 1000);
  EXPECT_EQ(window.size(), kInitialWindow + 1000);
}

}  // namespace
}  // namespace quern::muxer
