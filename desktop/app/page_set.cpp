#include "desktop/app/page_set.hpp"

#include <QLocale>
#include <QPair>
#include <QVector>
#include <memory>

#include "desktop/app/languages.hpp"
#include "desktop/app/main_window.hpp"
#include "desktop/pages/earnings_page.hpp"
#include "desktop/pages/first_run_page.hpp"
#include "desktop/pages/jobs_page.hpp"
#include "desktop/pages/machine_page.hpp"
#include "desktop/pages/market_page.hpp"
#include "desktop/pages/peers_page.hpp"
#include "desktop/pages/preferences_page.hpp"
#include "desktop/pages/submit_page.hpp"

namespace quern::desktop::app {
namespace {

const QString kMachinePage = QStringLiteral("machine");
const QString kPeersPage = QStringLiteral("peers");
const QString kMarketPage = QStringLiteral("market");
const QString kJobsPage = QStringLiteral("jobs");
const QString kEarningsPage = QStringLiteral("earnings");
const QString kSubmitPage = QStringLiteral("submit");

// Codes and what their speakers call them.
QVector<QPair<QString, QString>> spoken_languages() {
  QVector<QPair<QString, QString>> spoken;
  for (const QString& code : languages()) {
    if (code != kPseudoLanguage) spoken.append({code, QLocale(code).nativeLanguageName()});
  }
  return spoken;
}

struct Parts {
  MainWindow& window;
  models::DaemonModels& models;
  pages::AppSettings& settings;
  pages::ServiceUnit& service;
  // Made when they are first needed.
  pages::MarketPage* market = nullptr;
  pages::JobsPage* jobs = nullptr;
  pages::SubmitPage* submit = nullptr;
};
using PartsPtr = std::shared_ptr<Parts>;

QWidget* make_welcome(const PartsPtr& parts) {
  auto* page = new pages::FirstRunPage(parts->models, parts->settings, parts->service);
  MainWindow* const window = &parts->window;
  QObject::connect(page, &pages::FirstRunPage::finished, window, &MainWindow::open_first);
  QObject::connect(page, &pages::FirstRunPage::daemon_choice_wanted, window, &MainWindow::choose_daemon);
  return page;
}

QWidget* make_peers(const PartsPtr& parts) {
  auto* page = new pages::PeersPage(parts->models);
  QObject::connect(page, &pages::PeersPage::offers_wanted, &parts->window, [parts](const QString& peer) {
    parts->window.open(kMarketPage);
    if (parts->market) parts->market->show_peer(peer);
  });
  return page;
}

QWidget* make_market(const PartsPtr& parts) {
  parts->market = new pages::MarketPage(parts->models);
  parts->market->set_saved_filters(parts->settings.saved_filters());
  parts->market->set_hidden_columns(parts->settings.hidden_columns());
  QObject::connect(parts->market, &pages::MarketPage::kept_changed, &parts->window, [parts] {
    parts->settings.set_saved_filters(parts->market->saved_filters());
    parts->settings.set_hidden_columns(parts->market->hidden_columns());
  });
  QObject::connect(parts->market, &pages::MarketPage::run_here, &parts->window,
                   [parts](const QString& provider, const QString& device, const QString& job) {
                     parts->window.open(kSubmitPage);
                     if (!parts->submit) return;
                     parts->submit->prefer(provider, device);
                     if (!job.isEmpty()) parts->submit->open_files({job});
                   });
  return parts->market;
}

// What Run here was pressed on before is forgotten.
void new_job(const PartsPtr& parts, const QStringList& paths) {
  parts->window.open(kSubmitPage);
  if (!parts->submit) return;
  parts->submit->prefer({}, {});
  if (!paths.isEmpty()) parts->submit->open_files(paths);
}

QWidget* make_jobs(const PartsPtr& parts) {
  parts->jobs = new pages::JobsPage(parts->models);
  QObject::connect(parts->jobs, &pages::JobsPage::new_job_wanted, &parts->window, [parts] { new_job(parts, {}); });
  return parts->jobs;
}

void show_job(const PartsPtr& parts, const QString& job) {
  parts->window.open(kJobsPage);
  if (parts->jobs) parts->jobs->show_job(job);
}

QWidget* make_submit(const PartsPtr& parts) {
  parts->submit = new pages::SubmitPage(parts->models);
  const auto propose = [parts] { parts->submit->propose_budget(parts->settings.proposed_budget_micro()); };
  propose();
  QObject::connect(&parts->settings, &pages::AppSettings::proposed_budget_changed, parts->submit, propose);
  QObject::connect(parts->submit, &pages::SubmitPage::submitted, &parts->window,
                   [parts](const QString& job) { show_job(parts, job); });
  return parts->submit;
}

QWidget* make_preferences(const PartsPtr& parts) {
  auto* page = new pages::PreferencesPage(parts->models, parts->settings, parts->service);
  QObject::connect(page, &pages::PreferencesPage::daemon_choice_wanted, &parts->window, &MainWindow::choose_daemon);
  page->set_languages(spoken_languages());
  return page;
}

std::function<bool(const models::DaemonModels&)> offers(const char* capability) {
  return [capability](const models::DaemonModels& models) { return models.status().can(capability); };
}

std::vector<Page> pages_of(const PartsPtr& parts) {
  using theme::Glyph;
  const auto page = [&](const QString& name, const QString& title, Glyph glyph, const char* capability,
                        QWidget* (*make)(const PartsPtr&)) {
    return Page{.name = name,
                .title = title,
                .glyph = glyph,
                .listed = name != kWelcomePage && name != kSubmitPage,
                .offered = *capability ? offers(capability) : nullptr,
                .make = [parts, make] { return make(parts); }};
  };
  return {page(kMachinePage, MainWindow::tr("Machine"), Glyph::machine, "machine",
               [](const PartsPtr& of) -> QWidget* { return new pages::MachinePage(of->models); }),
          page(kPeersPage, MainWindow::tr("Peers"), Glyph::peers, "", make_peers),
          page(kMarketPage, MainWindow::tr("Market"), Glyph::market, "", make_market),
          page(kJobsPage, MainWindow::tr("Jobs"), Glyph::jobs, "", make_jobs),
          page(kEarningsPage, MainWindow::tr("Earnings"), Glyph::earnings, "earnings",
               [](const PartsPtr& of) -> QWidget* { return new pages::EarningsPage(of->models); }),
          page(kPreferencesPage, MainWindow::tr("Preferences"), Glyph::settings, "", make_preferences),
          page(kSubmitPage, MainWindow::tr("New job"), Glyph::plus, "", make_submit),
          page(kWelcomePage, MainWindow::tr("Welcome"), Glyph::spark, "", make_welcome)};
}

}  // namespace

PageSet make_page_set(MainWindow& window, models::DaemonModels& models, pages::AppSettings& settings,
                      pages::ServiceUnit& service) {
  const auto parts = std::make_shared<Parts>(Parts{window, models, settings, service});
  return {.pages = pages_of(parts),
          .new_job = [parts](const QStringList& paths) { new_job(parts, paths); },
          .show_job = [parts](const QString& job) { show_job(parts, job); }};
}

QStringList page_names() {
  return {kMachinePage, kPeersPage, kMarketPage, kJobsPage, kEarningsPage, kPreferencesPage, kSubmitPage, kWelcomePage};
}

}  // namespace quern::desktop::app
