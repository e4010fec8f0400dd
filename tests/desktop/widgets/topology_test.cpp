#include <QAccessible>
#include <QElapsedTimer>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <limits>
#include <memory>

#include <gtest/gtest.h>

#include "desktop/widgets/topology_layout.hpp"
#include "desktop/widgets/topology_view.hpp"
#include "tests/desktop/app/painted_texts.hpp"
#include "tests/desktop/widgets/samples.hpp"

namespace quern::desktop::widgets {
namespace {

struct Layouts : testing::Test {
  Layouts() { theme::Theme::instance().install(); }
};
using Views = Layouts;

// Every box lies in its parent and no two of one parent overlap.
void expect_nested(const TopologyLayout& layout) {
  QHash<int, QVector<QRectF>> children;
  for (int at = 0; at < layout.boxes.size(); ++at) {
    const TopologyBox& box = layout.boxes[at];
    ASSERT_GT(box.rect.width(), 0);
    ASSERT_GT(box.rect.height(), 0);
    if (box.parent < 0) {
      ASSERT_EQ(at, 0);
      continue;
    }
    ASSERT_LT(box.parent, at) << "outer boxes come first";
    const QRectF around = layout.boxes[box.parent].rect.adjusted(-0.01, -0.01, 0.01, 0.01);
    ASSERT_TRUE(around.contains(box.rect)) << "box " << at << " leaves its parent " << box.parent;
    children[box.parent].append(box.rect.adjusted(0.01, 0.01, -0.01, -0.01));
  }
  for (const QVector<QRectF>& siblings : children) {
    for (qsizetype one = 0; one < siblings.size(); ++one) {
      for (qsizetype other = one + 1; other < siblings.size(); ++other) {
        ASSERT_FALSE(siblings[one].intersects(siblings[other]));
      }
    }
  }
}

TEST_F(Layouts, NestWithoutOverlapInEveryViewAndShape) {
  const QVector<Topology> machines{samples::machine(1, 1, 1, 1, 0),  samples::machine(1, 1, 1, 4, 1),
                                   samples::workstation(),           samples::machine(1, 1, 0, 0, 2),
                                   samples::machine(2, 4, 4, 8, 3),  samples::machine(3, 1, 7, 5, 0),
                                   samples::machine(1, 1, 1, 96, 8), samples::giant()};
  for (const Topology& machine : machines) {
    for (const QSizeF view : {QSizeF(300, 200), QSizeF(760, 560), QSizeF(1900, 500), QSizeF(500, 1500), QSizeF(0, 0)}) {
      for (const qreal unit : {1.0, 1.4, 2.0}) {
        const TopologyLayout layout = lay_out(machine, view, {.unit = unit});
        expect_nested(layout);
        EXPECT_GE(layout.scale, kScaleMin);
        EXPECT_LE(layout.scale, kScaleMax);
      }
    }
  }
}

TEST_F(Layouts, FillAViewThatIsLargeEnoughAndScrollOneThatIsNot) {
  const TopologyLayout wide = lay_out(samples::workstation(), {860, 760}, {});
  EXPECT_LE(wide.size.height() * wide.scale, 761);
  EXPECT_NEAR(wide.size.width() * wide.scale, 860, 2);
  const TopologyLayout narrow = lay_out(samples::workstation(), {480, 560}, {});
  EXPECT_LE(narrow.size.width() * narrow.scale, 481) << "never scrolls sideways";
  EXPECT_GT(narrow.size.height() * narrow.scale, 560);
}

TEST_F(Layouts, ASmallMachineWithALooseDeviceTakesAllOfTheWidth) {
  Topology machine = samples::machine(1, 1, 1, 2, 0);
  machine.devices = samples::machine(1, 1, 1, 1, 1).packages[0].numas[0].devices;
  ASSERT_EQ(machine.devices.size(), 1);
  const TopologyLayout layout = lay_out(machine, {860, 760}, {});
  EXPECT_NEAR(layout.size.width() * layout.scale, 860, 2);
  const auto of_kind = [&](PartKind kind) {
    return std::ranges::find(layout.boxes, kind, [](const TopologyBox& box) { return box.part.kind; })->rect;
  };
  EXPECT_NEAR(of_kind(PartKind::device).width(), of_kind(PartKind::package).width(), 1) << "it is alone in its row";
}

TEST_F(Layouts, JoinManyCoresOfACacheIntoOnePart) {
  const TopologyLayout small = lay_out(samples::machine(1, 1, 32, 8, 0), {800, 800}, {});
  EXPECT_FALSE(small.factored) << "256 are not too many";
  const TopologyLayout large = lay_out(samples::machine(1, 1, 33, 8, 0), {800, 800}, {});
  EXPECT_TRUE(large.factored);
  EXPECT_EQ(std::ranges::count_if(large.boxes, [](const TopologyBox& box) { return box.part.cores == 8; }), 33);
  const TopologyLayout few = lay_out(samples::machine(1, 1, 80, 4, 0), {800, 800}, {});
  EXPECT_EQ(std::ranges::count_if(few.boxes, [](const TopologyBox& box) { return box.part.cores == 1; }), 320)
      << "four alike stay single";
}

TEST_F(Layouts, ALayoutOfEightThousandCoresTakesMilliseconds) {
  const Topology machine = samples::giant();
  QElapsedTimer watch;
  watch.start();
  const TopologyLayout layout = lay_out(machine, {1200, 800}, {});
  EXPECT_LT(watch.elapsed(), 250);
  EXPECT_GT(layout.boxes.size(), 500);
}

TEST_F(Layouts, BoundWhatTheyAreGiven) {
  Topology flood = samples::machine(1, 1, 1, 1, 0);
  flood.packages = QVector<TopologyPackage>(1000, flood.packages.first());
  flood.devices =
      QVector<TopologyDevice>(5000, samples::device(QStringLiteral("x"), QString(10'000, u'n'), true, 1 << 30));
  flood.packages[0].numas[0].caches[0].cores =
      QVector<TopologyCore>(100'000, {.label = QStringLiteral("1"), .load_permille = -77});
  const Topology held = bounded(flood);
  EXPECT_LE(core_count(held), kTopologyCoresMax);
  EXPECT_EQ(held.packages.size(), kTopologyPackagesMax);
  EXPECT_EQ(held.devices.size(), kTopologyDevicesMax);
  EXPECT_EQ(held.devices[0].load_permille, 1000);
  EXPECT_LE(held.devices[0].name.size(), 600);
  EXPECT_EQ(held.packages[0].numas[0].caches[0].cores[0].load_permille, -1);
  expect_nested(lay_out(held, {800, 600}, {}));
}

TEST_F(Layouts, TheSameShapeIsKnownWhateverTheValues) {
  Topology other = samples::workstation();
  EXPECT_TRUE(same_shape(samples::workstation(), other));
  other.packages[0].numas[0].caches[0].cores[0].load_permille = 1;
  other.host = QStringLiteral("else");
  EXPECT_TRUE(same_shape(samples::workstation(), other));
  other.packages[0].numas[0].caches[0].cores.removeLast();
  EXPECT_FALSE(same_shape(samples::workstation(), other));
}

std::unique_ptr<TopologyView> shown(const Topology& topology, QSize size = {860, 760}) {
  auto view = std::make_unique<TopologyView>(QStringLiteral("Machine topology"));
  view->resize(size);
  view->set_topology(topology);
  view->show();
  return view;
}

int item_of(const TopologyView& view, PartKind kind, int nth = 0) {
  for (int item = 0; item < view.item_count(); ++item) {
    if (view.layout().boxes[item].part.kind == kind && nth-- == 0) return item;
  }
  return -1;
}

TEST_F(Views, SelectByMouseAndTellWhat) {
  const auto view = shown(samples::workstation());
  QSignalSpy selected(view.get(), &TopologyView::selected_changed);
  const int device = item_of(*view, PartKind::device, 2);
  QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->item_rect(device).center());
  ASSERT_EQ(selected.count(), 1);
  const auto part = view->selected();
  ASSERT_TRUE(part.has_value());
  EXPECT_EQ(part->device_id, QStringLiteral("gpu-2"));
  EXPECT_EQ(part->package, 1);
  EXPECT_TRUE(view->select_device(QStringLiteral("gpu-0")));
  EXPECT_FALSE(view->select_device(QStringLiteral("no such")));
  EXPECT_EQ(selected.count(), 1) << "the program's choice is silent";
}

TEST_F(Views, ArrowsGoWhereTheyPoint) {
  const auto view = shown(samples::workstation());
  const auto label = [&] {
    const auto part = view->selected();
    if (!part || part->kind != PartKind::cores) return QStringLiteral("none");
    return samples::workstation().packages[part->package].numas[part->numa].caches[part->cache].cores[part->core].label;
  };
  QTest::keyClick(view.get(), Qt::Key_Right);
  EXPECT_EQ(label(), QStringLiteral("0"));
  QTest::keyClick(view.get(), Qt::Key_Right);
  EXPECT_EQ(label(), QStringLiteral("1"));
  QTest::keyClick(view.get(), Qt::Key_Down);
  EXPECT_EQ(label(), QStringLiteral("5"));
  QTest::keyClick(view.get(), Qt::Key_Left);
  EXPECT_EQ(label(), QStringLiteral("4"));
  QTest::keyClick(view.get(), Qt::Key_Down);
  EXPECT_EQ(view->selected()->device_id, QStringLiteral("gpu-0"));
  QTest::keyClick(view.get(), Qt::Key_Backspace);
  EXPECT_EQ(view->selected()->kind, PartKind::numa);
  QTest::keyClick(view.get(), Qt::Key_End);
  EXPECT_EQ(view->selected()->device_id, QStringLiteral("gpu-3"));
  QTest::keyClick(view.get(), Qt::Key_Home);
  EXPECT_EQ(label(), QStringLiteral("0"));
  QSignalSpy activated(view.get(), &TopologyView::part_activated);
  QTest::keyClick(view.get(), Qt::Key_Return);
  EXPECT_EQ(activated.count(), 1);
}

TEST_F(Views, ArrowsClimbToTheBoxesAroundAndComeBackAndEachIsTold) {
  const auto view = shown(samples::workstation());
  const auto kind_after = [&](Qt::Key key) {
    QTest::keyClick(view.get(), key);
    return view->selected()->kind;
  };
  QTest::keyClick(view.get(), Qt::Key_Home);
  EXPECT_EQ(kind_after(Qt::Key_Up), PartKind::cache);
  EXPECT_TRUE(view->item_text(view->current_item()).contains(QStringLiteral("8 cores")))
      << view->item_text(view->current_item()).toStdString();
  QAccessibleInterface* const list = QAccessible::queryAccessibleInterface(view.get());
  EXPECT_EQ(list->child(view->current_item())->text(QAccessible::Name), view->item_text(view->current_item()));
  EXPECT_TRUE(list->child(view->current_item())->state().selected);
  EXPECT_EQ(kind_after(Qt::Key_Right), PartKind::cache);
  EXPECT_EQ(view->selected()->cache, 1);
  EXPECT_EQ(kind_after(Qt::Key_Up), PartKind::numa);
  EXPECT_EQ(kind_after(Qt::Key_Up), PartKind::package);
  EXPECT_EQ(kind_after(Qt::Key_Up), PartKind::machine);
  EXPECT_EQ(kind_after(Qt::Key_Up), PartKind::machine) << "there is nothing above";
  EXPECT_EQ(kind_after(Qt::Key_Down), PartKind::package);
  EXPECT_EQ(kind_after(Qt::Key_Down), PartKind::numa);
  EXPECT_EQ(kind_after(Qt::Key_Down), PartKind::cache);
  EXPECT_EQ(kind_after(Qt::Key_Down), PartKind::cores);
}

TEST_F(Views, EveryPartIsReachedByArrows) {
  const auto view = shown(samples::machine(2, 2, 1, 4, 1), {600, 500});
  QSet<int> seen;
  QVector<int> open{item_of(*view, PartKind::cores)};
  while (!open.isEmpty()) {
    const int item = open.takeLast();
    if (seen.contains(item)) continue;
    seen.insert(item);
    for (const auto key : {Qt::Key_Left, Qt::Key_Right, Qt::Key_Up, Qt::Key_Down}) {
      view->choose_item(item);
      QTest::keyClick(view.get(), key);
      open.append(view->current_item());
    }
  }
  EXPECT_EQ(seen.size(), view->item_count());
}

TEST_F(Views, TheFiguresOfADeviceAreWhole) {
  Topology topology = samples::machine(1, 1, 1, 4, 1);
  TopologyDevice& device = topology.packages[0].numas[0].devices[0];
  device.name = QStringLiteral("GPU");
  device.memory = QStringLiteral("1,023.9 / 1,024 GiB");
  device.work.clear();
  for (const int percent : {100, 140}) {
    theme::Theme::instance().set_text_percent(percent);
    const auto view = shown(topology, {340, 400});
    QString all;
    for (const app::PaintedText& text : app::painted_texts(*view)) all += text.text;
    EXPECT_FALSE(all.contains(u'…')) << percent << ": " << all.toStdString();
  }
  theme::Theme::instance().set_text_percent(100);
}

TEST_F(Views, MirrorInRightToLeft) {
  const auto view = shown(samples::workstation());
  view->setLayoutDirection(Qt::RightToLeft);
  const int first = item_of(*view, PartKind::cores, 0);
  const int second = item_of(*view, PartKind::cores, 1);
  EXPECT_GT(view->item_rect(first).center().x(), view->item_rect(second).center().x());
  view->choose_item(first);
  QTest::keyClick(view.get(), Qt::Key_Left);
  EXPECT_EQ(view->current_item(), second) << "left is left for the eye";
}

TEST_F(Views, ALiveUpdateKeepsLayoutScrollAndSelection) {
  const auto view = shown(samples::workstation(), {480, 420});
  view->select_device(QStringLiteral("gpu-3"));
  const int scrolled = view->verticalScrollBar()->value();
  EXPECT_GT(scrolled, 0) << "the selection is brought into sight";
  Topology next = samples::workstation();
  next.packages[0].numas[0].devices[0].load_permille = 5;
  view->set_topology(next);
  EXPECT_EQ(view->verticalScrollBar()->value(), scrolled);
  EXPECT_EQ(view->selected()->device_id, QStringLiteral("gpu-3"));
  next.packages[0].numas.removeLast();
  view->set_topology(next);
  EXPECT_EQ(view->selected()->device_id, QStringLiteral("gpu-3")) << "found again elsewhere";
  view->set_topology(samples::machine(1, 1, 1, 4, 0));
  EXPECT_FALSE(view->selected().has_value());
}

TEST_F(Views, WhatChangedWhileHiddenLiesAsIfItHadBeenShown) {
  for (const QSize& size : {QSize(480, 420), QSize(900, 700)}) {
    const auto view = shown(samples::workstation(), size);
    const auto place = [&] { return view->item_rect(item_of(*view, PartKind::device, 0)); };
    const QRectF before = place();
    view->hide();
    view->set_topology(samples::machine(1, 1, 1, 4, 0));
    view->set_topology(samples::workstation());
    view->show();
    EXPECT_EQ(place(), before) << size.width();
  }
}

TEST_F(Views, HaveABarOnlyWhereTheyScroll) {
  for (int height = 300; height < 1'200; height += 10) {
    const auto view = shown(samples::machine(1, 2, 2, 8, 2), {640, height});
    EXPECT_EQ(view->horizontalScrollBar()->maximum(), 0) << height;
    EXPECT_EQ(view->verticalScrollBar()->isVisible(), view->verticalScrollBar()->maximum() > 0) << height;
    EXPECT_EQ(view->verticalScrollBar()->pageStep(), view->viewport()->height()) << height;
  }
}

TEST_F(Views, HeatIsOneOfThree) {
  const auto view = shown(samples::workstation());
  const QImage load = view->grab().toImage();
  view->set_heat(HeatBy::jobs);
  const QImage jobs = view->grab().toImage();
  view->set_heat(HeatBy::price);
  EXPECT_NE(load, jobs);
  EXPECT_NE(jobs, view->grab().toImage());
}

TEST_F(Views, ZoomScrollsInBothDirectionsAndComesBack) {
  const auto view = shown(samples::workstation());
  QTest::keyClick(view.get(), Qt::Key_Plus, Qt::ControlModifier);
  EXPECT_GT(view->horizontalScrollBar()->maximum(), 0);
  QTest::keyClick(view.get(), Qt::Key_0, Qt::ControlModifier);
  EXPECT_EQ(view->horizontalScrollBar()->maximum(), 0);
  view->set_zoom(std::numeric_limits<qreal>::infinity());
  EXPECT_FALSE(view->grab().isNull());
}

TEST_F(Views, ShowAnyTextAndNothingAtAll) {
  for (const QString& text : samples::hostile_texts()) {
    Topology topology = samples::machine(1, 1, 1, 2, 1);
    topology.host = topology.system = text;
    TopologyPackage& package = topology.packages[0];
    package.title = package.detail = package.count = text;
    TopologyNuma& numa = package.numas[0];
    numa.title = numa.detail = numa.used = text;
    numa.used_permille = std::numeric_limits<int>::max();
    TopologyDevice& device = numa.devices[0];
    device.name = device.price = device.load = device.memory = device.temperature = device.power = device.work = text;
    numa.caches[0].title = text;
    numa.caches[0].cores[0].label = text;
    topology.devices.append(device);
    const auto view = shown(topology);
    EXPECT_FALSE(view->grab().isNull());
    for (int item = 0; item < view->item_count(); ++item) EXPECT_LT(view->item_text(item).size(), 6000);
  }
  const auto empty = shown({});
  EXPECT_EQ(empty->item_count(), 0);
  EXPECT_FALSE(empty->grab().isNull());
  QTest::keyClick(empty.get(), Qt::Key_Right);
  QTest::mouseClick(empty->viewport(), Qt::LeftButton);
  EXPECT_FALSE(empty->selected().has_value());
}

TEST_F(Views, AreItemsToAScreenReader) {
  const auto view = shown(samples::workstation());
  QAccessibleInterface* list = QAccessible::queryAccessibleInterface(view.get());
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->role(), QAccessible::List);
  EXPECT_EQ(list->childCount(), 1 + 2 + 4 + 8 + 64 + 4);
  const int device = item_of(*view, PartKind::device);
  EXPECT_TRUE(
      list->child(device)->text(QAccessible::Name).startsWith(QStringLiteral("GeForce RTX 4090, 93 percent busy")));
  const QPoint centre = view->mapToGlobal(view->item_rect(device).center());
  EXPECT_EQ(list->childAt(centre.x(), centre.y()), list->child(device));
  EXPECT_FALSE(list->child(device)->state().selected);
  view->select_device(QStringLiteral("gpu-0"));
  EXPECT_TRUE(list->child(device)->state().selected);
}

TEST_F(Views, GiantMachinesAreItemsByTheHundredsNotThousands) {
  const auto view = shown(samples::giant(), {1200, 800});
  EXPECT_LT(view->item_count(), 2000);
  EXPECT_TRUE(view->item_text(item_of(*view, PartKind::cores)).contains(QStringLiteral("0–15")));
}

}  // namespace
}  // namespace quern::desktop::widgets
