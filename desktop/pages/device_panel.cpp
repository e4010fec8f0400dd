#include "desktop/pages/device_panel.hpp"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include <boost/json/object.hpp>

#include "desktop/models/failure_text.hpp"
#include "desktop/pages/device_control.hpp"
#include "desktop/pages/price_proposal.hpp"
#include "desktop/pages/similar_offers.hpp"
#include "desktop/pages/trend.hpp"
#include "desktop/pages/work_card.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "desktop/widgets/price_spin.hpp"

namespace quern::desktop::pages {

namespace json = boost::json;
using widgets::Ink;

namespace {

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

QVBoxLayout* make_column(QWidget* box) {
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceS);
  return column;
}

}  // namespace

DevicePanel::DevicePanel(models::DaemonModels& models, QWidget* parent)
    : DetailPanel(parent),
      models_(models),
      receipts_(new NewestReceipts(models, kReceiptsAsked, this)),
      of_device_(new QWidget),
      of_part_(new widgets::KeyValueList),
      offer_(new widgets::Toggle(tr("Offer this device"))),
      why_(new widgets::TextLabel({}, theme::FontRole::caption, Ink::warn)),
      price_row_(new QWidget),
      price_(new widgets::PriceSpin(tr("Price of an hour"))),
      proposal_(new PriceProposal),
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
  connect(&models_, &models::DaemonModels::work_changed, this, &DevicePanel::refresh);
  connect(&models_, &models::DaemonModels::offers_changed, this, &DevicePanel::refresh);
  connect(&models_, &models::DaemonModels::status_changed, this, &DevicePanel::refresh);
  connect(receipts_, &NewestReceipts::changed, this, &DevicePanel::show_receipts);
}

void DevicePanel::add_controls() {
  auto* column = qobject_cast<QVBoxLayout*>(of_device_->layout());
  auto* row = new QHBoxLayout(price_row_);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(theme::kSpaceS);
  row->addWidget(new widgets::ElidedLabel(tr("Price"), theme::FontRole::body, Ink::muted), 1);
  row->addWidget(price_);
  control_ = new DeviceControl(models_, {*offer_, *price_, *proposal_, *fault_}, this);
  for (QWidget* each : std::initializer_list<QWidget*>{offer_, why_, price_row_, proposal_, similar_, fault_, pause_}) {
    column->addWidget(each);
  }
  pause_->setProperty("kind", QStringLiteral("ghost"));
  connect(control_, &DeviceControl::settled, this, &DevicePanel::refresh);
  connect(pause_, &QPushButton::clicked, this, [this] {
    const models::DeviceData* const device = control_->find();
    if (device) set_paused(!device->paused);
  });
}

void DevicePanel::add_trends() {
  auto* column = qobject_cast<QVBoxLayout*>(of_device_->layout());
  column->addWidget(new widgets::Separator);
  const QStringList names{tr("Load, last 10 minutes"), tr("Temperature"), tr("Power")};
  const std::array<int, 3> series{0, 2, 3};
  for (int at = 0; at < 3; ++at) {
    trends_.append(new Trend(names[at], series[static_cast<std::size_t>(at)], models::kReadingsMax));
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
    pausing_ = false;
    control_->set_device(id);
  }
  id_ = id;
  of_part_->hide();
  refresh();
}

void DevicePanel::show_part(const PartText& part, theme::Glyph glyph) {
  control_->set_device({});
  id_.clear();
  set_heading(part.title, part.subtitle, glyph);
  of_part_->set_rows(part.rows);
  of_part_->show();
  of_device_->hide();
}

void DevicePanel::refresh() {
  const models::DeviceData* const device = control_->find();
  const auto& machine = models_.machine();
  if (!id_.isEmpty()) of_device_->setVisible(device != nullptr);
  if (!device || !machine) return;
  set_heading(device->name, place_of(*device, *machine, models_.text()), device_glyph(device->kind));
  show_controls(*device);
  show_similar(*device);
  show_trends(*device);
  show_facts(*device);
  show_work();
  show_receipts();
}

void DevicePanel::show_controls(const models::DeviceData& device) {
  control_->refresh();
  const bool hindered = !device.offered && device.hindered();
  const bool waits = control_->waits_for_sharing();
  why_->setVisible(hindered || waits);
  why_->set_text(hindered ? device.why.advice()
                          : tr("Offered as soon as this machine is shared: switch that on in the preferences"));
  price_row_->setVisible(control_->can_set() && device.per_hour_micro.has_value());
  pause_->setVisible(models_.status().can("donation.pause") && ((device.wanted && !waits) || device.paused));
  pause_->setEnabled(models_.connection().live() && !pausing_);
  pause_->setText(device.paused ? tr("Resume this device") : tr("Pause this device"));
}

void DevicePanel::show_similar(const models::DeviceData& device) {
  const auto prices = similar_prices(device, models_.offers().rows());
  similar_->setVisible(prices.has_value());
  if (!prices) return;
  const models::QuantityText& text = models_.text();
  QString range = text.credits_per_hour(prices->high_micro);
  if (prices->low_micro != prices->high_micro) range = tr("%1 – %2").arg(text.credits_number(prices->low_micro), range);
  // Of two it is one of them.
  if (prices->offers > 2 && prices->low_micro != prices->high_micro) {
    range = tr("%1, median %2").arg(range, text.credits_number(prices->median_micro));
  }
  similar_->set_text(
      (prices->same_model ? tr("Others offer this model for %1") : tr("Others offer the like for %1")).arg(range));
  similar_->setToolTip(tr("%Ln offers of others, credits an hour", nullptr, static_cast<int>(prices->offers)));
}

void DevicePanel::show_trends(const models::DeviceData& device) {
  const models::QuantityText& text = models_.text();
  const auto now = [&](const auto& reading, auto format) {
    return reading ? (text.*format)(*reading) : models::QuantityText::none();
  };
  trends_[0]->show_values(now(device.busy_permille, &models::QuantityText::percent),
                          models_.device_history().values(id_, models::DeviceHistory::Of::load));
  const theme::Tone tone = temperature_tone(device.temperature_millicelsius.value_or(0));
  trends_[1]->show_values(now(device.temperature_millicelsius, &models::QuantityText::celsius),
                          models_.device_history().values(id_, models::DeviceHistory::Of::temperature),
                          tone == theme::Tone::neutral ? Ink::text : widgets::ink_of(tone));
  QString power = now(device.power_milliwatts, &models::QuantityText::watts);
  if (device.power_milliwatts && device.power_limit_milliwatts) {
    power = tr("%1 of %2").arg(power, text.watts(*device.power_limit_milliwatts));
    trends_[2]->set_range(0, static_cast<qreal>(*device.power_limit_milliwatts) / 1'000);
  }
  trends_[2]->show_values(power, models_.device_history().values(id_, models::DeviceHistory::Of::power));
}

void DevicePanel::show_facts(const models::DeviceData& device) {
  const models::QuantityText& text = models_.text();
  QVector<widgets::KeyValue> rows;
  if (device.memory_used_bytes && device.memory_bytes > 0) {
    rows.append({tr("Memory"), text.bytes_of(*device.memory_used_bytes, device.memory_bytes)});
  } else if (device.memory_bytes > 0) {
    rows.append({tr("Memory"), text.bytes(device.memory_bytes)});
  }
  if (device.fan_permille) rows.append({tr("Fan"), text.percent(*device.fan_permille)});
  if (device.fp32_flops > 0) rows.append({tr("Measured speed"), text.flops(device.fp32_flops)});
  if (!device.driver_version.isEmpty()) rows.append({tr("Driver"), device.driver_version});
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

void DevicePanel::show_receipts() {
  std::vector<const models::ReceiptRow*> shown;
  int decimals = models::QuantityText::kCreditDecimals;
  for (const models::ReceiptRow& receipt : receipts_->rows()) {
    if (!receipt.earned || receipt.device != id_ || shown.size() == kReceiptsShown) continue;
    shown.push_back(&receipt);
    decimals = models::QuantityText::credits_decimals(receipt.amount_micro, decimals);
  }
  QVector<widgets::KeyValue> rows;
  for (const models::ReceiptRow* const receipt : shown) {
    const QString name = receipt->name.isEmpty() ? models::short_id(receipt->id) : receipt->name;
    const bool unpaid = receipt->state == QStringLiteral("unpaid");
    rows.append({unpaid ? tr("%1, unpaid").arg(name) : name,
                 models_.text().credits_signed(receipt->amount_micro, decimals), unpaid ? Ink::bad : Ink::ok});
  }
  receipts_box_->setVisible(!rows.isEmpty());
  receipt_rows_->set_rows(rows);
}

void DevicePanel::set_paused(bool paused) {
  control_->say_fault({});
  pausing_ = true;
  pause_->setEnabled(false);
  models_.connection().call(paused ? "donation.pause" : "donation.resume", {{"device", id_.toStdString()}}, this,
                            [this, id = id_](const client::Outcome& outcome) {
                              if (id != id_) return;
                              pausing_ = false;
                              if (!outcome) control_->say_fault(models::failure_text(outcome.error()));
                              refresh();
                            });
}

}  // namespace quern::desktop::pages
