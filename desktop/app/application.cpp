#include "desktop/app/application.hpp"

#include <QApplication>
#include <QDateTime>
#include <QIcon>
#include <QTimeZone>
#include <utility>

#include "desktop/app/autostart.hpp"
#include "desktop/client/recording.hpp"
#include "desktop/pages/background.hpp"
#include "desktop/pages/job_retry.hpp"

namespace quern::desktop::app {
namespace {

std::int64_t now_unix_ms() {
  return QDateTime::currentMSecsSinceEpoch();
}

QString language_of(const Options& options, client::SettingsStore& settings) {
  return options.language.isEmpty() ? pages::AppSettings(settings).language() : options.language;
}

}  // namespace

void name_program(const QString& version) {
  QCoreApplication::setApplicationName(QStringLiteral("quern-desktop"));
  QCoreApplication::setApplicationVersion(version);
}

void name_application(const QString& version) {
  name_program(version);
  QApplication::setApplicationDisplayName(QStringLiteral("Quern"));
  QApplication::setDesktopFileName(kAppId);
  QApplication::setQuitOnLastWindowClosed(false);  // the tray may stay
  QApplication::setWindowIcon(QIcon(QStringLiteral(":/quern/org.quern.Desktop.svg")));
}

Application::Application(Options options, client::SettingsStore& settings, const QDBusConnection& bus)
    : options_(std::move(options)),
      bus_(bus),
      language_(language_of(options_, settings)),
      store_(settings),
      settings_(settings),
      service_(bus_, kDaemonUnit),
      instance_(bus_),
      color_scheme_(bus_, nullptr),
      now_(now_unix_ms) {
  autostart_.setMaxThreadCount(1);
}

Application::~Application() {
  // The window has pages that know the models, which know the connection: in this order.
  screenshots_.reset();
  tray_.reset();
  window_.reset();
}

bool Application::claim() {
  if (options_.stands_alone() || instance_.claim()) return true;
  return !instance_.hand_over(options_.files, options_.page);
}

std::expected<client::TransportFactory, QString> Application::transport() {
  client::Profiles& profiles = settings_.profiles();
  if (!options_.replay.isEmpty()) {
    profiles.set_connected({});
    auto recording = client::load_recording(QFile::encodeName(options_.replay).toStdString());
    if (!recording) return std::unexpected(models::plain_text(QString::fromStdString(recording.error())));
    auto playback =
        client::play(std::make_shared<const client::Recording>(*std::move(recording)), client::Pace::recorded);
    if (playback.now_unix_ms) now_ = std::move(playback.now_unix_ms);
    return std::move(playback.transport);
  }
  if (!options_.profile.isEmpty()) {
    const client::Profile* const profile = profiles.find(options_.profile);
    if (!profile) {
      return std::unexpected(
          tr("there is no daemon saved as \"%1\": add it in the window, under Choose daemon").arg(options_.profile));
    }
    profiles.set_connected(*profile);
    return client::transport_of(*profile);
  }
  if (options_.socket.isEmpty() && options_.url.isEmpty()) return client::transport_of(profiles.current());
  const client::Profile profile{tr("Command line"), options_.socket, options_.url, options_.token_file,
                                options_.ca_file};
  if (const auto fault = client::fault_of(profile)) return std::unexpected(*fault);
  profiles.set_connected(profile);
  return client::transport_of(profile);
}

std::expected<void, QString> Application::record(client::TransportFactory& factory) {
  if (options_.record.isEmpty()) return {};
  record_file_.setFileName(options_.record);
  if (!record_file_.open(QIODevice::WriteOnly | QIODevice::Truncate)) {
    return std::unexpected(tr("\"%1\" cannot be written: %2").arg(options_.record, record_file_.errorString()));
  }
  recorder_ = std::make_unique<client::Recorder>(record_file_, now_unix_ms());
  connect(recorder_.get(), &client::Recorder::failed, this,
          [this](const QString& why) { window_->tell(theme::Tone::bad, tr("The recording has ended: %1").arg(why)); });
  factory = recorder_->watch(std::move(factory));
  return {};
}

// A recording is of one daemon.
void Application::end_recording() {
  if (!recorder_) return;
  recorder_.reset();
  record_file_.close();
  window_->tell(theme::Tone::neutral, tr("The recording has ended: another daemon was chosen"));
}

void Application::dress() {
  theme::Theme& look = theme::Theme::instance();
  look.install();
  look.set_text_percent(settings_.text_percent());
  look.set_mode(options_.mode.value_or(settings_.mode()));
  connect(&color_scheme_, &theme::ColorScheme::changed, &look, &theme::Theme::set_system_dark);
  connect(&settings_, &pages::AppSettings::mode_changed, &look, &theme::Theme::set_mode);
  connect(&settings_, &pages::AppSettings::text_percent_changed, &look, &theme::Theme::set_text_percent);
}

std::expected<void, QString> Application::start() {
  auto factory = transport();
  if (!factory) return std::unexpected(factory.error());
  if (auto recorded = record(*factory); !recorded) return recorded;
  dress();
  connection_ = std::make_unique<client::Connection>(*std::move(factory));
  models_ = std::make_unique<models::DaemonModels>(*connection_, models::QuantityText(language_.locale()),
                                                   [this] { return now_(); });
  donation_ = std::make_unique<DonationControl>(*models_);
  make_window();
  tray_ = std::make_unique<Tray>(*models_, *donation_, bus_);
  wire_settings();
  wire_tray();
  wire_notifications();
  wire_instance();
  connection_->open();
  if (!options_.files.isEmpty()) window_->new_job(options_.files);
  // A desktop that has just been logged in to may show its tray after its programs have started.
  if (options_.hidden && options_.screenshots.isEmpty()) {
    QTimer::singleShot(kTrayPatience, this, &Application::show_without_tray);
  } else {
    window_->show();
  }
  return {};
}

void Application::make_window() {
  window_ = std::make_unique<MainWindow>(*models_, settings_, *donation_, service_);
  window_->setWindowIcon(QApplication::windowIcon());
  window_->set_pages(make_page_set(*window_, *models_, settings_, service_));
  follow_welcome();
  if (!options_.page.isEmpty()) window_->open(options_.page);
  connect(window_.get(), &MainWindow::closed, this, [this] { Q_EMIT ended({}); });
  if (options_.screenshots.isEmpty()) return;
  screenshots_ = std::make_unique<Screenshots>(*window_, *models_, options_.screenshots);
  connect(screenshots_.get(), &Screenshots::ended, this, &Application::ended);
}

// The first run is for this computer's own daemon, and only until it shares or a person has declined.
void Application::follow_welcome() {
  if (settings_.welcomed() || options_.stands_alone()) return;
  window_->open(kWelcomePage);
  connect(models_.get(), &models::DaemonModels::preferences_changed, this, [this] {
    const bool shares = models_->preferences() && models_->preferences()->share.value_or(false);
    if (!shares || settings_.welcomed()) return;
    settings_.set_welcomed(true);
    if (window_->current_page() == kWelcomePage) window_->open_first();
  });
}

void Application::wire_settings() {
  connect(&settings_.profiles(), &client::Profiles::connected_changed, this, [this] {
    // What was asked for on the command line has been overruled by a person.
    now_ = now_unix_ms;
    if (notices_) notices_->forget();
    end_recording();
    connection_->change(client::transport_of(*settings_.profiles().connected()));
  });
  connect(&settings_, &pages::AppSettings::autostart_changed, this, &Application::keep_autostart);
  connect(&store_, &client::SettingsStore::failed, this,
          [this](const QString& why) { window_->tell(theme::Tone::bad, why); });
}

void Application::keep_autostart(bool on) {
  pages::in_background(
      this,
      [file = autostart_file(), program = QApplication::applicationFilePath(), on] {
        return set_autostart(file, program, on);
      },
      [this](bool done) {
        if (!done) window_->tell(theme::Tone::bad, tr("\"%1\" cannot be changed").arg(autostart_file()));
      },
      autostart_);
}

void Application::wire_tray() {
  // Asked at every close: a tray may come and go while the app runs.
  window_->set_stays([this] { return settings_.keep_in_tray() && tray_->there(); });
  connect(tray_.get(), &Tray::gone, this, &Application::show_without_tray);
  tray_->set_takes_jobs(window_->takes_jobs());
  connect(tray_.get(), &Tray::open_wanted, window_.get(), &MainWindow::come_to_front);
  connect(tray_.get(), &Tray::new_job_wanted, this, [this] {
    window_->come_to_front();
    window_->new_job();
  });
  connect(tray_.get(), &Tray::preferences_wanted, this, [this] {
    window_->come_to_front();
    window_->open(kPreferencesPage);
  });
  connect(tray_.get(), &Tray::quit_wanted, window_.get(), &MainWindow::end);
}

void Application::wire_notifications() {
  if (!options_.screenshots.isEmpty()) return;
  notices_ = std::make_unique<NoticeWatch>(*models_, settings_);
  notifications_ = std::make_unique<Notifications>(bus_);
  connect(notices_.get(), &NoticeWatch::noticed, this,
          [this](const Notice& notice) { notifications_->send(notice, models_->status().can("job.retry")); });
  connect(notices_.get(), &NoticeWatch::over, notifications_.get(), &Notifications::withdraw);
  connect(notifications_.get(), &Notifications::undelivered, this,
          [this](const Notice& notice) { tray_->tell(notice.title, notice.body); });
  connect(notifications_.get(), &Notifications::opened, this, [this](const Notice& notice) {
    window_->come_to_front();
    if (!notice.job.isEmpty()) window_->show_job(notice.job);
  });
  connect(notifications_.get(), &Notifications::retry_wanted, this, [this](const QString& job) {
    pages::retry_job(*connection_, job, true, this, [this](const pages::Retried& again) {
      if (again) return;
      window_->come_to_front();
      const pages::RetryFault& fault = again.error();
      // That it may have started names the daemon, and stays true of it.
      fault.tone == theme::Tone::bad ? window_->tell_refusal(fault.text) : window_->tell(fault.tone, fault.text);
    });
  });
}

void Application::wire_instance() {
  connect(&instance_, &SingleInstance::activated, this, [this](const QString& token) {
    if (!token.isEmpty()) qputenv("XDG_ACTIVATION_TOKEN", token.toUtf8());
    window_->come_to_front();
  });
  connect(&instance_, &SingleInstance::files_opened, window_.get(), &MainWindow::new_job);
  connect(&instance_, &SingleInstance::page_wanted, window_.get(), &MainWindow::open);
}

// Nothing else would lead to it.
void Application::show_without_tray() {
  if (!tray_->there()) window_->show();
}

}  // namespace quern::desktop::app
