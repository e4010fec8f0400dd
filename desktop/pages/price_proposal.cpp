#include "desktop/pages/price_proposal.hpp"

#include <QHBoxLayout>
#include <QPushButton>

#include "desktop/pages/suggested_price.hpp"

namespace quern::desktop::pages {

PriceProposal::PriceProposal(QWidget* parent)
    : QWidget(parent),
      note_(new widgets::TextLabel({}, theme::FontRole::caption, widgets::Ink::warn)),
      take_(new QPushButton) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(theme::kSpaceM);
  row->addWidget(note_, 1);
  row->addWidget(take_, 0, Qt::AlignVCenter);
  connect(take_, &QPushButton::clicked, this, [this] { Q_EMIT taken(per_hour_micro_); });
  hide();
}

void PriceProposal::show_for(const models::DeviceData& device, const std::vector<models::OfferRow>& offers,
                             const models::QuantityText& text) {
  per_hour_micro_ = suggested_price(device, offers).per_hour_micro;
  note_->set_text(device.offered ? tr("It has no price: others use it for nothing")
                                 : tr("It has no price: others would use it for nothing"));
  take_->setText(tr("Ask for %1").arg(text.credits_per_hour(per_hour_micro_)));
  take_->setAccessibleName(tr("Ask for %1: %2").arg(text.credits_per_hour(per_hour_micro_), device.name));
}

}  // namespace quern::desktop::pages
