#include "desktop/app/offline_text.hpp"

#include "desktop/models/failure_text.hpp"

namespace quern::desktop::app {

using client::Connection;
using pages::ServiceUnit;

namespace {

QString sentence_of(const client::LossText& loss) {
  const QString reason = models::as_sentence(loss.reason);
  return loss.remedy.isEmpty() ? reason : QStringLiteral("%1 — %2").arg(reason, loss.remedy);
}

bool can_start(ServiceUnit::State service) {
  return service == ServiceUnit::State::stopped || service == ServiceUnit::State::failed;
}

}  // namespace

OfflineText offline_text(Connection::State connection, const client::LossText& loss, bool own,
                         ServiceUnit::State service) {
  const bool refused = connection == Connection::State::refused;
  if (!refused && connection != Connection::State::offline) return {};
  OfflineText said;
  said.tone = refused ? theme::Tone::bad : theme::Tone::warn;
  said.message = sentence_of(loss);
  said.action = OfflineText::tr("Retry");
  if (!own || loss.loss == client::Loss::not_allowed) return said;
  if (service == ServiceUnit::State::starting) {
    said.message = OfflineText::tr("The service is starting");
    said.tone = theme::Tone::neutral;
  } else if (can_start(service)) {
    said.message = service == ServiceUnit::State::failed
                       ? OfflineText::tr("The service has failed; journalctl --user -u quernd says why")
                       : OfflineText::tr("The service is not running");
    said.way = OfflineText::Way::start_service;
    said.action = OfflineText::tr("Start service");
  }
  return said;
}

}  // namespace quern::desktop::app
