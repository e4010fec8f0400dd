#include "desktop/models/older_jobs.hpp"

#include <iterator>
#include <utility>

namespace quern::desktop::models {

namespace json = boost::json;

OlderJobs::OlderJobs(client::Connection& connection, JobModel& jobs, QObject* parent)
    : QObject(parent), connection_(connection), jobs_(jobs) {
  soon_.setSingleShot(true);
  soon_.setInterval(kPace);
  connect(&soon_, &QTimer::timeout, this, [this] {
    if (wanted_ || some_run()) ask({});
  });
  connect(&connection_, &client::Connection::state_changed, this, &OlderJobs::look);
}

void OlderJobs::want() {
  wanted_ = true;
  refused_ = false;
  soon_.stop();
  ask({});
}

void OlderJobs::set_running(std::uint64_t running) {
  running_ = running;
  look();
}

void OlderJobs::look() {
  if ((wanted_ || some_run()) && !refused_ && connection_.live() && !soon_.isActive()) soon_.start();
}

void OlderJobs::forget() {
  reply_.cancel();
  reply_ = {};
  soon_.stop();
  come_.clear();
  running_ = 0;
  wanted_ = refused_ = false;
}

// Among the older ones, as far as is known.
bool OlderJobs::some_run() const {
  return jobs_.older_running() || running_ > static_cast<std::uint64_t>(jobs_.running());
}

void OlderJobs::ask(const QString& before) {
  if (reply_.pending()) return;
  json::object params{{"limit", kPageRows}};
  if (!before.isEmpty()) params["before"] = before.toStdString();
  reply_ =
      connection_.call("job.list", std::move(params), this, [this](const client::Outcome& outcome) { take(outcome); });
}

void OlderJobs::take(const client::Outcome& outcome) {
  const bool refused = !outcome && outcome.error().kind == client::CallError::Kind::refused;
  if (!outcome && !refused) {  // it is asked again when the daemon is there
    come_.clear();
    look();
    return;
  }
  // A daemon may know of no second page: then the first is what there is.
  refused_ = refused && come_.empty();
  std::vector<JobRow> page = outcome ? jobs_from(*outcome) : std::vector<JobRow>();
  const QString last = page.size() == kPageRows ? page.back().id : QString();
  come_.insert(come_.end(), std::make_move_iterator(page.begin()), std::make_move_iterator(page.end()));
  if (!last.isEmpty() && come_.size() < kJobsMax) {
    ask(last);
    return;
  }
  jobs_.take_older(std::exchange(come_, {}));
  Q_EMIT changed();
  if (some_run() && !refused_) soon_.start();
}

}  // namespace quern::desktop::models
