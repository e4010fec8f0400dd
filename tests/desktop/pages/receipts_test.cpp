// The list of receipts and the file of them, where there are more than a page, or than fit.
#include <QFile>
#include <QScrollBar>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include "desktop/pages/receipt_export.hpp"
#include "desktop/pages/receipt_feed.hpp"
#include "desktop/widgets/table.hpp"
#include "tests/desktop/pages/earnings_stage.hpp"

namespace quern::desktop::pages {
namespace {

namespace json = boost::json;

class ReceiptsTest : public EarningsPageTest {
 protected:
  // The topic says that there is something new.
  void more_receipts(int all) {
    receipts_ = all;
    earnings_["balance_micro"] = 1'000'000 + all;
    daemon().set_topic("earnings", earnings_);
  }
  QByteArray exported(EarningsPage& page, const QString& said) {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("all.csv"));
    page.set_choose_file([&](QWidget*, const QString&) { return path; });
    EXPECT_TRUE(click(page, QStringLiteral("Export CSV")));
    EXPECT_TRUE(soon([&] { return says(page, said); })) << texts_of(page).join(u'\n').toStdString();
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  }
};

TEST_F(ReceiptsTest, AListThatDoesNotMeetTheNewestBeginsAnew) {
  receipts_ = 300;
  EarningsPage& page = open();
  more_receipts(700);
  ASSERT_TRUE(soon([&] {
    return table(page).model()->index(0, models::ReceiptModel::kJob).data() == QStringLiteral("sd-xl finetune 699");
  }));
  EXPECT_EQ(table(page).model()->rowCount(), 160);
  QScrollBar* const bar = table(page).verticalScrollBar();
  bar->setValue(bar->maximum());
  ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == 320; }));
  EXPECT_EQ(daemon().last("receipt.list").at("before").as_int64(), 501);
}

TEST_F(ReceiptsTest, AListThatWasWholeIsNotWhenMoreThanAPageHaveCome) {
  receipts_ = 100;
  EarningsPage& page = open();
  EXPECT_TRUE(says(page, QStringLiteral("80 in all")));
  more_receipts(1'000);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("the newest 160, more below")); }));
}

TEST_F(ReceiptsTest, NewestOnesThatMeetTheOthersLeaveTheEndOfTheListWhereItIs) {
  receipts_ = 500;
  EarningsPage& page = open();
  QScrollBar* const bar = table(page).verticalScrollBar();
  bar->setValue(bar->maximum());
  ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == 320; }));
  more_receipts(505);
  ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == 324; }));
  bar->setValue(bar->maximum());
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("404 in all")); }));
}

TEST_F(ReceiptsTest, AListThatIsFullSaysThatThereAreOlderOnesAndTheFileHasThem) {
  receipts_ = static_cast<int>(models::kReceiptsMax) + 50;
  EarningsPage& page = open();
  QScrollBar* const bar = table(page).verticalScrollBar();
  for (int rows = 160; rows < 8'000; rows += 160) {
    ASSERT_TRUE(soon([&] { return bar->value() < bar->maximum(); }));  // laid out
    bar->setValue(bar->maximum());
    ASSERT_TRUE(soon([&] { return table(page).model()->rowCount() == rows + 160; })) << rows;
  }
  EXPECT_TRUE(says(page, QStringLiteral("the newest 8,000; the exported file has all")));
  const QByteArray text = exported(page, QStringLiteral("10,050 receipts were written to all.csv"));
  EXPECT_EQ(text.count("\r\n"), receipts_ + 1);
  EXPECT_TRUE(text.contains("\"receipt-1\""));
}

TEST_F(ReceiptsTest, AListWithoutEndIsNotWritten) {
  EarningsPage& page = open();
  daemon().answer("receipt.list", [](const json::object&) -> rpc::Answer {
    return json::object{{"receipts", json::array{example_receipt(7)}}, {"next", 7}};
  });
  EXPECT_EQ(exported(page, QStringLiteral("Nothing was exported: the service's list of receipts does not end")),
            QByteArray());
}

TEST_F(ReceiptsTest, ALineLostOnTheWayLeavesNoFile) {
  receipts_ = 5'000;
  EarningsPage& page = open();
  const auto answered = daemon().count("receipt.list");
  daemon().answer("receipt.list", [this, answered](const json::object&) -> rpc::Answer {
    if (daemon().count("receipt.list") > answered + 1) return rpc::fail(rpc::Code::refused, "busy", "wait");
    return json::object{{"receipts", json::array{example_receipt(7)}}, {"next", 7}};
  });
  EXPECT_EQ(exported(page, QStringLiteral("Nothing was exported")), QByteArray());
}

TEST_F(ReceiptsTest, OnesOfTheOtherSideAreLookedForBehindTheNewest) {
  EarningsPage& page = open();
  daemon().answer("receipt.list", [](const json::object& params) -> rpc::Answer {
    const json::value* const before = params.if_contains("before");
    const std::int64_t first = before ? before->as_int64() - 1 : 900;
    const std::int64_t last = first - params.at("limit").as_int64();
    json::array list;
    for (std::int64_t at = first; at > std::max<std::int64_t>(0, last); --at) {
      list.push_back(example_receipt(static_cast<int>(at), at > 100));
    }
    return json::object{{"receipts", std::move(list)}, {"next", last > 0 ? json::value(last + 1) : json::value()}};
  });
  more_receipts(900);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("the newest 200, more below")); }));
  ASSERT_TRUE(click(page, QStringLiteral("Spent")));
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("100 in all")); }));
}

}  // namespace
}  // namespace quern::desktop::pages
