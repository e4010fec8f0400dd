#include "scheduler/daemon/donation.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::daemon {
namespace {

constexpr std::int64_t kNow = 1'795'000'000'000;

NodeDevice device(std::string id, bool offered) {
  NodeDevice made;
  made.id = std::move(id);
  if (offered) made.offered.emplace();
  return made;
}

TEST(Donation, says_the_first_of_all_that_keeps_it_back) {
  const std::vector<NodeDevice> devices{device("one", true), device("two", true), device("three", false)};
  const auto state = [&](bool enabled, bool held, const Pauses& pauses, bool draining) {
    return donation_of(enabled, held, devices, pauses, draining).state;
  };
  const Pauses all{.all = Pause{}, .devices = {}};
  EXPECT_EQ(state(true, true, {}, false), DonationState::donating);
  EXPECT_EQ(state(true, true, all, false), DonationState::paused);
  EXPECT_EQ(state(true, false, all, false), DonationState::off);
  EXPECT_EQ(state(false, true, all, false), DonationState::off);
  EXPECT_EQ(state(true, true, all, true), DonationState::draining);
  EXPECT_EQ(donation_of(true, true, {device("three", false)}, {}, false).why.reason, model::Reason::no_device);
  EXPECT_EQ(donation_of(true, true, devices, all, false).why.reason, model::Reason::offer_withdrawn);
}

TEST(Donation, is_paused_by_devices_only_when_each_is_and_until_the_first_goes_on) {
  const std::vector<NodeDevice> devices{device("one", true), device("two", true), device("three", false)};
  Pauses pauses{.all = {}, .devices = {{"one", {kNow + 5}}}};
  EXPECT_EQ(donation_of(true, true, devices, pauses, false).state, DonationState::donating);
  pauses.devices["two"] = {};
  const auto paused = donation_of(true, true, devices, pauses, false);
  EXPECT_EQ(paused.state, DonationState::paused);
  EXPECT_EQ(paused.until_unix_ms, kNow + 5);
}

TEST(Pauses, end_when_their_time_has_come_and_no_sooner) {
  Pauses pauses{.all = Pause{kNow}, .devices = {{"one", {kNow + 1}}, {"two", {}}}};
  EXPECT_FALSE(Pauses(pauses).expire(kNow - 1));
  EXPECT_TRUE(pauses.expire(kNow));
  EXPECT_FALSE(pauses.all);
  EXPECT_FALSE(pauses.expire(kNow));
  EXPECT_TRUE(pauses.expire(kNow + 1));
  EXPECT_EQ(pauses.devices.size(), 1u);
  EXPECT_FALSE(pauses.expire(INT64_MAX));  // one without an end stays
}

rc::Gen<std::optional<Pause>> pause() {
  const auto until = rc::gen::map(rc::gen::inRange<std::int64_t>(0, 20), [](std::int64_t at) -> Pause {
    return {at == 0 ? std::nullopt : std::optional(kNow + at)};
  });
  return rc::gen::oneOf(rc::gen::just(std::optional<Pause>()),
                        rc::gen::map(until, [](Pause p) { return std::optional(p); }));
}

RC_GTEST_PROP(Pauses, keep_a_device_back_as_long_as_the_longer_of_the_two_lasts, ()) {
  Pauses pauses{.all = *pause(), .devices = {}};
  if (const auto own = *pause()) pauses.devices.emplace("one", *own);
  const Pause* longest = pauses.of("one");
  RC_ASSERT((longest != nullptr) == (pauses.all || !pauses.devices.empty()));
  if (!longest) return;
  Pauses at_its_end = pauses;
  const std::int64_t end = longest->until_unix_ms.value_or(kNow + 100);
  at_its_end.expire(end - 1);
  RC_ASSERT(at_its_end.of("one"));
  at_its_end.expire(end);
  RC_ASSERT((at_its_end.of("one") == nullptr) == longest->until_unix_ms.has_value());
}

TEST(Pauses, take_a_device_out_of_what_is_offered_and_say_why) {
  const Pauses pauses{.all = {}, .devices = {{"one", {}}, {"three", {}}}};
  auto left = without_paused({device("one", true), device("two", true), device("three", false)}, pauses);
  EXPECT_FALSE(left[0].offered);
  EXPECT_EQ(left[0].reason, model::Reason::offer_withdrawn);
  EXPECT_TRUE(left[1].offered);
  EXPECT_EQ(left[2].why, "");  // it has its own reason
}

}  // namespace
}  // namespace quern::daemon
