#include "desktop/widgets/peer_map.hpp"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <array>
#include <climits>
#include <cmath>
#include <initializer_list>
#include <numbers>
#include <tuple>
#include <utility>

#include "desktop/theme/icon.hpp"
#include "desktop/theme/theme.hpp"
#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/plain_text.hpp"
#include "desktop/widgets/taken_boxes.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr std::array<int, 4> kRings = {10, 50, 100, 200};  // milliseconds
constexpr double kFarthest = 260;                          // at the edge; what is farther, or not known, too
constexpr double kBend = 8;                                // milliseconds at which the scale turns from linear to log
constexpr double kInner = 0.16, kInnerMost = 0.5;          // of the radius: nobody sits on the centre
constexpr int kTries = 72;                                 // directions that are tried for a peer
constexpr int kOffHub = 9;              // how far off the hub the nearest stand in a small map, at a 13-pixel body
constexpr qreal kHub = 22, kReach = 4;  // kReach: around a mark, for the mouse
constexpr qreal kDash = 4;
constexpr float kCrowdAlpha = 0.22F;  // of one link
constexpr qreal kCrowdOpacity = 0.4;  // of all together
constexpr int kCrowdTries = 24, kLabelsTried = 300;
constexpr qreal kNeighbourhood = 48;  // of names
constexpr int kOuterSteps = 12;
constexpr int kCrowd = 300;  // above, links are paler and marks smaller

double part_of_radius(int milliseconds, const QSizeF& reach) {
  const double inner = std::clamp((kHub + theme::scaled(kOffHub)) / reach.height(), kInner, kInnerMost);
  const double known = milliseconds < 0 ? kFarthest : std::min<double>(milliseconds, kFarthest);
  return inner + (1 - inner) * std::log1p(known / kBend) / std::log1p(kFarthest / kBend);
}

qreal mark_radius(const PeerMark& peer, qsizetype crowd) {
  const qreal smaller = crowd <= kCrowd ? 1 : std::max(0.45, std::sqrt(0.6 * kCrowd / static_cast<qreal>(crowd)));
  const qreal base = theme::scaled(100) / 100.0 * smaller;
  if (peer.devices > 0) return base * (6 + 2.0 * std::sqrt(std::min(peer.devices, 16)));
  return base * (peer.kind == PeerKind::relay ? 5.5 : 4.5);
}

// FNV-1a: the same in every run and build, unlike qHash.
quint32 direction_of(const QString& id) {
  quint32 hash = 2166136261U;
  for (const char16_t unit : id.toStdU16String()) hash = (hash ^ unit) * 16777619U;
  return hash ^ (hash >> 15);
}

QVector<int> up_to(qsizetype count) {
  QVector<int> numbers(count);
  for (int at = 0; at < count; ++at) numbers[at] = at;
  return numbers;
}

QString ring_text(int milliseconds) {
  return PeerMap::tr("%1 ms").arg(milliseconds);
}

QRectF around(const QPointF& centre, qreal radius) {
  return {centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius};
}

QColor color_of(PeerKind kind) {
  const theme::Tokens& t = theme::tokens();
  return kind == PeerKind::provider ? t.accent : kind == PeerKind::relay ? t.series[2] : t.faint;
}

}  // namespace

PeerMap::PeerMap(const QString& accessible_name, QWidget* parent) : QWidget(parent) {
  setAccessibleName(accessible_name);
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
  drawing_.setInterval(0);
  connect(&drawing_, &QTimer::timeout, this, &PeerMap::draw_on);
}

void PeerMap::set_peers(QVector<PeerMark> peers) {
  const QString kept = selected();
  const auto far = [](const PeerMark& peer) { return peer.rtt_milliseconds < 0 ? INT_MAX : peer.rtt_milliseconds; };
  std::ranges::sort(peers, [&](const PeerMark& one, const PeerMark& other) {
    return far(one) != far(other) ? far(one) < far(other) : one.id < other.id;
  });
  if (peers.size() > kPeersMax) peers.resize(kPeersMax);
  for (PeerMark& peer : peers) {
    peer.name = one_line(peer.name);
    peer.devices = std::max(0, peer.devices);
  }
  if (peers == peers_) return;
  peers_ = std::move(peers);
  hovered_ = -1;
  current_ = -1;
  arrange();
  select(kept);
  items_changed(this);
}

QString PeerMap::selected() const {
  return current_ < 0 ? QString() : peers_[current_].id;
}

void PeerMap::select(const QString& id) {
  const auto at = std::ranges::find(peers_, id, &PeerMark::id);
  current_ = id.isEmpty() || at == peers_.end() ? -1 : static_cast<int>(at - peers_.begin());
  update();
}

QPointF PeerMap::centre() const {
  return QRectF(rect()).center();
}

QSizeF PeerMap::radii() const {
  const qreal margin = theme::scaled(26);
  const qreal high = std::max(40.0, height() / 2.0 - margin);
  // Not much wider than high: the eye must still take it for one distance.
  return {std::min(std::max(40.0, width() / 2.0 - margin), high * 1.35), high};
}

// The distance is never touched; of the directions near a peer's own, the first that is free is taken.
void PeerMap::arrange() {
  const QSizeF reach = radii();
  const bool crowded = peers_.size() > kCrowd;
  const int tries = crowded ? kCrowdTries : kTries;
  places_.resize(peers_.size());
  QVector<int> order = up_to(peers_.size());
  std::ranges::sort(order, {}, [this](int peer) { return std::pair(-peers_[peer].devices, peer); });
  TakenBoxes taken(rect(), 32);
  // kInner keeps marks off the hub; a larger box would leave those of the nearest peers no place in a small map.
  taken.add(around(centre(), kHub / std::numbers::sqrt2));
  for (const int milliseconds : kRings) taken.add(ring_label_box(milliseconds));
  QVector<double> angles(peers_.size());
  for (const int peer : order) {
    const double part = part_of_radius(peers_[peer].rtt_milliseconds, reach);
    const double wanted = direction_of(peers_[peer].id) / 4294967296.0 * 2 * std::numbers::pi;
    const qreal radius = mark_radius(peers_[peer], peers_.size()) + (crowded ? 0.5 : 5);
    QPointF place;
    double angle = wanted;
    for (int attempt = 0; attempt < tries; ++attempt) {
      const int step = (attempt + 1) / 2;
      angle = wanted + (attempt % 2 == 0 ? step : -step) * 2 * std::numbers::pi / kTries;
      place = centre() + QPointF(std::cos(angle) * reach.width(), std::sin(angle) * reach.height()) * part;
      if (taken.free(around(place, radius))) break;
    }
    places_[peer] = place;
    angles[peer] = std::fmod(angle + 4 * std::numbers::pi, 2 * std::numbers::pi);
    taken.add(around(place, radius));
  }
  by_angle_ = order;
  std::ranges::sort(by_angle_, {}, [&](int peer) { return std::pair(angles[peer], peer); });
  place_labels();
  redraw();
}

// A crowd takes its time to be placed, and to be drawn: not both in one turn of the event loop. What was drawn before
// stays meanwhile.
void PeerMap::redraw() {
  const bool can_wait = isVisible() && peers_.size() > kCrowd && ground_.size() == size() * devicePixelRatioF();
  if (!can_wait) {
    drawing_.stop();
    ground_ = QPixmap();
    update();
  } else if (drawing_.isActive()) {
    changed_meanwhile_ = true;  // what has begun is finished: changes that never cease must not keep it from that
  } else {
    next_ground_ = empty_ground();
    next_layer_ = 0;
    drawing_.start();
  }
}

void PeerMap::draw_on() {
  if (next_ground_.size() != size() * devicePixelRatioF()) return drawing_.stop();
  QPainter painter(&next_ground_);
  painter.setRenderHint(QPainter::Antialiasing);
  paint_layer(painter, static_cast<Layer>(next_layer_));
  if (++next_layer_ < kLayers) return;
  painter.end();
  drawing_.stop();
  ground_ = std::exchange(next_ground_, QPixmap());
  update();
  if (std::exchange(changed_meanwhile_, false)) redraw();
}

QRectF PeerMap::ring_label_box(int milliseconds) const {
  const QFontMetricsF metrics(theme::font(theme::FontRole::micro));
  QRectF box(QPointF(), QSizeF(metrics.horizontalAdvance(ring_text(milliseconds)) + 14, metrics.height() + 3));
  box.moveCenter(centre() - QPointF(0, radii().height() * part_of_radius(milliseconds, radii())));
  return box;
}

QSizeF PeerMap::label_size(int peer) const {
  const QFontMetricsF metrics(theme::font(theme::FontRole::micro));
  return {std::min<qreal>(metrics.horizontalAdvance(peers_[peer].name) + 12, theme::scaled(128)), metrics.height()};
}

// Away from the centre, off its link: below a mark or above it; then towards the centre, at its right, at its left.
std::array<QRectF, 4> PeerMap::label_places(int peer) const {
  const QSizeF size = label_size(peer);
  const QPointF& c = places_[peer];
  const qreal off = mark_radius(peers_[peer], peers_.size()) + 3;
  const qreal left = std::clamp(c.x() - size.width() / 2, 0.0, std::max(0.0, width() - size.width()));
  const qreal beside = c.y() - size.height() / 2, away = c.y() < centre().y() ? -off - size.height() : off;
  return {QRectF({left, c.y() + away}, size), QRectF({left, c.y() - size.height() - away}, size),
          QRectF({c.x() + off + 2, beside}, size), QRectF({c.x() - off - 2 - size.width(), beside}, size)};
}

QRectF PeerMap::free_label_place(int peer, const TakenBoxes& taken) const {
  for (const QRectF& box : label_places(peer)) {
    if (QRectF(rect()).contains(box) && taken.free(box)) return box;
  }
  return {};
}

// Behind the mark as seen from the centre, as near as it is free.
QRectF PeerMap::outer_label_place(int peer, const TakenBoxes& taken) const {
  const QPointF way = QLineF(centre(), places_[peer]).unitVector().p2() - centre();
  QRectF box(QPointF(), label_size(peer));
  const qreal half = (std::abs(way.x()) * box.width() + std::abs(way.y()) * box.height()) / 2;
  const qreal least = mark_radius(peers_[peer], peers_.size()) + 3 + half;
  for (int step = 0; step < kOuterSteps; ++step) {
    box.moveCenter(places_[peer] + way * (least + step * 6));
    if (QRectF(rect()).contains(box) && taken.free(box)) return box;
  }
  return {};
}

// Of one that is raised: where it stands anyway, else where it covers least of what cannot be missed.
QRectF PeerMap::raised_label_place(int peer) const {
  if (const auto at = labelled_.indexOf(peer); at >= 0) return label_boxes_[at];
  const TakenBoxes marks = taken_by_marks();
  TakenBoxes all = marks;
  for (const QRectF& box : label_boxes_) all.add(box);
  TakenBoxes hub(rect(), kNeighbourhood);
  hub.add(around(centre(), kHub));
  for (const TakenBoxes* taken : std::initializer_list<const TakenBoxes*>{&all, &marks, &hub}) {
    if (const QRectF box = free_label_place(peer, *taken); !box.isNull()) return box;
    if (const QRectF box = outer_label_place(peer, *taken); !box.isNull()) return box;
  }
  return label_places(peer)[0];
}

// What no name may lie on: the centre, the marks and the words of the rings.
TakenBoxes PeerMap::taken_by_marks() const {
  TakenBoxes taken(rect(), kNeighbourhood);
  taken.add(around(centre(), kHub));
  for (int peer = 0; peer < peers_.size(); ++peer) {
    taken.add(around(places_[peer], mark_radius(peers_[peer], peers_.size())));
  }
  for (const int milliseconds : kRings) taken.add(ring_label_box(milliseconds));
  return taken;
}

// Those with most devices first; a name that has no place off the centre, the marks and other names is left out.
void PeerMap::place_labels() {
  labelled_.clear();
  label_boxes_.clear();
  TakenBoxes taken = taken_by_marks();
  QVector<int> order = up_to(peers_.size());
  std::ranges::sort(order, {}, [this](int peer) {
    return std::tuple(-peers_[peer].devices, peers_[peer].kind != PeerKind::relay, peer);
  });
  int tried = 0;
  for (const int peer : order) {
    if (labelled_.size() >= kLabelsMax || ++tried > kLabelsTried) break;
    if (peers_[peer].name.isEmpty()) continue;
    const QRectF box = free_label_place(peer, taken);
    if (box.isNull()) continue;
    taken.add(box);
    labelled_.append(peer);
    label_boxes_.append(box);
  }
}

void PeerMap::paint_rings(QPainter& painter) const {
  const theme::Tokens& t = theme::tokens();
  const QSizeF reach = radii();
  painter.setPen(Qt::NoPen);
  for (const int milliseconds : kRings) {
    QColor tint = t.accent;
    tint.setAlphaF(t.dark ? 0.035F : 0.025F);
    painter.setBrush(tint);
    const double part = part_of_radius(milliseconds, reach);
    painter.drawEllipse(centre(), reach.width() * part, reach.height() * part);
  }
  painter.setBrush(Qt::NoBrush);
  for (const int milliseconds : kRings) {
    const double part = part_of_radius(milliseconds, reach);
    painter.setPen(QPen(theme::mix(t.border, t.border_strong, 0.4), 1, Qt::DashLine));
    painter.drawEllipse(centre(), reach.width() * part, reach.height() * part);
  }
}

// Of a crowd all at once, without antialiasing and with the dots made here: a dotted pen takes a hundred times as long.
// They are made paler together: of a line that others shine through, Qt has every few pixels filled by other threads,
// and waking those takes five times as long as all the rest.
void PeerMap::paint_links(QPainter& painter) const {
  if (peers_.size() <= kCrowd) {
    for (int peer = 0; peer < peers_.size(); ++peer) paint_link(painter, peer, false);
    return;
  }
  QVector<QLineF> lines;
  for (int peer = 0; peer < peers_.size(); ++peer) {
    const QLineF whole(centre(), places_[peer]);
    if (!peers_[peer].relayed) {
      lines.append(whole);
      continue;
    }
    const qreal length = std::max(1.0, whole.length());
    for (qreal at = 0; at + kDash < length; at += 2 * kDash) {
      lines.append(QLineF(whole.pointAt(at / length), whole.pointAt((at + kDash) / length)));
    }
  }
  QPixmap opaque = empty_ground();
  QPainter solid(&opaque);
  solid.setPen(QPen(theme::tokens().border_strong, 1));
  solid.drawLines(lines);
  solid.end();
  painter.setOpacity(kCrowdOpacity);
  painter.drawPixmap(0, 0, opaque);
  painter.setOpacity(1);
}

void PeerMap::paint_link(QPainter& painter, int peer, bool strong) const {
  const theme::Tokens& t = theme::tokens();
  QColor color = strong ? t.accent : t.border_strong;
  if (!strong) color.setAlphaF(peers_.size() > kCrowd ? kCrowdAlpha : 0.75F);
  QPen pen(color, strong ? 2 : 1.2);
  if (peers_[peer].relayed) pen.setStyle(Qt::DotLine);
  painter.setPen(pen);
  painter.drawLine(centre(), places_[peer]);
}

void PeerMap::paint_peer(QPainter& painter, int peer, bool strong) const {
  const theme::Tokens& t = theme::tokens();
  const PeerMark& mark = peers_[peer];
  const qreal radius = mark_radius(mark, peers_.size());
  const QPointF& c = places_[peer];
  const QColor color = color_of(mark.kind);
  if (strong) {
    QColor glow = color;
    glow.setAlphaF(0.25F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(glow);
    painter.drawEllipse(c, radius + 5, radius + 5);
  }
  painter.setPen(peers_.size() > kCrowd ? QPen(Qt::NoPen) : QPen(t.surface, 1.5));
  painter.setBrush(color);
  if (mark.kind == PeerKind::relay) {
    const qreal r = radius + 1.5;
    painter.drawPolygon(QPolygonF({c - QPointF(0, r), c + QPointF(r, 0), c + QPointF(0, r), c - QPointF(r, 0)}));
  } else {
    painter.drawEllipse(c, radius, radius);
  }
  const bool roomy = radius >= theme::scaled(7);
  if (mark.devices <= 0 || !roomy) return;
  painter.setFont(theme::font(theme::FontRole::micro_strong));
  painter.setPen(theme::contrast(color, t.on_accent) > theme::contrast(color, t.text) ? t.on_accent : t.text);
  const QString count = mark.devices > 99 ? QStringLiteral("99+") : QString::number(mark.devices);
  painter.drawText(around(c, radius + 2), Qt::AlignCenter, count);
}

void PeerMap::paint_label(QPainter& painter, int peer, const QRectF& box, bool strong) const {
  const theme::Tokens& t = theme::tokens();
  painter.setFont(theme::font(strong ? theme::FontRole::micro_strong : theme::FontRole::micro));
  if (strong) {
    QColor ground = t.surface;
    ground.setAlphaF(0.85F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    painter.drawRoundedRect(box, 4, 4);
  }
  painter.setPen(strong ? t.text : t.muted);
  paint_text(painter, box.adjusted(-2, 0, 2, 0), Qt::AlignCenter, peers_[peer].name, layoutDirection());
}

// A link that is raised lies below all names and marks of others, as it does on the ground.
QRegion PeerMap::free_for_link(int peer) const {
  const QPointF way = places_[peer] - centre();
  const qreal length = std::max(1.0, std::hypot(way.x(), way.y()));
  QRegion free = rect();
  const auto leave = [&](const QRectF& box, QRegion::RegionType form) {
    const QPointF from = box.center() - centre();
    const qreal along = std::clamp(QPointF::dotProduct(from, way) / length, 0.0, length);
    const QPointF nearest = from - way * (along / length);
    if (std::hypot(nearest.x(), nearest.y()) > std::hypot(box.width(), box.height()) / 2 + 2) return;
    free -= QRegion(box.toAlignedRect(), form);
  };
  for (qsizetype at = 0; at < labelled_.size(); ++at) {
    if (labelled_[at] != peer) leave(label_boxes_[at], QRegion::Rectangle);
  }
  for (const int milliseconds : kRings) leave(ring_label_box(milliseconds), QRegion::Rectangle);
  for (int other = 0; other < peers_.size(); ++other) {
    if (other != peer) leave(item_rect(other), QRegion::Ellipse);
  }
  leave(around(centre(), kHub), QRegion::Ellipse);
  return free;
}

QPixmap PeerMap::empty_ground() const {
  QPixmap pixmap(size() * devicePixelRatioF());
  pixmap.setDevicePixelRatio(devicePixelRatioF());
  pixmap.fill(Qt::transparent);
  return pixmap;
}

QPixmap PeerMap::drawn_ground() const {
  QPixmap pixmap = empty_ground();
  QPainter painter(&pixmap);
  painter.setRenderHint(QPainter::Antialiasing);
  for (int layer = 0; layer < kLayers; ++layer) paint_layer(painter, static_cast<Layer>(layer));
  return pixmap;
}

void PeerMap::paint_layer(QPainter& painter, Layer layer) const {
  switch (layer) {
    case Layer::links:
      return paint_links_and_hub(painter);
    case Layer::marks:
      for (int peer = 0; peer < peers_.size(); ++peer) paint_peer(painter, peer, false);
      return;
    case Layer::labels:
      paint_scale(painter);
      for (qsizetype at = 0; at < labelled_.size(); ++at) paint_label(painter, labelled_[at], label_boxes_[at], false);
      return;
  }
}

void PeerMap::paint_links_and_hub(QPainter& painter) const {
  const theme::Tokens& t = theme::tokens();
  paint_rings(painter);
  paint_links(painter);
  QColor glow = t.accent;
  glow.setAlphaF(0.14F);
  painter.setPen(Qt::NoPen);
  painter.setBrush(glow);
  painter.drawEllipse(centre(), kHub + 9, kHub + 9);
  painter.setBrush(t.surface);
  painter.setPen(QPen(t.accent, 2));
  painter.drawEllipse(centre(), kHub, kHub);
  theme::paint_icon(painter, around(centre(), kHub / 2), theme::Glyph::server, t.accent_text);
}

void PeerMap::paint_scale(QPainter& painter) const {
  const theme::Tokens& t = theme::tokens();
  painter.setFont(theme::font(theme::FontRole::micro));
  for (const int milliseconds : kRings) {
    const QRectF box = ring_label_box(milliseconds);
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.surface);
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2);
    painter.setPen(t.muted);
    painter.drawText(box, Qt::AlignCenter, ring_text(milliseconds));
  }
}

void PeerMap::paintEvent(QPaintEvent*) {
  if (ground_.size() != size() * devicePixelRatioF()) ground_ = drawn_ground();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.drawPixmap(0, 0, ground_);
  QVector<int> raised;
  if (hovered_ >= 0) raised << hovered_;
  if (current_ >= 0 && current_ != hovered_) raised << current_;
  for (const int peer : raised) {
    painter.save();
    painter.setClipRegion(free_for_link(peer));
    paint_link(painter, peer, peer == current_);
    painter.restore();
  }
  for (const int peer : raised) paint_peer(painter, peer, true);
  for (const int peer : raised) {
    if (!peers_[peer].name.isEmpty()) paint_label(painter, peer, raised_label_place(peer), true);
  }
  if (shows_focus(*this) && current_ < 0) paint_focus(painter, rect(), 8);
}

QString PeerMap::item_text(int item) const {
  if (item < 0 || item >= peers_.size()) return {};
  const PeerMark& peer = peers_[item];
  QStringList parts{peer.name.isEmpty() ? peer.id : peer.name};
  parts.append(peer.rtt_milliseconds < 0 ? tr("round trip not known") : tr("%1 ms").arg(peer.rtt_milliseconds));
  if (peer.devices > 0) parts.append(tr("%n devices", nullptr, peer.devices));
  if (peer.kind == PeerKind::relay) parts.append(tr("relay"));
  if (peer.relayed) parts.append(tr("through a relay"));
  return one_line(parts.join(QStringLiteral(", ")));
}

QRect PeerMap::item_rect(int item) const {
  if (item < 0 || item >= places_.size()) return {};
  return around(places_[item], mark_radius(peers_[item], peers_.size()) + 2).toAlignedRect();
}

void PeerMap::choose_item(int item) {
  if (item < 0 || item >= peers_.size()) return;
  current_ = item;
  update();
  item_focused(this, item);
  Q_EMIT selected_changed(peers_[item].id);
}

int PeerMap::peer_at(const QPointF& position) const {
  int best = -1;
  qreal best_distance = 0;
  for (int peer = 0; peer < places_.size(); ++peer) {
    const QPointF way = places_[peer] - position;
    const qreal distance = std::hypot(way.x(), way.y());
    const qreal reach = mark_radius(peers_[peer], peers_.size()) + kReach;
    if (distance > reach || (best >= 0 && distance >= best_distance)) continue;
    best = peer;
    best_distance = distance;
  }
  return best;
}

// Left and right: the next around the centre. Up and down: the next farther and nearer; peers lie by round-trip time.
int PeerMap::neighbour(int key) const {
  const int count = item_count();
  if (current_ < 0) return count > 0 ? 0 : -1;
  if (key == Qt::Key_Up) return std::min(count - 1, current_ + 1);
  if (key == Qt::Key_Down) return std::max(0, current_ - 1);
  const auto at = static_cast<int>(by_angle_.indexOf(current_));
  // Angles grow clockwise on a screen; what "right" means on the upper half holds for the whole way around.
  const int step = key == Qt::Key_Right ? 1 : count - 1;
  return by_angle_[(at + step) % count];
}

void PeerMap::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  arrange();
}

void PeerMap::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) choose_item(peer_at(event->position()));
}

void PeerMap::mouseDoubleClickEvent(QMouseEvent* event) {
  const int peer = peer_at(event->position());
  if (peer >= 0) Q_EMIT peer_activated(peers_[peer].id);
}

void PeerMap::mouseMoveEvent(QMouseEvent* event) {
  const int peer = peer_at(event->position());
  if (std::exchange(hovered_, peer) == peer) return;
  setCursor(peer >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
  update();
}

void PeerMap::leaveEvent(QEvent*) {
  if (std::exchange(hovered_, -1) >= 0) update();
}

void PeerMap::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
      return choose_item(neighbour(event->key()));
    case Qt::Key_Home:
      return choose_item(0);
    case Qt::Key_End:
      return choose_item(item_count() - 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (current_ >= 0) Q_EMIT peer_activated(peers_[current_].id);
      return;
    default:
      QWidget::keyPressEvent(event);
  }
}

void PeerMap::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::StyleChange || event->type() == QEvent::LayoutDirectionChange) {
    ground_ = QPixmap();  // of other colours: not to be seen any more
    arrange();
  }
}

bool PeerMap::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  QToolTip::showText(help->globalPos(), tool_tip(item_text(peer_at(help->pos()))), this);
  return true;
}

}  // namespace quern::desktop::widgets
