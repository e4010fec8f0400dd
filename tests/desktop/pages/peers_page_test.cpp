// The page of peers on a played daemon.
#include "desktop/pages/peers_page.hpp"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>

#include <gtest/gtest.h>

#include "desktop/pages/peer_panel.hpp"
#include "desktop/pages/peer_view.hpp"
#include "desktop/widgets/peer_map.hpp"
#include "desktop/widgets/table.hpp"
#include "tests/desktop/models/example_topics.hpp"
#include "tests/desktop/pages/example_machine.hpp"
#include "tests/desktop/pages/played_daemon.hpp"

namespace quern::desktop::pages {
namespace {

namespace json = boost::json;

TEST(AddressKind, IsThatOfTheOutermostCarrier) {
  EXPECT_EQ(address_kind(QStringLiteral("/ip4/192.0.2.7/tcp/7645")), QStringLiteral("TCP"));
  EXPECT_EQ(address_kind(QStringLiteral("/ip4/192.0.2.7/udp/7645/quic-v1")), QStringLiteral("QUIC"));
  EXPECT_EQ(address_kind(QStringLiteral("/dns4/a/tcp/443/wss")), QStringLiteral("WebSocket"));
  EXPECT_EQ(address_kind(QStringLiteral("/ip4/1.2.3.4/tcp/1/p2p/12D3/p2p-circuit")), QStringLiteral("relay"));
  EXPECT_EQ(address_kind(QStringLiteral("/ip4/192.0.2.7/tcpx/7645")), QString());
  EXPECT_EQ(address_kind(QString()), QString());
}

TEST(PeerMarks, AreOfThoseThatAreConnected) {
  std::vector<models::PeerRow> peers(3);
  peers[0].id = QStringLiteral("a");
  peers[0].connected = true;
  peers[0].round_trip_us = 45'600;
  peers[0].devices = 3;
  peers[1].id = QStringLiteral("b");
  peers[2].id = QStringLiteral("c");
  peers[2].connected = true;
  peers[2].addresses = {QStringLiteral("/ip4/1.2.3.4/tcp/1/p2p/x/p2p-circuit")};
  peers[2].round_trip_us = UINT64_MAX;
  const auto marks = peer_marks(peers);
  ASSERT_EQ(marks.size(), 2);
  EXPECT_EQ(marks[0].rtt_milliseconds, 45);
  EXPECT_EQ(marks[0].kind, widgets::PeerKind::provider);
  EXPECT_FALSE(marks[0].relayed);
  EXPECT_TRUE(marks[1].relayed);
  EXPECT_EQ(marks[1].rtt_milliseconds, 3'600'000);
  EXPECT_EQ(peers_subtitle(peers), QStringLiteral("2 connected · 1 providers · 1 through a relay"));
}

class PeersPageTest : public ::testing::Test {
 protected:
  PeersPage& open(QSize size = kUsual) {
    stage_.daemon.set_topic("status", example_status());
    stage_.daemon.set_topic("earnings", json::object{{"earned_micro", 1}});
    stage_.daemon.set_topic("peers", models::example_peers(peers_));
    stage_.daemon.set_topic("offers", models::example_offers(std::min(peers_, 30)));
    stage_.daemon.answer("receipt.list", [](const json::object&) -> rpc::Answer {
      json::array list;
      for (int i = 0; i < 20; ++i) {
        json::object receipt = example_receipt(20 - i, i % 4 != 0);
        receipt["peer"] = "12D3KooW1000002";
        receipt["together"] = 7;
        list.push_back(std::move(receipt));
      }
      return json::object{{"receipts", std::move(list)}, {"next", nullptr}};
    });
    PeersPage& page = stage_.open(size);
    EXPECT_TRUE(soon([&] { return stage_.models->peers().rowCount() == peers_; }));
    EXPECT_TRUE(soon([&] { return stage_.models->offers().rowCount() == std::min(peers_, 30); }));
    // The page follows in a turn of its own.
    EXPECT_TRUE(soon([&] { return map(page).peers().size() == peers_ / 2; }));
    EXPECT_TRUE(
        soon([&] { return says(page, QStringLiteral("%1 providers").arg(peers_ == 0 ? 0 : 15)) || peers_ == 0; }));
    return page;
  }
  PlayedDaemon& daemon() { return stage_.daemon; }
  static widgets::PeerMap& map(PeersPage& page) { return *page.findChild<widgets::PeerMap*>(); }
  // By a click where it is drawn.
  static void choose(PeersPage& page, const QString& id) {
    for (int item = 0; item < map(page).item_count(); ++item) {
      if (map(page).peers()[item].id == id) map(page).choose_item(item);
    }
  }

  int peers_ = 40;
  Staged<PeersPage> stage_;
};

const QString kSecond = QStringLiteral("12D3KooW1000002");

TEST_F(PeersPageTest, MarkupInAnAddressIsNoneInTheTip) {
  json::object status = example_status();
  status["addresses"] = json::array{"/dns4/<b>bold</b>/tcp/1"};
  PeersPage& page = open();
  daemon().set_topic("status", status);
  ASSERT_TRUE(soon([&] { return !stage_.models->status().addresses.empty(); }));
  daemon().set_topic("peers", models::example_peers(peers_ - 2));
  ASSERT_TRUE(soon([&] { return stage_.models->peers().rowCount() == peers_ - 2; }));
  const auto pills = page.findChildren<widgets::Pill*>();
  EXPECT_TRUE(soon([&] {
    return std::ranges::any_of(pills, [](const widgets::Pill* pill) { return pill->toolTip().contains(u"&lt;b&gt;"); });
  }));
}

TEST_F(PeersPageTest, ShowsThePeersOfTheDaemon) {
  PeersPage& page = open();
  EXPECT_TRUE(says(page, QStringLiteral("20 connected · 15 providers")));
  EXPECT_EQ(map(page).peers().size(), 20);
  choose(page, kSecond);
  for (const char* text :
       {"12D3KooW1000002", "Direct · TCP", "2 ms", "quern/0.1.0", "/ip4/192.0.2.7/tcp/7645", "1 GPUs", "0.0432 cr/h"}) {
    EXPECT_TRUE(soon([&] { return says(page, QString::fromUtf8(text)); }))
        << text << texts_of(page).join(u'\n').toStdString();
  }
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("Their tasks we ran")); }));
  EXPECT_TRUE(says(page, QStringLiteral("70"))) << "of ten agreements; the work of five more is not over";
  for (int i = 0; i < 30; ++i) stage_.models->take_round_trips();
  settle();
  picture(page, QStringLiteral("peers"));
}

TEST_F(PeersPageTest, TheNearestPeerIsShownUntilAPersonChooses) {
  PeersPage& page = open();
  const QString nearest = map(page).peers().front().id;
  EXPECT_EQ(map(page).selected(), nearest);
  EXPECT_TRUE(says(page, nearest));
  EXPECT_FALSE(says(page, QStringLiteral("No peer chosen")));
  choose(page, kSecond);
  stage_.daemon.set_topic("peers", models::example_peers(peers_ - 2));
  ASSERT_TRUE(soon([&] { return stage_.models->peers().rowCount() == peers_ - 2; }));
  settle();
  EXPECT_EQ(map(page).selected(), kSecond);
  ASSERT_TRUE(click(page, QStringLiteral("List")));
  EXPECT_EQ(page.findChild<widgets::Table*>()->currentIndex().data(models::kIdRole).toString(), kSecond);
}

TEST_F(PeersPageTest, WhatWasEarnedFromThePeerFollowsTheLedger) {
  PeersPage& page = open();
  choose(page, kSecond);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("Earned from them")); }));
  daemon().answer("receipt.list", [](const json::object&) -> rpc::Answer {
    json::object receipt = example_receipt(2);
    receipt["peer"] = "12D3KooW1000002";
    receipt["amount_micro"] = 12'340'000;
    return json::object{{"receipts", json::array{receipt}}, {"next", nullptr}};
  });
  daemon().set_topic("earnings", json::object{{"earned_micro", 12'340'000}});
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("12.34 cr")); })) << "without another choice";
}

TEST_F(PeersPageTest, ARelayedPeerIsSaidToBe) {
  PeersPage& page = open();
  json::object peers = models::example_peers(peers_);
  peers["peers"].as_array()[2].as_object()["addresses"] =
      json::array{"/ip4/192.0.2.7/tcp/7645/p2p/12D3KooWrelay/p2p-circuit"};
  daemon().set_topic("peers", peers);
  choose(page, kSecond);
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("Connected through a relay")); }));
  const int row = stage_.models->peers().row_of(kSecond);
  EXPECT_EQ(stage_.models->peers().index(row, models::PeerModel::kState).data().toString(),
            QStringLiteral("Connected through a relay"));
  EXPECT_EQ(stage_.models->peers().index(0, models::PeerModel::kState).data().toString(), QStringLiteral("Connected"));
}

TEST_F(PeersPageTest, TheModelBehindTheListIsWellFormedHoweverPeersComeAndGo) {
  PeersPage& page = open();
  QAbstractItemModel* const list = page.findChild<widgets::Table*>()->model();
  const QAbstractItemModelTester of_list(list, QAbstractItemModelTester::FailureReportingMode::Fatal);
  const QAbstractItemModelTester of_peers(&stage_.models->peers(),
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
  for (const int count : {3, 0, 60, 59, 12}) {
    daemon().set_topic("peers", models::example_peers(count));
    EXPECT_TRUE(soon([&] { return list->rowCount() == count; })) << count;
    list->sort(count % models::PeerModel::kColumns, Qt::DescendingOrder);
  }
}

TEST_F(PeersPageTest, TheListIsATwinOfTheMap) {
  PeersPage& page = open();
  choose(page, kSecond);
  ASSERT_TRUE(click(page, QStringLiteral("List")));
  auto* const table = page.findChild<widgets::Table*>();
  EXPECT_TRUE(table->isVisible());
  EXPECT_EQ(table->model()->rowCount(), 40);
  EXPECT_EQ(table->currentIndex().data(models::kIdRole).toString(), kSecond);
  table->select_row(0);
  EXPECT_EQ(map(page).selected(), QStringLiteral("12D3KooW1000000"));
  settle();
  picture(page, QStringLiteral("peers-list"));
}

TEST_F(PeersPageTest, APeerIsBlockedOnlyAfterASecondClick) {
  PeersPage& page = open();
  choose(page, kSecond);
  ASSERT_TRUE(click(page, QStringLiteral("Block")));
  EXPECT_EQ(daemon().count("peer.block"), 0);
  daemon().refuse("peer.block", "64 of 64 are blocked");
  ASSERT_TRUE(click(page, QStringLiteral("Block it")));
  EXPECT_EQ(daemon().last("peer.block"), (json::object{{"peer", "12D3KooW1000002"}}));
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("64 of 64 are blocked")); }));
  json::object peers = models::example_peers(peers_);
  peers["peers"].as_array()[2].as_object()["blocked"] = true;
  daemon().set_topic("peers", peers);
  ASSERT_TRUE(soon([&] { return button(page, QStringLiteral("Unblock")) != nullptr; }));
  daemon().answer("peer.unblock", [](const json::object&) -> rpc::Answer { return json::object(); });
  ASSERT_TRUE(click(page, QStringLiteral("Unblock")));
  EXPECT_EQ(daemon().last("peer.unblock"), (json::object{{"peer", "12D3KooW1000002"}}));
}

TEST_F(PeersPageTest, APeerIsAddedByItsAddress) {
  PeersPage& page = open();
  daemon().refuse("peer.add", "nonsense is no address");
  ASSERT_TRUE(click(page, QStringLiteral("Add peer")));
  auto* const edit = page.findChild<QLineEdit*>();
  EXPECT_FALSE(button(page, QStringLiteral("Connect"))->isEnabled());
  QTest::keyClicks(edit, QStringLiteral(" nonsense "));
  ASSERT_TRUE(click(page, QStringLiteral("Connect")));
  EXPECT_EQ(daemon().last("peer.add"), (json::object{{"address", "nonsense"}}));
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("nonsense is no address")); }));
  EXPECT_TRUE(edit->isVisible());
  settle();
  picture(page, QStringLiteral("peers-add"));
  stage_.connection->change(daemon().factory());
  EXPECT_TRUE(soon([&] { return !says(page, QStringLiteral("nonsense is no address")); })) << "it was another's word";
  ASSERT_TRUE(soon([&] { return stage_.connection->live(); }));
  daemon().answer("peer.add", [](const json::object&) -> rpc::Answer { return json::object(); });
  QTest::keyClick(edit, Qt::Key_Return);
  ASSERT_TRUE(soon([&] { return !edit->isVisible(); }));
}

TEST_F(PeersPageTest, AnAddressIsSentOnceAndALateAnswerLeavesTheNextOneAlone) {
  PeersPage& page = open();
  daemon().answer("peer.add", [](const json::object&) -> rpc::Answer { return json::object(); });
  daemon().hold("peer.add");
  ASSERT_TRUE(click(page, QStringLiteral("Add peer")));
  auto* const edit = page.findChild<QLineEdit*>();
  QTest::keyClicks(edit, QStringLiteral("/dns4/first"));
  ASSERT_TRUE(click(page, QStringLiteral("Connect")));
  ASSERT_EQ(daemon().last("peer.add"), (json::object{{"address", "/dns4/first"}}));
  QTest::keyClicks(edit, QStringLiteral("/tcp/1"));
  EXPECT_FALSE(button(page, QStringLiteral("Connect"))->isEnabled()) << "it is under way";
  ASSERT_TRUE(click(page, QStringLiteral("Cancel")));
  ASSERT_TRUE(click(page, QStringLiteral("Add peer")));
  edit->setText(QStringLiteral("/dns4/second"));
  EXPECT_TRUE(button(page, QStringLiteral("Connect"))->isEnabled());
  bool answered = false;
  daemon().release();
  stage_.connection->call("node.status", {}, edit, [&](const client::Outcome&) { answered = true; });
  ASSERT_TRUE(soon([&] { return answered; }));
  EXPECT_TRUE(edit->isVisible());
  EXPECT_EQ(edit->text(), QStringLiteral("/dns4/second"));
  ASSERT_TRUE(click(page, QStringLiteral("Connect")));
  EXPECT_EQ(daemon().last("peer.add", 2), (json::object{{"address", "/dns4/second"}}));
  EXPECT_TRUE(soon([&] { return !edit->isVisible(); }));
}

TEST_F(PeersPageTest, OffersOfAPeerAreAskedFor) {
  PeersPage& page = open();
  QSignalSpy wanted(&page, &PeersPage::offers_wanted);
  choose(page, kSecond);
  ASSERT_TRUE(click(page, QStringLiteral("See offers")));
  ASSERT_EQ(wanted.count(), 1);
  EXPECT_EQ(wanted[0][0].toString(), kSecond);
}

TEST_F(PeersPageTest, WithoutPeersThereIsAWord) {
  peers_ = 0;
  PeersPage& page = open();
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("No peer is connected")); }));
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("Alone")); }));
}

TEST_F(PeersPageTest, TwoThousandPeersAreFast) {
  peers_ = 4'000;
  PeersPage& page = open();
  EXPECT_EQ(map(page).peers().size(), 2'000);
  QElapsedTimer clock;
  clock.start();
  stage_.models->take_round_trips();
  std::printf("reading of 4,000 peers: %lld us\n", static_cast<long long>(clock.nsecsElapsed() / 1'000));
}

TEST_F(PeersPageTest, HostilePeersArePlainAndBounded) {
  PeersPage& page = open();
  json::object peers = models::example_peers(4);
  json::object& hostile = peers["peers"].as_array()[2].as_object();
  hostile["agent"] = "<b>" + std::string(10'000, 'W') + "\x1b[31m";
  hostile["addresses"] = json::array{std::string(10'000, '/'), 7, nullptr};
  hostile["rtt_us"] = -5;
  daemon().set_topic("peers", peers);
  ASSERT_TRUE(soon([&] { return stage_.models->peers().rowCount() == 4; }));
  choose(page, kSecond);
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("<b>WWW")); }));
  EXPECT_LE(page.minimumSizeHint().width(), kSmallest.width());
}

TEST_F(PeersPageTest, FitsTheSmallestWindowBothWaysRoundAndEverythingHasAName) {
  PeersPage& page = open(kSmallest);
  choose(page, kSecond);
  ASSERT_TRUE(click(page, QStringLiteral("Add peer")));
  settle();
  EXPECT_LE(page.minimumSizeHint().width(), kSmallest.width());
  EXPECT_LE(page.minimumSizeHint().height(), kSmallest.height());
  EXPECT_EQ(clipped(page), QStringList());
  EXPECT_EQ(nameless(page), QStringList());
  picture(page, QStringLiteral("peers-small"));
  page.setLayoutDirection(Qt::RightToLeft);
  settle();
  EXPECT_EQ(clipped(page), QStringList());
}

}  // namespace
}  // namespace quern::desktop::pages
