#include "scheduler/market/offer_book.hpp"

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/scheduler/market/sample_offer.hpp"

namespace quern::market {
namespace {

// Not signed: the book does not look.
SignedOffer offer_of(const std::string& provider, std::uint64_t sequence, std::int64_t until = kNow + 1000) {
  SignedOffer signed_offer{.offer = sample_offer(), .envelope = {}};
  signed_offer.offer.provider = provider;
  signed_offer.offer.sequence = sequence;
  signed_offer.offer.until_unix_ms = until;
  signed_offer.envelope =
      runtime::copy_of(runtime::bytes_of(provider + std::to_string(sequence) + std::to_string(until)));
  return signed_offer;
}

TEST(OfferBook, keeps_the_newest_of_each_provider) {
  OfferBook book;
  EXPECT_TRUE(book.add(offer_of("a", 2), kNow));
  EXPECT_TRUE(book.add(offer_of("b", 1), kNow));
  EXPECT_TRUE(book.add(offer_of("a", 3), kNow));
  const auto old = book.add(offer_of("a", 2), kNow);
  EXPECT_TRUE(!old && old.error() == Errc::outdated);
  ASSERT_NE(book.find("a"), nullptr);
  EXPECT_EQ(book.find("a")->offer.sequence, 3u);
  EXPECT_EQ(book.offers().size(), 2u);
  book.forget("a");
  EXPECT_EQ(book.find("a"), nullptr);
}

TEST(OfferBook, takes_the_same_offer_again_without_a_change) {
  OfferBook book;
  EXPECT_TRUE(book.add(offer_of("a", 2), kNow));
  const std::uint64_t version = book.version();
  EXPECT_TRUE(book.add(offer_of("a", 2), kNow));
  EXPECT_EQ(book.version(), version);
  const auto other = book.add(offer_of("a", 2, kNow + 5000), kNow);
  EXPECT_TRUE(!other && other.error() == Errc::outdated) << "two offers of one sequence: the first stands";
}

TEST(OfferBook, has_room_for_who_tells_of_itself_however_many_a_peer_has_heard_of) {
  OfferBook book;
  std::size_t relayed = 0;
  for (std::size_t i = 0; i < kProvidersMax; ++i) relayed += book.add(offer_of(std::to_string(i), 1), kNow) ? 1 : 0;
  EXPECT_EQ(relayed, kProvidersMax - kDirectReserved);
  for (std::size_t i = 0; i < kDirectReserved; ++i) {
    EXPECT_TRUE(book.add(offer_of("direct " + std::to_string(i), 1), kNow, Heard::directly));
  }
  EXPECT_FALSE(book.add(offer_of("one more", 1), kNow, Heard::directly));
  EXPECT_TRUE(book.add(offer_of("direct 0", 2), kNow)) << "a newer one, also when another peer tells of it";
  book.forget("direct 0");
  EXPECT_FALSE(book.add(offer_of("relayed", 1), kNow));
}

TEST(OfferBook, does_not_show_what_was_withdrawn_nor_let_older_ones_come_back) {
  OfferBook book;
  EXPECT_TRUE(book.add(offer_of("a", 2), kNow));
  SignedOffer gone = offer_of("a", 3);
  gone.offer.withdrawn = true;
  gone.offer.devices.clear();
  EXPECT_TRUE(book.add(gone, kNow));
  EXPECT_EQ(book.find("a"), nullptr);
  EXPECT_TRUE(book.offers().empty());
  EXPECT_FALSE(book.add(offer_of("a", 2), kNow));
  EXPECT_TRUE(book.add(offer_of("a", 4), kNow));
  EXPECT_NE(book.find("a"), nullptr);
}

TEST(OfferBook, forgets_what_has_expired_and_refuses_what_has_or_is_not_yet_valid) {
  OfferBook book;
  EXPECT_TRUE(book.add(offer_of("a", 1, kNow + 10), kNow));
  EXPECT_TRUE(book.add(offer_of("b", 1, kNow + 20), kNow));
  book.expire(kNow + 10);
  EXPECT_EQ(book.find("a"), nullptr);
  EXPECT_NE(book.find("b"), nullptr);
  const auto late = book.add(offer_of("c", 1, kNow), kNow);
  EXPECT_TRUE(!late && late.error() == Errc::expired);
  SignedOffer early = offer_of("c", 1, kNow + kClockSkewMaxMs + 10);
  early.offer.from_unix_ms = kNow + kClockSkewMaxMs + 1;
  const auto soon = book.add(early, kNow);
  EXPECT_TRUE(!soon && soon.error() == Errc::expired);
}

TEST(OfferBook, tells_how_far_the_clock_is_off_where_it_keeps_out_all_that_providers_say_of_themselves) {
  constexpr std::int64_t kHour = 3'600'000;
  constexpr std::int64_t kAbout = 10 * 60'000;
  const auto offer = [](const std::string& provider) {
    SignedOffer made = offer_of(provider, 1, kNow + kAbout);
    made.offer.from_unix_ms = kNow;
    return made;
  };
  for (const std::int64_t ahead : {kHour, -kHour}) {
    OfferBook book;
    EXPECT_FALSE(book.add(offer("a"), kNow + ahead));
    EXPECT_EQ(book.clock_ahead_ms("own"), std::nullopt) << "who passes it on may be late with it";
    EXPECT_FALSE(book.add(offer("a"), kNow + ahead, Heard::directly));
    const auto told = book.clock_ahead_ms("own");
    ASSERT_TRUE(told);
    EXPECT_LT(std::abs(*told - ahead), kAbout);
    EXPECT_TRUE(book.add(offer_of("own", 1, kNow + 2 * kHour), kNow + ahead, Heard::directly) || ahead < 0);
    EXPECT_TRUE(book.clock_ahead_ms("own")) << "this node's own says nothing";
    book.expire(kNow + ahead);
    EXPECT_TRUE(book.clock_ahead_ms("own"));
    book.expire(kNow + ahead);
    EXPECT_EQ(book.clock_ahead_ms("own"), std::nullopt) << "nobody says so any more";
    EXPECT_FALSE(book.add(offer("a"), kNow + ahead, Heard::directly));
    EXPECT_TRUE(book.add(offer("b"), kNow, Heard::directly));
    EXPECT_EQ(book.clock_ahead_ms("own"), std::nullopt) << "one that holds: the other's clock is wrong";
  }
  EXPECT_EQ(clock_text(kHour), "this node's clock is about 60 min ahead of that of its peers");
  EXPECT_EQ(clock_text(-kHour), "this node's clock is about 60 min behind that of its peers");
}

TEST(OfferBook, has_room_for_a_bounded_number_of_providers) {
  OfferBook book;
  for (std::size_t i = 0; i < kProvidersMax; ++i) {
    ASSERT_TRUE(book.add(offer_of(std::to_string(i), 1, i == 0 ? kNow + 1 : kNow + 1000), kNow, Heard::directly));
  }
  const auto one_more = book.add(offer_of("more", 1), kNow, Heard::directly);
  EXPECT_TRUE(!one_more && one_more.error() == Errc::book_full);
  EXPECT_TRUE(book.add(offer_of("5", 2), kNow)) << "one that is known may change";
  EXPECT_TRUE(book.add(offer_of("more", 1), kNow + 1, Heard::directly)) << "what has expired makes room";
}

// Against a twin that remembers everything.
RC_GTEST_PROP(OfferBook, shows_what_a_list_of_all_offers_would, ()) {
  OfferBook book;
  std::map<std::string, std::pair<std::uint64_t, std::int64_t>> twin;
  std::int64_t now = kNow;
  const int steps = *rc::gen::inRange(0, 60);
  for (int step = 0; step < steps; ++step) {
    const std::string provider(1, static_cast<char>('a' + *rc::gen::inRange(0, 4)));
    const auto sequence = *rc::gen::inRange<std::uint64_t>(0, 6);
    const std::int64_t until = now + *rc::gen::inRange<std::int64_t>(-2, 10);
    const bool taken = book.add(offer_of(provider, sequence, until), now).has_value();
    const auto known = twin.find(provider);
    const bool same = known != twin.end() && known->second == std::pair(sequence, until);
    const bool newer = known == twin.end() || sequence > known->second.first;
    RC_ASSERT(taken == (until > now && (same || newer)));
    if (taken) twin[provider] = {sequence, until};
    now += *rc::gen::inRange(0, 3);
    book.expire(now);
    std::erase_if(twin, [&](const auto& entry) { return entry.second.second <= now; });
    RC_ASSERT(book.offers().size() == twin.size());
    for (const auto& [name, terms] : twin) RC_ASSERT(book.find(name)->offer.sequence == terms.first);
  }
}

}  // namespace
}  // namespace quern::market
