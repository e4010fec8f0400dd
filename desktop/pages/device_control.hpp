// The switch and the price of one device of this machine, wherever they stand: changes go to the daemon at once
// (device.set), and what it refuses is said and goes back.
#pragma once
#include <QObject>
#include <QString>
#include <QTimer>
#include <cstdint>

#include <boost/json/object.hpp>

#include "desktop/models/daemon_models.hpp"
#include "desktop/pages/asked.hpp"
#include "desktop/widgets/labels.hpp"

namespace quern::desktop::widgets {
class PriceSpin;
class Toggle;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class PriceProposal;

// All prices of the device with another one for its time: what is not named is free.
boost::json::object rates_with(const models::DeviceData& device, std::int64_t per_hour_micro);

class DeviceControl : public QObject {
  Q_OBJECT
 public:
  struct Widgets {
    widgets::Toggle& offer;
    widgets::PriceSpin& price;
    PriceProposal& proposal;
    widgets::TextLabel& fault;
  };
  // All outlive it; the widgets are laid out by others. `offer`, `price` and `proposal` are hidden where the daemon
  // cannot set them.
  DeviceControl(models::DaemonModels& models, const Widgets& parts, QObject* parent);

  // What was being set of another device is still sent.
  void set_device(const QString& id);
  const QString& device() const { return id_; }
  // Nullptr: there is no such device (any more).
  const models::DeviceData* find() const;
  bool can_set() const { return models_.status().can("device.set"); }
  // It is switched on, and offered only once the machine is shared.
  bool waits_for_sharing() const;
  void refresh();
  void say_fault(const QString& fault);

 Q_SIGNALS:
  void settled();  // the daemon has answered, or its topic has had the time to say the same

 private:
  void set_offered(bool offered);
  void set_price();
  void ask_price(qint64 micro);
  void end_call();

  models::DaemonModels& models_;
  widgets::Toggle& offer_;
  widgets::PriceSpin& price_;
  PriceProposal& proposal_;
  widgets::TextLabel& fault_;
  QString id_;
  Asked<bool> offered_;
  std::uint64_t calls_ = 0;          // of the switch
  Asked<std::int64_t> price_micro_;  // an hour
  QTimer settle_;                    // while a price is still being stepped, nothing is sent
};

}  // namespace quern::desktop::pages
