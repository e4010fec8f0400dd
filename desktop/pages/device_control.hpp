// The switch and the price of one device of this machine, wherever they stand: changes go to the daemon at once
// (device.set), and what it refuses is said and goes back.
#pragma once
#include <QObject>
#include <QString>
#include <QTimer>
#include <cstdint>

#include "desktop/models/daemon_models.hpp"
#include "desktop/pages/asked.hpp"
#include "desktop/widgets/labels.hpp"

namespace quern::desktop::widgets {
class PriceSpin;
class Toggle;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class DeviceControl : public QObject {
  Q_OBJECT
 public:
  // All outlive it; the widgets are laid out by others. `offer` and `price` are hidden where the daemon cannot set
  // them.
  DeviceControl(models::DaemonModels& models, widgets::Toggle& offer, widgets::PriceSpin& price,
                widgets::TextLabel& fault, QObject* parent);

  // What was being set of another device is still sent.
  void set_device(const QString& id);
  const QString& device() const { return id_; }
  // Nullptr: there is no such device (any more).
  const models::DeviceData* find() const;
  bool can_set() const { return models_.status().can("device.set"); }
  void refresh();
  void say_fault(const QString& fault);

 Q_SIGNALS:
  void settled();  // the daemon has answered

 private:
  void set_offered(bool offered);
  void set_price();

  models::DaemonModels& models_;
  widgets::Toggle& offer_;
  widgets::PriceSpin& price_;
  widgets::TextLabel& fault_;
  QString id_;
  Asked<bool> offered_;
  Asked<std::int64_t> price_micro_;  // an hour
  QTimer settle_;                    // while a price is still being stepped, nothing is sent
};

}  // namespace quern::desktop::pages
