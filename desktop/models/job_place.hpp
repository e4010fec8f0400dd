// Where a job runs or ran, and what it waits for, of its tasks and their attempts: what the list of jobs does not tell.
// Pure.
#pragma once
#include <QString>

#include "desktop/models/market_data.hpp"

namespace quern::desktop::models {

struct JobPlace {
  QString device;    // "RTX 4090", "3 devices"; empty before the first attempt, as those below
  QString provider;  // "…x9Kq12ab", "of 2 providers"
  QString whole;     // each device with the whole id of its provider, a line each, of a few
  QString waits;     // while it does not run: what for
  bool operator==(const JobPlace&) const = default;
};
JobPlace job_place(const JobDetail& job);
// "RTX 4090 · …x9Kq12ab", "3 devices of 2 providers"; empty before the first attempt.
QString place_text(const JobPlace& place);

// A task that waits, and for what; nullptr: none.
const TaskRow* held_task(const JobDetail& job);

}  // namespace quern::desktop::models
