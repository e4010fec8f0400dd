#include "desktop/app/page_set.hpp"

#include "desktop/app/main_window.hpp"
#include "desktop/pages/first_run_page.hpp"

namespace quern::desktop::app {
namespace {

struct Parts {
  MainWindow& window;
  models::DaemonModels& models;
  pages::AppSettings& settings;
  pages::ServiceUnit& service;
};

QWidget* make_welcome(const Parts& parts) {
  auto* page = new pages::FirstRunPage(parts.models, parts.settings, parts.service);
  MainWindow* const window = &parts.window;
  QObject::connect(page, &pages::FirstRunPage::finished, window, &MainWindow::open_first);
  QObject::connect(page, &pages::FirstRunPage::daemon_choice_wanted, window, &MainWindow::choose_daemon);
  return page;
}

}  // namespace

PageSet make_page_set(MainWindow& window, models::DaemonModels& models, pages::AppSettings& settings,
                      pages::ServiceUnit& service) {
  const Parts parts{window, models, settings, service};
  PageSet set;
  set.pages.push_back({.name = kWelcomePage,
                       .title = MainWindow::tr("Welcome"),
                       .glyph = theme::Glyph::spark,
                       .listed = false,
                       .offered = {},
                       .make = [parts] { return make_welcome(parts); }});
  return set;
}

QStringList page_names() {
  return {kWelcomePage};
}

}  // namespace quern::desktop::app
