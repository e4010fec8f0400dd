#include "desktop/models/job_models.hpp"

#include <QSet>
#include <algorithm>
#include <utility>

namespace quern::desktop::models {

namespace {

QVariant number(std::int64_t value) {
  return QVariant::fromValue(static_cast<qlonglong>(value));
}

std::int64_t cost_of(const TaskRow& task) {
  std::int64_t sum = 0;
  for (const AttemptData& attempt : task.attempts) sum = std::clamp(sum + attempt.amount_micro, -kMicroMax, kMicroMax);
  return sum;
}

std::int64_t progress_of(const TaskRow& task) {
  if (task.state == JobState::complete) return 1'000;
  return task.attempts.empty() ? 0 : task.attempts.back().progress_permille;
}

}  // namespace

QString job_state_text(JobState state) {
  switch (state) {
    case JobState::queued:
      return JobModel::tr("Queued");
    case JobState::initializing:
      return JobModel::tr("Starting");
    case JobState::running:
      return JobModel::tr("Running");
    case JobState::paused:
      return JobModel::tr("Paused");
    case JobState::complete:
      return JobModel::tr("Done");
    case JobState::failed:
      return JobModel::tr("Failed");
    case JobState::canceling:
      return JobModel::tr("Canceling");
    case JobState::canceled:
      return JobModel::tr("Canceled");
    case JobState::unknown:
      break;
  }
  return JobModel::tr("Unknown");
}

Tone job_state_tone(JobState state) {
  switch (state) {
    case JobState::initializing:
    case JobState::running:
      return Tone::accent;
    case JobState::queued:
    case JobState::paused:
    case JobState::canceling:
      return Tone::warn;
    case JobState::complete:
      return Tone::good;
    case JobState::failed:
      return Tone::bad;
    case JobState::canceled:
    case JobState::unknown:
      break;
  }
  return Tone::muted;
}

JobModel::JobModel(QuantityText text, QObject* parent) : RowTable(parent), text_(std::move(text)) {}

void JobModel::take(const boost::json::value& value) {
  replace(jobs_from(value));
  if (places_of_jobs_.size() > rowCount()) places_of_jobs_.removeIf([this](const auto& at) { return !find(at.key()); });
}

void JobModel::set_place(const QString& id, const QString& place) {
  const int at = row_of(id);
  if (at < 0 || places_of_jobs_.value(id) == place) return;
  places_of_jobs_.insert(id, place);
  Q_EMIT dataChanged(index(at, kWhere), index(at, kWhere));
}

void JobModel::set_now(std::int64_t unix_ms) {
  now_unix_ms_ = unix_ms;
  for (int at = 0; at < rowCount(); ++at) {
    if (!row(at).ended_unix_ms) Q_EMIT dataChanged(index(at, kElapsed), index(at, kElapsed));
  }
}

int JobModel::running() const {
  return static_cast<int>(std::ranges::count_if(rows(), [](const JobRow& job) { return !is_end(job.state); }));
}

std::optional<std::int64_t> JobModel::elapsed_ms(const JobRow& job) const {
  if (!job.submitted_unix_ms) return std::nullopt;
  if (job.ended_unix_ms) return std::max<std::int64_t>(0, *job.ended_unix_ms - *job.submitted_unix_ms);
  if (now_unix_ms_ <= 0) return std::nullopt;
  return std::max<std::int64_t>(0, now_unix_ms_ - *job.submitted_unix_ms);
}

QString JobModel::title(int column) {
  switch (column) {
    case kName:
      return tr("Job");
    case kState:
      return tr("State");
    case kProgress:
      return tr("Progress");
    case kWhere:
      return tr("Runs on");
    case kElapsed:
      return tr("Elapsed");
    case kCost:
      return tr("Cost so far");
    case kSubmitted:
      return tr("Submitted");
    default:
      return {};
  }
}

QString JobModel::display(const JobRow& job, int column) const {
  switch (column) {
    case kName:
      return job.name.isEmpty() ? job.id : job.name;
    case kState:
      return job_state_text(job.state);
    case kProgress:
      return text_.percent(job.progress_permille);
    case kWhere: {
      const QString place = places_of_jobs_.value(job.id);
      return place.isEmpty() ? QuantityText::none() : place;
    }
    case kElapsed: {
      const auto elapsed = elapsed_ms(job);
      return elapsed ? text_.duration(*elapsed) : QuantityText::none();
    }
    case kCost:
      return text_.credits(job.amount_micro);
    case kSubmitted:
      return job.submitted_unix_ms ? text_.time(*job.submitted_unix_ms) : QuantityText::none();
    default:
      return {};
  }
}

QVariant JobModel::sort_key(const JobRow& job, int column) const {
  switch (column) {
    case kProgress:
      return number(job.progress_permille);
    case kElapsed: {
      const auto elapsed = elapsed_ms(job);
      return elapsed ? number(*elapsed) : QVariant();
    }
    case kCost:
      return number(job.amount_micro);
    case kSubmitted:
      return job.submitted_unix_ms ? number(*job.submitted_unix_ms) : QVariant();
    case kState:
      return number(static_cast<std::int64_t>(job.state));
    default:
      return display(job, column);
  }
}

QVariant JobModel::other(const JobRow& job, int column, int role) const {
  switch (role) {
    case kStateRole:
      return static_cast<int>(job.state);
    case kAmountMicroRole:
      return number(job.amount_micro);
    case kProgressRole:
      return column == kProgress ? number(job.progress_permille) : QVariant();
    case kToneRole:
      return column == kState ? QVariant(static_cast<int>(job_state_tone(job.state))) : QVariant();
    case Qt::TextAlignmentRole:
      return column == kState ? QVariant::fromValue(Qt::AlignVCenter | Qt::AlignLeft) : QVariant();
    case kSubTextRole:
      if (column == kState && is_end(job.state) && job.state != JobState::complete) return job.why.sentence();
      if (column != kName) return {};
      if (job.tasks > 1) {
        return tr("%1 · %2 of %3 tasks")
            .arg(job.id, text_.count(static_cast<std::int64_t>(job.tasks_ended)),
                 text_.count(static_cast<std::int64_t>(job.tasks)));
      }
      return job.id;
    case kWholeTextRole:
    case Qt::ToolTipRole:
      if (column == kState && job.why.there()) return job.why.sentence();
      return column == kCost ? QVariant(text_.credits_exact(job.amount_micro)) : QVariant();
    default:
      return {};
  }
}

QString place_text(const JobDetail& job) {
  QSet<QString> devices;
  QSet<QString> providers;
  const AttemptData* one = nullptr;
  for (const TaskRow& task : job.tasks) {
    if (task.attempts.empty()) continue;
    one = &task.attempts.back();
    devices.insert(offer_id(one->provider, one->device));
    providers.insert(one->provider);
  }
  if (!one) return {};
  if (devices.size() > 1) {
    const auto many = static_cast<int>(devices.size());
    const auto who = static_cast<int>(providers.size());
    return QStringLiteral("%1 %2").arg(JobModel::tr("%n devices", nullptr, many),
                                       JobModel::tr("of %n providers", nullptr, who));
  }
  return QStringLiteral("%1 · %2").arg(one->device_name.isEmpty() ? short_id(one->device) : one->device_name,
                                       short_id(one->provider));
}

TaskModel::TaskModel(QuantityText text, QObject* parent) : RowTable(parent), text_(std::move(text)) {}

QString TaskModel::title(int column) {
  switch (column) {
    case kTask:
      return tr("Task");
    case kState:
      return tr("State");
    case kProgress:
      return tr("Progress");
    case kDevice:
      return tr("Runs on");
    case kProvider:
      return tr("Provider");
    case kAttempts:
      return tr("Attempts");
    case kCost:
      return tr("Cost");
    default:
      return {};
  }
}

QString TaskModel::display(const TaskRow& task, int column) const {
  const AttemptData* const last = task.attempts.empty() ? nullptr : &task.attempts.back();
  switch (column) {
    case kTask:
      return text_.count(static_cast<std::int64_t>(task.task));
    case kState:
      return job_state_text(task.state);
    case kProgress:
      return text_.percent(progress_of(task));
    case kDevice:
      if (!last) return QuantityText::none();
      return last->device_name.isEmpty() ? short_id(last->device) : last->device_name;
    case kProvider:
      return last ? short_id(last->provider) : QuantityText::none();
    case kAttempts:
      return text_.count(static_cast<std::int64_t>(task.attempts.size()));
    case kCost:
      return text_.credits(cost_of(task));
    default:
      return {};
  }
}

QVariant TaskModel::sort_key(const TaskRow& task, int column) const {
  switch (column) {
    case kTask:
      return number(static_cast<std::int64_t>(task.task));
    case kProgress:
      return number(progress_of(task));
    case kAttempts:
      return number(static_cast<std::int64_t>(task.attempts.size()));
    case kCost:
      return number(cost_of(task));
    case kState:
      return number(static_cast<std::int64_t>(task.state));
    case kProvider:
      return task.attempts.empty() ? QVariant() : QVariant(task.attempts.back().provider);
    default:
      return display(task, column);
  }
}

QVariant TaskModel::other(const TaskRow& task, int column, int role) const {
  switch (role) {
    case kStateRole:
      return static_cast<int>(task.state);
    case kProviderRole:
      return task.attempts.empty() ? QVariant() : QVariant(task.attempts.back().provider);
    case kAmountMicroRole:
      return number(cost_of(task));
    case kProgressRole:
      return column == kProgress ? number(progress_of(task)) : QVariant();
    case kToneRole:
      return column == kState ? QVariant(static_cast<int>(job_state_tone(task.state))) : QVariant();
    case Qt::TextAlignmentRole:
      return column == kState ? QVariant::fromValue(Qt::AlignVCenter | Qt::AlignLeft) : QVariant();
    case kSubTextRole:
      return column == kState && task.why.there() ? QVariant(task.why.sentence()) : QVariant();
    case kWholeTextRole:
    case Qt::ToolTipRole:
      if (column == kProvider && !task.attempts.empty()) return task.attempts.back().provider;
      return column == kState && task.why.there() ? QVariant(task.why.sentence()) : QVariant();
    default:
      return {};
  }
}

}  // namespace quern::desktop::models
