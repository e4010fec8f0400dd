// How a Table paints its cells and its header; nobody else needs it.
#pragma once
#include <QHeaderView>
#include <QStyledItemDelegate>

#include "desktop/widgets/table.hpp"

namespace quern::desktop::widgets {

inline constexpr int kCellPadding = 12;  // at both sides
int sort_mark_width();                   // beside the title of the column that is sorted by

class TableCells : public QStyledItemDelegate {
  Q_OBJECT
 public:
  explicit TableCells(Table& table);
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                 const QModelIndex& index) override;

 private:
  struct CellPaint;
  void paint_ground(const CellPaint& cell) const;
  void paint_words(const CellPaint& cell) const;
  void paint_bar_cell(const CellPaint& cell) const;

  Table& table_;
};

// Texts stand in line with the cells below them: the sheet's own header would not.
class TableHeader : public QHeaderView {
  Q_OBJECT
 public:
  explicit TableHeader(Table& table);

 protected:
  void paintSection(QPainter* painter, const QRect& rect, int column) const override;

 private:
  Table& table_;
};

}  // namespace quern::desktop::widgets
