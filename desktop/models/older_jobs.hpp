// Jobs that the topic "jobs" has no room for: it tells of the newest. They come by job.list, into the same table, when
// a person wants them, or as soon as one of them must be under way; and again as long as there is something new of
// them.
#pragma once
#include <QObject>
#include <QString>
#include <QTimer>
#include <chrono>
#include <cstdint>
#include <vector>

#include "desktop/client/connection.hpp"
#include "desktop/models/job_models.hpp"

namespace quern::desktop::models {

class OlderJobs : public QObject {
  Q_OBJECT
 public:
  static constexpr std::size_t kPageRows = 1'000;  // the most that job.list gives at once
  static constexpr std::chrono::milliseconds kPace{3'000};

  // Both outlive it.
  OlderJobs(client::Connection& connection, JobModel& jobs, QObject* parent = nullptr);

  // All that the daemon keeps, from now on until forget().
  void want();
  bool wanted() const { return wanted_; }
  // How many are under way, as the daemon's status says.
  void set_running(std::uint64_t running);
  // The topic has told something.
  void look();
  // Another daemon's begin.
  void forget();

 Q_SIGNALS:
  void changed();

 private:
  bool some_run() const;
  void ask(const QString& before);
  void take(const client::Outcome& outcome);

  client::Connection& connection_;
  JobModel& jobs_;
  client::Reply reply_;
  QTimer soon_;
  std::vector<JobRow> come_;  // of pages before
  std::uint64_t running_ = 0;
  bool wanted_ = false;
  bool refused_ = false;
};

}  // namespace quern::desktop::models
