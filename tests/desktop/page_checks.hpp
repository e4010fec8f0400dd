// What holds for every page and for the window around them: nothing cut off, everything named; and pictures of them.
#pragma once
#include <QAbstractButton>
#include <QAccessible>
#include <QCoreApplication>
#include <QDir>
#include <QEvent>
#include <QLabel>
#include <QString>
#include <QStringList>
#include <QTest>
#include <QWidget>

#include <gtest/gtest.h>

#include "desktop/theme/theme.hpp"

namespace quern::desktop {

inline constexpr int kSoonMs = 20'000;

// What is laid out anew has its place; a layout may ask for another round.
inline void settle() {
  constexpr int kRounds = 5;
  for (int round = 0; round < kRounds; ++round) {
    QCoreApplication::sendPostedEvents();
    QCoreApplication::processEvents();
  }
}

// As the window shows it beside its list.
inline void show_page(QWidget& page, int window_width = 1440, int window_height = 900) {
  page.resize(window_width - 212, window_height);
  page.show();
  ASSERT_TRUE(QTest::qWaitFor([&] { return page.isVisible(); }, kSoonMs));
  settle();
}

// Of what takes any width the words count, else all that it asks for.
inline int room_needed(const QWidget& widget, const QString& text) {
  if (widget.sizePolicy().horizontalPolicy() != QSizePolicy::Ignored) return widget.sizeHint().width();
  const auto* const button = qobject_cast<const QAbstractButton*>(&widget);
  const int icon = button && !button->icon().isNull() ? button->iconSize().width() + 4 : 0;
  return widget.fontMetrics().horizontalAdvance(text) + icon;
}

// Texts of labels and buttons that have not the room they ask for.
inline QStringList clipped(const QWidget& page) {
  QStringList texts;
  for (const QWidget* const each : page.findChildren<QWidget*>()) {
    const auto* const label = qobject_cast<const QLabel*>(each);
    const auto* const button = qobject_cast<const QAbstractButton*>(each);
    const QString text = label ? label->text() : button ? button->text() : QString();
    if (text.isEmpty() || !each->isVisibleTo(&page)) continue;
    const bool wraps = label && label->wordWrap();
    const bool narrow = !wraps && room_needed(*each, text) > each->width();
    const int height = wraps ? label->heightForWidth(label->width()) : each->fontMetrics().height();
    if (narrow || height > each->height()) texts << text;
  }
  return texts;
}

// Classes of widgets that take the keyboard and have no name for a screen reader.
inline QStringList nameless(const QWidget& page) {
  QStringList names;
  for (QWidget* const each : page.findChildren<QWidget*>()) {
    if (!each->isVisibleTo(&page) || !(each->focusPolicy() & Qt::TabFocus)) continue;
    QAccessibleInterface* const accessible = QAccessible::queryAccessibleInterface(each);
    if (accessible && !accessible->text(QAccessible::Name).trimmed().isEmpty()) continue;
    names << QStringLiteral("%1 %2").arg(QString::fromLatin1(each->metaObject()->className()), each->objectName());
  }
  return names;
}

// With QUERN_GALLERY=FOLDER, a picture of it there, light and dark.
inline void picture(QWidget& page, const QString& name) {
  constexpr int kLogMs = 100;  // after which a log has its new colours
  const QString folder = qEnvironmentVariable("QUERN_GALLERY");
  if (folder.isEmpty()) return;
  page.setFocus();
  for (const theme::Mode mode : {theme::Mode::light, theme::Mode::dark}) {
    theme::Theme::instance().set_mode(mode);
    QTest::qWait(kLogMs);
    const QString look = mode == theme::Mode::light ? QStringLiteral("light") : QStringLiteral("dark");
    EXPECT_TRUE(page.grab().save(QDir(folder).filePath(QStringLiteral("%1-%2.png").arg(name, look))));
  }
  theme::Theme::instance().set_mode(theme::Mode::light);
}

// The one that a screen reader calls so.
template <class Widget>
Widget* named(const QWidget& page, const QString& accessible_name) {
  for (Widget* const each : page.findChildren<Widget*>()) {
    if (each->accessibleName() == accessible_name) return each;
  }
  return nullptr;
}

inline QAbstractButton* button(const QWidget& page, const QString& text) {
  for (QAbstractButton* const each : page.findChildren<QAbstractButton*>()) {
    if (each->text() == text && each->isVisibleTo(&page)) return each;
  }
  return nullptr;
}

}  // namespace quern::desktop
