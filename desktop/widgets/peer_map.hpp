// Peers around this node: the distance from the centre is the round-trip time (logarithmic, rings at 10, 50, 100, 200
// ms), the size the number of devices, the shape the kind, a dotted line a relayed connection. The direction means
// nothing but stays the same for a peer. Left and right go around, up and down outwards and inwards.
#pragma once
#include <QPixmap>
#include <QRegion>
#include <QString>
#include <QTimer>
#include <QVector>
#include <QWidget>
#include <array>

#include "desktop/widgets/painted_items.hpp"

class QPainter;

namespace quern::desktop::widgets {

class TakenBoxes;

enum class PeerKind { provider, relay, other };

struct PeerMark {
  QString id;                 // the model's; comes back in the signals and decides the direction
  QString name;               // plain text of the peer's choice
  int rtt_milliseconds = -1;  // -1: not known, drawn outside of the rings
  int devices = 0;
  PeerKind kind = PeerKind::other;
  bool relayed = false;
  bool operator==(const PeerMark&) const = default;
};

class PeerMap : public QWidget, public PaintedItems {
  Q_OBJECT
 public:
  static constexpr int kPeersMax = 2000;  // the nearest are shown
  static constexpr int kLabelsMax = 60;

  explicit PeerMap(const QString& accessible_name, QWidget* parent = nullptr);
  void set_peers(QVector<PeerMark> peers);
  const QVector<PeerMark>& peers() const { return peers_; }  // those shown, by round-trip time
  QString selected() const;                                  // id; empty: none
  void select(const QString& id);                            // silently; unknown or empty: none

  int item_count() const override { return static_cast<int>(peers_.size()); }
  QString item_text(int item) const override;
  QRect item_rect(int item) const override;
  int current_item() const override { return current_; }
  void choose_item(int item) override;
  // Where the words of a ring stand: no mark and no name is put there.
  QRectF ring_label_box(int milliseconds) const;
  QSize sizeHint() const override { return {760, 620}; }
  QSize minimumSizeHint() const override { return {240, 280}; }

 Q_SIGNALS:
  void selected_changed(const QString& id);  // by the user
  void peer_activated(const QString& id);    // double click or Enter

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool event(QEvent* event) override;

 private:
  void arrange();
  void place_labels();
  enum class Layer { links, marks, labels };
  static constexpr int kLayers = 3;
  void redraw();
  void draw_on();
  QRegion free_for_link(int peer) const;
  QPixmap empty_ground() const;
  QPixmap drawn_ground() const;
  void paint_layer(QPainter& painter, Layer layer) const;
  void paint_links_and_hub(QPainter& painter) const;
  void paint_scale(QPainter& painter) const;
  int peer_at(const QPointF& position) const;
  int neighbour(int key) const;
  QPointF centre() const;
  QSizeF radii() const;
  void paint_rings(QPainter& painter) const;
  void paint_links(QPainter& painter) const;
  void paint_link(QPainter& painter, int peer, bool strong) const;
  void paint_peer(QPainter& painter, int peer, bool strong) const;
  void paint_label(QPainter& painter, int peer, const QRectF& box, bool strong) const;
  std::array<QRectF, 4> label_places(int peer) const;
  QSizeF label_size(int peer) const;
  QRectF free_label_place(int peer, const TakenBoxes& taken) const;
  QRectF outer_label_place(int peer, const TakenBoxes& taken) const;  // null: none
  QRectF raised_label_place(int peer) const;
  TakenBoxes taken_by_marks() const;

  QVector<PeerMark> peers_;
  QVector<QPointF> places_;  // in the widget
  QVector<int> by_angle_;    // peers around the centre
  QVector<int> labelled_;
  QVector<QRectF> label_boxes_;  // of labelled_
  QPixmap ground_;               // everything but what is hovered or selected
  QPixmap next_ground_;          // of a crowd, layer by layer, one in each turn of the event loop
  int next_layer_ = 0;
  bool changed_meanwhile_ = false;
  QTimer drawing_;
  int current_ = -1;
  int hovered_ = -1;
};

}  // namespace quern::desktop::widgets
