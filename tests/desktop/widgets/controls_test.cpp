#include "desktop/widgets/controls.hpp"

#include <QAccessible>
#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QImage>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QTextBlock>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include <gtest/gtest.h>

#include "desktop/widgets/card.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/flow_layout.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "desktop/widgets/labels.hpp"
#include "desktop/widgets/log_view.hpp"
#include "desktop/widgets/plain_text.hpp"
#include "desktop/widgets/week_grid.hpp"
#include "tests/desktop/widgets/samples.hpp"

namespace quern::desktop::widgets {
namespace {

struct Dressed : testing::Test {
  Dressed() { theme::Theme::instance().install(); }
};
// Only the widgets of the active window have the keyboard.
bool active(QWidget& window) {
  window.activateWindow();
  return QTest::qWaitForWindowActive(&window, 5000);
}

using PlainText = Dressed;
using Controls = Dressed;
using Labels = Dressed;
using Log = Dressed;
using WeekGrids = Dressed;

TEST_F(PlainText, IsOneLineWithoutControlCharactersAndBounded) {
  for (const QString& text : samples::hostile_texts()) {
    const QString line = one_line(text);
    EXPECT_LE(line.size(), kLineCharacters + 1);
    for (const QChar c : line) {
      EXPECT_NE(c.category(), QChar::Other_Control);
      EXPECT_NE(c, QChar(0x202E));
      EXPECT_NE(c, QChar(0x2066));
    }
    EXPECT_LE(many_lines(text).size(), kTextCharacters + 1);
  }
  EXPECT_EQ(one_line(QStringLiteral("a\nb\tc")), QStringLiteral("a b c"));
  EXPECT_EQ(many_lines(QStringLiteral("a\nb")), QStringLiteral("a\nb"));
  EXPECT_EQ(one_line(QStringLiteral("<b>")), QStringLiteral("<b>")) << "markup is shown as it is written";
}

TEST_F(PlainText, OnlyWordsThatAreTooLongMayBreakAndNothingIsLost) {
  const QString kept = QStringLiteral("short words\nstay as they are");
  EXPECT_EQ(breakable(kept, 8), kept);
  EXPECT_EQ(breakable(QString(9, u'x'), 8), QString(8, u'x') + QChar(0x200B) + u'x');
  EXPECT_EQ(breakable(QString(9, u'x'), 9), QString(9, u'x'));
  const QString device = breakable(QStringLiteral("pthread-skylake-avx512-Intel(R)"), 8);
  EXPECT_EQ(device.split(QChar(0x200B)), QStringLiteral("pthread- skylake- avx512- Intel(R)").split(u' '));
  for (const QString& text : samples::hostile_texts()) {
    QString whole = breakable(text, 8);
    EXPECT_EQ(whole.remove(QChar(0x200B)), QString(text).remove(QChar(0x200B)));
  }
}

TEST_F(PlainText, AWordBreaksNeitherInAPairNorBeforeAMark) {
  const QFont font;
  const qreal wide = QFontMetricsF(font).horizontalAdvance(QStringLiteral("one two "));
  for (const Qt::LayoutDirection direction : {Qt::LeftToRight, Qt::RightToLeft}) {
    EXPECT_EQ(wrapped(QStringLiteral("one two six\nseven"), font, wide, direction),
              (QStringList{QStringLiteral("one two"), QStringLiteral("six"), QStringLiteral("seven")}));
    EXPECT_EQ(wrapped(QStringLiteral("one two six ten"), font, wide, direction, 1),
              QStringList{QStringLiteral("one two six ten")});
  }
  const QString pairs = breakable(QStringLiteral("a") + QStringLiteral("\U0001F600").repeated(20), 8);
  const QString marks = breakable(QStringLiteral("abcdefg") + QStringLiteral("e\u0301").repeated(20), 8);
  for (const QString& text : {pairs, marks}) {
    for (qsizetype at = text.indexOf(QChar(0x200B)); at >= 0; at = text.indexOf(QChar(0x200B), at + 1)) {
      ASSERT_LT(at + 1, text.size());
      EXPECT_FALSE(text[at + 1].isLowSurrogate() || text[at + 1].isMark()) << at;
    }
  }
}

TEST_F(Labels, AValueIsCopiedAsItIsAndNotAsItBreaks) {
  const QString digest(64, u'a');
  KeyValueList list;
  list.set_rows({{QStringLiteral("Digest"), digest}});
  QAction* copy = nullptr;
  for (const QWidget* each : list.findChildren<QWidget*>()) {
    if (!each->actions().isEmpty()) copy = each->actions().front();
  }
  ASSERT_NE(copy, nullptr);
  copy->trigger();
  EXPECT_EQ(QGuiApplication::clipboard()->text(), digest);
}

TEST_F(PlainText, AToolTipShowsMarkupAsText) {
  EXPECT_TRUE(tool_tip(QStringLiteral("<img src=x>")).contains(QStringLiteral("&lt;img")));
  EXPECT_TRUE(tool_tip(QString()).isEmpty());
}

TEST_F(Labels, ElideAndTellTheWholeInTheTip) {
  ElidedLabel label(QString(300, u'W'));
  label.resize(100, 20);
  label.show();
  EXPECT_TRUE(label.is_elided());
  EXPECT_TRUE(label.toolTip().contains(QString(300, u'W')));
  label.set_text(QStringLiteral("short"));
  EXPECT_FALSE(label.is_elided());
  EXPECT_TRUE(label.toolTip().isEmpty());
  EXPECT_EQ(label.minimumSizeHint().width(), 0);
}

TEST_F(Labels, TakeAnyTextAsPlain) {
  for (const QString& text : samples::hostile_texts()) {
    TextLabel label(text);
    EXPECT_EQ(label.textFormat(), Qt::PlainText);
    Pill pill(text, theme::Tone::bad);
    EXPECT_LE(pill.sizeHint().width(), theme::scaled(240));
    ElidedLabel elided(text);
    for (QWidget* widget :
         {static_cast<QWidget*>(&label), static_cast<QWidget*>(&pill), static_cast<QWidget*>(&elided)}) {
      widget->resize(120, 40);
      EXPECT_FALSE(widget->grab().isNull());
    }
  }
}

TEST_F(Labels, AValueThatDoesNotFitGoesBelowItsKeyAndWraps) {
  KeyValueList list;
  list.set_rows({{QStringLiteral("Driver"), QString(300, u'x').replace(100, 1, u' ').replace(200, 1, u' ')},
                 {QStringLiteral("Load"), QStringLiteral("93 %")}});
  list.resize(240, 300);
  list.show();
  const auto labels = list.findChildren<TextLabel*>();
  ASSERT_EQ(labels.size(), 4);
  EXPECT_GE(labels[1]->y(), labels[0]->geometry().bottom()) << "below";
  EXPECT_GT(labels[1]->height(), labels[0]->height() * 2 - 4) << "wrapped";
  EXPECT_EQ(labels[3]->y(), labels[2]->y()) << "beside";
  EXPECT_GT(labels[3]->x(), labels[2]->x());
  list.setLayoutDirection(Qt::RightToLeft);
  list.resize(260, 300);
  EXPECT_LT(labels[3]->x(), labels[2]->x()) << "mirrored";
}

QVector<int> heights(const QWidget& in) {
  QVector<int> all;
  for (const TextLabel* const label : in.findChildren<TextLabel*>()) all.append(label->height());
  return all;
}

struct Detail {
  DetailPanel panel;
  TextLabel* note = new TextLabel;
  KeyValueList* facts = new KeyValueList;

  Detail() {
    panel.content()->addWidget(note);
    panel.content()->addWidget(facts);
    panel.resize(296, 900);
    panel.show();
  }
  void say(const QString& heading, const QString& text, const QString& value) {
    panel.set_heading(heading, text);
    note->set_text(text);
    facts->set_rows({{QStringLiteral("Sandbox"), value}, {QStringLiteral("Load"), QStringLiteral("93 %")}});
    // What is laid out anew may ask for another round.
    for (int round = 0; round < 5; ++round) QCoreApplication::processEvents();
  }
};

TEST_F(Labels, APanelThatOnceSaidMuchIsNoHigherThanAFreshOneWhenItSaysLittle) {
  const QString long_text = QStringLiteral("many words that need line after line of a narrow panel ").repeated(4);
  Detail reused;
  reused.say(long_text, long_text, long_text);
  const QVector<int> tall = heights(reused.panel);
  reused.say(QStringLiteral("a card"), QStringLiteral("short"), QStringLiteral("none"));
  Detail fresh;
  fresh.say(QStringLiteral("a card"), QStringLiteral("short"), QStringLiteral("none"));
  EXPECT_EQ(heights(reused.panel), heights(fresh.panel));
  EXPECT_EQ(reused.facts->geometry(), fresh.facts->geometry());
  reused.say(long_text, long_text, long_text);
  EXPECT_EQ(heights(reused.panel), tall);
}

TEST_F(Labels, ALabelThatGetsWiderGetsLower) {
  QWidget window;
  auto* column = new QVBoxLayout(&window);
  auto* label = new TextLabel(QStringLiteral("word ").repeated(60));
  column->addWidget(label);
  column->addStretch(1);
  window.resize(160, 900);
  window.show();
  QCoreApplication::processEvents();
  const int narrow = label->height();
  window.resize(900, 900);
  QCoreApplication::processEvents();
  EXPECT_LT(label->height(), narrow / 2);
}

// The first and the last column of `box` that are not all of the ground's colour; both -1 where nothing is painted.
std::pair<int, int> ink_columns(const QImage& picture, const QRect& box) {
  std::pair<int, int> columns{-1, -1};
  for (int x = box.left(); x <= box.right(); ++x) {
    bool painted = false;
    for (int y = box.top(); y <= box.bottom() && !painted; ++y) {
      painted = picture.valid(x, y) && picture.pixel(x, y) != picture.pixel(0, picture.height() - 1);
    }
    if (!painted) continue;
    if (columns.first < 0) columns.first = x;
    columns.second = x;
  }
  return columns;
}

// Where each label has its ink, in the list.
QVector<std::pair<int, int>> inks(KeyValueList& list) {
  const QImage picture = list.grab().toImage();
  QVector<std::pair<int, int>> all;
  for (const TextLabel* const label : list.findChildren<TextLabel*>()) {
    all.append(ink_columns(picture, QRect(label->mapTo(&list, QPoint()), label->size())));
  }
  return all;
}

TEST_F(Labels, KeysAndValuesAreWhereAMirrorWouldShowThem) {
  constexpr int kBearing = 4;  // by which letters keep off the edge at either side
  KeyValueList list;
  list.set_rows({{QStringLiteral("Load"), QStringLiteral("93 %")},
                 {QStringLiteral("Driver"), QStringLiteral("short words, many of them, too many for one line of it")},
                 {QStringLiteral("Paths"), QStringLiteral("/a\n/a/longer/one")}});
  list.resize(240, 300);
  list.show();
  ASSERT_TRUE(QTest::qWaitForWindowExposed(&list));
  const auto from_left = inks(list);
  list.setLayoutDirection(Qt::RightToLeft);
  QCoreApplication::processEvents();
  const auto from_right = inks(list);
  ASSERT_EQ(from_left.size(), 6);
  ASSERT_EQ(from_right.size(), 6);
  for (int at = 0; at < from_left.size(); ++at) {
    ASSERT_GE(from_left[at].first, 0) << at;
    EXPECT_NEAR(from_right[at].second, list.width() - 1 - from_left[at].first, kBearing) << at;
    EXPECT_NEAR(from_right[at].first, list.width() - 1 - from_left[at].second, kBearing) << at;
  }
  for (const int key : {0, 2, 4}) EXPECT_GT(from_right[key].first, list.width() / 2) << "keys begin at the right";
}

TEST_F(Labels, RowsAreWrittenOverNotMadeAnew) {
  KeyValueList list;
  list.set_rows({{QStringLiteral("a"), QStringLiteral("1")}, {QStringLiteral("b"), QStringLiteral("2")}});
  const auto before = list.findChildren<TextLabel*>();
  list.set_rows({{QStringLiteral("a"), QStringLiteral("9")}});
  ASSERT_EQ(list.findChildren<TextLabel*>().size(), 2);
  EXPECT_EQ(list.findChildren<TextLabel*>().at(1), before.at(1));
  EXPECT_EQ(before.at(1)->text(), QStringLiteral("9"));
  list.set_rows(QVector<KeyValue>(10'000, {QStringLiteral("k"), QStringLiteral("v")}));
  EXPECT_EQ(list.rows().size(), KeyValueList::kRowsMax);
  list.set_rows({});
  EXPECT_TRUE(list.findChildren<TextLabel*>().isEmpty());
}

TEST_F(Controls, AToggleIsACheckBoxToMouseKeyboardAndScreenReader) {
  Toggle toggle(QStringLiteral("Offer this device"));
  toggle.resize(240, 30);
  toggle.show();
  QTest::mouseClick(&toggle, Qt::LeftButton, {}, QPoint(5, 15));
  EXPECT_TRUE(toggle.isChecked()) << "its words count too";
  QTest::keyClick(&toggle, Qt::Key_Space);
  EXPECT_FALSE(toggle.isChecked());
  QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(&toggle);
  EXPECT_EQ(accessible->role(), QAccessible::CheckBox);
  EXPECT_EQ(accessible->text(QAccessible::Name), QStringLiteral("Offer this device"));
  const QImage left = toggle.grab().toImage();
  toggle.setLayoutDirection(Qt::RightToLeft);
  EXPECT_NE(left, toggle.grab().toImage());
}

TEST_F(Controls, SegmentsAreChosenByMouseAndArrowsAndSilentlyByTheProgram) {
  SegmentedControl control(QStringLiteral("Colour by"));
  control.set_segments({QStringLiteral("Load"), QStringLiteral("Jobs"), QStringLiteral("Price")});
  control.show();
  ASSERT_TRUE(active(control));
  QSignalSpy changed(&control, &SegmentedControl::current_changed);
  control.set_current(2);
  EXPECT_EQ(control.current(), 2);
  EXPECT_TRUE(changed.isEmpty());
  const auto segments = control.findChildren<QRadioButton*>();
  QTest::mouseClick(segments[1], Qt::LeftButton);
  EXPECT_EQ(control.current(), 1);
  ASSERT_EQ(changed.count(), 1);
  segments[1]->setFocus();
  QTest::keyClick(segments[1], Qt::Key_Right);
  EXPECT_EQ(control.current(), 2);
  EXPECT_EQ(changed.count(), 2);
  control.set_current(-1);
  control.set_current(77);
  EXPECT_EQ(control.current(), 2);
  EXPECT_EQ(SegmentedControl(QStringLiteral("none")).current(), -1);
}

TEST_F(Controls, NavigationTellsWhoIsChosenAndReadsItsBadge) {
  SideNavigation list(QStringLiteral("Quern"), theme::icon(theme::Glyph::network));
  list.set_items({{QStringLiteral("Machine"), theme::Glyph::machine}, {QStringLiteral("Jobs"), theme::Glyph::jobs}});
  list.set_badge(1, QStringLiteral("3"));
  list.set_badge(99, QStringLiteral("3"));
  list.resize(212, 500);
  list.show();
  ASSERT_TRUE(active(list));
  QSignalSpy changed(&list, &SideNavigation::current_changed);
  const auto entries = list.findChildren<QRadioButton*>();
  QTest::mouseClick(entries[1], Qt::LeftButton);
  EXPECT_EQ(list.current(), 1);
  EXPECT_EQ(changed.count(), 1);
  EXPECT_EQ(entries[1]->accessibleName(), QStringLiteral("Jobs, 3"));
  QTest::keyClick(entries[1], Qt::Key_Up);
  EXPECT_EQ(list.current(), 0);
}

TEST_F(Controls, ABannerOffersItsActionAndIsNeverAWindow) {
  QWidget window;
  auto* column = new QVBoxLayout(&window);
  auto* banner = new Banner;
  column->addWidget(banner);
  window.resize(700, 100);
  window.show();
  EXPECT_FALSE(banner->isVisible());
  banner->show_message(theme::Tone::bad, QStringLiteral("<b>gone</b>"), QStringLiteral("Start"));
  EXPECT_TRUE(banner->isVisible());
  EXPECT_FALSE(banner->isWindow());
  EXPECT_EQ(banner->message(), QStringLiteral("<b>gone</b>"));
  QSignalSpy action(banner, &Banner::action_triggered);
  for (QPushButton* button : banner->findChildren<QPushButton*>()) {
    if (button->isVisible()) QTest::mouseClick(button, Qt::LeftButton);
  }
  EXPECT_EQ(action.count(), 1);
  banner->set_closable(true);
  QSignalSpy closed(banner, &Banner::closed);
  QTest::mouseClick(banner->findChild<QToolButton*>(), Qt::LeftButton);
  EXPECT_EQ(closed.count(), 1);
  EXPECT_FALSE(banner->isVisible());
}

TEST_F(Controls, AFlowBreaksIntoLinesAndMirrors) {
  QWidget window;
  auto* flow = new FlowLayout(&window, 10);
  QVector<QWidget*> boxes;
  for (int at = 0; at < 4; ++at) {
    auto* box = new QWidget;
    box->setFixedSize(100, 20);
    flow->addWidget(box);
    boxes.append(box);
  }
  window.resize(230, 200);
  window.show();
  EXPECT_EQ(boxes[0]->pos(), QPoint(0, 0));
  EXPECT_EQ(boxes[1]->pos(), QPoint(110, 0));
  EXPECT_EQ(boxes[2]->pos(), QPoint(0, 30));
  EXPECT_EQ(flow->heightForWidth(230), 50);
  EXPECT_EQ(flow->heightForWidth(10), 4 * 20 + 3 * 10);
  window.setLayoutDirection(Qt::RightToLeft);
  window.resize(231, 200);
  EXPECT_EQ(boxes[0]->geometry().right(), 230);
}

TEST_F(Controls, TheLastOfAFlowEndsWhereItsLineDoesIfItIsToldTo) {
  QWidget window;
  auto* flow = new FlowLayout(&window, 10);
  flow->set_last_trails(true);
  QVector<QWidget*> boxes;
  for (int at = 0; at < 2; ++at) {
    auto* box = new QWidget;
    box->setFixedSize(100, 20);
    flow->addWidget(box);
    boxes.append(box);
  }
  window.resize(300, 200);
  window.show();
  EXPECT_EQ(boxes[0]->pos(), QPoint(0, 0));
  EXPECT_EQ(boxes[1]->pos(), QPoint(200, 0));
  window.resize(180, 200);
  EXPECT_EQ(boxes[1]->pos(), QPoint(80, 30)) << "on a line of its own, too";
  window.setLayoutDirection(Qt::RightToLeft);
  window.resize(300, 200);
  EXPECT_EQ(boxes[1]->pos(), QPoint(0, 0));
}

TEST_F(Controls, WhatIsWiderThanAFlowGetsTheHeightThatItNeedsThen) {
  QWidget window;
  auto* flow = new FlowLayout(&window, 10);
  auto* legend = new Legend;
  QVector<LegendEntry> entries;
  for (int at = 0; at < 6; ++at) entries.append({.text = QStringLiteral("an entry of some length")});
  legend->set_entries(entries);
  flow->addWidget(legend);
  window.resize(200, 400);
  window.show();
  EXPECT_GT(legend->heightForWidth(200), legend->sizeHint().height());
  EXPECT_EQ(legend->geometry(), QRect(0, 0, 200, legend->heightForWidth(200)));
}

TEST_F(Controls, EveryButtonOfTheFramesHasAName) {
  Banner banner;
  StatusCard status;
  for (const QToolButton* button : banner.findChildren<QToolButton*>() + status.findChildren<QToolButton*>()) {
    EXPECT_FALSE(button->accessibleName().isEmpty());
  }
}

bool shown(const LogView& log, int lines) {
  return QTest::qWaitFor([&] { return log.document()->blockCount() == lines; }, 5000);
}

TEST_F(Log, ShowsInBatchesForgetsTheOldestAndFollows) {
  LogView log(QStringLiteral("Log"));
  log.resize(400, 200);
  log.show();
  QVector<LogLine> lines;
  for (int at = 0; at < 20'000; ++at) lines.append({QStringLiteral("12:00:00"), LogLevel::info, QString::number(at)});
  log.append_lines(lines);
  ASSERT_TRUE(shown(log, LogView::kLinesMax));
  EXPECT_EQ(log.forgotten(), 20'000 - LogView::kLinesMax);
  EXPECT_TRUE(log.document()->lastBlock().text().endsWith(QStringLiteral("19999")));
  EXPECT_TRUE(log.document()->firstBlock().text().endsWith(QStringLiteral("15000")));
  EXPECT_EQ(log.verticalScrollBar()->value(), log.verticalScrollBar()->maximum());
  QSignalSpy follow(&log, &LogView::follow_changed);
  log.verticalScrollBar()->setValue(10);
  EXPECT_FALSE(log.follows());
  EXPECT_EQ(follow.count(), 1);
  log.append_lines({{QString(), LogLevel::error, QStringLiteral("late")}});
  ASSERT_TRUE(QTest::qWaitFor([&] { return log.document()->lastBlock().text() == QStringLiteral("late"); }, 5000));
  EXPECT_LT(log.verticalScrollBar()->value(), log.verticalScrollBar()->maximum()) << "the reader was moved";
  log.set_follow(true);
  EXPECT_EQ(log.verticalScrollBar()->value(), log.verticalScrollBar()->maximum());
}

TEST_F(Log, TakesAnyTextAsOneBoundedLine) {
  LogView log(QStringLiteral("Log"));
  QVector<LogLine> lines;
  for (const QString& text : samples::hostile_texts()) lines.append({text, LogLevel::warning, text});
  log.append_lines(lines);
  ASSERT_TRUE(shown(log, static_cast<int>(lines.size())));
  for (QTextBlock block = log.document()->begin(); block.isValid(); block = block.next()) {
    EXPECT_LE(block.text().size(), LogView::kLineCharacters + kLineCharacters + 8);
  }
  log.clear_lines();
  EXPECT_TRUE(log.document()->isEmpty());
  EXPECT_TRUE(log.all_text().isEmpty());
}

TEST_F(Log, KeepsItsTextAndTakesTheNewColoursWhenTheThemeChanges) {
  auto& theme = theme::Theme::instance();
  theme.set_mode(theme::Mode::light);
  LogView log(QStringLiteral("Log"));
  log.append_lines(
      {{QString(), LogLevel::error, QStringLiteral("broken")}, {QString(), LogLevel::info, QStringLiteral("x")}});
  log.show();
  ASSERT_TRUE(shown(log, 2));
  const auto color = [&] { return log.document()->firstBlock().begin().fragment().charFormat().foreground().color(); };
  EXPECT_EQ(color(), theme::light_tokens().bad);
  theme.set_mode(theme::Mode::dark);
  EXPECT_TRUE(QTest::qWaitFor([&] { return color() == theme::dark_tokens().bad; }, 5000));
  EXPECT_EQ(log.toPlainText(), QStringLiteral("broken\nx"));
  theme.set_mode(theme::Mode::light);
}

TEST_F(WeekGrids, ADragPaintsARectangleAndTellsOnce) {
  WeekGrid grid(QStringLiteral("When"));
  grid.resize(600, 240);
  grid.show();
  QSignalSpy changed(&grid, &WeekGrid::week_changed);
  QTest::mousePress(&grid, Qt::LeftButton, {}, grid.item_rect(2).center());
  QTest::mouseMove(&grid, grid.item_rect(24 + 5).center());
  QTest::mouseRelease(&grid, Qt::LeftButton, {}, grid.item_rect(24 + 5).center());
  EXPECT_EQ(changed.count(), 1);
  for (const int hour : {2, 5, 26, 29}) EXPECT_EQ(grid.week().at(hour), HourState::idle) << hour;
  EXPECT_EQ(grid.week().at(6), HourState::off);
  EXPECT_EQ(grid.week().at(48 + 3), HourState::off);
}

TEST_F(WeekGrids, TheKeyboardDoesAllThatTheMouseDoes) {
  WeekGrid grid(QStringLiteral("When"));
  grid.resize(600, 240);
  grid.show();
  grid.setFocus();
  QTest::keyClick(&grid, Qt::Key_Space);
  EXPECT_EQ(grid.week().at(0), HourState::idle);
  QTest::keyClick(&grid, Qt::Key_3);
  EXPECT_EQ(grid.week().at(0), HourState::always);
  QTest::keyClick(&grid, Qt::Key_Right, Qt::ShiftModifier);
  EXPECT_EQ(grid.week().at(1), HourState::always);
  QTest::keyClick(&grid, Qt::Key_Down);
  EXPECT_EQ(grid.current_item(), 25);
  EXPECT_EQ(grid.week().at(25), HourState::off);
  for (int press = 0; press < 50; ++press) QTest::keyClick(&grid, Qt::Key_Right);
  EXPECT_EQ(grid.current_item(), 47) << "stays in its day";
  EXPECT_TRUE(grid.item_text(0).endsWith(QStringLiteral("Always")));
}

TEST_F(WeekGrids, MirrorsCellsAndKeys) {
  WeekGrid grid(QStringLiteral("When"));
  grid.resize(600, 240);
  grid.setLayoutDirection(Qt::RightToLeft);
  grid.show();
  EXPECT_GT(grid.item_rect(0).center().x(), grid.item_rect(23).center().x());
  QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.item_rect(30).center());
  EXPECT_EQ(grid.week().at(30), HourState::idle);
  QTest::keyClick(&grid, Qt::Key_Left);
  EXPECT_EQ(grid.current_item(), 31);
}

}  // namespace
}  // namespace quern::desktop::widgets
