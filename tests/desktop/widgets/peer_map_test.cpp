#include "desktop/widgets/peer_map.hpp"

#include <QAccessible>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <climits>
#include <cmath>
#include <memory>

#include <gtest/gtest.h>

#include "desktop/theme/theme.hpp"
#include "tests/desktop/widgets/samples.hpp"

namespace quern::desktop::widgets {
namespace {

std::unique_ptr<PeerMap> shown(const QVector<PeerMark>& peers, QSize size = {800, 640}) {
  theme::Theme::instance().install();
  auto map = std::make_unique<PeerMap>(QStringLiteral("Peers"));
  map->resize(size);
  map->set_peers(peers);
  map->show();
  return map;
}

// The distance from the centre with the ellipse taken out, in parts of the one of the farthest peer.
double distance(const PeerMap& map, int peer) {
  const QPointF way = QRectF(map.item_rect(peer)).center() - QRectF(map.rect()).center();
  const double high = map.height() / 2.0;
  const double wide = std::min(map.width() / 2.0, high * 1.35);
  return std::hypot(way.x() / wide, way.y() / high);
}

TEST(PeerMaps, DistanceGrowsWithTheRoundTrip) {
  QVector<PeerMark> peers;
  for (const int rtt : {1, 10, 50, 100, 200}) {
    peers.append({.id = QStringLiteral("p%1").arg(rtt), .name = {}, .rtt_milliseconds = rtt});
  }
  peers.append({.id = QStringLiteral("unknown")});
  const auto map = shown(peers);
  for (int peer = 1; peer < map->item_count(); ++peer)
    EXPECT_GT(distance(*map, peer), distance(*map, peer - 1)) << peer;
}

TEST(PeerMaps, APeerStaysWhereItWasWhenOthersComeAndGo) {
  QVector<PeerMark> peers{
      {.id = QStringLiteral("a"), .name = {}, .rtt_milliseconds = 40, .devices = 8, .kind = PeerKind::provider}};
  const auto map = shown(peers);
  const QRect before = map->item_rect(0);
  peers.append({.id = QStringLiteral("b"), .name = {}, .rtt_milliseconds = 5});
  peers.append({.id = QStringLiteral("c"), .name = {}, .rtt_milliseconds = 150});
  map->set_peers(peers);
  EXPECT_EQ(map->peers().at(1).id, QStringLiteral("a"));
  EXPECT_EQ(map->item_rect(1), before);
}

TEST(PeerMaps, MarksOfAFewDozenPeersDoNotOverlap) {
  const auto map = shown(samples::peers(60), {900, 760});
  int overlaps = 0;
  for (int one = 0; one < 60; ++one) {
    for (int other = one + 1; other < 60; ++other)
      overlaps += map->item_rect(one).intersects(map->item_rect(other)) ? 1 : 0;
  }
  EXPECT_LE(overlaps, 1);
}

TEST(PeerMaps, MarksOfTheNearestPeersDoNotOverlapInASmallMap) {
  QVector<PeerMark> peers;
  for (int i = 0; i < 5; ++i) {
    peers.append({.id = QStringLiteral("p%1").arg(i),
                  .name = {},
                  .rtt_milliseconds = 0,
                  .devices = 1,
                  .kind = PeerKind::provider});
  }
  const auto map = shown(peers, {526, 480});
  for (int one = 0; one < 5; ++one) {
    for (int other = one + 1; other < 5; ++other) {
      EXPECT_FALSE(map->item_rect(one).intersects(map->item_rect(other))) << one << " " << other;
    }
  }
}

TEST(PeerMaps, TheNearestPeersStandOffTheCentreInASmallMap) {
  QVector<PeerMark> peers;
  for (int i = 0; i < 3; ++i) peers.append({.id = QStringLiteral("p%1").arg(i), .name = {}, .rtt_milliseconds = 0});
  const auto map = shown(peers, {260, 200});
  constexpr double kHub = 22;
  for (int peer = 0; peer < 3; ++peer) {
    const QRectF mark = map->item_rect(peer);
    const QPointF way = mark.center() - QRectF(map->rect()).center();
    EXPECT_GT(std::hypot(way.x(), way.y()), kHub + mark.width() / 4) << peer;
    for (int other = 0; other < peer; ++other) EXPECT_FALSE(mark.intersects(map->item_rect(other))) << peer;
  }
}

// Where the colours of two pictures differ lies what only one of them has.
int differing(const QImage& one, const QImage& other, const QRect& box) {
  int count = 0;
  for (int y = box.top(); y <= box.bottom(); ++y) {
    for (int x = box.left(); x <= box.right(); ++x) count += one.pixel(x, y) != other.pixel(x, y) ? 1 : 0;
  }
  return count;
}

TEST(PeerMaps, NoMarkAndNoNameLiesAtTheWordsOfARing) {
  QVector<PeerMark> peers;
  for (int peer = 0; peer < 120; ++peer) {
    const int near_rings[] = {9, 10, 11, 45, 48, 50, 92, 100, 180, 200};
    peers.append({.id = QStringLiteral("peer-%1").arg(peer),
                  .name = QStringLiteral("a name of some length"),
                  .rtt_milliseconds = near_rings[peer % 10],
                  .devices = peer % 5});
  }
  const auto map = shown(peers, {900, 760});
  const auto nameless = shown(
      [peers]() mutable {
        for (PeerMark& peer : peers) peer.name.clear();
        return peers;
      }(),
      {900, 760});
  const QImage with_names = map->grab().toImage();
  const QImage without = nameless->grab().toImage();
  for (const int ring : {10, 50, 100, 200}) {
    const QRect words = map->ring_label_box(ring).toAlignedRect();
    for (int peer = 0; peer < map->item_count(); ++peer) {
      EXPECT_FALSE(map->item_rect(peer).adjusted(5, 5, -5, -5).intersects(words)) << ring << " " << peer;
    }
    EXPECT_EQ(differing(with_names, without, words), 0) << ring;
  }
}

// Peers of the same house huddle round the centre.
TEST(PeerMaps, NoNameLiesOnTheCentreOrOnAMarkEvenOfTheChosenPeer) {
  for (int count = 1; count <= 8; ++count) {
    QVector<PeerMark> peers;
    for (int peer = 0; peer < count; ++peer) {
      peers.append({.id = QStringLiteral("peer-%1").arg(peer * 7 + count),
                    .name = QStringLiteral("…%1gcjRX5vq").arg(peer),
                    .rtt_milliseconds = 0,
                    .devices = 1});
    }
    const auto map = shown(peers, {528, 480});
    for (PeerMark& peer : peers) peer.name.clear();
    const auto nameless = shown(peers, {528, 480});
    const QRect hub = QRect(0, 0, 34, 34).translated(map->rect().center() - QPoint(17, 17));
    for (int chosen = -1; chosen < count; ++chosen) {
      const QString id = chosen < 0 ? QString() : map->peers().at(chosen).id;
      map->select(id);
      nameless->select(id);
      const QImage with_names = map->grab().toImage();
      const QImage without = nameless->grab().toImage();
      EXPECT_GT(differing(with_names, without, map->rect()), 0);
      EXPECT_EQ(differing(with_names, without, hub), 0) << count << ", chosen " << chosen;
      for (int peer = 0; peer < count; ++peer) {
        const QRect mark = map->item_rect(peer).adjusted(3, 3, -3, -3);
        EXPECT_EQ(differing(with_names, without, mark), 0) << count << ", chosen " << chosen << " over " << peer;
      }
    }
  }
}

TEST(PeerMaps, ANameStandsOffTheLinkOfItsPeer) {
  int above = 0;
  for (int number = 0; number < 12; ++number) {
    PeerMark peer{.id = QStringLiteral("%1-peer").arg(number), .name = QStringLiteral("…gcjRX5vq"), .devices = 1};
    peer.rtt_milliseconds = 20;
    const auto map = shown({peer}, {800, 640});
    peer.name.clear();
    const auto nameless = shown({peer}, {800, 640});
    const QPoint mark = map->item_rect(0).center();
    const QPoint centre = map->rect().center();
    const QRect towards(0, std::min(mark.y(), centre.y()), map->width(), std::abs(mark.y() - centre.y()));
    if (towards.height() < 20) continue;  // beside the centre
    above += mark.y() < centre.y() ? 1 : 0;
    const QImage with_name = map->grab().toImage();
    const QImage without = nameless->grab().toImage();
    EXPECT_GT(differing(with_name, without, map->rect()), 0);
    EXPECT_EQ(differing(with_name, without, towards), 0) << number;
  }
  EXPECT_GT(above, 0);
}

TEST(PeerMaps, TheLinkOfTheChosenPeerCoversNoNameAndNoMarkOfAnother) {
  QVector<PeerMark> peers = samples::peers(60);
  const auto map = shown(peers, {900, 760});
  const auto nameless = shown(
      [peers]() mutable {
        for (PeerMark& peer : peers) peer.name.clear();
        return peers;
      }(),
      {900, 760});
  const QImage before = map->grab().toImage();
  const QImage without = nameless->grab().toImage();
  int words = 0;
  for (int chosen = 0; chosen < 60; ++chosen) {
    map->select(map->peers().at(chosen).id);
    const QImage now = map->grab().toImage();
    const QRect own = map->item_rect(chosen).adjusted(-140, -20, 140, 30);  // with its name
    for (int y = 0; y < now.height(); ++y) {
      for (int x = 0; x < now.width(); ++x) {
        if (own.contains(x, y) || before.pixel(x, y) == without.pixel(x, y)) continue;
        ++words;
        ASSERT_EQ(now.pixel(x, y), before.pixel(x, y)) << "peer " << chosen << " at " << x << ", " << y;
      }
    }
    for (int other = 0; other < 60; ++other) {
      const QPoint middle = map->item_rect(other).center();
      if (!own.contains(middle)) EXPECT_EQ(now.pixel(middle), before.pixel(middle)) << chosen << " over " << other;
    }
  }
  EXPECT_GT(words, 0);
}

TEST(PeerMaps, AreChosenByMouseAndKeyboard) {
  const auto map = shown(samples::peers(20));
  QSignalSpy selected(map.get(), &PeerMap::selected_changed);
  QTest::mouseClick(map.get(), Qt::LeftButton, {}, map->item_rect(5).center());
  EXPECT_EQ(map->selected(), map->peers().at(5).id);
  QTest::keyClick(map.get(), Qt::Key_Up);
  EXPECT_EQ(map->current_item(), 6);
  QTest::keyClick(map.get(), Qt::Key_Down);
  EXPECT_EQ(map->current_item(), 5);
  QSet<int> around;
  for (int press = 0; press < 20; ++press) {
    QTest::keyClick(map.get(), Qt::Key_Right);
    around.insert(map->current_item());
  }
  EXPECT_EQ(around.size(), 20) << "right goes once around";
  QTest::keyClick(map.get(), Qt::Key_Left);
  QTest::keyClick(map.get(), Qt::Key_Right);
  EXPECT_EQ(map->current_item(), 5);
  QSignalSpy activated(map.get(), &PeerMap::peer_activated);
  QTest::keyClick(map.get(), Qt::Key_Return);
  EXPECT_EQ(activated.count(), 1);
  const int told = static_cast<int>(selected.count());
  map->select(map->peers().at(1).id);
  map->select(QStringLiteral("no such"));
  EXPECT_TRUE(map->selected().isEmpty());
  EXPECT_EQ(selected.count(), told);
}

TEST(PeerMaps, KeepTheSelectionOverAnUpdate) {
  const auto map = shown(samples::peers(20));
  const QString id = map->peers().at(7).id;
  map->select(id);
  map->set_peers(samples::peers(30));
  EXPECT_EQ(map->selected(), id);
  map->set_peers({});
  EXPECT_TRUE(map->selected().isEmpty());
  EXPECT_FALSE(map->grab().isNull());
}

TEST(PeerMaps, TwoThousandPeersAreLaidOutAndHoveredQuickly) {
  const auto map = shown(samples::peers(5000), {1000, 800});
  EXPECT_EQ(map->item_count(), PeerMap::kPeersMax);
  QElapsedTimer watch;
  watch.start();
  map->set_peers(samples::peers(2000));
  map->grab();
  EXPECT_LT(watch.elapsed(), 500);
  watch.restart();
  for (int frame = 0; frame < 10; ++frame) {
    QTest::mouseMove(map.get(), map->item_rect(frame * 50).center());
    map->grab();
  }
  EXPECT_LT(watch.elapsed(), 300) << "hovering draws everything again";
}

TEST(PeerMaps, ACrowdIsDrawnInTurnsAndEndsAsIfAtOnce) {
  const auto map = shown(samples::peers(1'000));
  const QImage before = map->grab().toImage();
  map->set_peers(samples::peers(1'100));
  EXPECT_EQ(map->grab().toImage(), before) << "placed and drawn in the same turn";
  map->set_peers(samples::peers(1'200));  // while it is drawn
  const QImage wanted = shown(samples::peers(1'200))->grab().toImage();
  EXPECT_TRUE(QTest::qWaitFor([&] { return map->grab().toImage() == wanted; }, 10'000));
  map->resize(700, 600);
  EXPECT_EQ(map->grab().toImage(), shown(samples::peers(1'200), {700, 600})->grab().toImage());
}

TEST(PeerMaps, TakeAnyTextAndNumber) {
  QVector<PeerMark> peers;
  for (const QString& text : samples::hostile_texts()) {
    for (const int number : {INT_MIN, -1, 0, 1, INT_MAX}) {
      peers.append(
          {.id = text, .name = text, .rtt_milliseconds = number, .devices = number, .kind = PeerKind::provider});
    }
  }
  const auto map = shown(peers);
  EXPECT_FALSE(map->grab().isNull());
  for (int peer = 0; peer < map->item_count(); ++peer) {
    map->choose_item(peer);
    EXPECT_LT(map->item_text(peer).size(), 600);
  }
  map->resize(10, 10);
  EXPECT_FALSE(map->grab().isNull());
}

TEST(PeerMaps, AreItemsToAScreenReader) {
  const auto map = shown(samples::peers(12));
  QAccessibleInterface* list = QAccessible::queryAccessibleInterface(map.get());
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->childCount(), 12);
  EXPECT_TRUE(list->child(3)->text(QAccessible::Name).contains(QStringLiteral("ms")));
}

}  // namespace
}  // namespace quern::desktop::widgets
