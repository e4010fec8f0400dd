// What a device is proposed for follows the market, and is never absurd.
#include "desktop/pages/suggested_price.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::desktop::pages {
namespace {

models::OfferRow offer(const char* name, std::int64_t per_hour_micro, std::uint64_t flops = 0) {
  models::OfferRow row;
  row.name = QString::fromLatin1(name);
  row.per_hour_micro = per_hour_micro;
  row.fp32_flops = flops;
  return row;
}

models::DeviceData device(const char* name, std::uint64_t flops = 0) {
  models::DeviceData data;
  data.name = QString::fromLatin1(name);
  data.fp32_flops = flops;
  return data;
}

constexpr std::uint64_t kTera = 1'000'000'000'000;

TEST(SuggestedPrice, IsTheMedianOfTheSameDevice) {
  const auto price = suggested_price(device("RTX 4090"), {offer("RTX 4090", 500'400), offer("RTX 4090", 400'000),
                                                          offer("RTX 4090", 900'000), offer("A100", 1)});
  EXPECT_EQ(price, (SuggestedPrice{500'400, SuggestedPrice::From::similar, 3}));
}

TEST(SuggestedPrice, OwnOffersAndFreeOnesDoNotCount) {
  auto own = offer("RTX 4090", 900'000);
  own.own = true;
  const auto price = suggested_price(device("RTX 4090", 82 * kTera), {own, offer("RTX 4090", 0)});
  EXPECT_EQ(price, (SuggestedPrice{410'400, SuggestedPrice::From::reckoned, 0}));
}

TEST(SuggestedPrice, AnotherDeviceCountsByItsSpeed) {
  const auto price = suggested_price(device("new", 10 * kTera), {offer("old", 100'000, 5 * kTera)});
  EXPECT_EQ(price, (SuggestedPrice{201'600, SuggestedPrice::From::speed, 1}));
}

TEST(SuggestedPrice, APriceThatIsSetStaysWhateverOthersAsk) {
  auto mine = device("new", 10 * kTera);
  mine.per_hour_micro = 79'200;
  EXPECT_EQ(suggested_price(mine, {offer("old", 100'000, 5 * kTera), offer("new", 3'600)}),
            (SuggestedPrice{79'200, SuggestedPrice::From::own, 0}));
}

// A daemon counts whole micro-credits a second: what is shown is what it can be set to.
TEST(SuggestedPrice, IsOneThatADaemonCanHold) {
  EXPECT_EQ(suggested_price(device("a"), {}).per_hour_micro, 10'800);
  EXPECT_EQ(suggested_price(device("a"), {offer("a", 5'399)}).per_hour_micro, 3'600);
  EXPECT_EQ(suggested_price(device("a"), {offer("a", 5'400)}).per_hour_micro, 7'200);
  EXPECT_EQ(suggested_price(device("a"), {offer("a", 1)}).per_hour_micro, kLeastPerHourMicro);
  EXPECT_EQ(suggested_price(device("a"), {offer("a", INT64_MAX)}).per_hour_micro, kMostPerHourMicro);
}

RC_GTEST_PROP(SuggestedPrice, IsWithinItsBoundsWhateverOthersSay, ()) {
  auto mine = device("a", *rc::gen::arbitrary<std::uint64_t>());
  if (*rc::gen::arbitrary<bool>()) mine.per_hour_micro = *rc::gen::arbitrary<std::int64_t>();
  std::vector<models::OfferRow> offers;
  const auto count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) {
    offers.push_back(
        offer(*rc::gen::element("a", "b"), *rc::gen::arbitrary<std::int64_t>(), *rc::gen::arbitrary<std::uint64_t>()));
  }
  const auto price = suggested_price(mine, offers);
  RC_ASSERT(price.per_hour_micro >= kLeastPerHourMicro);
  RC_ASSERT(price.per_hour_micro <= kMostPerHourMicro);
  RC_ASSERT(per_second_micro(price.per_hour_micro) * 3'600 == price.per_hour_micro);
}

}  // namespace
}  // namespace quern::desktop::pages
