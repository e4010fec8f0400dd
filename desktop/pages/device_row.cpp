#include "desktop/pages/device_row.hpp"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include "desktop/pages/device_control.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/price_spin.hpp"

namespace quern::desktop::pages {

using widgets::Ink;

DeviceRow::DeviceRow(models::DaemonModels& models, QWidget* parent)
    : QWidget(parent),
      models_(models),
      name_(new widgets::ElidedLabel({}, theme::FontRole::body_strong)),
      why_(new widgets::ElidedLabel({}, theme::FontRole::caption, Ink::muted)),
      price_(new widgets::PriceSpin(tr("Price of an hour"))),
      offer_(new widgets::Toggle),
      fault_(new widgets::TextLabel({}, theme::FontRole::caption, Ink::bad)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceXs);
  auto* row = new QHBoxLayout;
  row->setSpacing(theme::kSpaceM);
  auto* words = new QVBoxLayout;
  words->setSpacing(0);
  words->addWidget(name_);
  words->addWidget(why_);
  row->addLayout(words, 1);
  row->addWidget(price_);
  row->addWidget(offer_);
  column->addLayout(row);
  column->addWidget(fault_);
  control_ = new DeviceControl(models_, *offer_, *price_, *fault_, this);
  connect(control_, &DeviceControl::settled, this, &DeviceRow::refresh);
}

void DeviceRow::set_device(const QString& id) {
  control_->set_device(id);
  refresh();
}

void DeviceRow::refresh() {
  control_->refresh();
  const models::DeviceData* const device = control_->find();
  if (!device) return;
  name_->set_text(device->name);
  offer_->setAccessibleName(tr("Offer %1").arg(device->name));
  price_->setAccessibleName(tr("Price of an hour of %1").arg(device->name));
  const bool silent = device->offered || !device->why.there();
  why_->set_text(!silent           ? device->why.sentence()
                 : device->paused  ? tr("Paused")
                 : device->offered ? tr("Offered")
                                   : tr("Not offered"));
}

}  // namespace quern::desktop::pages
