// A widget that paints things itself, but shows a screen reader each of them as an item: derive from a QWidget first
// and from this second, and call items_changed() and item_focused() when that happens.
#pragma once
#include <QRect>
#include <QString>

class QWidget;

namespace quern::desktop::widgets {

class PaintedItems {
 public:
  PaintedItems();
  virtual ~PaintedItems() = default;
  PaintedItems(const PaintedItems&) = delete;
  PaintedItems& operator=(const PaintedItems&) = delete;

  virtual int item_count() const = 0;
  // What is read: "GeForce RTX 4090, 93 percent busy".
  virtual QString item_text(int item) const = 0;
  virtual QRect item_rect(int item) const = 0;  // in the widget; may lie outside when it is scrolled
  virtual int current_item() const = 0;         // -1: none
  virtual void choose_item(int item) = 0;       // as a click would

 protected:
  static void items_changed(QWidget* widget);
  static void item_focused(QWidget* widget, int item);
};

}  // namespace quern::desktop::widgets
