#include "desktop/models/job_models.hpp"

#include <algorithm>
#include <functional>
#include <tuple>
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

bool JobModel::take(const boost::json::value& value) {
  std::vector<JobRow> newest = jobs_from(value);
  QSet<QString> told;
  told.reserve(static_cast<qsizetype>(newest.size()));
  for (const JobRow& job : newest) told.insert(job.id);
  // Topics that have one in common have all between them.
  const bool follows = std::ranges::any_of(told, [this](const QString& id) { return in_topic(id); });
  may_lack_ = told.size() >= static_cast<qsizetype>(kJobsNewest) && (may_lack_ || !follows);
  QSet<QString> left;
  bool some_left = false;
  if (!value.is_null()) {
    const bool pushed_out = told.size() >= in_topic_.size();  // else what is gone has gone from the daemon
    for (const JobRow& job : rows()) {
      if (told.contains(job.id)) continue;
      const bool leaves = in_topic(job.id);
      some_left = some_left || leaves;
      if (!stays(job) || (leaves && !pushed_out)) continue;
      if (leaves || left_topic_.contains(job.id)) left.insert(job.id);
      newest.push_back(job);
    }
  }
  in_topic_ = std::move(told);
  left_topic_ = std::move(left);
  take_rows(std::move(newest));
  return some_left;
}

// By the time of their submission; whatever that is, none older than the whole topic is missed by asking for what is
// older than one of it.
QString JobModel::begin_older() {
  left_topic_.clear();
  const JobRow* oldest = nullptr;
  for (const JobRow& job : rows()) {
    if (!in_topic(job.id) || !job.submitted_unix_ms) continue;
    if (!oldest || *job.submitted_unix_ms < oldest->submitted_unix_ms.value_or(0)) oldest = &job;
  }
  return oldest ? oldest->id : QString();
}

void JobModel::take_older(std::vector<JobRow> jobs) {
  std::vector<JobRow> all;
  all.reserve(jobs.size() + rows().size());
  for (const JobRow& job : rows()) {
    if (in_topic(job.id)) all.push_back(job);
  }
  for (JobRow& job : jobs) {
    if (in_topic(job.id)) continue;
    const JobRow* const before = find(job.id);
    if (stays(job) || (before && stays(*before))) all.push_back(std::move(job));
  }
  for (const JobRow& job : rows()) {
    if (left_topic_.contains(job.id)) all.push_back(job);
  }
  may_lack_ = false;
  take_rows(std::move(all));
}

bool JobModel::older_running() const {
  return std::ranges::any_of(rows(), [this](const JobRow& job) { return !is_end(job.state) && !in_topic(job.id); });
}

void JobModel::take_rows(std::vector<JobRow> rows_now) {
  if (rows_now.size() > kJobsMax) {  // the oldest of those that ended go first
    std::ranges::sort(rows_now, std::greater(), [this](const JobRow& job) {
      return std::tuple(in_topic(job.id), !is_end(job.state), job.submitted_unix_ms);
    });
    rows_now.resize(kJobsMax);
  }
  replace(std::move(rows_now));
  int decimals = QuantityText::kCreditDecimals;
  for (const JobRow& job : rows()) decimals = QuantityText::credits_decimals(job.amount_micro, decimals);
  if (std::exchange(cost_decimals_, decimals) != decimals) tell_columns(kCost, kCost);
  for (const JobRow& job : rows()) {
    if (job.state == JobState::running && now_unix_ms_ > 0) {
      pace_.see(job.id, job.progress_permille, now_unix_ms_);
    } else {
      pace_.forget(job.id);
    }
  }
  pace_.keep_only([this](const QString& id) { return find(id) != nullptr; });
  if (places_of_jobs_.size() > rowCount()) places_of_jobs_.removeIf([this](const auto& at) { return !find(at.key()); });
}

void JobModel::set_place(const QString& id, const JobPlace& place) {
  const int at = row_of(id);
  const auto known = places_of_jobs_.constFind(id);
  if (at < 0 || (known != places_of_jobs_.cend() && *known == place)) return;
  places_of_jobs_.insert(id, place);
  Q_EMIT dataChanged(index(at, 0), index(at, kColumns - 1));  // its note says it, too
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
      const auto place = places_of_jobs_.constFind(job.id);
      if (place == places_of_jobs_.cend()) return QuantityText::none();
      if (!place->device.isEmpty()) return place->device;
      return is_end(job.state) ? tr("No provider") : tr("No provider yet");
    }
    case kElapsed: {
      const auto elapsed = elapsed_ms(job);
      return elapsed ? text_.duration(*elapsed) : QuantityText::none();
    }
    case kCost:
      return text_.credits(job.amount_micro, cost_decimals_);
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

QString JobModel::tasks_and_id(const JobRow& job) const {
  if (job.tasks <= 1) return job.id;
  const QString tasks = text_.count(static_cast<std::int64_t>(job.tasks));
  if (is_end(job.state)) return tr("%1 tasks · %2").arg(tasks, job.id);  // of one that failed, too, all have ended
  return tr("%1 of %2 tasks · %3").arg(text_.count(static_cast<std::int64_t>(job.tasks_ended)), tasks, job.id);
}

QString JobModel::second_line(const JobRow& job, int column) const {
  switch (column) {
    case kName:
      return tasks_and_id(job);
    case kWhere:
      return places_of_jobs_.value(job.id).provider;
    case kElapsed: {
      const auto left = pace_.left_ms(job.id, now_unix_ms_);
      constexpr std::int64_t kSecondMs = 1'000;  // a guess has no tenths
      return left ? tr("%1 left").arg(text_.duration((*left + kSecondMs - 1) / kSecondMs * kSecondMs)) : QString();
    }
    default:
      return {};
  }
}

// Of the first column why it has ended so, or what it waits for; of others what is read there.
QString JobModel::note(const JobRow& job, int column) const {
  switch (column) {
    case kName:
      if (job.state == JobState::complete) return {};
      if (is_end(job.state)) return job.why.sentence();
      return places_of_jobs_.value(job.id).waits;
    case kProgress:
      return display(job, column);
    case kWhere:
      return place_text(places_of_jobs_.value(job.id));
    case kElapsed: {
      const QString left = second_line(job, column);
      return left.isEmpty() ? display(job, column) : QStringLiteral("%1, %2").arg(display(job, column), left);
    }
    default:
      return {};
  }
}

QVariant JobModel::whole_text(const JobRow& job, int column) const {
  if (column == kState && job.why.there()) return job.why.sentence();
  if (column == kCost) return text_.credits_exact(job.amount_micro);
  const QString place = column == kWhere ? places_of_jobs_.value(job.id).whole : QString();
  return place.isEmpty() ? QVariant() : QVariant(place);
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
      return second_line(job, column);
    case kNoteRole:
      return note(job, column);
    case kWholeTextRole:
    case Qt::ToolTipRole:
      return whole_text(job, column);
    default:
      return {};
  }
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
