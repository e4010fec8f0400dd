// Charts of plain values. Numbers that are not finite or below zero count as absent; everything is bounded.
#pragma once
#include <QPointF>
#include <QString>
#include <QVector>
#include <QWidget>
#include <functional>
#include <limits>

#include "desktop/theme/theme.hpp"
#include "desktop/widgets/painted_items.hpp"

namespace quern::desktop::widgets {

// A line of the recent past with a soft ground below it.
class Sparkline : public QWidget {
  Q_OBJECT
 public:
  static constexpr int kPointsMax = 2048;  // the newest are kept

  explicit Sparkline(const QString& accessible_name = {}, QWidget* parent = nullptr);
  void set_values(const QVector<qreal>& values);  // not finite: a gap
  // The values of the bottom and the top; without, the line fills its height.
  void set_range(qreal low, qreal high);
  void set_series(int series);  // colour; taken modulo theme::kSeries
  // The width is that of so many values: fewer stand at the trailing edge, which is now. 0: they fill the width.
  void set_slots(int slots_of_width);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QVector<QPointF> points() const;

  QVector<qreal> values_;
  qreal low_ = 0;
  qreal high_ = 0;
  int series_ = 0;
  int slots_ = 0;
};

// Colour and word, side by side; wraps. For charts and maps.
enum class LegendMark { square, circle, diamond, line, dotted_line };
struct LegendEntry {
  QString text;
  QColor color;  // invalid: series `series`
  int series = 0;
  LegendMark mark = LegendMark::square;
};
class Legend : public QWidget {
  Q_OBJECT
 public:
  static constexpr int kEntriesMax = 24;

  explicit Legend(QWidget* parent = nullptr);
  void set_entries(const QVector<LegendEntry>& entries);
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QVector<QRectF> places(int width) const;

  QVector<LegendEntry> entries_;
};

// From pale to full with a word at both ends: "Core load 0 % ▁▂▃ 100 %".
class HeatLegend : public QWidget {
  Q_OBJECT
 public:
  explicit HeatLegend(QWidget* parent = nullptr);
  void set_texts(const QString& title, const QString& low, const QString& high);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString title_, low_, high_;
};

// One bar a day, in parts. Amounts are integers of any unit (micro-credits); `format` makes text of them.
struct BarDay {
  QString label;           // below the axis, where there is room: "22 Oct"
  QVector<qint64> values;  // one a series; missing ones are 0, negative ones too
};
class StackedBars : public QWidget, public PaintedItems {
  Q_OBJECT
 public:
  static constexpr int kDaysMax = 400;  // the last are kept
  static constexpr int kSeriesMax = theme::kSeries;

  explicit StackedBars(const QString& accessible_name, QWidget* parent = nullptr);
  // At most kSeriesMax series: what lies beyond is added to the last.
  void set_data(const QStringList& series, const QVector<BarDay>& days);
  void set_format(std::function<QString(qint64)> format);
  // Of the values at the axis, which are so far apart; without it they look as all others.
  void set_axis_format(std::function<QString(qint64 value, qint64 step)> format);
  int current_day() const { return current_; }  // by mouse or keyboard (left, right, home, end); -1: none
  qint64 day_total(int day) const;

  int item_count() const override;
  QString item_text(int item) const override;
  QRect item_rect(int item) const override;
  int current_item() const override { return current_; }
  void choose_item(int item) override;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void current_day_changed(int day);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  struct Axis {
    qint64 top = 0;   // value of the highest line
    qint64 step = 0;  // between two
  };
  Axis axis() const;
  QRectF plot() const;
  QRectF column(int day) const;  // its whole height
  QString text_of(qint64 value) const;
  QString axis_text(qint64 value, qint64 step) const;
  int day_at(const QPointF& position) const;
  void paint_axis(QPainter& painter) const;
  void paint_day(QPainter& painter, int day) const;
  void paint_card(QPainter& painter) const;

  QStringList series_;
  QVector<BarDay> days_;
  std::function<QString(qint64)> format_;
  std::function<QString(qint64, qint64)> axis_format_;
  int current_ = -1;
};

// Which part of the whole each has: name, amount, a bar as long as the share of the largest.
struct Share {
  QString name;
  QString amount;
  qint64 value = 0;  // negative counts as 0
};
class ShareBars : public QWidget, public PaintedItems {
  Q_OBJECT
 public:
  static constexpr int kSharesMax = 64;  // the rest is not shown

  explicit ShareBars(const QString& accessible_name, QWidget* parent = nullptr);
  void set_shares(const QVector<Share>& shares);

  int item_count() const override { return static_cast<int>(shares_.size()); }
  QString item_text(int item) const override;
  QRect item_rect(int item) const override;
  int current_item() const override { return -1; }
  void choose_item(int) override {}
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QVector<Share> shares_;
};

}  // namespace quern::desktop::widgets
