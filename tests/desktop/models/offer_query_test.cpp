#include "desktop/models/offer_query.hpp"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <chrono>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "desktop/models/steady_proxy.hpp"
#include "tests/desktop/models/example_topics.hpp"

namespace quern::desktop::models {
namespace {

namespace json = boost::json;

const QuantityText kText{QLocale::c(), QTimeZone::utc()};

OfferRow example() {
  return offers_from(json::object{{"offers", json::array{example_offer(12)}}}).front();
}

bool fits(const char* line, std::optional<std::uint64_t> round_trip_us = 45'000) {
  const auto query = OfferQuery::parse(QString::fromUtf8(line));
  EXPECT_TRUE(query) << line << ": " << query.error().text.toStdString();
  return query && query->fits(example(), round_trip_us);
}

// The example is a GeForce RTX 4090 of 16 GiB at 0.0792 cr/h, a "gpu" of 512 GFLOP/s.
TEST(OfferQuery, SaysWhatFits) {
  for (const char* const line : {"",
                                 "  ",
                                 "geforce",
                                 "RTX 4090",
                                 "\"rtx 4090\"",
                                 "type=gpu",
                                 "type = gpu",
                                 "TYPE=GPU",
                                 "type!=cpu",
                                 "-type=cpu",
                                 "!cpu",
                                 "memory>=16GiB",
                                 "memory>=16",
                                 "memory=16g",
                                 "memory=16GB",
                                 "memory>8G",
                                 "memory<17179869184b",
                                 "price<=0.0792",
                                 "price<0,08",
                                 "price>0.05cr",
                                 "flops>=0.5T",
                                 "flops<1TFLOP/s",
                                 "rtt<=45ms",
                                 "rtt<1s",
                                 "rtt=45000us",
                                 "provider=12D3KooW",
                                 "provider=000012",
                                 "device~qd1",
                                 "name~4090",
                                 "name!~radeon",
                                 "own=no",
                                 "-own",
                                 "cores>=8",
                                 "walltime=1h",
                                 "walltime>=30min",
                                 "ram>=16G",
                                 "disk=1G",
                                 "link>100M",
                                 "kind=openclkernel",
                                 "setup<=0.0005",
                                 "bandwidth=1T",
                                 "units=128",
                                 "gpu memory>=8 price<1 -radeon"}) {
    if (std::string_view(line) == "memory<17179869184b") continue;  // equal, not less: below
    EXPECT_TRUE(fits(line)) << line;
  }
}

TEST(OfferQuery, SaysWhatDoesNot) {
  for (const char* const line :
       {"radeon", "type=cpu", "-gpu", "memory>16GiB", "memory<17179869184b", "memory>=17", "price<0.0792", "price=0",
        "rtt<45ms", "own", "own=yes", "provider=koow", "cores>8", "fp64>=1G"}) {
    EXPECT_FALSE(fits(line)) << line;
  }
}

TEST(OfferQuery, BytesThatAreNearlySoManyAreSoMany) {
  OfferRow offer = example();
  offer.memory_bytes = (std::uint64_t{16} << 30) - (300 << 20);
  const auto query = OfferQuery::parse(QStringLiteral("memory>=16GiB"));
  ASSERT_TRUE(query);
  EXPECT_TRUE(query->fits(offer, std::nullopt));
  offer.memory_bytes = std::uint64_t{15} << 30;
  EXPECT_FALSE(query->fits(offer, std::nullopt));
}

TEST(OfferQuery, WhatAnOfferDoesNotSayDoesNotFit) {
  EXPECT_FALSE(fits("rtt<1s", std::nullopt));
  EXPECT_FALSE(fits("rtt>1s", std::nullopt));
  EXPECT_FALSE(fits("fp64=0"));
}

TEST(OfferQuery, AFaultNamesPlaceValueAndWayOut) {
  const auto fault = [](const char* line) {
    const auto query = OfferQuery::parse(QString::fromUtf8(line));
    EXPECT_FALSE(query) << line;
    return query ? QueryFault() : query.error();
  };
  EXPECT_EQ(fault("gpu memry>=8").at, 4);
  EXPECT_EQ(fault("gpu memry>=8").length, 5);
  EXPECT_TRUE(fault("memry>=8").text.contains(QStringLiteral("memory")));
  EXPECT_TRUE(fault("memory>=lots").text.contains(QStringLiteral("16GiB")));
  EXPECT_EQ(fault("memory>=lots").at, 8);
  EXPECT_TRUE(fault("price<=").text.contains(QStringLiteral("needs a value")));
  EXPECT_TRUE(fault("type>gpu").text.contains(QStringLiteral("type")));
  EXPECT_TRUE(fault("memory~8").text.contains(QStringLiteral("memory")));
  EXPECT_TRUE(fault("own=maybe").text.contains(QStringLiteral("yes or no")));
  EXPECT_TRUE(fault("name=\"RTX").text.contains(QStringLiteral("quotes")));
  EXPECT_TRUE(fault("memory>=99999999999999999999").text.contains(QStringLiteral("memory")));
  EXPECT_TRUE(fault(std::string(2'000, 'x').c_str()).text.contains(QStringLiteral("1024")));
  std::string many;
  for (int i = 0; i < 40; ++i) many += "x ";
  EXPECT_TRUE(fault(many.c_str()).text.contains(QStringLiteral("32")));
}

RC_GTEST_PROP(OfferQuery, AnyLineIsAQueryOrAFaultInsideIt, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "memory", "type", "own", "price", " ", ">=", "=", "!", "-", "~", "\"", "8", "1.5", "GiB", "x", "ä", "<"));
  QString line;
  for (const std::string& piece : pieces) line += QString::fromStdString(piece);
  const auto query = OfferQuery::parse(line);
  if (query) {
    RC_ASSERT(query->conditions().size() <= kConditionsMax);
    std::ignore = query->fits(example(), 5);
  } else {
    RC_ASSERT(!query.error().text.isEmpty());
    RC_ASSERT(query.error().at >= 0 && query.error().at + query.error().length <= line.size());
  }
}

class FilterTest : public ::testing::Test {
 protected:
  OfferModel offers{kText};
  static constexpr std::chrono::milliseconds kPace{20};
  OfferFilter filter{offers, nullptr, kPace};
  QAbstractItemModelTester tester{&filter, QAbstractItemModelTester::FailureReportingMode::Fatal};

  std::vector<std::string> devices() const {
    std::vector<std::string> list;
    for (int row = 0; row < filter.rowCount(); ++row)
      list.push_back(filter.offer(filter.index(row, 0)).device.toStdString());
    return list;
  }
  void set_rate(int number, std::int64_t rate) {
    json::object topic = example_offers(4);
    topic["offers"]
        .as_array()[static_cast<std::size_t>(number)]
        .as_object()["devices"]
        .as_array()[0]
        .as_object()["rates"] = json::object{{"device_second", rate}};
    offers.take(topic);
  }
};

TEST_F(FilterTest, ShowsWhatFitsAndKeepsTheQueryOverAFault) {
  offers.take(example_offers(10));
  EXPECT_FALSE(filter.set_line(QStringLiteral("type=cpu")));
  EXPECT_EQ(devices(), (std::vector<std::string>{"qd1-0", "qd1-7"}));
  EXPECT_TRUE(filter.set_line(QStringLiteral("type>")));
  EXPECT_EQ(filter.line(), QStringLiteral("type=cpu"));
  EXPECT_EQ(filter.rowCount(), 2);
  EXPECT_FALSE(filter.set_line({}));
  EXPECT_EQ(filter.rowCount(), 10);
}

TEST_F(FilterTest, SortsByValueAndWhatIsNotKnownComesLast) {
  json::object topic = example_offers(4);
  topic["offers"].as_array()[1].as_object()["devices"].as_array()[0].as_object()["rates"] =
      json::object{{"device_second", "?"}};
  offers.take(topic);
  filter.sort(OfferModel::kPrice, Qt::AscendingOrder);
  EXPECT_EQ(devices(), (std::vector<std::string>{"qd1-0", "qd1-2", "qd1-3", "qd1-1"}));
  filter.sort(OfferModel::kPrice, Qt::DescendingOrder);
  EXPECT_EQ(devices(), (std::vector<std::string>{"qd1-3", "qd1-2", "qd1-0", "qd1-1"}));
}

TEST_F(FilterTest, RowsDoNotJumpUnderThePointer) {
  offers.take(example_offers(4));
  filter.sort(OfferModel::kPrice, Qt::AscendingOrder);
  filter.set_frozen(true);
  OfferFilter other(offers, nullptr, kPace);
  other.sort(OfferModel::kPrice, Qt::AscendingOrder);
  set_rate(0, 5'000);
  // One that is not frozen has been put in order: this one's time was there, too.
  ASSERT_TRUE(QTest::qWaitFor([&] { return other.offer(other.index(3, 0)).device == QStringLiteral("qd1-0"); }, 5'000));
  EXPECT_EQ(devices().front(), "qd1-0");
  EXPECT_EQ(filter.index(0, OfferModel::kPrice).data(kSortRole).toLongLong(), 5'000 * 3'600);
  filter.set_frozen(false);
  EXPECT_EQ(devices().back(), "qd1-0");
}

TEST_F(FilterTest, IsPutInOrderAtItsPace) {
  offers.take(example_offers(4));
  filter.sort(OfferModel::kPrice, Qt::AscendingOrder);
  set_rate(0, 5'000);
  EXPECT_EQ(devices().front(), "qd1-0");
  EXPECT_TRUE(QTest::qWaitFor([&] { return devices().back() == "qd1-0"; }, 5'000));
}

TEST_F(FilterTest, SelectionsStayWithTheirRows) {
  offers.take(example_offers(100));
  filter.sort(OfferModel::kPrice, Qt::DescendingOrder);
  const QPersistentModelIndex chosen = filter.index(51, 0);
  const QString id = chosen.data(kIdRole).toString();
  EXPECT_FALSE(filter.set_line(QStringLiteral("gpu")));
  ASSERT_TRUE(chosen.isValid());
  EXPECT_EQ(chosen.data(kIdRole).toString(), id);
}

}  // namespace
}  // namespace quern::desktop::models
