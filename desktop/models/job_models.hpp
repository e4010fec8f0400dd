// Jobs and their tasks as tables.
#pragma once
#include <QHash>
#include <QObject>
#include <QSet>
#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "desktop/models/job_place.hpp"
#include "desktop/models/market_data.hpp"
#include "desktop/models/progress_pace.hpp"
#include "desktop/models/quantity_text.hpp"
#include "desktop/models/roles.hpp"
#include "desktop/models/row_table.hpp"

namespace quern::desktop::models {

QString job_state_text(JobState state);  // "Running"
Tone job_state_tone(JobState state);

class JobModel : public RowTable<JobRow, JobModel> {
  Q_OBJECT
 public:
  enum Column { kName, kState, kProgress, kWhere, kElapsed, kCost, kSubmitted, kColumns };
  enum JobRole { kStateRole = Qt::UserRole + 100, kAmountMicroRole };

  explicit JobModel(QuantityText text, QObject* parent = nullptr);
  static QString id_of(const JobRow& row) { return row.id; }
  // Topic "jobs": the newest, or null when another daemon's begin. Older ones, also those that newer ones have pushed
  // out of the topic, stay as they were while they are under way; those that ended go, unless they are kept. Of all,
  // never more than kJobsMax. Whether some that the topic told of are not in it any more.
  bool take(const boost::json::value& value);
  // Older ones that ended stay, too.
  void set_keeps_ended(bool keeps) { keeps_ended_ = keeps; }
  // Older jobs are asked for now. The oldest of the topic, or nothing where that is not known.
  QString begin_older();
  // What job.list has answered since: those older ones stay that it tells of, and those that have left the topic
  // meanwhile. One that was under way and has ended stays until the topic is taken again.
  void take_older(std::vector<JobRow> jobs);
  bool in_topic(const QString& id) const { return in_topic_.contains(id); }
  // Whether some that the topic does not tell of are under way.
  bool older_running() const;
  // The clock of elapsed times; jobs that run are told as changed.
  void set_now(std::int64_t unix_ms);
  int running() const;  // of those that are here
  // Whether jobs may have come and been pushed out of the topic between two looks, and are not here: there may be more
  // under way than rows tell. A count of the daemon's that is not above theirs says that there are none.
  bool may_lack() const { return may_lack_; }
  void set_under_way(std::uint64_t count) { may_lack_ = may_lack_ && count > static_cast<std::uint64_t>(running()); }
  // By id, for whom it is known: the list of jobs does not say.
  void set_place(const QString& id, const JobPlace& place);
  bool has_place(const QString& id) const { return places_of_jobs_.contains(id); }

  static QString title(int column);
  QString display(const JobRow& job, int column) const;
  QVariant sort_key(const JobRow& job, int column) const;
  QVariant other(const JobRow& job, int column, int role) const;

 private:
  void take_rows(std::vector<JobRow> rows);
  bool stays(const JobRow& older) const { return keeps_ended_ || !is_end(older.state); }
  std::optional<std::int64_t> elapsed_ms(const JobRow& job) const;
  QString tasks_and_id(const JobRow& job) const;
  QString second_line(const JobRow& job, int column) const;
  QString note(const JobRow& job, int column) const;
  QVariant whole_text(const JobRow& job, int column) const;

  QuantityText text_;
  QSet<QString> in_topic_;
  QSet<QString> left_topic_;  // since older ones were asked for; only of those that are here
  bool keeps_ended_ = false;
  bool may_lack_ = false;
  QHash<QString, JobPlace> places_of_jobs_;
  ProgressPace pace_;
  std::int64_t now_unix_ms_ = 0;
  int cost_decimals_ = QuantityText::kCreditDecimals;  // of the column
};

// The tasks of one job.
class TaskModel : public RowTable<TaskRow, TaskModel> {
  Q_OBJECT
 public:
  enum Column { kTask, kState, kProgress, kDevice, kProvider, kAttempts, kCost, kColumns };
  enum TaskRole { kStateRole = Qt::UserRole + 100, kProviderRole, kAmountMicroRole };

  explicit TaskModel(QuantityText text, QObject* parent = nullptr);
  static QString id_of(const TaskRow& row) { return QString::number(row.task); }

  static QString title(int column);
  QString display(const TaskRow& task, int column) const;
  QVariant sort_key(const TaskRow& task, int column) const;
  QVariant other(const TaskRow& task, int column, int role) const;

 private:
  QuantityText text_;
};

}  // namespace quern::desktop::models
