// What holds for every page and the window around it, whatever the daemon says: it is readable, named, whole, and the
// same from the other side.
#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractScrollArea>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QApplication>
#include <QButtonGroup>
#include <QComboBox>
#include <QHeaderView>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QSet>
#include <QTest>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "desktop/app/languages.hpp"
#include "desktop/widgets/card.hpp"
#include "tests/desktop/app/example_session.hpp"
#include "tests/desktop/app/painted_texts.hpp"
#include "tests/desktop/app/shell.hpp"
#include "tests/desktop/app/whole_window.hpp"

namespace quern::desktop::app {
namespace {

constexpr double kReadable = 4.5;
constexpr int kLargeText = 140;
constexpr double kAntialiased = 1.5;  // pixels that glyphs may reach beyond their room
constexpr QSize kLeast{MainWindow::kLeastWidth, MainWindow::kLeastHeight};

// On a recorded session.
class Whole {
 public:
  explicit Whole(client::Recording recording)
      : app_(QString::fromStdString((folder_.path() / "app.conf").string()), played_at_once(std::move(recording)),
             [] { return kSessionNow; }) {
    app_.service.put(pages::ServiceUnit::State::running);
    window.resize(kLeast);
    window.show();
    app_.connection.open();
    EXPECT_TRUE(QTest::qWaitFor([this] { return app_.connection.live() && models().has_status(); }, kSoonMs));
  }

  // Until nothing moves any more.
  QImage open(const QString& page) {
    EXPECT_TRUE(window.open(page)) << page.toStdString();
    return settled();
  }
  QImage settled() {
    QImage before;
    int same = 0;
    const auto rests = [&] {
      const QImage now = window.grab().toImage();
      same = now == before ? same + 1 : 0;
      before = now;
      return same >= 3;
    };
    EXPECT_TRUE(QTest::qWaitFor(rests, kSoonMs)) << "it never rests";
    return before;
  }
  models::DaemonModels& models() { return app_.models; }

 private:
  TemporaryFolder folder_;
  WholeWindow app_;

 public:
  MainWindow& window = app_.window;
};

std::string about(const PaintedText& text) {
  std::string owners;
  for (const QWidget* each = text.widget; each; each = each->parentWidget()) {
    owners += std::string(" < ") + each->metaObject()->className();
  }
  return "\"" + text.text.left(60).toStdString() + "\"" + owners;
}

bool is_viewport(const QWidget& widget) {
  const auto* const area = qobject_cast<const QAbstractScrollArea*>(widget.parentWidget());
  return area && area->viewport() == &widget;
}

// Whether a person can bring what lies beside it into sight.
bool scrolls_sideways(const QWidget& widget) {
  for (const QWidget* each = &widget; each; each = each->parentWidget()) {
    const auto* const area = qobject_cast<const QAbstractScrollArea*>(each);
    if (area && area->horizontalScrollBar()->isVisible()) return true;
  }
  return false;
}

// Rows of a list may be scrolled half out of sight; no text is cut at its sides.
void expect_nothing_is_cut(QWidget& window) {
  for (const PaintedText& text : painted_texts(window)) {
    const QRectF room = text.room & text.seen;
    const bool high = !is_viewport(*text.widget) && (text.glyphs.top() < text.room.top() - kAntialiased ||
                                                     text.glyphs.bottom() > text.room.bottom() + kAntialiased);
    const bool wide = !scrolls_sideways(*text.widget) && (text.line.left() < room.left() - kAntialiased ||
                                                          text.line.right() > room.right() + kAntialiased);
    EXPECT_FALSE(high || wide) << about(text) << " needs " << text.line.width() << " x " << text.glyphs.height()
                               << " of " << room.width() << " x " << room.height();
  }
}

void expect_no_text_on_another(QWidget& window) {
  const QVector<PaintedText> texts = painted_texts(window);
  for (qsizetype one = 0; one < texts.size(); ++one) {
    for (qsizetype other = one + 1; other < texts.size(); ++other) {
      const QRectF both = texts[one].glyphs & texts[one].room & texts[one].seen & texts[other].glyphs &
                          texts[other].room & texts[other].seen;
      EXPECT_FALSE(both.width() > kAntialiased && both.height() > kAntialiased)
          << about(texts[one]) << " is on " << about(texts[other]);
    }
  }
}

// Labels that Qt would cut without a word.
void expect_labels_have_room(const QWidget& window) {
  for (const QLabel* label : window.findChildren<QLabel*>()) {
    if (!label->isVisibleTo(&window) || label->text().isEmpty()) continue;
    const bool fits = label->wordWrap() ? label->heightForWidth(label->width()) <= label->height()
                                        : label->sizeHint().width() <= label->width();
    EXPECT_TRUE(fits) << label->text().left(80).toStdString();
  }
  for (const QAbstractButton* button : window.findChildren<QAbstractButton*>()) {
    if (!button->isVisibleTo(&window) || button->text().isEmpty()) continue;
    EXPECT_LE(button->fontMetrics().horizontalAdvance(button->text()), button->width())
        << button->text().left(80).toStdString();
  }
}

void expect_readable(QWidget& window, const QImage& picture) {
  for (const PaintedText& text : painted_texts(window)) {
    if (!text.widget->isEnabled()) continue;  // what cannot be used is grey, and WCAG lets it
    EXPECT_GE(contrast_of(text, picture), kReadable)
        << about(text) << ": " << text.ink.name(QColor::HexArgb).toStdString() << " on "
        << ground_of(text, picture).name().toStdString();
  }
}

void expect_names(const QWidget& window) {
  for (QWidget* const each : window.findChildren<QWidget*>()) {
    if (!each->isVisibleTo(&window) || !(each->focusPolicy() & Qt::TabFocus) || is_viewport(*each)) continue;
    QAccessibleInterface* const item = QAccessible::queryAccessibleInterface(each);
    ASSERT_NE(item, nullptr);
    // The line of a spin box is its own, and has its name.
    const bool is_part = qobject_cast<const QLineEdit*>(each) && qobject_cast<QAbstractSpinBox*>(each->parentWidget());
    EXPECT_TRUE(is_part || !item->text(QAccessible::Name).isEmpty())
        << each->metaObject()->className() << " < " << each->parentWidget()->metaObject()->className();
  }
}

// What takes a click, as a person would name it.
QString taking_clicks(const QWidget& widget) {
  const bool takes = qobject_cast<const QAbstractButton*>(&widget) || qobject_cast<const QComboBox*>(&widget) ||
                     qobject_cast<const QLineEdit*>(&widget) || qobject_cast<const QAbstractSlider*>(&widget) ||
                     qobject_cast<const QAbstractItemView*>(&widget);
  const QWidget* const parent = widget.parentWidget();
  const bool is_part = qobject_cast<const QAbstractSpinBox*>(parent) || qobject_cast<const QComboBox*>(parent) ||
                       qobject_cast<const QLineEdit*>(parent) || qobject_cast<const QHeaderView*>(&widget) ||
                       qobject_cast<const QScrollBar*>(&widget);
  if (!takes || is_part) return {};
  const auto* const button = qobject_cast<const QAbstractButton*>(&widget);
  const QString name = !button || !widget.accessibleName().isEmpty() ? widget.accessibleName() : button->text();
  return QStringLiteral("%1 \"%2\"").arg(QString::fromLatin1(widget.metaObject()->className()), name);
}

// Of buttons of which one is down, only that one is on the way of Tab: arrows go to the others.
bool is_beside_the_chosen(const QWidget& widget) {
  const auto* const button = qobject_cast<const QAbstractButton*>(&widget);
  return button && button->isCheckable() && !button->isChecked() && (button->group() || button->autoExclusive());
}

void expect_tab_goes_everywhere(MainWindow& window) {
  constexpr int kStepsMax = 300;
  window.activateWindow();
  ASSERT_TRUE(QTest::qWaitForWindowActive(&window));
  QSet<const QWidget*> met;
  for (int step = 0; step < kStepsMax; ++step) {
    QWidget* const now = QApplication::focusWidget();
    if (now) met.insert(now);
    QTest::keyClick(now ? now : &window, Qt::Key_Tab);
  }
  for (const QWidget* const each : window.findChildren<QWidget*>()) {
    const QString name = taking_clicks(*each);
    if (name.isEmpty() || !each->isVisibleTo(&window) || !each->isEnabled() || is_beside_the_chosen(*each)) continue;
    EXPECT_TRUE(met.contains(each)) << name.toStdString() << " is never reached";
  }
}

void look(bool dark, int percent = 100) {
  theme::Theme& theme = theme::Theme::instance();
  theme.install();
  theme.set_text_percent(percent);
  theme.set_mode(dark ? theme::Mode::dark : theme::Mode::light);
}

class EveryPage : public ::testing::TestWithParam<std::string> {
 protected:
  void TearDown() override {
    look(false);
    language_ = std::make_unique<Language>(QStringLiteral("en"));
  }
  static QString page() { return QString::fromStdString(GetParam()); }
  void speak(const QString& language) { language_ = std::make_unique<Language>(language); }
  static void keep(const QImage& picture, const std::string& name) {
    const QString folder = qEnvironmentVariable("QUERN_GALLERY");
    if (folder.isEmpty()) return;
    EXPECT_TRUE(picture.save(QStringLiteral("%1/%2-%3.png").arg(folder, page(), QString::fromStdString(name))));
  }

 private:
  std::unique_ptr<Language> language_;
};

TEST_P(EveryPage, EveryTextIsReadableOnWhatItStandsOn) {
  look(false);
  Whole whole(ExampleSession(small_session()).recording());
  for (const bool dark : {false, true}) {
    SCOPED_TRACE(dark ? "dark" : "light");
    look(dark);
    const QImage picture = whole.open(page());
    keep(picture, dark ? "dark" : "light");
    EXPECT_GT(painted_texts(whole.window).size(), 20);
    expect_readable(whole.window, picture);
  }
}

TEST_P(EveryPage, HiddenDuringASwitchIsAsIfItHadBeenShown) {
  look(false);
  Whole whole(ExampleSession(small_session()).recording());
  whole.open(page());
  whole.open(page() == page_names().front() ? page_names().back() : page_names().front());
  look(false);
  theme::Theme::instance().set_mode(theme::Mode::dark);
  const QImage picture = whole.open(page());
  keep(picture, "hidden");
  look(true);  // dresses all of it again
  // No timer in between: the page takes a reading of its devices every two seconds.
  QCoreApplication::sendPostedEvents();
  const QImage again = whole.window.grab().toImage();
  keep(again, "dressed-again");
  EXPECT_EQ(picture, again);
}

TEST_P(EveryPage, EveryWidgetThatTakesTheFocusHasAName) {
  look(false);
  for (const SessionSize& size : {small_session(), empty_session()}) {
    Whole whole(ExampleSession(size).recording());
    whole.open(page());
    expect_names(whole.window);
  }
}

TEST_P(EveryPage, TabReachesAllThatTakesAClick) {
  look(false);
  Whole whole(ExampleSession(small_session()).recording());
  whole.open(page());
  expect_tab_goes_everywhere(whole.window);
}

// What needs more room than there is stands beyond the margin of its page.
void expect_page_fits(const MainWindow& window) {
  for (const auto* page : window.findChildren<widgets::PageFrame*>()) {
    if (page->isVisible())
      EXPECT_LE(page->minimumSizeHint().width(), page->width()) << page->accessibleName().toStdString();
  }
}

TEST_P(EveryPage, NothingIsCutOffWithLargeText) {
  // The pseudo-locale's texts are longer themselves.
  for (const QString& language : {QStringLiteral("en"), QStringLiteral("de"), kPseudoLanguage}) {
    SCOPED_TRACE(language.toStdString());
    speak(language);
    look(false, language == kPseudoLanguage ? 100 : kLargeText);
    Whole whole(ExampleSession(small_session()).recording());
    const QImage picture = whole.open(page());
    keep(picture, "large-" + language.toStdString());
    EXPECT_EQ(whole.window.size(), kLeast);
    expect_page_fits(whole.window);
    expect_nothing_is_cut(whole.window);
    expect_no_text_on_another(whole.window);
    expect_labels_have_room(whole.window);
  }
}

TEST_P(EveryPage, FromRightToLeftItIsAnotherPictureAndWhole) {
  look(false);
  QImage there;
  {
    Whole whole(ExampleSession(small_session()).recording());
    there = whole.open(page());
    expect_nothing_is_cut(whole.window);
    expect_no_text_on_another(whole.window);
  }
  speak(kPseudoLanguage);
  Whole whole(ExampleSession(small_session()).recording());
  const QImage back = whole.open(page());
  keep(back, "rtl");
  EXPECT_NE(there, back);
  EXPECT_EQ(whole.window.layoutDirection(), Qt::RightToLeft);
  expect_nothing_is_cut(whole.window);
  expect_no_text_on_another(whole.window);
  expect_labels_have_room(whole.window);
}

TEST_P(EveryPage, HoldsWithNothingAndWithVeryMuch) {
  look(false);
  for (const bool huge : {false, true}) {
    SCOPED_TRACE(huge ? "huge" : "empty");
    Whole whole(ExampleSession(huge ? huge_session() : empty_session()).recording());
    if (huge) {
      ASSERT_TRUE(QTest::qWaitFor(
          [&] { return whole.models().offers().rowCount() == 10'000 && whole.models().peers().rowCount() == 2'000; },
          kSoonMs));
    }
    const QImage picture = whole.open(page());
    keep(picture, huge ? "huge" : "empty");
    EXPECT_EQ(whole.window.size(), kLeast);
    expect_readable(whole.window, picture);
    expect_nothing_is_cut(whole.window);
    expect_names(whole.window);
  }
}

TEST_P(EveryPage, HoldsWhateverTheDaemonSays) {
  look(false);
  for (unsigned seed = 0; seed < 6; ++seed) {
    SCOPED_TRACE(seed);
    Whole whole(ExampleSession(small_session()).hostile(seed));
    const QImage picture = whole.open(page());
    keep(picture, "hostile-" + std::to_string(seed));
    EXPECT_EQ(whole.window.size(), kLeast) << "a text has made the window larger";
    expect_readable(whole.window, picture);
    expect_nothing_is_cut(whole.window);
    expect_names(whole.window);
    for (const PaintedText& text : painted_texts(whole.window)) {
      EXPECT_FALSE(text.text.contains(QChar(0x202E)) || text.text.contains(QChar(0x1B))) << about(text);
    }
  }
}

TEST(PaintedTexts, SeeWhatCannotBeReadAndWhatIsCut) {
  look(false);
  QWidget window;
  window.resize(200, 60);
  QLabel pale(QStringLiteral("pale"), &window);
  pale.setStyleSheet(QStringLiteral("color: #9a9a9a; background: #ffffff"));
  pale.setGeometry(10, 10, 100, 20);
  QLabel cut(QStringLiteral("much too long for its label"), &window);
  cut.setGeometry(10, 35, 40, 20);
  window.show();
  const QImage picture = window.grab().toImage();
  const QVector<PaintedText> texts = painted_texts(window);
  ASSERT_EQ(texts.size(), 2);
  EXPECT_NEAR(contrast_of(texts[0], picture), 2.8, 0.1);
  EXPECT_EQ(ground_of(texts[0], picture), QColor(Qt::white));
  EXPECT_GT(texts[1].line.right(), texts[1].room.right() + kAntialiased);
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const QString& page : page_names()) all.push_back(page.toStdString());
  return all;
}

INSTANTIATE_TEST_SUITE_P(Pages, EveryPage, ::testing::ValuesIn(names()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace quern::desktop::app
