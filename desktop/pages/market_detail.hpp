// All about one offer: what it costs and why, what the device is, what this node has had with its provider.
#pragma once
#include <QString>
#include <QVector>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "desktop/models/daemon_models.hpp"
#include "desktop/pages/offer_facts.hpp"
#include "desktop/widgets/card.hpp"
#include "desktop/widgets/key_value_list.hpp"

class QPushButton;

namespace quern::desktop::pages {

class MarketDetail : public widgets::DetailPanel {
  Q_OBJECT
 public:
  explicit MarketDetail(models::DaemonModels& models, QWidget* parent = nullptr);
  // `history` is absent where it is not known.
  void show_offer(const models::OfferRow& offer, const std::optional<PeerHistory>& history);
  void show_nothing(const QString& text);
  QPushButton& compare() { return *compare_; }  // the page's to enable and to answer

 Q_SIGNALS:
  void run_clicked();

 private:
  QVector<widgets::KeyValue> facts(const models::OfferRow& offer) const;
  QVector<widgets::KeyValue> rates(const models::OfferRow& offer) const;
  void show_quote(const models::OfferRow& offer);
  void show_history(const std::optional<PeerHistory>& history);

  models::DaemonModels& models_;
  QWidget* body_;
  widgets::TextLabel* price_;
  widgets::TextLabel* per_day_;
  QWidget* quote_;
  widgets::TextLabel* quote_title_;
  widgets::KeyValueList* quote_rows_;
  widgets::TextLabel* quote_words_;
  widgets::KeyValueList* facts_;
  widgets::KeyValueList* history_;
  widgets::KeyValueList* rates_;
  widgets::TextLabel* nothing_;
  QPushButton* run_;
  QPushButton* compare_;
};

}  // namespace quern::desktop::pages
