// Pausing and resuming what this node does for others: one object behind the window's menu and the tray's.
#pragma once
#include <QDateTime>
#include <QObject>
#include <QString>
#include <cstdint>
#include <optional>

#include "desktop/models/daemon_models.hpp"

class QMenu;

namespace quern::desktop::app {

enum class PauseLength { half_hour, hour, three_hours, until_tomorrow, until_resumed };
inline constexpr int kPauseLengths = static_cast<int>(PauseLength::until_resumed) + 1;
inline constexpr int kMorningHour = 8;  // of `until_tomorrow`: the next one that is kNightHours away at least
inline constexpr int kNightHours = 4;

// Nullopt: it does not end by itself. `now` in the zone of the person.
std::optional<std::int64_t> pause_ms(PauseLength length, const QDateTime& now);

class DonationControl : public QObject {
  Q_OBJECT
 public:
  // `models` outlives it.
  explicit DonationControl(models::DaemonModels& models, QObject* parent = nullptr);

  // The daemon is there and knows how. Without it there is nothing to show.
  bool possible() const;
  bool paused() const;
  // Whether there is something to pause.
  bool donating() const;

  // A device by its id; none: all of them.
  void pause(PauseLength length, const QString& device = {});
  // None: also those that were paused one by one.
  void resume(const QString& device = {});
  // Adds what pause() takes; the actions live as long as the menu.
  void add_lengths(QMenu& menu, const QString& device = {});

 Q_SIGNALS:
  void changed();
  // The daemon did not do it: a sentence for people.
  void refused(const QString& why);

 private:
  void call(const char* method, boost::json::object params);

  models::DaemonModels& models_;
};

}  // namespace quern::desktop::app
