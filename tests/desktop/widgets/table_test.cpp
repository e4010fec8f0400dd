#include "desktop/widgets/table.hpp"

#include <QAbstractTableModel>
#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QMenu>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTest>
#include <memory>

#include <gtest/gtest.h>

#include "tests/desktop/widgets/samples.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kPermilleRole = Qt::UserRole + 1;

// As many rows as asked, made when they are looked at.
class Rows : public QAbstractTableModel {
 public:
  explicit Rows(int rows, QString text = {}) : rows_(rows), text_(std::move(text)) {}
  int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : rows_; }
  int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : 5; }
  QVariant data(const QModelIndex& index, int role) const override {
    if (role == Qt::DisplayRole) {
      return text_.isNull() ? QStringLiteral("r%1c%2").arg(index.row()).arg(index.column()) : text_;
    }
    return role == kPermilleRole ? QVariant(index.row() % 2 == 0 ? 1'000'000 : -9) : QVariant();
  }
  QVariant headerData(int section, Qt::Orientation, int role) const override {
    return role == Qt::DisplayRole ? QVariant(QStringLiteral("Head & %1").arg(section)) : QVariant();
  }

 private:
  int rows_;
  QString text_;
};

struct Tables : testing::Test {
  Tables() { theme::Theme::instance().install(); }
  static void dress(Table& table, QAbstractItemModel& model) {
    table.setModel(&model);
    table.set_column(0, {.cell = Cell::strong, .width = 150, .stretch = true});
    table.set_column(1, {.cell = Cell::number, .priority = 1, .width = 100});
    table.set_column(2, {.cell = Cell::bar, .priority = 3, .width = 120, .permille_role = kPermilleRole});
    table.set_column(3, {.cell = Cell::pill, .priority = 2, .width = 100});
    table.set_column(4, {.cell = Cell::mono, .priority = 4, .width = 100});
  }
  static QVector<int> shown(const Table& table) {
    QVector<int> columns;
    for (int column = 0; column < 5; ++column) {
      if (!table.isColumnHidden(column)) columns.append(column);
    }
    return columns;
  }
};

TEST_F(Tables, SayBelowARowWhatTheyHaveNoRoomFor) {
  constexpr int kNoteRole = Qt::UserRole + 2;
  QStandardItemModel model(2, 3);
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 3; ++column) model.setItem(row, column, new QStandardItem(QStringLiteral("cell")));
  }
  model.item(0, 0)->setData(QStringLiteral("too dear"), kNoteRole);
  model.item(0, 2)->setData(QStringLiteral("36 cr/h"), kNoteRole);
  Table table(QStringLiteral("Quotes"), nullptr, Table::kNoted);
  table.setModel(&model);
  table.set_column(0, {.width = 200, .stretch = true});
  table.set_column(1, {.priority = 1, .width = 100});
  table.set_column(2, {.priority = 2, .width = 100});
  table.set_note_role(kNoteRole);
  table.resize(450, 300);
  table.show();
  EXPECT_EQ(table.note(0), QStringLiteral("too dear"));
  EXPECT_EQ(table.note(1), QString());
  const QRect cell(0, 0, 100, table.rowHeight(0));
  EXPECT_LT(table.words_rect(cell, 0).bottom(), cell.bottom() - 15);
  EXPECT_EQ(table.words_rect(cell, 1), cell);
  const QImage wide = table.grab().toImage();
  table.resize(350, 300);
  EXPECT_EQ(table.note(0), QStringLiteral("too dear · 36 cr/h"));
  EXPECT_EQ(table.row_text(0), QStringLiteral("cell\tcell\ttoo dear · 36 cr/h"));
  table.resize(450, 300);
  EXPECT_EQ(table.grab().toImage(), wide);
  table.set_note_role(-1);
  EXPECT_NE(table.grab().toImage(), wide);
  // Whoever hides a column does not want to read of it.
  table.set_hidden_columns({2});
  table.set_note_role(kNoteRole);
  EXPECT_EQ(table.note(0), QStringLiteral("too dear"));
}

TEST_F(Tables, WhatOtherColumnsSayOfARowIsNotOfTheToneOfItsNote) {
  constexpr int kNoteRole = Qt::UserRole + 2;
  QStandardItemModel model(1, 2);
  model.setItem(0, 0, new QStandardItem(QStringLiteral("cell")));
  model.setItem(0, 1, new QStandardItem(QStringLiteral("cell")));
  model.item(0, 0)->setData(QStringLiteral("failed"), kNoteRole);
  Table table(QStringLiteral("Jobs"), nullptr, Table::kNoted);
  table.setModel(&model);
  table.set_column(0, {.width = 200, .stretch = true});
  table.set_column(1, {.priority = 1, .width = 100});
  table.set_note_role(kNoteRole);
  table.set_note_tone([](const QModelIndex&) { return theme::Tone::bad; });
  table.resize(280, 200);
  table.show();
  const auto reds = [&table] {
    const QImage picture = table.grab().toImage();
    int count = 0;
    for (int y = 0; y < picture.height(); ++y) {
      for (int x = 0; x < picture.width(); ++x) {
        const QColor color = picture.pixelColor(x, y);
        count += color.red() > color.green() + 60 && color.red() > color.blue() + 60 ? 1 : 0;
      }
    }
    return count;
  };
  const int of_the_note = reds();
  EXPECT_GT(of_the_note, 0);
  model.item(0, 1)->setData(QStringLiteral("98 %"), kNoteRole);
  ASSERT_EQ(table.note(0), QStringLiteral("failed · 98 %"));
  EXPECT_EQ(reds(), of_the_note);
}

TEST_F(Tables, AColumnIsAsWideAsItsTitleAndARoomyOneWiderWhereThereIsRoom) {
  QStandardItemModel model(1, 3);
  model.setHorizontalHeaderLabels({QStringLiteral("Name"), QStringLiteral("A long title"), QStringLiteral("Bar")});
  Table table(QStringLiteral("Jobs"));
  table.setModel(&model);
  table.set_column(0, {.width = 100, .stretch = true});
  table.set_column(1, {.width = 20});
  table.set_column(2, {.width = 60, .roomy = 110});
  table.setSortingEnabled(true);
  table.resize(600, 200);
  table.show();
  const auto words = [](theme::FontRole role) {
    return QFontMetricsF(theme::font(role)).horizontalAdvance(QStringLiteral("A long title"));
  };
  table.sortByColumn(0, Qt::AscendingOrder);
  EXPECT_GE(table.columnWidth(1), words(theme::FontRole::caption) + 24);
  table.sortByColumn(1, Qt::AscendingOrder);  // with its mark
  EXPECT_GE(table.columnWidth(1), words(theme::FontRole::caption_strong) + 24 + 14);
  EXPECT_EQ(table.columnWidth(2), 110);
  table.resize(100 + table.columnWidth(1) + 60 + 20, 200);
  EXPECT_EQ(table.columnWidth(0), 100);
  EXPECT_LE(table.columnWidth(2), 80);
  EXPECT_GE(table.columnWidth(2), 60);
}

TEST_F(Tables, ARowThatSaysSomethingSaysThereWhatItsCellsHaveNoSecondLineFor) {
  constexpr int kNoteRole = Qt::UserRole + 2;
  constexpr int kSecondRole = Qt::UserRole + 3;
  QStandardItemModel model(2, 2);
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 2; ++column) {
      model.setItem(row, column, new QStandardItem(QStringLiteral("cell")));
      model.item(row, column)->setData(column == 0 ? QStringLiteral("j-1") : QStringLiteral("…Kq12ab"), kSecondRole);
    }
  }
  model.item(0, 0)->setData(QStringLiteral("it failed, and so on: ").repeated(4), kNoteRole);
  Table table(QStringLiteral("Jobs"), nullptr, Table::kTwoLines);
  table.setModel(&model);
  table.set_column(0, {.width = 200, .stretch = true, .second_line_role = kSecondRole});
  table.set_column(1, {.width = 100, .elide = Qt::ElideMiddle, .second_line_role = kSecondRole});
  table.set_note_role(kNoteRole);
  table.resize(450, 300);
  table.show();
  EXPECT_EQ(table.note_lead(0), QStringLiteral("j-1"));
  EXPECT_TRUE(table.note(0).endsWith(QStringLiteral(" · …Kq12ab"))) << table.note(0).toStdString();
  EXPECT_TRUE(table.row_text(0).startsWith(QStringLiteral("cell · j-1\tcell\tit failed")))
      << table.row_text(0).toStdString();
  EXPECT_EQ(table.note_lead(1), QString());
  EXPECT_EQ(table.row_text(1), QStringLiteral("cell · j-1\tcell · …Kq12ab"));
  // A note that ends before them leaves the others where they are.
  model.item(0, 0)->setData(QStringLiteral("late"), kNoteRole);
  EXPECT_EQ(table.note(0), QStringLiteral("late"));
  EXPECT_EQ(table.row_text(0), QStringLiteral("cell · j-1\tcell · …Kq12ab\tlate"));
  // What is told in a tone is painted in its ink.
  const QImage muted = table.grab().toImage();
  table.set_note_tone([](const QModelIndex&) { return theme::Tone::bad; });
  const QImage bad = table.grab().toImage();
  EXPECT_NE(bad, muted);
  const QRect below(0, table.rowHeight(0), table.width(), table.rowHeight(0));
  EXPECT_EQ(bad.copy(below.translated(0, table.horizontalHeader()->height())),
            muted.copy(below.translated(0, table.horizontalHeader()->height())));
}

TEST_F(Tables, HideColumnsByPriorityWhereItIsNarrowAndFillTheWidth) {
  Rows model(3);
  Table table(QStringLiteral("Offers"));
  dress(table, model);
  table.resize(800, 300);
  table.show();
  EXPECT_EQ(shown(table), (QVector<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(table.horizontalHeader()->length(), table.viewport()->width());
  table.resize(500, 300);
  EXPECT_EQ(shown(table), (QVector<int>{0, 1, 2, 3}));
  table.resize(400, 300);
  EXPECT_EQ(shown(table), (QVector<int>{0, 1, 3}));
  table.resize(60, 300);
  EXPECT_EQ(shown(table), (QVector<int>{0})) << "the one of priority 0 stays";
  table.resize(800, 300);
  EXPECT_EQ(shown(table).size(), 5);
}

TEST_F(Tables, LetTheUserChooseColumns) {
  Rows model(3);
  Table table(QStringLiteral("Offers"));
  dress(table, model);
  table.resize(800, 300);
  table.show();
  QSignalSpy changed(&table, &Table::hidden_columns_changed);
  const std::unique_ptr<QMenu> menu(table.make_column_menu(nullptr));
  ASSERT_EQ(menu->actions().size(), 4) << "the first column cannot be hidden";
  EXPECT_EQ(menu->actions().at(0)->text(), QStringLiteral("Head && 1"));
  menu->actions().at(1)->trigger();
  EXPECT_EQ(table.hidden_columns(), QSet<int>{2});
  EXPECT_TRUE(table.isColumnHidden(2));
  EXPECT_EQ(changed.count(), 1);
  table.set_hidden_columns({0, 3, 99, -4});
  EXPECT_EQ(shown(table), (QVector<int>{0, 1, 2, 4}));
}

TEST_F(Tables, TheMenuOfColumnsSaysWhichHaveNoRoom) {
  Rows model(3);
  Table table(QStringLiteral("Offers"));
  dress(table, model);
  table.resize(250, 300);
  table.show();
  const std::unique_ptr<QMenu> menu(table.make_column_menu(nullptr));
  int without = 0;
  for (int at = 0; at < menu->actions().size(); ++at) {
    const QAction& entry = *menu->actions().at(at);
    EXPECT_TRUE(entry.isChecked());
    EXPECT_EQ(entry.text().endsWith(QStringLiteral("(no room)")), table.isColumnHidden(at + 1)) << at;
    without += table.isColumnHidden(at + 1) ? 1 : 0;
  }
  EXPECT_GT(without, 0);
}

QAction* action(const QMenu& menu, const QString& text) {
  for (QAction* const each : menu.actions()) {
    if (each->text() == text) return each;
  }
  return nullptr;
}

// Which column and which way a model was last asked to sort by.
class Sorted : public Rows {
 public:
  using Rows::Rows;
  void sort(int column, Qt::SortOrder order) override { asked = {column, order}; }
  std::pair<int, Qt::SortOrder> asked{-1, Qt::AscendingOrder};
};

TEST_F(Tables, AreSortedAndTheirColumnsChosenByTheMenuKey) {
  Sorted model(5);
  Table table(QStringLiteral("Offers"));
  dress(table, model);
  table.setSortingEnabled(true);
  table.sortByColumn(0, Qt::AscendingOrder);
  table.resize(800, 300);
  table.show();
  table.select_row(1);
  QContextMenuEvent by_key(QContextMenuEvent::Keyboard, QPoint(5, 5), table.mapToGlobal(QPoint(5, 5)));
  QCoreApplication::sendEvent(table.viewport(), &by_key);
  auto* const menu = table.findChild<QMenu*>();
  ASSERT_TRUE(menu && menu->isVisible());
  QTest::keyClick(menu, Qt::Key_Down);   // "Sort by"
  QTest::keyClick(menu, Qt::Key_Right);  // the first column
  QMenu* const sorting = action(*menu, QStringLiteral("Sort by"))->menu();
  ASSERT_TRUE(sorting->isVisible());
  EXPECT_TRUE(action(*sorting, QStringLiteral("Head && 0"))->isChecked());
  QTest::keyClick(sorting, Qt::Key_Down);
  QTest::keyClick(sorting, Qt::Key_Return);
  EXPECT_EQ(model.asked, std::pair(1, Qt::AscendingOrder));
  EXPECT_EQ(table.horizontalHeader()->sortIndicatorSection(), 1);

  const std::unique_ptr<QMenu> again(table.make_menu(nullptr));
  action(*action(*again, QStringLiteral("Sort by"))->menu(), QStringLiteral("Descending"))->trigger();
  EXPECT_EQ(model.asked, std::pair(1, Qt::DescendingOrder));
  QMenu* const columns = action(*again, QStringLiteral("Columns"))->menu();
  action(*columns, QStringLiteral("Head && 3"))->trigger();
  EXPECT_TRUE(table.isColumnHidden(3));
  const std::unique_ptr<QMenu> last(table.make_menu(nullptr));
  EXPECT_FALSE(action(*action(*last, QStringLiteral("Sort by"))->menu(), QStringLiteral("Head && 3")));
}

TEST_F(Tables, WithoutSortingTheMenuHasOnlyColumns) {
  Rows model(3);
  Table table(QStringLiteral("Files"));
  dress(table, model);
  const std::unique_ptr<QMenu> menu(table.make_menu(nullptr));
  ASSERT_EQ(menu->actions().size(), 1);
  EXPECT_EQ(menu->actions().front()->text(), QStringLiteral("Columns"));
}

TEST_F(Tables, AreUsedByKeyboard) {
  Rows model(50);
  Table table(QStringLiteral("Offers"));
  dress(table, model);
  table.resize(800, 300);
  table.show();
  QSignalSpy current(&table, &Table::current_row_changed);
  QSignalSpy activated(&table, &Table::row_activated);
  table.setFocus();
  table.select_row(0);
  QTest::keyClick(&table, Qt::Key_Down);
  EXPECT_EQ(table.currentIndex().row(), 1);
  QTest::keyClick(&table, Qt::Key_End);
  EXPECT_EQ(table.currentIndex().row(), 49);
  QTest::keyClick(&table, Qt::Key_Home);
  EXPECT_EQ(table.currentIndex().row(), 0);
  QTest::keyClick(&table, Qt::Key_Return);
  ASSERT_EQ(activated.count(), 1);
  EXPECT_EQ(activated.at(0).at(0).toInt(), 0);
  EXPECT_EQ(current.count(), 4);
  QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
  EXPECT_EQ(QApplication::clipboard()->text(), QStringLiteral("r0c0\tr0c1\tr0c2\tr0c3\tr0c4"));
}

TEST_F(Tables, TellWhetherTheMouseIsInsideSoThatTheOrderCanBeHeld) {
  Rows model(5);
  Table table(QStringLiteral("Offers"));
  dress(table, model);
  table.resize(800, 300);
  table.show();
  QSignalSpy hover(&table, &Table::hover_changed);
  QTest::mouseMove(table.viewport(), QPoint(50, table.rowViewportPosition(2) + 5));
  EXPECT_EQ(table.hovered_row(), 2);
  QTest::mouseMove(table.viewport(), QPoint(50, table.rowViewportPosition(3) + 5));
  EXPECT_EQ(hover.count(), 1);
  QEvent leave(QEvent::Leave);
  QApplication::sendEvent(table.viewport(), &leave);
  EXPECT_EQ(table.hovered_row(), -1);
  EXPECT_EQ(hover.count(), 2);
}

TEST_F(Tables, TakeAMouseThatLiesStillForOneThatIsElsewhere) {
  Rows model(5);
  Table table(QStringLiteral("Jobs"));
  dress(table, model);
  table.set_rest_time(std::chrono::milliseconds(20));
  table.resize(800, 300);
  table.show();
  QSignalSpy hover(&table, &Table::hover_changed);
  for (const int row : {2, 3}) {
    hover.clear();
    QTest::mouseMove(table.viewport(), QPoint(50, table.rowViewportPosition(row) + 5));
    ASSERT_TRUE(QTest::qWaitFor([&] { return hover.count() == 2; }, 5'000));
    EXPECT_TRUE(hover[0][0].toBool());
    EXPECT_FALSE(hover[1][0].toBool());
    EXPECT_EQ(table.hovered_row(), row) << "it is there, and shown";
  }
}

TEST_F(Tables, PaintAnyTextAndAnyNumber) {
  for (const QString& text : samples::hostile_texts()) {
    Rows model(6, text.isNull() ? QStringLiteral("") : text);
    Table table(QStringLiteral("Hostile"));
    dress(table, model);
    table.resize(900, 300);
    table.select_row(1);
    EXPECT_FALSE(table.grab().isNull());
    EXPECT_FALSE(table.row_text(0).contains(u'\n'));
  }
  Table empty(QStringLiteral("Empty"));
  empty.set_placeholder(QStringLiteral("Nothing here"));
  empty.resize(300, 200);
  EXPECT_FALSE(empty.grab().isNull());
  EXPECT_TRUE(empty.row_text(0).isEmpty());
}

TEST_F(Tables, AMillionRowsCostNoMoreThanThoseInSight) {
  Rows model(1'000'000);
  Table table(QStringLiteral("Huge"));
  dress(table, model);
  table.resize(900, 600);
  table.grab();
  QElapsedTimer watch;
  watch.start();
  table.scrollToBottom();
  table.grab();
  EXPECT_LT(watch.elapsed(), 1000);
}

TEST_F(Tables, StandMirroredInRightToLeft) {
  Rows model(3);
  Table table(QStringLiteral("Offers"));
  dress(table, model);
  table.resize(800, 300);
  table.setLayoutDirection(Qt::RightToLeft);
  table.select_row(0);
  table.show();
  EXPECT_GT(table.columnViewportPosition(0), table.columnViewportPosition(4));
  const QImage seen = table.viewport()->grab().toImage();
  const QColor accent = theme::tokens().accent;
  EXPECT_EQ(seen.pixelColor(seen.width() - 2, 8), accent) << "the bar of the selected row";
  EXPECT_NE(seen.pixelColor(1, 8), accent);
}

TEST_F(Tables, TheBarOfTheSelectionStandsAtTheLeadingEdge) {
  Rows model(3);
  Table table(QStringLiteral("Offers"));
  dress(table, model);
  table.resize(800, 300);
  table.select_row(0);
  table.show();
  const QImage seen = table.viewport()->grab().toImage();
  EXPECT_EQ(seen.pixelColor(1, 8), theme::tokens().accent);
  EXPECT_EQ(seen.pixelColor(300, 3), theme::tokens().accent_soft);
}

}  // namespace
}  // namespace quern::desktop::widgets
