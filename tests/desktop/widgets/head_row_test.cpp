#include "desktop/widgets/head_row.hpp"

#include <QCoreApplication>
#include <QPushButton>
#include <QVBoxLayout>

#include <gtest/gtest.h>

#include "desktop/widgets/labels.hpp"

namespace quern::desktop::widgets {
namespace {

struct Shown {
  QWidget window;
  ElidedLabel* words = new ElidedLabel(QStringLiteral("Credits per day"), theme::FontRole::section);
  QPushButton* action = new QPushButton(QStringLiteral("an action of some width"));
  HeadRow* row = new HeadRow(words, theme::kSpaceS);

  explicit Shown(int width) {
    auto* column = new QVBoxLayout(&window);
    column->setContentsMargins(0, 0, 0, 0);
    row->add_action(action);
    column->addWidget(row);
    column->addStretch(1);
    resize(width);
    window.show();
  }
  void resize(int width) {
    window.resize(width, 300);
    for (int i = 0; i < 5; ++i) QCoreApplication::processEvents();  // a round for each layout above
  }
  int roomy() const { return words->sizeHint().width() + action->sizeHint().width() + 2 * theme::kSpaceS; }
};

TEST(HeadRow, ActionsStandBesideTheWordsWhereBothHaveRoom) {
  const Shown shown(500);
  EXPECT_GE(shown.action->x(), shown.words->geometry().right());
  EXPECT_EQ(shown.row->width(), shown.action->geometry().right() + 1);
  EXPECT_LT(shown.action->y(), shown.words->geometry().bottom());
}

TEST(HeadRow, ActionsGoBelowWhereTheWordsWouldBeCutAndComeBack) {
  Shown shown(500);
  const int narrow = shown.roomy() - 3 * theme::kSpaceS;
  for (int turn = 0; turn < 3; ++turn) {
    shown.resize(narrow);
    EXPECT_GE(shown.action->y(), shown.words->geometry().bottom()) << turn;
    EXPECT_GE(shown.words->width(), shown.words->sizeHint().width()) << turn;
    EXPECT_EQ(shown.action->width(), shown.action->sizeHint().width()) << turn;
    shown.resize(shown.roomy());
    EXPECT_LT(shown.action->y(), shown.words->geometry().bottom()) << turn;
  }
}

TEST(HeadRow, LongWordsAreCutBeforeTheirActionsGoBelow) {
  Shown shown(500);
  shown.words->set_text(QString(300, QLatin1Char('w')));
  shown.resize(theme::scaled(HeadRow::kWordsMax) + shown.action->sizeHint().width() + 2 * theme::kSpaceS);
  EXPECT_LT(shown.action->y(), shown.words->geometry().bottom());
  shown.resize(theme::scaled(HeadRow::kWordsMax) + shown.action->sizeHint().width() - theme::kSpaceS);
  EXPECT_GE(shown.action->y(), shown.words->geometry().bottom());
}

TEST(HeadRow, ActionsThatHaveNoRoomOnOneLineGoToASecondAndComeBack) {
  Shown shown(900);
  auto* const last = new QPushButton(QStringLiteral("another action of some width"));
  shown.row->add_action(last);
  const int both = shown.action->sizeHint().width() + theme::kSpaceS + last->sizeHint().width();
  for (int turn = 0; turn < 3; ++turn) {
    shown.resize(both);
    EXPECT_EQ(last->y(), shown.action->y()) << turn;
    shown.resize(both - 1);
    EXPECT_GT(last->y(), shown.action->geometry().bottom()) << turn;
    EXPECT_GE(shown.action->y(), shown.words->geometry().bottom()) << turn;
    EXPECT_LE(shown.row->minimumSizeHint().width(), shown.row->width()) << turn;
    EXPECT_LE(last->geometry().bottom(), shown.row->height()) << turn;
    last->hide();
    QCoreApplication::processEvents();
    EXPECT_GE(shown.action->y(), shown.words->geometry().bottom()) << turn;
    last->show();
    shown.resize(900);
    EXPECT_EQ(last->y(), shown.action->y()) << turn;
  }
}

}  // namespace
}  // namespace quern::desktop::widgets
