#include "desktop/pages/device_control.hpp"

#include <algorithm>

#include <boost/json/object.hpp>

#include "desktop/models/failure_text.hpp"
#include "desktop/pages/price_proposal.hpp"
#include "desktop/pages/stray_wheel.hpp"
#include "desktop/pages/suggested_price.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/price_spin.hpp"

namespace quern::desktop::pages {

namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds kSettleTime{400};
const char* const kDeviceSecond = "device_second";

}  // namespace

json::object rates_with(const models::DeviceData& device, std::int64_t per_hour_micro) {
  json::object rates;
  for (const auto& [name, micro] : device.rates) rates[name.toStdString()] = micro;
  rates[kDeviceSecond] = (per_hour_micro + kSecondsPerHour / 2) / kSecondsPerHour;
  return rates;
}

DeviceControl::DeviceControl(models::DaemonModels& models, const Widgets& parts, QObject* parent)
    : QObject(parent),
      models_(models),
      offer_(parts.offer),
      price_(parts.price),
      proposal_(parts.proposal),
      fault_(parts.fault) {
  price_.set_unit(tr("cr/h"));
  price_.set_range(0, models::kMicroMax);
  price_.set_step(10 * kSecondsPerHour);  // the daemon counts whole micro-credits a second
  price_.setToolTip(tr("The service counts in whole micro-credits a second: the price becomes the nearest of these"));
  ignore_stray_wheel(&price_);
  fault_.hide();
  settle_.setSingleShot(true);
  settle_.setInterval(kSettleTime);
  connect(&settle_, &QTimer::timeout, this, &DeviceControl::set_price);
  connect(&offer_, &QAbstractButton::clicked, this, &DeviceControl::set_offered);
  connect(&price_, &widgets::PriceSpin::value_changed, this, [this](qint64 micro) {
    price_micro_.ask(micro);
    settle_.start();
  });
  connect(&proposal_, &PriceProposal::taken, this, &DeviceControl::ask_price);
  connect(&models_.connection(), &client::Connection::daemon_left, &fault_, &QWidget::hide);
}

void DeviceControl::set_device(const QString& id) {
  if (id == id_) return;
  if (settle_.isActive()) set_price();
  offered_ = {};
  price_micro_ = {};
  fault_.hide();
  id_ = id;
}

const models::DeviceData* DeviceControl::find() const {
  const auto& machine = models_.machine();
  if (!machine || id_.isEmpty()) return nullptr;
  const auto found = std::ranges::find(machine->devices, id_, &models::DeviceData::id);
  return found == machine->devices.end() ? nullptr : &*found;
}

bool DeviceControl::waits_for_sharing() const {
  const models::DeviceData* const device = find();
  const auto& preferences = models_.preferences();
  return device && device->wanted && !device->offered && preferences && !preferences->share.value_or(true);
}

void DeviceControl::refresh() {
  const models::DeviceData* const device = find();
  offer_.setVisible(device && can_set());
  price_.setVisible(device && can_set() && device->per_hour_micro);
  if (!device) proposal_.hide();
  if (!device) return;
  const bool live = models_.connection().live();
  offer_.setEnabled(live);
  const bool wanted = offered_.shown(device->wanted);
  if (offer_.isChecked() != wanted) offer_.setChecked(wanted);
  price_.setEnabled(live);
  const std::int64_t micro = price_micro_.shown(device->per_hour_micro.value_or(0));
  if (price_.value() != micro) price_.set_value(micro);
  proposal_.setVisible(can_set() && is_unpriced(*device) && micro == 0);
  proposal_.setEnabled(live);
  if (!proposal_.isHidden()) proposal_.show_for(*device, models_.offers().rows(), models_.text());
}

void DeviceControl::set_offered(bool offered) {
  fault_.hide();
  offered_.ask(offered);
  const json::object params{{"device", id_.toStdString()}, {"offered", offered}};
  // It can be clicked again meanwhile, and so keeps the focus: the last click counts.
  models_.connection().call("device.set", params, this,
                            [this, id = id_, call = ++calls_](const client::Outcome& outcome) {
                              if (id != id_ || call != calls_) return;
                              outcome ? offered_.granted(this, [this] { end_call(); }) : offered_.refused();
                              if (!outcome) say_fault(models::failure_text(outcome.error()));
                              end_call();
                            });
}

void DeviceControl::ask_price(qint64 micro) {
  price_micro_.ask(micro);
  price_.set_value(micro);
  proposal_.hide();
  set_price();
}

void DeviceControl::set_price() {
  settle_.stop();
  const models::DeviceData* const device = find();
  if (!device) return;
  fault_.hide();
  const json::object params{{"device", id_.toStdString()}, {"rates", rates_with(*device, price_.value())}};
  models_.connection().call("device.set", params, this, [this, id = id_](const client::Outcome& outcome) {
    if (id != id_ || settle_.isActive()) return;
    if (outcome) {
      const models::Reading answer(*outcome);
      const models::Reading rates = answer.object("rates");
      if (const auto told = models::hourly_of(rates); told && rates.there()) price_micro_.ask(*told);
      price_micro_.granted(this, [this] { end_call(); });
    } else {
      price_micro_.refused();
      say_fault(models::failure_text(outcome.error()));
    }
    end_call();
  });
}

void DeviceControl::end_call() {
  refresh();
  Q_EMIT settled();
}

void DeviceControl::say_fault(const QString& fault) {
  fault_.set_text(fault);
  fault_.setVisible(!fault.isEmpty());
}

}  // namespace quern::desktop::pages
