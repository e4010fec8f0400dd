#include "desktop/app/device_pauses.hpp"

#include <QAction>
#include <algorithm>
#include <utility>

namespace quern::desktop::app {

namespace {

// What stands in a menu: bounded, and no letter of it is a key.
QString entry_text(const QString& name) {
  QString text = models::plain_text(name, DevicePauses::kNameCharsMax);
  return text.replace(u'&', QStringLiteral("&&"));
}

}  // namespace

DevicePauses::DevicePauses(models::DaemonModels& models, DonationControl& donation, QMenu& parent_menu, QObject* parent)
    : QObject(parent), models_(models), donation_(donation), menu_(std::make_unique<QMenu>(tr("Pause one device"))) {
  parent_menu.addMenu(menu_.get());
  connect(&donation_, &DonationControl::changed, this, &DevicePauses::refresh);
  connect(&models_, &models::DaemonModels::machine_changed, this, &DevicePauses::refresh);
  refresh();
}

// Those that are to be offered; two of one name are told apart by their ids.
std::vector<DevicePauses::Device> DevicePauses::devices() const {
  std::vector<Device> list;
  const auto& machine = models_.machine();
  if (!machine) return list;
  list.reserve(std::min(machine->devices.size(), kDevicesShown));
  for (const models::DeviceData& device : machine->devices) {
    if (!device.wanted || list.size() == kDevicesShown) continue;
    const auto same = std::ranges::count(machine->devices, device.name, &models::DeviceData::name);
    const QString id = models::short_id(device.id);
    list.push_back({device.id, same > 1 ? QStringLiteral("%1 · %2").arg(device.name, id) : device.name});
  }
  return list;
}

void DevicePauses::make_entries() {
  entries_.clear();
  entries_.reserve(made_.size());
  for (const Device& device : made_) {
    Entry entry{.menu = std::make_unique<QMenu>(entry_text(device.name))};
    donation_.add_lengths(*entry.menu, device.id);
    entry.resume = entry.menu->addAction(QString());
    connect(entry.resume, &QAction::triggered, this, [this, id = device.id] { donation_.resume(id); });
    menu_->addMenu(entry.menu.get());
    entries_.push_back(std::move(entry));
  }
}

void DevicePauses::refresh() {
  std::vector<Device> now = devices();
  // Only then: a menu that is open stays as it is.
  if (now != made_) {
    made_ = std::move(now);
    make_entries();
  }
  menu_->menuAction()->setVisible(donation_.possible() && donation_.donating() && made_.size() > 1);
  const auto& machine = models_.machine();
  if (!machine) return;
  for (std::size_t at = 0; at < made_.size(); ++at) {
    const auto device = std::ranges::find(machine->devices, made_[at].id, &models::DeviceData::id);
    if (device != machine->devices.end()) show_state(entries_[at], *device);
  }
}

void DevicePauses::show_state(Entry& entry, const models::DeviceData& device) {
  for (QAction* const action : entry.menu->actions()) action->setVisible((action == entry.resume) == device.paused);
  const auto& until = device.paused_until_unix_ms;
  entry.resume->setText(until ? tr("Resume (paused, ends %1)").arg(models_.text().until(*until, models_.now_unix_ms()))
                              : tr("Resume (paused)"));
}

}  // namespace quern::desktop::app
