#include "scheduler/cli/job_answers.hpp"

#include "scheduler/cli/content_digest.hpp"
#include "scheduler/model/job_path.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::scheduler::cli {
namespace {

WhyAnswer why_of(const Fields& fields) {
  return {.reason = fields.field<std::string>("reason"),
          .text = fields.field<std::string>("text"),
          .detail = fields.field<std::optional<std::string>>("detail"),
          .remedy = fields.field<std::optional<std::string>>("remedy")};
}

std::optional<WhyAnswer> optional_why(const Fields& fields) {
  if (!fields.has("why")) return std::nullopt;
  return why_of(fields.object("why"));
}

Estimate<model::Credits> cost_of(const Fields& fields) {
  return {.low = fields.field<model::Credits>("low_micro"),
          .likely = fields.field<model::Credits>("likely_micro"),
          .high = fields.field<model::Credits>("high_micro")};
}

std::uint32_t permille_of(const Fields& fields) {
  const auto permille = fields.field<std::uint32_t>("progress_permille");
  if (permille > 1000) fields.refuse("progress_permille", "is above 1000: " + std::to_string(permille));
  return permille;
}

QuoteAnswer quote_of(const Fields& fields) {
  const Fields total = fields.object("total_ms");
  return {.cost = cost_of(fields),
          .total_ms = {.low = total.field<std::uint64_t>("low"),
                       .likely = total.field<std::uint64_t>("likely"),
                       .high = total.field<std::uint64_t>("high")},
          .per_hour = fields.field<model::Credits>("per_hour_micro"),
          .measured = fields.field<bool>("measured"),
          .trial = fields.field<bool>("trial")};
}

QuoteRow row_of(const Fields& fields) {
  QuoteRow row{.provider = fields.field<std::string>("provider"),
               .device = fields.field<std::string>("device"),
               .device_name = fields.field<std::string>("device_name"),
               .outcome = QuoteAnswer{}};
  if (fields.has("quote")) {
    row.outcome = quote_of(fields.object("quote"));
  } else {
    row.outcome = why_of(fields.object("why"));
  }
  return row;
}

AttemptAnswer attempt_of(const Fields& fields) {
  AttemptAnswer attempt{.provider = fields.field<std::string>("provider"),
                        .device = fields.field<std::string>("device"),
                        .device_name = fields.field<std::string>("device_name"),
                        .state = fields.field<std::string>("state"),
                        .progress_permille = permille_of(fields),
                        .amount = fields.field<model::Credits>("amount_micro"),
                        .why = optional_why(fields),
                        .quoted = std::nullopt};
  if (fields.has("quoted")) attempt.quoted = cost_of(fields.object("quoted"));
  return attempt;
}

TaskAnswer task_of(const Fields& fields) {
  TaskAnswer task{.task = fields.field<std::uint64_t>("task"),
                  .state = fields.field<std::string>("state"),
                  .attempts = {},
                  .why = optional_why(fields)};
  for (const Fields& attempt : fields.objects("attempts")) task.attempts.push_back(attempt_of(attempt));
  return task;
}

OutputAnswer output_of(const Fields& fields) {
  OutputAnswer output{.path = fields.field<std::string>("path"),
                      .bytes = fields.field<std::uint64_t>("bytes"),
                      .digest = fields.field<std::string>("digest")};
  if (const auto fault = model::fault_of_path(output.path)) fields.refuse("path", *fault);
  if (!digest_from_hex(output.digest)) fields.refuse("digest", "must be 64 lower-case hexadecimal digits");
  return output;
}

}  // namespace

bool is_of_market(std::string_view reason) {
  const auto known = model::reason_from_name(reason);
  // They stand before the ends of work.
  return known && *known < model::Reason::completed && *known != model::Reason::unspecified;
}

void read_fields(const Fields& fields, QuotesAnswer& answer) {
  for (const Fields& row : fields.objects("rows")) answer.rows.push_back(row_of(row));
}

void read_fields(const Fields& fields, JobAnswer& answer) {
  answer = {.id = fields.field<std::string>("id"),
            .name = fields.field<std::string>("name"),
            .state = fields.field<std::string>("state"),
            .submitted_unix_ms = fields.field<std::int64_t>("submitted_unix_ms"),
            .ended_unix_ms = fields.field<std::optional<std::int64_t>>("ended_unix_ms"),
            .progress_permille = permille_of(fields),
            .tasks = fields.field<std::uint64_t>("tasks"),
            .tasks_ended = fields.field<std::uint64_t>("tasks_ended"),
            .amount = fields.field<model::Credits>("amount_micro"),
            .why = optional_why(fields)};
}

void read_fields(const Fields& fields, JobsAnswer& answer) {
  for (const Fields& job : fields.objects("jobs")) read_fields(job, answer.jobs.emplace_back());
}

void read_fields(const Fields& fields, JobDetail& answer) {
  read_fields(fields, answer.job);
  for (const Fields& task : fields.objects("tasks_list")) answer.tasks.push_back(task_of(task));
  if (fields.has("outputs")) {
    for (const Fields& output : fields.objects("outputs")) answer.outputs.push_back(output_of(output));
  }
  answer.log_bytes = fields.field<std::uint64_t>("log_bytes");
}

}  // namespace quern::scheduler::cli
