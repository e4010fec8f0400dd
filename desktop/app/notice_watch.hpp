// Looks at what the daemon says and finds what is worth a notification. What was so when the app began is no news, and
// neither is what a person did here.
#pragma once
#include <QHash>
#include <QObject>
#include <QSet>
#include <QString>
#include <QTimer>
#include <chrono>

#include "desktop/models/daemon_models.hpp"
#include "desktop/pages/app_settings.hpp"

namespace quern::desktop::app {

struct Notice {
  pages::Notice kind = pages::Notice::job_ended;
  QString title;
  QString body;  // plain
  QString job;   // that it is about; empty: none
  bool operator==(const Notice&) const = default;
};

class NoticeWatch : public QObject {
  Q_OBJECT
 public:
  static constexpr std::chrono::milliseconds kPatience{30'000};  // a connection may be away for
  // Between what the machine and what the node says of one change: their topics come one after the other.
  static constexpr std::chrono::milliseconds kSettle{1'000};

  // Both outlive it.
  NoticeWatch(models::DaemonModels& models, const pages::AppSettings& settings,
              std::chrono::milliseconds patience = kPatience, QObject* parent = nullptr);

  // Another daemon, to which Connection::change() leads next: nothing of the one before counts, and what was told of it
  // is over: nobody is led from there to jobs of another.
  void forget();

 Q_SIGNALS:
  void noticed(const quern::desktop::app::Notice& notice);
  // What was told is over.
  void over(quern::desktop::pages::Notice kind);

 private:
  struct Device {
    QString name;
    bool offered = false;
  };

  void look_at_jobs();
  void look_at_machine();
  void look_at_fallen();
  void look_at_connection();
  void tell(Notice notice);
  void withdraw(pages::Notice kind);
  void tell_end(const models::JobRow& job);

  models::DaemonModels& models_;
  const pages::AppSettings& settings_;
  QHash<QString, models::JobState> jobs_;
  bool jobs_known_ = false;
  QHash<QString, Device> devices_;
  QSet<QString> fallen_;  // ids of devices that are offered no more; why is not known yet
  QTimer settle_;
  QTimer away_;
  bool was_live_ = false;
  QSet<pages::Notice> told_;
};

}  // namespace quern::desktop::app
