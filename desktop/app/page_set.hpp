// The pages of the window and how they lead to each other. page_set.cpp is the one file that knows them by their
// classes; the window knows what stands here.
#pragma once
#include <QString>
#include <QStringList>
#include <functional>
#include <vector>

#include "desktop/models/daemon_models.hpp"
#include "desktop/pages/app_settings.hpp"
#include "desktop/pages/service_unit.hpp"
#include "desktop/theme/icon.hpp"

class QWidget;

namespace quern::desktop::app {

class MainWindow;

inline const QString kPreferencesPage = QStringLiteral("preferences");
inline const QString kWelcomePage = QStringLiteral("welcome");

struct Page {
  QString name;   // "market": of --page and the settings
  QString title;  // translated, in the navigation
  theme::Glyph glyph = theme::Glyph::machine;
  bool listed = true;  // in the navigation
  // Whether this daemon has what the page is about; absent: it needs nothing. Asked once the daemon has said what it
  // can do; before that every page is there.
  std::function<bool(const models::DaemonModels&)> offered;
  // Called once, when the page is first needed. The window owns what it returns.
  std::function<QWidget*()> make;
};

struct PageSet {
  std::vector<Page> pages;  // in their order
  // Into the form of a new job; no paths: an empty form. Absent: there is no such page, and no button for it.
  std::function<void(const QStringList& paths)> new_job;
  // Absent: there is no page of jobs.
  std::function<void(const QString& job)> show_job;
};

// All outlive the window's pages.
PageSet make_page_set(MainWindow& window, models::DaemonModels& models, pages::AppSettings& settings,
                      pages::ServiceUnit& service);
// What --page takes.
QStringList page_names();

}  // namespace quern::desktop::app
