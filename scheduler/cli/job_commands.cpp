#include "scheduler/cli/job_commands.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include <unistd.h>

#include "hwprobe/text.hpp"
#include "scheduler/cli/job_text.hpp"
#include "scheduler/cli/job_transfer.hpp"
#include "scheduler/cli/quantity_text.hpp"
#include "scheduler/cli/short_names.hpp"
#include "scheduler/cli/table.hpp"

namespace quern::scheduler::cli {

namespace json = boost::json;
using runtime::Task;

namespace {

// Writes what is there of a log; keeps the error of the first write that fails.
class LogWriter {
 public:
  explicit LogWriter(int fd) : output_(fd) {}
  void add(std::string_view bytes) { put(output_.take(bytes)); }
  void finish() { put(output_.rest()); }
  int error() const { return error_; }

 private:
  void put(const std::string& text) {
    if (error_ != 0) return;
    if (const auto written = write_all(output_.fd(), text); !written) error_ = written.error();
  }
  LogOutput output_;
  int error_ = 0;
};

Outcome<ExitCode> written(const LogWriter& writer) {
  if (writer.error() == 0 || writer.error() == EPIPE) return ExitCode::complete;
  return trouble(ExitCode::failed, "standard output cannot be written: " + error_text(writer.error()));
}

Task<Outcome<ExitCode>> show_log(Daemon& daemon, const std::string& word, bool follow) {
  CO_TRY(const std::string id, co_await find_job(daemon, word));
  LogWriter writer(STDOUT_FILENO);
  LogReader reader(daemon, id, [&writer](std::string_view bytes) { writer.add(bytes); });
  // Followed before it is read: what comes in between is told.
  std::unique_ptr<rpc::Subscription> topic;
  if (follow) {
    auto subscribed = co_await daemon.client().subscribe("job/" + id);
    if (subscribed) {
      topic = *std::move(subscribed);
    } else if (subscribed.error().failure() == nullptr || subscribed.error().failure()->code != rpc::Code::not_found) {
      co_return std::unexpected(trouble_of(subscribed.error(), daemon.socket()));
    }  // else the job has ended long ago: there is its log and no topic
  }
  for (;;) {
    CO_TRY(const bool complete, co_await reader.advance());
    if (complete || !topic || writer.error() != 0) break;
    const auto update = co_await topic->next();
    if (update) continue;
    if (update.error() != runtime::Errc::end_of_stream)
      co_return std::unexpected(trouble_of({update.error()}, daemon.socket()));
    topic.reset();
  }
  writer.finish();
  co_return written(writer);
}

struct StateAnswer {
  std::string state;
};
void read_fields(const Fields& fields, StateAnswer& answer) {
  answer.state = fields.field<std::string>("state");
}

Task<Outcome<ExitCode>> cancel_job(Daemon& daemon, const ShowOptions& options, const std::string& word) {
  CO_TRY(const std::string id, co_await find_job(daemon, word));
  CO_TRY(const json::value answer, co_await daemon.call("job.cancel", {{"id", id}}));
  CO_TRY(const StateAnswer state, Daemon::read_as<StateAnswer>(answer, "answer to job.cancel"));
  co_return show(options, answer, [&](Page& page) { page.line(visible(id) + ": " + visible(state.state), 0); });
}

Task<Outcome<ExitCode>> fetch_outputs(Daemon& daemon, const ShowOptions& options, const std::string& word,
                                      const std::string& folder, bool force) {
  CO_TRY(const std::string id, co_await find_job(daemon, word));
  CO_TRY(const JobDetail detail, co_await daemon.ask<JobDetail>("job.get", {{"id", id}}));
  if (detail.outputs.empty()) {
    const JobAnswer& job = detail.job;
    const std::string state = visible(job.state) + (job.why ? ", " + why_text(*job.why) : "");
    co_return trouble(ExitCode::incomplete,
                      "there are no outputs of " + visible(id) + ": " + state +
                          (job.ended_unix_ms ? "" : "\nFollow it with: quern logs -f " + visible(id)));
  }
  std::vector<std::string> paths;
  paths.reserve(detail.outputs.size());
  for (const OutputAnswer& output : detail.outputs) paths.push_back(output.path);
  CO_CHECK(check_free(folder, paths, force));
  CO_TRY(const auto files, co_await download_outputs(daemon, detail, folder, force));
  json::array list;
  list.reserve(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const OutputAnswer& output = detail.outputs[i];
    list.push_back(json::object{{"file", visible(files[i])}, {"bytes", output.bytes}, {"digest", output.digest}});
  }
  co_return show(options, list, [&](Page& page) {
    for (std::size_t i = 0; i < files.size(); ++i)
      page.line(visible(files[i]) + ", " + bytes_text(detail.outputs[i].bytes), 0);
  });
}

void write_receipts(Page& page, const std::string& job, const TrailsAnswer& answer,
                    const std::vector<std::string>& files) {
  std::vector<std::string> providers;
  providers.reserve(answer.trails.size());
  for (const TrailAnswer& trail : answer.trails) providers.push_back(trail.provider);
  const ShortNames names(std::move(providers));
  Table table({{"TASK", Align::right},
               {"TRY", Align::right},
               {"TASKS", Align::right},
               {"PROVIDER", Align::left, kShortNameBytes},
               {"STAGE", Align::left, 8},
               {"END", Align::left, 8},
               {"CREDITS", Align::point}});
  for (const TrailAnswer& trail : answer.trails) {
    table.add({std::to_string(trail.task), std::to_string(trail.attempt + 1),
               trail.tasks ? std::to_string(*trail.tasks) : "", names.of(trail.provider), visible(trail.stage),
               visible(trail.end), model::to_text(trail.amount)});
  }
  if (answer.trails.empty()) {
    page.line("No agreements: no provider has taken a task of it.", 0);
    return;
  }
  table.write(page, 0);
  for (const std::string& file : files) page.line("written " + visible(file), 0);
  // Of one task there is nothing to share; a trail that is gone does not say how many it was for.
  if (std::ranges::any_of(answer.trails, [](const TrailAnswer& trail) { return trail.tasks != 1; })) {
    page.line(
        "Credits are those of the whole agreement, with the tasks of other jobs that share it. What this job "
        "costs: quern job " +
            visible(job),
        0);
  }
  const auto count = [&](std::string_view stage) {
    return std::ranges::count(answer.trails, stage, &TrailAnswer::stage);
  };
  if (const auto removed = count("removed"); removed > 0) {
    page.line(
        std::to_string(removed) +
            " settled long ago: the node has removed the whole trail (store.keep_trails_days, store.trails in its "
            "configuration). The signed receipt is in --json, and what it says in quern ledger.",
        0);
  }
  if (const auto missing = count("missing"); missing > 0) {
    page.line(std::to_string(missing) + " cannot be found: the node's disk has lost or spoiled it.", 0);
  }
  page.line(page.paint(Tone::dim, files.empty() ? "Their paper trails: quern receipt JOB -o DIR"
                                                : "Anybody can check them: quern verify FILE..."),
            0);
}

Task<Outcome<ExitCode>> show_receipts(Daemon& daemon, const ShowOptions& options, const std::string& word,
                                      const std::string& folder, bool force) {
  CO_TRY(const std::string id, co_await find_job(daemon, word));
  CO_TRY(const json::value answer, co_await daemon.call("job.trails", {{"id", id}}));
  CO_TRY(const TrailsAnswer trails, Daemon::read_as<TrailsAnswer>(answer, "answer to job.trails"));
  std::vector<std::string> files;
  if (!folder.empty()) {
    CO_TRY(files, write_trails(trails, id, folder, force));
  }
  co_return show(options, answer, [&](Page& page) { write_receipts(page, id, trails, files); });
}

}  // namespace

ExitCode run_logs(const DaemonOptions& options, const std::string& job, bool follow) {
  return with_daemon(options, [&](Daemon& daemon) { return show_log(daemon, job, follow); });
}

ExitCode run_cancel(const ShowOptions& options, const std::string& job) {
  return with_daemon(options.daemon, [&](Daemon& daemon) { return cancel_job(daemon, options, job); });
}

ExitCode run_outputs(const ShowOptions& options, const std::string& job, const std::string& folder, bool force) {
  return with_daemon(options.daemon,
                     [&](Daemon& daemon) { return fetch_outputs(daemon, options, job, folder, force); });
}

ExitCode run_receipt(const ShowOptions& options, const std::string& job, const std::string& folder, bool force) {
  return with_daemon(options.daemon,
                     [&](Daemon& daemon) { return show_receipts(daemon, options, job, folder, force); });
}

std::string LogOutput::take(std::string_view bytes) {
  if (!on_terminal_) return std::string(bytes);
  line_ += bytes;
  std::size_t whole = line_.rfind('\n') + 1;  // 0 where there is none
  if (line_.size() - whole > kLogLineBytes) whole = line_.size();
  std::string text = visible_lines(std::string_view(line_).substr(0, whole));
  line_.erase(0, whole);
  return text;
}

std::string LogOutput::rest() {
  std::string text = visible_lines(std::exchange(line_, {}));
  return text.empty() ? text : text + '\n';
}

std::string visible_lines(std::string_view text) {
  std::string safe;
  bool first = true;
  for (const std::string_view line : hwprobe::split(text, '\n')) {
    if (!std::exchange(first, false)) safe += '\n';
    bool cell = false;
    for (const std::string_view piece : hwprobe::split(line, '\t')) {
      if (std::exchange(cell, true)) safe += '\t';
      safe += visible(piece);
    }
  }
  return safe;
}

ExitCode code_of_end(const JobDetail& detail) {
  const JobAnswer& job = detail.job;
  if (job.state == "COMPLETE") return ExitCode::complete;
  if (job.state == "CANCELED") return ExitCode::canceled;
  const bool tried = !std::ranges::all_of(detail.tasks, [](const TaskAnswer& task) { return task.attempts.empty(); });
  return !tried && job.why && is_of_market(job.why->reason) ? ExitCode::unplaced : ExitCode::incomplete;
}

}  // namespace quern::scheduler::cli
