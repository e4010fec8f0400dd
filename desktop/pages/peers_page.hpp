// The peers around this node: how far, what they offer, and one of them in detail. A map and a table of the same.
#pragma once
#include <QString>
#include <QWidget>

#include "desktop/models/daemon_models.hpp"
#include "desktop/models/steady_proxy.hpp"
#include "desktop/models/turn.hpp"
#include "desktop/pages/peer_view.hpp"
#include "desktop/widgets/card.hpp"

class QLineEdit;
class QPushButton;
class QStackedWidget;

namespace quern::desktop::widgets {
class SegmentedControl;
class Table;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class PeerPanel;

class PeersPage : public widgets::PageFrame {
  Q_OBJECT
 public:
  static constexpr int kAddressMax = 1'024;  // characters of one that is added

  // `models` outlives it.
  explicit PeersPage(models::DaemonModels& models, QWidget* parent = nullptr);

 Q_SIGNALS:
  void offers_wanted(const QString& peer);

 private:
  QWidget* make_adding();
  QWidget* make_map();
  QWidget* make_table();
  void show_peers();
  void show_form(int form);
  void choose_first();
  void choose(const QString& id);
  void select_in_table();
  void open_adding(bool open);
  void add_peer();
  void show_confirm();

  models::DaemonModels& models_;
  models::SteadyProxy order_;

  widgets::Pill* state_;
  widgets::SegmentedControl* form_;
  QPushButton* add_;
  QWidget* adding_;
  QLineEdit* address_;
  QPushButton* confirm_;
  client::Reply addition_;  // of the form as it is open now
  widgets::TextLabel* fault_;
  QStackedWidget* forms_;
  QStackedWidget* map_stack_;
  widgets::PeerMap* map_;
  widgets::Table* table_;
  PeerPanel* panel_;
  models::Turn showing_;
};

}  // namespace quern::desktop::pages
