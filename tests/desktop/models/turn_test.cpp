// Work in turns of the event loop, and what of a topic's list is read anew.
#include "desktop/models/turn.hpp"

#include <QAbstractItemModelTester>
#include <QCoreApplication>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "desktop/models/market_models.hpp"
#include "scheduler/rpc/patch.hpp"
#include "tests/desktop/models/example_topics.hpp"

namespace quern::desktop::models {
namespace {

namespace json = boost::json;

constexpr int kSoonMs = 10'000;

TEST(Turns, ComeInTheOrderOfAskingAndNeverTwoInOneTurnOfTheLoop) {
  std::vector<int> done;
  std::vector<std::size_t> done_at_beats;
  std::vector<std::unique_ptr<Turn>> turns;
  for (int number = 0; number < 5; ++number) {
    turns.push_back(std::make_unique<Turn>([&done, number] { done.push_back(number); }));
  }
  QTimer beat;
  QObject::connect(&beat, &QTimer::timeout, [&] { done_at_beats.push_back(done.size()); });
  beat.start(0);
  for (const int number : {3, 0, 4, 3, 1, 2, 3}) turns[static_cast<std::size_t>(number)]->ask();
  EXPECT_TRUE(done.empty());
  ASSERT_TRUE(QTest::qWaitFor([&] { return done.size() == 5; }, kSoonMs));
  EXPECT_EQ(done, (std::vector{3, 0, 4, 1, 2}));
  for (std::size_t at = 1; at < done_at_beats.size(); ++at) {
    EXPECT_LE(done_at_beats[at], done_at_beats[at - 1] + 1);
  }
}

TEST(Turns, OneThatIsGoneIsNotTakenAndOneMayAskAgain) {
  int times = 0;
  auto gone = std::make_unique<Turn>([] { FAIL(); });
  std::unique_ptr<Turn> itself;
  Turn again([&] {
    if (++times < 3) again.ask();
  });
  itself = std::make_unique<Turn>([&itself] { itself.reset(); });
  gone->ask();
  itself->ask();
  again.ask();
  gone.reset();
  ASSERT_TRUE(QTest::qWaitFor([&] { return times == 3 && !itself; }, kSoonMs));
  EXPECT_FALSE(again.waits());
}

TEST(Touched, OnlyWhatLiesWithinAnElementTouchesThatAlone) {
  TouchedElements touched("offers");
  EXPECT_TRUE(touched.everything());
  const auto add = [&](const char* path) { touched.add({json::object{{"path", path}, {"value", 1}}}); };
  touched.clear();
  add("/offers/7/own");
  add("/offers/12/devices/0/name");
  EXPECT_EQ(touched.elements(), (std::set<std::size_t>{7, 12}));
  for (const char* const path : {"", "/offers", "/offers/7", "/offers/", "/offers/x/own", "/offers/-1/own",
                                 "/other/7/a", "/offers/99999999999999999999/a"}) {
    touched.clear();
    EXPECT_FALSE(touched.everything());
    add(path);
    EXPECT_TRUE(touched.everything()) << path;
  }
  touched.clear();
  for (std::size_t at = 0; at <= kTouchedMax; ++at) add(("/offers/" + std::to_string(at) + "/own").c_str());
  EXPECT_TRUE(touched.everything());
  EXPECT_TRUE(touched.elements().empty());
}

// A change of a list of offers as a daemon may tell it: of a price, of who offers, of what is no offer; more, fewer.
json::value changed_offers(const json::value& before) {
  json::value after = before;
  json::array& list = after.as_object().at("offers").as_array();
  const auto any = [&] { return *rc::gen::inRange<std::size_t>(0, list.size()); };
  for (int left = *rc::gen::inRange(1, 4); left > 0 && !list.empty(); --left) {
    switch (*rc::gen::inRange(0, 7)) {
      case 0:
        list.push_back(example_offer(*rc::gen::inRange(0, 12)));
        break;
      case 1:
        list.pop_back();
        break;
      case 2:
        list[any()] = *rc::gen::element(json::value(5), json::value(example_offer(3)));
        break;
      case 3:
        if (json::object* const offer = list[any()].if_object()) offer->insert_or_assign("provider", "12D3KooW1000002");
        break;
      default:
        if (json::object* const offer = list[any()].if_object()) {
          offer->insert_or_assign("devices", json::array{example_device(*rc::gen::inRange(0, 3)), example_device(9)});
          offer->insert_or_assign("setup_ms", *rc::gen::inRange(0, 100));
        }
    }
  }
  return after;
}

std::vector<OfferRow> by_id(const OfferModel& model) {
  std::vector<OfferRow> rows = model.rows();
  std::ranges::sort(rows, {}, &OfferRow::id);
  return rows;
}

RC_GTEST_PROP(Touched, OffersReadByWhatChangedAreThoseReadWhole, ()) {
  const QuantityText text{QLocale::c(), QTimeZone::utc()};
  OfferModel patched(text);
  const QAbstractItemModelTester tester(&patched, QAbstractItemModelTester::FailureReportingMode::Fatal);
  TouchedElements touched("offers");
  json::value value = example_offers(6);
  for (int round = 0; round < 8; ++round) {
    patched.take(value, touched);
    touched.clear();
    OfferModel whole(text);
    whole.take(value);
    RC_ASSERT(by_id(patched) == by_id(whole));
    for (int patches = *rc::gen::inRange(1, 3); patches > 0; --patches) {
      const json::array patch = rpc::diff(value, changed_offers(value));
      RC_ASSERT(rpc::apply(value, patch).has_value());
      touched.add(patch);
    }
  }
}

TEST(Touched, APriceOfOneOfferIsToldAsOneRow) {
  OfferModel model(QuantityText(QLocale::c(), QTimeZone::utc()));
  json::value value = example_offers(100);
  TouchedElements touched("offers");
  model.take(value, touched);
  touched.clear();
  const json::array patch{json::object{{"path", "/offers/42/devices/0/rates/device_second"}, {"value", 777}}};
  ASSERT_TRUE(rpc::apply(value, patch));
  touched.add(patch);
  QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
  model.take(value, touched);
  ASSERT_EQ(changes.count(), 1);
  EXPECT_EQ(changes.front().at(0).toModelIndex().row(), 42);
  EXPECT_EQ(changes.front().at(1).toModelIndex().row(), 42);
  EXPECT_EQ(model.row(42).per_hour_micro, 777 * 3'600);
}

}  // namespace
}  // namespace quern::desktop::models
