#include "desktop/pages/share_question.hpp"

#include <QPushButton>
#include <QStringList>
#include <QVBoxLayout>
#include <algorithm>

#include <boost/json/object.hpp>

#include "desktop/models/failure_text.hpp"
#include "desktop/pages/device_control.hpp"
#include "desktop/pages/suggested_price.hpp"
#include "desktop/widgets/flow_layout.hpp"

namespace quern::desktop::pages {

using widgets::Ink;
using widgets::TextLabel;

ShareQuestion::ShareQuestion(models::DaemonModels& models, QWidget* parent)
    : QWidget(parent),
      models_(models),
      prices_(new TextLabel({}, theme::FontRole::caption)),
      fault_(new TextLabel({}, theme::FontRole::caption, Ink::bad)),
      priced_(new QPushButton(tr("Share at these prices"))),
      free_(new QPushButton(tr("Share for nothing"))) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceS);
  column->addWidget(new TextLabel(tr("What has no price is used for nothing. These could be asked an hour:"),
                                  theme::FontRole::caption, Ink::warn));
  column->addWidget(prices_);
  auto* buttons = new widgets::FlowLayout(nullptr, theme::kSpaceS);
  auto* later = new QPushButton(tr("Not now"));
  priced_->setProperty("kind", QStringLiteral("primary"));
  later->setProperty("kind", QStringLiteral("ghost"));
  for (QPushButton* const each : {priced_, free_, later}) buttons->addWidget(each);
  column->addLayout(buttons);
  column->addWidget(fault_);
  connect(priced_, &QPushButton::clicked, this, [this] { settle(true); });
  connect(free_, &QPushButton::clicked, this, [this] { settle(false); });
  connect(later, &QPushButton::clicked, this, &QWidget::hide);
  hide();
}

std::vector<const models::DeviceData*> ShareQuestion::unpriced() const {
  std::vector<const models::DeviceData*> found;
  const auto& machine = models_.machine();
  if (!machine || !models_.status().can("device.set")) return found;
  for (const models::DeviceData& device : machine->devices) {
    if (device.wanted && is_unpriced(device)) found.push_back(&device);
  }
  return found;
}

bool ShareQuestion::asks() {
  const auto devices = unpriced();
  if (devices.empty()) return false;
  if (pending_ > 0 && !isHidden()) return true;
  ++asked_;
  pending_ = 0;
  shown_.clear();
  QStringList lines;
  for (const models::DeviceData* const device : devices) {
    const std::int64_t micro = suggested_price(*device, models_.offers().rows()).per_hour_micro;
    shown_[device->id] = micro;
    lines << QStringLiteral("%1: %2").arg(models_.device_name(device->id), models_.text().credits_per_hour(micro));
  }
  prices_->set_text(lines.join(u'\n'));
  fault_->hide();
  show();
  priced_->setFocus(Qt::OtherFocusReason);
  return true;
}

bool ShareQuestion::asks_again() {
  const auto is_shown = [this](const models::DeviceData* device) { return shown_.contains(device->id); };
  if (std::ranges::all_of(unpriced(), is_shown) || !asks()) return false;
  fault_->set_text(tr("Another device has no price: please look again"));
  fault_->show();
  return true;
}

void ShareQuestion::settle(bool priced) {
  if (pending_ > 0 || asks_again()) return;
  failure_.clear();
  const auto devices = unpriced();
  pending_ = static_cast<int>(devices.size());
  if (pending_ == 0) finish();
  for (const models::DeviceData* const device : devices) {
    // A price of nothing that is the device's own is one on purpose.
    const std::int64_t micro = priced ? shown_.value(device->id) : 0;
    const boost::json::object params{{"device", device->id.toStdString()}, {"rates", rates_with(*device, micro)}};
    models_.connection().call("device.set", params, this, [this, asked = asked_](const client::Outcome& outcome) {
      if (asked != asked_) return;
      if (!outcome && failure_.isEmpty()) failure_ = models::failure_text(outcome.error());
      if (--pending_ == 0) finish();
    });
  }
}

void ShareQuestion::finish() {
  // Hidden: it has been let be meanwhile.
  if (isHidden()) return;
  fault_->set_text(failure_);
  fault_->setVisible(!failure_.isEmpty());
  if (!failure_.isEmpty() || asks_again()) return;
  hide();
  Q_EMIT answered();
}

}  // namespace quern::desktop::pages
