// A device of this machine: its name and its switch; below, whether it is offered, or why not, and its price; and what
// the daemon refused.
#pragma once
#include <QString>
#include <QWidget>

#include "desktop/models/daemon_models.hpp"
#include "desktop/widgets/labels.hpp"

namespace quern::desktop::widgets {
class PriceSpin;
class Toggle;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class DeviceControl;
class PriceProposal;

class DeviceRow : public QWidget {
  Q_OBJECT
 public:
  explicit DeviceRow(models::DaemonModels& models, QWidget* parent = nullptr);
  void set_device(const QString& id);
  void refresh();

 private:
  models::DaemonModels& models_;
  widgets::TextLabel* name_;
  widgets::TextLabel* why_;
  widgets::PriceSpin* price_;
  widgets::Toggle* offer_;
  PriceProposal* proposal_;
  widgets::TextLabel* fault_;
  DeviceControl* control_;
};

}  // namespace quern::desktop::pages
