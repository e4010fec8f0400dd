// The submenu that pauses devices one by one, each for a while or until it is resumed.
#pragma once
#include <QMenu>
#include <QObject>
#include <QString>
#include <memory>
#include <vector>

#include "desktop/app/donation_control.hpp"

class QAction;

namespace quern::desktop::app {

class DevicePauses : public QObject {
  Q_OBJECT
 public:
  static constexpr std::size_t kDevicesShown = 32;
  static constexpr qsizetype kNameCharsMax = 48;

  // All outlive it. The submenu stands at the end of `parent_menu` as it is now.
  DevicePauses(models::DaemonModels& models, DonationControl& donation, QMenu& parent_menu, QObject* parent = nullptr);

  // Shown while the node donates with several devices: else pausing one is pausing all. Called by the owner when a
  // countdown is to be right; a change of the node or its devices is seen without.
  void refresh();
  QMenu& menu() { return *menu_; }

 private:
  struct Device {
    QString id;
    QString name;
    bool operator==(const Device&) const = default;
  };
  struct Entry {
    std::unique_ptr<QMenu> menu;
    QAction* resume = nullptr;  // the last of the menu
  };

  std::vector<Device> devices() const;
  void make_entries();
  void show_state(Entry& entry, const models::DeviceData& device);

  models::DaemonModels& models_;
  DonationControl& donation_;
  std::unique_ptr<QMenu> menu_;
  std::vector<Device> made_;    // what the entries are of
  std::vector<Entry> entries_;  // in the same order
};

}  // namespace quern::desktop::app
