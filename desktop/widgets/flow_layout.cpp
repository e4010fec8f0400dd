#include "desktop/widgets/flow_layout.hpp"

#include <QStyle>
#include <QWidget>
#include <algorithm>

namespace quern::desktop::widgets {

FlowLayout::FlowLayout(QWidget* parent, int spacing) : QLayout(parent) {
  setContentsMargins(0, 0, 0, 0);
  setSpacing(spacing);
}

FlowLayout::~FlowLayout() {
  qDeleteAll(items_);
}

void FlowLayout::addItem(QLayoutItem* item) {
  items_.append(item);
}
int FlowLayout::count() const {
  return static_cast<int>(items_.size());
}
QLayoutItem* FlowLayout::itemAt(int index) const {
  return items_.value(index, nullptr);
}

QLayoutItem* FlowLayout::takeAt(int index) {
  return index >= 0 && index < items_.size() ? items_.takeAt(index) : nullptr;
}

int FlowLayout::heightForWidth(int width) const {
  return place(QRect(0, 0, width, 0), false);
}

QSize FlowLayout::sizeHint() const {
  QSize size;
  const QMargins margins = contentsMargins();
  for (const QLayoutItem* item : items_) {
    if (item->isEmpty()) continue;
    const QSize hint = item->sizeHint();
    size =
        QSize(size.width() + hint.width() + (size.width() > 0 ? spacing() : 0), std::max(size.height(), hint.height()));
  }
  return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom());
}

QSize FlowLayout::minimumSize() const {
  QSize size;
  const QMargins margins = contentsMargins();
  for (const QLayoutItem* item : items_) {
    if (!item->isEmpty()) size = size.expandedTo(item->minimumSize());
  }
  return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom());
}

void FlowLayout::setGeometry(const QRect& rect) {
  QLayout::setGeometry(rect);
  place(rect, true);
}

int FlowLayout::place(const QRect& rect, bool move) const {
  const QRect inner = rect.marginsRemoved(contentsMargins());
  const Qt::LayoutDirection direction = parentWidget() ? parentWidget()->layoutDirection() : Qt::LeftToRight;
  QVector<std::pair<QLayoutItem*, QRect>> line;
  int x = inner.left();
  int y = inner.top();
  int line_height = 0;
  const auto end_line = [&] {
    for (const auto& [item, box] : line) {
      QRect centred(box.left(), y + (line_height - box.height()) / 2, box.width(), box.height());
      if (last_trails_ && item == items_.back()) centred.moveRight(inner.right());
      if (move) item->setGeometry(QStyle::visualRect(direction, inner, centred));
    }
    line.clear();
  };
  for (QLayoutItem* item : items_) {
    if (item->isEmpty()) continue;
    QSize size = item->sizeHint();
    if (size.width() > inner.width()) {
      size.setWidth(std::max(1, inner.width()));
      if (item->hasHeightForWidth()) size.setHeight(item->heightForWidth(size.width()));
    }
    if (!line.isEmpty() && x + size.width() > inner.right() + 1) {
      end_line();
      y += line_height + spacing();
      x = inner.left();
      line_height = 0;
    }
    line.append({item, QRect(QPoint(x, y), size)});
    x += size.width() + spacing();
    line_height = std::max(line_height, size.height());
  }
  end_line();
  const QMargins margins = contentsMargins();
  return y + line_height - rect.top() + margins.bottom();
}

}  // namespace quern::desktop::widgets
