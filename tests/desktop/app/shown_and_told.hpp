// What a page shows, and what its daemon tells, as lines to compare.
#pragma once
#include <QAbstractButton>
#include <QSet>
#include <QStringList>
#include <QTest>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "desktop/widgets/table.hpp"
#include "tests/desktop/app/app_on_daemon.hpp"

namespace quern::desktop::app {

// The configuration of a daemon that offers its device at that price.
inline QString provides(const char* device_second) {
  return QStringLiteral(
             "[overlay]\nlisten = [\"/ip4/127.0.0.1/tcp/0\"]\n[provider]\nenabled = true\n"
             "[provider.rates]\ndevice_second = \"%1\"\nsetup = \"0.0001\"\n")
      .arg(QString::fromLatin1(device_second));
}

// Null where it is absent.
inline const boost::json::value& part_of(const boost::json::value& value, const char* name) {
  static const boost::json::value kNone;
  const boost::json::value* const part = value.is_object() ? value.as_object().if_contains(name) : nullptr;
  return part ? *part : kNone;
}
// 0 where it is absent.
inline std::int64_t number_in(const boost::json::value& value, const char* name) {
  const boost::json::value& number = part_of(value, name);
  return number.is_number() ? number.to_number<std::int64_t>() : 0;
}
inline QString text_in(const boost::json::object& object, const char* name) {
  const auto* const text = object.if_contains(name);
  return text && text->is_string() ? QString::fromStdString(std::string(text->as_string())) : QString();
}

template <class Widget>
Widget& named(const QWidget& in, const char* accessible_name) {
  for (Widget* const each : in.findChildren<Widget*>()) {
    if (each->accessibleName() == QLatin1String(accessible_name)) return *each;
  }
  ADD_FAILURE() << "nothing is called " << accessible_name;
  std::abort();
}

inline void click(const QWidget& in, const char* text) {
  QAbstractButton* const found = button(in, QString::fromUtf8(text));
  ASSERT_TRUE(found && found->isVisible() && found->isEnabled()) << text;
  QTest::mouseClick(found, Qt::LeftButton);
}

// Cells of a table as they are shown, row by row, but for `left_out`.
inline QStringList cells_of(const widgets::Table& table, const QSet<int>& left_out = {}) {
  QStringList lines;
  const QAbstractItemModel& model = *table.model();
  for (int row = 0; row < model.rowCount(); ++row) {
    QStringList cells;
    for (int column = 0; column < model.columnCount(); ++column) {
      if (!left_out.contains(column)) cells += model.index(row, column).data().toString();
    }
    lines += cells.join(QStringLiteral(" | "));
  }
  lines.sort();
  return lines;
}

inline std::string lines_of(const QStringList& lines) {
  return lines.join(u'\n').toStdString();
}

// Both move; they are equal at some moment, soon.
template <class Shown, class Told>
void expect_equal(const Shown& shown, const Told& told) {
  QStringList last_told;
  QStringList last_shown;
  EXPECT_TRUE(QTest::qWaitFor(
      [&] {
        last_told = told();
        last_shown = shown();
        return last_shown == last_told;
      },
      kDaemonMs))
      << "shown\n"
      << lines_of(last_shown) << "\ntold\n"
      << lines_of(last_told);
}

}  // namespace quern::desktop::app
