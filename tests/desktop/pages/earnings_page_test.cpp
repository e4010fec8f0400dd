// The earnings' page on a played daemon: sums, bars, receipts, and the file of them.
#include "desktop/pages/earnings_page.hpp"

#include <QAbstractItemModelTester>
#include <QDateTime>
#include <QFile>
#include <QPushButton>
#include <QScrollBar>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include "desktop/pages/earnings_view.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/table.hpp"
#include "tests/desktop/pages/earnings_stage.hpp"

namespace quern::desktop::pages {
namespace {

namespace json = boost::json;

TEST(LastDays, EndWithTodayWhereverItIs) {
  const std::int64_t noon = 1'790'000'000'000 / kDayMs * kDayMs + kDayMs / 2;
  for (const int offset : {-840, -60, 0, 330, 840}) {
    const DayRange range = last_days(noon, offset, 30);
    EXPECT_EQ(range.until_unix_ms - range.from_unix_ms, 30 * kDayMs);
    EXPECT_LE(range.until_unix_ms - kDayMs, noon);
    EXPECT_GT(range.until_unix_ms, noon);
    EXPECT_EQ((range.from_unix_ms + offset * 60'000) % kDayMs, 0);
  }
  EXPECT_EQ(last_days(noon, 0, 100'000).days, 400);
}

TEST(EarningsView, PartsOfAllDaysAreTheSumsOfTheBars) {
  const DayRange range = last_days(example_now(), 0, 7);
  json::array days;
  for (int day = 0; day < 7; ++day) {
    json::array parts;
    for (int at = 0; at < 9; ++at) parts.push_back(part("p" + std::to_string(at), 1'000 * (at + 1) + day));
    days.push_back(day_of(range.from_unix_ms + day * kDayMs, std::move(parts)));
  }
  const EarningsView view = earnings_view(
      history_of(json::object{{"days", days}}), Money::earned, range, 0, [](const QString& name) { return name; },
      english());
  ASSERT_EQ(view.series.size(), 6);
  EXPECT_EQ(view.series.front(), QStringLiteral("p8"));
  EXPECT_EQ(view.series.back(), QStringLiteral("Others"));
  std::int64_t bars = 0;
  for (const widgets::BarDay& day : view.days) {
    for (const qint64 value : day.values) bars += value;
  }
  std::int64_t shares = 0;
  for (const widgets::Share& share : view.shares) shares += share.value;
  EXPECT_EQ(bars, view.total_micro);
  EXPECT_EQ(shares, view.total_micro);
  EXPECT_EQ(view.total_micro, 7 * 45'000 + 9 * 21);
}

TEST(EarningsView, DaysWithNothingAndAbsurdAmountsHaveTheirPlace) {
  const DayRange range = last_days(example_now(), 0, 30);
  const json::value told = json::object{
      {"days",
       json::array{day_of(range.from_unix_ms, {part("a", INT64_MAX), part("b", -5), part("a", models::kMicroMax)}),
                   day_of(range.from_unix_ms - 90 * kDayMs, {part("a", 7)}), 17}}};
  const EarningsView view =
      earnings_view(history_of(told), Money::earned, range, 0, [](const QString& name) { return name; }, english());
  EXPECT_EQ(view.days.size(), 30);
  EXPECT_EQ(view.series, QStringList{QStringLiteral("a")});
  EXPECT_EQ(view.days[0].values, QVector<qint64>{models::kMicroMax});
  EXPECT_EQ(view.days[29].values, QVector<qint64>{0});
  EXPECT_TRUE(earnings_view({}, Money::spent, range, 0, {}, english()).series.isEmpty());
}

TEST(ChangePermille, SaysNothingWhereNothingWas) {
  EXPECT_EQ(change_permille(134, 100), 340);
  EXPECT_EQ(change_permille(50, 100), -500);
  EXPECT_FALSE(change_permille(5, 0));
  EXPECT_EQ(change_permille(models::kMicroMax, 1), 999'000);
}

TEST(ChangeText, HasAnArrowWhereSomethingChangedAsFarAsItIsSaid) {
  const auto said = [](std::int64_t permille) {
    return spaced(change_text(permille, QStringLiteral("on a usual day"), english()));
  };
  EXPECT_TRUE(said(120).startsWith(QStringLiteral("▲ 12"))) << said(120).toStdString();
  EXPECT_TRUE(said(-120).startsWith(QStringLiteral("▼ 12"))) << said(-120).toStdString();
  EXPECT_TRUE(said(0).startsWith(QStringLiteral("0"))) << said(0).toStdString();
  EXPECT_TRUE(said(0).endsWith(QStringLiteral("on a usual day")));
}

TEST(AxisOfCredits, HasAsFewDecimalsAsTellItsValuesApart) {
  const auto ticks = [](std::int64_t step) {
    QStringList texts;
    for (int at = 0; at < 3; ++at) {
      texts << english().credits_number(at * step, models::QuantityText::decimals_of_step(step));
    }
    return texts.join(u' ').toStdString();
  };
  EXPECT_EQ(ticks(5'000'000), "0 5 10");
  EXPECT_EQ(ticks(2'500'000), "0.0 2.5 5.0");
  EXPECT_EQ(ticks(20'000), "0.00 0.02 0.04");
  EXPECT_EQ(ticks(1), "0.000000 0.000001 0.000002");
  EXPECT_EQ(ticks(1'000'000'000), "0 1,000 2,000");
}

TEST_F(EarningsPageTest, ShowsTheNumbersOfTheDaemon) {
  EarningsPage& page = open();
  for (const char* text : {"1,262.14", "22.46 more pending", "Earned today", "13.37", "Earned in 30 days", "45.50",
                           "of 1,300.00 earned"}) {
    EXPECT_TRUE(says(page, QString::fromUtf8(text))) << text;
  }
  // The tile of the month is the sum of the days that the daemon told.
  const json::object params = daemon().last("earnings.get");
  EXPECT_EQ(params.at("utc_offset_minutes").as_int64(), 0);
  std::int64_t sum = 0;
  for (int day = 0; day < 30; ++day) sum += bars(page).day_total(day);
  EXPECT_TRUE(says(page, english().credits_number(sum))) << texts_of(page).join(u'\n').toStdString();
  EXPECT_TRUE(says(page, QStringLiteral("on the 30 days before")));
  const QAbstractItemModel& rows = *table(page).model();
  EXPECT_EQ(rows.index(0, models::ReceiptModel::kJob).data().toString(), QStringLiteral("sd-xl finetune 199"));
  EXPECT_EQ(rows.index(0, models::ReceiptModel::kState).data().toString(), QStringLiteral("Unpaid"));
  EXPECT_EQ(rows.index(0, models::ReceiptModel::kDevice).data().toString(),
            QStringLiteral("NVIDIA GeForce RTX 4090 #2"));
  picture(page, QStringLiteral("earnings"));
}

TEST_F(EarningsPageTest, TheSwitchesAskForOtherDaysAndParts) {
  EarningsPage& page = open();
  const int before = daemon().count("earnings.get");
  ASSERT_TRUE(click(page, QStringLiteral("7 d")));
  json::object asked = daemon().last("earnings.get", before + 1);
  EXPECT_EQ(asked.at("until_unix_ms").as_int64() - asked.at("from_unix_ms").as_int64(), 7 * kDayMs);
  ASSERT_TRUE(soon([&] { return bars(page).item_count() == 7; }));
  ASSERT_TRUE(click(page, QStringLiteral("Kind")));
  asked = daemon().last("earnings.get", before + 2);
  EXPECT_EQ(asked.at("by").as_string(), "kind");
  ASSERT_TRUE(
      soon([&] { return page.findChild<widgets::ShareBars*>()->item_text(0).contains(QStringLiteral("part-")); }));
}

TEST_F(EarningsPageTest, SpendingHasItsOwnSide) {
  EarningsPage& page = open();
  EXPECT_TRUE(says(page, QStringLiteral("Where it came from")));
  ASSERT_TRUE(click(page, QStringLiteral("Spent")));
  EXPECT_TRUE(says(page, QStringLiteral("Where it went")));
  EXPECT_FALSE(says(page, QStringLiteral("Where it came from")));
  EXPECT_EQ(table(page).model()->rowCount(), 40);
  for (const char* text : {"Spent today", "0.12", "Spent in 30 days", "3.00"}) {
    EXPECT_TRUE(says(page, QString::fromUtf8(text))) << text;
  }
  EXPECT_TRUE(says(page, QStringLiteral("2.00 set aside for jobs")));
  EXPECT_EQ(bars(page).day_total(10) % 120'000, 0);
  EXPECT_TRUE(table(page).model()->index(0, models::ReceiptModel::kAmount).data().toString().startsWith(u'-') ||
              table(page).model()->index(0, models::ReceiptModel::kAmount).data().toString().startsWith(QChar(0x2212)));
  picture(page, QStringLiteral("earnings-spent"));
}

TEST_F(EarningsPageTest, AReceiptIsCheckedAndItsTrailCanBeSaved) {
  EarningsPage& page = open();
  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("r.trail"));
  page.set_choose_file([&](QWidget*, const QString&) { return path; });
  table(page).select_row(0);
  EXPECT_EQ(daemon().last("receipt.get"), (json::object{{"id", "receipt-199"}}));
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("Signatures verified")); }));
  EXPECT_TRUE(says(page, QStringLiteral("usage note by provider")));
  EXPECT_TRUE(says(page, QStringLiteral("the budget is used up")));
  settle();
  picture(page, QStringLiteral("earnings-receipt"));
  ASSERT_TRUE(button(page, QStringLiteral("Save the trail")));
  button(page, QStringLiteral("Save the trail"))->click();
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("Saved as r.trail")); }));
  QFile file(path);
  ASSERT_TRUE(file.open(QIODevice::ReadOnly));
  EXPECT_EQ(file.readAll(), QByteArray("trail"));
  verified_ = false;
  table(page).select_row(1);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("Does not hold")); }));
  EXPECT_TRUE(says(page, QStringLiteral("a signature is wrong")));
}

TEST_F(EarningsPageTest, AReceiptThatGoesOnIsShownAnew) {
  EarningsPage& page = open();
  const auto list = [this](const char* state, std::int64_t earned) {
    json::object receipt = example_receipt(900);
    receipt["state"] = state;
    daemon().answer("receipt.list", [receipt](const json::object&) -> rpc::Answer {
      return json::object{{"receipts", json::array{receipt}}, {"next", nullptr}};
    });
    daemon().set_topic("earnings", json::object{{"earned_micro", earned}});
  };
  verified_ = false;  // its last record is missing
  list("pending", 1);
  ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == 1; }));
  table(page).select_row(0);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("Not over yet")); }));
  EXPECT_FALSE(says(page, QStringLiteral("Does not hold")));
  verified_ = true;
  list("settled", 2);
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("Signatures verified")); }));
}

TEST_F(EarningsPageTest, AReceiptThatWasNotCheckedIsWhenTheConnectionIsBack) {
  EarningsPage& page = open();
  daemon().refuse("receipt.get", "busy");
  table(page).select_row(0);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("Not checked")); }));
  play(daemon());
  stage_.connection->close();
  stage_.connection->open();
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("Signatures verified")); }));
}

TEST_F(EarningsPageTest, OlderReceiptsComeWhenTheEndIsReached) {
  receipts_ = 5'000;
  EarningsPage& page = open();
  EXPECT_TRUE(says(page, QStringLiteral("the newest 160, more below")));
  QScrollBar* const bar = table(page).verticalScrollBar();
  bar->setValue(bar->maximum());
  EXPECT_EQ(daemon().last("receipt.list", 2).at("before").as_int64(), 4'801);
  ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == 320; }));
}

TEST_F(EarningsPageTest, TheFileHasEveryReceiptInRawNumbersAndUtc) {
  receipts_ = 1'050;
  EarningsPage& page = open();
  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("all.csv"));
  page.set_choose_file([&](QWidget*, const QString&) { return path; });
  ASSERT_TRUE(click(page, QStringLiteral("Export CSV")));
  ASSERT_TRUE(soon([&] {
    return says(page, QStringLiteral("1050 receipts were written to all.csv")) ||
           says(page, QStringLiteral("1,050 receipts"));
  }));
  QFile file(path);
  ASSERT_TRUE(file.open(QIODevice::ReadOnly));
  const QByteArray text = file.readAll();
  EXPECT_EQ(text.count("\r\n"), 1'051);
  EXPECT_TRUE(text.contains(",1500007,1500007,\"settled\"")) << text.left(400).toStdString();
  EXPECT_TRUE(text.contains("Z,provider,"));
  page.set_choose_file([&](QWidget*, const QString&) { return folder.filePath(QStringLiteral("no/such/folder.csv")); });
  ASSERT_TRUE(click(page, QStringLiteral("Export CSV")));
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("Nothing was exported: folder.csv was not written")); }));
}

TEST_F(EarningsPageTest, AnUnfinishedListIsNotWritten) {
  receipts_ = 1'000;
  EarningsPage& page = open();
  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("all.csv"));
  page.set_choose_file([&](QWidget*, const QString&) { return path; });
  daemon().refuse("receipt.list", "busy");
  ASSERT_TRUE(click(page, QStringLiteral("Export CSV")));
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("Nothing was exported")); }));
  EXPECT_FALSE(QFile::exists(path));
}

TEST_F(EarningsPageTest, EarningsMoveWithTheTopic) {
  EarningsPage& page = open();
  receipts_ = 201;
  earnings_["balance_micro"] = 9'990'000;
  daemon().set_topic("earnings", earnings_);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("9.99")); }));
  ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == 161; }));
}

TEST_F(EarningsPageTest, TheModelBehindTheTableIsWellFormedHoweverReceiptsCome) {
  receipts_ = 1'000;
  EarningsPage& page = open();
  QAbstractItemModel* const rows = table(page).model();
  const QAbstractItemModelTester tester(rows, QAbstractItemModelTester::FailureReportingMode::Fatal);
  rows->sort(models::ReceiptModel::kAmount, Qt::AscendingOrder);
  ASSERT_TRUE(click(page, QStringLiteral("Spent")));
  EXPECT_EQ(rows->rowCount(), 40);
  ASSERT_TRUE(click(page, QStringLiteral("Earned")));
  QScrollBar* const bar = table(page).verticalScrollBar();
  bar->setValue(bar->maximum());
  ASSERT_TRUE(soon([&] { return rows->rowCount() == 320; }));
  rows->sort(models::ReceiptModel::kDevice, Qt::DescendingOrder);
  json::object machine = example_machine();
  machine["devices"].as_array().clear();
  daemon().set_topic("machine", machine);
  ASSERT_TRUE(soon([&] { return rows->index(0, models::ReceiptModel::kDevice).data() == QStringLiteral("gpu-2"); }));
}

TEST_F(EarningsPageTest, EqualCardsAreNumberedWhereverTheyAreNamed) {
  EarningsPage& page = open();
  QSet<QString> devices;
  for (int row = 0; row < 10; ++row) {
    devices << table(page).model()->index(row, models::ReceiptModel::kDevice).data().toString();
  }
  const auto name = [](const char* text) { return QString::fromLatin1(text); };
  EXPECT_EQ(devices, (QSet<QString>{name("NVIDIA GeForce RTX 4090 #1"), name("NVIDIA GeForce RTX 4090 #2"),
                                    name("Radeon RX 7900 XTX")}));
  const QString shares = page.findChild<widgets::ShareBars*>()->item_text(0);
  EXPECT_TRUE(shares.startsWith(name("NVIDIA GeForce RTX 4090 #1"))) << shares.toStdString();
}

TEST_F(EarningsPageTest, FiveReceiptsAreSeenInTheSmallestWindow) {
  EarningsPage& page = open(kSmallest);
  settle();
  EXPECT_GE(table(page).viewport()->height(), 5 * table(page).rowHeight(0));
  EXPECT_FALSE(table(page).isColumnHidden(models::ReceiptModel::kDevice));
}

TEST_F(EarningsPageTest, WithoutEarningsThereIsAWord) {
  daemon().set_topic("status", example_status());
  EarningsPage& page = stage_.open(kUsual);
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("does not tell of earnings")); }));
  EXPECT_FALSE(button(page, QStringLiteral("Export CSV")));
}

TEST_F(EarningsPageTest, FitsTheSmallestWindowBothWaysRoundAndEverythingHasAName) {
  EarningsPage& page = open(kSmallest);
  table(page).select_row(0);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("Signatures verified")); }));
  settle();
  EXPECT_LE(page.minimumSizeHint().width(), kSmallest.width());
  EXPECT_LE(page.minimumSizeHint().height(), kSmallest.height());
  EXPECT_EQ(clipped(page), QStringList());
  EXPECT_EQ(nameless(page), QStringList());
  picture(page, QStringLiteral("earnings-small"));
  page.setLayoutDirection(Qt::RightToLeft);
  settle();
  EXPECT_EQ(clipped(page), QStringList());
  picture(page, QStringLiteral("earnings-rtl"));
}

}  // namespace
}  // namespace quern::desktop::pages
