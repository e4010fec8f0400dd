#include "scheduler/cli/job_text.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "scheduler/cli/quantity_text.hpp"
#include "scheduler/cli/short_names.hpp"
#include "scheduler/cli/table.hpp"

namespace quern::scheduler::cli {
namespace {

using model::to_text;

constexpr std::size_t kBarColumnsMax = 40;
constexpr std::size_t kNameColumns = 60;  // of a job's name in a head

std::string credits_text(model::Credits amount) {
  return to_text(amount) + (amount.micro == model::kMicroPerCredit ? " credit" : " credits");
}

std::string bar(std::uint32_t permille, std::size_t columns) {
  const std::size_t full = std::min<std::size_t>(permille, 1000) * columns / 1000;
  std::string text;
  for (std::size_t i = 0; i < columns; ++i) text += i < full ? "█" : "░";
  return text;
}

std::uint64_t elapsed_ms(const JobAnswer& job, std::int64_t now_unix_ms) {
  const std::int64_t until = job.ended_unix_ms.value_or(now_unix_ms);
  if (until <= job.submitted_unix_ms) return 0;
  return static_cast<std::uint64_t>(until) - static_cast<std::uint64_t>(job.submitted_unix_ms);
}

std::string tasks_text(const JobAnswer& job) {
  return std::to_string(job.tasks_ended) + " of " + count_text(job.tasks, "task");
}

// "2026-01-01 00:00": a table has no room for seconds.
std::string minute_text(std::int64_t unix_ms) {
  std::string text = utc_text(unix_ms);
  if (text.ends_with(" UTC")) text.resize(text.rfind(':'));
  return text;
}

ShortNames providers_of(const JobDetail& detail) {
  std::vector<std::string> names;
  for (const TaskAnswer& task : detail.tasks) {
    for (const AttemptAnswer& attempt : task.attempts) names.push_back(attempt.provider);
  }
  return ShortNames(std::move(names));
}

struct PricedRow {
  const QuoteRow* row;
  const QuoteAnswer* quote;
};

// With a quote, the cheapest first; then trials, the cheapest hour first: that is where one is made.
std::vector<PricedRow> priced_rows(const QuotesAnswer& answer) {
  std::vector<PricedRow> rows;
  for (const QuoteRow& row : answer.rows) {
    if (const auto* const quote = std::get_if<QuoteAnswer>(&row.outcome)) rows.push_back({&row, quote});
  }
  std::ranges::sort(rows, [](const PricedRow& a, const PricedRow& b) {
    const auto price = [](const PricedRow& row) {
      return row.quote->trial ? row.quote->per_hour : row.quote->cost.likely;
    };
    const auto key = [&](const PricedRow& row) {
      return std::tuple(row.quote->trial, price(row), row.quote->total_ms.likely);
    };
    return std::tuple(key(a), std::tie(a.row->provider, a.row->device)) <
           std::tuple(key(b), std::tie(b.row->provider, b.row->device));
  });
  return rows;
}

std::string remark_on_quotes(const std::vector<PricedRow>& priced, bool cheapest_hour_is_another) {
  if (!priced.front().quote->trial) {
    return cheapest_hour_is_another ? "Credits for this job; the cheapest per hour is not the cheapest for it."
                                    : "Credits for this job.";
  }
  return "Credits for this job. Nothing tells what it takes before a trial has run: it, or some of its shards.";
}

void write_head(Page& page, const JobDetail& detail, std::int64_t now_unix_ms) {
  const JobAnswer& job = detail.job;
  if (!job.name.empty()) page.row("Name", visible(job.name));
  page.row("State", page.paint(tone_of_state(job.state), visible(job.state)) + ", " +
                        permille_text(job.progress_permille) + ", " + tasks_text(job) + " ended");
  page.row("Submitted", utc_text(job.submitted_unix_ms));
  page.row(job.ended_unix_ms ? "Took" : "Runs for", duration_text(elapsed_ms(job, now_unix_ms)));
  if (job.why) {
    page.row("Reason", why_text(*job.why));
    if (job.why->remedy) page.row("What helps", visible(*job.why->remedy));
  }
  page.row("Cost", credits_text(job.amount));
}

}  // namespace

std::string why_text(const WhyAnswer& why) {
  return visible(why.reason) + ": " + visible(why.text) +
         (why.detail && !why.detail->empty() ? " (" + visible(*why.detail) + ')' : "");
}

std::string device_text(const AttemptAnswer& attempt) {
  return visible(attempt.device_name.empty() ? attempt.device : attempt.device_name);
}

const WhyAnswer* why_waiting(const TaskAnswer& task) {
  return task.why && task.state == "QUEUED" ? &*task.why : nullptr;
}

Tone tone_of_state(std::string_view state) {
  if (state == "COMPLETE") return Tone::good;
  if (state == "EXECUTOR_ERROR" || state == "SYSTEM_ERROR") return Tone::bad;
  return state == "CANCELED" || state == "CANCELING" ? Tone::warn : Tone::plain;
}

void write_quotes(Page& page, const QuotesAnswer& answer) {
  if (answer.rows.empty()) {
    page.line("No offers to quote. `quern offers` and `quern peers` show what this node knows.", 0);
    return;
  }
  std::vector<std::string> ids;
  ids.reserve(answer.rows.size());
  for (const QuoteRow& row : answer.rows) ids.push_back(row.provider);
  const ShortNames names(std::move(ids));
  Table table({{"PROVIDER", Align::left, kShortNameBytes},
               {"DEVICE", Align::left, 10},
               {"LIKELY", Align::point},
               {"LOW", Align::point},
               {"HIGH", Align::point},
               {"TIME", Align::right},
               {"PER HOUR", Align::point},
               {""}});
  const std::vector<PricedRow> priced = priced_rows(answer);
  const auto trials = std::ranges::find_if(priced, [](const PricedRow& row) { return row.quote->trial; });
  const auto cheapest_hour = std::ranges::min_element(priced.begin(), trials, {}, [](const PricedRow& row) {
    return std::pair(row.quote->per_hour, row.quote->cost.likely);
  });
  for (auto row = priced.begin(); row != trials; ++row) {
    const bool cheapest = row == priced.begin();
    const QuoteAnswer& quote = *row->quote;
    table.add({names.of(row->row->provider), visible(row->row->device_name),
               page.paint(cheapest ? Tone::good : Tone::plain, to_text(quote.cost.likely)), to_text(quote.cost.low),
               to_text(quote.cost.high), duration_text(quote.total_ms.likely), to_text(quote.per_hour),
               cheapest               ? page.paint(Tone::good, "cheapest")
               : row == cheapest_hour ? page.paint(Tone::dim, "per hour")
                                      : ""});
  }
  for (auto row = trials; row != priced.end(); ++row) {
    const QuoteAnswer& quote = *row->quote;
    table.add({names.of(row->row->provider), visible(row->row->device_name), "?", to_text(quote.cost.low),
               to_text(quote.cost.high), "?", to_text(quote.per_hour), page.paint(Tone::dim, "trial")});
  }
  for (const QuoteRow& row : answer.rows) {
    const auto* const why = std::get_if<WhyAnswer>(&row.outcome);
    if (why == nullptr) continue;
    const bool has_remedy = why->remedy && !why->remedy->empty();
    table.add_text({names.of(row.provider), visible(row.device_name)},
                   why_text(*why) + (has_remedy ? "; " + visible(*why->remedy) : ""));
  }
  table.write(page, 0);
  if (priced.empty()) {
    page.line(page.paint(Tone::warn, "No device can do this job."), 0);
  } else {
    page.line(page.paint(Tone::dim, remark_on_quotes(priced, cheapest_hour != priced.begin())), 0);
  }
}

void write_jobs(Page& page, const JobsAnswer& answer) {
  if (answer.jobs.empty()) {
    page.line("No jobs. Run one: quern run job.json -o DIR", 0);
    return;
  }
  Table table({{"JOB", Align::left, 18},
               {"STATE"},
               {"DONE", Align::right},
               {"TASKS", Align::right},
               {"CREDITS", Align::point},
               {"SUBMITTED, UTC"},
               {"NAME", Align::left, 8}});
  for (const JobAnswer& job : answer.jobs) {
    table.add({visible(job.id), page.paint(tone_of_state(job.state), visible(job.state)),
               permille_text(job.progress_permille), std::to_string(job.tasks_ended) + '/' + std::to_string(job.tasks),
               to_text(job.amount), minute_text(job.submitted_unix_ms), visible(job.name)});
  }
  table.write(page, 0);
}

void write_job(Page& page, const JobDetail& detail, std::int64_t now_unix_ms) {
  page.section(visible(detail.job.id));
  write_head(page, detail, now_unix_ms);
  if (detail.log_bytes != 0) page.row("Log", bytes_text(detail.log_bytes));
  for (const OutputAnswer& output : detail.outputs)
    page.row("Output", visible(output.path) + ", " + bytes_text(output.bytes));
  if (!detail.tasks.empty()) {
    page.section("TASKS");
    write_placement(page, detail);
  }
}

void write_placement(Page& page, const JobDetail& detail) {
  const ShortNames names = providers_of(detail);
  Table table({{"TASK", Align::right},
               {"TRY", Align::right},
               {"PROVIDER", Align::left, kShortNameBytes},
               {"DEVICE", Align::left, 10},
               {"STATE", Align::left, 8},
               {"CREDITS", Align::point},
               {"LOW", Align::point},
               {"HIGH", Align::point}});
  for (const TaskAnswer& task : detail.tasks) {
    const std::string number = std::to_string(task.task);
    if (task.attempts.empty()) table.add({number, "", "", "", visible(task.state)});
    for (std::size_t i = 0; i < task.attempts.size(); ++i) {
      const AttemptAnswer& attempt = task.attempts[i];
      const auto& quoted = attempt.quoted;
      table.add({i == 0 ? number : "", std::to_string(i + 1), names.of(attempt.provider), device_text(attempt),
                 page.paint(tone_of_state(attempt.state), visible(attempt.state)), to_text(attempt.amount),
                 quoted ? to_text(quoted->low) : "", quoted ? to_text(quoted->high) : ""});
      if (attempt.why && attempt.why->reason != "completed") table.add_text({"", ""}, why_text(*attempt.why));
    }
    const bool told = !task.attempts.empty() && task.attempts.back().why == task.why;
    if (task.why && !told && task.why->reason != "completed") table.add_text({"", ""}, why_text(*task.why));
  }
  table.write(page);
}

std::string progress_block(const Style& style, const JobDetail& detail, std::int64_t now_unix_ms) {
  Page page(style);
  const JobAnswer& job = detail.job;
  page.fixed_line(page.paint(Tone::title, clipped(visible(job.name.empty() ? job.id : job.name), kNameColumns)) + "  " +
                  page.paint(tone_of_state(job.state), visible(job.state)));
  const std::string figures = permille_text(job.progress_permille) + ", " + tasks_text(job) + ", " +
                              credits_text(job.amount) + ", " + duration_text(elapsed_ms(job, now_unix_ms));
  const std::size_t taken = 3 + display_width(figures);
  const std::size_t columns = std::min(kBarColumnsMax, style.columns - std::min(style.columns, taken));
  page.fixed_line("  " + bar(job.progress_permille, columns) + ' ' + figures);
  const ShortNames names = providers_of(detail);
  Table table({{"TASK", Align::right},
               {"PROVIDER", Align::left, kShortNameBytes},
               {"DEVICE", Align::left, 10},
               {"STATE", Align::left, 8},
               {"DONE", Align::right},
               {"CREDITS", Align::point}});
  std::size_t left_out = 0;
  std::size_t shown = 0;
  for (const TaskAnswer& task : detail.tasks) {
    if (task.why || task.attempts.empty()) continue;  // ended, or not begun
    if (shown++ >= kShownTasks) {
      ++left_out;
      continue;
    }
    const AttemptAnswer& attempt = task.attempts.back();
    table.add({std::to_string(task.task), names.of(attempt.provider), device_text(attempt), visible(attempt.state),
               permille_text(attempt.progress_permille), to_text(attempt.amount)});
  }
  if (!table.empty()) table.write(page);
  if (left_out != 0) page.line("and " + count_text(left_out, "task") + " more");
  // One reason stands for all: the block is small.
  std::uint64_t waiting = 0;
  const WhyAnswer* first = nullptr;
  for (const TaskAnswer& task : detail.tasks) {
    const WhyAnswer* const why = why_waiting(task);
    if (why == nullptr) continue;
    ++waiting;
    if (first == nullptr) first = why;
  }
  if (first != nullptr) page.line(count_text(waiting, "task") + " waiting; " + why_text(*first));
  page.fixed_line(page.paint(Tone::dim, "Ctrl-C cancels the job"));
  return page.text();
}

}  // namespace quern::scheduler::cli
