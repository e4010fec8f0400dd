// The market's page on a daemon of answers: every number is the daemon's, whatever it says.
#include <QAbstractItemModelTester>
#include <QApplication>
#include <QComboBox>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "desktop/pages/market_filters.hpp"
#include "desktop/pages/market_page.hpp"
#include "desktop/widgets/table.hpp"
#include "tests/desktop/pages/page_fixture_market.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::desktop::pages::played {
namespace {

using models::OfferModel;
using widgets::Table;

constexpr const char* kManifest =
    R"({"apiVersion":"v1","kind":"OpenCLKernel","name":"mandelbrot","inputs":[{"path":"m.cl","digest":"sha256:)"
    R"(1bdf3eb6b4bddd17d27cc8807f65ff0734ce4607318e2b3e48e6a4a55db47e31","bytes":5}],"outputs":[],)"
    R"("program":{"sources":["m.cl"]},"steps":[{"kernel":"m","globalWorkSize":[4],"args":[]}]})";

json::object quote_row(int number, std::int64_t likely) {
  return {{"provider", "12D3KooW" + std::to_string(1'000'000 + number)},
          {"device", "qd1-" + std::to_string(number)},
          {"device_name", "device"},
          {"quote", json::object{{"low_micro", likely / 2},
                                 {"likely_micro", likely},
                                 {"high_micro", likely * 2},
                                 {"total_ms", json::object{{"low", 1'000}, {"likely", 2'000}, {"high", 4'000}}},
                                 {"per_hour_micro", 36'000},
                                 {"measured", true}}}};
}
json::object misfit_row(int number) {
  return {{"provider", "12D3KooW" + std::to_string(1'000'000 + number)},
          {"device", "qd1-" + std::to_string(number)},
          {"device_name", "device"},
          {"why", json::object{{"reason", "memory_too_small"},
                               {"text", "the device has too little memory"},
                               {"detail", "4 GiB of 8 GiB"},
                               {"remedy", "ask for less than 4 GiB"}}}};
}

TEST(MarketFilterRow, GivesALittleSoThatTheCountStandsOnItsLine) {
  theme::Theme::instance().install();
  MarketFilters filters;
  filters.set_count(QStringLiteral("3 of 3"));
  filters.resize(2'000, 100);
  filters.show();
  const auto* const count = filters.findChild<widgets::ElidedLabel*>();
  const auto* const search = filters.findChild<QLineEdit*>();
  const int whole = count->geometry().right() + 1 + search->geometry().left();
  const int wide = search->width();
  for (const int lacking : {0, 1, 40, 80}) {
    filters.resize(whole - lacking, 100);
    QTest::qWait(0);
    EXPECT_LT(count->geometry().top(), search->geometry().bottom()) << lacking;
    EXPECT_LE(count->geometry().right(), filters.width()) << lacking;
    EXPECT_GE(search->width(), wide - lacking / 2 - 1) << lacking;
  }
  filters.resize(whole - 200, 100);
  QTest::qWait(0);
  EXPECT_EQ(search->width(), wide) << "it would not help";
}

class Market : public ::testing::Test {
 protected:
  void offer(int count) { played.answers.topics["offers"] = models::example_offers(count); }
  void begin(int count, int width = 1440, int height = 900) {
    offer(count);
    played.open();
    page = std::make_unique<MarketPage>(played.models());
    show_page(*page, width, height);
    ASSERT_TRUE(QTest::qWaitFor([&] { return played.models().offers().rowCount() == count; }, kSoonMs));
    table = named<Table>(*page, QStringLiteral("Offers"));
    ASSERT_NE(table, nullptr);
    ASSERT_TRUE(QTest::qWaitFor([&] { return counts_read(count, count); }, kSoonMs)) << count_text().toStdString();
  }
  QString count_text() const {
    for (const auto* label : page->findChild<MarketFilters*>()->findChildren<widgets::ElidedLabel*>())
      return label->text();
    return {};
  }
  bool counts_read(int shown, int all) const {
    const QLocale english(QLocale::English, QLocale::UnitedStates);
    return count_text() == QStringLiteral("%1 of %2").arg(english.toString(shown), english.toString(all));
  }
  QString cell(int row, int column) const { return table->model()->index(row, column).data().toString(); }
  QLineEdit* edit(const char* name) const { return named<QLineEdit>(*page, QString::fromLatin1(name)); }
  QString file(const std::string& text) {
    folder.write("job.json", text);
    return QString::fromStdString((folder.path() / "job.json").string());
  }
  bool says(const QString& part) const {
    for (const auto* label : page->findChildren<QLabel*>())
      if (label->isVisible() && label->text().contains(part)) return true;
    return false;
  }

  Played played;
  TemporaryFolder folder;
  std::unique_ptr<MarketPage> page;
  Table* table = nullptr;
};

TEST_F(Market, EveryNumberOfTheTableIsTheDaemons) {
  played.answers.topics["peers"] = models::example_peers(40);
  begin(40);
  const models::QuantityText text = Played::text();
  ASSERT_EQ(table->model()->rowCount(), 40);
  std::int64_t before = -1;
  for (int row = 0; row < 40; ++row) {
    const auto id = table->model()->index(row, 0).data(models::kIdRole).toString();
    const int number = id.section(QStringLiteral("qd1-"), 1).toInt();
    const std::int64_t hourly = std::int64_t{10 + number % 1000} * 3'600;
    EXPECT_EQ(cell(row, OfferModel::kPrice), text.credits_number(hourly, 4)) << "the points stand one above the other";
    EXPECT_EQ(cell(row, OfferModel::kMemory), text.bytes((std::uint64_t{1} << 30) * (4 + number % 80)));
    EXPECT_GE(hourly, before) << "the cheapest first";
    before = hourly;
  }
}

TEST_F(Market, TheBestDealsTellTheirWorkForACredit) {
  begin(2);
  json::object offers = models::example_offers(2);
  json::object& device = offers["offers"].at(0).at("devices").at(0).as_object();
  device["fp32_flops"] = 60'000'000'000'000;
  device["rates"] = json::object{{"device_second", 1}};
  played.change("offers", offers);
  EXPECT_TRUE(QTest::qWaitFor([&] { return cell(0, OfferModel::kPrice) == QStringLiteral("0.0036"); }, kSoonMs));
  EXPECT_EQ(cell(0, OfferModel::kSpeedPerCredit).replace(QChar::Nbsp, u' '), QStringLiteral("60 EFLOP"));
}

TEST_F(Market, TheFirstOfferIsSelectedAndToldWhole) {
  begin(3);
  EXPECT_TRUE(QTest::qWaitFor([&] { return says(QStringLiteral("NVIDIA GeForce RTX 4090")); }, kSoonMs));
  EXPECT_TRUE(says(QStringLiteral("0.036 cr/h")));  // 10 micro-credits a second
  EXPECT_TRUE(says(QStringLiteral("0.864 cr a day")));
  const auto offer = played.models().offers().row(0);
  QSignalSpy runs(page.get(), &MarketPage::run_here);
  QTest::mouseClick(button(*page, QStringLiteral("Run a job here")), Qt::LeftButton);
  ASSERT_EQ(runs.count(), 1);
  EXPECT_EQ(runs[0][0].toString(), offer.provider);
  EXPECT_EQ(runs[0][1].toString(), offer.device);
  EXPECT_EQ(runs[0][2].toString(), QString()) << "no job is quoted";
}

TEST_F(Market, FiltersCountWhatTheyLeave) {
  begin(70);
  QTest::keyClicks(edit("Search device or provider"), QStringLiteral("4090"));
  EXPECT_TRUE(counts_read(24, 70)) << count_text().toStdString();  // each third
  edit("Search device or provider")->clear();
  named<QComboBox>(*page, QStringLiteral("Type of device"))->setCurrentIndex(2);
  EXPECT_TRUE(counts_read(10, 70)) << count_text().toStdString();  // each seventh is a CPU
  named<QComboBox>(*page, QStringLiteral("Type of device"))->setCurrentIndex(0);
  QTest::keyClicks(edit("Price an hour at most, in credits"), QStringLiteral("0.054"));
  EXPECT_TRUE(counts_read(6, 70)) << count_text().toStdString();  // 10 to 15 micro-credits a second
  edit("Price an hour at most, in credits")->clear();
  QTest::keyClicks(edit("Query line"), QStringLiteral("name~4090 -type=cpu"));
  EXPECT_TRUE(counts_read(20, 70)) << count_text().toStdString();
}

TEST_F(Market, AQueryThatCannotBeReadIsToldBesideItAndTheRestHolds) {
  begin(70);
  QTest::keyClicks(edit("Search device or provider"), QStringLiteral("4090"));
  QTest::keyClicks(edit("Query line"), QStringLiteral("memry>=72"));
  EXPECT_TRUE(says(QStringLiteral("memry")));
  EXPECT_TRUE(counts_read(24, 70)) << count_text().toStdString();
  edit("Query line")->clear();
  EXPECT_FALSE(says(QStringLiteral("memry")));
  QTest::keyClicks(edit("Price an hour at most, in credits"), QStringLiteral("x"));
  EXPECT_TRUE(says(QStringLiteral("no number of credits")));
}

TEST_F(Market, SavedFiltersAreKeptAsLinesOfTheGrammar) {
  begin(70);
  QSignalSpy kept(page.get(), &MarketPage::kept_changed);
  QTest::keyClicks(edit("Search device or provider"), QStringLiteral("rtx 4090"));
  auto* filters = button(*page, QStringLiteral("Filters"));
  QMenu* menu = qobject_cast<QPushButton*>(filters)->menu();
  Q_EMIT menu->aboutToShow();
  menu->actions()[0]->trigger();
  EXPECT_EQ(kept.count(), 1);
  EXPECT_EQ(page->saved_filters(), QStringList(QStringLiteral("\"rtx\" \"4090\"")));
  Q_EMIT menu->aboutToShow();
  menu->actions()[1]->trigger();
  EXPECT_TRUE(counts_read(70, 70));
  Q_EMIT menu->aboutToShow();
  menu->actions().back()->trigger();
  EXPECT_TRUE(counts_read(24, 70));
  EXPECT_EQ(edit("Query line")->text(), QStringLiteral("\"rtx\" \"4090\""));
}

TEST_F(Market, OneProvidersOffersAreShownWhenAskedFor) {
  begin(10);
  page->show_peer(QStringLiteral("12D3KooW1000004"));
  EXPECT_TRUE(counts_read(1, 10));
  EXPECT_EQ(cell(0, OfferModel::kPrice), QStringLiteral("0.0504"));
}

TEST_F(Market, RowsDoNotMoveUnderTheMouse) {
  begin(3);
  const QPoint first(30, table->rowViewportPosition(0) + 10);
  QTest::mouseMove(table->viewport(), first + QPoint(1, 1));
  QMouseEvent move(QEvent::MouseMove, first, table->viewport()->mapToGlobal(first), Qt::NoButton, Qt::NoButton, {});
  QApplication::sendEvent(table->viewport(), &move);
  ASSERT_EQ(table->hovered_row(), 0);
  const QString id = table->model()->index(0, 0).data(models::kIdRole).toString();
  json::object dearer = models::example_offers(3);
  dearer["offers"].at(0).at("devices").at(0).at("rates").as_object()["device_second"] = 900;
  played.change("offers", dearer);
  ASSERT_TRUE(QTest::qWaitFor([&] { return cell(0, OfferModel::kPrice) == QStringLiteral("3.2400"); }, kSoonMs));
  QTest::qWait(static_cast<int>(models::kOrderPace.count()) + 200);
  EXPECT_EQ(table->model()->index(0, 0).data(models::kIdRole).toString(), id);
  QEvent leave(QEvent::Leave);
  QApplication::sendEvent(table->viewport(), &leave);
  EXPECT_TRUE(
      QTest::qWaitFor([&] { return table->model()->index(2, 0).data(models::kIdRole).toString() == id; }, kSoonMs));
}

TEST_F(Market, AQuotedJobGivesEachRowItsCostOrTheOneReasonWhyNot) {
  played.answers.methods["job.quote"] = [](const json::object&) {
    return json::object{{"rows", json::array{quote_row(0, 420'000), misfit_row(1), quote_row(2, 20'000)}}};
  };
  begin(3);
  const QAbstractItemModelTester of_offers(&played.models().offers(),
                                           QAbstractItemModelTester::FailureReportingMode::Fatal);
  const QAbstractItemModelTester of_filter(table->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
  const int columns = table->model()->columnCount();
  page->set_choose_file([this] { return file(kManifest); });
  QMenu* menu = qobject_cast<QPushButton*>(button(*page, QStringLiteral("Quote my job")))->menu();
  Q_EMIT menu->aboutToShow();
  menu->actions()[0]->trigger();
  ASSERT_TRUE(QTest::qWaitFor([&] { return table->model()->columnCount() == columns + 3; }, kSoonMs));
  EXPECT_EQ(played.answers.last("job.quote").at("manifest").as_string(), kManifest);
  EXPECT_EQ(cell(0, OfferModel::kCost), QStringLiteral("0.02 cr"));
  EXPECT_EQ(cell(0, OfferModel::kCostRange), QStringLiteral("0.01 – 0.04"));
  EXPECT_EQ(cell(1, OfferModel::kCost), QStringLiteral("0.42 cr"));
  EXPECT_EQ(cell(2, OfferModel::kWhyNot), QStringLiteral("the device has too little memory (4 GiB of 8 GiB)"));
  EXPECT_TRUE(says(QStringLiteral("mandelbrot: 2 of 3 can run it, the cheapest for about 0.02 cr.")));
  table->select_row(2);
  EXPECT_TRUE(says(QStringLiteral("What would have to change: ask for less than 4 GiB")));
  EXPECT_FALSE(button(*page, QStringLiteral("Run a job here"))->isEnabled());
  table->select_row(0);
  EXPECT_TRUE(says(QStringLiteral("Your job here")));
  QSignalSpy runs(page.get(), &MarketPage::run_here);
  QTest::mouseClick(button(*page, QStringLiteral("Run a job here")), Qt::LeftButton);
  ASSERT_EQ(runs.count(), 1);
  EXPECT_EQ(runs[0][2].toString(), file(kManifest));
  picture(*page, QStringLiteral("market-quote"));
  EXPECT_TRUE(QTest::qWaitFor([&] { return clipped(*page).isEmpty(); }, kSoonMs))
      << qPrintable(clipped(*page).join(QStringLiteral("; ")));
  QTest::mouseClick(button(*page, QStringLiteral("Stop quoting")), Qt::LeftButton);
  EXPECT_EQ(table->model()->columnCount(), columns);
  Q_EMIT menu->aboutToShow();
  EXPECT_EQ(menu->actions().size(), 3);  // the job is among the recent ones
}

TEST_F(Market, AQuotedJobSelectsTheOfferThatItCostsLeastAt) {
  played.answers.methods["job.quote"] = [](const json::object&) {
    return json::object{{"rows", json::array{quote_row(2, 20'000), quote_row(1, 420'000), misfit_row(0)}}};
  };
  begin(3);
  EXPECT_EQ(table->currentIndex().row(), 0);  // the cheapest hour, which cannot run it
  page->quote_job(file(kManifest));
  ASSERT_TRUE(QTest::qWaitFor([&] { return says(QStringLiteral("Your job here")); }, kSoonMs));
  EXPECT_EQ(table->currentIndex().row(), 0);
  EXPECT_EQ(cell(0, OfferModel::kCost), QStringLiteral("0.02 cr"));
  EXPECT_TRUE(button(*page, QStringLiteral("Run a job here"))->isEnabled());

  table->select_row(2);
  EXPECT_TRUE(says(QStringLiteral("Your job cannot run here")));
  page->quote_job(file(std::string(kManifest) + "\n"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return played.answers.count("job.quote") == 2; }, kSoonMs));
  EXPECT_TRUE(QTest::qWaitFor([&] { return says(QStringLiteral("Your job here")); }, kSoonMs)) << "also of another job";
}

TEST_F(Market, ProvidersAreShownBesideAQuotedJobAndReasonsWhereThereIsOne) {
  bool all_fit = true;
  played.answers.methods["job.quote"] = [&](const json::object&) {
    json::array rows{quote_row(2, 20'000), quote_row(1, 4'200)};
    rows.push_back(all_fit ? quote_row(0, 30'000) : misfit_row(0));
    return json::object{{"rows", rows}};
  };
  begin(3);
  const QAbstractItemModelTester of_offers(&played.models().offers(),
                                           QAbstractItemModelTester::FailureReportingMode::Fatal);
  const QAbstractItemModelTester of_filter(table->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
  page->quote_job(file(kManifest));
  ASSERT_TRUE(QTest::qWaitFor([&] { return says(QStringLiteral("Your job here")); }, kSoonMs));
  const auto whole = [&](int column) {
    return !table->isColumnHidden(column) &&
           table->columnWidth(column) >= theme::scaled(table->column_look(column).width);
  };
  EXPECT_EQ(table->model()->columnCount(), OfferModel::kWhyNot) << "there is no reason to tell";
  for (const int column : {OfferModel::kDevice, OfferModel::kProvider, OfferModel::kCost}) EXPECT_TRUE(whole(column));
  EXPECT_EQ(cell(0, OfferModel::kCost), QStringLiteral("0.0042 cr"));
  EXPECT_EQ(cell(1, OfferModel::kCost), QStringLiteral("0.0200 cr"));
  picture(*page, QStringLiteral("market-quote-all"));
  all_fit = false;
  page->quote_job(file(std::string(kManifest) + "\n"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return table->model()->columnCount() == OfferModel::kColumns; }, kSoonMs));
  for (const int column : {OfferModel::kDevice, OfferModel::kProvider, OfferModel::kWhyNot}) EXPECT_TRUE(whole(column));
  all_fit = true;
  page->quote_job(file(kManifest));
  EXPECT_TRUE(QTest::qWaitFor([&] { return table->model()->columnCount() == OfferModel::kWhyNot; }, kSoonMs));
}

TEST_F(Market, WhatWasWrongWithAJobCanBeClosed) {
  begin(1);
  page->quote_job(QStringLiteral("/no/such/job.json"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return says(QStringLiteral("is not there")); }, kSoonMs));
  QTest::mouseClick(button(*page, QStringLiteral("Close")), Qt::LeftButton);
  EXPECT_FALSE(says(QStringLiteral("is not there")));
  EXPECT_FALSE(page->banner()->isVisible());
}

TEST_F(Market, AJobThatCannotBeQuotedSaysWhatIsWrongWithIt) {
  played.answers.methods["job.quote"] = [](const json::object&) -> rpc::Answer {
    return rpc::fail(rpc::Code::invalid_params, "manifest: steps[0].repeat: 0 is not within 1 to 1000000");
  };
  begin(1);
  page->quote_job(file("{}"));
  EXPECT_TRUE(
      QTest::qWaitFor([&] { return says(QStringLiteral("inputs: must be a list of 1 to 64 files")); }, kSoonMs));
  page->quote_job(QStringLiteral("/no/such/job.json"));
  EXPECT_TRUE(QTest::qWaitFor([&] { return says(QStringLiteral("is not there")); }, kSoonMs));
  page->quote_job(file(kManifest));
  EXPECT_TRUE(QTest::qWaitFor([&] { return says(QStringLiteral("0 is not within 1 to 1000000")); }, kSoonMs));
}

TEST_F(Market, OwnHistoryWithAPeerIsThatOfTheReceipts) {
  played.answers.methods["receipt.list"] = [](const json::object&) {
    json::array list;
    for (int i = 0; i < 4; ++i) {
      list.push_back(json::object{{"number", i + 1},
                                  {"id", "r" + std::to_string(i)},
                                  {"role", i < 3 ? "submitter" : "provider"},
                                  {"peer", "12D3KooW1000000"},
                                  {"amount_micro", 250'000},
                                  {"together", i == 0 ? 1 : 11},
                                  {"state", "settled"},
                                  {"end", json::object{{"reason", i == 0 ? "failed" : "completed"}, {"text", "t"}}}});
    }
    list.push_back(list.front());  // one whose work is not over
    list.back().as_object()["id"] = "open";
    list.back().as_object()["state"] = "pending";
    return json::object{{"receipts", list}, {"next", nullptr}};
  };
  begin(2);
  EXPECT_TRUE(QTest::qWaitFor([&] { return says(QStringLiteral("0.75 cr")); }, kSoonMs));
  EXPECT_TRUE(says(QStringLiteral("23"))) << "tasks, which an agreement may be for many of";
  EXPECT_TRUE(says(Played::text().percent(22'000 / 23)));
}

TEST_F(Market, OffersFadeNearTheirEndAndWhenTheDaemonIsGone) {
  begin(2);
  const QModelIndex index = table->model()->index(0, 0);
  EXPECT_FALSE(table->is_faded(index));
  json::object ending = models::example_offers(2);
  ending["offers"].at(0).as_object()["until_unix_ms"] = kNow + models::kFadeMs - 1;
  played.change("offers", ending);
  EXPECT_TRUE(QTest::qWaitFor([&] { return table->is_faded(index); }, kSoonMs));
  EXPECT_FALSE(table->is_faded(table->model()->index(1, 0)));
  played.transport().lose();
  EXPECT_TRUE(QTest::qWaitFor([&] { return table->is_faded(table->model()->index(1, 0)); }, kSoonMs));
  EXPECT_EQ(table->model()->rowCount(), 2);
}

TEST_F(Market, WithoutOffersItSaysSo) {
  begin(0);
  EXPECT_TRUE(counts_read(0, 0));
  EXPECT_TRUE(says(QStringLiteral("Nothing to choose from.")));
  picture(*page, QStringLiteral("market-empty"));
}

TEST_F(Market, TenThousandOffersAreFilteredAtAKeystroke) {
  begin(10'000);
  QLineEdit* const search = edit("Search device or provider");
  QElapsedTimer timer;
  timer.start();
  QTest::keyClick(search, Qt::Key_4);
  QTest::keyClick(search, Qt::Key_0);
  EXPECT_LT(timer.elapsed(), 200);
  EXPECT_EQ(played.models().offers().rowCount(), 10'000);
  EXPECT_GT(table->model()->rowCount(), 0);
}

TEST_F(Market, HostileOffersAreShownAsPlainText) {
  json::object hostile = models::example_offers(3);
  json::object& device = hostile["offers"].at(0).at("devices").at(0).as_object();
  device["name"] = "<b>" + std::string(10'000, 'x') + "\n\x01</b>";
  device["global_memory_bytes"] = -5;
  device["rates"] = json::object{{"device_second", std::int64_t{1} << 62}};
  hostile["offers"].at(1).as_object()["until_unix_ms"] = "never";
  hostile["offers"].at(2).as_object()["limits"] = 7;
  played.answers.topics["offers"] = hostile;
  played.open();
  page = std::make_unique<MarketPage>(played.models());
  show_page(*page, 1100, 700);
  table = named<Table>(*page, QStringLiteral("Offers"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return table->model()->rowCount() == 3; }, kSoonMs));
  for (int row = 0; row < 3; ++row) table->select_row(row);
  EXPECT_EQ(cell(2, OfferModel::kPrice), models::QuantityText::none());
  EXPECT_TRUE(cell(2, OfferModel::kDevice).startsWith(QStringLiteral("<b>xxx")));
  EXPECT_EQ(clipped(*page), QStringList());
}

TEST_F(Market, NothingIsClippedOrNamelessInASmallWindowAndRightToLeft) {
  played.answers.topics["peers"] = models::example_peers(60);
  begin(60, 1100, 700);
  EXPECT_EQ(clipped(*page), QStringList());
  EXPECT_EQ(nameless(*page), QStringList());
  picture(*page, QStringLiteral("market-small"));
  page->setLayoutDirection(Qt::RightToLeft);
  QCoreApplication::processEvents();
  EXPECT_EQ(clipped(*page), QStringList());
  picture(*page, QStringLiteral("market-rtl"));
  page->setLayoutDirection(Qt::LeftToRight);
  show_page(*page);
  QTest::qWait(50);
  picture(*page, QStringLiteral("market"));
}

}  // namespace
}  // namespace quern::desktop::pages::played
