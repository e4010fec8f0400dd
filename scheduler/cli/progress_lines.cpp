#include "scheduler/cli/progress_lines.hpp"

#include <algorithm>
#include <utility>

#include "scheduler/cli/job_text.hpp"
#include "scheduler/cli/page.hpp"
#include "scheduler/cli/short_names.hpp"

namespace quern::scheduler::cli {
namespace {

// Providers come while it runs: what was said of one must stay what it is called, so all have the same length.
std::string place_of(const AttemptAnswer& attempt) {
  return ShortNames({}).of(attempt.provider) + " (" + device_text(attempt) + ')';
}

std::string end_of(const AttemptAnswer& attempt) {
  std::string text =
      visible(attempt.state) + " on " + place_of(attempt) + ", " + model::to_text(attempt.amount) + " credits";
  if (attempt.why && attempt.why->reason != "completed") text += "; " + why_text(*attempt.why);
  return text;
}

}  // namespace

void ProgressLines::take_waiting(const JobDetail& detail, std::vector<std::string>& lines) {
  struct Group {
    std::uint64_t task;  // the first
    const WhyAnswer* why;
    std::size_t more = 0;
  };
  std::vector<Group> groups;
  for (const TaskAnswer& task : detail.tasks) {
    Told& told = tasks_[task.task];
    // Not the detail: it may count down to the next try, and each second would be news.
    const WhyAnswer* const why = why_waiting(task);
    const std::string reason = why != nullptr ? why->reason : "";
    if (std::exchange(told.waits_for, reason) == reason || why == nullptr) continue;
    const auto same = std::ranges::find(groups, reason, [](const Group& group) { return group.why->reason; });
    if (same == groups.end())
      groups.push_back({.task = task.task, .why = why});
    else
      ++same->more;
  }
  for (const Group& group : groups) {
    std::string who = "task " + std::to_string(group.task);
    if (group.more != 0) who += " and " + std::to_string(group.more) + " more";
    lines.push_back(who + ": waiting; " + why_text(*group.why));
  }
}

std::vector<std::string> ProgressLines::take(const JobDetail& detail) {
  std::vector<std::string> lines;
  for (const TaskAnswer& task : detail.tasks) {
    Told& told = tasks_[task.task];
    const std::string head = "task " + std::to_string(task.task) + ": ";
    for (; told.attempts < task.attempts.size(); ++told.attempts)
      lines.push_back(head + "placed on " + place_of(task.attempts[told.attempts]));
    for (; told.ended < task.attempts.size() && task.attempts[told.ended].why; ++told.ended)
      lines.push_back(head + end_of(task.attempts[told.ended]));
  }
  take_waiting(detail, lines);
  const JobAnswer& job = detail.job;
  const bool is_new_state = job.state != state_;
  const std::uint32_t tenths = job.progress_permille / 100;
  if (is_new_state || tenths > tenths_) {
    lines.push_back(visible(job.state) + ", " + std::to_string(tenths * 10) + " %, " + std::to_string(job.tasks_ended) +
                    " of " + std::to_string(job.tasks) + " tasks ended");
  }
  state_ = job.state;
  tenths_ = std::max(tenths_, tenths);
  return lines;
}

}  // namespace quern::scheduler::cli
