#include "desktop/pages/device_row.hpp"

#include <QGridLayout>

#include "desktop/pages/device_control.hpp"
#include "desktop/pages/price_proposal.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/price_spin.hpp"

namespace quern::desktop::pages {

using widgets::Ink;

DeviceRow::DeviceRow(models::DaemonModels& models, QWidget* parent)
    : QWidget(parent),
      models_(models),
      name_(new widgets::TextLabel({}, theme::FontRole::body_strong)),
      why_(new widgets::TextLabel({}, theme::FontRole::caption, Ink::muted)),
      price_(new widgets::PriceSpin(tr("Price of an hour"))),
      offer_(new widgets::Toggle),
      proposal_(new PriceProposal),
      fault_(new widgets::TextLabel({}, theme::FontRole::caption, Ink::bad)) {
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(theme::kSpaceM);
  grid->setVerticalSpacing(theme::kSpaceXs);
  grid->setColumnStretch(0, 1);
  grid->addWidget(name_, 0, 0, 1, 2, Qt::AlignVCenter);
  grid->addWidget(offer_, 0, 2, Qt::AlignTrailing | Qt::AlignVCenter);
  grid->addWidget(why_, 1, 0, Qt::AlignVCenter);
  grid->addWidget(price_, 1, 1, 1, 2, Qt::AlignTrailing | Qt::AlignVCenter);
  grid->addWidget(proposal_, 2, 0, 1, 3);
  grid->addWidget(fault_, 3, 0, 1, 3);
  control_ = new DeviceControl(models_, {*offer_, *price_, *proposal_, *fault_}, this);
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
  const bool silent = device->offered || !device->hindered();
  why_->set_text(!silent                         ? device->why.sentence()
                 : device->paused                ? tr("Paused")
                 : device->offered               ? tr("Offered")
                 : control_->waits_for_sharing() ? tr("Offered as soon as this machine is shared")
                                                 : tr("Not offered"));
}

}  // namespace quern::desktop::pages
