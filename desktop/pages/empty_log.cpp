#include "desktop/pages/empty_log.hpp"

#include <QCoreApplication>

namespace quern::desktop::pages {
namespace {

struct EmptyLogText {
  Q_DECLARE_TR_FUNCTIONS(EmptyLogText)
};

}  // namespace

QString empty_log_text(const EmptyLog& log) {
  if (!log.chosen) return EmptyLogText::tr("Select a job to see what it prints.");
  if (models::is_end(log.state) && log.read) {
    return log.outlived_service
               ? EmptyLogText::tr("The log is no longer kept: the service was restarted after this job began.")
               : EmptyLogText::tr("The job has printed nothing.");
  }
  if (!log.live) return EmptyLogText::tr("The log is read once the service is connected again.");
  if (log.failed) return EmptyLogText::tr("The log could not be read.");
  switch (log.state) {
    case models::JobState::unknown:
      return EmptyLogText::tr("Reading the log…");
    case models::JobState::queued:
      return EmptyLogText::tr("No output yet: the job waits for a provider.");
    case models::JobState::initializing:
      return EmptyLogText::tr("No output yet: the job is being prepared.");
    default:
      return models::is_end(log.state) ? EmptyLogText::tr("Reading the log…") : EmptyLogText::tr("No output yet.");
  }
}

}  // namespace quern::desktop::pages
