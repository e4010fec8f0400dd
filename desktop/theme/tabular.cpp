#include "desktop/theme/tabular.hpp"

#include <QFontMetricsF>
#include <QGlyphRun>
#include <QHash>
#include <QPainter>
#include <QStringView>
#include <QTextLayout>
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace quern::desktop::theme {
namespace {

constexpr int kFontsMax = 64;
constexpr qreal kSamePlace = 0.01;  // pixels

struct Digits {
  qreal slot = 0;
  std::array<qreal, 10> width{};
};

const Digits& digits_of(const QFont& font) {
  static QHash<QString, Digits> known;
  const QString key = font.key();
  if (const auto it = known.constFind(key); it != known.constEnd()) return *it;
  if (known.size() >= kFontsMax) known.clear();
  const QFontMetricsF metrics(font);
  Digits digits;
  for (int digit = 0; digit < 10; ++digit) {
    digits.width.at(digit) = metrics.horizontalAdvance(QChar(u'0' + digit));
    digits.slot = std::max(digits.slot, digits.width.at(digit));
  }
  return *known.insert(key, digits);
}

bool is_digit(QChar c) {
  return c >= u'0' && c <= u'9';
}

// Calls give(first, length, width) for each digit alone and each run of other characters.
template <typename Give>
void each_piece(QStringView text, const QFont& font, const Give& give) {
  const Digits& digits = digits_of(font);
  const QFontMetricsF metrics(font);
  for (qsizetype at = 0; at < text.size();) {
    if (is_digit(text[at])) {
      give(at, 1, digits.slot, (digits.slot - digits.width.at(text[at].unicode() - u'0')) / 2);
      ++at;
      continue;
    }
    const qsizetype first = at;
    while (at < text.size() && !is_digit(text[at])) ++at;
    const QString run = text.mid(first, at - first).toString();
    give(first, at - first, metrics.horizontalAdvance(run), 0.0);
  }
}

// Where parts are written from the right, what stands left of what is not the order of the characters: the whole text
// is laid out, and then each glyph gives way to the slots at its left.
void draw_in_order(QPainter& painter, const QPointF& left_of_base_line, const QString& figure) {
  QTextLayout layout(figure, painter.font());
  QTextOption option;
  option.setTextDirection(Qt::RightToLeft);
  option.setWrapMode(QTextOption::NoWrap);
  layout.setTextOption(option);
  layout.beginLayout();
  const QTextLine line = layout.createLine();
  layout.endLayout();
  if (!line.isValid()) return;
  const auto left_of = [](const QGlyphRun& run) {
    const auto places = run.positions();
    return std::ranges::min_element(places, {}, &QPointF::x)->x();
  };
  std::vector<std::pair<qreal, qreal>> wider;  // where a digit begins, and by how much its slot is wider
  each_piece(figure, painter.font(), [&](qsizetype first, qsizetype length, qreal, qreal indent) {
    if (length != 1 || !is_digit(figure[first])) return;
    for (const QGlyphRun& run : line.glyphRuns(static_cast<int>(first), 1)) {
      if (!run.positions().isEmpty()) wider.emplace_back(left_of(run), 2 * indent);
    }
  });
  const qreal edge = line.naturalTextRect().left();
  for (QGlyphRun& run : line.glyphRuns()) {
    QList<QPointF> places = run.positions();
    for (QPointF& place : places) {
      qreal shift = -edge;
      for (const auto& [begin, more] : wider) {
        if (begin < place.x() - kSamePlace) shift += more;
        if (std::abs(begin - place.x()) <= kSamePlace) shift += more / 2;
      }
      place += QPointF(shift, -line.ascent());
    }
    run.setPositions(places);
    painter.drawGlyphRun(left_of_base_line, run);
  }
}

}  // namespace

qreal tabular_width(const QString& text, const QFont& font) {
  qreal width = 0;
  const QString figure = text.left(kTabularCharacters);
  each_piece(figure, font, [&](qsizetype, qsizetype, qreal slot, qreal) { width += slot; });
  return width;
}

void draw_tabular(QPainter& painter, const QRectF& box, Qt::Alignment alignment, const QString& text) {
  const QString figure = text.left(kTabularCharacters);
  const QFontMetricsF metrics(painter.font());
  const qreal width = tabular_width(figure, painter.font());
  qreal x = box.left();
  if (alignment & Qt::AlignRight) x = box.right() - width;
  if (alignment & Qt::AlignHCenter) x = box.center().x() - width / 2;
  const qreal y = box.center().y() + (metrics.ascent() - metrics.descent()) / 2;
  if (figure.isRightToLeft()) {
    draw_in_order(painter, QPointF(x, y), figure);
    return;
  }
  const Qt::LayoutDirection before = painter.layoutDirection();
  painter.setLayoutDirection(Qt::LeftToRight);  // else the blank before a unit would go behind it
  each_piece(figure, painter.font(), [&](qsizetype first, qsizetype length, qreal slot, qreal indent) {
    painter.drawText(QPointF(x + indent, y), figure.mid(first, length));
    x += slot;
  });
  painter.setLayoutDirection(before);
}

}  // namespace quern::desktop::theme
