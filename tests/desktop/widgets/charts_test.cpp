#include "desktop/widgets/charts.hpp"

#include <QAccessible>
#include <QSet>
#include <QSignalSpy>
#include <QTest>
#include <cmath>
#include <limits>
#include <memory>

#include <gtest/gtest.h>

#include "desktop/widgets/controls.hpp"
#include "tests/desktop/widgets/samples.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr qint64 kMost = std::numeric_limits<qint64>::max();

struct Charts : testing::Test {
  Charts() { theme::Theme::instance().install(); }
};

StackedBars* week_of_bars() {
  auto* chart = new StackedBars(QStringLiteral("Per day"));
  QVector<BarDay> days;
  for (int day = 0; day < 7; ++day) days.append({QStringLiteral("day %1").arg(day), {10 * day, 5}});
  chart->set_data({QStringLiteral("a"), QStringLiteral("b")}, days);
  chart->resize(500, 240);
  return chart;
}

int inked(const QImage& image, const QColor& color) {
  int count = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) count += image.pixelColor(x, y) == color ? 1 : 0;
  }
  return count;
}

TEST_F(Charts, ASparklineTakesAnyNumbers) {
  const qreal infinite = std::numeric_limits<qreal>::infinity();
  const qreal most = std::numeric_limits<qreal>::max();
  const QVector<QVector<qreal>> all{{},
                                    {1},
                                    {std::nan(""), std::nan("")},
                                    {1, std::nan(""), 3, infinite, 2},
                                    {most, -most, 0},
                                    QVector<qreal>(100'000, 7.0)};
  for (const QVector<qreal>& values : all) {
    Sparkline line(QStringLiteral("Load"));
    line.resize(200, 40);
    line.set_values(values);
    EXPECT_FALSE(line.grab().isNull());
    line.set_range(0, 100);
    line.set_series(-12345);
    EXPECT_FALSE(line.grab().isNull());
  }
}

// Of the columns of pixels the first and the last with something in them; both -1 where there is none.
std::pair<int, int> painted(Sparkline& line) {
  QImage image(line.size(), QImage::Format_ARGB32);
  image.fill(Qt::transparent);
  line.render(&image, {}, {}, QWidget::DrawChildren);
  std::pair<int, int> columns{-1, -1};
  for (int x = 0; x < image.width(); ++x) {
    bool any = false;
    for (int y = 0; y < image.height(); ++y) any = any || qAlpha(image.pixel(x, y)) > 40;
    if (!any) continue;
    if (columns.first < 0) columns.first = x;
    columns.second = x;
  }
  return columns;
}

TEST_F(Charts, ASparklineOfAFixedTimeGrowsFromTheTrailingEdge) {
  Sparkline line(QStringLiteral("Load"));
  line.resize(200, 40);
  line.set_range(0, 100);
  line.set_slots(300);
  line.set_values({50, 60});
  EXPECT_GE(painted(line).first, 196) << "two readings are not ten minutes";
  EXPECT_GE(painted(line).second, 198);
  line.set_values(QVector<qreal>(150, 50));
  EXPECT_NEAR(painted(line).first, 100, 3);
  line.setLayoutDirection(Qt::RightToLeft);
  EXPECT_NEAR(painted(line).second, 100, 3);
  line.set_values(QVector<qreal>(300, 50));
  EXPECT_LE(painted(line).first, 2);
  line.set_slots(0);
  line.set_values({50, 60});
  EXPECT_LE(painted(line).first, 2) << "without a time it fills the width";
}

TEST_F(Charts, BarsShowADayByMouseAndKeyboard) {
  const std::unique_ptr<StackedBars> chart(week_of_bars());
  chart->show();
  QSignalSpy changed(chart.get(), &StackedBars::current_day_changed);
  QTest::mouseMove(chart.get(), chart->item_rect(4).center());
  EXPECT_EQ(chart->current_day(), 4);
  EXPECT_EQ(changed.count(), 1);
  QTest::keyClick(chart.get(), Qt::Key_Left);
  EXPECT_EQ(chart->current_day(), 3);
  QTest::keyClick(chart.get(), Qt::Key_Home);
  QTest::keyClick(chart.get(), Qt::Key_Left);
  EXPECT_EQ(chart->current_day(), 0);
  QTest::keyClick(chart.get(), Qt::Key_End);
  EXPECT_EQ(chart->current_day(), 6);
  EXPECT_EQ(chart->day_total(6), 65);
  EXPECT_TRUE(chart->item_text(6).startsWith(QStringLiteral("day 6: 65")));
}

TEST_F(Charts, BarsMirrorInRightToLeft) {
  const std::unique_ptr<StackedBars> chart(week_of_bars());
  chart->setLayoutDirection(Qt::RightToLeft);
  chart->show();
  EXPECT_GT(chart->item_rect(0).center().x(), chart->item_rect(6).center().x());
  QTest::keyClick(chart.get(), Qt::Key_Home);
  QTest::keyClick(chart.get(), Qt::Key_Left);
  EXPECT_EQ(chart->current_day(), 1);
}

TEST_F(Charts, BarsAreAsHighAsTheirAmounts) {
  StackedBars chart(QStringLiteral("Per day"));
  chart.resize(400, 300);
  chart.set_data({QStringLiteral("a"), QStringLiteral("b")},
                 {{QStringLiteral("x"), {100, 0}}, {QStringLiteral("y"), {0, 50}}});
  const QImage seen = chart.grab().toImage();
  const double ratio = 1.0 * inked(seen, theme::tokens().series[0]) / inked(seen, theme::tokens().series[1]);
  EXPECT_NEAR(ratio, 2.0, 0.1);
}

TEST_F(Charts, BarsHoldAnyAmounts) {
  StackedBars chart(QStringLiteral("Per day"));
  chart.resize(400, 200);
  chart.set_format([](qint64) { return QString(5000, u'9'); });
  QStringList names;
  for (const QString& text : samples::hostile_texts()) names.append(text);
  QVector<BarDay> days;
  for (int day = 0; day < 5000; ++day)
    days.append({names[day % names.size()], {kMost, kMost, -kMost, kMost, 1, 2, 3, 4, kMost}});
  chart.set_data(names, days);
  EXPECT_EQ(chart.item_count(), StackedBars::kDaysMax);
  EXPECT_GT(chart.day_total(0), 0) << "the sum went over";
  chart.choose_item(3);
  EXPECT_FALSE(chart.grab().isNull());
  chart.set_data({}, {});
  EXPECT_EQ(chart.current_day(), -1);
  EXPECT_FALSE(chart.grab().isNull());
  chart.set_data({}, {{QStringLiteral("x"), {1, 2, 3}}});
  EXPECT_FALSE(chart.grab().isNull());
  chart.set_data({QStringLiteral("a")}, {{QStringLiteral("zero"), {0}}, {QStringLiteral("missing"), {}}});
  EXPECT_FALSE(chart.grab().isNull());
  EXPECT_EQ(chart.day_total(77), 0);
}

TEST_F(Charts, SharesAreBoundedAndReadable) {
  ShareBars shares(QStringLiteral("Where it came from"));
  QVector<Share> all;
  for (int at = 0; at < 1000; ++at)
    all.append({samples::hostile_texts().at(at % 9), QString(10'000, u'8'), at % 2 == 0 ? kMost : -kMost});
  shares.set_shares(all);
  EXPECT_EQ(shares.item_count(), ShareBars::kSharesMax);
  shares.resize(200, shares.sizeHint().height());
  EXPECT_FALSE(shares.grab().isNull());
  shares.set_shares({{QStringLiteral("RTX"), QStringLiteral("1.5"), 3}});
  EXPECT_EQ(shares.item_text(0), QStringLiteral("RTX 1.5"));
  EXPECT_EQ(shares.item_text(1), QString());
}

TEST_F(Charts, AreListsToAScreenReader) {
  const std::unique_ptr<StackedBars> chart(week_of_bars());
  chart->show();
  QAccessibleInterface* list = QAccessible::queryAccessibleInterface(chart.get());
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->role(), QAccessible::List);
  EXPECT_EQ(list->text(QAccessible::Name), QStringLiteral("Per day"));
  ASSERT_EQ(list->childCount(), 7);
  QAccessibleInterface* day = list->child(2);
  EXPECT_EQ(day->role(), QAccessible::ListItem);
  EXPECT_TRUE(day->text(QAccessible::Name).startsWith(QStringLiteral("day 2")));
  EXPECT_EQ(list->indexOfChild(day), 2);
  EXPECT_EQ(list->child(7), nullptr);
  EXPECT_EQ(list->child(-1), nullptr);
  day->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
  EXPECT_EQ(chart->current_day(), 2);
  EXPECT_TRUE(day->state().selected);
  chart->set_data({}, {});
  EXPECT_FALSE(day->isValid());
}

TEST_F(Charts, ALegendWrapsAndHoldsAnyText) {
  Legend legend;
  QVector<LegendEntry> entries;
  for (const QString& text : samples::hostile_texts()) entries.append({.text = text, .series = 1000});
  for (int at = 0; at < 100; ++at) entries.append({.text = QStringLiteral("entry %1").arg(at)});
  legend.set_entries(entries);
  EXPECT_GT(legend.heightForWidth(200), legend.heightForWidth(2000));
  legend.resize(200, legend.heightForWidth(200));
  EXPECT_FALSE(legend.grab().isNull());
  HeatLegend heat;
  heat.set_texts(QString(10'000, u'x'), QStringLiteral("0"), QStringLiteral("100"));
  heat.resize(150, 20);
  EXPECT_FALSE(heat.grab().isNull());
}

TEST_F(Charts, TheColoursOfAScaleStayWhereItsTitleHasNoRoom) {
  HeatLegend heat;
  heat.set_texts(QStringLiteral("Load of the cores, as it is now"), QStringLiteral("0 %"), QStringLiteral("100 %"));
  heat.resize(180, 20);
  const QImage picture = heat.grab().toImage();
  QSet<QRgb> colors;
  for (int x = 0; x < picture.width(); ++x) {
    if (picture.pixelColor(x, 10).hsvSaturation() > 60) colors.insert(picture.pixel(x, 10));
  }
  EXPECT_GT(colors.size(), 20) << "from the palest to the strongest";
}

TEST_F(Charts, AProgressBarHoldsItsRange) {
  ProgressBar bar;
  bar.resize(200, 8);
  bar.set_permille(5'000'000);
  EXPECT_EQ(bar.value(), 1000);
  bar.set_permille(-5);
  EXPECT_EQ(bar.value(), 0);
  bar.set_permille(500);
  const QImage half = bar.grab().toImage();
  EXPECT_EQ(half.pixelColor(40, 4), theme::tokens().accent);
  EXPECT_EQ(half.pixelColor(160, 4), theme::tokens().border);
  bar.setLayoutDirection(Qt::RightToLeft);
  EXPECT_EQ(bar.grab().toImage().pixelColor(160, 4), theme::tokens().accent);
  bar.set_open_ended();
  EXPECT_NE(bar.grab().toImage(), half);
  bar.set_permille(300);
  EXPECT_EQ(bar.value(), 300);
}

}  // namespace
}  // namespace quern::desktop::widgets
