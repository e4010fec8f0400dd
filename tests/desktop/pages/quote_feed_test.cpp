// When the market is asked what a job costs.
#include "desktop/pages/quote_feed.hpp"

#include <QSignalSpy>
#include <QTest>

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

#include "tests/desktop/client/scripted_transport.hpp"
#include "tests/desktop/page_checks.hpp"

namespace quern::desktop::pages {
namespace {

namespace json = boost::json;

TEST(QuoteFeed, AMovingMarketDoesNotTakeBackAQuestionThatIsBeingAnswered) {
  constexpr std::chrono::milliseconds kPause(10);
  client::Script script;
  client::Connection connection(script.factory());
  QuoteFeed feed(connection, kPause);
  connection.open();
  script.newest->opened();
  ASSERT_TRUE(QTest::qWaitFor([&] { return connection.live(); }, kSoonMs));
  feed.set_manifest("{}");
  ASSERT_TRUE(QTest::qWaitFor([&] { return script.newest->sent.size() == 1; }, kSoonMs));
  QTimer market;
  QSignalSpy moves(&market, &QTimer::timeout);
  QObject::connect(&market, &QTimer::timeout, &feed, &QuoteFeed::market_changed);
  market.start(kPause);
  ASSERT_TRUE(QTest::qWaitFor([&] { return moves.count() >= 10; }, kSoonMs));
  const rpc::Id first = *script.newest->sent.front().id;
  script.newest->answer(first, json::object{{"rows", json::array()}});
  EXPECT_TRUE(feed.rows());
  EXPECT_EQ(script.newest->sent.size(), 1);
  EXPECT_TRUE(QTest::qWaitFor([&] { return script.newest->sent.size() == 2; }, kSoonMs)) << "it has moved since";
}

}  // namespace
}  // namespace quern::desktop::pages
