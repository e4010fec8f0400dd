// The app from its command line to its end: everything that lives as long as the process.
#pragma once
#include <QDBusConnection>
#include <QFile>
#include <QObject>
#include <QString>
#include <QThreadPool>
#include <chrono>
#include <expected>
#include <memory>

#include "desktop/app/donation_control.hpp"
#include "desktop/app/languages.hpp"
#include "desktop/app/main_window.hpp"
#include "desktop/app/notice_watch.hpp"
#include "desktop/app/notifications.hpp"
#include "desktop/app/options.hpp"
#include "desktop/app/screenshots.hpp"
#include "desktop/app/single_instance.hpp"
#include "desktop/app/systemd_unit.hpp"
#include "desktop/app/tray.hpp"
#include "desktop/client/recording_transport.hpp"
#include "desktop/client/settings_store.hpp"
#include "desktop/theme/color_scheme.hpp"

namespace quern::desktop::app {

// Name and version of any QCoreApplication.
void name_program(const QString& version);
// These and the icon of the QApplication; once, before anything is shown.
void name_application(const QString& version);

class Application : public QObject {
  Q_OBJECT
 public:
  // That a hidden start waits for a tray, of either kind.
  static constexpr std::chrono::milliseconds kTrayPatience{10'000};
  static_assert(kTrayPatience > TrayHost::kX11After);

  // Icon, name and language of the QApplication; before the first widget. `settings` outlives it.
  Application(Options options, client::SettingsStore& settings, const QDBusConnection& bus);
  ~Application() override;
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  // False: another instance has taken over what was to be opened; there is nothing to run.
  bool claim();
  // Connects and shows the window. The error is a text for people.
  std::expected<void, QString> start();

  MainWindow& window() { return *window_; }
  models::DaemonModels& models() { return *models_; }
  Tray& tray() { return *tray_; }

 Q_SIGNALS:
  // `fault`: why, when it is not for a person's wish.
  void ended(const QString& fault);

 private:
  std::expected<client::TransportFactory, QString> transport();
  std::expected<void, QString> record(client::TransportFactory& factory);
  void end_recording();
  void dress();
  void make_window();
  void wire_settings();
  void wire_tray();
  void wire_notifications();
  void wire_instance();
  void follow_welcome();
  void show_without_tray();
  void keep_autostart(bool on);

  Options options_;
  QDBusConnection bus_;
  Language language_;
  client::SettingsStore& store_;
  pages::AppSettings settings_;
  SystemdUnit service_;
  SingleInstance instance_;
  theme::ColorScheme color_scheme_;
  QFile record_file_;
  std::unique_ptr<client::Recorder> recorder_;
  models::DaemonModels::Now now_;  // of the recording while one is played
  std::unique_ptr<client::Connection> connection_;
  std::unique_ptr<models::DaemonModels> models_;
  std::unique_ptr<DonationControl> donation_;
  std::unique_ptr<MainWindow> window_;
  std::unique_ptr<Tray> tray_;
  std::unique_ptr<NoticeWatch> notices_;
  std::unique_ptr<Notifications> notifications_;
  std::unique_ptr<Screenshots> screenshots_;
  QThreadPool autostart_;  // one after the other: its file is as the last switch said, also at the end
};

}  // namespace quern::desktop::app
