// The window: navigation and the card of the node's state at the leading side, banners and the current page at the
// other. It stays what it is while the daemon is away: what was known is shown greyed, and a banner says what helps.
//
// Keys: Ctrl+1 to Ctrl+9 the pages of the navigation, Ctrl+N a new job, F6 and Shift+F6 go round navigation, banner and
// page, Ctrl+Q ends.
#pragma once
#include <QHash>
#include <QPointer>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <QWidget>
#include <functional>
#include <utility>
#include <vector>

#include "desktop/app/donation_control.hpp"
#include "desktop/app/offline_text.hpp"
#include "desktop/app/page_set.hpp"

class QPushButton;
class QStackedWidget;

namespace quern::desktop::widgets {
class Banner;
class SideNavigation;
class StatusCard;
}  // namespace quern::desktop::widgets

namespace quern::desktop::app {

class MainWindow : public QWidget {
  Q_OBJECT
 public:
  static constexpr int kLeastWidth = 1100, kLeastHeight = 700;
  static constexpr int kFirstWidth = 1440, kFirstHeight = 900;

  // All outlive it.
  MainWindow(models::DaemonModels& models, pages::AppSettings& settings, DonationControl& donation,
             pages::ServiceUnit& service);

  // Once, before it is shown. The first page that is listed is opened, or the one of open().
  void set_pages(PageSet pages);

  // False: there is no such page, or this daemon has nothing for it.
  bool open(const QString& name);
  // The page of the last time, else the first one listed.
  void open_first();
  // The widget of a page, made if it is not yet; nullptr: there is no such page.
  QWidget* page(const QString& name);
  QString current_page() const { return current_; }
  // Those that can be opened now.
  QStringList open_pages() const;

  bool takes_jobs() const { return pages_.new_job != nullptr; }
  void new_job(const QStringList& paths = {}) const;
  void show_job(const QString& job) const;
  void choose_daemon();
  // Shows it above other windows.
  void come_to_front();
  // A line that can be closed, for what went wrong beside the page.
  void tell(theme::Tone tone, const QString& message);
  // As tell(), of what the daemon would not do: hidden once another one is chosen.
  void tell_refusal(const QString& why);
  // Asked when it is closed: whether that hides it only, for there is a tray, and the person wants it.
  void set_stays(std::function<bool()> stays) { stays_ = std::move(stays); }
  // Closes it whatever stays() says.
  void end();

 Q_SIGNALS:
  void closed();
  void page_changed(const QString& name);

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void make_side();
  void make_main();
  void make_shortcuts();
  void watch();
  void show_status();
  void show_connection();
  void show_veil();
  void show_pages();
  void show_badges();
  void show_problems();
  void show_banners();
  void follow_offline_way();
  void go_round(bool backwards);
  std::vector<QWidget*> zones() const;
  const Page* find(const QString& name) const;
  bool can_open(const Page& page) const;
  bool open_listed(int number);
  QString daemon_name() const;
  void restore_geometry();

  models::DaemonModels& models_;
  pages::AppSettings& settings_;
  DonationControl& donation_;
  pages::ServiceUnit& service_;
  PageSet pages_;
  QHash<QString, QWidget*> widgets_;         // pages that were made
  QHash<QString, QPointer<QWidget>> focus_;  // what had the focus on a page
  QStringList listed_;                       // names, as the navigation shows them
  QString current_;
  OfflineText offline_;
  std::function<bool()> stays_;
  QTimer countdown_;
  widgets::SideNavigation* navigation_;
  widgets::StatusCard* status_;
  QPushButton* new_job_;
  QPushButton* pause_;
  QPushButton* resume_;
  QWidget* main_;
  QWidget* banners_;
  widgets::Banner* offline_banner_;
  widgets::Banner* problems_;
  widgets::Banner* told_;
  bool told_is_refusal_ = false;
  QStackedWidget* stack_;
  QWidget* veil_;
};

}  // namespace quern::desktop::app
