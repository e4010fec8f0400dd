#include "desktop/pages/job_list.hpp"

namespace quern::desktop::pages {

JobFilter::JobFilter(models::JobModel& jobs, QObject* parent) : SteadyProxy(parent), jobs_(jobs) {
  setSourceModel(&jobs);
}

void JobFilter::set_show(Show show) {
  if (show == show_) return;
  show_ = show;
  put_in_order();
}

bool JobFilter::filterAcceptsRow(int source_row, const QModelIndex& /*source_parent*/) const {
  const models::JobState state = jobs_.row(source_row).state;
  switch (show_) {
    case Show::running:
      return !models::is_end(state);
    case Show::finished:
      return state == models::JobState::complete;
    case Show::failed:
      return state == models::JobState::failed || state == models::JobState::canceled;
    case Show::all:
      break;
  }
  return true;
}

JobPlaces::JobPlaces(models::DaemonModels& models, QObject* parent) : QObject(parent), models_(models) {}

QString JobPlaces::stage_of(const models::JobRow& job) {
  return QStringLiteral("%1 %2 %3")
      .arg(static_cast<int>(job.state))
      .arg(job.tasks_ended)
      .arg(job.progress_permille > 0);
}

void JobPlaces::want(const QStringList& ids) {
  waiting_.clear();
  for (const QString& id : ids) {
    const models::JobRow* const job = models_.jobs().find(id);
    if (job && !knows(*job) && waiting_.size() < kWantedMax) waiting_.append(id);
  }
  ask_next();
}

// The model forgets places of rows that go, and they may come back: another daemon is chosen, and this one again.
bool JobPlaces::knows(const models::JobRow& job) const {
  return known_.value(job.id) == stage_of(job) && (models_.jobs().has_place(job.id) || asked_.contains(job.id));
}

void JobPlaces::ask_again_of_waiting() {
  known_.removeIf([this](const auto& entry) {
    const models::JobRow* const job = models_.jobs().find(entry.key());
    return !job || job->state == models::JobState::queued || job->state == models::JobState::initializing;
  });
}

void JobPlaces::ask_next() {
  while (asked_.size() < kAtOnce && !waiting_.isEmpty() && models_.connection().live()) {
    const QString id = waiting_.takeFirst();
    const models::JobRow* const job = models_.jobs().find(id);
    if (!job) continue;
    if (known_.size() > static_cast<qsizetype>(models::kJobsMax)) known_.clear();
    known_.insert(id, stage_of(*job));
    asked_.append(id);
    models_.connection().call("job.get", {{"id", id.toStdString()}}, this, [this, id](const client::Outcome& outcome) {
      asked_.removeOne(id);
      if (outcome) {
        models_.jobs().set_place(id, models::job_place(models::job_detail_from(*outcome)));
      } else {
        known_.remove(id);
      }
      ask_next();
    });
  }
}

}  // namespace quern::desktop::pages
