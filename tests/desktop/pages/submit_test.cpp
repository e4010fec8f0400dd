// A new job: read from this computer's disk, quoted, sent and started; on a daemon of answers.
#include <QCheckBox>
#include <QComboBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLineEdit>
#include <QMimeData>
#include <QScrollArea>
#include <QSignalSpy>
#include <QTest>
#include <QUrl>

#include <boost/json/parse.hpp>

#include "desktop/models/kernel_draft.hpp"
#include "desktop/pages/drop_zone.hpp"
#include "desktop/theme/tabular.hpp"
#include "desktop/widgets/price_spin.hpp"
#include "desktop/widgets/table.hpp"
#include "tests/desktop/pages/submit_stage.hpp"

namespace quern::desktop::pages::played {
namespace {

TEST(KernelDraft, KernelsAreFoundWithTheirArguments) {
  using Kind = models::KernelArgument::Kind;
  const auto kernels = models::kernels_in(QString::fromUtf8(kKernel));
  ASSERT_EQ(kernels.size(), 2);
  EXPECT_EQ(kernels[0].name, QStringLiteral("blur"));
  ASSERT_EQ(kernels[0].arguments.size(), 4);
  EXPECT_EQ(kernels[0].arguments[0].kind, Kind::buffer);
  EXPECT_FALSE(kernels[0].arguments[0].writable);
  EXPECT_EQ(kernels[0].arguments[1].name, QStringLiteral("to"));
  EXPECT_TRUE(kernels[0].arguments[1].writable);
  EXPECT_EQ(kernels[0].arguments[2].kind, Kind::scalar);
  EXPECT_EQ(kernels[0].arguments[3].kind, Kind::local);
  EXPECT_EQ(kernels[1].arguments[1].type, QStringLiteral("uint"));
}

TEST(KernelDraft, SizesAndBytesAreReadAsPeopleWriteThem) {
  EXPECT_EQ(models::sizes_from(u"640 x 360"), (std::vector<std::uint64_t>{640, 360}));
  EXPECT_EQ(models::sizes_from(u"64*64*4"), (std::vector<std::uint64_t>{64, 64, 4}));
  for (const char16_t* bad : {u"", u"0", u"1 2 3 4", u"x", u"-5", u"1e3"}) EXPECT_FALSE(models::sizes_from(bad));
  EXPECT_EQ(models::bytes_from(u"4 MiB"), std::uint64_t{4} << 20);
  EXPECT_EQ(models::bytes_from(u"1.5GB"), std::uint64_t{3} << 29);
  for (const char16_t* bad : {u"", u"0", u"-1", u"4 parsecs", u"2 TiB", u"nan"}) EXPECT_FALSE(models::bytes_from(bad));
}

TEST_F(Submit, AFolderIsReadQuotedSentAndStarted) {
  const std::string source(1'300'000, 'k');
  write_job(source, manifest(source));
  begin();
  EXPECT_FALSE(start()->isEnabled());
  QSignalSpy submitted(page.get(), &SubmitPage::submitted);
  page->open_files({QString::fromStdString(folder.path().string())});
  ASSERT_TRUE(startable());
  EXPECT_TRUE(says_soon(QStringLiteral("0.02 cr")));
  EXPECT_TRUE(says(QStringLiteral("0.01 cr – 0.04 cr")));
  EXPECT_TRUE(says(QStringLiteral("8 min 20 s")));  // until the offer ends
  picture(*page, QStringLiteral("submit-job"));
  named<QComboBox>(*page, QStringLiteral("Strategy"))->setCurrentIndex(2);
  named<widgets::PriceSpin>(*page, QStringLiteral("Budget"))->findChild<QLineEdit*>()->setText(QStringLiteral("2.5"));
  QTest::keyClick(named<widgets::PriceSpin>(*page, QStringLiteral("Budget")), Qt::Key_Return);
  QTest::mouseClick(start(), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return submitted.count() == 1; }, kSoonMs));
  EXPECT_EQ(submitted[0][0].toString(), QStringLiteral("j-77"));
  EXPECT_EQ(sent.toStdString(), source);
  EXPECT_EQ(played.answers.count("blob.put"), 3);
  EXPECT_EQ(played.answers.last("job.submit"),
            (json::object{{"manifest", manifest(source)}, {"strategy", "fastest"}, {"max_price_micro", 2'500'000}}));
}

TEST_F(Submit, SendingGoesOnWhereItStopped) {
  const std::string source(600'000, 'k');
  write_job(source, manifest(source));
  here = 599'000;
  begin();
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  QSignalSpy submitted(page.get(), &SubmitPage::submitted);
  QTest::mouseClick(start(), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return submitted.count() == 1; }, kSoonMs));
  EXPECT_EQ(sent.size(), 1'000);
}

TEST_F(Submit, SendingCanBeCancelled) {
  write_job(kKernel, manifest(kKernel));
  begin();
  played.answers.methods["blob.put"] = [](const json::object&) -> rpc::Answer {
    return rpc::fail(rpc::Code::failed, "never reached");
  };
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  QTest::mouseClick(start(), Qt::LeftButton);
  EXPECT_FALSE(start()->isEnabled());
  QTest::mouseClick(button(*page, QStringLiteral("Cancel")), Qt::LeftButton);
  EXPECT_TRUE(start()->isEnabled());
  QTest::qWait(100);
  EXPECT_EQ(played.answers.count("job.submit"), 0);
}

TEST_F(Submit, AJobThatIsReadTooLateIsNotStartedInPlaceOfTheOneThatWasSeen) {
  write_job(kKernel, manifest(kKernel));
  folder.write("other.json", manifest(kKernel, "another"));
  begin();
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  QSignalSpy submitted(page.get(), &SubmitPage::submitted);
  page->open_files({path("other.json")});  // it is read in the background
  QTest::mouseClick(start(), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return submitted.count() == 1; }, kSoonMs));
  EXPECT_EQ(played.answers.last("job.submit").at("manifest").as_string(), manifest(kKernel));
}

TEST_F(Submit, AfterALostAnswerItSaysThatTheJobMayHaveStarted) {
  write_job(kKernel, manifest(kKernel));
  begin();
  played.answers.methods["job.submit"] = [this](const json::object&) {
    played.transport().lose();
    return json::object{{"id", "j-77"}};
  };
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  QTest::mouseClick(start(), Qt::LeftButton);
  EXPECT_TRUE(says_soon(QStringLiteral("the job may have started there. Look at its Jobs")));
  EXPECT_EQ(button(*page, QStringLiteral("Cancel")), nullptr);
}

TEST_F(Submit, ASubmissionNeedNotBeWaitedFor) {
  write_job(kKernel, manifest(kKernel));
  begin();
  QSignalSpy submitted(page.get(), &SubmitPage::submitted);
  played.answers.methods["job.submit"] = [this](const json::object&) {
    QTest::mouseClick(button(*page, QStringLiteral("Cancel")), Qt::LeftButton);
    return json::object{{"id", "j-77"}};
  };
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  QTest::mouseClick(start(), Qt::LeftButton);
  EXPECT_TRUE(says_soon(QStringLiteral("the job may have started there. Look at its Jobs")));
  EXPECT_TRUE(start()->isEnabled());
  EXPECT_EQ(submitted.count(), 0);
}

TEST_F(Submit, AnInputThatIsAnotherIsToldBeforeAnythingIsSent) {
  write_job("changed", manifest(kKernel));
  begin();
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  QTest::mouseClick(start(), Qt::LeftButton);
  EXPECT_TRUE(says_soon(QStringLiteral("inputs[0]: ")));
  EXPECT_TRUE(says(QStringLiteral("is not the file that the manifest means. It has 7 bytes")));
  EXPECT_EQ(played.answers.count("blob.put"), 0);
  EXPECT_TRUE(start()->isEnabled());
}

TEST_F(Submit, AKernelBecomesAJobThatCanBeEdited) {
  folder.write("blur.cl", kKernel);
  begin();
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(path("blur.cl"))});
  auto* const zone = page->findChild<DropZone*>();
  QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(zone, &enter);
  EXPECT_TRUE(enter.isAccepted());
  QDropEvent drop(QPointF(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(zone, &drop);
  ASSERT_TRUE(startable());
  picture(*page, QStringLiteral("submit-kernel"));
  EXPECT_EQ(clipped(*page), QStringList());
  QLineEdit* const size = edit(QStringLiteral("Global size"));
  size->clear();
  QTest::keyClicks(size, QStringLiteral("64 x nine"));
  EXPECT_FALSE(start()->isEnabled());
  EXPECT_TRUE(says(QStringLiteral("Global size: \"64 x nine\"")));
  size->clear();
  QTest::keyClicks(size, QStringLiteral("64 x 9"));
  QLineEdit* const width = edit(QStringLiteral("width, int"));
  ASSERT_NE(width, nullptr);
  width->clear();
  QTest::keyClicks(width, QStringLiteral("12"));
  ASSERT_TRUE(startable());
  QTest::mouseClick(start(), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return played.answers.count("job.submit") == 1; }, kSoonMs));
  const auto text = json::value_to<std::string>(played.answers.last("job.submit").at("manifest"));
  const json::value made = json::parse(text);
  EXPECT_EQ(made.at("steps").at(0).at("kernel").as_string(), "blur");
  EXPECT_EQ(made.at("steps").at(0).at("globalWorkSize"), (json::array{64, 9}));
  EXPECT_EQ(made.at("steps").at(0).at("args").at(2), (json::object{{"int", 12}}));
  EXPECT_EQ(made.at("outputs").at(0).at("path").as_string(), "to.bin");
}

TEST_F(Submit, WhatIsNoJobIsToldWithItsPlaceAndLimit) {
  begin();
  page->open_files({path("absent.json")});
  EXPECT_TRUE(says_soon(QStringLiteral("is not there")));
  folder.write("big.json", std::string(300'000, ' '));
  page->open_files({path("big.json")});
  EXPECT_TRUE(says_soon(QStringLiteral("has 300000 bytes; the limit is 262144")));
  folder.write("bad.json", R"({"inputs":[{"path":"../../etc/passwd","digest":"sha256:00","bytes":1}]})");
  page->open_files({path("bad.json")});
  EXPECT_TRUE(says_soon(QStringLiteral("inputs[0].path")));
  page->open_files({QStringLiteral("/dev/zero")});
  EXPECT_TRUE(says_soon(QStringLiteral("is no regular file")));
  EXPECT_FALSE(start()->isEnabled());
  write_job(kKernel, manifest(kKernel));
  played.answers.methods["job.quote"] = [](const json::object&) -> rpc::Answer {
    return rpc::fail(rpc::Code::invalid_params, "manifest: steps[0].repeat: 0 is not within 1 to 1000000");
  };
  page->open_files({path("job.json")});
  EXPECT_TRUE(says_soon(QStringLiteral("steps[0].repeat: 0 is not within 1 to 1000000")));
  EXPECT_FALSE(start()->isEnabled());
}

TEST_F(Submit, TheMatchIsTheOneThatTheStrategyTakes) {
  write_job(kKernel, manifest(kKernel));
  begin();
  played.answers.methods["job.quote"] = [](const json::object&) {
    json::object slow = quote_row(2, 20'000);
    slow["quote"].as_object()["total_ms"] = json::object{{"low", 1'000}, {"likely", 90'000}, {"high", 99'000}};
    json::object between = quote_row(1, 30'000);
    between["quote"].as_object()["total_ms"] = json::object{{"low", 1'000}, {"likely", 9'000}, {"high", 9'900}};
    return json::object{{"rows", json::array{slow, between, quote_row(0, 420'000)}}};
  };
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  const auto shown = [&](const QString& title, const QString& cost) {
    return QTest::qWaitFor([&] { return has(title) && says(cost); }, kSoonMs);
  };
  auto* const strategy = named<QComboBox>(*page, QStringLiteral("Strategy"));
  const auto choose = [&](const char* name) {
    strategy->setCurrentIndex(strategy->findData(QString::fromLatin1(name)));
  };
  EXPECT_TRUE(shown(QStringLiteral("Cheapest match"), QStringLiteral("0.02 cr")));
  choose("fastest");
  EXPECT_TRUE(shown(QStringLiteral("Fastest match"), QStringLiteral("0.42 cr")));
  choose("balanced");
  EXPECT_TRUE(shown(QStringLiteral("Best balance of cost and time"), QStringLiteral("0.03 cr")));
  choose("spread");
  EXPECT_TRUE(shown(QStringLiteral("Cheapest match"), QStringLiteral("0.02 cr")));
  choose("fastest");
  auto* const budget = named<widgets::PriceSpin>(*page, QStringLiteral("Budget"));
  budget->findChild<QLineEdit*>()->setText(QStringLiteral("0.1"));
  QTest::keyClick(budget, Qt::Key_Return);
  EXPECT_TRUE(shown(QStringLiteral("Fastest match"), QStringLiteral("0.03 cr"))) << "within the budget";
  EXPECT_TRUE(start()->isEnabled());
}

TEST_F(Submit, TheDaemonsOwnStrategyCountsWhereNoneIsChosen) {
  write_job(kKernel, manifest(kKernel));
  played.answers.topics["preferences"] = json::object{{"values", json::object{{"strategy", "fastest"}}}};
  begin();
  EXPECT_TRUE(QTest::qWaitFor([&] { return has(QStringLiteral("Fastest match")); }, kSoonMs));
}

TEST_F(Submit, LargeTextKeepsTheRightEdgesOfTheCardsInSight) {
  theme::Theme::instance().set_text_percent(140);
  begin(1020, 700);  // the list of pages is wider then
  button(*page, QStringLiteral("Choose…"))->setText(QStringLiteral("Auswählen ist hier und da"));
  settle();
  for (const QScrollArea* const area : page->findChildren<QScrollArea*>()) {
    EXPECT_LE(area->widget()->width(), area->viewport()->width());
  }
  EXPECT_LE(page->minimumSizeHint().width(), page->width());
  picture(*page, QStringLiteral("submit-large"));
  theme::Theme::instance().set_text_percent(100);
}

TEST_F(Submit, ABudgetBelowTheLikelyCostKeepsStartWaiting) {
  write_job(kKernel, manifest(kKernel));
  begin();
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  auto* const budget = named<widgets::PriceSpin>(*page, QStringLiteral("Budget"));
  budget->findChild<QLineEdit*>()->setText(QStringLiteral("0.015"));
  QTest::keyClick(budget, Qt::Key_Return);
  EXPECT_FALSE(start()->isEnabled());
  EXPECT_TRUE(says(QStringLiteral("Budget: 0.015 cr is below 0.02 cr")));
}

TEST_F(Submit, APreferredDeviceIsTheOnlyOneThatGetsItAmongAThousandOfOthers) {
  write_job(kKernel, manifest(kKernel));
  begin();
  played.answers.methods["job.quote"] = [](const json::object&) {
    json::array rows;
    for (int i = 0; i < 1'000; ++i) rows.push_back(quote_row(i == 0 ? 2'000 : i, 10'000 + i));
    json::object cheaper = quote_row(0, 20'000);  // of the same provider, and first in the list
    cheaper["device"] = "qd1-cheaper";
    rows.push_back(cheaper);
    rows.push_back(quote_row(0, 420'000));
    return json::object{{"rows", rows}};
  };
  page->prefer(QStringLiteral("12D3KooW1000000"), QStringLiteral("qd1-0"));
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  EXPECT_TRUE(says_soon(QStringLiteral("0.42 cr")));
  QAbstractButton* const anywhere = button(*page, QStringLiteral("Anywhere instead"));
  ASSERT_NE(anywhere, nullptr);
  QTest::mouseClick(start(), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return played.answers.count("job.submit") == 1; }, kSoonMs));
  EXPECT_FALSE(played.answers.last("job.submit").contains("exclude"));
  EXPECT_EQ(played.answers.last("job.submit").at("only"),
            (json::array{json::object{{"provider", "12D3KooW1000000"}, {"device", "qd1-0"}}}));
  EXPECT_TRUE(QTest::qWaitFor([&] { return !anywhere->isVisible(); }, kSoonMs)) << "the next one may go anywhere";
}

TEST_F(Submit, AJobThatStatesNoWorkStartsWithATrial) {
  write_job(kKernel, manifest(kKernel));
  begin();
  played.answers.methods["job.quote"] = [](const json::object&) {
    json::object row = quote_row(0, 600'000);
    json::object& quote = row.at("quote").as_object();
    quote["high_micro"] = quote.at("likely_micro");
    quote["measured"] = false;
    quote["trial"] = true;
    return json::object{{"rows", json::array{row}}};
  };
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  EXPECT_TRUE(says(QStringLiteral("A trial runs first")));
  EXPECT_TRUE(has(QStringLiteral("1 of 1 can")));
  EXPECT_FALSE(says(QStringLiteral("Likely cost"))) << "nobody knows";
  const auto* const table = page->findChild<widgets::Table*>();
  ASSERT_NE(table, nullptr);
  const auto cell = [table](int column) { return table->model()->index(0, column).data().toString(); };
  EXPECT_EQ(cell(models::QuoteModel::kCost), QStringLiteral("Trial"));
  EXPECT_EQ(cell(models::QuoteModel::kCostRange), QStringLiteral("0.30 – 0.60"));
  EXPECT_EQ(cell(models::QuoteModel::kTime), models::QuantityText::none());
}

TEST_F(Submit, NamesAndReasonsOfQuotesAreWholeInASmallWindow) {
  write_job(kKernel, manifest(kKernel));
  begin(1100, 700);
  played.answers.methods["job.quote"] = [](const json::object&) {
    json::object fits = quote_row(0, 420'000);
    fits["device_name"] = "basic-skylake-avx512-Intel(R) Xeon(R) Processor";
    json::object not_there = quote_row(2, 1);
    not_there.erase("quote");
    not_there["why"] = json::object{{"reason", "host_memory"},
                                    {"text", "the job asks for more host memory than the node grants"},
                                    {"detail", "268435456 of 67108864 bytes"},
                                    {"remedy", "lower resources.memoryBytes"}};
    return json::object{{"rows", json::array{fits, not_there}}};
  };
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  settle();
  picture(*page, QStringLiteral("submit-quotes"));
  const auto* const table = page->findChild<widgets::Table*>();
  EXPECT_EQ(table->note(0), QStringLiteral("0.21 – 0.84 cr · 2 s · 0.036 cr/h · by …W1000000"));
  EXPECT_EQ(table->note(1), QStringLiteral("the job asks for more host memory than the node grants (268435456 of "
                                           "67108864 bytes): lower resources.memoryBytes"));
  const QFontMetricsF name(theme::font(theme::FontRole::body));
  const QFontMetricsF note(theme::font(theme::FontRole::caption));
  for (int row = 0; row < 2; ++row) {
    const QString text = table->model()->index(row, models::QuoteModel::kDevice).data().toString();
    EXPECT_LE(name.horizontalAdvance(text), table->columnWidth(models::QuoteModel::kDevice) - 24) << row;
    for (const QString& line : table->note_lines(row)) {
      EXPECT_LE(note.horizontalAdvance(line), table->viewport()->width() - 24) << line.toStdString();
    }
  }
}

TEST_F(Submit, CostsOfQuotesAreWholeInASmallWindow) {
  write_job(kKernel, manifest(kKernel));
  begin(1100, 700);
  played.answers.methods["job.quote"] = [](const json::object&) {
    return json::object{{"rows", json::array{quote_row(0, 13'333), quote_row(1, 977)}}};
  };
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  settle();
  const auto* const table = page->findChild<widgets::Table*>();
  const QFont strong = theme::font(theme::FontRole::body_strong);
  for (int row = 0; row < 2; ++row) {
    const QString text = table->model()->index(row, models::QuoteModel::kCost).data().toString();
    EXPECT_EQ(text, row == 0 ? QStringLiteral("0.000977") : QStringLiteral("0.013333")) << row;
    EXPECT_LE(theme::tabular_width(text, strong), table->columnWidth(models::QuoteModel::kCost) - 24) << row;
  }
}

TEST_F(Submit, NothingIsClippedOrNamelessInASmallWindowAndRightToLeft) {
  write_job(kKernel, manifest(kKernel, std::string(120, 'n')));
  begin(1100, 700);
  picture(*page, QStringLiteral("submit-empty"));
  EXPECT_EQ(clipped(*page), QStringList());
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  QCoreApplication::processEvents();
  EXPECT_EQ(clipped(*page), QStringList());
  EXPECT_EQ(nameless(*page), QStringList());
  page->setLayoutDirection(Qt::RightToLeft);
  QCoreApplication::processEvents();
  EXPECT_EQ(clipped(*page), QStringList());
  picture(*page, QStringLiteral("submit-rtl"));
}

}  // namespace
}  // namespace quern::desktop::pages::played
