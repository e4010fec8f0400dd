#include "desktop/widgets/painted_items.hpp"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QPointer>
#include <QVector>
#include <QWidget>
#include <algorithm>
#include <tuple>

namespace quern::desktop::widgets {
namespace {

class Item : public QAccessibleInterface, public QAccessibleActionInterface {
 public:
  Item(QWidget* widget, const PaintedItems* items, int index) : widget_(widget), items_(items), index_(index) {}

  bool isValid() const override { return !widget_.isNull() && index_ < items_->item_count(); }
  QObject* object() const override { return nullptr; }
  QWindow* window() const override { return isValid() ? widget_->window()->windowHandle() : nullptr; }
  QAccessibleInterface* parent() const override {
    return widget_.isNull() ? nullptr : QAccessible::queryAccessibleInterface(widget_);
  }
  QAccessibleInterface* child(int) const override { return nullptr; }
  QAccessibleInterface* childAt(int, int) const override { return nullptr; }
  int childCount() const override { return 0; }
  int indexOfChild(const QAccessibleInterface*) const override { return -1; }
  QString text(QAccessible::Text kind) const override {
    return isValid() && kind == QAccessible::Name ? items_->item_text(index_) : QString();
  }
  void setText(QAccessible::Text, const QString&) override {}
  QRect rect() const override {
    if (!isValid()) return {};
    const QRect inside = items_->item_rect(index_);
    return {widget_->mapToGlobal(inside.topLeft()), inside.size()};
  }
  QAccessible::Role role() const override { return QAccessible::ListItem; }
  QAccessible::State state() const override {
    QAccessible::State state;
    if (!isValid()) {
      state.invalid = true;
      return state;
    }
    state.focusable = state.selectable = true;
    const bool current = items_->current_item() == index_;
    state.selected = current;
    state.focused = current && widget_->hasFocus();
    state.offscreen = !widget_->rect().intersects(items_->item_rect(index_));
    return state;
  }

  void* interface_cast(QAccessible::InterfaceType type) override {
    return type == QAccessible::ActionInterface ? static_cast<QAccessibleActionInterface*>(this) : nullptr;
  }
  QStringList actionNames() const override { return {pressAction(), setFocusAction()}; }
  void doAction(const QString&) override {
    auto* items = dynamic_cast<PaintedItems*>(widget_.data());
    if (isValid() && items != nullptr) items->choose_item(index_);
  }
  QStringList keyBindingsForAction(const QString&) const override { return {}; }

 private:
  QPointer<QWidget> widget_;
  const PaintedItems* items_;
  int index_;
};

class List : public QAccessibleWidget {
 public:
  List(QWidget* widget, const PaintedItems* items) : QAccessibleWidget(widget, QAccessible::List), items_(items) {}
  ~List() override {
    for (const QAccessible::Id id : ids_) QAccessible::deleteAccessibleInterface(id);
  }
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  // Children of the widget (scroll bars) stay below the items out of sight: the items are what it is.
  int childCount() const override { return items_->item_count(); }
  QAccessibleInterface* child(int index) const override {
    if (index < 0 || index >= childCount()) return nullptr;
    while (ids_.size() <= index) {
      ids_.append(QAccessible::registerAccessibleInterface(new Item(widget(), items_, static_cast<int>(ids_.size()))));
    }
    return QAccessible::accessibleInterface(ids_[index]);
  }
  int indexOfChild(const QAccessibleInterface* child) const override {
    const auto at = std::ranges::find_if(
        ids_, [child](QAccessible::Id id) { return QAccessible::accessibleInterface(id) == child; });
    return at == ids_.end() ? -1 : static_cast<int>(at - ids_.begin());
  }
  QAccessibleInterface* childAt(int x, int y) const override {
    const QPoint inside = widget()->mapFromGlobal(QPoint(x, y));
    // The last is the innermost.
    for (int index = childCount() - 1; index >= 0; --index) {
      if (items_->item_rect(index).contains(inside)) return child(index);
    }
    return nullptr;
  }
  QAccessibleInterface* focusChild() const override {
    return widget()->hasFocus() ? child(items_->current_item()) : nullptr;
  }

 private:
  const PaintedItems* items_;
  mutable QVector<QAccessible::Id> ids_;
};

QAccessibleInterface* make_interface(const QString&, QObject* object) {
  auto* widget = qobject_cast<QWidget*>(object);
  const auto* items = dynamic_cast<const PaintedItems*>(object);
  return widget != nullptr && items != nullptr ? new List(widget, items) : nullptr;
}

}  // namespace

// Before the widget gets a name, which would make and keep an ordinary interface for it.
PaintedItems::PaintedItems() {
  static const bool installed = [] {
    QAccessible::installFactory(make_interface);
    return true;
  }();
  std::ignore = installed;
}

void PaintedItems::items_changed(QWidget* widget) {
  if (!QAccessible::isActive()) return;
  QAccessibleEvent event(widget, QAccessible::ObjectReorder);
  QAccessible::updateAccessibility(&event);
}

void PaintedItems::item_focused(QWidget* widget, int item) {
  if (!QAccessible::isActive() || item < 0) return;
  QAccessibleEvent event(widget, QAccessible::Focus);
  event.setChild(item);
  QAccessible::updateAccessibility(&event);
}

}  // namespace quern::desktop::widgets
