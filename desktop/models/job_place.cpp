#include "desktop/models/job_place.hpp"

#include <QCoreApplication>
#include <QSet>
#include <QStringList>
#include <algorithm>

#include "desktop/models/quantity_text.hpp"

namespace quern::desktop::models {

namespace {

struct JobPlaceText {
  Q_DECLARE_TR_FUNCTIONS(JobPlaceText)
};

constexpr qsizetype kPlacesTold = 8;

QString name_of(const AttemptData& attempt) {
  return attempt.device_name.isEmpty() ? short_id(attempt.device) : attempt.device_name;
}

QString waits_of(const JobDetail& job) {
  if (job.job.state == JobState::canceling) return JobPlaceText::tr("waits until its provider has ended it");
  if (job.job.state != JobState::queued && job.job.state != JobState::initializing) return {};
  if (const TaskRow* const held = held_task(job)) return JobPlaceText::tr("waits: %1").arg(held->why.sentence());
  const auto agreed = [](const TaskRow& task) { return task.state == JobState::initializing; };
  if (std::ranges::any_of(job.tasks, agreed)) {
    return JobPlaceText::tr("waits for its provider: terms are agreed on, inputs are sent");
  }
  for (const TaskRow& task : job.tasks) {
    if (task.state != JobState::queued || task.attempts.empty() || !task.attempts.back().why.there()) continue;
    return JobPlaceText::tr("waits for another provider, as at the last one: %1")
        .arg(task.attempts.back().why.sentence());
  }
  return JobPlaceText::tr("waits for a provider");
}

}  // namespace

const TaskRow* held_task(const JobDetail& job) {
  // The reason stays with a task that was placed since.
  const auto held = std::ranges::find_if(
      job.tasks, [](const TaskRow& task) { return task.state == JobState::queued && task.why.there(); });
  return held == job.tasks.end() ? nullptr : &*held;
}

JobPlace job_place(const JobDetail& job) {
  JobPlace place{.device = {}, .provider = {}, .whole = {}, .waits = waits_of(job)};
  QSet<QString> devices;
  QSet<QString> providers;
  QStringList lines;
  const AttemptData* one = nullptr;
  for (const TaskRow& task : job.tasks) {
    if (task.attempts.empty()) continue;
    one = &task.attempts.back();
    providers.insert(one->provider);
    const QString id = offer_id(one->provider, one->device);
    if (devices.contains(id)) continue;
    devices.insert(id);
    if (lines.size() < kPlacesTold) lines.append(QStringLiteral("%1 · %2").arg(name_of(*one), one->provider));
  }
  if (!one) return place;
  if (devices.size() > lines.size()) lines.append(QStringLiteral("…"));
  place.whole = lines.join(u'\n');
  if (devices.size() > 1) {
    place.device = JobPlaceText::tr("%n devices", nullptr, static_cast<int>(devices.size()));
    place.provider = JobPlaceText::tr("of %n providers", nullptr, static_cast<int>(providers.size()));
  } else {
    place.device = name_of(*one);
    place.provider = short_id(one->provider);
  }
  return place;
}

QString place_text(const JobPlace& place) {
  if (place.device.isEmpty()) return {};
  const bool several = place.whole.contains(u'\n');
  return QStringLiteral("%1%2%3").arg(place.device, several ? QStringLiteral(" ") : QStringLiteral(" · "),
                                      place.provider);
}

}  // namespace quern::desktop::models
