#include <algorithm>

#include <boost/json/value_to.hpp>

#include "overlay/multiformats/multibase.hpp"
#include "scheduler/agreement/trail_file.hpp"
#include "scheduler/daemon/job_schemas.hpp"
#include "scheduler/daemon/market_json.hpp"
#include "scheduler/daemon/methods.hpp"
#include "scheduler/model/manifest.hpp"

namespace quern::daemon {

namespace json = boost::json;
using rpc::Answer;
using rpc::Caller;
using rpc::Code;
using runtime::Task;

namespace {

constexpr std::size_t kIdBytesMax = 64;
constexpr std::size_t kNamesMax = 256;
constexpr std::size_t kListedMax = 1000;
constexpr std::size_t kListedDefault = 100;
constexpr std::size_t kTrailsOfJobMax = jobs::kTasksMax * jobs::kAttemptsMax;
constexpr std::string_view kExampleId = "j-0123456789abcdef";

std::string text_in(const json::object& params, std::string_view key) {
  return json::value_to<std::string>(params.at(key));
}

rpc::Schema id_schema() {
  return rpc::described(rpc::text(kIdBytesMax), "of a job, as job.submit answered");
}
rpc::Parameter id_parameter() {
  return {"id", "of the job", id_schema()};
}

// The job in force: the manifest, held to the caller's and the node's limits.
std::expected<model::Job, rpc::Failure> job_in(const json::object& params) {
  auto job = model::job_from_json(text_in(params, "manifest"));
  if (!job) {
    return rpc::fail(Code::invalid_params, "manifest: " + job.error().message(), "docs/job.md describes manifests");
  }
  return *std::move(job);
}

void limit_price(model::Job& job, std::optional<model::Credits> most) {
  if (!most) return;
  most->micro = std::min(most->micro, model::kRateMax);  // no manifest may say more
  if (!job.price.max_total || *most < *job.price.max_total) job.price.max_total = *most;
}

std::unexpected<rpc::Failure> unknown(std::string_view id) {
  return rpc::fail(Code::not_found, "job " + std::string(id), "job.list names those there are");
}

Answer quote(Node& node, const json::object& params) {
  auto job = job_in(params);
  if (!job) return std::unexpected(std::move(job).error());
  limit_price(*job, node.parts().config.submitter.max_price);
  const auto& config = node.parts().config.submitter;
  const std::set<std::string> exclude(config.exclude.begin(), config.exclude.end());
  json::array rows;
  for (const dispatch::QuoteRow& row : node.dispatcher().quote(*job, exclude))
    rows.push_back(quote_json(row, node.offers()));
  return json::object{{"rows", std::move(rows)}};
}

std::string missing_inputs(Node& node, const model::Job& job) {
  std::string missing;
  for (const model::Input& input : job.inputs) {
    if (!node.blobs().has(input.digest)) missing += (missing.empty() ? "" : ", ") + input.path;
  }
  return missing;
}

// Within the node's limits, if its inputs are here.
Task<Answer> start(Node& node, model::Job job, placement::Strategy strategy, std::set<std::string> exclude,
                   std::set<dispatch::Place> only) {
  const SubmitterConfig& config = node.parts().config.submitter;
  if (node.draining()) co_return rpc::refuse(model::Reason::shutting_down);
  limit_price(job, config.max_price);
  if (const auto missing = missing_inputs(node, job); !missing.empty()) {
    co_return rpc::fail(Code::not_found, "inputs are missing: " + missing, "send them with blob.put");
  }
  exclude.insert(config.exclude.begin(), config.exclude.end());
  auto id = co_await node.jobs().submit(std::move(job), strategy, std::move(exclude), std::move(only));
  if (!id) co_return std::unexpected(rpc::failure_of(id.error()));
  co_return json::object{{"id", *id}};
}

std::set<dispatch::Place> places_in(const json::object& params, std::string_view key) {
  std::set<dispatch::Place> places;
  const auto* const list = params.if_contains(key);
  if (!list) return places;
  for (const json::value& each : list->as_array()) {
    const json::object& place = each.as_object();
    places.insert({text_in(place, "provider"), place.contains("device") ? text_in(place, "device") : std::string()});
  }
  return places;
}

Task<Answer> submit(Node& node, json::object params) {
  auto job = job_in(params);
  if (!job) co_return std::unexpected(std::move(job).error());
  if (const auto* most = params.if_contains("max_price_micro"))
    limit_price(*job, model::Credits{most->to_number<std::int64_t>()});
  auto strategy = node.parts().config.submitter.strategy;
  if (params.contains("strategy")) {
    strategy = placement::strategy_from_name(text_in(params, "strategy")).value_or(strategy);
  }
  std::set<std::string> exclude;
  if (const auto* more = params.if_contains("exclude")) {
    for (const json::value& provider : more->as_array()) exclude.insert(json::value_to<std::string>(provider));
  }
  co_return co_await start(node, *std::move(job), strategy, std::move(exclude), places_in(params, "only"));
}

// Providers at which an attempt of the job came to nothing.
std::set<std::string> failed_at(const JobRecord& record) {
  std::set<std::string> providers;
  for (const jobs::TaskRecord& task : record.tasks) {
    for (const jobs::Attempt& attempt : task.attempts) {
      if (jobs::is_end(attempt.state) && attempt.state != jobs::State::complete) providers.insert(attempt.provider);
    }
  }
  return providers;
}

Task<Answer> retry(Node& node, json::object params) {
  const auto id = text_in(params, "id");
  const SubmittedJob* job = node.jobs().find(id);
  if (!job) co_return unknown(id);
  if (!job->record.ended_unix_ms) {
    co_return rpc::fail(Code::failed, "job " + id + " is under way", "cancel it, or wait for its end");
  }
  std::set<std::string> exclude = job->record.exclude;
  std::set<dispatch::Place> only = job->record.only;
  const auto* elsewhere = params.if_contains("elsewhere");
  if (elsewhere && elsewhere->as_bool()) {
    exclude.merge(failed_at(job->record));
    only.clear();
  }
  co_return co_await start(node, job->job, job->record.strategy, std::move(exclude), std::move(only));
}

Answer list(Node& node, const json::object& params) {
  std::size_t count = kListedDefault;
  if (const auto* limit = params.if_contains("limit")) count = limit->to_number<std::size_t>();
  const auto before = params.contains("before") ? text_in(params, "before") : std::string();
  if (!before.empty() && !node.jobs().find(before)) return unknown(before);
  json::array jobs;
  for (const SubmittedJob* job : node.jobs().newest(count, before))
    jobs.push_back(summary_json(job->record, job->job.name));
  return json::object{{"jobs", std::move(jobs)}};
}

Answer get(Node& node, const json::object& params) {
  const auto id = text_in(params, "id");
  const SubmittedJob* job = node.jobs().find(id);
  if (!job) return unknown(id);
  return job_json(*job, node.offers());
}

Task<Answer> wait(Node& node, json::object params) {
  const auto id = text_in(params, "id");
  if (!node.jobs().find(id)) co_return unknown(id);
  co_await node.jobs().wait_ended(id);
  const SubmittedJob* job = node.jobs().find(id);
  if (!job) co_return unknown(id);
  co_return summary_json(job->record, job->job.name);
}

Answer cancel(Node& node, const json::object& params) {
  const auto id = text_in(params, "id");
  const SubmittedJob* job = node.jobs().find(id);
  if (!job) return unknown(id);
  node.jobs().cancel(id);
  return json::object{{"state", jobs::name_of(job->record.ended_unix_ms ? job->record.state : jobs::State::canceling)}};
}

Task<Answer> log(Node& node, json::object params) {
  const auto id = text_in(params, "id");
  if (!node.jobs().find(id)) co_return unknown(id);
  const auto part = co_await node.jobs().read_log(id, params.at("offset").to_number<std::uint64_t>(),
                                                  params.at("bytes_max").to_number<std::size_t>());
  const SubmittedJob* job = node.jobs().find(id);
  if (!job) co_return unknown(id);
  if (!part && part.error() == runtime::Errc::not_found) {
    co_return rpc::fail(Code::not_found, part.error().detail(), "job.get still tells what became of it");
  }
  if (!part) co_return std::unexpected(rpc::failure_of(part.error()));
  co_return json::object{
      {"content", multiformats::encode_base(multiformats::Base::base64_pad, runtime::bytes_of(part->text))},
      {"offset", part->offset},
      {"end", job->log.bytes},
      {"dropped_bytes", job->log.dropped_bytes},
      {"complete", job->record.ended_unix_ms.has_value()}};
}

Task<Answer> trails(Node& node, json::object params) {
  const auto id = text_in(params, "id");
  const SubmittedJob* job = node.jobs().find(id);
  if (!job) co_return unknown(id);
  json::array list;
  const auto entries = job->record.trails;  // the job may go meanwhile
  for (const JobTrail& entry : entries) {
    const auto found = co_await node.find_trail(entry.demand);
    if (!found) co_return std::unexpected(rpc::failure_of(found.error()));
    list.push_back(trail_json(entry, *found));
  }
  co_return json::object{{"trails", std::move(list)}};
}

template <class Method>
rpc::Handler at_once(Node& node, Method method) {
  return [&node, method](json::object params, Caller /*caller*/) -> Task<Answer> { co_return method(node, params); };
}

std::vector<rpc::Parameter> submit_parameters() {
  rpc::Schema strategies{{"type", "string"}};
  json::array names;
  for (const placement::Strategy strategy : placement::strategies()) names.emplace_back(placement::name_of(strategy));
  strategies["enum"] = std::move(names);
  const rpc::Schema place = rpc::object({{"provider", rpc::described(rpc::text(kIdBytesMax), "its peer id")}},
                                        {{"device", rpc::described(rpc::text(model::kNameBytesMax), "as offered")}});
  return {{"manifest", "text of a job.json", rpc::text(model::kManifestBytesMax)},
          {"strategy", "which of the nodes that can run it get it; the node's own when absent", strategies, false},
          {"max_price_micro", "the most that it may cost", rpc::integer(0, model::kRateMax), false},
          {"exclude", "peer ids that get none of it", rpc::list(rpc::text(kIdBytesMax), kNamesMax), false},
          {"only", "peers that alone may get it, or, where a device is named, that device; none: anybody",
           rpc::list(place, kNamesMax), false}};
}

void add_watching(rpc::Registry& registry, Node& node) {
  registry.add({.name = "job.list",
                .summary = "Submitted jobs, the newest first",
                .params = {{"limit", "how many", rpc::integer(1, kListedMax), false},
                           {"before", "only those submitted before the job of that id", id_schema(), false}},
                .result = rpc::object({{"jobs", rpc::list(job_summary_schema(), kListedMax)}}),
                .example_params = {{"limit", 1}},
                .example_result = json::object{{"jobs", json::array{job_summary_example()}}},
                .handler = at_once(node, list)});
  registry.add({.name = "job.get",
                .summary = "A job with its tasks, their attempts, and its outputs once it is complete",
                .params = {id_parameter()},
                .result = job_schema(),
                .example_params = {{"id", kExampleId}},
                .example_result = job_example(),
                .handler = at_once(node, get)});
  registry.add({.name = "job.wait",
                .summary = "As job.list tells of it, once the job has ended",
                .params = {id_parameter()},
                .result = job_summary_schema(),
                .example_params = {{"id", kExampleId}},
                .example_result = job_summary_example(),
                .handler = [&node](json::object params, Caller /*caller*/) { return wait(node, std::move(params)); }});
  registry.add({.name = "job.cancel",
                .summary = "Asks for a job's end; what was used until then is paid",
                .params = {id_parameter()},
                .result = rpc::object({{"state", state_schema()}}),
                .example_params = {{"id", kExampleId}},
                .example_result = json::object{{"state", "CANCELING"}},
                .handler = at_once(node, cancel)});
  registry.add(
      {.name = "job.log",
       .summary = "What the tasks of a job wrote, from a byte on",
       .params = {id_parameter(),
                  {"offset", "of the first byte", rpc::integer(0)},
                  {"bytes_max", "the most that is returned", rpc::integer(1, kPieceBytesMax)}},
       .result = log_part_schema(),
       .example_params = {{"id", kExampleId}, {"offset", 0}, {"bytes_max", 65536}},
       .example_result =
           json::object{{"content", "cXVlcm4="}, {"offset", 0}, {"end", 5}, {"dropped_bytes", 0}, {"complete", true}},
       .handler = [&node](json::object params, Caller /*caller*/) { return log(node, std::move(params)); }});
  registry.add(
      {.name = "job.trails",
       .summary = "The paper trails of a job's agreements, as files that quern verify reads",
       .params = {id_parameter()},
       .result = rpc::object({{"trails", rpc::list(job_trail_schema(), kTrailsOfJobMax)}}),
       .example_params = {{"id", kExampleId}},
       .example_result = json::object{{"trails", json::array{job_trail_example()}}},
       .handler = [&node](json::object params, Caller /*caller*/) { return trails(node, std::move(params)); }});
}

}  // namespace

void add_job_methods(rpc::Registry& registry, Node& node) {
  registry.add({.name = "job.quote",
                .summary = "What a job is expected to cost on every device there is, or why it cannot run there",
                .params = {{"manifest", "text of a job.json", rpc::text(model::kManifestBytesMax)}},
                .result = rpc::object(
                    {{"rows", rpc::list(quote_row_schema(), market::kProvidersMax * model::kOfferDevicesMax)}}),
                .example_params = {{"manifest", "{}"}},
                .example_result = json::object{{"rows", json::array{quote_row_example()}}},
                .handler = at_once(node, quote)});
  registry.add(
      {.name = "job.submit",
       .summary = "Takes a job whose inputs are here, and has it done",
       .params = submit_parameters(),
       .result = rpc::object({{"id", id_schema()}}),
       .example_params = {{"manifest", "{}"}, {"strategy", "cheapest"}},
       .example_result = json::object{{"id", kExampleId}},
       .handler = [&node](json::object params, Caller /*caller*/) { return submit(node, std::move(params)); }});
  registry.add({.name = "job.retry",
                .summary = "Submits a job that has ended once more, as a new job",
                .params = {id_parameter(),
                           {"elsewhere", "not at the providers where it failed, but at any other, whomever it was for",
                            rpc::boolean(), false}},
                .result = rpc::object({{"id", id_schema()}}),
                .example_params = {{"id", kExampleId}, {"elsewhere", true}},
                .example_result = json::object{{"id", kExampleId}},
                .handler = [&node](json::object params, Caller /*caller*/) { return retry(node, std::move(params)); }});
  add_watching(registry, node);
}

}  // namespace quern::daemon
