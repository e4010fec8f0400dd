// A week of hours, each in one of three states. Painted with the mouse (the first cell decides what the drag paints) or
// the keyboard: arrows move, with Shift they paint, Space changes the cell, 1/2/3 set a state.
#pragma once
#include <QString>
#include <QStringList>
#include <QWidget>
#include <array>

#include "desktop/widgets/painted_items.hpp"

namespace quern::desktop::widgets {

enum class HourState : unsigned char { off, idle, always };

inline constexpr int kWeekHours = 7 * 24;
using Week = std::array<HourState, kWeekHours>;  // [day * 24 + hour], Monday first

class WeekGrid : public QWidget, public PaintedItems {
  Q_OBJECT
 public:
  explicit WeekGrid(const QString& accessible_name, QWidget* parent = nullptr);
  const Week& week() const { return week_; }
  void set_week(const Week& week);  // silently
  // Words of the states: "Off", "Only when idle", "Always"; what is read and shown below the grid.
  void set_state_names(const QStringList& names);

  int item_count() const override { return kWeekHours; }
  QString item_text(int item) const override;
  QRect item_rect(int item) const override;
  int current_item() const override { return cursor_; }
  void choose_item(int item) override;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void week_changed();  // by the user: once at the end of a drag, at once for a key

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  QRectF grid() const;
  QRectF cell(int hour_of_week) const;
  int cell_at(const QPointF& position) const;
  void paint_to(int hour_of_week);
  QString day_name(int day) const;
  QColor color_of(HourState state) const;
  void paint_legend(QPainter& painter) const;

  Week week_{};
  QStringList names_;
  int cursor_ = 0;
  int last_painted_ = -1;  // during a drag
  HourState brush_ = HourState::off;
  bool changed_ = false;
  bool by_keyboard_ = false;  // then the cursor is shown
};

}  // namespace quern::desktop::widgets
