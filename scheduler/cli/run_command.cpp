#include "scheduler/cli/run_command.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <boost/json/array.hpp>

#include "overlay/runtime/task_group.hpp"
#include "scheduler/cli/job_files.hpp"
#include "scheduler/cli/job_text.hpp"
#include "scheduler/cli/job_transfer.hpp"
#include "scheduler/cli/log_file.hpp"
#include "scheduler/cli/new_file.hpp"
#include "scheduler/cli/node_answers.hpp"
#include "scheduler/cli/pretty_json.hpp"
#include "scheduler/cli/probe_options.hpp"
#include "scheduler/cli/quantity_text.hpp"
#include "scheduler/cli/run_view.hpp"
#include "scheduler/cli/short_names.hpp"
#include "scheduler/model/usage.hpp"

namespace quern::scheduler::cli {

namespace json = boost::json;
using runtime::Task;

namespace {

constexpr runtime::Duration kRedrawTime = std::chrono::seconds(1);

ExitCode fail(const Trouble& trouble) {
  complain(trouble.text);
  return trouble.code;
}

std::int64_t now_unix_ms(Daemon& daemon) {
  return daemon.runtime().clock().wall_now().unix_ms;
}

struct SubmitAnswer {
  std::string id;
};
void read_fields(const Fields& fields, SubmitAnswer& answer) {
  answer.id = fields.field<std::string>("id");
}

// The whole ids of peers that an option names by a part.
Task<Outcome<std::vector<std::string>>> whole_ids(Daemon& daemon, std::string_view option,
                                                  const std::vector<std::string>& words) {
  std::vector<std::string> ids;
  if (words.empty()) co_return ids;
  CO_TRY(const PeersAnswer peers, co_await daemon.ask<PeersAnswer>("peer.list"));
  CO_TRY(const OffersAnswer offers, co_await daemon.ask<OffersAnswer>("offer.list"));
  std::vector<std::string> known;
  known.reserve(peers.peers.size() + offers.offers.size());
  for (const PeersAnswer::Peer& peer : peers.peers) known.push_back(peer.peer);
  for (const OffersAnswer::Offer& offer : offers.offers) known.push_back(offer.provider);
  std::ranges::sort(known);
  const auto repeated = std::ranges::unique(known);
  known.erase(repeated.begin(), repeated.end());
  for (const std::string& word : words) {
    const auto id = resolve(word, known, "peer");
    if (!id) co_return trouble(ExitCode::usage, std::string(option) + ": " + id.error());
    ids.emplace_back(*id);
  }
  co_return ids;
}

Task<Outcome<SubmitAnswer>> submit_job(Daemon& daemon, const SubmitOptions& options, const LocalJob& local) {
  CO_TRY(const auto exclude, co_await whole_ids(daemon, "--exclude", options.exclude));
  CO_TRY(const auto only, co_await whole_ids(daemon, "--only", options.only));
  json::object params{{"manifest", local.manifest}};
  if (options.strategy) params["strategy"] = *options.strategy;
  if (options.max_price) params["max_price_micro"] = options.max_price->micro;
  if (!exclude.empty()) params["exclude"] = json::array(exclude.begin(), exclude.end());
  json::array places;
  for (const std::string& provider : only) places.push_back(json::object{{"provider", provider}});
  if (!places.empty()) params["only"] = std::move(places);
  co_return co_await daemon.ask<SubmitAnswer>("job.submit", std::move(params));
}

// Waits for a job's end: shows what its topic says and reads its log.
class Following {
 public:
  Following(Daemon& daemon, RunView& view, std::string id)
      : daemon_(daemon),
        view_(view),
        id_(std::move(id)),
        log_(daemon, id_, [&view](std::string_view bytes) { view.log(bytes); }) {}

  // The job as it ended; nullopt when the user has left before that.
  Task<Outcome<std::optional<json::value>>> run() {
    const runtime::Executor executor = daemon_.runtime().executor();
    runtime::TaskGroup follower(executor);
    runtime::TaskGroup beside(executor);
    std::exception_ptr failure;
    follower.spawn(follow());
    beside.spawn(heed_interrupts(follower, beside));
    if (view_.is_live()) beside.spawn(tick());
    try {
      co_await follower.join();
    } catch (...) {
      failure = std::current_exception();
    }
    co_await beside.stop();
    view_.finish();
    if (failure) std::rethrow_exception(failure);
    if (trouble_) co_return std::unexpected(*std::move(trouble_));
    co_return std::move(end_);
  }

 private:
  Task<void> follow() {
    auto followed = co_await follow_topic();
    if (!followed) trouble_ = std::move(followed).error();
  }

  Task<Outcome<void>> follow_topic() {
    auto topic = co_await daemon_.client().subscribe("job/" + id_);
    if (!topic) co_return std::unexpected(trouble_of(topic.error(), daemon_.socket()));
    for (;;) {
      auto update = co_await (*topic)->next();
      if (!update && update.error() != runtime::Errc::end_of_stream)
        co_return std::unexpected(trouble_of({std::move(update).error()}, daemon_.socket()));
      if (!update) {  // the daemon has no more to tell: the last word is asked for
        CO_TRY(json::value last, co_await daemon_.call("job.get", {{"id", id_}}));
        CO_TRY(const bool ended, co_await take(last, "answer to job.get"));
        if (!ended) co_return std::unexpected(Daemon::unreadable("topic job/" + id_, "it ended before the job"));
        end_ = std::move(last);
        co_return Outcome<void>();
      }
      CO_TRY(const bool ended, co_await take(update->value, "topic job/" + id_));
      if (ended) {
        end_ = std::move(update->value);
        co_return Outcome<void>();
      }
    }
  }

  // Shows the job and the log that it has by now; whether it has ended.
  Task<Outcome<bool>> take(const json::value& value, std::string source) {
    CO_TRY(const JobDetail detail, Daemon::read_as<JobDetail>(value, source));
    view_.show(detail, now_unix_ms(daemon_));
    const bool ended = detail.job.ended_unix_ms.has_value();
    if (ended || detail.log_bytes > log_.offset()) CO_CHECK(co_await log_.advance());
    co_return ended;
  }

  // The first cancels the job, the second leaves it, and so does a terminal that is gone.
  Task<void> heed_interrupts(runtime::TaskGroup& follower, runtime::TaskGroup& beside) {
    Interrupts& interrupts = daemon_.interrupts();
    while (interrupts.count == 0) co_await interrupts.more.wait();
    if (interrupts.hangup) co_return follower.cancel();
    view_.note("canceling; Ctrl-C again leaves the job to the daemon");
    beside.spawn(cancel());
    while (interrupts.count < 2) co_await interrupts.more.wait();
    follower.cancel();
  }

  Task<void> cancel() {
    const auto canceled = co_await daemon_.call("job.cancel", {{"id", id_}});
    if (!canceled) view_.note("it cannot be canceled: " + canceled.error().text);
  }

  Task<void> tick() {
    for (;;) {
      co_await daemon_.runtime().clock().sleep_for(kRedrawTime);
      view_.tick(now_unix_ms(daemon_));
    }
  }

  Daemon& daemon_;
  RunView& view_;
  std::string id_;
  LogReader log_;
  std::optional<json::value> end_;
  std::optional<Trouble> trouble_;
};

// What was written, for the page at the end.
struct Written {
  std::vector<std::string> outputs;
  std::vector<std::string> trails;
};

Task<Outcome<Written>> fetch_results(Daemon& daemon, const RunOptions& run, const JobDetail& detail) {
  Written written;
  if (!run.folder.empty()) {
    CO_TRY(written.outputs, co_await download_outputs(daemon, detail, run.folder, run.force));
  }
  if (!run.trails.empty()) {
    CO_TRY(const TrailsAnswer trails, co_await daemon.ask<TrailsAnswer>("job.trails", {{"id", detail.job.id}}));
    CO_TRY(written.trails, write_trails(trails, detail.job.id, run.trails, run.force));
  }
  co_return written;
}

void write_end(Page& page, const RunOptions& run, const JobDetail& detail, const Written& written,
               std::int64_t now_unix_ms) {
  write_job(page, detail, now_unix_ms);
  if (!written.outputs.empty() || !written.trails.empty()) page.section("WRITTEN");
  for (std::size_t i = 0; i < written.outputs.size(); ++i)
    page.row("Output", visible(written.outputs[i]) + ", " + bytes_text(detail.outputs[i].bytes));
  for (const std::string& file : written.trails) page.row("Trail", visible(file));
  const std::string id = visible(detail.job.id);
  if (run.folder.empty() && !detail.outputs.empty())
    page.line(page.paint(Tone::dim, "Fetch the outputs with: quern outputs " + id + " -o DIR"), 0);
  if (!written.trails.empty())
    page.line(page.paint(Tone::dim, "Anybody can check the trails: quern verify " + visible(run.trails) + "/*.trail"),
              0);
}

Task<Outcome<ExitCode>> submit_and_follow(Daemon& daemon, const ShowOptions& options, const RunOptions& run,
                                          const LocalJob& local, LogFile& log, RunView& view) {
  CO_CHECK(co_await upload_inputs(
      daemon, local,
      [&view](const std::string& path, std::uint64_t done, std::uint64_t all) { view.transfer(path, done, all); }));
  daemon.interrupts().handled = true;  // from here on there may be a job to cancel
  CO_TRY(const SubmitAnswer submitted, co_await submit_job(daemon, run.submit, local));
  log.begin();
  const std::string id = visible(submitted.id);
  view.note("submitted " + id);
  auto end = co_await Following(daemon, view, submitted.id).run();
  const std::string look_after =
      "\nThe job is the daemon's now. Look after it with: quern job " + id + "\nor: quern logs -f " + id;
  if (!end && daemon.is_gone()) {
    co_return trouble(end.error().code, end.error().text + "\nThe job was under way. quernd ends it by " +
                                            "submitter_restarted when it runs again; what providers have done until "
                                            "then is paid. See what came of it: quern job " +
                                            id);
  }
  if (!end) co_return trouble(end.error().code, end.error().text + look_after);
  const std::optional<json::value>& last = *end;
  if (!last) co_return trouble(ExitCode::canceled, "left " + id + look_after);
  CO_TRY(const JobDetail detail, Daemon::read_as<JobDetail>(*last, "topic job/" + submitted.id));
  daemon.interrupts().handled = false;
  auto written = co_await fetch_results(daemon, run, detail);
  if (!written) {
    co_return trouble(written.error().code, written.error().text + "\nThe job has ended (" + visible(detail.job.state) +
                                                "). Fetch what it made with: quern outputs " + id + " -o DIR");
  }
  const ExitCode shown =
      show(options, *last, [&](Page& page) { write_end(page, run, detail, *written, now_unix_ms(daemon)); });
  co_return shown == ExitCode::complete ? code_of_end(detail) : shown;
}

Task<Outcome<ExitCode>> submit_only(Daemon& daemon, const ShowOptions& options, const SubmitOptions& submit,
                                    const LocalJob& local) {
  CO_CHECK(co_await upload_inputs(daemon, local, [](const std::string&, std::uint64_t, std::uint64_t) {}));
  CO_TRY(const SubmitAnswer submitted, co_await submit_job(daemon, submit, local));
  // The id alone, so that a script can take it.
  co_return show(options, json::object{{"id", submitted.id}}, [&](Page& page) { page.line(visible(submitted.id), 0); });
}

Outcome<LocalJob> load_checked(const std::string& manifest) {
  auto local = load_job(manifest);
  if (!local) return local;
  if (auto checked = check_inputs(*local); !checked) return std::unexpected(std::move(checked).error());
  return local;
}

// A link of another name is the same file, too. One that is not there yet has a name only.
bool is_same_file(const std::filesystem::path& one, const std::filesystem::path& other) {
  std::error_code ignored;
  const auto whole_name = [&](const std::filesystem::path& file) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(file, ignored), ignored);
  };
  const std::filesystem::path name = whole_name(one);
  return std::filesystem::equivalent(one, other, ignored) || (!name.empty() && whole_name(other) == name);
}

// Which file that the job was submitted from this one is; nullopt when none.
std::optional<std::string> source_of_job(const std::filesystem::path& file, const RunOptions& run,
                                         const LocalJob& local) {
  if (is_same_file(file, run.submit.manifest)) return "the manifest";
  for (const model::Input& input : local.job.inputs) {
    if (is_same_file(file, local.folder / input.path)) return "an input of the job";
  }
  return std::nullopt;
}

// Which file of the job the log would replace; nullopt when none.
std::optional<std::string> replaced_by_log(const RunOptions& run, const LocalJob& local) {
  if (auto what = source_of_job(run.log_file, run, local)) return what;
  for (const model::Output& output : local.job.outputs) {
    if (!run.folder.empty() && is_same_file(run.log_file, std::filesystem::path(run.folder) / output.path))
      return "an output of the job";
  }
  return std::nullopt;
}

// Whether all that the command is to write can be written: a job that ran for nothing is paid for all the same.
Outcome<void> check_targets(const RunOptions& run, const LocalJob& local) {
  if (!run.log_file.empty()) {
    if (const auto what = replaced_by_log(run, local))
      return trouble(ExitCode::usage, "--log " + visible(run.log_file) + ": this is " + *what + "; name another file");
  }
  if (!run.folder.empty()) {
    std::vector<std::string> paths;
    paths.reserve(local.job.outputs.size());
    for (const model::Output& output : local.job.outputs) {
      const std::filesystem::path file = std::filesystem::path(run.folder) / output.path;
      if (const auto what = source_of_job(file, run, local))
        return trouble(ExitCode::usage, "-o " + visible(run.folder) + ": the output " + visible(output.path) +
                                            " would replace " + *what + "; name another folder");
      paths.push_back(output.path);
    }
    if (auto free = check_free(run.folder, paths, run.force); !free) return free;
  }
  if (run.trails.empty()) return {};
  // Their names begin with the job's id, which is not there yet: any stands for them.
  auto tried = try_new_file(std::filesystem::path(run.trails) / "trail");
  if (!tried) return trouble(ExitCode::failed, std::move(tried).error());
  return {};
}

}  // namespace

std::expected<SubmitOptions, std::string> check(const SubmitWords& words) {
  SubmitOptions options{words.manifest, std::nullopt, words.strategy, words.exclude, words.only};
  if (words.max_price) {
    options.max_price = model::credits_from_text(*words.max_price);
    if (!options.max_price || options.max_price->micro < 0 || options.max_price->micro > model::kRateMax)
      return std::unexpected("--max-price " + visible(*words.max_price) + ": must be 0 to " +
                             model::to_text({model::kRateMax}) + " credits, with at most six decimals, as 2.5");
  }
  if (words.strategy && std::ranges::find(kStrategyNames, *words.strategy) == kStrategyNames.end()) {
    const std::vector<std::string> known(kStrategyNames.begin(), kStrategyNames.end());
    const std::string_view near = nearest(*words.strategy, known);
    std::string text = "--strategy: there is no strategy \"" + visible(*words.strategy) + '"';
    if (!near.empty()) return std::unexpected(text + "; did you mean " + std::string(near) + '?');
    for (std::size_t i = 0; i < known.size(); ++i) text += (i == 0 ? "; choose any of " : ", ") + known[i];
    return std::unexpected(std::move(text));
  }
  return options;
}

ExitCode run_submit(const ShowOptions& options, const SubmitOptions& submit) {
  const auto local = load_checked(submit.manifest);
  if (!local) return fail(local.error());
  return with_daemon(options.daemon, [&](Daemon& daemon) { return submit_only(daemon, options, submit, *local); });
}

ExitCode run_job(const ShowOptions& options, const RunOptions& run) {
  const auto local = load_checked(run.submit.manifest);
  if (!local) return fail(local.error());
  if (const auto writable = check_targets(run, *local); !writable) return fail(writable.error());
  auto log = LogFile::open(run.log_file, run.force);
  if (!log) return fail({ExitCode::failed, log.error()});
  RunView view(options, log->fd());
  return with_daemon(options.daemon,
                     [&](Daemon& daemon) { return submit_and_follow(daemon, options, run, *local, *log, view); });
}

}  // namespace quern::scheduler::cli
