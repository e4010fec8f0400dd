// A measure of the recent past: its name, its value now, and a line of how it came there.
#pragma once
#include <QString>
#include <QVector>
#include <QWidget>

#include "desktop/widgets/labels.hpp"

namespace quern::desktop::widgets {
class Sparkline;
}

namespace quern::desktop::pages {

class Trend : public QWidget {
  Q_OBJECT
 public:
  // The line is as long as `readings` are; before there are so many it begins at the trailing edge.
  Trend(const QString& name, int series, int readings, QWidget* parent = nullptr);
  // Hidden where there are no values, or where none was ever more than nothing known.
  void show_values(const QString& now, const QVector<qreal>& values, widgets::Ink ink = widgets::Ink::text);
  // The values of bottom and top; without, the line fills its height.
  void set_range(qreal low, qreal high);
  const QString& now() const { return value_->text(); }

 private:
  widgets::ElidedLabel* name_;
  widgets::ElidedLabel* value_;
  widgets::Sparkline* line_;
};

}  // namespace quern::desktop::pages
