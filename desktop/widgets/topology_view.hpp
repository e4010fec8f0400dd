// The machine as nested boxes: packages, NUMA nodes with their memory, caches, cores as heat tiles, devices as cards at
// their NUMA node.
//
// Arrows go to the next part in their direction: a box with others in it (machine, package, NUMA node, cache) is where
// its head is, above them. Home and End go to the first and last leaf (core, group of cores, device), Backspace to the
// box around, Enter activates; Ctrl+wheel and Ctrl +, -, 0 zoom. A live update of the same shape only
// repaints.
#pragma once
#include <QAbstractScrollArea>
#include <optional>

#include "desktop/widgets/painted_items.hpp"
#include "desktop/widgets/topology.hpp"
#include "desktop/widgets/topology_layout.hpp"

namespace quern::desktop::widgets {

enum class HeatBy { load, jobs, price };

class TopologyView : public QAbstractScrollArea, public PaintedItems {
  Q_OBJECT
 public:
  explicit TopologyView(const QString& accessible_name, QWidget* parent = nullptr);
  void set_topology(Topology topology);  // bounded(); keeps the selection where the part is still there
  const Topology& topology() const { return topology_; }
  void set_heat(HeatBy heat);
  HeatBy heat() const { return heat_; }

  std::optional<TopologyPart> selected() const;
  void select(const TopologyPart& part);  // silently; scrolls there
  bool select_device(const QString& id);  // silently; false: there is none
  const TopologyLayout& layout() const { return layout_; }
  void set_zoom(qreal factor);  // of the fitting scale, in [1, 4]

  int item_count() const override { return static_cast<int>(layout_.boxes.size()); }
  QString item_text(int item) const override;
  QRect item_rect(int item) const override;
  int current_item() const override { return current_; }
  void choose_item(int item) override;
  QSize sizeHint() const override { return {760, 560}; }

 Q_SIGNALS:
  void selected_changed(const quern::desktop::widgets::TopologyPart& part);  // by the user
  void part_activated(const quern::desktop::widgets::TopologyPart& part);    // double click or Enter

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool viewportEvent(QEvent* event) override;
  void scrollContentsBy(int dx, int dy) override;

 private:
  void arrange();
  void bound_scrolling();
  void show_item(int item);
  qreal scale() const { return layout_.scale * zoom_; }
  QPointF origin() const;            // of the scene in the viewport
  QRectF view_rect(int item) const;  // in the viewport, mirrored in right-to-left
  int item_at(const QPointF& position) const;
  QRectF spot(int item) const;  // where a part is for the arrows
  bool is_in(int item, int outer) const;
  int neighbour(int key) const;  // the next part in the direction of a key (as seen); -1: none
  void choose(int item);

  Topology topology_;
  TopologyLayout layout_;
  HeatBy heat_ = HeatBy::load;
  int current_ = -1;
  int hovered_ = -1;
  qreal zoom_ = 1;
};

}  // namespace quern::desktop::widgets
