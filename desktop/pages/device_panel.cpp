#include "desktop/pages/device_panel.hpp"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include <boost/json/object.hpp>

#include "desktop/pages/refusal_text.hpp"
#include "desktop/pages/similar_offers.hpp"
#include "desktop/pages/stray_wheel.hpp"
#include "desktop/pages/trend.hpp"
#include "desktop/pages/work_card.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "desktop/widgets/price_spin.hpp"

namespace quern::desktop::pages {

namespace json = boost::json;
using widgets::Ink;

namespace {

constexpr std::int64_t kSecondsPerHour = 3'600;
constexpr std::chrono::milliseconds kSettleTime{400};
const char* const kDeviceSecond = "device_second";

QString place_of(const models::DeviceData& device, const models::MachineData& machine,
                 const models::QuantityText& text) {
  QStringList parts;
  if (device.numa_node && machine.numa_nodes.size() > 1) {
    parts << DevicePanel::tr("NUMA %1").arg(machine.numa_nodes[*device.numa_node].os_index);
  }
  if (!device.pci_address.isEmpty()) parts << DevicePanel::tr("PCIe %1").arg(device.pci_address);
  if (parts.isEmpty() && device.memory_bytes > 0) parts << text.bytes(device.memory_bytes);
  return parts.join(QStringLiteral(" · "));
}

// All prices of the device with another one for its time: what is not named is free.
json::object rates_with(const models::DeviceData& device, std::int64_t per_hour_micro) {
  json::object rates;
  for (const auto& [name, micro] : device.rates) rates[name.toStdString()] = micro;
  rates[kDeviceSecond] = (per_hour_micro + kSecondsPerHour / 2) / kSecondsPerHour;
  return rates;
}

QVBoxLayout* make_column(QWidget* box) {
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceS);
  return column;
}

}  // namespace

DevicePanel::DevicePanel(models::DaemonModels& models, const DeviceHistory& history, QWidget* parent)
    : DetailPanel(parent),
      models_(models),
      history_(history),
      of_device_(new QWidget),
      of_part_(new widgets::KeyValueList),
      offer_(new widgets::Toggle(tr("Offer this device"))),
      why_(new widgets::TextLabel({}, theme::FontRole::caption, Ink::warn)),
      price_row_(new QWidget),
      price_(new widgets::PriceSpin(tr("Price of an hour"))),
      similar_(new widgets::TextLabel({}, theme::FontRole::caption, Ink::muted)),
      pause_(new QPushButton),
      fault_(new widgets::TextLabel({}, theme::FontRole::caption, Ink::bad)),
      facts_(new widgets::KeyValueList),
      receipts_box_(new QWidget),
      receipt_rows_(new widgets::KeyValueList) {
  make_column(of_device_);
  content()->addWidget(of_part_);
  content()->addWidget(of_device_);
  add_controls();
  add_trends();
  add_work();
  of_device_->hide();
  settle_.setSingleShot(true);
  settle_.setInterval(kSettleTime);
  connect(&settle_, &QTimer::timeout, this, &DevicePanel::set_price);
  connect(&models_, &models::DaemonModels::work_changed, this, &DevicePanel::refresh);
  connect(&models_, &models::DaemonModels::offers_changed, this, &DevicePanel::refresh);
  connect(&models_, &models::DaemonModels::status_changed, this, [this] {
    if (!receipts_asked_) fetch_receipts();
    refresh();
  });
  connect(&models_, &models::DaemonModels::earnings_changed, this, &DevicePanel::fetch_receipts);
}

void DevicePanel::add_controls() {
  auto* column = qobject_cast<QVBoxLayout*>(of_device_->layout());
  auto* row = new QHBoxLayout(price_row_);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(theme::kSpaceS);
  row->addWidget(new widgets::ElidedLabel(tr("Price"), theme::FontRole::body, Ink::muted), 1);
  row->addWidget(price_);
  price_->set_unit(tr("cr/h"));
  price_->set_range(0, models::kMicroMax);
  price_->set_step(10 * kSecondsPerHour);  // the daemon counts whole micro-credits a second
  ignore_stray_wheel(price_);
  price_->setToolTip(tr("The service counts in whole micro-credits a second: the price becomes the nearest of these"));
  for (QWidget* each : std::initializer_list<QWidget*>{offer_, why_, price_row_, similar_, fault_, pause_}) {
    column->addWidget(each);
  }
  fault_->hide();
  pause_->setProperty("kind", QStringLiteral("ghost"));
  connect(offer_, &QAbstractButton::clicked, this, &DevicePanel::set_offered);
  connect(price_, &widgets::PriceSpin::value_changed, this, [this](qint64 micro) {
    price_micro_.ask(micro);
    settle_.start();
  });
  connect(pause_, &QPushButton::clicked, this, [this] {
    const models::DeviceData* const device = find();
    if (device) set_paused(!device->paused);
  });
}

void DevicePanel::add_trends() {
  auto* column = qobject_cast<QVBoxLayout*>(of_device_->layout());
  column->addWidget(new widgets::Separator);
  const QStringList names{tr("Load, last 10 minutes"), tr("Temperature"), tr("Power")};
  const std::array<int, 3> series{0, 2, 3};
  for (int at = 0; at < 3; ++at) {
    trends_.append(new Trend(names[at], series[static_cast<std::size_t>(at)]));
    column->addWidget(trends_.back());
  }
  trends_[0]->set_range(0, 1'000);
  trends_[1]->set_range(0, kHotMillicelsius / 1'000.0);
  column->addWidget(facts_);
}

void DevicePanel::add_work() {
  auto* column = qobject_cast<QVBoxLayout*>(of_device_->layout());
  for (int at = 0; at < kWorksShown; ++at) {
    works_.append(new WorkCard(models_));
    works_.back()->hide();
    column->addWidget(works_.back());
  }
  auto* box = make_column(receipts_box_);
  box->addWidget(new widgets::Separator);
  box->addWidget(new widgets::ElidedLabel(tr("Recent jobs"), theme::FontRole::body_strong));
  box->addWidget(receipt_rows_);
  column->addWidget(receipts_box_);
  receipts_box_->hide();
}

void DevicePanel::show_device(const QString& id) {
  if (id != id_) {
    if (settle_.isActive()) set_price();
    offered_ = {};
    price_micro_ = {};
    pausing_ = false;
    fault_->hide();
  }
  id_ = id;
  of_part_->hide();
  refresh();
}

void DevicePanel::show_part(const PartText& part, theme::Glyph glyph) {
  if (settle_.isActive()) set_price();
  id_.clear();
  set_heading(part.title, part.subtitle, glyph);
  of_part_->set_rows(part.rows);
  of_part_->show();
  of_device_->hide();
}

const models::DeviceData* DevicePanel::find() const {
  const auto& machine = models_.machine();
  if (!machine || id_.isEmpty()) return nullptr;
  const auto found = std::ranges::find(machine->devices, id_, &models::DeviceData::id);
  return found == machine->devices.end() ? nullptr : &*found;
}

void DevicePanel::refresh() {
  const models::DeviceData* const device = find();
  if (!id_.isEmpty()) of_device_->setVisible(device != nullptr);
  if (!device) return;
  set_heading(device->name, place_of(*device, *models_.machine(), models_.text()), device_glyph(device->kind));
  show_controls(*device);
  show_similar(*device);
  show_trends(*device);
  show_facts(*device);
  show_work();
  show_receipts();
}

void DevicePanel::show_controls(const models::DeviceData& device) {
  const bool can_set = models_.status().can("device.set");
  const bool live = models_.connection().live();
  offer_->setVisible(can_set);
  offer_->setEnabled(live && !offered_.pending());
  const bool wanted = offered_.shown(device.wanted);
  if (offer_->isChecked() != wanted) offer_->setChecked(wanted);
  why_->setVisible(!device.offered && device.why.there());
  why_->set_text(device.why.remedy.isEmpty() ? device.why.sentence()
                                             : tr("%1: %2").arg(device.why.sentence(), device.why.remedy));
  price_row_->setVisible(can_set && device.per_hour_micro.has_value());
  price_->setEnabled(live);
  const std::int64_t micro = price_micro_.shown(device.per_hour_micro.value_or(0));
  if (price_->value() != micro) price_->set_value(micro);
  pause_->setVisible(models_.status().can("donation.pause") && (device.wanted || device.paused));
  pause_->setEnabled(live && !pausing_);
  pause_->setText(device.paused ? tr("Resume this device") : tr("Pause this device"));
}

void DevicePanel::show_similar(const models::DeviceData& device) {
  const auto prices = similar_prices(device, models_.offers().rows());
  similar_->setVisible(prices.has_value());
  if (!prices) return;
  const models::QuantityText& text = models_.text();
  const QString range = prices->low_micro == prices->high_micro
                            ? text.credits_number(prices->low_micro)
                            : tr("%1 – %2, median %3")
                                  .arg(text.credits_number(prices->low_micro), text.credits_number(prices->high_micro),
                                       text.credits_number(prices->median_micro));
  similar_->set_text(
      (prices->same_model ? tr("Others ask for this model: %1") : tr("Others ask for the like: %1")).arg(range));
  similar_->setToolTip(tr("%n offers of others, credits an hour", nullptr, static_cast<int>(prices->offers)));
}

void DevicePanel::show_trends(const models::DeviceData& device) {
  const models::QuantityText& text = models_.text();
  const auto now = [&](const auto& reading, auto format) {
    return reading ? (text.*format)(*reading) : models::QuantityText::none();
  };
  trends_[0]->show_values(now(device.busy_permille, &models::QuantityText::percent),
                          history_.values(id_, DeviceHistory::Of::load));
  const theme::Tone tone = temperature_tone(device.temperature_millicelsius.value_or(0));
  trends_[1]->show_values(now(device.temperature_millicelsius, &models::QuantityText::celsius),
                          history_.values(id_, DeviceHistory::Of::temperature),
                          tone == theme::Tone::neutral ? Ink::text : widgets::ink_of(tone));
  QString power = now(device.power_milliwatts, &models::QuantityText::watts);
  if (device.power_milliwatts && device.power_limit_milliwatts) {
    power = tr("%1 of %2").arg(power, text.watts(*device.power_limit_milliwatts));
    trends_[2]->set_range(0, static_cast<qreal>(*device.power_limit_milliwatts) / 1'000);
  }
  trends_[2]->show_values(power, history_.values(id_, DeviceHistory::Of::power));
}

void DevicePanel::show_facts(const models::DeviceData& device) {
  const models::QuantityText& text = models_.text();
  QVector<widgets::KeyValue> rows;
  if (device.memory_used_bytes && device.memory_bytes > 0) {
    rows.append({tr("Memory"), used_of(*device.memory_used_bytes, device.memory_bytes, text)});
  } else if (device.memory_bytes > 0) {
    rows.append({tr("Memory"), text.bytes(device.memory_bytes)});
  }
  if (device.fan_permille) rows.append({tr("Fan"), text.percent(*device.fan_permille)});
  if (device.fp32_flops > 0) rows.append({tr("Measured speed"), text.flops(device.fp32_flops)});
  rows.append({tr("Earned today"), text.credits(device.earned_today_micro), Ink::ok});
  const bool idle =
      std::ranges::none_of(models_.work().rows(), [this](const models::WorkRow& work) { return work.device == id_; });
  if (idle)
    rows.append({tr("Running"), device.job ? device.job->name : tr("nothing"), Ink::text, device.job.has_value()});
  facts_->set_rows(rows);
}

void DevicePanel::show_work() {
  qsizetype shown = 0;
  for (const models::WorkRow& work : models_.work().rows()) {
    if (work.device != id_ || shown == works_.size()) continue;
    works_[shown]->show_work(work);
    works_[shown++]->show();
  }
  for (; shown < works_.size(); ++shown) works_[shown]->hide();
}

void DevicePanel::fetch_receipts() {
  if (!models_.status().can("receipts") || !models_.connection().live()) return;
  receipts_asked_ = true;
  models_.connection().call("receipt.list", {{"limit", kReceiptsAsked}}, this, [this](const client::Outcome& outcome) {
    if (!outcome) return;  // the rows of before stay
    receipts_ = models::receipts_from(*outcome).rows;
    show_receipts();
  });
}

void DevicePanel::show_receipts() {
  QVector<widgets::KeyValue> rows;
  for (const models::ReceiptRow& receipt : receipts_) {
    if (!receipt.earned || receipt.device != id_ || rows.size() == kReceiptsShown) continue;
    const QString name = receipt.name.isEmpty() ? models::short_id(receipt.id) : receipt.name;
    const bool unpaid = receipt.state == QStringLiteral("unpaid");
    rows.append({unpaid ? tr("%1, unpaid").arg(name) : name, models_.text().credits_signed(receipt.amount_micro),
                 unpaid ? Ink::bad : Ink::ok});
  }
  receipts_box_->setVisible(!rows.isEmpty());
  receipt_rows_->set_rows(rows);
}

void DevicePanel::set_offered(bool offered) {
  fault_->hide();
  offered_.ask(offered);
  offer_->setEnabled(false);
  const json::object params{{"device", id_.toStdString()}, {"offered", offered}};
  models_.connection().call("device.set", params, this, [this, id = id_](const client::Outcome& outcome) {
    if (id != id_) return;
    outcome ? offered_.granted() : offered_.refused();
    if (!outcome) say_fault(refusal_text(outcome.error()));
    refresh();
  });
}

void DevicePanel::set_price() {
  settle_.stop();
  const models::DeviceData* const device = find();
  if (!device) return;
  fault_->hide();
  const json::object params{{"device", id_.toStdString()}, {"rates", rates_with(*device, price_->value())}};
  models_.connection().call("device.set", params, this, [this, id = id_](const client::Outcome& outcome) {
    if (id != id_ || settle_.isActive()) return;
    if (outcome) {
      const models::Reading rates = models::Reading(*outcome).object("rates");
      if (const auto told = models::hourly_of(rates); told && rates.there()) price_micro_.ask(*told);
      price_micro_.granted();
    } else {
      price_micro_.refused();
      say_fault(refusal_text(outcome.error()));
    }
    refresh();
  });
}

void DevicePanel::set_paused(bool paused) {
  fault_->hide();
  pausing_ = true;
  pause_->setEnabled(false);
  models_.connection().call(paused ? "donation.pause" : "donation.resume", {{"device", id_.toStdString()}}, this,
                            [this, id = id_](const client::Outcome& outcome) {
                              if (id != id_) return;
                              pausing_ = false;
                              if (!outcome) say_fault(refusal_text(outcome.error()));
                              refresh();
                            });
}

void DevicePanel::say_fault(const QString& fault) {
  fault_->set_text(fault);
  fault_->show();
}

}  // namespace quern::desktop::pages
