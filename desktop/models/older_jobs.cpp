#include "desktop/models/older_jobs.hpp"

#include <iterator>
#include <utility>

#include "desktop/models/failure_text.hpp"

namespace quern::desktop::models {

namespace json = boost::json;

namespace {

constexpr std::size_t kPagesMax = kJobsMax / OlderJobs::kPageRows + 1;

// Also those that are none: they fill a page, too.
std::size_t listed(const json::value& answer) {
  const json::object* const members = answer.if_object();
  const json::value* const jobs = members ? members->if_contains("jobs") : nullptr;
  return jobs && jobs->is_array() ? jobs->get_array().size() : 0;
}

}  // namespace

OlderJobs::OlderJobs(client::Connection& connection, JobModel& jobs, std::chrono::milliseconds pace, QObject* parent)
    : QObject(parent), connection_(connection), jobs_(jobs) {
  soon_.setSingleShot(true);
  soon_.setInterval(pace);
  connect(&soon_, &QTimer::timeout, this, [this] {
    if (due()) begin();
  });
  connect(&connection_, &client::Connection::state_changed, this, [this] {
    if (connection_.live()) {  // maybe to another daemon
      outdated_ = has_before_ = true;
      unknown_ = false;
    }
    look();
  });
}

void OlderJobs::want() {
  wanted_ = outdated_ = true;
  unknown_ = false;
  jobs_.set_keeps_ended(true);
  soon_.stop();
  begin();
}

void OlderJobs::set_running(std::uint64_t running) {
  running_ = running;
  look();
}

void OlderJobs::topic_taken(bool some_left) {
  outdated_ = outdated_ || some_left;
  look();
}

void OlderJobs::look() {
  if (due() && connection_.live() && !soon_.isActive()) soon_.start();
}

void OlderJobs::forget() {
  reply_.cancel();
  reply_ = {};
  soon_.stop();
  come_.clear();
  refusal_.clear();
  running_ = 0;
  wanted_ = outdated_ = unknown_ = false;
  has_before_ = true;
  jobs_.set_keeps_ended(false);
}

// Among the older ones, as far as is known.
bool OlderJobs::some_run() const {
  return jobs_.older_running() || running_ > static_cast<std::uint64_t>(jobs_.running());
}

// What is newer than the topic is the topic's to tell: it would come as one that ended long ago.
void OlderJobs::begin() {
  if (reply_.pending()) return;
  outdated_ = false;
  come_.clear();
  pages_ = 0;
  const QString oldest = jobs_.begin_older();
  ask(has_before_ ? oldest : QString());
}

void OlderJobs::ask(const QString& before) {
  asks_before_ = !before.isEmpty();
  json::object params{{"limit", kPageRows}};
  if (asks_before_) params["before"] = before.toStdString();
  reply_ =
      connection_.call("job.list", std::move(params), this, [this](const client::Outcome& outcome) { take(outcome); });
}

void OlderJobs::take(const client::Outcome& outcome) {
  if (!outcome) {
    fail(outcome.error());
    return;
  }
  std::vector<JobRow> page = jobs_from(*outcome);
  const bool full = listed(*outcome) >= kPageRows;
  const QString last = page.empty() ? QString() : page.back().id;
  come_.insert(come_.end(), std::make_move_iterator(page.begin()), std::make_move_iterator(page.end()));
  if (full && !last.isEmpty() && has_before_ && ++pages_ < kPagesMax) {
    ask(last);
    return;
  }
  refusal_.clear();
  jobs_.take_older(std::exchange(come_, {}));
  Q_EMIT changed();
  look();
}

// What has come before stays.
void OlderJobs::fail(const client::CallError& error) {
  const rpc::Code code = error.failure.code;
  const bool refused = error.kind == client::CallError::Kind::refused;
  outdated_ = true;
  if (refused && asks_before_ && code == rpc::Code::invalid_params) {  // then the first page is what there is
    has_before_ = false;
    begin();
    return;
  }
  unknown_ = refused && (code == rpc::Code::method_not_found || code == rpc::Code::invalid_params);
  refusal_ = refused ? failure_text(error) : QString();
  Q_EMIT changed();
  look();
}

}  // namespace quern::desktop::models
