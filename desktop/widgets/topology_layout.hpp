// Where the boxes of a topology go, by arithmetic alone: 64 ways to break packages and NUMA nodes into rows are
// measured in microseconds, and the one whose text is largest in the view is taken.
#pragma once
#include <QRectF>
#include <QSizeF>
#include <QVector>

#include "desktop/widgets/topology.hpp"

namespace quern::desktop::widgets {

struct TopologyBox {
  TopologyPart part;
  QRectF rect;      // in the scene, before `scale`
  int parent = -1;  // index of the box around it
};

struct TopologyLayout {
  // Outer boxes before inner ones, in reading order; the machine is the first. Empty: the topology was.
  QVector<TopologyBox> boxes;
  QSizeF size;      // of the scene
  qreal scale = 1;  // in [kScaleMin, kScaleMax]; the scene may be higher than the view, then it scrolls
  bool factored = false;
};

inline constexpr qreal kScaleMin = 0.85;  // text below is no longer read: rather scroll
inline constexpr qreal kScaleMax = 1.15;

// Lengths that follow the text; one unit is a pixel at a 13-pixel body.
struct TopologyLengths {
  qreal unit = 1;
};

// `view`: what can be seen, in logical pixels.
TopologyLayout lay_out(const Topology& topology, QSizeF view, TopologyLengths lengths);

}  // namespace quern::desktop::widgets
