// What stands at a device that nobody has priced: that others use it for nothing, or would where it is not offered, and
// a price to ask instead.
#pragma once
#include <QWidget>
#include <vector>

#include "desktop/models/machine_data.hpp"
#include "desktop/models/market_data.hpp"
#include "desktop/models/quantity_text.hpp"
#include "desktop/widgets/labels.hpp"

class QPushButton;

namespace quern::desktop::pages {

class PriceProposal : public QWidget {
  Q_OBJECT
 public:
  explicit PriceProposal(QWidget* parent = nullptr);
  // `offers`: what the price is taken from.
  void show_for(const models::DeviceData& device, const std::vector<models::OfferRow>& offers,
                const models::QuantityText& text);

 Q_SIGNALS:
  void taken(qint64 per_hour_micro);

 private:
  widgets::TextLabel* note_;
  QPushButton* take_;
  qint64 per_hour_micro_ = 0;
};

}  // namespace quern::desktop::pages
