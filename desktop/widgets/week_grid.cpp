#include "desktop/widgets/week_grid.hpp"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QTime>
#include <algorithm>
#include <optional>
#include <utility>

#include "desktop/theme/theme.hpp"
#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kStates = 3;
constexpr int kHours = 24;
constexpr int kDays = 7;
constexpr qreal kGap = 2;
constexpr int kHourLabels = 3;  // one every so many hours

HourState after(HourState state) {
  return static_cast<HourState>((static_cast<int>(state) + 1) % kStates);
}

QFont small() {
  return theme::font(theme::FontRole::caption);
}

qreal line() {
  return QFontMetricsF(small()).height();
}

}  // namespace

WeekGrid::WeekGrid(const QString& accessible_name, QWidget* parent)
    : QWidget(parent), names_{tr("Off"), tr("Only when idle"), tr("Always")} {
  setAccessibleName(accessible_name);
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void WeekGrid::set_week(const Week& week) {
  week_ = week;
  update();
}

void WeekGrid::set_state_names(const QStringList& names) {
  if (names.size() != kStates) return;
  names_ = names;
  update();
}

QString WeekGrid::day_name(int day) const {
  return locale().standaloneDayName(day + 1, QLocale::ShortFormat);
}

QString WeekGrid::item_text(int item) const {
  if (item < 0 || item >= kWeekHours) return {};
  const QString day = locale().standaloneDayName(item / kHours + 1, QLocale::LongFormat);
  const QString hour = locale().toString(QTime(item % kHours, 0), QLocale::ShortFormat);
  return QStringLiteral("%1 %2: %3").arg(day, hour, names_[static_cast<int>(week_.at(item))]);
}

QRect WeekGrid::item_rect(int item) const {
  return cell(item).toAlignedRect();
}

void WeekGrid::choose_item(int item) {
  if (item < 0 || item >= kWeekHours) return;
  cursor_ = item;
  update();
  item_focused(this, item);
}

QSize WeekGrid::sizeHint() const {
  return {theme::scaled(560), static_cast<int>(line() * 2 + theme::kSpaceM) + 4 + kDays * theme::scaled(24)};
}
QSize WeekGrid::minimumSizeHint() const {
  return {theme::scaled(320), sizeHint().height()};
}

QRectF WeekGrid::grid() const {
  const QFontMetricsF metrics(small());
  qreal names = 0;
  for (int day = 0; day < kDays; ++day) names = std::max(names, metrics.horizontalAdvance(day_name(day)));
  const QRectF box = QRectF(rect()).adjusted(names + theme::kSpaceM, line() + 4, 0, -line() - theme::kSpaceM);
  return layoutDirection() == Qt::RightToLeft ? box.translated(width() - box.left() - box.right(), 0) : box;
}

QRectF WeekGrid::cell(int hour_of_week) const {
  const QRectF area = grid();
  int hour = hour_of_week % kHours;
  if (layoutDirection() == Qt::RightToLeft) hour = kHours - 1 - hour;
  const qreal wide = area.width() / kHours;
  const qreal high = area.height() / kDays;
  const int day = hour_of_week / kHours;
  return {area.left() + hour * wide, area.top() + day * high, wide - kGap, high - kGap};
}

int WeekGrid::cell_at(const QPointF& position) const {
  const QRectF area = grid();
  if (!area.contains(position)) return -1;
  int hour = std::clamp(static_cast<int>((position.x() - area.left()) * kHours / area.width()), 0, kHours - 1);
  if (layoutDirection() == Qt::RightToLeft) hour = kHours - 1 - hour;
  const int day = std::clamp(static_cast<int>((position.y() - area.top()) * kDays / area.height()), 0, kDays - 1);
  return day * kHours + hour;
}

QColor WeekGrid::color_of(HourState state) const {
  const theme::Tokens& t = theme::tokens();
  switch (state) {
    case HourState::always:
      return t.accent;
    case HourState::idle:
      return theme::mix(t.surface, t.accent, t.dark ? 0.42 : 0.38);
    case HourState::off:
      break;
  }
  return t.dark ? t.surface_sunken : t.hover;
}

void WeekGrid::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const theme::Tokens& t = theme::tokens();
  painter.setFont(small());
  painter.setPen(t.muted);
  const bool rtl = layoutDirection() == Qt::RightToLeft;
  for (int hour = 0; hour < kHours; hour += kHourLabels) {
    const QRectF first = cell(hour);
    const QRectF box(rtl ? first.right() - first.width() * kHourLabels : first.left(), 0, first.width() * kHourLabels,
                     line());
    paint_text(painter, box, Qt::AlignLeft | Qt::AlignVCenter, QTime(hour, 0).toString(QStringLiteral("HH:mm")),
               layoutDirection());
  }
  for (int day = 0; day < kDays; ++day) {
    const QRectF first = cell(day * kHours);
    const QRectF left(0, first.top(), grid().left() - 8, first.height());
    const QRectF right(grid().right() + 8, first.top(), width() - grid().right() - 8, first.height());
    painter.setPen(t.muted);
    paint_text(painter, rtl ? right : left, Qt::AlignLeft | Qt::AlignVCenter, day_name(day), layoutDirection());
  }
  for (int hour = 0; hour < kWeekHours; ++hour) {
    painter.setPen(week_.at(hour) == HourState::off ? QPen(t.border, 1) : QPen(Qt::NoPen));
    painter.setBrush(color_of(week_.at(hour)));
    const QRectF box = week_.at(hour) == HourState::off ? cell(hour).adjusted(0.5, 0.5, -0.5, -0.5) : cell(hour);
    painter.drawRoundedRect(box, 3, 3);
  }
  if (hasFocus() && (by_keyboard_ || shows_focus(*this))) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(t.text, 2));
    painter.drawRoundedRect(cell(cursor_), 3, 3);
  }
  paint_legend(painter);
}

void WeekGrid::paint_legend(QPainter& painter) const {
  const qreal side = line() - 3;
  const QRectF area = grid();
  qreal x = 0;
  painter.setFont(small());
  for (int state = 0; state < kStates; ++state) {
    const QString name = one_line(names_[state]);
    const qreal words = std::min<qreal>(QFontMetricsF(small()).horizontalAdvance(name) + 1, width() / 3.0 - side - 16);
    const auto seen = [this](const QRectF& box) {
      return layoutDirection() == Qt::RightToLeft ? box.translated(width() - box.left() - box.right(), 0) : box;
    };
    paint_box(painter, seen(QRectF(x, area.bottom() + theme::kSpaceM, side, side)),
              color_of(static_cast<HourState>(state)), state == 0 ? theme::tokens().border_strong : Qt::transparent, 3);
    painter.setPen(theme::tokens().muted);
    paint_text(painter, seen(QRectF(x + side + 8, area.bottom() + theme::kSpaceM - 1.5, words, line())),
               Qt::AlignLeft | Qt::AlignVCenter, name, layoutDirection());
    x += side + 8 + words + 20;
  }
}

// A fast mouse skips cells: all of the rectangle between the last and this one get the state.
void WeekGrid::paint_to(int hour_of_week) {
  const int from = last_painted_ < 0 ? hour_of_week : last_painted_;
  const auto [day_low, day_high] = std::minmax(from / kHours, hour_of_week / kHours);
  const auto [hour_low, hour_high] = std::minmax(from % kHours, hour_of_week % kHours);
  for (int day = day_low; day <= day_high; ++day) {
    for (int hour = hour_low; hour <= hour_high; ++hour) {
      HourState& state = week_.at(day * kHours + hour);
      changed_ = changed_ || state != brush_;
      state = brush_;
    }
  }
  last_painted_ = hour_of_week;
  cursor_ = hour_of_week;
  update();
}

void WeekGrid::mousePressEvent(QMouseEvent* event) {
  const int hour = cell_at(event->position());
  if (hour < 0 || event->button() != Qt::LeftButton) return;
  by_keyboard_ = false;
  brush_ = after(week_.at(hour));
  last_painted_ = -1;
  changed_ = false;
  paint_to(hour);
}

void WeekGrid::mouseMoveEvent(QMouseEvent* event) {
  const int hour = cell_at(event->position());
  if (hour >= 0 && (event->buttons() & Qt::LeftButton) && last_painted_ >= 0) paint_to(hour);
}

void WeekGrid::mouseReleaseEvent(QMouseEvent*) {
  last_painted_ = -1;
  if (std::exchange(changed_, false)) Q_EMIT week_changed();
}

void WeekGrid::keyPressEvent(QKeyEvent* event) {
  by_keyboard_ = true;
  int key = event->key();
  if (layoutDirection() == Qt::RightToLeft && (key == Qt::Key_Left || key == Qt::Key_Right)) {
    key = key == Qt::Key_Left ? Qt::Key_Right : Qt::Key_Left;
  }
  const int day = cursor_ / kHours;
  const int hour = cursor_ % kHours;
  const HourState here = week_.at(cursor_);
  int next = cursor_;
  std::optional<HourState> state;
  switch (key) {
    case Qt::Key_Left:
      next = day * kHours + std::max(0, hour - 1);
      break;
    case Qt::Key_Right:
      next = day * kHours + std::min(kHours - 1, hour + 1);
      break;
    case Qt::Key_Up:
      next = std::max(0, day - 1) * kHours + hour;
      break;
    case Qt::Key_Down:
      next = std::min(kDays - 1, day + 1) * kHours + hour;
      break;
    case Qt::Key_Space:
      state = after(here);
      break;
    case Qt::Key_1:
    case Qt::Key_2:
    case Qt::Key_3:
      state = static_cast<HourState>(key - Qt::Key_1);
      break;
    default:
      QWidget::keyPressEvent(event);
      return;
  }
  if (next != cursor_ && event->modifiers().testFlag(Qt::ShiftModifier)) state = here;
  cursor_ = next;
  if (state && week_.at(cursor_) != *state) {
    week_.at(cursor_) = *state;
    Q_EMIT week_changed();
  }
  update();
  item_focused(this, cursor_);
}

}  // namespace quern::desktop::widgets
