#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "desktop/models/job_models.hpp"
#include "desktop/models/log_model.hpp"
#include "desktop/models/market_models.hpp"
#include "desktop/models/node_models.hpp"
#include "tests/desktop/models/example_topics.hpp"

namespace quern::desktop::models {
namespace {

namespace json = boost::json;
using Mode = QAbstractItemModelTester::FailureReportingMode;

const QuantityText kText{QLocale(QLocale::English, QLocale::UnitedStates), QTimeZone::utc()};

// A model that is wrong ends the program.
class Tested {
 public:
  explicit Tested(QAbstractItemModel& model) : tester_(&model, Mode::Fatal) {}

 private:
  QAbstractItemModelTester tester_;
};

// Every cell in every role that somebody asks for.
void read_all(const QAbstractItemModel& model) {
  static const std::vector<int> kRoles{Qt::DisplayRole, Qt::ToolTipRole, Qt::AccessibleTextRole, Qt::TextAlignmentRole,
                                       kSortRole,       kIdRole,         kSubTextRole,           kToneRole,
                                       kProgressRole,   kWholeTextRole};
  for (int row = 0; row < model.rowCount(); ++row) {
    for (int column = 0; column < model.columnCount(); ++column) {
      const QModelIndex index = model.index(row, column);
      for (const int role : kRoles) {
        const QString text = index.data(role).toString();
        ASSERT_LT(text.size(), 8'192);
        ASSERT_FALSE(text.contains(QLatin1Char('\n')));
      }
      ASSERT_FALSE(index.data(Qt::AccessibleTextRole).toString().isEmpty());
    }
  }
}

TEST(Models, OffersAreShownWithTheirPrices) {
  OfferModel model(kText);
  const Tested tested(model);
  model.take(example_offers(2));
  model.set_round_trips({{QStringLiteral("12D3KooW1000001"), 45'000}});
  model.set_now(1'790'000'000'000);
  const auto cell = [&](int column) { return model.index(1, column).data().toString().toStdString(); };
  EXPECT_EQ(cell(OfferModel::kDevice), "Radeon RX 7900 XTX");
  EXPECT_EQ(cell(OfferModel::kPrice), "0.0396");
  EXPECT_EQ(cell(OfferModel::kRoundTrip), "45 ms");
  EXPECT_EQ(cell(OfferModel::kUntil), "in 10 min");
  EXPECT_EQ(cell(OfferModel::kProvider), "…W1000001");
  EXPECT_EQ(model.index(1, OfferModel::kPrice).data(kSortRole).toLongLong(), 39'600);
  EXPECT_EQ(model.index(1, OfferModel::kPrice).data(Qt::AccessibleTextRole).toString(),
            QStringLiteral("Price/h: 0.0396"));
  EXPECT_EQ(model.index(0, 0).data(kIdRole).toString(), QStringLiteral("12D3KooW1000000/qd1-0"));
}

TEST(Models, WhatChangesIsToldInOneRangeWhenItIsMost) {
  OfferModel model(kText);
  const Tested tested(model);
  model.take(example_offers(100));
  QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
  QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
  const auto with_cheaper = [](int every) {
    json::object topic = example_offers(100);
    for (int i = 0; i < 100; i += every) {
      topic["offers"]
          .as_array()[static_cast<std::size_t>(i)]
          .as_object()["devices"]
          .as_array()[0]
          .as_object()["rates"] = json::object{{"device_second", 9}, {"setup", 500}};
    }
    return topic;
  };
  model.take(example_offers(100));
  EXPECT_EQ(changes.count(), 0);
  model.take(with_cheaper(10));
  EXPECT_EQ(changes.count(), 10);
  changes.clear();
  model.take(with_cheaper(1));
  EXPECT_EQ(changes.count(), 1);
  EXPECT_EQ(inserted.count(), 0);
}

TEST(Models, RowsKeepTheirPlacesHoweverTheListIsOrdered) {
  OfferModel model(kText);
  const Tested tested(model);
  json::array offers{example_offer(0), example_offer(1), example_offer(2)};
  model.take(json::object{{"offers", offers}});
  const QPersistentModelIndex second = model.index(1, 0);
  std::ranges::reverse(offers);
  offers.erase(offers.begin());
  offers.insert(offers.begin(), example_offer(7));
  model.take(json::object{{"offers", offers}});
  ASSERT_EQ(model.rowCount(), 3);
  EXPECT_EQ(second.row(), 1);
  EXPECT_EQ(model.row(2).device, QStringLiteral("qd1-7"));
  EXPECT_EQ(model.row_of(QStringLiteral("12D3KooW1000007/qd1-7")), 2);
  EXPECT_EQ(model.find(QStringLiteral("12D3KooW1000002/qd1-2")), nullptr);
}

// Any sequence of lists: the model holds exactly the last one.
RC_GTEST_PROP(Models, ReplacingMakesTheRowsOfTheList, ()) {
  TaskModel model(kText);
  const Tested tested(model);
  const auto rounds = *rc::gen::inRange(1, 6);
  for (int round = 0; round < rounds; ++round) {
    std::map<std::uint64_t, TaskRow> wanted;
    std::vector<TaskRow> rows;
    const auto numbers = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 300));
    for (const int number : numbers) {
      TaskRow row;
      row.task = static_cast<std::uint64_t>(number);
      row.state = *rc::gen::element(JobState::queued, JobState::running);
      wanted.emplace(row.task, row);
      rows.push_back(row);
    }
    model.replace(rows);
    RC_ASSERT(model.rows().size() == wanted.size());
    for (int at = 0; at < model.rowCount(); ++at) {
      const TaskRow& row = model.row(at);
      RC_ASSERT(wanted.at(row.task) == row);
      RC_ASSERT(model.row_of(TaskModel::id_of(row)) == at);
    }
  }
}

TEST(Models, ManyScatteredRemovalsAreOneReset) {
  OfferModel model(kText);
  const Tested tested(model);
  model.take(example_offers(400));
  QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
  json::array every_other;
  for (int i = 0; i < 400; i += 2) every_other.push_back(example_offer(i));
  model.take(json::object{{"offers", every_other}});
  EXPECT_EQ(resets.count(), 1);
  EXPECT_EQ(model.rowCount(), 200);
  EXPECT_EQ(model.row_of(QStringLiteral("12D3KooW1000398/qd1-398")), 199);
}

TEST(Models, PeersKnowWhatTheyOffer) {
  PeerModel model(kText);
  const Tested tested(model);
  model.take(example_peers(4));
  json::object topic = example_offers(3);
  topic["offers"].as_array()[1].as_object()["devices"] = json::array{example_device(1), example_device(2)};
  model.set_offers(offers_from(topic));
  EXPECT_EQ(model.connected(), 2);
  EXPECT_EQ(model.row(1).devices, 2);
  EXPECT_EQ(model.index(1, PeerModel::kCheapest).data().toString(), QStringLiteral("0.0396 cr/h"));
  EXPECT_EQ(model.index(0, PeerModel::kPeer).data(kWholeTextRole).toString(), QStringLiteral("12D3KooW1000000"));
  model.take(example_peers(4));
  EXPECT_EQ(model.row(1).devices, 2);
}

TEST(Models, JobsTellHowTheyDo) {
  JobModel model(kText);
  const Tested tested(model);
  json::object failed = example_job("j-2", "EXECUTOR_ERROR");
  failed["ended_unix_ms"] = 1'790'000'065'000;
  failed["why"] =
      json::object{{"reason", "kernel_failed"}, {"text", "the device refused or broke off a kernel"}, {"detail", "-5"}};
  model.take(json::object{{"jobs", json::object{{"j-1", example_job("j-1", "RUNNING")}, {"j-2", failed}}}});
  model.set_now(1'790'000'010'000);
  const int running = model.row_of(QStringLiteral("j-1"));
  const int over = model.row_of(QStringLiteral("j-2"));
  EXPECT_EQ(model.index(running, JobModel::kElapsed).data().toString(), QStringLiteral("10 s"));
  EXPECT_EQ(model.index(over, JobModel::kElapsed).data().toString(), QStringLiteral("1 min 5 s"));
  EXPECT_EQ(model.index(over, JobModel::kName).data(kNoteRole).toString(),
            QStringLiteral("the device refused or broke off a kernel (-5)"));
  EXPECT_EQ(model.index(over, JobModel::kName).data(Qt::AccessibleTextRole).toString(),
            QStringLiteral("Job: mandelbrot, 8 tasks · j-2, the device refused or broke off a kernel (-5)"));
  EXPECT_EQ(model.index(running, JobModel::kName).data(kNoteRole).toString(), QString());
  EXPECT_EQ(model.index(over, JobModel::kState).data(kToneRole).toInt(), static_cast<int>(Tone::bad));
  EXPECT_EQ(model.index(running, JobModel::kProgress).data(kProgressRole).toInt(), 500);
  EXPECT_EQ(model.running(), 1);
}

TEST(Models, ReceiptsGrowByPagesAndAreExported) {
  ReceiptModel model(kText);
  const Tested tested(model);
  ReceiptRow row;
  row.id = QStringLiteral("a");
  row.earned = true;
  row.amount_micro = 1'840'000;
  row.name = QStringLiteral("=cmd|' /C calc'!A0, \"quoted\"");
  row.state = QStringLiteral("settled");
  row.time_unix_ms = 1'790'000'000'000;
  ReceiptRow older = row;
  older.id = QStringLiteral("b");
  older.earned = false;
  model.add({{row}, 5});
  model.add({{older}, std::nullopt});
  model.add({{row}, 5});
  EXPECT_EQ(model.rowCount(), 2);
  EXPECT_EQ(model.index(0, ReceiptModel::kAmount).data().toString(), QStringLiteral("+1.84 cr"));
  EXPECT_EQ(model.index(1, ReceiptModel::kAmount).data().toString(), QStringLiteral("-1.84 cr"));
  const QStringList lines =
      (ReceiptModel::csv_head() + ReceiptModel::csv_of(model.rows())).split(QStringLiteral("\r\n"));
  ASSERT_EQ(lines.size(), 4);
  EXPECT_TRUE(lines[1].startsWith(QStringLiteral("\"a\",2026-09-21T14:13:20.000Z,provider,")));
  EXPECT_TRUE(lines[1].contains(QStringLiteral(",\"'=cmd|' /C calc'!A0, \"\"quoted\"\"\",")));
  EXPECT_TRUE(lines[1].contains(QStringLiteral(",1840000,")));
}

TEST(Models, OfMoreReceiptsThanFitTheNewestAreKeptHoweverTheyCame) {
  ReceiptModel model(kText);
  const auto rows_of = [](std::int64_t newest, std::int64_t oldest) {
    ReceiptPage page;
    for (std::int64_t at = newest; at >= oldest; --at) {
      ReceiptRow& row = page.rows.emplace_back();
      row.id = QString::number(at);
      row.number = at;
    }
    return page;
  };
  constexpr auto kMost = static_cast<std::int64_t>(kReceiptsMax);
  model.begin(rows_of(kMost, 1));
  EXPECT_FALSE(model.add(rows_of(kMost, kMost - 200)));
  EXPECT_EQ(model.rowCount(), kMost);
  EXPECT_TRUE(model.add(rows_of(kMost + 10, kMost - 100)));
  EXPECT_TRUE(model.add(rows_of(kMost + 300, kMost + 110)));
  EXPECT_EQ(model.rowCount(), kMost);
  for (std::int64_t at = kMost + 1; at <= kMost + 10; ++at) EXPECT_TRUE(model.find(QString::number(at))) << at;
  EXPECT_FALSE(model.find(QStringLiteral("1")));
}

TEST(Models, AmountsOfAColumnHaveTheirDecimalPointsAboveEachOther) {
  ReceiptModel receipts(kText);
  JobModel jobs(kText);
  const Tested tested(receipts);
  ReceiptRow row;
  row.id = QStringLiteral("a");
  row.earned = true;
  row.amount_micro = 51'512;
  receipts.add({{row}, 5});
  EXPECT_EQ(receipts.index(0, ReceiptModel::kAmount).data().toString(), QStringLiteral("+0.0515 cr"));
  row.id = QStringLiteral("b");
  row.amount_micro = 9'168;
  receipts.add({{row}, std::nullopt});
  QStringList shown;
  for (int at = 0; at < 2; ++at) shown.append(receipts.index(at, ReceiptModel::kAmount).data().toString());
  shown.sort();
  EXPECT_EQ(shown, (QStringList{QStringLiteral("+0.00917 cr"), QStringLiteral("+0.05151 cr")}));
  json::object list;
  for (const auto& [id, micro] : {std::pair("j-1", 111'250), std::pair("j-2", 9'300)}) {
    list[id] = json::object{{"id", id}, {"state", "RUNNING"}, {"amount_micro", micro}};
  }
  jobs.take(json::object{{"jobs", list}});
  EXPECT_EQ(jobs.index(jobs.row_of(QStringLiteral("j-1")), JobModel::kCost).data().toString(),
            QStringLiteral("0.1113 cr"));
  EXPECT_EQ(jobs.index(jobs.row_of(QStringLiteral("j-2")), JobModel::kCost).data().toString(),
            QStringLiteral("0.0093 cr"));
}

TEST(Models, KindsOfJobsAreCalledWhatPeopleCallThem) {
  EXPECT_EQ(job_kind_text(QStringLiteral("OpenCLKernel")), QStringLiteral("OpenCL kernel"));
  EXPECT_EQ(job_kind_text(QStringLiteral("Folding")), QStringLiteral("Folding"));
}

TEST(Models, QuotesShowTheBestAndTheReasons) {
  QuoteModel model(kText);
  const Tested tested(model);
  EXPECT_EQ(model.best(), nullptr);
  model.take(json::object{
      {"rows",
       json::array{
           json::object{{"provider", "p1"},
                        {"device", "d"},
                        {"why", json::object{{"text", "too dear"}, {"remedy", "pay more"}}}},
           json::object{{"provider", "p2"}, {"device", "d"}, {"quote", json::object{{"likely_micro", 20'000}}}}}}});
  ASSERT_NE(model.best(), nullptr);
  EXPECT_EQ(model.best()->provider, QStringLiteral("p2"));
  EXPECT_EQ(model.index(0, QuoteModel::kCost).data().toString(), QStringLiteral("0.02"));
  EXPECT_EQ(model.index(1, QuoteModel::kDevice).data(kNoteRole).toString(), QStringLiteral("too dear: pay more"));
  EXPECT_EQ(model.index(1, QuoteModel::kCost).data().toString(), QuantityText::none());
}

TEST(Models, HostileNamesAreShortAndOnOneLine) {
  const std::string hostile = "<b>\n\t\u202E" + std::string(10'000, 'W') + "</b>";
  json::object offer = example_offer(1);
  offer["devices"].as_array()[0].as_object()["name"] = hostile;
  OfferModel offers(kText);
  offers.take(json::object{{"offers", json::array{offer}}});
  read_all(offers);
  json::object peers = example_peers(1);
  peers["peers"].as_array()[0].as_object()["agent"] = hostile;
  peers["peers"].as_array()[0].as_object()["addresses"] = json::array{hostile};
  PeerModel peer_model(kText);
  peer_model.take(peers);
  read_all(peer_model);
  json::object job = example_job("j-1", "EXECUTOR_ERROR");
  job["name"] = hostile;
  job["why"] = json::object{{"reason", hostile}, {"text", hostile}, {"detail", hostile}, {"remedy", hostile}};
  JobModel jobs(kText);
  jobs.take(json::object{{"jobs", json::array{job}}});
  read_all(jobs);
}

TEST(Models, HugeTopicsAreHeldWhole) {
  OfferModel offers(kText);
  offers.take(example_offers(10'000));
  EXPECT_EQ(offers.rowCount(), 10'000);
  PeerModel peers(kText);
  peers.take(example_peers(2'000));
  EXPECT_EQ(peers.rowCount(), 2'000);
}

TEST(LogModel, LinesComeWholeHoweverTheBytesAreCut) {
  const QByteArray bytes = "first\r\nzweite Zeile: \xC3\xA4\xF0\x9F\x98\x80\n\n\x1b[31mred\nlast";
  LogModel whole;
  whole.append(bytes);
  whole.finish();
  LogModel pieces;
  const Tested tested(pieces);
  for (const char byte : bytes) pieces.append(QByteArrayView(&byte, 1));
  pieces.finish();
  EXPECT_EQ(pieces.text(), whole.text());
  EXPECT_EQ(pieces.rowCount(), 5);
  EXPECT_EQ(pieces.index(1).data().toString(), QStringLiteral("zweite Zeile: ä😀"));
  EXPECT_EQ(pieces.index(3).data().toString(), QStringLiteral("\uFFFD[31mred"));
}

TEST(LogModel, KeepsTheLastLinesOnly) {
  LogModel model;
  const Tested tested(model);
  QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
  QByteArray bytes;
  for (int i = 0; i < 20'000; ++i) bytes += "line " + QByteArray::number(i) + '\n';
  model.append(bytes);
  EXPECT_EQ(model.rowCount(), kLogLinesMax);
  EXPECT_EQ(inserted.count(), 1);
  EXPECT_EQ(model.dropped_lines(), 15'000);
  model.append("one more\n");
  EXPECT_EQ(model.rowCount(), kLogLinesMax);
  EXPECT_EQ(model.index(kLogLinesMax - 1).data().toString(), QStringLiteral("one more"));
  EXPECT_EQ(model.index(0).data().toString(), QStringLiteral("line 15001"));
  model.clear();
  EXPECT_EQ(model.rowCount(), 0);
}

TEST(LogModel, ALineWithoutAnEndIsCutAndNotKept) {
  LogModel model;
  const Tested tested(model);
  const QByteArray piece(65'536, 'x');
  for (int i = 0; i < 16; ++i) model.append(piece);
  EXPECT_EQ(model.rowCount(), 16);
  EXPECT_EQ(model.index(0).data().toString().size(), kTextCharsMax);
}

}  // namespace
}  // namespace quern::desktop::models
