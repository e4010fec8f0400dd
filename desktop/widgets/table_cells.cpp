#include "desktop/widgets/table_cells.hpp"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QStyle>
#include <QToolTip>
#include <algorithm>

#include "desktop/theme/icon.hpp"
#include "desktop/theme/tabular.hpp"
#include "desktop/widgets/labels.hpp"
#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kBarWidth = 52;  // of a bar beside its text, in pixels of a 13-pixel body
constexpr int kBarHeight = 5;
constexpr int kBarTextWidth = 58;
constexpr int kSelectionBar = 3;

bool is_figure(const ColumnLook& look) {
  return look.cell == Cell::number;
}

theme::FontRole role_of(const ColumnLook& look) {
  if (look.cell == Cell::mono) return theme::FontRole::mono;
  return look.cell == Cell::strong || look.strong ? theme::FontRole::body_strong : theme::FontRole::body;
}

QString text_of(const QModelIndex& index, int role) {
  return one_line(index.data(role).toString());
}

}  // namespace

int sort_mark_width() {
  return theme::scaled(14) + 4;
}

struct TableCells::CellPaint {
  QPainter& painter;
  const ColumnLook& look;
  QModelIndex index;
  QRect whole;
  QRectF inner;
  Qt::LayoutDirection direction;
  bool selected;
};

TableCells::TableCells(Table& table) : QStyledItemDelegate(&table), table_(table) {}

void TableCells::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const CellPaint cell{
      .painter = *painter,
      .look = table_.column_look(index.column()),
      .index = index,
      .whole = option.rect,
      .inner = QRectF(table_.words_rect(option.rect, index.row())).adjusted(kCellPadding, 0, -kCellPadding, 0),
      .direction = table_.layoutDirection(),
      .selected = option.state.testFlag(QStyle::State_Selected)};
  painter->save();
  painter->setClipRect(option.rect);
  paint_ground(cell);
  painter->setRenderHint(QPainter::Antialiasing);
  if (cell.look.cell == Cell::pill) {
    const QString text = text_of(index, Qt::DisplayRole);
    const theme::Tone tone = cell.look.tone ? cell.look.tone(index) : theme::Tone::neutral;
    const bool raised = cell.selected && (tone == theme::Tone::accent || tone == theme::Tone::neutral);
    // Above a note it ends where the words do.
    const qreal over = cell.inner.height() < option.rect.height() ? pill_size(text).height() - cell.inner.height() : 0;
    const qreal up = std::min(std::max(0.0, over) / 2, std::max(0.0, cell.inner.top() - option.rect.top() - over / 2));
    const QRectF box = cell.inner.translated(0, -up);  // and within its row
    if (!text.isEmpty()) paint_pill(*painter, box, text, tone, cell.direction, raised);
  } else if (cell.look.cell == Cell::bar) {
    paint_bar_cell(cell);
  } else {
    paint_words(cell);
  }
  painter->restore();
}

void TableCells::paint_ground(const CellPaint& cell) const {
  const theme::Tokens& t = theme::tokens();
  const QRect& r = cell.whole;
  if (cell.selected) {
    cell.painter.fillRect(r, t.accent_soft);
  } else if (cell.index.row() == table_.hovered_row()) {
    cell.painter.fillRect(r, t.hover);
  }
  cell.painter.fillRect(QRect(r.left(), r.bottom(), r.width(), 1), t.border);
  const int first =
      table_.horizontalHeader()->logicalIndexAt(cell.direction == Qt::RightToLeft ? table_.viewport()->width() - 1 : 0);
  if (cell.selected && cell.index.column() == first) {
    const QRect bar(r.left(), r.top(), kSelectionBar, r.height());
    cell.painter.fillRect(QStyle::visualRect(cell.direction, r, bar), t.accent);
  }
}

void TableCells::paint_words(const CellPaint& cell) const {
  const theme::Tokens& t = theme::tokens();
  QPainter& painter = cell.painter;
  const Qt::Alignment side = is_figure(cell.look) ? Qt::AlignRight : Qt::AlignLeft;
  const Qt::TextElideMode elide = cell.look.cell == Cell::mono ? Qt::ElideMiddle : cell.look.elide;
  const int row = cell.index.row();
  const bool noted = table_.words_rect(cell.whole, row) != cell.whole;
  const bool in_note = noted && (cell.index.column() == 0 || !table_.keeps_second_lines(row));
  const QString second =
      cell.look.second_line_role < 0 || in_note ? QString() : text_of(cell.index, cell.look.second_line_role);
  QRectF first = cell.inner;
  if (!second.isEmpty()) {
    const qreal high = QFontMetricsF(theme::font(theme::FontRole::body)).height();
    const qreal small = QFontMetricsF(theme::font(theme::FontRole::caption)).height();
    const qreal top = noted ? cell.inner.top() : cell.inner.center().y() - (high + small) / 2;
    first = QRectF(cell.inner.left(), top, cell.inner.width(), high);
    painter.setFont(theme::font(theme::FontRole::caption));
    painter.setPen(table_.is_faded(cell.index) ? t.faint : t.muted);
    paint_text(painter, QRectF(cell.inner.left(), first.bottom(), cell.inner.width(), small), side | Qt::AlignVCenter,
               second, cell.direction);
  }
  const bool dim = cell.look.cell == Cell::muted || cell.look.cell == Cell::mono;
  QColor ink = dim ? t.muted : t.text;
  if (cell.look.tone && !dim) ink = ink_color(ink_of(cell.look.tone(cell.index)));
  if (table_.is_faded(cell.index)) ink = t.faint;
  painter.setPen(ink);
  painter.setFont(theme::font(role_of(cell.look)));
  const QString text = text_of(cell.index, Qt::DisplayRole);
  if (is_figure(cell.look) && theme::tabular_width(text, painter.font()) <= first.width()) {
    theme::draw_tabular(painter, first, QStyle::visualAlignment(cell.direction, side), text);
  } else {
    paint_text(painter, first, side | Qt::AlignVCenter, text, cell.direction, elide);
  }
}

void TableCells::paint_bar_cell(const CellPaint& cell) const {
  const theme::Tokens& t = theme::tokens();
  const QString text = text_of(cell.index, Qt::DisplayRole);
  const qreal words = text.isEmpty() ? 0 : theme::scaled(kBarTextWidth);
  const qreal room = cell.inner.width() - words;
  const qreal wide = std::min(room, std::max<qreal>(theme::scaled(kBarWidth), room - theme::kSpaceS));
  const QVariant value = cell.look.permille_role < 0 ? QVariant() : cell.index.data(cell.look.permille_role);
  const bool rtl = cell.direction == Qt::RightToLeft;
  if (value.isValid() && wide > 8) {
    const theme::Tone tone = cell.look.tone ? cell.look.tone(cell.index) : theme::Tone::accent;
    const QColor fill = tone == theme::Tone::accent ? t.accent : theme::tone_colors(t, tone).ink;
    const qreal high = theme::scaled(kBarHeight);
    const QRectF bar(rtl ? cell.inner.right() - wide : cell.inner.left(), cell.inner.center().y() - high / 2, wide,
                     high);
    const QColor track = cell.selected ? t.border_strong : t.border;
    paint_bar(cell.painter, bar, value.toInt(), track, fill, cell.direction);
  }
  cell.painter.setPen(t.text);
  cell.painter.setFont(theme::font(theme::FontRole::body));
  QRectF box(0, cell.inner.top(), words, cell.inner.height());
  box.moveLeft(rtl ? cell.inner.left() : cell.inner.right() - words);
  if (theme::tabular_width(text, cell.painter.font()) <= words) {
    theme::draw_tabular(cell.painter, box, rtl ? Qt::AlignLeft : Qt::AlignRight, text);
  } else {
    paint_text(cell.painter, box, Qt::AlignRight | Qt::AlignVCenter, text, cell.direction);
  }
}

// The model's own tip, else the whole text where it does not fit; never as markup.
bool TableCells::helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                           const QModelIndex& index) {
  if (event->type() != QEvent::ToolTip) return QStyledItemDelegate::helpEvent(event, view, option, index);
  const ColumnLook& look = table_.column_look(index.column());
  QString tip = index.data(Qt::ToolTipRole).toString();
  const QString text = text_of(index, Qt::DisplayRole);
  const qreal room = option.rect.width() - 2.0 * kCellPadding;
  if (tip.isEmpty() && QFontMetricsF(theme::font(role_of(look))).horizontalAdvance(text) > room) tip = text;
  QToolTip::showText(event->globalPos(), tool_tip(tip), view);
  return true;
}

TableHeader::TableHeader(Table& table) : QHeaderView(Qt::Horizontal, &table), table_(table) {
  setProperty("kind", QStringLiteral("bare"));
  setSectionsClickable(true);
  setHighlightSections(false);
  setSectionResizeMode(QHeaderView::Fixed);
  setMinimumSectionSize(8);
}

void TableHeader::paintSection(QPainter* painter, const QRect& rect, int column) const {
  if (model() == nullptr || rect.isEmpty()) return;
  const theme::Tokens& t = theme::tokens();
  painter->save();
  painter->fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), t.border);
  const bool sorted = table_.isSortingEnabled() && sortIndicatorSection() == column;
  const bool figure = is_figure(table_.column_look(column));
  const QFont face = theme::font(sorted ? theme::FontRole::caption_strong : theme::FontRole::caption);
  const QString text = one_line(model()->headerData(column, Qt::Horizontal).toString());
  const qreal mark = sorted ? sort_mark_width() : 0;
  // In left-to-right: the mark stands before a right-aligned text and behind a left-aligned one.
  const QRectF inner = QRectF(rect).adjusted(kCellPadding, 0, -kCellPadding, 0);
  const qreal words = std::min(QFontMetricsF(face).horizontalAdvance(text) + 1, std::max(0.0, inner.width() - mark));
  const QRectF text_box(figure ? inner.right() - words : inner.left(), inner.top(), words, inner.height());
  const qreal mark_x = figure ? text_box.left() - mark : text_box.right() + 4;
  const bool rtl = table_.layoutDirection() == Qt::RightToLeft;
  const auto seen = [&](const QRectF& box) {
    return rtl ? box.translated(rect.left() + rect.right() + 1 - box.left() - box.right(), 0) : box;
  };
  painter->setFont(face);
  painter->setPen(sorted ? t.text : t.muted);
  paint_text(*painter, seen(text_box), Qt::AlignLeft | Qt::AlignVCenter, text, table_.layoutDirection(),
             table_.column_look(column).elide);
  if (sorted) {
    const theme::Glyph glyph =
        sortIndicatorOrder() == Qt::AscendingOrder ? theme::Glyph::chevron_up : theme::Glyph::chevron_down;
    theme::paint_icon(*painter, seen(QRectF(mark_x, inner.top(), theme::scaled(14), inner.height())), glyph, t.text);
  }
  painter->restore();
}

}  // namespace quern::desktop::widgets
