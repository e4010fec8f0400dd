// The earnings' page when another daemon is chosen: nothing of the last one stays.
#include <QFile>
#include <QPushButton>
#include <QScrollBar>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include "desktop/pages/receipt_panel.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/table.hpp"
#include "tests/desktop/pages/earnings_stage.hpp"

namespace quern::desktop::pages {
namespace {

namespace json = boost::json;
using models::ReceiptModel;

class EarningsOfDaemons : public EarningsPageTest {
 protected:
  // Another node, whose receipts have other names.
  void begin_other() {
    json::object status = example_status();
    status["peer"] = "12D3KooWother";
    other_.set_topic("status", status);
    other_.set_topic("earnings", json::object{{"balance_micro", 7'770'000}});
  }
  void answer_receipts(std::int64_t all) {
    other_.answer("receipt.list", [all](const json::object& params) -> rpc::Answer {
      const json::value* const before = params.if_contains("before");
      const std::int64_t first = before ? before->as_int64() - 1 : all;
      const std::int64_t last = std::max<std::int64_t>(0, first - params.at("limit").as_int64());
      json::array list;
      for (std::int64_t at = first; at > last; --at) {
        json::object receipt = example_receipt(static_cast<int>(at));
        receipt["id"] = "other-" + std::to_string(at);
        list.push_back(std::move(receipt));
      }
      return json::object{{"receipts", std::move(list)}, {"next", last > 0 ? json::value(last + 1) : json::value()}};
    });
  }
  void change() { stage_.connection->change(other_.factory()); }
  static QStringList ids(EarningsPage& page) {
    QStringList list;
    const QAbstractItemModel& rows = *table(page).model();
    for (int row = 0; row < rows.rowCount(); ++row) list << rows.index(row, 0).data(models::kIdRole).toString();
    return list;
  }
};

TEST_F(EarningsOfDaemons, NothingOfTheLastOneStaysWhereTheNextRefuses) {
  EarningsPage& page = open();
  table(page).select_row(0);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("Signatures verified")); }));
  begin_other();
  other_.refuse("earnings.get", "busy");
  other_.refuse("receipt.list", "busy");
  change();
  EXPECT_EQ(ids(page), QStringList());
  EXPECT_EQ(bars(page).item_count(), 0);
  EXPECT_FALSE(page.findChild<ReceiptPanel*>()->isVisibleTo(&page));
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("7.77")); }));
  ASSERT_FALSE(other_.last("receipt.list").empty());
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("busy")); }));
  EXPECT_EQ(ids(page), QStringList());
  EXPECT_EQ(bars(page).item_count(), 0);
  EXPECT_EQ(page.findChild<widgets::ShareBars*>()->item_count(), 0);
  for (const char* text : {"on the 30 days before", "on a usual day", "Signatures verified", "no connection"}) {
    EXPECT_FALSE(says(page, QString::fromLatin1(text))) << text;
  }
}

TEST_F(EarningsOfDaemons, OlderReceiptsOfTheNextComeThoughTheLastHadNoMore) {
  receipts_ = 10;
  EarningsPage& page = open();
  begin_other();
  answer_receipts(1'000);
  change();
  ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == 200; }));
  for (const QString& id : ids(page)) EXPECT_TRUE(id.startsWith(QStringLiteral("other-"))) << id.toStdString();
  QScrollBar* const bar = table(page).verticalScrollBar();
  bar->setValue(bar->maximum());
  EXPECT_EQ(other_.last("receipt.list", 2).at("before").as_int64(), 801);
  ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == 400; }));
}

// What was asked of the last one and is answered, or fails, after the change.
TEST_F(EarningsOfDaemons, WhatWasAskedOfTheLastOneIsNotHeard) {
  receipts_ = 5'000;
  EarningsPage& page = open();
  QScrollBar* const bar = table(page).verticalScrollBar();
  bar->setValue(bar->maximum());
  begin_other();
  answer_receipts(3);
  change();
  ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == 3; }));
  EXPECT_TRUE(says(page, QStringLiteral("3 in all")));
}

TEST_F(EarningsOfDaemons, AnExportThatTheChangeEndsIsSaidToBeNone) {
  EarningsPage& page = open();
  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("all.csv"));
  page.set_choose_file([&](QWidget*, const QString&) { return path; });
  begin_other();
  answer_receipts(3);
  ASSERT_TRUE(click(page, QStringLiteral("Export CSV")));
  change();
  EXPECT_TRUE(says(page, QStringLiteral("Nothing was exported: the service has changed")));
  ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == 3; }));
  EXPECT_TRUE(says(page, QStringLiteral("Nothing was exported: the service has changed")));
  EXPECT_FALSE(QFile::exists(path));
  EXPECT_TRUE(button(page, QStringLiteral("Export CSV"))->isEnabled());
}

TEST_F(EarningsOfDaemons, AnotherNodeAtTheSamePlaceIsAnotherOne) {
  receipts_ = 10;
  EarningsPage& page = open();
  receipts_ = 5;
  json::object status = example_status();
  status["peer"] = "12D3KooWother";
  stage_.daemon.set_topic("status", status);
  ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == 4; }));
}

}  // namespace
}  // namespace quern::desktop::pages
