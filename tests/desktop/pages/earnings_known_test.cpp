// What the earnings' page says where something is not known: an answer that did not come, a device of another machine,
// the energy that was taken.
#include <QSet>
#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "desktop/pages/receipt_panel.hpp"
#include "desktop/widgets/card.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/labels.hpp"
#include "desktop/widgets/table.hpp"
#include "tests/desktop/pages/earnings_stage.hpp"

namespace quern::desktop::pages {
namespace {

namespace json = boost::json;
using models::ReceiptModel;

constexpr auto kDamaged = "the database is damaged";

class EarningsKnown : public EarningsPageTest {
 protected:
  EarningsPage& open_damaged() {
    daemon().set_topic("status", example_status());
    daemon().set_topic("earnings", earnings_);
    daemon().refuse("earnings.get", kDamaged);
    daemon().refuse("receipt.list", kDamaged);
    return stage_.open(kUsual);
  }
  void tell(std::int64_t balance_micro) {
    earnings_["balance_micro"] = balance_micro;
    daemon().set_topic("earnings", earnings_);
  }
  void answer_receipt(json::object receipt) {
    daemon().answer("receipt.list", [receipt](const json::object&) -> rpc::Answer {
      return json::object{{"receipts", json::array{receipt}}, {"next", nullptr}};
    });
  }
  static widgets::KpiTile& tile(EarningsPage& page, const QString& label) {
    const auto tiles = page.findChildren<widgets::KpiTile*>();
    const auto at = std::ranges::find_if(tiles, [&](auto* each) { return each->accessibleName().startsWith(label); });
    EXPECT_NE(at, tiles.end());
    return at == tiles.end() ? *tiles.front() : **at;
  }
  static int times_said(const QWidget& page, const QString& text) {
    return static_cast<int>(texts_of(page).filter(text).size());
  }
  static QSet<QString> device_names_shown(EarningsPage& page) {
    QSet<QString> names;
    const QAbstractItemModel& rows = *table(page).model();
    for (int row = 0; row < rows.rowCount(); ++row) names << rows.index(row, ReceiptModel::kDevice).data().toString();
    return names;
  }
  // Of a day and two devices, of which one tells its power.
  void answer_earnings(std::optional<std::int64_t> energy_millijoules, std::int64_t earned_micro = 5'000'000) {
    daemon().answer("earnings.get", [=](const json::object& params) -> rpc::Answer {
      const std::int64_t last = params.at("until_unix_ms").as_int64() - kDayMs;
      json::object measured = part("gpu-0", earned_micro);
      if (energy_millijoules) measured["energy_millijoules"] = *energy_millijoules;
      return json::object{{"days", json::array{day_of(last, {measured, part("gpu-1", 3'000'000)})}},
                          {"totals", json::object{{"earned_micro", 8'000'000}, {"spent_micro", 0}}}};
    });
  }
};

TEST_F(EarningsKnown, WhatIsNotToldIsNotSaidToBeNothing) {
  EarningsPage& page = open_damaged();
  // In the tile, the chart's head, the shares and the receipts' head.
  ASSERT_TRUE(soon([&] { return times_said(page, QString::fromLatin1(kDamaged)) == 4; }))
      << texts_of(page).join(u'\n').toStdString();
  tell(9'990'000);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("9.99")); }));
  EXPECT_EQ(times_said(page, QString::fromLatin1(kDamaged)), 4);
  EXPECT_TRUE(says(page, QStringLiteral("Earned in 30 days")));
  for (const char* text : {"Nothing in these days.", "in all", "nothing before that"}) {
    EXPECT_FALSE(says(page, QString::fromLatin1(text))) << text;
  }
  ASSERT_TRUE(click(page, QStringLiteral("Spent")));
  EXPECT_EQ(times_said(page, QString::fromLatin1(kDamaged)), 4);
  play(daemon());
  tell(8'880'000);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("40 in all")) && bars(page).item_count() == 30; }));
  EXPECT_FALSE(says(page, QString::fromLatin1(kDamaged)));
}

TEST_F(EarningsKnown, WhatWasRefusedIsAskedForAgainAfterAPause) {
  EarningsPage& page = open_damaged();
  page.set_retry_pause(std::chrono::milliseconds(1));
  ASSERT_TRUE(soon([&] { return daemon().count("receipt.list") > 3; }));
  play(daemon());
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("40 in all")) || bars(page).item_count() == 30; }));
  ASSERT_TRUE(soon([&] { return !says(page, QString::fromLatin1(kDamaged)); }));
}

TEST_F(EarningsKnown, WhatWasRefusedIsAskedForWhenThePageIsShown) {
  EarningsPage& page = open_damaged();
  // Once for the status and once for the topic; nothing else asks now.
  ASSERT_TRUE(soon([&] { return daemon().count("earnings.get") == 4 && daemon().count("receipt.list") == 2; }));
  settle();
  page.hide();
  play(daemon());
  page.show();
  ASSERT_TRUE(soon([&] { return !says(page, QString::fromLatin1(kDamaged)); }));
  EXPECT_EQ(bars(page).item_count(), 30);
}

TEST_F(EarningsKnown, EarningsWithoutReceiptsAreNotAskedForWithEveryWordOfTheDaemon) {
  json::object status = example_status();
  json::array& can = status["capabilities"].as_array();
  can.erase(std::ranges::find(can, json::value("receipts")));
  daemon().set_topic("status", status);
  daemon().set_topic("earnings", earnings_);
  play(daemon());
  EarningsPage& page = stage_.open(kUsual);
  ASSERT_TRUE(soon([&] { return bars(page).item_count() == 30 && daemon().count("earnings.get") >= 4; }));
  settle();
  const int before = daemon().count("earnings.get");
  for (const int offers : {11, 12, 13}) {
    status["offers"] = offers;
    daemon().set_topic("status", status);
    ASSERT_TRUE(soon([&] { return stage_.models->status().offers == static_cast<std::uint64_t>(offers); }));
  }
  settle();
  EXPECT_EQ(daemon().count("earnings.get"), before);
}

TEST_F(EarningsKnown, AReasonIsNoMarkupInTheTip) {
  daemon().set_topic("status", example_status());
  daemon().set_topic("earnings", earnings_);
  daemon().refuse("earnings.get", "<b>bold</b>");
  EarningsPage& page = stage_.open(kUsual);
  ASSERT_TRUE(soon([&] { return tile(page, QStringLiteral("Earned in 30 days")).toolTip().contains(u"bold"); }));
  const QString tip = tile(page, QStringLiteral("Earned in 30 days")).toolTip();
  EXPECT_TRUE(tip.contains(QStringLiteral("&lt;b&gt;bold"))) << tip.toStdString();
}

TEST_F(EarningsKnown, ALongReasonLeavesTheTilesTheirHeight) {
  daemon().set_topic("status", example_status());
  daemon().set_topic("earnings", earnings_);
  EarningsPage& page = stage_.open(kSmallest);
  ASSERT_TRUE(soon([&] { return stage_.models->earnings().has_value(); }));
  play(daemon());
  tell(9'990'000);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("on the 30 days before")); }));
  settle();
  const int usual = tile(page, QStringLiteral("Earned in 30 days")).height();
  const std::string lines = "the disk\nis damaged\n";
  std::string fault;
  for (int line = 0; line < 100; ++line) fault += lines;
  daemon().refuse("earnings.get", fault);
  tell(8'880'000);
  ASSERT_TRUE(soon([&] { return says(tile(page, QStringLiteral("Earned in 30 days")), QStringLiteral("disk")); }));
  settle();
  EXPECT_LE(tile(page, QStringLiteral("Earned in 30 days")).height(), 2 * usual);
  for (const auto* each : page.findChildren<widgets::KpiTile*>()) {
    EXPECT_LE(each->mapTo(&page, each->rect().bottomRight()).x(), page.width()) << each->accessibleName().toStdString();
  }
  const auto* const title = named<widgets::ElidedLabel>(page, QStringLiteral("Credits per day"));
  ASSERT_TRUE(title);
  EXPECT_FALSE(title->is_elided());
  const auto tips = tile(page, QStringLiteral("Earned in 30 days")).findChildren<widgets::TextLabel*>();
  ASSERT_EQ(tips.size(), 1);
  EXPECT_GT(tips.front()->toolTip().count(QStringLiteral("damaged")), 20);
  EXPECT_EQ(clipped(page), QStringList());
  picture(page, QStringLiteral("earnings-long-reason"));
}

TEST_F(EarningsKnown, WhileTheDaemonIsAwayThatStaysWhichWasAskedFor) {
  EarningsPage& page = open();
  daemon().lose();
  ASSERT_TRUE(soon([&] { return !stage_.connection->live(); }));
  EXPECT_EQ(bars(page).item_count(), 30);
  ASSERT_TRUE(click(page, QStringLiteral("7 d")));
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("Not known: ")); }));
  EXPECT_EQ(bars(page).item_count(), 0);
  EXPECT_TRUE(says(page, QStringLiteral("on the 30 days before")));
}

TEST_F(EarningsKnown, DevicesOfOthersAreCalledAsTheyOfferThem) {
  const json::object device{{"id", "gpu-1"}, {"name", "Arc A770"}};
  daemon().set_topic("offers", json::object{{"offers", json::array{json::object{{"provider", "12D3KooWowl"},
                                                                                {"devices", json::array{device}}}}}});
  EarningsPage& page = open();
  ASSERT_TRUE(soon([&] { return stage_.models->offers().rowCount() == 1; }));
  EXPECT_EQ(device_names_shown(page),
            (QSet<QString>{QStringLiteral("NVIDIA GeForce RTX 4090 #1"), QStringLiteral("NVIDIA GeForce RTX 4090 #2"),
                           QStringLiteral("Radeon RX 7900 XTX")}));
  ASSERT_TRUE(click(page, QStringLiteral("Spent")));
  ASSERT_TRUE(soon([&] {
    return device_names_shown(page) ==
           QSet<QString>{QStringLiteral("gpu-0"), QStringLiteral("Arc A770"), QStringLiteral("gpu-2")};
  }));
  const auto* const shares = page.findChild<widgets::ShareBars*>();
  QStringList named;
  for (int at = 0; at < shares->item_count(); ++at) named << shares->item_text(at);
  EXPECT_EQ(named.filter(QStringLiteral("Arc A770")).size(), 1) << named.join(u'\n').toStdString();
  EXPECT_TRUE(named.filter(QStringLiteral("NVIDIA")).isEmpty()) << named.join(u'\n').toStdString();
  // Its provider is away.
  daemon().set_topic("offers", json::object{{"offers", json::array()}});
  ASSERT_TRUE(soon([&] { return stage_.models->offers().rowCount() == 0; }));
  tell(9'990'000);
  ASSERT_TRUE(soon([&] { return daemon().count("receipt.list") > 1; }));
  settle();
  EXPECT_TRUE(device_names_shown(page).contains(QStringLiteral("Arc A770")));
}

TEST_F(EarningsKnown, TheJobSaysWhatTheDeviceOfAProviderThatIsAwayIsCalled) {
  json::object receipt = example_receipt(7, false);
  receipt["job_id"] = "j-7";
  receipt["task"] = 1;
  receipt["tasks"] = 8;
  EarningsPage& page = open();
  answer_receipt(receipt);
  daemon().answer("job.get", [](const json::object&) -> rpc::Answer {
    const auto attempt = [](const char* provider, const char* name) {
      return json::object{{"provider", provider}, {"device", "gpu-1"}, {"device_name", name}};
    };
    const json::array attempts{attempt("12D3KooWelse", "Another"), attempt("12D3KooWowl", "Arc A770")};
    return json::object{{"id", "j-7"}, {"tasks_list", json::array{json::object{{"task", 1}, {"attempts", attempts}}}}};
  });
  tell(9'990'000);
  ASSERT_TRUE(click(page, QStringLiteral("Spent")));
  ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == 1; }));
  table(page).select_row(0);
  const auto& panel = *page.findChild<ReceiptPanel*>();
  EXPECT_TRUE(says(panel, QStringLiteral("gpu-1")));
  EXPECT_TRUE(says(panel, QStringLiteral("1, of 8 in all")));  // as the job's tasks are numbered
  EXPECT_TRUE(soon([&] { return says(panel, QStringLiteral("Arc A770")); }));
  EXPECT_EQ(daemon().last("job.get"), (json::object{{"id", "j-7"}}));
}

TEST(MicroPerKwh, IsRoundedAndAbsentWhereItSaysNothing) {
  constexpr std::int64_t kKwh = 3'600'000'000;
  EXPECT_EQ(micro_per_kwh(5'000'000, 2 * kKwh), 2'500'000);
  EXPECT_EQ(micro_per_kwh(1, 2 * kKwh), 1);
  EXPECT_EQ(micro_per_kwh(1, 2 * kKwh + 1), 0);
  EXPECT_EQ(micro_per_kwh(0, kKwh), 0);
  EXPECT_EQ(micro_per_kwh(-5, kKwh), 0);
  EXPECT_EQ(micro_per_kwh(models::kMicroMax, kKwh), models::kMicroMax);
  EXPECT_EQ(micro_per_kwh(models::kMicroMax, models::kEnergyMaxMillijoules), kKwh);
  EXPECT_FALSE(micro_per_kwh(models::kMicroMax, 1));
  EXPECT_FALSE(micro_per_kwh(5, 0));
}

TEST(EarningsHistory, EnergyIsThereWhereTheDaemonTellsOne) {
  const auto told = [](const json::value& energy) {
    json::object measured = part("a", 1);
    measured["energy_millijoules"] = energy;
    return history_of(
        json::object{{"days", json::array{day_of(0, {measured, part("b", 1)}), day_of(kDayMs, {measured})}},
                     {"totals", json::object{{"earned_micro", 3}}}});
  };
  const models::EarningsHistory good = told(7'200'000);
  EXPECT_EQ(good.measured().energy_millijoules, 14'400'000);
  const auto parts = good.parts();
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].energy_millijoules, 14'400'000);
  EXPECT_EQ(good.measured().earned_micro, parts[0].earned_micro) << "nothing of what tells no power";
  EXPECT_FALSE(parts[1].energy_millijoules);
  for (const json::value& absurd : {json::value(), json::value(-1), json::value("5"), json::value(INT64_MAX)}) {
    EXPECT_FALSE(told(absurd).measured().energy_millijoules) << json::serialize(absurd);
    EXPECT_FALSE(told(absurd).parts()[0].energy_millijoules) << json::serialize(absurd);
  }
}

TEST(EarningsHistory, EnergyBroughtWhatItsDeviceEarnedFromItsFirstDayOn) {
  const auto drawn = [](const std::string& name, std::int64_t earned, std::int64_t energy) {
    json::object measured = part(name, earned);
    measured["energy_millijoules"] = energy;
    return measured;
  };
  const models::EarningsHistory history = history_of(json::object{
      {"days", json::array{day_of(0, {part("a", 1'000), part("b", 2)}), day_of(kDayMs, {drawn("a", 0, 50)}),
                           day_of(2 * kDayMs, {part("a", 7), part("b", 4)}),
                           day_of(3 * kDayMs, {drawn("a", 5, 60), drawn("", 9, 80)})}}});
  const models::EarningsHistory::Part measured = history.measured();
  EXPECT_EQ(measured.energy_millijoules, 110) << "nothing of what several devices, or unknown ones, took";
  EXPECT_EQ(measured.earned_micro, 12) << "what was settled after midnight, nothing of what came before any energy";
}

TEST_F(EarningsKnown, WhatIsNotPaidYetWasNotForNothing) {
  EarningsPage& page = open();
  answer_earnings(7'200'000'000);
  tell(9'990'000);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("2.50 cr per kWh")); }));
  answer_earnings(7'200'000'000, 0);
  tell(8'880'000);
  ASSERT_TRUE(soon([&] { return !says(page, QStringLiteral("2.50 cr per kWh")); }));
  EXPECT_FALSE(says(page, QStringLiteral("kWh")));
}

TEST_F(EarningsKnown, WhatAKilowattHourEarnedIsSaidWhereItIsKnown) {
  EarningsPage& page = open();
  EXPECT_FALSE(says(page, QStringLiteral("kWh")));
  answer_earnings(7'200'000'000);
  tell(9'990'000);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("2.50 cr per kWh")); }));
  const auto* const label = named<widgets::TextLabel>(
      page, english().credits(2'500'000).prepend(QStringLiteral("Earned per kilowatt hour: ")));
  ASSERT_TRUE(label);
  EXPECT_FALSE(label->toolTip().isEmpty());
  picture(page, QStringLiteral("earnings-per-kwh"));
  ASSERT_TRUE(click(page, QStringLiteral("Spent")));
  EXPECT_FALSE(says(page, QStringLiteral("kWh")));
  ASSERT_TRUE(click(page, QStringLiteral("Earned")));
  EXPECT_TRUE(says(page, QStringLiteral("2.50 cr per kWh")));
  answer_earnings(std::nullopt);
  tell(8'880'000);
  ASSERT_TRUE(soon([&] { return !says(page, QStringLiteral("kWh")); }));
}

TEST_F(EarningsKnown, TilesSayAllOfTheirNotes) {
  earnings_["spent_micro"] = 123'456'780'000;
  earnings_["reserved_micro"] = 12'345'670'000;
  EarningsPage& page = open();
  ASSERT_TRUE(click(page, QStringLiteral("Spent")));
  for (const QSize& size : {kUsual, kSmallest}) {
    page.resize(size);
    settle();
    EXPECT_TRUE(says(page, QStringLiteral("of 123,456.78 spent · 12,345.67 set aside for jobs")));
    EXPECT_EQ(clipped(page), QStringList());
    for (const auto* tile : page.findChildren<widgets::KpiTile*>()) {
      for (const auto* label : tile->findChildren<widgets::ElidedLabel*>()) {
        EXPECT_FALSE(label->is_elided()) << label->text().toStdString();
      }
    }
  }
  picture(page, QStringLiteral("earnings-spent-small"));
}

}  // namespace
}  // namespace quern::desktop::pages
