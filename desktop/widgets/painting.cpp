#include "desktop/widgets/painting.hpp"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>
#include <QStyle>
#include <QWidget>
#include <algorithm>
#include <cmath>

#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr qreal kPillPadding = 9;
constexpr qreal kDot = 6;
constexpr qreal kDotGap = 6;
constexpr qreal kHatch = 7;

void paint_hatch(QPainter& painter, const QRectF& box, const QColor& fill) {
  painter.save();
  QPainterPath round;
  round.addRoundedRect(box, box.height() / 2, box.height() / 2);
  painter.setClipPath(round);
  painter.fillRect(box, theme::mix(theme::tokens().surface, fill, 0.45));
  painter.setPen(QPen(fill, kHatch / 2.2));
  const int lines = static_cast<int>(std::min(4096.0, (box.width() + box.height()) / kHatch)) + 2;
  for (int line = 0; line < lines; ++line) {
    const qreal x = box.left() - box.height() + line * kHatch;
    painter.drawLine(QPointF(x, box.bottom() + 2), QPointF(x + box.height() + 4, box.top() - 2));
  }
  painter.restore();
}

}  // namespace

void paint_box(QPainter& painter, const QRectF& box, const QColor& ground, const QColor& border, qreal radius,
               qreal border_width) {
  const qreal inset = border_width / 2;
  painter.setPen(QPen(border, border_width));
  painter.setBrush(ground);
  painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), radius, radius);
}

void paint_bar(QPainter& painter, const QRectF& box, int permille, const QColor& track, const QColor& fill,
               Qt::LayoutDirection direction) {
  const qreal radius = box.height() / 2;
  if (permille < 0) {
    paint_hatch(painter, box, fill);
    return;
  }
  painter.setPen(Qt::NoPen);
  painter.setBrush(track);
  painter.drawRoundedRect(box, radius, radius);
  if (permille == 0) return;
  QRectF part = box;
  part.setWidth(std::max(box.height(), box.width() * std::min(permille, 1000) / 1000));
  if (direction == Qt::RightToLeft) part.moveRight(box.right());
  painter.setBrush(fill);
  painter.drawRoundedRect(part, radius, radius);
}

void paint_text(QPainter& painter, const QRectF& box, Qt::Alignment alignment, const QString& text,
                Qt::LayoutDirection direction, Qt::TextElideMode mode) {
  if (box.width() <= 0) return;
  const QString shown = elided(text, painter.font(), box.width(), mode);
  const int flags = static_cast<int>(QStyle::visualAlignment(direction, alignment).toInt()) | Qt::TextSingleLine;
  painter.drawText(box, flags, shown);
}

QSizeF pill_size(const QString& text) {
  const QFontMetricsF metrics(theme::font(theme::FontRole::caption_strong));
  return {metrics.horizontalAdvance(one_line(text)) + 2 * kPillPadding + kDot + kDotGap + 1,
          static_cast<qreal>(theme::scaled(22))};
}

void paint_pill(QPainter& painter, const QRectF& box, const QString& text, theme::Tone tone,
                Qt::LayoutDirection direction, bool raised) {
  const theme::ToneColors colors = theme::tone_colors(theme::tokens(), tone);
  QSizeF size = pill_size(text);
  size.setWidth(std::min(size.width(), box.width()));
  const QRectF left(box.left(), box.center().y() - size.height() / 2, size.width(), size.height());
  QRectF pill = left;
  if (direction == Qt::RightToLeft) pill.moveRight(box.right());
  painter.setPen(Qt::NoPen);
  painter.setBrush(raised ? theme::tokens().surface : colors.soft);
  painter.drawRoundedRect(pill, size.height() / 2, size.height() / 2);
  const bool rtl = direction == Qt::RightToLeft;
  QRectF dot(0, pill.center().y() - kDot / 2, kDot, kDot);
  dot.moveLeft(rtl ? pill.right() - kPillPadding - kDot : pill.left() + kPillPadding);
  painter.setBrush(colors.ink);
  painter.drawEllipse(dot);
  const qreal lead = kPillPadding + kDot + kDotGap;
  painter.setPen(colors.ink);
  painter.setFont(theme::font(theme::FontRole::caption_strong));
  const QRectF words = rtl ? pill.adjusted(kPillPadding - 1, 0, -lead, 0) : pill.adjusted(lead, 0, 1 - kPillPadding, 0);
  paint_text(painter, words, Qt::AlignLeft | Qt::AlignVCenter, text, direction);
}

bool shows_focus(const QWidget& widget) {
  return widget.hasFocus() && widget.window()->testAttribute(Qt::WA_KeyboardFocusChange);
}

void paint_focus(QPainter& painter, const QRectF& box, qreal radius) {
  painter.setPen(QPen(theme::tokens().accent, 1.5));
  painter.setBrush(Qt::NoBrush);
  painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), radius, radius);
}

}  // namespace quern::desktop::widgets
