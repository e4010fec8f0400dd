// Small pieces that several widgets paint alike.
#pragma once
#include <QColor>
#include <QRectF>
#include <QString>

#include "desktop/theme/theme.hpp"

class QPainter;
class QWidget;

namespace quern::desktop::widgets {

// Antialiased, its border inside of `box`.
void paint_box(QPainter& painter, const QRectF& box, const QColor& ground, const QColor& border, qreal radius,
               qreal border_width = 1);
// A track with a filled part from the leading end. permille: 0..1000; below 0: hatched over the whole length.
void paint_bar(QPainter& painter, const QRectF& box, int permille, const QColor& track, const QColor& fill,
               Qt::LayoutDirection direction);
// Text, elided, in `box`; alignment as for left-to-right, mirrored by `direction`.
void paint_text(QPainter& painter, const QRectF& box, Qt::Alignment alignment, const QString& text,
                Qt::LayoutDirection direction, Qt::TextElideMode mode = Qt::ElideRight);

QSizeF pill_size(const QString& text);
// At the leading side of `box`, vertically centred. On a selected row the soft ground would vanish: `raised` takes the
// surface instead.
void paint_pill(QPainter& painter, const QRectF& box, const QString& text, theme::Tone tone,
                Qt::LayoutDirection direction, bool raised = false);
// Whether to show that `widget` has the keyboard: only to those who use it, not when a window opens.
bool shows_focus(const QWidget& widget);
void paint_focus(QPainter& painter, const QRectF& box, qreal radius);

}  // namespace quern::desktop::widgets
