// Jobs and their tasks as tables.
#pragma once
#include <QHash>
#include <QObject>
#include <QString>
#include <cstdint>
#include <optional>

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
  // Topic "jobs" or job.list.
  void take(const boost::json::value& value);
  // The clock of elapsed times; jobs that run are told as changed.
  void set_now(std::int64_t unix_ms);
  int running() const;
  // By id, for whom it is known: the list of jobs does not say.
  void set_place(const QString& id, const JobPlace& place);

  static QString title(int column);
  QString display(const JobRow& job, int column) const;
  QVariant sort_key(const JobRow& job, int column) const;
  QVariant other(const JobRow& job, int column, int role) const;

 private:
  std::optional<std::int64_t> elapsed_ms(const JobRow& job) const;
  QString tasks_and_id(const JobRow& job) const;
  QString second_line(const JobRow& job, int column) const;
  QString note(const JobRow& job, int column) const;
  QVariant whole_text(const JobRow& job, int column) const;

  QuantityText text_;
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
