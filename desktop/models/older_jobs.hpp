// Jobs that the topic "jobs" has no room for: it tells of the newest. They come by job.list, into the same table, when
// a person wants them, or as soon as one of them must be under way; again as long as one is, and, where they are
// wanted, when jobs have left the topic or the connection is a new one.
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

  // Both outlive it. `pace`: between two times that they are asked for.
  OlderJobs(client::Connection& connection, JobModel& jobs, std::chrono::milliseconds pace = kPace,
            QObject* parent = nullptr);

  // All that the daemon keeps, from now on until forget().
  void want();
  bool wanted() const { return wanted_; }
  // Why the daemon has refused them, for people; empty: it has not. They are asked for again, unless it knows of no
  // such method: then with the next connection, or by want().
  const QString& refusal() const { return refusal_; }
  // How many are under way, as the daemon's status says.
  void set_running(std::uint64_t running);
  // The table has taken the topic.
  void topic_taken(bool some_left);
  // Another daemon's begin.
  void forget();

 Q_SIGNALS:
  void changed();

 private:
  bool some_run() const;
  bool due() const { return !unknown_ && (some_run() || (wanted_ && outdated_)); }
  void look();
  void begin();
  void ask(const QString& before);
  void take(const client::Outcome& outcome);
  void fail(const client::CallError& error);

  client::Connection& connection_;
  JobModel& jobs_;
  client::Reply reply_;
  QTimer soon_;
  std::vector<JobRow> come_;  // of pages before
  std::size_t pages_ = 0;
  QString refusal_;
  std::uint64_t running_ = 0;
  bool wanted_ = false;
  bool outdated_ = false;     // there may be others than those that came
  bool unknown_ = false;      // the daemon has no such method
  bool has_before_ = true;    // the daemon can be asked for those before another
  bool asks_before_ = false;  // and is, now
};

}  // namespace quern::desktop::models
