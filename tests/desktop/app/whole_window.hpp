// The whole window of the app, with all its pages, on whatever speaks for a daemon. Needs no test framework.
#pragma once
#include <QString>
#include <QTimeZone>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "desktop/app/main_window.hpp"
#include "desktop/client/connection.hpp"
#include "desktop/client/recording_transport.hpp"
#include "desktop/models/daemon_models.hpp"
#include "tests/desktop/pages/played_service.hpp"

namespace quern::desktop::app {

inline models::QuantityText english() {
  return models::QuantityText(QLocale(QLocale::English, QLocale::UnitedStates), QTimeZone::utc());
}

inline client::TransportFactory played_at_once(client::Recording recording) {
  return client::replay(std::make_shared<const client::Recording>(std::move(recording)), client::Pace::immediate);
}

// Neither connected nor shown when made. `settings_path` is a file of its own.
struct WholeWindow {
  WholeWindow(const QString& settings_path, client::TransportFactory transport, std::function<std::int64_t()> now,
              client::ConnectionOptions options = {})
      : file(settings_path),
        settings(file),
        connection(std::move(transport), options),
        models(connection, english(), std::move(now)),
        donation(models),
        window(models, settings, donation, service) {
    window.set_pages(make_page_set(window, models, settings, service));
  }
  ~WholeWindow() { window.hide(); }
  WholeWindow(const WholeWindow&) = delete;
  WholeWindow& operator=(const WholeWindow&) = delete;

  client::SettingsStore file;
  pages::PlayedService service;
  pages::AppSettings settings;
  client::Connection connection;
  models::DaemonModels models;
  DonationControl donation;
  MainWindow window;
};

}  // namespace quern::desktop::app
