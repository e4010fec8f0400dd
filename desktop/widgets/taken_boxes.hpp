// Boxes that were placed in an area, found by neighbourhood, so that marks and names of thousands do not lie on each
// other. Those outside of the area count as of its edge.
#pragma once
#include <QRectF>
#include <algorithm>
#include <cstddef>
#include <tuple>
#include <vector>

namespace quern::desktop::widgets {

class TakenBoxes {
 public:
  TakenBoxes(const QRectF& area, qreal cell)
      : area_(area),
        cell_(cell),
        columns_(static_cast<int>(area.width() / cell) + 1),
        rows_(static_cast<int>(area.height() / cell) + 1),
        boxes_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_)) {}
  bool free(const QRectF& box) const {
    return each_cell(box, [&](std::size_t cell) {
      return std::ranges::none_of(boxes_[cell], [&](const QRectF& other) { return other.intersects(box); });
    });
  }
  void add(const QRectF& box) {
    std::ignore = each_cell(box, [&](std::size_t cell) {
      boxes_[cell].push_back(box);
      return true;
    });
  }

 private:
  // Until `visit` says no; whether it never did.
  template <typename Visit>
  bool each_cell(const QRectF& box, const Visit& visit) const {
    const auto place = [this](qreal at, int count) { return std::clamp(static_cast<int>(at / cell_), 0, count - 1); };
    const int last_column = place(box.right() - area_.left(), columns_);
    const int last_row = place(box.bottom() - area_.top(), rows_);
    for (int row = place(box.top() - area_.top(), rows_); row <= last_row; ++row) {
      for (int column = place(box.left() - area_.left(), columns_); column <= last_column; ++column) {
        if (!visit(static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
                   static_cast<std::size_t>(column)))
          return false;
      }
    }
    return true;
  }

  QRectF area_;
  qreal cell_;
  int columns_;
  int rows_;
  std::vector<std::vector<QRectF>> boxes_;
};

}  // namespace quern::desktop::widgets
