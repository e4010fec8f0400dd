#include "desktop/widgets/topology_layout.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace quern::desktop::widgets {
namespace {

// Lengths in units (a pixel at a 13-pixel body).
constexpr qreal kGap = 10;
constexpr qreal kMachinePad = 15, kMachineHead = 42;
constexpr qreal kPackagePad = 13, kPackageHead = 38;
constexpr qreal kNumaPad = 11, kNumaHead = 46;
constexpr qreal kCachePad = 9, kCacheHead = 25;
constexpr qreal kTileWidth = 36, kTileHeight = 30, kTileGap = 4;
constexpr qreal kTileHeightMax = 46, kDeviceHeightMax = 112;
constexpr qreal kMosaicTile = 9;  // of one core among many
constexpr qreal kDeviceHeight = 94, kDeviceWidthMin = 250;
constexpr int kTileColumns = 4, kTileColumnsMany = 8, kMosaicColumns = 16;
constexpr int kCacheColumns = 2;
constexpr int kFewCores = 16;  // in a cache: four columns, else eight

struct Shape {
  int package_columns = 1;
  int numa_columns = 1;
  qreal tile_height = kTileHeight;
  qreal device_height = kDeviceHeight;
  bool factored = false;
  qreal numa_width = 0;  // of all; wider than the widest needs fills the view
};

struct Extent {
  qreal width = 0;
  qreal height = 0;
};

int rows_of(qsizetype count, int columns) {
  return static_cast<int>((count + columns - 1) / columns);
}

bool is_mosaic(const TopologyCache& cache, const Shape& shape) {
  return shape.factored && cache.cores.size() > kFactorKeep;
}

int core_columns(const TopologyCache& cache, const Shape& shape) {
  const auto count = static_cast<int>(cache.cores.size());
  if (is_mosaic(cache, shape)) return std::min(count, kMosaicColumns);
  return std::max(1, std::min(count, count > kFewCores ? kTileColumnsMany : kTileColumns));
}

Extent cache_extent(const TopologyCache& cache, const Shape& shape) {
  const int columns = core_columns(cache, shape);
  const int rows = rows_of(cache.cores.size(), columns);
  const qreal head = cache.title.isEmpty() ? kCachePad : kCacheHead;
  if (is_mosaic(cache, shape)) return {2 * kCachePad + columns * kMosaicTile, head + rows * kMosaicTile + kCachePad};
  return {2 * kCachePad + columns * (kTileWidth + kTileGap) - kTileGap,
          head + rows * (shape.tile_height + kTileGap) - kTileGap + kCachePad};
}

// Caches side by side: as many as two, or, of mosaics, as many as make the node about as wide as high.
int cache_columns(const TopologyNuma& numa, const Shape& shape) {
  const auto count = static_cast<int>(numa.caches.size());
  if (!shape.factored) return std::max(1, std::min(count, kCacheColumns));
  return std::max(1, std::min(count, static_cast<int>(std::ceil(std::sqrt(count)))));
}

Extent numa_extent(const TopologyNuma& numa, const Shape& shape) {
  const int columns = cache_columns(numa, shape);
  qreal widest = 0;
  qreal row_height = 0;
  qreal height = kNumaHead;
  for (qsizetype at = 0; at < numa.caches.size(); ++at) {
    const Extent cache = cache_extent(numa.caches[at], shape);
    widest = std::max(widest, cache.width);
    row_height = std::max(row_height, cache.height);
    if ((at + 1) % columns == 0 || at + 1 == numa.caches.size()) {
      height += row_height + kGap;
      row_height = 0;
    }
  }
  height += static_cast<qreal>(numa.devices.size()) * (shape.device_height + kGap);
  qreal width = 2 * kNumaPad + columns * (widest + kGap) - kGap;
  if (!numa.devices.isEmpty()) width = std::max(width, kDeviceWidthMin + 2 * kNumaPad);
  return {std::max({width, shape.numa_width, 190.0}), height - kGap + kNumaPad};
}

// Places `count` boxes in rows of `columns`, from (left, top); calls give(index, place). Returns what they take.
template <typename ExtentOf, typename Give>
Extent flow(qsizetype count, int columns, ExtentOf extent_of, Give give) {
  Extent whole;
  qreal x = 0;
  qreal row_height = 0;
  for (qsizetype at = 0; at < count; ++at) {
    const Extent extent = extent_of(at);
    give(at, QPointF(x, whole.height), extent);
    x += extent.width + kGap;
    row_height = std::max(row_height, extent.height);
    whole.width = std::max(whole.width, x - kGap);
    if ((at + 1) % columns == 0 || at + 1 == count) {
      whole.height += row_height + kGap;
      x = row_height = 0;
    }
  }
  whole.height -= count > 0 ? kGap : 0;
  return whole;
}

constexpr auto kNowhere = [](qsizetype, QPointF, Extent) {};

// All nodes of a package are as wide and, within a row, as high as the largest, so that their edges stand in line.
Extent largest_numa(const TopologyPackage& package, const Shape& shape) {
  Extent largest;
  for (const TopologyNuma& numa : package.numas) {
    const Extent extent = numa_extent(numa, shape);
    largest = {std::max(largest.width, extent.width), std::max(largest.height, extent.height)};
  }
  return largest;
}

Extent package_extent(const TopologyPackage& package, const Shape& shape) {
  const Extent numa = largest_numa(package, shape);
  const Extent inside = flow(package.numas.size(), shape.numa_columns, [&](qsizetype) { return numa; }, kNowhere);
  return {inside.width + 2 * kPackagePad, kPackageHead + inside.height + kPackagePad};
}

Extent packages_extent(const Topology& topology, const Shape& shape) {
  const auto extent_of = [&](qsizetype at) { return package_extent(topology.packages[at], shape); };
  return flow(topology.packages.size(), shape.package_columns, extent_of, kNowhere);
}

// Of the devices that belong to no node, `room` wide in all: a few share it evenly.
int device_columns(const Topology& topology, qreal room) {
  const int most = std::max(1, static_cast<int>((room + kGap) / (kDeviceWidthMin + kGap)));
  return std::min(most, static_cast<int>(std::max<qsizetype>(1, topology.devices.size())));
}

Extent machine_extent(const Topology& topology, const Shape& shape) {
  Extent inside = packages_extent(topology, shape);
  if (!topology.devices.isEmpty()) {
    inside.width = std::max(inside.width, kDeviceWidthMin + 0.0);
    const int columns = device_columns(topology, inside.width);
    const int rows = rows_of(topology.devices.size(), columns);
    inside.height += rows * (shape.device_height + kGap) + (topology.packages.isEmpty() ? -kGap : 0);
  }
  return {inside.width + 2 * kMachinePad, kMachineHead + inside.height + kMachinePad};
}

class Placer {
 public:
  Placer(const Topology& topology, const Shape& shape, qreal unit) : topology_(topology), shape_(shape), unit_(unit) {}

  QVector<TopologyBox> boxes() {
    const Extent machine = machine_extent(topology_, shape_);
    add({.kind = PartKind::machine}, {0, 0}, machine, -1);
    const QPointF inside(kMachinePad, kMachineHead);
    const auto extent_of = [&](qsizetype at) { return package_extent(topology_.packages[at], shape_); };
    const auto give = [&](qsizetype at, QPointF place, Extent extent) { package(at, inside + place, extent); };
    const Extent packages = flow(topology_.packages.size(), shape_.package_columns, extent_of, give);
    loose_devices(inside + QPointF(0, topology_.packages.isEmpty() ? 0 : packages.height + kGap),
                  machine.width - 2 * kMachinePad);
    return std::move(boxes_);
  }

 private:
  int add(const TopologyPart& part, QPointF place, Extent extent, int parent) {
    const QRectF rect(place * unit_, QSizeF(extent.width, extent.height) * unit_);
    boxes_.append({.part = part, .rect = rect, .parent = parent});
    return static_cast<int>(boxes_.size()) - 1;
  }

  void package(qsizetype at, QPointF place, Extent extent) {
    const TopologyPackage& package = topology_.packages[at];
    const TopologyPart part{.kind = PartKind::package, .package = static_cast<int>(at)};
    const int box = add(part, place, extent, 0);
    const Extent numa_size = largest_numa(package, shape_);
    const QPointF inside = place + QPointF(kPackagePad, kPackageHead);
    flow(
        package.numas.size(), shape_.numa_columns, [&](qsizetype) { return numa_size; },
        [&](qsizetype index, QPointF where, Extent size) {
          TopologyPart inner = part;
          inner.kind = PartKind::numa;
          inner.numa = static_cast<int>(index);
          numa(package.numas[index], inner, inside + where, size, box);
        });
  }

  void numa(const TopologyNuma& numa, TopologyPart part, QPointF place, Extent extent, int parent) {
    const int box = add(part, place, extent, parent);
    const int columns = cache_columns(numa, shape_);
    const qreal room = extent.width - 2 * kNumaPad;
    const qreal wide = (room + kGap) / columns - kGap;
    const QPointF inside = place + QPointF(kNumaPad, kNumaHead);
    const Extent caches = flow(
        numa.caches.size(), columns,
        [&](qsizetype at) { return Extent{wide, cache_extent(numa.caches[at], shape_).height}; },
        [&](qsizetype at, QPointF where, Extent size) {
          part.kind = PartKind::cache;
          part.cache = static_cast<int>(at);
          cache(numa.caches[at], part, inside + where, size, box);
        });
    QPointF where = inside + QPointF(0, numa.caches.isEmpty() ? 0 : caches.height + kGap);
    part.cache = -1;
    for (qsizetype at = 0; at < numa.devices.size(); ++at) {
      device(numa.devices[at], part, static_cast<int>(at), where, {room, shape_.device_height}, box);
      where.ry() += shape_.device_height + kGap;
    }
  }

  void cache(const TopologyCache& cache, TopologyPart part, QPointF place, Extent extent, int parent) {
    const int box = add(part, place, extent, parent);
    const qreal head = cache.title.isEmpty() ? kCachePad : kCacheHead;
    const QPointF inside = place + QPointF(kCachePad, head);
    const qreal room = extent.width - 2 * kCachePad;
    part.kind = PartKind::cores;
    part.core = 0;
    if (is_mosaic(cache, shape_)) {
      part.cores = static_cast<int>(cache.cores.size());
      add(part, inside, {room, extent.height - head - kCachePad}, box);
      return;
    }
    part.cores = 1;
    const int columns = core_columns(cache, shape_);
    const qreal wide = (room + kTileGap) / columns - kTileGap;
    for (int core = 0; core < cache.cores.size(); ++core) {
      part.core = core;
      const int row = core / columns;
      const QPointF where(core % columns * (wide + kTileGap), row * (shape_.tile_height + kTileGap));
      add(part, inside + where, {wide, shape_.tile_height}, box);
    }
  }

  void device(const TopologyDevice& device, TopologyPart part, int index, QPointF place, Extent extent, int parent) {
    part.kind = PartKind::device;
    part.device = index;
    part.device_id = device.id;
    add(part, place, extent, parent);
  }

  void loose_devices(QPointF place, qreal room) {
    const int columns = device_columns(topology_, room);
    const qreal wide = (room + kGap) / columns - kGap;
    for (int at = 0; at < topology_.devices.size(); ++at) {
      const int row = at / columns;
      const QPointF where(at % columns * (wide + kGap), row * (shape_.device_height + kGap));
      device(topology_.devices[at], {}, at, place + where, {wide, shape_.device_height}, 0);
    }
  }

  const Topology& topology_;
  const Shape& shape_;
  qreal unit_;
  QVector<TopologyBox> boxes_;
};

// Columns worth trying: 1, 2, 3, 4, 6, 8, ... up to `count`. A handful even of hundreds.
QVector<int> column_choices(int count) {
  QVector<int> choices;
  for (int columns = 1; columns < count; columns += std::max(1, columns / 2)) choices.append(columns);
  choices.append(std::max(1, count));
  return choices;
}

int most_numas(const Topology& topology) {
  qsizetype most = 1;
  for (const TopologyPackage& package : topology.packages) most = std::max(most, package.numas.size());
  return static_cast<int>(most);
}

// What `extra` height does for tiles and cards: they grow to their most, nothing more.
void stretch_height(const Topology& topology, Shape& shape, qreal view_height) {
  const auto height_at = [&](qreal part) {
    Shape grown = shape;
    grown.tile_height = kTileHeight + (kTileHeightMax - kTileHeight) * part;
    grown.device_height = kDeviceHeight + (kDeviceHeightMax - kDeviceHeight) * part;
    return std::pair{machine_extent(topology, grown).height, grown};
  };
  qreal low = 0;
  qreal high = 1;
  for (int halving = 0; halving < 8; ++halving) {
    const qreal middle = (low + high) / 2;
    (height_at(middle).first <= view_height ? low : high) = middle;
  }
  shape = height_at(low).second;
}

// Wider nodes until the scene is as wide as the view.
void stretch_width(const Topology& topology, Shape& shape, qreal view_width) {
  if (topology.packages.isEmpty()) return;
  const qreal extra = view_width - packages_extent(topology, shape).width - 2 * kMachinePad;
  if (extra <= 0) return;
  qreal widest = 0;
  for (const TopologyPackage& package : topology.packages)
    widest = std::max(widest, largest_numa(package, shape).width);
  const int across = std::min<int>(shape.package_columns, static_cast<int>(topology.packages.size())) *
                     std::min(shape.numa_columns, most_numas(topology));
  Shape wide = shape;
  wide.numa_width = widest + extra / std::max(1, across);
  // Packages of different counts of nodes do not fill a row evenly: only what fits is taken.
  if (machine_extent(topology, wide).width <= view_width + 1) shape = wide;
}

}  // namespace

TopologyLayout lay_out(const Topology& topology, QSizeF view, TopologyLengths lengths) {
  TopologyLayout layout;
  if (topology.packages.isEmpty() && topology.devices.isEmpty()) return layout;
  const qreal width = std::max(1.0, view.width()) / lengths.unit;
  const qreal height = std::max(1.0, view.height()) / lengths.unit;
  Shape shape;
  shape.factored = core_count(topology) > kFactorAbove;
  Shape best = shape;
  qreal best_scale = 0;
  Shape narrow = shape;
  std::optional<qreal> narrow_height;
  for (const int packages : column_choices(static_cast<int>(topology.packages.size()))) {
    for (const int numas : column_choices(most_numas(topology))) {
      shape.package_columns = packages;
      shape.numa_columns = numas;
      const Extent extent = machine_extent(topology, shape);
      const qreal scale = std::min({width / extent.width, height / extent.height, kScaleMax});
      if (scale > best_scale * 1.01) {
        best_scale = scale;
        best = shape;
      }
      const bool readable = width / extent.width >= kScaleMin || (packages == 1 && numas == 1);
      if (readable && (!narrow_height || extent.height < *narrow_height)) {
        narrow_height = extent.height;
        narrow = shape;
      }
    }
  }
  if (best_scale >= kScaleMin) {
    layout.scale = best_scale;
    stretch_height(topology, best, height / best_scale);
  } else {
    best = narrow;
    layout.scale = std::clamp(width / machine_extent(topology, best).width, kScaleMin, 1.0);
  }
  stretch_width(topology, best, width / layout.scale);
  const Extent extent = machine_extent(topology, best);
  layout.size = QSizeF(extent.width, extent.height) * lengths.unit;
  layout.factored = best.factored;
  layout.boxes = Placer(topology, best, lengths.unit).boxes();
  return layout;
}

}  // namespace quern::desktop::widgets
