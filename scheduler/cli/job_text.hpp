// Jobs and what they cost, for people.
#pragma once
#include <cstdint>
#include <string>

#include "scheduler/cli/job_answers.hpp"
#include "scheduler/cli/page.hpp"

namespace quern::scheduler::cli {

// "price_too_high: the price is above the limit (3 of 2)"
std::string why_text(const WhyAnswer& why);
// Why a task waits for a provider: nobody takes it just now. Null for one that does not wait, or has not said why.
const WhyAnswer* why_waiting(const TaskAnswer& task);
// The name of its device as text that is safe to show; the id where the name is not known (any more).
std::string device_text(const AttemptAnswer& attempt);
// How a state of TES is painted.
Tone tone_of_state(std::string_view state);

// Every device in a row, the cheapest for this job first, then those that cannot, each with its reason and remedy. The
// cheapest is marked, and, where it is another one, the cheapest per hour.
void write_quotes(Page& page, const QuotesAnswer& answer);

void write_jobs(Page& page, const JobsAnswer& answer);
void write_job(Page& page, const JobDetail& detail, std::int64_t now_unix_ms);
// Where each task ran, how often it was tried, what it cost, and between what bounds that was expected.
void write_placement(Page& page, const JobDetail& detail);

// What is drawn while a job runs: a head, a bar, the tasks that are under way, why others wait.
inline constexpr std::size_t kShownTasks = 8;
std::string progress_block(const Style& style, const JobDetail& detail, std::int64_t now_unix_ms);

}  // namespace quern::scheduler::cli
