#include "desktop/pages/empty_log.hpp"

#include <QCoreApplication>

namespace quern::desktop::pages {
namespace {

struct EmptyLogText {
  Q_DECLARE_TR_FUNCTIONS(EmptyLog)
};

}  // namespace

QString empty_log_text(const EmptyLog& log) {
  using Text = EmptyLogText;
  if (!log.chosen) return Text::tr("Select a job to see what it prints.");
  if (models::is_end(log.state) && log.read) {
    return log.outlived_service ? Text::tr("The log is no longer kept: the service was restarted after this job began.")
                                : Text::tr("The job has printed nothing.");
  }
  if (!log.live) return Text::tr("The log is read once the service is connected again.");
  if (log.failed) return Text::tr("The log could not be read.");
  switch (log.state) {
    case models::JobState::unknown:
      return Text::tr("Reading the log…");
    case models::JobState::queued:
      return Text::tr("No output yet: the job waits for a provider.");
    case models::JobState::initializing:
      return Text::tr("No output yet: the job is being prepared.");
    default:
      return models::is_end(log.state) ? Text::tr("Reading the log…") : Text::tr("No output yet.");
  }
}

}  // namespace quern::desktop::pages
