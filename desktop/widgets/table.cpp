#include "desktop/widgets/table.hpp"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QStyle>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/plain_text.hpp"
#include "desktop/widgets/table_cells.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kLeastStretch = 72;  // pixels of a 13-pixel body that a column that stretches keeps
constexpr QLatin1String kBetween(" \xB7 ");

// What stands before a note, and the dot behind it; never more than half of the line.
qreal lead_width(const QString& lead, const QFont& face, qreal room) {
  return lead.isEmpty() ? 0 : std::min(room / 2, QFontMetricsF(face).horizontalAdvance(lead + kBetween));
}

}  // namespace

Table::Table(const QString& accessible_name, QWidget* parent, int row_height)
    : QTableView(parent), looks_(kColumnsMax), row_height_(row_height) {
  setAccessibleName(accessible_name);
  auto* header = new TableHeader(*this);
  setHorizontalHeader(header);
  setItemDelegate(new TableCells(*this));
  setShowGrid(false);
  setWordWrap(false);
  setCornerButtonEnabled(false);
  setFrameShape(QFrame::NoFrame);
  setTabKeyNavigation(false);
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setSelectionMode(QAbstractItemView::SingleSelection);
  setEditTriggers(QAbstractItemView::NoEditTriggers);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  verticalHeader()->hide();
  verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  // The card below is seen, with its round corners.
  viewport()->setAutoFillBackground(false);
  header->viewport()->setAutoFillBackground(false);
  viewport()->setMouseTracking(true);
  rest_.setSingleShot(true);
  rest_.setInterval(kRestTime);
  connect(&rest_, &QTimer::timeout, this, [this] { set_inside(false); });
  setMouseTracking(true);
  connect(header, &QHeaderView::sortIndicatorChanged, this, &Table::arrange);
  header->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(header, &QWidget::customContextMenuRequested, this, [this, header](const QPoint& position) {
    QMenu* menu = make_column_menu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(header->mapToGlobal(position));
  });
  dress();
}

void Table::dress() {
  verticalHeader()->setMinimumSectionSize(1);
  verticalHeader()->setDefaultSectionSize(theme::scaled(row_height_));
  horizontalHeader()->setFixedHeight(theme::scaled(kDense));
  arrange();
}

void Table::set_column(int column, ColumnLook look) {
  if (column < 0 || column >= kColumnsMax) return;
  looks_[column] = std::move(look);
  arrange();
}

const ColumnLook& Table::column_look(int column) const {
  return looks_[std::clamp(column, 0, kColumnsMax - 1)];
}

void Table::setModel(QAbstractItemModel* model) {
  QTableView::setModel(model);
  if (model == nullptr) return;
  const auto repaint = [this] { viewport()->update(); };
  connect(model, &QAbstractItemModel::modelReset, this, &Table::arrange);
  connect(model, &QAbstractItemModel::columnsInserted, this, &Table::arrange);
  connect(model, &QAbstractItemModel::columnsRemoved, this, &Table::arrange);
  connect(model, &QAbstractItemModel::rowsInserted, this, repaint);
  connect(model, &QAbstractItemModel::rowsRemoved, this, repaint);
  arrange();
}

// Titles are as long as their language makes them, and the one that is sorted by has a mark beside it.
int Table::least_width(int column) const {
  const int width = theme::scaled(looks_[column].width);
  const bool sorted = isSortingEnabled() && horizontalHeader()->sortIndicatorSection() == column;
  const QFont face = theme::font(sorted ? theme::FontRole::caption_strong : theme::FontRole::caption);
  const QString title = one_line(model()->headerData(column, Qt::Horizontal).toString());
  const qreal words = QFontMetricsF(face).horizontalAdvance(title) + 1 + (sorted ? sort_mark_width() : 0);
  return std::max(width, static_cast<int>(std::ceil(words)) + 2 * kCellPadding);
}

// What the user hid is hidden; then, while the smallest widths do not fit, the column of the highest priority; then the
// room that is left goes to the columns that stretch.
void Table::arrange() {
  if (arranging_ || model() == nullptr) return;
  arranging_ = true;
  const int count = std::min(model()->columnCount(), kColumnsMax);
  QVector<int> shown;
  for (int column = 0; column < count; ++column) {
    if (!hidden_by_user_.contains(column) || looks_[column].priority == 0) shown.append(column);
  }
  const auto least = [this](int sum, int column) { return sum + least_width(column); };
  const int room = viewport()->width();
  without_room_.clear();
  while (std::accumulate(shown.begin(), shown.end(), 0, least) > room) {
    const auto first_to_go =
        std::ranges::max_element(shown, {}, [this](int column) { return looks_[column].priority; });
    if (first_to_go == shown.end() || looks_[*first_to_go].priority == 0) break;
    without_room_.append(*first_to_go);
    shown.erase(first_to_go);
  }
  int rest = room - std::accumulate(shown.begin(), shown.end(), 0, least);
  QVector<int> roomier(kColumnsMax);
  for (const int column : shown) {
    roomier[column] = std::clamp(theme::scaled(looks_[column].roomy) - least_width(column), 0, std::max(0, rest));
    rest -= roomier[column];
  }
  auto stretching = static_cast<int>(std::ranges::count_if(shown, [this](int c) { return looks_[c].stretch; }));
  for (int column = 0; column < count; ++column) {
    const bool show = shown.contains(column);
    setColumnHidden(column, !show);
    if (!show) continue;
    int width = least_width(column) + roomier[column];
    if (looks_[column].stretch && rest != 0) {
      // Where even those that stay do not fit, these give way: their texts are elided, those of numbers are not.
      const int part = std::max(rest / stretching--, std::min(0, theme::scaled(kLeastStretch) - width));
      width += part;
      rest -= part;
    }
    setColumnWidth(column, std::max(8, width));
  }
  std::ranges::sort(without_room_);
  arranging_ = false;
}

void Table::select_row(int row) {
  if (model() == nullptr || row < 0 || row >= model()->rowCount()) return;
  int column = 0;
  while (column + 1 < model()->columnCount() && isColumnHidden(column)) ++column;
  setCurrentIndex(model()->index(row, column));
}

void Table::set_hidden_columns(const QSet<int>& columns) {
  hidden_by_user_ = columns;
  arrange();
}

QMenu* Table::make_column_menu(QWidget* parent) {
  auto* menu = new QMenu(parent);
  const int count = model() == nullptr ? 0 : std::min(model()->columnCount(), kColumnsMax);
  for (int column = 0; column < count; ++column) {
    if (looks_[column].priority == 0) continue;
    const QString title = title_of(column);
    QAction* action = menu->addAction(without_room_.contains(column) ? tr("%1 (no room)").arg(title) : title);
    action->setCheckable(true);
    action->setChecked(!hidden_by_user_.contains(column));
    connect(action, &QAction::toggled, this, [this, column](bool show) {
      show ? static_cast<void>(hidden_by_user_.remove(column)) : static_cast<void>(hidden_by_user_.insert(column));
      arrange();
      Q_EMIT hidden_columns_changed();
    });
  }
  return menu;
}

// For a menu.
QString Table::title_of(int column) const {
  return one_line(model()->headerData(column, Qt::Horizontal).toString()).replace(u'&', QStringLiteral("&&"));
}

void Table::add_sorting(QMenu& menu) {
  auto* columns = new QActionGroup(&menu);
  const int count = model() == nullptr ? 0 : std::min(model()->columnCount(), kColumnsMax);
  for (int column = 0; column < count; ++column) {
    if (isColumnHidden(column)) continue;
    QAction* const action = menu.addAction(title_of(column));
    columns->addAction(action);
    action->setCheckable(true);
    action->setChecked(horizontalHeader()->sortIndicatorSection() == column);
    connect(action, &QAction::triggered, this,
            [this, column] { sortByColumn(column, horizontalHeader()->sortIndicatorOrder()); });
  }
  menu.addSeparator();
  auto* orders = new QActionGroup(&menu);
  for (const auto& [order, text] :
       {std::pair(Qt::AscendingOrder, tr("Ascending")), std::pair(Qt::DescendingOrder, tr("Descending"))}) {
    QAction* const action = menu.addAction(text);
    orders->addAction(action);
    action->setCheckable(true);
    action->setChecked(horizontalHeader()->sortIndicatorOrder() == order);
    connect(action, &QAction::triggered, this,
            [this, wanted = order] { sortByColumn(horizontalHeader()->sortIndicatorSection(), wanted); });
  }
}

QMenu* Table::make_menu(QWidget* parent) {
  auto* menu = new QMenu(parent);
  if (isSortingEnabled()) {
    QMenu* const sorting = menu->addMenu(tr("Sort by"));
    add_sorting(*sorting);
  }
  QMenu* const columns = make_column_menu(menu);
  columns->setTitle(tr("Columns"));
  if (!columns->isEmpty()) menu->addMenu(columns);
  return menu;
}

void Table::contextMenuEvent(QContextMenuEvent* event) {
  QMenu* const menu = make_menu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  if (menu->isEmpty()) {
    delete menu;
    return;
  }
  const bool by_mouse = event->reason() == QContextMenuEvent::Mouse;
  const QRect row = visualRect(currentIndex());
  const QPoint below = row.isValid() ? QPoint(viewport()->rect().center().x(), row.bottom()) : QPoint();
  menu->popup(by_mouse ? event->globalPos() : viewport()->mapToGlobal(below));
}

void Table::set_placeholder(const QString& text) {
  placeholder_ = one_line(text);
  viewport()->update();
}

void Table::set_note_role(int role) {
  note_role_ = role;
  viewport()->update();
}

void Table::set_note_tone(std::function<theme::Tone(const QModelIndex&)> tone) {
  note_tone_ = std::move(tone);
  viewport()->update();
}

QString Table::second_line(int row, int column) const {
  const int role = looks_[column].second_line_role;
  return role < 0 || isColumnHidden(column) ? QString() : one_line(model()->index(row, column).data(role).toString());
}

QString Table::said(int row) const {
  if (note_role_ < 0 || model() == nullptr || row < 0 || row >= model()->rowCount()) return {};
  QStringList parts{one_line(model()->index(row, 0).data(note_role_).toString())};
  for (const int column : without_room_)
    parts.append(one_line(model()->index(row, column).data(note_role_).toString()));
  parts.removeAll(QString());
  return parts.join(kBetween);
}

qsizetype Table::toned(int row) const {
  return one_line(model()->index(row, 0).data(note_role_).toString()).size();
}

QString Table::note(int row) const {
  QString text = said(row);
  if (text.isEmpty() || keeps_second_lines(row)) return text;
  QStringList parts{text};
  const int count = std::min(model()->columnCount(), kColumnsMax);
  for (int column = 1; column < count; ++column) parts.append(second_line(row, column));
  parts.removeAll(QString());
  return parts.join(kBetween);
}

QString Table::note_lead(int row) const {
  return said(row).isEmpty() ? QString() : second_line(row, 0);
}

bool Table::keeps_second_lines(int row) const {
  const QString text = said(row);
  if (text.isEmpty()) return true;
  const QFont face = theme::font(theme::FontRole::caption);
  const qreal room = viewport()->width() - 2.0 * kCellPadding;
  const qreal end = lead_width(second_line(row, 0), face, room) + QFontMetricsF(face).horizontalAdvance(text);
  const int count = std::min(model()->columnCount(), kColumnsMax);
  int before = columnWidth(0);
  for (int column = 1; column < count; ++column) {
    if (!second_line(row, column).isEmpty()) return end <= before;
    if (!isColumnHidden(column)) before += columnWidth(column);
  }
  return true;
}

void Table::set_faded(std::function<bool(const QModelIndex&)> faded) {
  faded_ = std::move(faded);
  viewport()->update();
}

QString Table::row_text(int row) const {
  QStringList texts;
  if (model() == nullptr || row < 0 || row >= model()->rowCount()) return {};
  const QString below = note(row);
  const bool keeps = keeps_second_lines(row);
  for (int column = 0; column < model()->columnCount(); ++column) {
    if (isColumnHidden(column)) continue;
    QStringList lines{one_line(model()->index(row, column).data().toString())};
    if (column == 0 || keeps) lines.append(second_line(row, std::min(column, kColumnsMax - 1)));
    lines.removeAll(QString());
    texts.append(lines.join(kBetween));
  }
  if (!below.isEmpty()) texts.append(below);
  return texts.join(u'\t');
}

void Table::resizeEvent(QResizeEvent* event) {
  QTableView::resizeEvent(event);
  arrange();
}

void Table::changeEvent(QEvent* event) {
  QTableView::changeEvent(event);
  if (event->type() == QEvent::StyleChange) dress();
}

void Table::set_hovered_row(int row) {
  if (row == hovered_row_) return;
  hovered_row_ = row;
  viewport()->update();
}

void Table::set_inside(bool inside) {
  inside ? rest_.start() : rest_.stop();
  if (std::exchange(inside_, inside) != inside) Q_EMIT hover_changed(inside);
}

bool Table::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::MouseMove || event->type() == QEvent::Wheel) {
    set_hovered_row(rowAt(static_cast<QSinglePointEvent*>(event)->position().toPoint().y()));
    set_inside(hovered_row_ >= 0);
  }
  if (event->type() == QEvent::Leave) {
    set_hovered_row(-1);
    set_inside(false);
  }
  return QTableView::viewportEvent(event);
}

void Table::keyPressEvent(QKeyEvent* event) {
  const int row = currentIndex().row();
  if (event->matches(QKeySequence::Copy) && row >= 0) {
    QModelIndexList rows = selectionModel()->selectedRows();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    QStringList lines;
    for (const QModelIndex& each : rows) lines.append(row_text(each.row()));
    QApplication::clipboard()->setText(rows.isEmpty() ? row_text(row) : lines.join(u'\n'));
    return;
  }
  if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && row >= 0) {
    Q_EMIT row_activated(row);
    return;
  }
  // A table moves by rows: left and right have nothing to do, Home and End mean the first and the last.
  if ((event->key() == Qt::Key_Home || event->key() == Qt::Key_End) && model() != nullptr && model()->rowCount() > 0) {
    const int target = event->key() == Qt::Key_Home ? 0 : model()->rowCount() - 1;
    setCurrentIndex(model()->index(target, std::max(0, currentIndex().column())));
    return;
  }
  QTableView::keyPressEvent(event);
}

void Table::paintEvent(QPaintEvent* event) {
  QTableView::paintEvent(event);
  paint_notes();
  if (placeholder_.isEmpty() || (model() != nullptr && model()->rowCount() > 0)) return;
  QPainter painter(viewport());
  painter.setPen(theme::tokens().muted);
  painter.setFont(theme::font(theme::FontRole::body));
  paint_text(painter, viewport()->rect().adjusted(16, 0, -16, 0), Qt::AlignCenter, placeholder_, layoutDirection());
}

QStringList Table::note_lines(int row) const {
  const qreal room = viewport()->width() - 2.0 * kCellPadding;
  const QString text = note(row);
  if (text.isEmpty()) return {};
  const QFont face = theme::font(theme::FontRole::caption);
  return wrapped(text, face, room, layoutDirection(), kNoteLines, lead_width(note_lead(row), face, room));
}

QRect Table::words_rect(const QRect& cell, int row) const {
  const auto lines = static_cast<int>(note_lines(row).size());
  if (lines == 0) return cell;
  const int high = QFontMetrics(theme::font(theme::FontRole::body)).height();
  const int below = lines * QFontMetrics(theme::font(theme::FontRole::caption)).height();
  return {cell.left(), cell.top() + (cell.height() - high - below) / 2, cell.width(), high};
}

// Over the cells, of which each knows nothing but its own place.
void Table::paint_notes() {
  const int count = note_role_ < 0 || model() == nullptr ? 0 : model()->rowCount();
  QPainter painter(viewport());
  painter.setFont(theme::font(theme::FontRole::caption));
  const int high = painter.fontMetrics().height();
  for (int row = std::max(0, rowAt(0)); row < count && rowViewportPosition(row) < viewport()->height(); ++row) {
    const QRect whole(0, rowViewportPosition(row), viewport()->width(), rowHeight(row));
    paint_note(painter, row,
               QRect(kCellPadding, words_rect(whole, row).bottom() + 1, whole.width() - 2 * kCellPadding, high));
  }
}

void Table::paint_note(QPainter& painter, int row, QRect line) const {
  const theme::Tokens& t = theme::tokens();
  const QModelIndex index = model()->index(row, 0);
  const QColor muted = is_faded(index) ? t.faint : t.muted;
  const theme::Tone tone = note_tone_ && !is_faded(index) ? note_tone_(index) : theme::Tone::neutral;
  const QString lead = note_lead(row);
  const auto indent = static_cast<int>(std::ceil(lead_width(lead, painter.font(), line.width())));
  const QRect whole = line;
  const auto write = [&](const QRect& box, const QString& words) {
    paint_text(painter, QStyle::visualRect(layoutDirection(), whole, box), Qt::AlignLeft | Qt::AlignVCenter, words,
               layoutDirection());
  };
  if (indent > 0) {
    painter.setPen(muted);
    write(QRect(line.left(), line.top(), indent, line.height()), lead + kBetween);
    line.setLeft(line.left() + indent);
  }
  const QColor ink = tone == theme::Tone::neutral ? muted : theme::tone_colors(t, tone).ink;
  qsizetype left = toned(row);
  for (const QString& words : note_lines(row)) {
    // What other columns say of the row is no part of what is wrong with it.
    const QString own = words.left(left);
    const QString rest = words.mid(own.size());
    const auto own_width = static_cast<int>(std::ceil(QFontMetricsF(painter.font()).horizontalAdvance(own)));
    painter.setPen(ink);
    if (!own.isEmpty()) write(rest.isEmpty() ? line : line.adjusted(0, 0, own_width - line.width(), 0), own);
    painter.setPen(muted);
    if (!rest.isEmpty() && own_width < line.width()) write(line.adjusted(own.isEmpty() ? 0 : own_width, 0, 0, 0), rest);
    left -= own.size() + 1;  // and the blank that the line was broken at
    left = std::max<qsizetype>(left, 0);
    line = QRect(whole.left(), line.top() + line.height(), whole.width(), line.height());
  }
}

void Table::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
  QTableView::currentChanged(current, previous);
  if (current.row() != previous.row()) Q_EMIT current_row_changed(current.row());
}

void Table::mouseDoubleClickEvent(QMouseEvent* event) {
  QTableView::mouseDoubleClickEvent(event);
  const int row = rowAt(event->position().toPoint().y());
  if (row >= 0) Q_EMIT row_activated(row);
}

}  // namespace quern::desktop::widgets
