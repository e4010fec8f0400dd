#include "desktop/widgets/topology_paint.hpp"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>
#include <QStyle>
#include <algorithm>
#include <cmath>

#include "desktop/theme/icon.hpp"
#include "desktop/theme/tabular.hpp"
#include "desktop/widgets/labels.hpp"
#include "desktop/widgets/painting.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kRampSteps = 40;
constexpr qreal kLabelScaleMin = 0.65;
constexpr qreal kMosaicCell = 9;

struct TopologyPainterText {
  Q_DECLARE_TR_FUNCTIONS(TopologyPainterText)
};

qreal unit() {
  return theme::scaled(100) / 100.0;
}

}  // namespace

TopologyPainter::TopologyPainter(QPainter& painter, const Topology& topology, HeatBy heat,
                                 Qt::LayoutDirection direction, qreal scale)
    : painter_(painter), topology_(topology), heat_(heat), direction_(direction), scale_(scale) {
  ramp_.reserve(kRampSteps + 1);
  for (int step = 0; step <= kRampSteps; ++step) {
    ramp_.append(theme::heat(theme::tokens(), step * 1000 / kRampSteps));
  }
}

const QColor& TopologyPainter::ramp(int permille) const {
  return ramp_[std::clamp(permille, 0, 1000) * kRampSteps / 1000];
}

int TopologyPainter::heat_of(const TopologyCore& core) const {
  switch (heat_) {
    case HeatBy::jobs:
      return core.jobs_permille;
    case HeatBy::price:
      return core.price_permille;
    case HeatBy::load:
      break;
  }
  return core.load_permille;
}

void TopologyPainter::paint(const TopologyPart& part, const QRectF& rect, BoxState state) {
  const theme::Tokens& t = theme::tokens();
  const qreal u = unit();
  if (part.kind == PartKind::machine) {
    frame(rect, t.dark ? t.window : t.surface_sunken, t.border, 12, state);
    head(QRectF(rect.left() + 15 * u, rect.top() + 11 * u, rect.width() - 30 * u, 20 * u), topology_.host,
         topology_.system, {}, theme::FontRole::section);
    return;
  }
  if (part.kind == PartKind::device) {
    const QVector<TopologyDevice>& devices =
        part.numa < 0 ? topology_.devices : topology_.packages[part.package].numas[part.numa].devices;
    device(devices[part.device], rect, state);
    return;
  }
  const TopologyPackage& package = topology_.packages[part.package];
  if (part.kind == PartKind::package) {
    frame(rect, t.surface, t.border, 10, state);
    head(QRectF(rect.left() + 13 * u, rect.top() + 9 * u, rect.width() - 26 * u, 20 * u), package.title, package.detail,
         package.count, theme::FontRole::body_strong);
    return;
  }
  const TopologyNuma& node = package.numas[part.numa];
  if (part.kind == PartKind::numa) return numa(node, rect, state);
  const TopologyCache& level = node.caches[part.cache];
  if (part.kind == PartKind::cache) return cache(level, rect, state);
  part.cores > 1 ? mosaic(level, rect, state) : tile(level.cores[part.core], rect, state);
}

void TopologyPainter::frame(const QRectF& rect, const QColor& ground, const QColor& border, qreal radius,
                            BoxState state) {
  const theme::Tokens& t = theme::tokens();
  const QColor& edge = state.selected ? t.accent : state.hovered ? t.border_strong : border;
  paint_box(painter_, rect, ground, edge, radius, state.selected ? 2 : 1);
}

void TopologyPainter::head(const QRectF& line, const QString& lead, const QString& detail, const QString& trail,
                           theme::FontRole role) {
  const theme::Tokens& t = theme::tokens();
  const bool rtl = direction_ == Qt::RightToLeft;
  const QFont strong = theme::font(role);
  const QFont caption = theme::font(theme::FontRole::caption);
  const auto cut = [&](qreal from_lead, qreal from_trail) {
    return rtl ? line.adjusted(from_trail, 0, -from_lead, 0) : line.adjusted(from_lead, 0, -from_trail, 0);
  };
  const qreal trail_wide = trail.isEmpty() ? 0 : QFontMetricsF(caption).horizontalAdvance(trail) + 12;
  const bool room_for_trail = trail_wide < line.width() * 0.55;
  const qreal kept = room_for_trail ? trail_wide : 0;
  painter_.setFont(strong);
  painter_.setPen(t.text);
  paint_text(painter_, cut(0, kept), Qt::AlignLeft | Qt::AlignVCenter, lead, direction_);
  const qreal lead_wide = QFontMetricsF(strong).horizontalAdvance(lead) + 8;
  painter_.setFont(caption);
  painter_.setPen(t.muted);
  if (lead_wide + kept + 24 < line.width()) {
    paint_text(painter_, cut(lead_wide, kept), Qt::AlignLeft | Qt::AlignVCenter, detail, direction_);
  }
  if (room_for_trail) paint_text(painter_, line, Qt::AlignRight | Qt::AlignVCenter, trail, direction_);
}

void TopologyPainter::numa(const TopologyNuma& numa, const QRectF& rect, BoxState state) {
  const theme::Tokens& t = theme::tokens();
  const qreal u = unit();
  frame(rect, t.surface_sunken, t.border, 8, state);
  head(QRectF(rect.left() + 11 * u, rect.top() + 7 * u, rect.width() - 22 * u, 18 * u), numa.title, numa.detail,
       numa.used, theme::FontRole::caption_strong);
  if (numa.used_permille < 0) return;
  const QRectF bar(rect.left() + 11 * u, rect.top() + 30 * u, rect.width() - 22 * u, 6 * u);
  const QColor track = theme::mix(t.surface_sunken, t.border_strong, t.dark ? 0.75 : 0.55);
  paint_bar(painter_, bar, numa.used_permille, track, t.series[1], direction_);
}

void TopologyPainter::cache(const TopologyCache& cache, const QRectF& rect, BoxState state) {
  const theme::Tokens& t = theme::tokens();
  const qreal u = unit();
  if (!cache.title.isEmpty() || state.selected || state.hovered) frame(rect, t.surface, t.border, 7, state);
  painter_.setFont(theme::font(theme::FontRole::micro));
  painter_.setPen(t.muted);
  const QRectF line(rect.left() + 9 * u, rect.top() + 4 * u, rect.width() - 18 * u, 19 * u);
  paint_text(painter_, line, Qt::AlignLeft | Qt::AlignVCenter, cache.title, direction_);
}

void TopologyPainter::tile(const TopologyCore& core, const QRectF& rect, BoxState state) {
  const theme::Tokens& t = theme::tokens();
  const int permille = heat_of(core);
  const QColor ground = permille < 0 ? t.surface_sunken : ramp(permille);
  painter_.setPen(state.selected || state.hovered ? QPen(t.text, state.selected ? 2 : 1)
                  : permille < 0                  ? QPen(t.border_strong, 1, Qt::DotLine)
                                                  : QPen(Qt::NoPen));
  painter_.setBrush(ground);
  painter_.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
  if (scale_ < kLabelScaleMin) return;
  painter_.setFont(theme::font(permille > 500 ? theme::FontRole::micro_strong : theme::FontRole::micro));
  painter_.setPen(permille < 0 ? t.faint : theme::ink_on(t, ground));
  paint_text(painter_, rect, Qt::AlignCenter, core.label, direction_);
}

// Without antialiasing and text: thousands of them make a frame.
void TopologyPainter::mosaic(const TopologyCache& cache, const QRectF& rect, BoxState state) {
  const theme::Tokens& t = theme::tokens();
  const auto count = static_cast<int>(cache.cores.size());
  const qreal cell = kMosaicCell * unit();
  const int columns = std::clamp(static_cast<int>(rect.width() / cell), 1, count);
  const int rows = (count + columns - 1) / columns;
  const qreal wide = rect.width() / columns;
  const qreal high = std::min(rect.height() / rows, std::max(cell, wide));
  painter_.setRenderHint(QPainter::Antialiasing, false);
  for (int core = 0; core < count; ++core) {
    const int column = direction_ == Qt::RightToLeft ? columns - 1 - core % columns : core % columns;
    const int permille = heat_of(cache.cores[core]);
    const int row = core / columns;
    const QRectF box(rect.left() + column * wide, rect.top() + row * high, wide - 1, high - 1);
    painter_.fillRect(box, permille < 0 ? t.border : ramp(permille));
  }
  painter_.setRenderHint(QPainter::Antialiasing, true);
  if (!state.selected && !state.hovered) return;
  painter_.setBrush(Qt::NoBrush);
  painter_.setPen(QPen(state.selected ? t.accent : t.border_strong, state.selected ? 2 : 1));
  painter_.drawRoundedRect(rect.adjusted(-3, -3, 2, 2), 4, 4);
}

void TopologyPainter::device(const TopologyDevice& device, const QRectF& rect, BoxState state) {
  const theme::Tokens& t = theme::tokens();
  const qreal u = unit();
  frame(rect, t.surface, device.offered ? t.border_strong : t.border, 8, state);
  const QRectF inner = rect.adjusted(12 * u, 9 * u, -12 * u, -8 * u);
  const bool rtl = direction_ == Qt::RightToLeft;
  const qreal line = 18 * u;
  QRectF icon(rtl ? inner.right() - line : inner.left(), inner.top(), line, line);
  theme::paint_icon(painter_, icon, device.glyph, device.offered ? t.accent_text : t.faint);
  painter_.setFont(theme::font(theme::FontRole::body_strong));
  const QFontMetricsF metrics(painter_.font());
  const qreal price = std::min(metrics.horizontalAdvance(device.price) + 1, inner.width() / 2);
  const QRectF top(inner.left(), inner.top(), inner.width(), line);
  painter_.setPen(device.offered ? t.ok : t.faint);
  paint_text(painter_,
             rtl ? QRectF(top.left(), top.top(), price, line) : QRectF(top.right() - price, top.top(), price, line),
             Qt::AlignRight | Qt::AlignVCenter, device.price, direction_);
  painter_.setPen(t.text);
  const qreal lead = line + 6 * u;
  paint_text(painter_, rtl ? top.adjusted(price + 8, 0, -lead, 0) : top.adjusted(lead, 0, -price - 8, 0),
             Qt::AlignLeft | Qt::AlignVCenter, device.name, direction_);
  const qreal small = 15 * u;
  const QRectF bottom(inner.left(), inner.bottom() - small, inner.width(), small);
  const qreal between = bottom.top() - top.bottom();
  const qreal step = between / 2;
  const QFont figures = theme::font(theme::FontRole::micro);
  const qreal widest =
      std::max(theme::tabular_width(device.load, figures), theme::tabular_width(device.memory, figures)) + 1;
  const qreal usual = std::min(76 * u, inner.width() * 0.4);
  const qreal values = std::clamp(widest, usual, std::max(usual, inner.width() * 0.6));
  meter(QRectF(inner.left(), top.bottom() + step * 0.5 - small / 2 + 1, inner.width(), small),
        TopologyPainterText::tr("Load"), device.load_permille, device.load, t.accent, values);
  meter(QRectF(inner.left(), top.bottom() + step * 1.5 - small / 2 - 1, inner.width(), small),
        TopologyPainterText::tr("Memory"), device.memory_permille, device.memory, t.series[1], values);
  painter_.setFont(theme::font(theme::FontRole::micro));
  const QFontMetricsF micro(painter_.font());
  const qreal warm = device.temperature.isEmpty() ? 0 : micro.horizontalAdvance(device.temperature) + 14 * u;
  const qreal power = device.power.isEmpty() ? 0 : micro.horizontalAdvance(device.power) + 14 * u;
  const auto cut = [&](qreal from_lead) {
    return rtl ? bottom.adjusted(0, 0, -from_lead, 0) : bottom.adjusted(from_lead, 0, 0, 0);
  };
  const bool warns = device.temperature_tone != theme::Tone::neutral;
  painter_.setPen(warns ? ink_color(ink_of(device.temperature_tone)) : t.muted);
  paint_text(painter_, bottom, Qt::AlignLeft | Qt::AlignVCenter, device.temperature, direction_);
  painter_.setPen(t.muted);
  paint_text(painter_, cut(warm), Qt::AlignLeft | Qt::AlignVCenter, device.power, direction_);
  paint_text(painter_, cut(warm + power), Qt::AlignRight | Qt::AlignVCenter, device.work, direction_);
}

void TopologyPainter::meter(const QRectF& line, const QString& name, int permille, const QString& value,
                            const QColor& fill, qreal values) {
  if (permille < 0 && value.isEmpty()) return;
  const theme::Tokens& t = theme::tokens();
  const qreal u = unit();
  painter_.setFont(theme::font(theme::FontRole::micro));
  const bool rtl = direction_ == Qt::RightToLeft;
  const QFontMetricsF metrics(painter_.font());
  const qreal names = std::max(metrics.horizontalAdvance(TopologyPainterText::tr("Load")),
                               metrics.horizontalAdvance(TopologyPainterText::tr("Memory"))) +
                      7 * u;
  painter_.setPen(t.muted);
  paint_text(painter_, line, Qt::AlignLeft | Qt::AlignVCenter, name, direction_);
  painter_.setPen(t.text);
  if (theme::tabular_width(value, painter_.font()) <= values) {
    theme::draw_tabular(painter_, line, rtl ? Qt::AlignLeft : Qt::AlignRight, value);
  } else {
    const QRectF box(rtl ? line.left() : line.right() - values, line.top(), values, line.height());
    paint_text(painter_, box, Qt::AlignRight | Qt::AlignVCenter, value, direction_);
  }
  if (permille < 0) return;
  const QRectF bar = QRectF(line.left(), line.center().y() - 2.5 * u, line.width(), 5 * u);
  paint_bar(painter_, rtl ? bar.adjusted(values + 4, 0, -names, 0) : bar.adjusted(names, 0, -values - 4, 0), permille,
            t.border, fill, direction_);
}

}  // namespace quern::desktop::widgets
