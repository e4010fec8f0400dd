// Why the pane of a log has no line, in words. Pure.
#pragma once
#include <QString>

#include "desktop/models/market_data.hpp"

namespace quern::desktop::pages {

struct EmptyLog {
  bool chosen = false;  // there is a job to be shown
  bool live = false;    // the connection
  bool failed = false;  // the log could not be read, which is told elsewhere
  bool read = false;    // to its end
  models::JobState state = models::JobState::unknown;
  // The service was started after the job was submitted: it keeps logs in memory only.
  bool outlived_service = false;
};
QString empty_log_text(const EmptyLog& log);

}  // namespace quern::desktop::pages
