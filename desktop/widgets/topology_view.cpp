#include "desktop/widgets/topology_view.hpp"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "desktop/widgets/plain_text.hpp"
#include "desktop/widgets/topology_paint.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr qreal kZoomMax = 4;
constexpr qreal kZoomStep = 1.2;
constexpr int kScrollStep = 40;
constexpr qreal kShowMargin = 16;

bool is_leaf(const TopologyBox& box) {
  return box.part.kind == PartKind::cores || box.part.kind == PartKind::device;
}

// Of all that are known; -1: none is.
int mean_load(const QVector<TopologyCore>& cores) {
  qint64 sum = 0;
  qint64 known = 0;
  for (const TopologyCore& core : cores) {
    sum += std::max(0, core.load_permille);
    known += core.load_permille >= 0 ? 1 : 0;
  }
  return known > 0 ? static_cast<int>(sum / known) : -1;
}

// "12 percent busy"; nothing when it is not known.
QString percent(const QString& pattern, int permille) {
  return permille < 0 ? QString() : QStringLiteral(", ") + pattern.arg((permille + 5) / 10);
}

}  // namespace

TopologyView::TopologyView(const QString& accessible_name, QWidget* parent) : QAbstractScrollArea(parent) {
  setAccessibleName(accessible_name);
  setFocusPolicy(Qt::StrongFocus);
  setFrameShape(QFrame::NoFrame);
  viewport()->setMouseTracking(true);
  viewport()->setAutoFillBackground(false);
  verticalScrollBar()->setSingleStep(kScrollStep);
  horizontalScrollBar()->setSingleStep(kScrollStep);
}

void TopologyView::set_topology(Topology topology) {
  topology = bounded(std::move(topology));
  const bool same = !layout_.boxes.isEmpty() && same_shape(topology_, topology);
  const std::optional<TopologyPart> kept = selected();
  topology_ = std::move(topology);
  if (same) {
    viewport()->update();
    return;
  }
  arrange();
  current_ = -1;
  if (!kept) return;
  if (kept->kind != PartKind::device || !select_device(kept->device_id)) select(*kept);
}

void TopologyView::set_heat(HeatBy heat) {
  heat_ = heat;
  viewport()->update();
}

std::optional<TopologyPart> TopologyView::selected() const {
  if (current_ < 0 || current_ >= layout_.boxes.size()) return std::nullopt;
  return layout_.boxes[current_].part;
}

void TopologyView::select(const TopologyPart& part) {
  const auto at = std::ranges::find(layout_.boxes, part, &TopologyBox::part);
  current_ = at == layout_.boxes.end() ? -1 : static_cast<int>(at - layout_.boxes.begin());
  if (current_ >= 0) show_item(current_);
  viewport()->update();
}

bool TopologyView::select_device(const QString& id) {
  const auto at = std::ranges::find_if(layout_.boxes, [&id](const TopologyBox& box) {
    return box.part.kind == PartKind::device && box.part.device_id == id;
  });
  if (at == layout_.boxes.end()) return false;
  select(at->part);
  return true;
}

void TopologyView::set_zoom(qreal factor) {
  const qreal before = zoom_;
  zoom_ = std::clamp(factor, 1.0, kZoomMax);
  if (zoom_ == before) return;
  // The middle of what is seen stays there.
  const QPointF middle =
      QPointF(horizontalScrollBar()->value(), verticalScrollBar()->value()) + QRectF(viewport()->rect()).center();
  bound_scrolling();
  const QPointF moved = middle * (zoom_ / before) - QRectF(viewport()->rect()).center();
  horizontalScrollBar()->setValue(qRound(moved.x()));
  verticalScrollBar()->setValue(qRound(moved.y()));
  viewport()->update();
}

// Twice when it scrolls: then the bar takes room from the view. What the viewport has now says nothing of that: bars
// come and go with what is arranged here, and not before the view is shown.
void TopologyView::arrange() {
  const TopologyLengths lengths{.unit = theme::scaled(100) / 100.0};
  const QSizeF whole = maximumViewportSize();
  layout_ = lay_out(topology_, whole, lengths);
  if (layout_.size.height() * layout_.scale > whole.height() + 1) {
    layout_ = lay_out(topology_, whole - QSizeF(verticalScrollBar()->sizeHint().width(), 0), lengths);
  }
  hovered_ = -1;
  if (current_ >= layout_.boxes.size()) current_ = -1;
  bound_scrolling();
  items_changed(this);
  viewport()->update();
}

void TopologyView::bound_scrolling() {
  const QSizeF scene = layout_.size * scale();
  const QSize extent(static_cast<int>(std::ceil(scene.width() - 1)), static_cast<int>(std::ceil(scene.height() - 1)));
  const QSize whole = maximumViewportSize();
  const QSize bars(verticalScrollBar()->sizeHint().width(), horizontalScrollBar()->sizeHint().height());
  // One bar may make the other necessary.
  QSize room = whole;
  for (int round = 0; round < 2; ++round) {
    if (extent.height() > room.height()) room.setWidth(whole.width() - bars.width());
    if (extent.width() > room.width()) room.setHeight(whole.height() - bars.height());
  }
  const auto bound = [](QScrollBar* bar, int scene, int page) {
    bar->setPageStep(page);
    bar->setRange(0, std::max(0, scene - page));
  };
  bound(horizontalScrollBar(), extent.width(), room.width());
  bound(verticalScrollBar(), extent.height(), room.height());
}

QPointF TopologyView::origin() const {
  const QSizeF scene = layout_.size * scale();
  const qreal spare_x = std::max(0.0, (viewport()->width() - scene.width()) / 2);
  // A scroll bar in right-to-left counts from the right already: its value is as seen from the left.
  return {spare_x - horizontalScrollBar()->value(), -1.0 * verticalScrollBar()->value()};
}

QRectF TopologyView::view_rect(int item) const {
  const QRectF& rect = layout_.boxes[item].rect;
  const qreal left = layoutDirection() == Qt::RightToLeft ? layout_.size.width() - rect.right() : rect.left();
  return {origin() + QPointF(left, rect.top()) * scale(), rect.size() * scale()};
}

int TopologyView::item_at(const QPointF& position) const {
  for (int item = item_count() - 1; item >= 0; --item) {
    if (view_rect(item).contains(position)) return item;
  }
  return -1;
}

void TopologyView::paintEvent(QPaintEvent* event) {
  QPainter painter(viewport());
  painter.setRenderHint(QPainter::Antialiasing);
  painter.translate(origin());
  painter.scale(scale(), scale());
  TopologyPainter boxes(painter, topology_, heat_, layoutDirection(), scale());
  const bool rtl = layoutDirection() == Qt::RightToLeft;
  for (int item = 0; item < item_count(); ++item) {
    if (!view_rect(item).intersects(event->rect())) continue;
    QRectF rect = layout_.boxes[item].rect;
    if (rtl) rect.moveLeft(layout_.size.width() - rect.right());
    boxes.paint(layout_.boxes[item].part, rect, {.selected = item == current_, .hovered = item == hovered_});
  }
}

QString TopologyView::item_text(int item) const {
  if (item < 0 || item >= item_count()) return {};
  const TopologyPart& part = layout_.boxes[item].part;
  if (part.kind == PartKind::machine) return topology_.host + u' ' + topology_.system;
  if (part.kind == PartKind::device) {
    const TopologyDevice& device = part.numa < 0
                                       ? topology_.devices[part.device]
                                       : topology_.packages[part.package].numas[part.numa].devices[part.device];
    return device.name + percent(tr("%1 percent busy"), device.load_permille) + QStringLiteral(", ") +
           QStringList{device.temperature, device.power, device.price, device.work}.join(QStringLiteral(", "));
  }
  const TopologyPackage& package = topology_.packages[part.package];
  if (part.kind == PartKind::package) return QStringList{package.title, package.detail, package.count}.join(u' ');
  const TopologyNuma& numa = package.numas[part.numa];
  if (part.kind == PartKind::numa) return QStringList{numa.title, numa.detail, numa.used}.join(u' ');
  const TopologyCache& cache = numa.caches[part.cache];
  if (part.kind == PartKind::cache) {
    const auto cores = static_cast<int>(cache.cores.size());
    QStringList said{numa.title, cache.title, tr("%n cores", nullptr, cores)};
    said.removeAll(QString());
    return said.join(QStringLiteral(", ")) + percent(tr("%1 percent busy"), mean_load(cache.cores));
  }
  if (part.cores == 1) {
    return tr("Core %1").arg(cache.cores[part.core].label) +
           percent(tr("%1 percent busy"), cache.cores[part.core].load_permille);
  }
  const QString first = cache.cores.first().label;
  return tr("%n cores", nullptr, part.cores) + QStringLiteral(" %1–%2").arg(first, cache.cores.last().label) +
         percent(tr("%1 percent busy"), mean_load(cache.cores));
}

QRect TopologyView::item_rect(int item) const {
  return view_rect(item).translated(viewport()->pos()).toAlignedRect();
}

void TopologyView::choose_item(int item) {
  if (item >= 0 && item < item_count()) choose(item);
}

void TopologyView::choose(int item) {
  current_ = item;
  if (item < 0) return;
  show_item(item);
  viewport()->update();
  item_focused(this, item);
  Q_EMIT selected_changed(layout_.boxes[item].part);
}

void TopologyView::show_item(int item) {
  const QRectF rect = view_rect(item).adjusted(-kShowMargin, -kShowMargin, kShowMargin, kShowMargin);
  const auto bring = [](QScrollBar* bar, qreal low, qreal high, qreal page) {
    if (low < 0 || high - low > page) {
      bar->setValue(bar->value() + qRound(low));
    } else if (high > page) {
      bar->setValue(bar->value() + qRound(high - page));
    }
  };
  bring(verticalScrollBar(), rect.top(), rect.bottom(), viewport()->height());
  bring(horizontalScrollBar(), rect.left(), rect.right(), viewport()->width());
}

void TopologyView::resizeEvent(QResizeEvent* event) {
  QAbstractScrollArea::resizeEvent(event);
  arrange();
}

void TopologyView::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) choose_item(item_at(event->position()));
}

void TopologyView::mouseDoubleClickEvent(QMouseEvent* event) {
  const int item = item_at(event->position());
  if (item >= 0) Q_EMIT part_activated(layout_.boxes[item].part);
}

void TopologyView::mouseMoveEvent(QMouseEvent* event) {
  const int item = item_at(event->position());
  if (std::exchange(hovered_, item) == item) return;
  viewport()->update();
}

bool TopologyView::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::Leave && std::exchange(hovered_, -1) >= 0) viewport()->update();
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), tool_tip(item_text(item_at(help->pos()))), this);
    return true;
  }
  return QAbstractScrollArea::viewportEvent(event);
}

// Of a box with others in it what lies above the first of them, which stands behind it in the list.
QRectF TopologyView::spot(int item) const {
  QRectF rect = view_rect(item);
  const qsizetype inner = item + 1;
  if (inner < layout_.boxes.size() && layout_.boxes[inner].parent == item) {
    rect.setBottom(view_rect(static_cast<int>(inner)).top());
  }
  return rect;
}

bool TopologyView::is_in(int item, int outer) const {
  while (item > outer) item = layout_.boxes[item].parent;
  return item == outer;
}

// Of the parts in that direction the one that is near and least to the side. Beside a box stand others, not its own.
int TopologyView::neighbour(int key) const {
  const QPointF from = spot(current_).center();
  int best = -1;
  qreal best_cost = 0;
  for (int item = 0; item < item_count(); ++item) {
    const bool sideways = key == Qt::Key_Left || key == Qt::Key_Right;
    if (item == current_ || (sideways && is_in(item, current_))) continue;
    const QRectF rect = spot(item);
    // Against a wide card the straight way counts, not the one to its centre.
    const QPointF nearest(std::clamp(from.x(), rect.left(), rect.right()),
                          std::clamp(from.y(), rect.top(), rect.bottom()));
    const QPointF way = nearest - from;
    qreal along = 0;
    qreal aside = 0;
    switch (key) {
      case Qt::Key_Left:
      case Qt::Key_Right:
        along = key == Qt::Key_Left ? -way.x() : way.x();
        aside = std::abs(way.y());
        break;
      default:
        along = key == Qt::Key_Up ? -way.y() : way.y();
        aside = std::abs(way.x());
    }
    if (along <= 1) continue;
    const qreal cost = along + 3 * aside;
    if (best < 0 || cost < best_cost) {
      best = item;
      best_cost = cost;
    }
  }
  return best;
}

void TopologyView::keyPressEvent(QKeyEvent* event) {
  const int key = event->key();
  const auto first = std::ranges::find_if(layout_.boxes, is_leaf);
  if (event->modifiers().testFlag(Qt::ControlModifier)) {
    if (key == Qt::Key_Plus || key == Qt::Key_Equal) return set_zoom(zoom_ * kZoomStep);
    if (key == Qt::Key_Minus) return set_zoom(zoom_ / kZoomStep);
    if (key == Qt::Key_0) return set_zoom(1);
  }
  if (first == layout_.boxes.end()) return QAbstractScrollArea::keyPressEvent(event);
  const int first_leaf = static_cast<int>(first - layout_.boxes.begin());
  switch (key) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down: {
      const int next = current_ < 0 ? first_leaf : neighbour(key);
      if (next >= 0) choose(next);
      return;
    }
    case Qt::Key_Home:
      return choose(first_leaf);
    case Qt::Key_End:
      for (int item = item_count() - 1; item >= 0; --item) {
        if (is_leaf(layout_.boxes[item])) return choose(item);
      }
      return;
    case Qt::Key_Backspace:
      if (current_ > 0) choose(layout_.boxes[current_].parent);
      return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (current_ >= 0) Q_EMIT part_activated(layout_.boxes[current_].part);
      return;
    default:
      QAbstractScrollArea::keyPressEvent(event);
  }
}

void TopologyView::wheelEvent(QWheelEvent* event) {
  if (!event->modifiers().testFlag(Qt::ControlModifier)) return QAbstractScrollArea::wheelEvent(event);
  set_zoom(zoom_ * std::pow(1.0015, std::clamp(event->angleDelta().y(), -1200, 1200)));
  event->accept();
}

void TopologyView::changeEvent(QEvent* event) {
  QAbstractScrollArea::changeEvent(event);
  if (event->type() == QEvent::StyleChange) arrange();
}

void TopologyView::scrollContentsBy(int, int) {
  viewport()->update();
}

}  // namespace quern::desktop::widgets
