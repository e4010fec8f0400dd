#include "desktop/app/main_window.hpp"

#include <QCloseEvent>
#include <QFocusEvent>
#include <QMimeData>
#include <QPushButton>
#include <QRadioButton>
#include <QScreen>
#include <QShortcut>
#include <QStackedWidget>
#include <QUrl>
#include <algorithm>
#include <utility>

#include "desktop/app/options.hpp"
#include "desktop/app/profiles_dialog.hpp"
#include "desktop/widgets/card.hpp"
#include "desktop/widgets/controls.hpp"

namespace quern::desktop::app {
namespace {

constexpr int kNumberedPages = 9;

QStringList local_files(const QMimeData& data) {
  QStringList files;
  for (const QUrl& url : data.urls()) {
    if (url.isLocalFile() && files.size() < kFilesMax) files << url.toLocalFile();
  }
  return files;
}

}  // namespace

MainWindow::MainWindow(models::DaemonModels& models, pages::AppSettings& settings, DonationControl& donation,
                       pages::ServiceUnit& service)
    : models_(models), settings_(settings), donation_(donation), service_(service) {
  setWindowTitle(tr("Quern"));
  setObjectName(QStringLiteral("main"));
  setMinimumSize(kLeastWidth, kLeastHeight);
  setAcceptDrops(true);
  make_side();
  make_main();
  make_shortcuts();
  watch();
  restore_geometry();
  show_status();
  show_connection();
}

void MainWindow::watch() {
  connect(&models_, &models::DaemonModels::status_changed, this, &MainWindow::show_pages);
  for (const auto changed : {&models::DaemonModels::machine_changed, &models::DaemonModels::earnings_changed,
                             &models::DaemonModels::preferences_changed}) {
    connect(&models_, changed, this, &MainWindow::show_pages);
    connect(&models_, changed, this, &MainWindow::show_status);
  }
  connect(&models_, &models::DaemonModels::jobs_changed, this, &MainWindow::show_badges);
  connect(&models_.connection(), &client::Connection::state_changed, this, &MainWindow::show_connection);
  connect(&service_, &pages::ServiceUnit::changed, this, &MainWindow::show_connection);
  connect(&service_, &pages::ServiceUnit::refused, this, [this](const QString& why) { tell(theme::Tone::bad, why); });
  connect(&donation_, &DonationControl::changed, this, &MainWindow::show_status);
  connect(&donation_, &DonationControl::refused, this, &MainWindow::tell_refusal);
  connect(&models_.connection(), &client::Connection::daemon_left, this, [this] {
    if (told_is_refusal_) told_->hide();
    show_banners();
  });
  connect(&settings_.profiles(), &client::Profiles::changed, this, &MainWindow::show_status);
  connect(&settings_.profiles(), &client::Profiles::connected_changed, this, &MainWindow::show_status);
  countdown_.setInterval(1'000);
  connect(&countdown_, &QTimer::timeout, this, &MainWindow::show_status);
}

void MainWindow::restore_geometry() {
  const QSize room = screen() ? screen()->availableSize() : QSize(kFirstWidth, kFirstHeight);
  resize(QSize(kFirstWidth, kFirstHeight).boundedTo(room));
  const QByteArray geometry = settings_.window_geometry();
  if (!geometry.isEmpty()) restoreGeometry(geometry);
}

void MainWindow::set_pages(PageSet pages) {
  pages_ = std::move(pages);
  new_job_->setVisible(takes_jobs());
  show_pages();
  if (current_.isEmpty()) open_first();
}

const Page* MainWindow::find(const QString& name) const {
  const auto found = std::ranges::find(pages_.pages, name, &Page::name);
  return found == pages_.pages.end() ? nullptr : &*found;
}

bool MainWindow::can_open(const Page& page) const {
  return !page.offered || !models_.has_status() || page.offered(models_);
}

QStringList MainWindow::open_pages() const {
  QStringList names;
  for (const Page& page : pages_.pages) {
    if (can_open(page)) names << page.name;
  }
  return names;
}

QWidget* MainWindow::page(const QString& name) {
  QWidget*& made = widgets_[name];
  if (made) return made;
  const Page* const page = find(name);
  if (!page) {
    widgets_.remove(name);
    return nullptr;
  }
  QWidget* const widget = page->make();
  // make() may have asked for other pages: the reference above does not hold any more.
  widgets_[name] = widget;
  stack_->addWidget(widget);
  return widget;
}

bool MainWindow::open(const QString& name) {
  const Page* const wanted = find(name);
  if (!wanted || !can_open(*wanted)) return false;
  QWidget* const widget = page(name);
  if (QWidget* const had = stack_->currentWidget(); had && had->isAncestorOf(focusWidget())) {
    focus_[current_] = focusWidget();
  }
  stack_->setCurrentWidget(widget);
  current_ = name;
  navigation_->set_current(static_cast<int>(listed_.indexOf(name)));
  if (wanted->listed) settings_.set_page(name);
  show_veil();
  Q_EMIT page_changed(name);
  return true;
}

void MainWindow::open_first() {
  if (open(settings_.page()) && find(current_)->listed) return;
  for (const bool listed : {true, false}) {
    for (const Page& page : pages_.pages) {
      if (page.listed == listed && open(page.name)) return;
    }
  }
}

void MainWindow::show_pages() {
  QStringList listed;
  QVector<widgets::NavigationItem> items;
  for (const Page& page : pages_.pages) {
    if (!page.listed || !can_open(page)) continue;
    listed << page.name;
    items.append({page.title, page.glyph});
  }
  if (listed != listed_) {
    listed_ = listed;
    const QSignalBlocker quiet(navigation_);
    navigation_->set_items(items);
    navigation_->set_current(static_cast<int>(listed_.indexOf(current_)));
  }
  const Page* const now = find(current_);
  if (now && !can_open(*now)) open_first();
  show_badges();
  show_status();
  show_problems();
}

void MainWindow::show_badges() {
  const auto jobs = listed_.indexOf(QStringLiteral("jobs"));
  const int running = models_.jobs_running();
  navigation_->set_badge(static_cast<int>(jobs), running > 0 ? models_.text().count(running) : QString());
}

bool MainWindow::open_listed(int number) {
  return open(listed_.value(number - 1));
}

void MainWindow::make_shortcuts() {
  const auto key = [this](const QKeySequence& keys, auto act) {
    connect(new QShortcut(keys, this), &QShortcut::activated, this, act);
  };
  for (int number = 1; number <= kNumberedPages; ++number) {
    key(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + number)), [this, number] { open_listed(number); });
  }
  key(QKeySequence(Qt::CTRL | Qt::Key_N), [this] { new_job(); });
  key(QKeySequence(Qt::Key_F6), [this] { go_round(false); });
  key(QKeySequence(Qt::SHIFT | Qt::Key_F6), [this] { go_round(true); });
  key(QKeySequence(Qt::CTRL | Qt::Key_Q), [this] { end(); });
}

std::vector<QWidget*> MainWindow::zones() const {
  std::vector<QWidget*> found{navigation_};
  if (offline_banner_->isVisible()) found.push_back(offline_banner_);
  if (problems_->isVisible()) found.push_back(problems_);
  if (told_->isVisible()) found.push_back(told_);
  if (stack_->currentWidget()) found.push_back(stack_->currentWidget());
  return found;
}

void MainWindow::go_round(bool backwards) {
  const std::vector<QWidget*> all = zones();
  QWidget* const now = focusWidget();
  const auto here = std::ranges::find_if(all, [now](const QWidget* zone) { return now && zone->isAncestorOf(now); });
  const auto count = static_cast<std::ptrdiff_t>(all.size());
  const auto at = here == all.end() ? count - 1 : here - all.begin();
  if (here != all.end() && *here == stack_->currentWidget()) focus_[current_] = now;
  const auto takes_focus = [](const QWidget* widget) {
    return widget->isVisible() && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus);
  };
  // A zone without anything to focus on is passed over.
  for (std::ptrdiff_t step = 1; step <= count; ++step) {
    QWidget* const zone = all[static_cast<std::size_t>((at + (backwards ? count - step : step)) % count)];
    QWidget* target = zone == stack_->currentWidget() ? focus_.value(current_).data() : nullptr;
    if (!target || !takes_focus(target)) {
      const auto children = zone->findChildren<QWidget*>();
      const auto first = std::ranges::find_if(children, [&](QWidget* child) {
        const auto* entry = qobject_cast<QRadioButton*>(child);
        return takes_focus(child) && (zone != navigation_ || (entry && entry->isChecked()));
      });
      if (first == children.end()) continue;
      target = *first;
    }
    target->setFocus(Qt::ShortcutFocusReason);
    return;
  }
}

void MainWindow::new_job(const QStringList& paths) const {
  if (!pages_.new_job) return;
  pages_.new_job(paths);
}

void MainWindow::show_job(const QString& job) const {
  if (pages_.show_job) pages_.show_job(job);
}

void MainWindow::choose_daemon() {
  auto* dialog = new ProfilesDialog(settings_.profiles(), this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->open();
}

void MainWindow::come_to_front() {
  setWindowState(windowState() & ~Qt::WindowMinimized);
  show();
  raise();
  activateWindow();
}

void MainWindow::end() {
  stays_ = nullptr;
  close();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  settings_.set_window_geometry(saveGeometry());
  if (stays_ && stays_()) {
    event->ignore();
    hide();
    return;
  }
  event->accept();
  Q_EMIT closed();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (takes_jobs() && !local_files(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  const QStringList files = local_files(*event->mimeData());
  if (files.isEmpty()) return;
  event->acceptProposedAction();
  new_job(files);
}

}  // namespace quern::desktop::app
