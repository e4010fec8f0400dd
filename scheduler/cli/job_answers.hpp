// What quernd says of jobs and their quotes, as values. Texts are as they came: print them through visible() only.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scheduler/cli/fields.hpp"
#include "scheduler/model/credits.hpp"

namespace quern::scheduler::cli {

// Why something is as it is, by the list of reasons: of a later daemon perhaps one that is not known here.
struct WhyAnswer {
  std::string reason;
  std::string text;
  std::optional<std::string> detail;
  std::optional<std::string> remedy;
  bool operator==(const WhyAnswer&) const = default;
};

// Whether a reason is one why nobody began with a job: a rule of the market. Not one that is not known here.
bool is_of_market(std::string_view reason);

template <class T>
struct Estimate {
  T low{};
  T likely{};
  T high{};
  bool operator==(const Estimate&) const = default;
};

struct QuoteAnswer {
  Estimate<model::Credits> cost;
  Estimate<std::uint64_t> total_ms;
  model::Credits per_hour;
  bool measured = false;  // from a trial or earlier runs, not from the manifest's figures
  bool trial = false;     // from neither: the likeliest is the most
};
// One device and what the job costs there, or why it cannot run there.
struct QuoteRow {
  std::string provider;
  std::string device;
  std::string device_name;
  std::variant<QuoteAnswer, WhyAnswer> outcome;
};
struct QuotesAnswer {
  std::vector<QuoteRow> rows;
};

struct JobAnswer {
  std::string id;
  std::string name;
  std::string state;  // of GA4GH TES: "RUNNING"
  std::int64_t submitted_unix_ms = 0;
  std::optional<std::int64_t> ended_unix_ms;  // absent while it runs
  std::uint32_t progress_permille = 0;        // at most 1000
  std::uint64_t tasks = 0;
  std::uint64_t tasks_ended = 0;
  model::Credits amount;
  std::optional<WhyAnswer> why;
};
struct JobsAnswer {
  std::vector<JobAnswer> jobs;
};

struct AttemptAnswer {
  std::string provider;
  std::string device;
  std::string device_name;
  std::string state;
  std::uint32_t progress_permille = 0;  // at most 1000
  model::Credits amount;
  std::optional<WhyAnswer> why;
  std::optional<Estimate<model::Credits>> quoted;
};
struct TaskAnswer {
  std::uint64_t task = 0;
  std::string state;
  std::vector<AttemptAnswer> attempts;
  std::optional<WhyAnswer> why;
};
struct OutputAnswer {
  std::string path;  // a good one (model/job_path.hpp)
  std::uint64_t bytes = 0;
  std::string digest;  // 64 lower-case hexadecimal digits
};
struct JobDetail {
  JobAnswer job;
  std::vector<TaskAnswer> tasks;
  std::vector<OutputAnswer> outputs;
  std::uint64_t log_bytes = 0;
};

void read_fields(const Fields& fields, QuotesAnswer& answer);
void read_fields(const Fields& fields, JobAnswer& answer);
void read_fields(const Fields& fields, JobsAnswer& answer);
void read_fields(const Fields& fields, JobDetail& answer);

// The whole of an answer; the error names what in it is wrong: "tasks_list[0].state is missing".
template <class T>
std::expected<T, std::string> read_answer(const boost::json::value& value) {
  Fault fault;
  T answer;
  read_fields(Fields(value, fault), answer);
  if (fault.found()) return std::unexpected(fault.text());
  return answer;
}

}  // namespace quern::scheduler::cli
