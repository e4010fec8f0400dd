// Figures whose digits are equally wide, so that a column of numbers stands in line and a live one does not jitter.
// Inter has the feature "tnum", Qt 6.4 cannot ask for it: digits are drawn one by one in slots as wide as the widest.
#pragma once
#include <QFont>
#include <QRectF>
#include <QString>

class QPainter;

namespace quern::desktop::theme {

inline constexpr int kTabularCharacters = 64;  // of a longer text, which is no figure, the rest is not drawn

qreal tabular_width(const QString& text, const QFont& font);
// With the painter's font and pen, vertically centred. `alignment`: AlignLeft, AlignRight or AlignHCenter, as seen
// (mirror it before with QStyle::visualAlignment). In the direction of the text itself. Nothing is cut: give it a box
// that is wide enough.
void draw_tabular(QPainter& painter, const QRectF& box, Qt::Alignment alignment, const QString& text);

}  // namespace quern::desktop::theme
