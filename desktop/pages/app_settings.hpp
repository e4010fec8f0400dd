// What a person has chosen of this app, on this computer: kept in a SettingsStore, changed at once, told by signals.
// What concerns a daemon is the daemon's own (topic "preferences"). A stored value that makes no sense counts as not
// set.
#pragma once
#include <QByteArray>
#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>
#include <cstdint>
#include <optional>

#include "desktop/client/profile.hpp"
#include "desktop/client/settings_store.hpp"
#include "desktop/theme/theme.hpp"

namespace quern::desktop::pages {

// What the app tells by a notification of the desktop.
enum class Notice { job_ended, job_failed, device_lost, connection_lost };
inline constexpr int kNotices = static_cast<int>(Notice::connection_lost) + 1;

class AppSettings : public QObject {
  Q_OBJECT
 public:
  static constexpr qsizetype kLanguageMax = 32;  // characters
  static constexpr qsizetype kFiltersMax = 64;
  static constexpr qsizetype kFilterCharsMax = 1024;
  static constexpr int kColumnsMax = 64;
  static constexpr qsizetype kGeometryBytesMax = 4096;                // of a window
  static constexpr int kTextPercentMost = 200;                        // growth of all text
  static constexpr std::int64_t kBudgetMaxMicro = 1'000'000'000'000;  // a million credits

  // `settings` outlives it.
  explicit AppSettings(client::SettingsStore& settings, QObject* parent = nullptr);

  // The daemons that the app knows, and the one it is connected to.
  client::Profiles& profiles() { return profiles_; }

  theme::Mode mode() const;  // system when nothing was chosen
  void set_mode(theme::Mode mode);
  int text_percent() const;  // 100 to kTextPercentMost
  void set_text_percent(int percent);
  // "de", "ar_EG"; empty: the system's. Counts from the next start on.
  QString language() const;
  void set_language(const QString& language);

  // Whether this app (not the service) starts with the desktop, hidden in the tray where there is one. False at first.
  bool autostart() const;
  void set_autostart(bool on);
  // Whether closing the window leaves the app in the tray, where there is one. False at first.
  bool keep_in_tray() const;
  void set_keep_in_tray(bool on);
  // Whether a notification is sent. True at first.
  bool notifies(Notice notice) const;
  void set_notifies(Notice notice, bool on);

  // What the form of a new job proposes as its budget; absent: the daemon's own bound.
  std::optional<std::int64_t> proposed_budget_micro() const;
  void set_proposed_budget_micro(std::optional<std::int64_t> micro);

  // Of the market's page: queries that a person has kept, and columns that are not shown.
  QStringList saved_filters() const;
  void set_saved_filters(const QStringList& lines);
  QSet<int> hidden_columns() const;
  void set_hidden_columns(const QSet<int>& columns);

  // Whether the first run was gone through, or declined.
  bool welcomed() const;
  void set_welcomed(bool done);
  // As QWidget::saveGeometry; empty: never saved.
  QByteArray window_geometry() const;
  void set_window_geometry(const QByteArray& geometry);
  // The page shown last, by its name ("market").
  QString page() const;
  void set_page(const QString& page);

 Q_SIGNALS:
  // Each after its value, and only when that became another.
  void mode_changed(quern::desktop::theme::Mode mode);
  void text_percent_changed(int percent);
  void language_changed();
  void autostart_changed(bool on);
  void keep_in_tray_changed(bool on);
  void notifies_changed();
  void proposed_budget_changed();

 private:
  bool flag(const char* key, bool otherwise) const;
  // False: it was so already.
  bool put_flag(const char* key, bool otherwise, bool on);

  client::SettingsStore& settings_;
  client::Profiles profiles_;
};

}  // namespace quern::desktop::pages
