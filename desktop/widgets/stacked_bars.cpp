// StackedBars of charts.hpp.
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QStyle>
#include <algorithm>
#include <cmath>

#include "desktop/theme/tabular.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kLines = 4;                              // of the axis, above zero
constexpr qreal kBarPart = 0.62;                       // of a day's width
constexpr qint64 kBeyond = 1'000'000'000'000'000'000;  // every axis
constexpr qint64 kMaxAmount = std::numeric_limits<qint64>::max() / 4;

// Sums of what others claim: held at a quarter of the range, so that four lines of the axis still fit in it.
qint64 added(qint64 sum, qint64 value) {
  return std::min(kMaxAmount, sum + std::clamp<qint64>(value, 0, kMaxAmount));
}

QColor series_color(qsizetype series) {
  return theme::tokens().series.at(static_cast<std::size_t>(series));
}

// The smallest of 1, 2, 2.5, 5, 10 × a power of ten that is not below `rough`.
qint64 round_step(qint64 rough) {
  qint64 power = 1;
  while (rough / power >= 10) power *= 10;
  for (const qint64 tenths : {10, 20, 25, 50, 100}) {
    if (power == 1 && tenths == 25) continue;
    const qint64 step = power >= 10 ? power / 10 * tenths : tenths / 10;
    if (step >= rough) return step;
  }
  return power * 10;
}

}  // namespace

StackedBars::StackedBars(const QString& accessible_name, QWidget* parent) : QWidget(parent) {
  setAccessibleName(accessible_name);
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void StackedBars::set_data(const QStringList& series, const QVector<BarDay>& days) {
  series_.clear();
  for (const QString& name : series.mid(0, kSeriesMax)) series_.append(one_line(name));
  days_.clear();
  for (const BarDay& day : days.mid(std::max<qsizetype>(0, days.size() - kDaysMax))) {
    BarDay kept{.label = one_line(day.label), .values = QVector<qint64>(series_.size(), 0)};
    for (qsizetype at = 0; at < day.values.size() && !series_.isEmpty(); ++at) {
      qint64& value = kept.values[std::min(at, series_.size() - 1)];
      value = added(value, day.values[at]);
    }
    days_.append(kept);
  }
  current_ = current_ < days_.size() ? current_ : -1;
  items_changed(this);
  update();
}

void StackedBars::set_format(std::function<QString(qint64)> format) {
  format_ = std::move(format);
  update();
}

void StackedBars::set_axis_format(std::function<QString(qint64 value, qint64 step)> format) {
  axis_format_ = std::move(format);
  update();
}

qint64 StackedBars::day_total(int day) const {
  qint64 sum = 0;
  if (day < 0 || day >= days_.size()) return sum;
  for (const qint64 value : days_[day].values) sum = added(sum, value);
  return sum;
}

QString StackedBars::text_of(qint64 value) const {
  return format_ ? format_(value) : locale().toString(value);
}

QString StackedBars::axis_text(qint64 value, qint64 step) const {
  return axis_format_ ? axis_format_(value, step) : text_of(value);
}

int StackedBars::item_count() const {
  return static_cast<int>(days_.size());
}

QString StackedBars::item_text(int item) const {
  if (item < 0 || item >= days_.size()) return {};
  QStringList parts;
  for (qsizetype at = 0; at < series_.size(); ++at) {
    if (days_[item].values[at] > 0) parts.append(series_[at] + u' ' + text_of(days_[item].values[at]));
  }
  return QStringLiteral("%1: %2. %3")
      .arg(days_[item].label, text_of(day_total(item)), parts.join(QStringLiteral(", ")));
}

QRect StackedBars::item_rect(int item) const {
  return column(item).toAlignedRect();
}

void StackedBars::choose_item(int item) {
  if (item < -1 || item >= days_.size() || item == current_) return;
  current_ = item;
  update();
  item_focused(this, item);
  Q_EMIT current_day_changed(item);
}

QSize StackedBars::sizeHint() const {
  return {theme::scaled(520), theme::scaled(260)};
}
QSize StackedBars::minimumSizeHint() const {
  return {theme::scaled(200), theme::scaled(120)};
}

StackedBars::Axis StackedBars::axis() const {
  qint64 top = 0;
  for (int day = 0; day < days_.size(); ++day) top = std::max(top, day_total(day));
  if (top == 0) return {.top = 1, .step = kBeyond};  // only the line at zero
  const qint64 step = round_step((top + kLines - 1) / kLines);
  return {.top = std::max<qint64>(step, (top + step - 1) / step * step), .step = step};
}

QRectF StackedBars::plot() const {
  const QFontMetricsF metrics(theme::font(theme::FontRole::micro));
  const Axis scale = axis();
  qreal labels = 0;
  for (qint64 value = 0; value <= scale.top; value += scale.step) {
    labels = std::max(labels, theme::tabular_width(axis_text(value, scale.step), theme::font(theme::FontRole::micro)));
  }
  labels = std::min(labels, width() / 3.0) + theme::kSpaceM;
  const QRectF box = QRectF(rect()).adjusted(labels, metrics.height() / 2 + 1, -2, -metrics.height() - 9);
  return layoutDirection() == Qt::RightToLeft ? box.translated(width() - box.left() - box.right(), 0) : box;
}

QRectF StackedBars::column(int day) const {
  const QRectF area = plot();
  const qreal wide = area.width() / std::max<qreal>(1, static_cast<qreal>(days_.size()));
  const int slot = layoutDirection() == Qt::RightToLeft ? static_cast<int>(days_.size()) - 1 - day : day;
  return {area.left() + slot * wide, area.top(), wide, area.height()};
}

int StackedBars::day_at(const QPointF& position) const {
  const QRectF area = plot();
  if (days_.isEmpty() || !area.adjusted(0, 0, 0, 24).contains(position)) return -1;
  const int count = static_cast<int>(days_.size());
  const int slot = std::clamp(static_cast<int>((position.x() - area.left()) * count / area.width()), 0, count - 1);
  return layoutDirection() == Qt::RightToLeft ? count - 1 - slot : slot;
}

void StackedBars::paint_axis(QPainter& painter) const {
  const theme::Tokens& t = theme::tokens();
  const QRectF area = plot();
  const Axis scale = axis();
  const bool rtl = layoutDirection() == Qt::RightToLeft;
  painter.setFont(theme::font(theme::FontRole::micro));
  const qreal high = QFontMetricsF(painter.font()).height();
  // Where the lines are closer than their labels are high, only the lowest and the highest have one.
  const bool low_chart = area.height() * static_cast<qreal>(scale.step) < high * static_cast<qreal>(scale.top);
  for (qint64 value = 0; value <= scale.top; value += scale.step) {
    const qreal y = area.bottom() - area.height() * static_cast<qreal>(value) / static_cast<qreal>(scale.top);
    painter.setPen(QPen(t.border, 1));
    painter.drawLine(QPointF(area.left(), std::round(y) + 0.5), QPointF(area.right(), std::round(y) + 0.5));
    if (low_chart && value != 0 && value + scale.step <= scale.top) continue;
    painter.setPen(t.muted);
    const QRectF label = rtl ? QRectF(area.right() + 8, y - high / 2, width() - area.right() - 8, high)
                             : QRectF(0, y - high / 2, area.left() - 8, high);
    theme::draw_tabular(painter, label, rtl ? Qt::AlignLeft : Qt::AlignRight, axis_text(value, scale.step));
  }
  if (days_.isEmpty()) return;
  // As many labels as there is room for: one every n-th day, counted from the last.
  qreal widest = 1;
  for (const BarDay& day : days_) widest = std::max(widest, QFontMetricsF(painter.font()).horizontalAdvance(day.label));
  widest = std::min(widest, static_cast<qreal>(theme::scaled(90)));
  const qreal wide = column(0).width();
  const int every = std::max(1, static_cast<int>(std::ceil((widest + 14) / wide)));
  QRectF before;
  for (int day = static_cast<int>(days_.size()) - 1; day >= 0; day -= every) {
    const QPointF centre = column(day).center();
    QRectF box(centre.x() - widest / 2, area.bottom() + 7, widest, high);
    box.moveLeft(std::clamp(box.left(), 0.0, std::max(0.0, width() - box.width())));
    if (box.intersects(before)) continue;
    before = box;
    painter.setPen(t.muted);
    paint_text(painter, box, Qt::AlignHCenter | Qt::AlignVCenter, days_[day].label, layoutDirection());
  }
}

void StackedBars::paint_day(QPainter& painter, int day) const {
  const QRectF slot = column(day);
  const qreal top_value = static_cast<qreal>(axis().top);
  const qreal wide = std::max(1.0, std::min(slot.width() * kBarPart, static_cast<qreal>(theme::scaled(44))));
  const qreal whole = slot.height() * static_cast<qreal>(day_total(day)) / top_value;
  if (whole <= 0) return;
  const QRectF bar(slot.center().x() - wide / 2, slot.bottom() - whole, wide, whole);
  QPainterPath outline;
  const qreal radius = std::min({3.0, wide / 2, whole});
  outline.addRoundedRect(bar.adjusted(0, 0, 0, radius), radius, radius);
  painter.save();
  painter.setClipPath(outline);
  painter.setClipRect(bar, Qt::IntersectClip);
  qreal bottom = bar.bottom();
  for (qsizetype at = 0; at < series_.size(); ++at) {
    const qreal high = slot.height() * static_cast<qreal>(days_[day].values[at]) / top_value;
    painter.fillRect(QRectF(bar.left(), bottom - high, wide, high), series_color(at));
    bottom -= high;
    if (high > 2) painter.fillRect(QRectF(bar.left(), bottom, wide, 1), theme::tokens().surface);
  }
  painter.restore();
}

void StackedBars::paint_card(QPainter& painter) const {
  const theme::Tokens& t = theme::tokens();
  const QFont face = theme::font(theme::FontRole::caption);
  const QFontMetricsF metrics(face);
  const qreal row = metrics.height() + 4;
  const BarDay& day = days_[current_];
  qreal names = metrics.horizontalAdvance(elided(day.label, face, 160));
  qreal amounts = metrics.horizontalAdvance(text_of(day_total(current_)));
  int rows = 1;
  for (qsizetype at = 0; at < series_.size(); ++at) {
    if (day.values[at] == 0) continue;
    ++rows;
    names = std::max(names, 16 + metrics.horizontalAdvance(elided(series_[at], face, 160)));
    amounts = std::max(amounts, theme::tabular_width(text_of(day.values[at]), face));
  }
  QRectF card(0, 0, std::min<qreal>(names + amounts + 48, width()), rows * row + 16);
  const QRectF slot = column(current_);
  const bool fits_right = slot.right() + card.width() + 6 < width();
  card.moveLeft(fits_right ? slot.right() + 6 : std::max(0.0, slot.left() - card.width() - 6));
  card.moveTop(std::clamp(slot.center().y() - card.height() / 2, 0.0, std::max(0.0, height() - card.height())));
  paint_box(painter, card, t.surface, t.border_strong, 8);
  const QRectF inner = card.adjusted(12, 8, -12, -8);
  const Qt::LayoutDirection direction = layoutDirection();
  const auto line = [&](int index, const QString& name, const QString& amount, const QColor& mark, const QColor& ink) {
    const QRectF box(inner.left(), inner.top() + index * row, inner.width(), row);
    const bool rtl = direction == Qt::RightToLeft;
    if (mark.isValid()) {
      painter.setPen(Qt::NoPen);
      painter.setBrush(mark);
      painter.drawRoundedRect(QRectF(rtl ? box.right() - 9 : box.left(), box.center().y() - 4.5, 9, 9), 2.5, 2.5);
    }
    painter.setPen(ink);
    const qreal indent = mark.isValid() ? 16 : 0;
    const QRectF words = rtl ? box.adjusted(amounts + 8, 0, -indent, 0) : box.adjusted(indent, 0, -amounts - 8, 0);
    paint_text(painter, words, Qt::AlignLeft | Qt::AlignVCenter, name, direction);
    painter.setPen(t.text);
    theme::draw_tabular(painter, box, rtl ? Qt::AlignLeft : Qt::AlignRight, amount);
  };
  painter.setFont(theme::font(theme::FontRole::caption_strong));
  line(0, day.label, text_of(day_total(current_)), QColor(), t.text);
  painter.setFont(face);
  int index = 1;
  for (qsizetype at = series_.size() - 1; at >= 0; --at) {
    if (day.values[at] > 0) line(index++, series_[at], text_of(day.values[at]), series_color(at), t.muted);
  }
}

void StackedBars::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  paint_axis(painter);
  if (current_ >= 0) {
    const QRectF slot = column(current_);
    painter.fillRect(slot, theme::tokens().hover);
  }
  for (int day = 0; day < days_.size(); ++day) paint_day(painter, day);
  if (current_ >= 0) paint_card(painter);
  if (shows_focus(*this) && current_ < 0) paint_focus(painter, rect(), 6);
}

void StackedBars::mouseMoveEvent(QMouseEvent* event) {
  choose_item(day_at(event->position()));
}
void StackedBars::mousePressEvent(QMouseEvent* event) {
  choose_item(day_at(event->position()));
}
void StackedBars::leaveEvent(QEvent*) {
  if (!hasFocus()) choose_item(-1);
}
void StackedBars::focusOutEvent(QFocusEvent* event) {
  choose_item(-1);
  QWidget::focusOutEvent(event);
}

void StackedBars::keyPressEvent(QKeyEvent* event) {
  const int last = static_cast<int>(days_.size()) - 1;
  const bool rtl = layoutDirection() == Qt::RightToLeft;
  int key = event->key();
  if (rtl && key == Qt::Key_Left) {
    key = Qt::Key_Right;
  } else if (rtl && key == Qt::Key_Right) {
    key = Qt::Key_Left;
  }
  if (last < 0 || (key != Qt::Key_Left && key != Qt::Key_Right && key != Qt::Key_Home && key != Qt::Key_End)) {
    QWidget::keyPressEvent(event);
    return;
  }
  if (key == Qt::Key_Home) choose_item(0);
  if (key == Qt::Key_End || (key == Qt::Key_Left && current_ < 0)) {
    choose_item(last);
  } else if (key == Qt::Key_Left) {
    choose_item(std::max(0, current_ - 1));
  } else if (key == Qt::Key_Right) {
    choose_item(std::min(last, current_ + 1));
  }
}

}  // namespace quern::desktop::widgets
