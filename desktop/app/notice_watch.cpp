#include "desktop/app/notice_watch.hpp"

#include <utility>

namespace quern::desktop::app {

using client::Connection;
using models::JobState;

NoticeWatch::NoticeWatch(models::DaemonModels& models, const pages::AppSettings& settings,
                         std::chrono::milliseconds patience, QObject* parent)
    : QObject(parent), models_(models), settings_(settings) {
  connect(&models_, &models::DaemonModels::jobs_changed, this, &NoticeWatch::look_at_jobs);
  connect(&models_, &models::DaemonModels::machine_changed, this, &NoticeWatch::look_at_machine);
  connect(&models_.connection(), &Connection::state_changed, this, &NoticeWatch::look_at_connection);
  settle_.setSingleShot(true);
  settle_.setInterval(kSettle);
  connect(&settle_, &QTimer::timeout, this, &NoticeWatch::look_at_fallen);
  away_.setSingleShot(true);
  away_.setInterval(patience);
  connect(&away_, &QTimer::timeout, this, [this] {
    const client::LossText& loss = models_.connection().loss();
    tell({pages::Notice::connection_lost, tr("The connection to the daemon is lost"), loss.reason, {}});
  });
}

void NoticeWatch::forget() {
  jobs_.clear();
  jobs_known_ = false;
  devices_.clear();
  fallen_.clear();
  settle_.stop();
  // Another daemon that was never there is none that is lost.
  was_live_ = false;
  away_.stop();
  for (const pages::Notice kind : std::exchange(told_, {})) Q_EMIT over(kind);
}

void NoticeWatch::withdraw(pages::Notice kind) {
  if (told_.remove(kind)) Q_EMIT over(kind);
}

void NoticeWatch::tell(Notice notice) {
  told_.insert(notice.kind);
  if (settings_.notifies(notice.kind)) Q_EMIT noticed(notice);
}

void NoticeWatch::tell_end(const models::JobRow& job) {
  if (job.state == JobState::complete) {
    tell({pages::Notice::job_ended, tr("Job finished: %1").arg(job.name),
          tr("It cost %1").arg(models_.text().credits(job.amount_micro)), job.id});
  } else if (job.state == JobState::failed) {
    const QString why = job.why.sentence();
    tell({pages::Notice::job_failed, tr("Job failed: %1").arg(job.name), why.isEmpty() ? tr("No reason is known") : why,
          job.id});
  }
}

void NoticeWatch::look_at_jobs() {
  // The list is emptied when another daemon's begins: that is no list of its.
  if (!models_.connection().live()) return;
  QHash<QString, JobState> now;
  now.reserve(static_cast<qsizetype>(models_.jobs().rows().size()));
  for (const models::JobRow& job : models_.jobs().rows()) {
    now.insert(job.id, job.state);
    // A new job that comes as ended already began and ended between two looks; an older one ended long ago.
    const JobState before = jobs_.value(job.id, JobState::unknown);
    const bool seen = jobs_.contains(job.id) || models_.jobs().in_topic(job.id);
    if (jobs_known_ && seen && models::is_end(job.state) && !models::is_end(before)) tell_end(job);
  }
  jobs_ = std::move(now);
  jobs_known_ = true;
}

void NoticeWatch::look_at_machine() {
  const auto& machine = models_.machine();
  if (!machine) return;
  QHash<QString, Device> now;
  for (const models::DeviceData& device : machine->devices) {
    now.insert(device.id, {device.name, device.offered});
    if (devices_.value(device.id).offered && !device.offered) fallen_.insert(device.id);
  }
  if (!fallen_.isEmpty() && !settle_.isActive()) settle_.start();
  for (auto old = devices_.cbegin(); old != devices_.cend(); ++old) {
    if (!old->offered || now.contains(old.key())) continue;
    tell({pages::Notice::device_lost, tr("Device lost: %1").arg(old->name), tr("It is not there any more"), {}});
  }
  devices_ = std::move(now);
}

// Withdrawn by a person, here or elsewhere, or by a pause: no loss.
void NoticeWatch::look_at_fallen() {
  const QSet<QString> fallen = std::exchange(fallen_, {});
  const auto& machine = models_.machine();
  const bool donating = models_.status().donation.kind == models::DonationState::Kind::donating;
  if (!machine || !donating) return;
  for (const models::DeviceData& device : machine->devices) {
    if (!fallen.contains(device.id) || device.offered || !device.wanted || device.paused) continue;
    const QString why = device.why.sentence();
    tell({pages::Notice::device_lost,
          tr("No longer offered: %1").arg(device.name),
          why.isEmpty() ? tr("The daemon does not say why") : why,
          {}});
  }
}

void NoticeWatch::look_at_connection() {
  switch (models_.connection().state()) {
    case Connection::State::live:
      was_live_ = true;
      away_.stop();
      withdraw(pages::Notice::connection_lost);
      break;
    case Connection::State::closed:
      away_.stop();
      break;
    case Connection::State::connecting:
      break;
    case Connection::State::offline:
    case Connection::State::refused:
      if (was_live_ && !told_.contains(pages::Notice::connection_lost) && !away_.isActive()) away_.start();
      break;
  }
}

}  // namespace quern::desktop::app
