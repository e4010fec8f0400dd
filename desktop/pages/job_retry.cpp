#include "desktop/pages/job_retry.hpp"

#include <QCoreApplication>
#include <utility>

#include "desktop/models/failure_text.hpp"
#include "desktop/models/json_reading.hpp"

namespace quern::desktop::pages {
namespace {

// Whoever tries again without looking may pay twice.
RetryFault unknown(const QString& place) {
  return {QCoreApplication::translate("JobRetry",
                                      "No answer has come from %1: the job may have started again there. Look at its "
                                      "Jobs, where it can be stopped, before you try again.")
              .arg(place),
          theme::Tone::warn};
}

}  // namespace

client::Reply retry_job(client::Connection& connection, const QString& job, bool elsewhere, QObject* owner,
                        std::function<void(const Retried&)> then) {
  using State = client::Connection::State;
  // Nothing is, while there is no connection. The place may be another's afterwards.
  const bool sent = connection.state() == State::live || connection.state() == State::connecting;
  return connection.call("job.retry", {{"id", job.toStdString()}, {"elsewhere", elsewhere}}, owner,
                         [then = std::move(then), sent, place = connection.place()](const client::Outcome& outcome) {
                           if (outcome) {
                             then(models::Reading(*outcome).id("id").value_or(QString()));
                           } else if (sent && models::may_be_done(outcome.error())) {
                             then(std::unexpected(unknown(place)));
                           } else {
                             then(std::unexpected(RetryFault{models::failure_text(outcome.error())}));
                           }
                         });
}

}  // namespace quern::desktop::pages
