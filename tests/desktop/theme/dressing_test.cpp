// Which widgets wear the sheet, and from when on.
#include <QAbstractItemView>
#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QTest>
#include <QToolTip>
#include <QVBoxLayout>
#include <array>
#include <utility>

#include <gtest/gtest.h>

#include "desktop/theme/theme.hpp"

namespace quern::desktop::theme {
namespace {

QLabel* muted_label(QWidget* parent) {
  auto* label = new QLabel(QStringLiteral("muted"), parent);
  label->setProperty("ink", QStringLiteral("muted"));
  return label;
}

QColor ink_of(const QWidget& widget) {
  return widget.palette().color(QPalette::WindowText);
}

// What is painted a few pixels inside of the middle of the left edge, where no text is.
QColor ground_of(QWidget& widget) {
  return widget.grab().toImage().pixelColor(4, widget.height() / 2);
}

// A stack of two pages, each a part; the second is shown.
class Dressing : public ::testing::Test {
 protected:
  void SetUp() override {
    theme().install();
    theme().set_text_percent(100);
    theme().set_mode(Mode::light);
    for (QWidget*& page : pages_) {
      page = new QWidget;
      auto* column = new QVBoxLayout(page);
      column->addWidget(muted_label(page));
      column->addWidget(new QPushButton(QStringLiteral("push"), page));
      auto* choice = new QComboBox(page);
      choice->addItems({QStringLiteral("one"), QStringLiteral("two")});
      column->addWidget(choice);
      stack_.addWidget(page);
    }
    dress_in_parts(&stack_);
    stack_.show();
    stack_.setCurrentIndex(1);
  }
  void TearDown() override {
    stack_.hide();
    theme().set_text_percent(100);
    theme().set_mode(Mode::light);
  }
  static Theme& theme() { return Theme::instance(); }
  template <class Widget>
  Widget& on(int page) {
    return *pages_.at(static_cast<std::size_t>(page))->findChild<Widget*>();
  }

  QStackedWidget stack_;
  std::array<QWidget*, 2> pages_{};
};

TEST_F(Dressing, ASwitchReachesWhatIsShown) {
  EXPECT_EQ(ink_of(on<QLabel>(1)), light_tokens().muted);
  theme().set_mode(Mode::dark);
  EXPECT_EQ(ink_of(on<QLabel>(1)), dark_tokens().muted);
  EXPECT_EQ(ground_of(on<QPushButton>(1)), dark_tokens().surface);
}

TEST_F(Dressing, APageHiddenDuringASwitchHasTheNewColoursWhenItIsShown) {
  theme().set_mode(Mode::dark);
  EXPECT_NE(ink_of(on<QLabel>(0)), dark_tokens().muted) << "hidden pages cost nothing";
  stack_.setCurrentIndex(0);
  EXPECT_EQ(ink_of(on<QLabel>(0)), dark_tokens().muted);
  EXPECT_EQ(ground_of(on<QPushButton>(0)), dark_tokens().surface);
  theme().set_mode(Mode::light);
  stack_.setCurrentIndex(1);
  EXPECT_EQ(ground_of(on<QPushButton>(1)), light_tokens().surface);
}

TEST_F(Dressing, AWindowHiddenDuringASwitchHasTheNewColoursWhenItIsShown) {
  stack_.hide();
  theme().set_mode(Mode::dark);
  stack_.show();
  EXPECT_EQ(ink_of(on<QLabel>(1)), dark_tokens().muted);
}

TEST_F(Dressing, AChangeOfSizesReachesHiddenPages) {
  const int before = on<QPushButton>(0).sizeHint().height();
  theme().set_text_percent(200);
  EXPECT_GT(on<QPushButton>(0).sizeHint().height(), before * 3 / 2);
}

TEST_F(Dressing, ADialogOpenedAgainAfterASwitchHasTheNewColours) {
  for (QWidget* const parent : {static_cast<QWidget*>(&stack_), pages_[1], static_cast<QWidget*>(nullptr)}) {
    theme().set_mode(Mode::light);
    QDialog dialog(parent);
    dialog.resize(200, 100);
    QLabel* const label = muted_label(&dialog);
    dialog.show();
    EXPECT_EQ(ink_of(*label), light_tokens().muted);
    dialog.hide();
    theme().set_mode(Mode::dark);
    dialog.show();
    EXPECT_EQ(ink_of(*label), dark_tokens().muted);
    EXPECT_EQ(ground_of(dialog), dark_tokens().window);
  }
}

TEST_F(Dressing, AMenuOpenedAgainAfterASwitchHasTheNewColours) {
  for (QWidget* const parent : {static_cast<QWidget*>(&stack_), pages_[1], static_cast<QWidget*>(nullptr)}) {
    theme().set_mode(Mode::light);
    QMenu menu(parent);
    menu.addAction(QStringLiteral("act"));
    menu.popup({0, 0});
    EXPECT_EQ(ground_of(menu), light_tokens().surface);
    menu.hide();
    theme().set_mode(Mode::dark);
    menu.popup({0, 0});
    EXPECT_EQ(ground_of(menu), dark_tokens().surface);
    menu.hide();
  }
}

TEST_F(Dressing, TheListOfAComboBoxHasTheNewColours) {
  for (const Mode mode : {Mode::light, Mode::dark}) {
    theme().set_mode(mode);
    QComboBox& choice = on<QComboBox>(1);
    choice.showPopup();
    QWidget* const list = choice.findChild<QAbstractItemView*>();
    ASSERT_NE(list, nullptr);
    EXPECT_EQ(list->grab().toImage().pixelColor(list->width() - 8, list->height() - 3), tokens().surface);
    choice.hidePopup();
  }
}

TEST_F(Dressing, AToolTipHasTheColoursOfTheSheet) {
  for (QWidget* const owner : {pages_[1], static_cast<QWidget*>(nullptr)}) {
    for (const Mode mode : {Mode::light, Mode::dark}) {
      theme().set_mode(mode);
      QToolTip::showText({5, 5}, QStringLiteral("a tip of the mouse"), owner);
      QWidget* tip = nullptr;
      for (QWidget* const each : QApplication::topLevelWidgets()) {
        if (each->inherits("QTipLabel") && each->isVisible()) tip = each;
      }
      ASSERT_NE(tip, nullptr);
      EXPECT_EQ(ground_of(*tip), tokens().tip_ground) << (owner ? "of a page" : "of none");
      delete tip;
    }
  }
}

TEST_F(Dressing, WhatIsPolishedBeforeItComesIntoAPageIsDressedWithThePageAlone) {
  auto* const box = new QWidget;
  auto* const push = new QPushButton(QStringLiteral("push"), box);
  push->ensurePolished();
  EXPECT_TRUE(box->styleSheet().isEmpty());
  pages_[1]->layout()->addWidget(box);
  box->show();
  EXPECT_TRUE(box->styleSheet().isEmpty() && push->styleSheet().isEmpty()) << "each sheet is matched by itself";
  push->resize(80, 30);
  EXPECT_EQ(ground_of(*push), light_tokens().surface);
}

TEST_F(Dressing, AWindowIsDressedBeforeItIsLaidOut) {
  QDialog dialog;
  auto* column = new QVBoxLayout(&dialog);
  auto* const push = new QPushButton(QStringLiteral("push"), &dialog);
  column->addWidget(push);
  dialog.show();
  EXPECT_EQ(push->size(), push->sizeHint().expandedTo(push->minimumSize()));
  EXPECT_GE(push->height(), 30) << "as the sheet says";
}

TEST_F(Dressing, WhatComesIntoAPageAfterItWasShownAloneFollowsThePage) {
  auto* field = new QLineEdit;
  field->show();
  EXPECT_EQ(ground_of(*field), light_tokens().surface);
  pages_[1]->layout()->addWidget(field);
  theme().set_mode(Mode::dark);
  EXPECT_TRUE(field->styleSheet().isEmpty()) << "it would be dressed twice at every switch";
  EXPECT_EQ(ground_of(*field), dark_tokens().surface);
}

TEST_F(Dressing, AWidgetAddedToAHiddenPageAfterASwitchFollows) {
  theme().set_mode(Mode::dark);
  QLabel* const label = muted_label(pages_[0]);
  pages_[0]->layout()->addWidget(label);
  label->ensurePolished();
  stack_.setCurrentIndex(0);
  EXPECT_EQ(ink_of(*label), dark_tokens().muted);
}

TEST_F(Dressing, APageThatIsGoneIsForgotten) {
  delete pages_[0];
  theme().set_mode(Mode::dark);
  theme().set_text_percent(150);
  EXPECT_EQ(ink_of(on<QLabel>(1)), dark_tokens().muted);
}

// From its left edge to its first ink, and from its last to the right edge.
std::pair<int, int> margins_of(QWidget& widget) {
  const QImage image = widget.grab().toImage();
  int first = -1, last = -1;
  for (int x = 3; x < image.width() - 3; ++x) {
    for (int y = 4; y < image.height() - 4; ++y) {
      if (image.pixelColor(x, y).lightness() > 140) continue;
      if (first < 0) first = x;
      last = x;
    }
  }
  return {first, image.width() - 1 - last};
}

TEST_F(Dressing, IconAndWordsOfAButtonStandTogetherFromRightToLeft) {
  QPixmap square(16, 16);
  square.fill(Qt::black);
  QApplication::setLayoutDirection(Qt::RightToLeft);
  QPushButton push(QIcon(square), QStringLiteral("push"));
  push.resize(300, 34);
  push.show();
  const auto [left, right] = margins_of(push);
  QApplication::setLayoutDirection(Qt::LeftToRight);
  EXPECT_NEAR(left, right, 6);
  EXPECT_GT(left, 100);
}

// Qt's own file dialog is used where the desktop has none.
TEST_F(Dressing, HeadersOfQtsOwnDialogsAreReadable) {
  QFileDialog dialog(nullptr, QStringLiteral("Choose"), QStringLiteral("/"));
  dialog.setOption(QFileDialog::DontUseNativeDialog);
  dialog.setViewMode(QFileDialog::Detail);
  dialog.show();
  auto* const header = dialog.findChild<QHeaderView*>();
  ASSERT_TRUE(header && header->isVisible());
  for (const Mode mode : {Mode::light, Mode::dark}) {
    theme().set_mode(mode);
    QTest::qWait(0);
    const QColor ground = header->viewport()->grab().toImage().pixelColor(2, header->height() / 2);
    EXPECT_EQ(ground, tokens().surface) << ground.name().toStdString();
  }
}

}  // namespace
}  // namespace quern::desktop::theme
