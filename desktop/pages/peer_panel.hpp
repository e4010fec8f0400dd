// All about one peer, at the trailing side of the peers' page: how it is reached, how far it is, what it offers, what
// went to and fro, and the way to block it, confirmed on the spot.
#pragma once
#include <QString>
#include <vector>

#include "desktop/models/daemon_models.hpp"
#include "desktop/pages/newest_receipts.hpp"
#include "desktop/pages/peer_view.hpp"
#include "desktop/widgets/card.hpp"

class QPushButton;

namespace quern::desktop::widgets {
class KeyValueList;
}

namespace quern::desktop::pages {

class Trend;

class PeerPanel : public widgets::DetailPanel {
  Q_OBJECT
 public:
  static constexpr std::int64_t kReceiptsAsked = 500;  // that tasks are counted in
  static constexpr int kAddressesShown = 8;

  // `models` outlives it.
  explicit PeerPanel(models::DaemonModels& models, QWidget* parent = nullptr);
  // Empty, or one that is gone: the panel says that none is chosen.
  void show_peer(const QString& id);
  const QString& peer() const { return id_; }
  void refresh();

 Q_SIGNALS:
  void offers_wanted(const QString& peer);

 private:
  void add_actions();
  void show_facts(const models::PeerRow& peer);
  void show_dealings();
  void ask(bool asking);
  void set_blocked(bool blocked);

  models::DaemonModels& models_;
  QString id_;
  bool calling_ = false;
  NewestReceipts* receipts_;

  QWidget* of_peer_;
  widgets::ElidedLabel* whole_id_;
  widgets::Pill* reached_;
  widgets::Pill* devices_;
  widgets::KeyValueList* facts_;
  Trend* trend_;
  widgets::KeyValueList* dealings_;
  QPushButton* offers_;
  QPushButton* block_;
  QWidget* question_;
  widgets::TextLabel* fault_;
};

}  // namespace quern::desktop::pages
