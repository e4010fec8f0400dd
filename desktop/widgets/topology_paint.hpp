// How a TopologyView paints one box of its layout.
#pragma once
#include <QRectF>

#include "desktop/widgets/topology_view.hpp"

class QPainter;

namespace quern::desktop::widgets {

struct BoxState {
  bool selected = false;
  bool hovered = false;
};

class TopologyPainter {
 public:
  // `scale`: what the painter is scaled by; text smaller than is read is left out.
  TopologyPainter(QPainter& painter, const Topology& topology, HeatBy heat, Qt::LayoutDirection direction, qreal scale);
  // `rect`: of the box in the painter's coordinates, already mirrored.
  void paint(const TopologyPart& part, const QRectF& rect, BoxState state);

 private:
  void frame(const QRectF& rect, const QColor& ground, const QColor& border, qreal radius, BoxState state);
  // `lead` strong, `detail` muted behind it, `trail` at the other side.
  void head(const QRectF& line, const QString& lead, const QString& detail, const QString& trail, theme::FontRole role);
  void numa(const TopologyNuma& numa, const QRectF& rect, BoxState state);
  void cache(const TopologyCache& cache, const QRectF& rect, BoxState state);
  void tile(const TopologyCore& core, const QRectF& rect, BoxState state);
  void mosaic(const TopologyCache& cache, const QRectF& rect, BoxState state);
  void device(const TopologyDevice& device, const QRectF& rect, BoxState state);
  // `values`: the room of what stands behind the bar.
  void meter(const QRectF& line, const QString& name, int permille, const QString& value, const QColor& fill,
             qreal values);
  int heat_of(const TopologyCore& core) const;
  const QColor& ramp(int permille) const;

  QPainter& painter_;
  const Topology& topology_;
  HeatBy heat_;
  Qt::LayoutDirection direction_;
  qreal scale_;
  QVector<QColor> ramp_;
};

}  // namespace quern::desktop::widgets
