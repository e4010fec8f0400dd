#include "scheduler/cli/job_text.hpp"

#include <gtest/gtest.h>

#include "scheduler/cli/job_commands.hpp"
#include "scheduler/cli/progress_lines.hpp"
#include "scheduler/cli/run_command.hpp"
#include "scheduler/placement/plan.hpp"

namespace quern::scheduler::cli {
namespace {

const WhyAnswer kCompleted{"completed", "the job has done what it was to do", std::nullopt, std::nullopt};

AttemptAnswer attempt(std::string state, std::optional<WhyAnswer> why = std::nullopt) {
  return {.provider = "12D3KooWaaaabbbbcccc",
          .device = "qd1-1",
          .device_name = "Radeon",
          .state = std::move(state),
          .progress_permille = 250,
          .amount = {1'500'000},
          .why = std::move(why),
          .quoted = Estimate<model::Credits>{{1'000'000}, {1'500'000}, {2'000'000}}};
}

JobDetail running_job() {
  JobDetail detail;
  detail.job = {.id = "j-1",
                .name = "picture",
                .state = "RUNNING",
                .submitted_unix_ms = 1'000,
                .ended_unix_ms = std::nullopt,
                .progress_permille = 250,
                .tasks = 2,
                .tasks_ended = 0,
                .amount = {1'500'000},
                .why = std::nullopt};
  detail.tasks = {{.task = 0, .state = "RUNNING", .attempts = {attempt("RUNNING")}, .why = std::nullopt},
                  {.task = 1, .state = "QUEUED", .attempts = {}, .why = std::nullopt}};
  return detail;
}

QuoteRow quoted(std::string provider, std::int64_t likely, std::int64_t per_hour) {
  const Estimate<model::Credits> cost{{likely / 2}, {likely}, {2 * likely}};
  return {.provider = std::move(provider),
          .device = "qd1-1",
          .device_name = "card",
          .outcome = QuoteAnswer{cost, {1000, 2000, 3000}, {per_hour}, false, false}};
}

std::string quotes_text(const QuotesAnswer& answer) {
  Page page({.columns = 100});
  write_quotes(page, answer);
  return page.text();
}

TEST(JobText, the_cheapest_for_the_job_is_marked_and_so_is_the_cheapest_hour_where_it_is_another) {
  const std::string text =
      quotes_text({{quoted("aaaaaaaa", 3'000'000, 100'000), quoted("bbbbbbbb", 1'000'000, 900'000)}});
  EXPECT_EQ(text,
            "PROVIDER  DEVICE  LIKELY  LOW  HIGH   TIME  PER HOUR\n"
            "bbbbbbbb  card         1  0.5     2  2.0 s       0.9  cheapest\n"
            "aaaaaaaa  card         3  1.5     6  2.0 s       0.1  per hour\n"
            "Credits for this job; the cheapest per hour is not the cheapest for it.\n");
}

TEST(JobText, one_device_that_is_the_cheapest_in_both_is_marked_once) {
  const std::string text =
      quotes_text({{quoted("aaaaaaaa", 1'000'000, 100'000), quoted("bbbbbbbb", 2'000'000, 900'000)}});
  EXPECT_TRUE(text.contains("cheapest\n"));
  EXPECT_FALSE(text.contains("per hour\n"));
}

QuoteRow trial(std::string provider, std::int64_t most, std::int64_t per_hour) {
  QuoteRow row = quoted(std::move(provider), most, per_hour);
  auto& quote = std::get<QuoteAnswer>(row.outcome);
  quote.cost = {{100}, {most}, {most}};
  quote.trial = true;
  return row;
}

TEST(JobText, a_trial_is_named_so_and_has_bounds_and_no_likely_cost_and_comes_first_where_it_is_made_first) {
  EXPECT_EQ(quotes_text({{trial("aaaaaaaa", 600'000, 900'000), trial("bbbbbbbb", 700'000, 100'000)}}),
            "PROVIDER  DEVICE  LIKELY     LOW  HIGH  TIME  PER HOUR\n"
            "bbbbbbbb  card         ?  0.0001   0.7     ?       0.1  trial\n"
            "aaaaaaaa  card         ?  0.0001   0.6     ?       0.9  trial\n"
            "Credits for this job. Nothing tells what it takes before a trial has run: it, or some of its shards.\n");
}

TEST(JobText, a_trial_comes_after_what_is_known_and_is_never_the_cheapest) {
  EXPECT_EQ(quotes_text({{trial("aaaaaaaa", 600'000, 100'000), quoted("bbbbbbbb", 1'000'000, 900'000)}}),
            "PROVIDER  DEVICE  LIKELY     LOW  HIGH   TIME  PER HOUR\n"
            "bbbbbbbb  card         1  0.5      2    2.0 s       0.9  cheapest\n"
            "aaaaaaaa  card         ?  0.0001   0.6      ?       0.1  trial\n"
            "Credits for this job.\n");
}

TEST(JobText, a_block_of_progress_has_head_bar_and_what_is_under_way) {
  const std::string block = progress_block({.columns = 60}, running_job(), 3'500);
  EXPECT_EQ(block,
            "picture  RUNNING\n"
            "  ████░░░░░░░░░░░░░░░ 25 %, 0 of 2 tasks, 1.5 credits, 2.5 s\n"
            "  TASK  PROVIDER  DEVICE  STATE    DONE  CREDITS\n"
            "     0  bbbbcccc  Radeon  RUNNING  25 %      1.5\n"
            "Ctrl-C cancels the job\n");
}

TEST(JobText, a_block_of_progress_stays_small_whatever_the_job_has) {
  JobDetail detail = running_job();
  for (std::uint64_t task = 1; task < 100; ++task)
    detail.tasks.push_back({.task = task, .state = "RUNNING", .attempts = {attempt("RUNNING")}, .why = std::nullopt});
  const std::string block = progress_block({}, detail, 0);
  EXPECT_EQ(std::ranges::count(block, '\n'), kShownTasks + 5);
  EXPECT_TRUE(block.contains("and 92 tasks more"));
}

TEST(ProgressLines, tell_each_change_once) {
  ProgressLines lines;
  JobDetail detail = running_job();
  EXPECT_EQ(lines.take(detail),
            (std::vector<std::string>{"task 0: placed on bbbbcccc (Radeon)", "RUNNING, 20 %, 0 of 2 tasks ended"}));
  EXPECT_EQ(lines.take(detail), std::vector<std::string>());
  detail.job.progress_permille = 290;
  EXPECT_EQ(lines.take(detail), std::vector<std::string>());
  detail.tasks[0].attempts[0] = attempt(
      "SYSTEM_ERROR", WhyAnswer{"provider_lost", "the provider is out of reach", "no answer\x1b", std::nullopt});
  detail.tasks[0].attempts.push_back(attempt("COMPLETE", kCompleted));
  detail.job.progress_permille = 500;
  EXPECT_EQ(lines.take(detail),
            (std::vector<std::string>{"task 0: placed on bbbbcccc (Radeon)",
                                      "task 0: SYSTEM_ERROR on bbbbcccc (Radeon), 1.5 credits; provider_lost: the "
                                      "provider is out of reach (no answer?)",
                                      "task 0: COMPLETE on bbbbcccc (Radeon), 1.5 credits",
                                      "RUNNING, 50 %, 0 of 2 tasks ended"}));
}

TaskAnswer waiting(std::uint64_t task, std::string reason, std::string detail) {
  return {.task = task,
          .state = "QUEUED",
          .attempts = {},
          .why = WhyAnswer{std::move(reason), "it is so", std::move(detail), std::nullopt}};
}

TEST(ProgressLines, tell_why_tasks_wait_once_a_reason) {
  ProgressLines lines;
  JobDetail detail = running_job();
  detail.job.state = "QUEUED";
  detail.job.progress_permille = 0;
  detail.tasks = {waiting(0, "provider_lost", "may be tried again in 900 ms"), waiting(1, "busy", "full"),
                  waiting(2, "provider_lost", "may be tried again in 900 ms")};
  EXPECT_EQ(
      lines.take(detail),
      (std::vector<std::string>{"task 0 and 1 more: waiting; provider_lost: it is so (may be tried again in 900 ms)",
                                "task 1: waiting; busy: it is so (full)", "QUEUED, 0 %, 0 of 2 tasks ended"}));
  detail.tasks[0].why->detail = "may be tried again in 800 ms";
  EXPECT_EQ(lines.take(detail), std::vector<std::string>());
  detail.tasks[1] = waiting(1, "provider_lost", "refused\x1b");
  EXPECT_EQ(lines.take(detail), (std::vector<std::string>{"task 1: waiting; provider_lost: it is so (refused?)"}));
}

TEST(JobText, a_block_of_progress_says_why_tasks_wait) {
  JobDetail detail = running_job();
  detail.tasks[1] = waiting(1, "provider_lost", "refused");
  detail.tasks.push_back(waiting(2, "busy", "full"));
  EXPECT_TRUE(
      progress_block({.columns = 80}, detail, 0).contains("\n  2 tasks waiting; provider_lost: it is so (refused)\n"));
}

TEST(JobCommands, the_end_of_a_job_is_the_end_of_the_program) {
  JobDetail detail = running_job();
  const auto code = [&detail](std::string_view state, std::string_view reason) {
    detail.job.state = state;
    detail.job.why = WhyAnswer{std::string(reason), "", std::nullopt, std::nullopt};
    return code_of_end(detail);
  };
  EXPECT_EQ(code("COMPLETE", "completed"), ExitCode::complete);
  EXPECT_EQ(code("CANCELED", "canceled"), ExitCode::canceled);
  EXPECT_EQ(code("EXECUTOR_ERROR", "build_failed"), ExitCode::incomplete);
  EXPECT_EQ(code("SYSTEM_ERROR", "budget_exceeded"), ExitCode::incomplete) << "some of it has run";
  detail.tasks[0].attempts.clear();
  EXPECT_EQ(code("SYSTEM_ERROR", "no_device"), ExitCode::unplaced);
  EXPECT_EQ(code("SYSTEM_ERROR", "price_too_high"), ExitCode::unplaced);
  EXPECT_EQ(code("SYSTEM_ERROR", "from a later version"), ExitCode::incomplete);
}

TEST(JobCommands, lines_of_a_log_keep_line_ends_and_tabs_only) {
  EXPECT_EQ(visible_lines("a\tb\n\n\x1b[2J\r\n"), "a\tb\n\n?[2J?\n");
  EXPECT_EQ(visible_lines(""), "");
}

TEST(SubmitOptions, know_the_strategies_of_the_market) {
  std::vector<std::string_view> names;
  for (const placement::Strategy strategy : placement::strategies()) names.push_back(placement::name_of(strategy));
  EXPECT_EQ(names, std::vector<std::string_view>(kStrategyNames.begin(), kStrategyNames.end()));
}

TEST(SubmitOptions, are_checked_before_anything_is_done) {
  const auto checked = check(SubmitWords{.manifest = "job.json", .max_price = "2.5", .strategy = "spread"});
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->max_price, model::Credits{2'500'000});
  EXPECT_EQ(check(SubmitWords{.max_price = "1e3"}).error(),
            "--max-price 1e3: must be 0 to 1000000 credits, with at most six decimals, as 2.5");
  EXPECT_EQ(check(SubmitWords{.strategy = "fastets"}).error(),
            "--strategy: there is no strategy \"fastets\"; did you mean fastest?");
}

}  // namespace
}  // namespace quern::scheduler::cli
