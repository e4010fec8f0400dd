// Sparkline, Legend and HeatLegend of charts.hpp.
#include <QFontMetricsF>
#include <QLinearGradient>
#include <QPainter>
#include <QPainterPath>
#include <QStyle>
#include <algorithm>
#include <cmath>

#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr qreal kLine = 1.5;
constexpr qreal kMark = 9;       // side of a legend's mark
constexpr qreal kLineMark = 16;  // length of a line's
constexpr qreal kEntryGap = 18;
constexpr int kLeastRamp = 48;  // of the colours of a scale

QColor series_color(int series) {
  return theme::tokens().series.at(
      static_cast<std::size_t>(((series % theme::kSeries) + theme::kSeries) % theme::kSeries));
}

void paint_mark(QPainter& painter, const QRectF& box, LegendMark mark, const QColor& color) {
  painter.setPen(Qt::NoPen);
  painter.setBrush(color);
  const QPointF c = box.center();
  switch (mark) {
    case LegendMark::square:
      painter.drawRoundedRect(box, 2.5, 2.5);
      break;
    case LegendMark::circle:
      painter.drawEllipse(box);
      break;
    case LegendMark::diamond:
      painter.drawPolygon(QPolygonF({QPointF(c.x(), box.top() - 1), QPointF(box.right() + 1, c.y()),
                                     QPointF(c.x(), box.bottom() + 1), QPointF(box.left() - 1, c.y())}));
      break;
    case LegendMark::line:
    case LegendMark::dotted_line:
      painter.setPen(QPen(color, 1.6, mark == LegendMark::line ? Qt::SolidLine : Qt::DotLine));
      painter.drawLine(QPointF(box.left(), c.y()), QPointF(box.right(), c.y()));
      break;
  }
}

bool is_line(LegendMark mark) {
  return mark == LegendMark::line || mark == LegendMark::dotted_line;
}

}  // namespace

Sparkline::Sparkline(const QString& accessible_name, QWidget* parent) : QWidget(parent) {
  setAccessibleName(accessible_name);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void Sparkline::set_values(const QVector<qreal>& values) {
  values_ = values.mid(std::max<qsizetype>(0, values.size() - kPointsMax));
  update();
}

void Sparkline::set_range(qreal low, qreal high) {
  low_ = low;
  high_ = high;
  update();
}

void Sparkline::set_series(int series) {
  series_ = series;
  update();
}

void Sparkline::set_slots(int slots_of_width) {
  slots_ = std::clamp(slots_of_width, 0, kPointsMax);
  update();
}

QSize Sparkline::sizeHint() const {
  return {theme::scaled(160), theme::scaled(40)};
}
QSize Sparkline::minimumSizeHint() const {
  return {theme::scaled(40), theme::scaled(24)};
}

QVector<QPointF> Sparkline::points() const {
  qreal low = low_;
  qreal high = high_;
  if (!(low < high)) {
    low = std::numeric_limits<qreal>::max();
    high = std::numeric_limits<qreal>::lowest();
    for (const qreal value : values_) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
    // A flat line stands in the middle. Halves first: the difference of two extremes is infinite.
    const qreal pad = std::max((high / 2 - low / 2) * 0.2, std::abs(high) * 1e-6 + 1e-9);
    low -= pad;
    high += pad;
  }
  const qreal span = high / 2 - low / 2;
  QVector<QPointF> points;
  points.reserve(values_.size());
  const qsizetype places = std::max<qsizetype>(slots_, values_.size());
  const qreal step = places > 1 ? (width() - 2.0) / static_cast<qreal>(places - 1) : 0;
  const qsizetype before = places - values_.size();
  for (qsizetype at = 0; at < values_.size(); ++at) {
    const qreal value = values_[at];
    const bool known = std::isfinite(value) && std::isfinite(span) && span > 0;
    const qreal part = known ? std::clamp((value / 2 - low / 2) / span, 0.0, 1.0) : std::nan("");
    const qreal x = 1 + step * static_cast<qreal>(before + at);
    points.append(QPointF(layoutDirection() == Qt::RightToLeft ? width() - x : x, 2 + (1 - part) * (height() - 4)));
  }
  return points;
}

void Sparkline::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QColor color = series_color(series_);
  QColor top = color;
  top.setAlphaF(0.22F);
  QColor bottom = color;
  bottom.setAlphaF(0.0F);
  QLinearGradient ground(0, 0, 0, height());
  ground.setColorAt(0, top);
  ground.setColorAt(1, bottom);
  const QVector<QPointF> all = points();
  for (qsizetype at = 0; at < all.size();) {
    QPolygonF run;
    while (at < all.size() && !std::isnan(all[at].y())) run.append(all[at++]);
    while (at < all.size() && std::isnan(all[at].y())) ++at;
    if (run.isEmpty()) continue;
    QPainterPath below;
    below.addPolygon(run);
    below.lineTo(run.last().x(), height());
    below.lineTo(run.first().x(), height());
    painter.fillPath(below, ground);
    painter.setPen(QPen(color, kLine, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    run.size() == 1 ? painter.drawPoint(run.first()) : painter.drawPolyline(run);
  }
}

Legend::Legend(QWidget* parent) : QWidget(parent) {
  QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

void Legend::set_entries(const QVector<LegendEntry>& entries) {
  entries_ = entries.mid(0, kEntriesMax);
  QStringList names;
  for (LegendEntry& entry : entries_) {
    entry.text = one_line(entry.text);
    names.append(entry.text);
  }
  setAccessibleName(tr("Legend: %1").arg(names.join(QStringLiteral(", "))));
  updateGeometry();
  update();
}

QVector<QRectF> Legend::places(int width) const {
  const QFontMetricsF metrics(theme::font(theme::FontRole::caption));
  const qreal high = metrics.height() + 2;
  QVector<QRectF> places;
  qreal x = 0;
  qreal y = 0;
  for (const LegendEntry& entry : entries_) {
    const qreal mark = is_line(entry.mark) ? kLineMark : kMark;
    const qreal wide = std::min<qreal>(mark + 7 + metrics.horizontalAdvance(entry.text) + 1, width);
    if (x > 0 && x + wide > width) {
      x = 0;
      y += high + 4;
    }
    places.append(QRectF(x, y, wide, high));
    x += wide + kEntryGap;
  }
  return places;
}

int Legend::heightForWidth(int width) const {
  const QVector<QRectF> all = places(width);
  return all.isEmpty() ? 0 : static_cast<int>(std::ceil(all.last().bottom()));
}

QSize Legend::sizeHint() const {
  const QVector<QRectF> all = places(QWIDGETSIZE_MAX);
  return all.isEmpty() ? QSize(0, 0)
                       : QSize(std::min(640, static_cast<int>(all.last().right()) + 1),
                               heightForWidth(std::min(640, static_cast<int>(all.last().right()) + 1)));
}

QSize Legend::minimumSizeHint() const {
  return {theme::scaled(60), entries_.isEmpty() ? 0 : theme::scaled(16)};
}

void Legend::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(theme::font(theme::FontRole::caption));
  const QVector<QRectF> all = places(width());
  for (qsizetype at = 0; at < all.size(); ++at) {
    const LegendEntry& entry = entries_[at];
    const auto seen = [this](const QRectF& box) {
      return layoutDirection() == Qt::RightToLeft ? box.translated(width() - box.left() - box.right(), 0) : box;
    };
    const qreal wide = is_line(entry.mark) ? kLineMark : kMark;
    const QRectF mark(all[at].left(), all[at].center().y() - kMark / 2, wide, kMark);
    paint_mark(painter, seen(mark), entry.mark, entry.color.isValid() ? entry.color : series_color(entry.series));
    painter.setPen(theme::tokens().muted);
    const QRectF words = all[at].adjusted(wide + 7, 0, 1, 0);
    paint_text(painter, seen(words), Qt::AlignLeft | Qt::AlignVCenter, entry.text, layoutDirection());
  }
}

HeatLegend::HeatLegend(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void HeatLegend::set_texts(const QString& title, const QString& low, const QString& high) {
  title_ = one_line(title);
  low_ = one_line(low);
  high_ = one_line(high);
  setAccessibleName(QStringLiteral("%1: %2 – %3").arg(title_, low_, high_));
  updateGeometry();
  update();
}

QSize HeatLegend::sizeHint() const {
  const QFontMetrics metrics(theme::font(theme::FontRole::caption));
  const int words =
      metrics.horizontalAdvance(title_) + metrics.horizontalAdvance(low_) + metrics.horizontalAdvance(high_);
  return {words + 3 * theme::kSpaceS + theme::scaled(110), metrics.height() + 2};
}

QSize HeatLegend::minimumSizeHint() const {
  return {theme::scaled(80), sizeHint().height()};
}

void HeatLegend::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(theme::font(theme::FontRole::caption));
  painter.setPen(theme::tokens().muted);
  const QFontMetricsF metrics(painter.font());
  const bool rtl = layoutDirection() == Qt::RightToLeft;
  const auto seen = [&](const QRectF& box) {
    return rtl ? box.translated(width() - box.left() - box.right(), 0) : box;
  };
  qreal x = 0;
  // The title gives way before the colours do.
  const qreal behind = metrics.horizontalAdvance(low_) + metrics.horizontalAdvance(high_) + 3 * theme::kSpaceS +
                       theme::scaled(kLeastRamp) + 2;
  const auto word = [&](const QString& text, qreal kept = 0) {
    const qreal wide = std::min<qreal>(metrics.horizontalAdvance(text) + 1, std::max(0.0, width() - x - kept));
    paint_text(painter, seen(QRectF(x, 0, wide, height())), Qt::AlignLeft | Qt::AlignVCenter, text, layoutDirection());
    x += wide + theme::kSpaceS;
  };
  word(title_, behind);
  word(low_);
  const qreal left = std::max<qreal>(0, width() - x - metrics.horizontalAdvance(high_) - 1 - theme::kSpaceS);
  const QRectF ramp = seen(QRectF(x, height() / 2.0 - 4, std::min<qreal>(left, theme::scaled(110)), 8));
  QLinearGradient colors(rtl ? ramp.topRight() : ramp.topLeft(), rtl ? ramp.topLeft() : ramp.topRight());
  for (int step = 0; step <= 10; ++step) colors.setColorAt(step / 10.0, theme::heat(theme::tokens(), step * 100));
  painter.setPen(Qt::NoPen);
  painter.setBrush(colors);
  painter.drawRoundedRect(ramp, 4, 4);
  painter.setPen(theme::tokens().muted);
  x += ramp.width() + theme::kSpaceS;
  word(high_);
}

}  // namespace quern::desktop::widgets
