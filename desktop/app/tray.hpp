// The icon in the tray, where the desktop has one: state, pause, a way back to the window. The app works without it.
#pragma once
#include <QDBusConnection>
#include <QObject>
#include <QPixmap>
#include <QString>
#include <QTimer>
#include <chrono>
#include <memory>

#include "desktop/app/device_pauses.hpp"
#include "desktop/app/donation_control.hpp"
#include "desktop/app/donation_text.hpp"
#include "desktop/app/tray_host.hpp"

class QAction;
class QMenu;
class QSystemTrayIcon;

namespace quern::desktop::app {

class Tray : public QObject {
  Q_OBJECT
 public:
  static constexpr std::chrono::milliseconds kRestart{10'000};  // that a panel may take to come back

  // Both outlive it. Shows its icon whenever there is a tray on `bus` or the screen.
  Tray(models::DaemonModels& models, DonationControl& donation, const QDBusConnection& bus, QObject* parent = nullptr);
  ~Tray() override;
  Tray(const Tray&) = delete;
  Tray& operator=(const Tray&) = delete;

  bool there() const { return icon_ != nullptr; }
  void set_restart(std::chrono::milliseconds most) { absence_.setInterval(most); }
  void set_takes_jobs(bool takes) { takes_jobs_ = takes; }
  // Where notifications cannot be shown otherwise; nothing without a tray.
  void tell(const QString& title, const QString& body);
  QMenu& menu() { return *menu_; }
  QString tool_tip() const { return tool_tip_; }

 Q_SIGNALS:
  void open_wanted();
  void new_job_wanted();
  void preferences_wanted();
  void quit_wanted();
  // For longer than a panel takes to start again.
  void gone();

 private:
  void follow_host();
  void make_icon();
  void make_menu();
  void refresh();

  models::DaemonModels& models_;
  DonationControl& donation_;
  bool takes_jobs_ = false;
  QString tool_tip_;
  theme::Tone shown_tone_ = theme::Tone::neutral;
  std::unique_ptr<QMenu> menu_;
  QAction* state_;
  QAction* new_job_;
  QAction* resume_;
  QMenu* pause_;
  std::unique_ptr<DevicePauses> device_pauses_;
  std::unique_ptr<QSystemTrayIcon> icon_;  // while there is a tray
  TrayHost host_;
  QTimer absence_;
};

}  // namespace quern::desktop::app
