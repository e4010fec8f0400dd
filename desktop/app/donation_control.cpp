#include "desktop/app/donation_control.hpp"

#include <QAction>
#include <QLocale>
#include <QMenu>
#include <utility>

#include "desktop/models/failure_text.hpp"

namespace quern::desktop::app {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

using Kind = models::DonationState::Kind;

}  // namespace

std::optional<std::int64_t> pause_ms(PauseLength length, const QDateTime& now) {
  switch (length) {
    case PauseLength::half_hour:
      return 30 * kMinuteMs;
    case PauseLength::hour:
      return 60 * kMinuteMs;
    case PauseLength::three_hours:
      return 180 * kMinuteMs;
    case PauseLength::until_tomorrow: {
      QDateTime morning(now.date(), QTime(kMorningHour, 0), now.timeZone());
      while (now.secsTo(morning) < std::int64_t{kNightHours} * 3600) morning = morning.addDays(1);
      return now.msecsTo(morning);
    }
    case PauseLength::until_resumed:
      break;
  }
  return std::nullopt;
}

DonationControl::DonationControl(models::DaemonModels& models, QObject* parent) : QObject(parent), models_(models) {
  connect(&models_, &models::DaemonModels::status_changed, this, &DonationControl::changed);
  connect(&models_.connection(), &client::Connection::state_changed, this, &DonationControl::changed);
}

bool DonationControl::possible() const {
  return models_.connection().live() && models_.has_status() && models_.status().can("donation.pause");
}

bool DonationControl::paused() const {
  return models_.status().donation.kind == Kind::paused;
}

bool DonationControl::donating() const {
  return models_.status().donation.kind == Kind::donating;
}

void DonationControl::pause(PauseLength length, const QString& device) {
  const QDateTime now = QDateTime::fromMSecsSinceEpoch(models_.now_unix_ms());
  boost::json::object params;
  if (const auto duration = pause_ms(length, now)) params.emplace("for_ms", *duration);
  if (!device.isEmpty()) params.emplace("device", device.toStdString());
  call("donation.pause", std::move(params));
}

void DonationControl::resume(const QString& device) {
  boost::json::object params;
  if (!device.isEmpty()) params.emplace("device", device.toStdString());
  call("donation.resume", std::move(params));
}

void DonationControl::call(const char* method, boost::json::object params) {
  models_.connection().call(method, std::move(params), this, [this](const client::Outcome& outcome) {
    if (!outcome) Q_EMIT refused(models::failure_text(outcome.error()));
  });
}

void DonationControl::add_lengths(QMenu& menu, const QString& device) {
  const QString morning = QLocale().toString(QTime(kMorningHour, 0), QLocale::ShortFormat);
  const std::pair<PauseLength, QString> lengths[] = {
      {PauseLength::half_hour, tr("For 30 minutes")},
      {PauseLength::hour, tr("For 1 hour")},
      {PauseLength::three_hours, tr("For 3 hours")},
      {PauseLength::until_tomorrow, tr("Until tomorrow, %1").arg(morning)},
      {PauseLength::until_resumed, tr("Until I resume")},
  };
  for (const auto& [length, text] : lengths) {
    QAction* const action = menu.addAction(text);
    connect(action, &QAction::triggered, this, [this, lasts = length, device] { pause(lasts, device); });
  }
}

}  // namespace quern::desktop::app
