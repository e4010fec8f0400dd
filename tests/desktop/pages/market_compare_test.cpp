// Offers of the market side by side: chosen by mouse or keys, what differs, what is best, and back.
#include <QAbstractItemModelTester>
#include <QPushButton>
#include <QTest>

#include "desktop/pages/market_detail.hpp"
#include "desktop/pages/market_page.hpp"
#include "desktop/pages/offer_compare.hpp"
#include "desktop/widgets/table.hpp"
#include "desktop/widgets/table_cells.hpp"
#include "tests/desktop/app/painted_texts.hpp"
#include "tests/desktop/pages/page_fixture_market.hpp"

namespace quern::desktop::pages::played {
namespace {

using widgets::Table;

json::object different_offers(int count) {
  json::object offers = models::example_offers(count);
  for (int i = 0; i < count; ++i) {
    json::object& offer = offers["offers"].as_array()[static_cast<std::size_t>(i)].as_object();
    offer["limits"].as_object()["walltime_ms"] = 3'600'000 * (1 + i);
  }
  return offers;
}

class Comparison : public ::testing::Test {
 protected:
  void begin(int count, int width = 1440, int height = 900) {
    played.answers.topics["offers"] = different_offers(count);
    played.open();
    page = std::make_unique<MarketPage>(played.models());
    show_page(*page, width, height);
    table = named<Table>(*page, QStringLiteral("Offers"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return table->model()->rowCount() == count; }, kSoonMs));
    compare = page->findChild<OfferCompare*>();
    side_by_side = named<Table>(*page, QStringLiteral("Offers side by side"));
    page->activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(page.get()));
  }
  // The first so many rows, by keys alone.
  void mark(int count) {
    table->setFocus();
    QTest::keyClick(table, Qt::Key_Home);
    for (int more = 1; more < count; ++more) QTest::keyClick(table, Qt::Key_Down, Qt::ShiftModifier);
  }
  QPushButton* opener() const { return &page->findChild<MarketDetail*>()->compare(); }
  void open_by_key() {
    opener()->setFocus();
    QTest::keyClick(opener(), Qt::Key_Space);
  }
  QString value(const char* fact, int offer) const {
    for (int row = 0; row < compare->model().rowCount(); ++row) {
      if (compare->model().index(row, 0).data().toString() != QString::fromUtf8(fact)) continue;
      return compare->model().index(row, offer + 1).data().toString().replace(QChar::Nbsp, u' ');
    }
    return QStringLiteral("no such line");
  }
  bool is_best(const char* fact, int offer) const {
    for (int row = 0; row < compare->model().rowCount(); ++row) {
      if (compare->model().index(row, 0).data().toString() == QString::fromUtf8(fact))
        return compare->model().index(row, offer + 1).data(models::kToneRole).isValid();
    }
    return false;
  }

  Played played;
  std::unique_ptr<MarketPage> page;
  Table* table = nullptr;
  OfferCompare* compare = nullptr;
  Table* side_by_side = nullptr;
};

TEST_F(Comparison, IsOfTwoToFourOffersChosenByKeysAndLeftByKeys) {
  begin(8);
  EXPECT_FALSE(opener()->isEnabled()) << "one is no comparison";
  mark(5);
  EXPECT_FALSE(opener()->isEnabled()) << "five are too many";
  mark(3);
  ASSERT_TRUE(opener()->isEnabled());
  open_by_key();
  ASSERT_TRUE(compare->isVisible());
  EXPECT_FALSE(page->findChild<MarketDetail*>()->isVisible());
  EXPECT_EQ(compare->model().ids().size(), 3);
  EXPECT_TRUE(side_by_side->hasFocus());
  EXPECT_FALSE(opener()->isVisible());
  QTest::keyClick(side_by_side, Qt::Key_Escape);
  EXPECT_FALSE(compare->isVisible());
  EXPECT_TRUE(page->findChild<MarketDetail*>()->isVisible());
  EXPECT_TRUE(table->hasFocus());
  EXPECT_TRUE(opener()->isEnabled()) << "the choice stays";
}

TEST_F(Comparison, IsOfWhatDiffersWithTheBestMarkedAndTellsWhatIsTheSame) {
  begin(8);
  mark(2);
  open_by_key();
  const auto& offers = played.models().offers();
  const models::QuantityText text = Played::text();
  const auto plain = [](QString said) { return said.replace(QChar::Nbsp, u' '); };
  for (int at = 0; at < 2; ++at) {
    const models::OfferRow& offer = *offers.find(compare->model().ids()[at]);
    EXPECT_EQ(value("Price/h", at), plain(text.credits_per_hour(offer.per_hour_micro.value_or(0))));
    EXPECT_EQ(value("Measured fp32", at), plain(text.flops(offer.fp32_flops)));
    EXPECT_EQ(value("Longest task", at), plain(text.duration(static_cast<std::int64_t>(offer.walltime_ms))));
    EXPECT_EQ(value("Provider", at), models::short_id(offer.provider));
  }
  EXPECT_TRUE(is_best("Price/h", 0));  // the list begins with the cheapest
  EXPECT_FALSE(is_best("Price/h", 1));
  EXPECT_TRUE(is_best("Longest task", 1));
  EXPECT_FALSE(is_best("Provider", 0));
  EXPECT_TRUE(compare->model().alike().contains(QStringLiteral("OpenCL 3.0")));
  EXPECT_EQ(value("OpenCL", 0), QStringLiteral("no such line"));
  EXPECT_EQ(value("Your job: Likely", 0), QStringLiteral("no such line")) << "none is quoted";
  EXPECT_TRUE(
      compare->model().index(0, 1).data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("Provider: ")));
  picture(*page, QStringLiteral("market-compare"));
}

TEST_F(Comparison, TellsEveryNameWholeAndBothEndsOfWhatIsCompared) {
  begin(8);
  json::object offers = different_offers(8);
  for (int i = 0; i < 8; ++i) {
    offers["offers"].at(static_cast<std::size_t>(i)).at("devices").at(0).as_object()["rates"] =
        json::object{{"device_second", 500}, {"gib_out", 9 + i}};
  }
  played.change("offers", offers);
  ASSERT_TRUE(QTest::qWaitFor(
      [&] {
        const auto& rows = played.models().offers().rows();
        return std::ranges::any_of(rows, [](const models::OfferRow& row) { return row.rates.size() == 2; });
      },
      kSoonMs));
  mark(2);
  open_by_key();
  const QFontMetricsF metrics(theme::font(theme::FontRole::body));
  const int room = side_by_side->columnWidth(0) - 2 * widgets::kCellPadding;
  bool has_rate = false;
  for (int row = 0; row < compare->model().rowCount(); ++row) {
    const QString name = compare->model().index(row, 0).data().toString();
    has_rate = has_rate || name == QStringLiteral("A GiB fetched from there");
    EXPECT_LE(metrics.horizontalAdvance(name), room) << name.toStdString();
  }
  EXPECT_TRUE(has_rate);
  EXPECT_EQ(side_by_side->column_look(1).elide, Qt::ElideMiddle) << "the end tells devices of one model apart";
}

TEST_F(Comparison, FollowsTheMarketAndEndsWhenThereIsNothingToCompare) {
  begin(8);
  const QAbstractItemModelTester tester(side_by_side->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
  mark(3);
  open_by_key();
  const QString first = compare->model().ids().front();
  json::object dearer = different_offers(8);
  dearer["offers"].at(0).at("devices").at(0).as_object()["rates"] =
      json::object{{"device_second", 500}, {"gib_out", 9}};
  played.change("offers", dearer);
  const models::QuantityText text = Played::text();
  EXPECT_TRUE(QTest::qWaitFor(
      [&] { return value("Price/h", 0) == text.credits_per_hour(1'800'000).replace(QChar::Nbsp, u' '); }, kSoonMs))
      << value("Price/h", 0).toStdString();
  EXPECT_EQ(value("A GiB fetched from there", 1), text.credits_exact(0).replace(QChar::Nbsp, u' ')) << "free";
  json::object fewer = different_offers(8);
  fewer["offers"].as_array().erase(fewer["offers"].as_array().begin());
  played.change("offers", fewer);
  EXPECT_TRUE(QTest::qWaitFor([&] { return compare->model().ids().size() == 2; }, kSoonMs));
  EXPECT_FALSE(compare->model().ids().contains(first));
  played.change("offers", json::object{{"offers", json::array()}});
  EXPECT_TRUE(QTest::qWaitFor([&] { return !compare->isVisible(); }, kSoonMs));
}

TEST_F(Comparison, IsWholeAndNamedInASmallWindowWithLargeTextAndRightToLeft) {
  for (const int percent : {100, 140}) {
    theme::Theme::instance().install();
    theme::Theme::instance().set_text_percent(percent);
    Played fresh;
    fresh.answers.topics["offers"] = different_offers(8);
    fresh.open();
    MarketPage small(fresh.models());
    show_page(small, 1100, 700);
    table = named<Table>(small, QStringLiteral("Offers"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return table->model()->rowCount() == 8; }, kSoonMs));
    mark(4);
    button(small, QStringLiteral("Compare"))->click();
    for (const auto direction : {Qt::LeftToRight, Qt::RightToLeft}) {
      small.setLayoutDirection(direction);
      settle();
      EXPECT_EQ(clipped(small), QStringList()) << percent;
      EXPECT_EQ(nameless(small), QStringList()) << percent;
      const auto* const shown = named<Table>(small, QStringLiteral("Offers side by side"));
      for (const app::PaintedText& text : app::painted_texts(small)) {
        if (text.widget != shown->viewport()) continue;
        EXPECT_FALSE(text.text.contains(u'…') && text.text.size() > 10) << percent << ": " << text.text.toStdString();
      }
      picture(small, QStringLiteral("market-compare-%1-%2").arg(percent).arg(direction));
    }
  }
  theme::Theme::instance().set_text_percent(100);
}

}  // namespace
}  // namespace quern::desktop::pages::played
