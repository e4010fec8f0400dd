#include "scheduler/daemon/job_schemas.hpp"

#include <boost/json/array.hpp>

#include "scheduler/agreement/trail_file.hpp"
#include "scheduler/daemon/answer_schemas.hpp"
#include "scheduler/daemon/methods.hpp"
#include "scheduler/jobs/job_machine.hpp"
#include "scheduler/model/manifest_terms.hpp"

namespace quern::daemon {

namespace json = boost::json;
using rpc::boolean;
using rpc::described;
using rpc::integer;
using rpc::list;
using rpc::object;
using rpc::one_of;
using rpc::Schema;
using rpc::text;

namespace {

using Members = std::vector<std::pair<std::string, Schema>>;

constexpr std::string_view kPeer = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";
constexpr std::int64_t kExampleTime = 1'795'000'000'000;

constexpr std::size_t base64_of(std::size_t bytes) {
  return (bytes + 2) / 3 * 4;
}

Schema peer_schema() {
  return described(text(kShortTextMax), "peer id");
}
Schema digest_schema() {
  return described(text(2 * sizeof(model::Digest)), "SHA-256");
}

template <class Names>
Schema one_of_names(const Names& names) {
  json::array list;
  for (const std::string_view name : names) list.emplace_back(name);
  return {{"type", "string"}, {"enum", std::move(list)}};
}

Members summary_members() {
  return {{"id", described(text(kShortTextMax), "as job.submit answered")},
          {"name", text(kNameTextMax)},
          {"state", state_schema()},
          {"submitted_unix_ms", time_schema()},
          {"progress_permille", permille_schema()},
          {"tasks", integer(1, jobs::kTasksMax)},
          {"tasks_ended", integer(0, jobs::kTasksMax)},
          {"amount_micro", described(micro_schema(), "that this node has signed for")}};
}
Members end_members() {
  return {{"ended_unix_ms", described(time_schema(), "of a job that has ended")},
          {"why", described(why_schema(), "how it ended")}};
}

Members cost_members() {
  return {{"low_micro", micro_schema()}, {"likely_micro", micro_schema()}, {"high_micro", micro_schema()}};
}
Schema measured_schema() {
  return described(boolean(), "by what was measured there, rather than by what the job says of itself");
}

Schema attempt_schema() {
  Members quoted = cost_members();
  quoted.emplace_back("measured", measured_schema());
  return object({{"provider", peer_schema()},
                 {"device", text(kShortTextMax)},
                 {"device_name", described(text(kNameTextMax), "\"\" where its offer is not known any more")},
                 {"state", state_schema()},
                 {"progress_permille", permille_schema()},
                 {"amount_micro", described(micro_schema(),
                                            "that this node has signed for; while agreements of "
                                            "several tasks run, the first of them stand for all")}},
                {{"quoted", described(object(std::move(quoted)), "what it was expected to cost when it was placed")},
                 {"why", why_schema()}});
}

Schema bounds_schema() {
  return object({{"low", integer(0)}, {"likely", integer(0)}, {"high", integer(0)}});
}

Schema offered_device_schema() {
  return object({{"id", text(kShortTextMax)},
                 {"name", text(kNameTextMax)},
                 {"type", one_of_names(model::kDeviceTypeNames)},
                 {"opencl_version", text(kShortTextMax)},
                 {"compute_units", integer(0)},
                 {"global_memory_bytes", integer(0)},
                 {"fp32_flops", integer(0)},
                 {"fp64_flops", described(integer(0), "0: it has none")},
                 {"memory_bytes_per_second", integer(0)},
                 {"spread_permille", integer(0)},
                 {"rates", rates_schema()}});
}

}  // namespace

Schema state_schema() {
  std::vector<std::string_view> names;
  for (int state = 0; state <= static_cast<int>(jobs::State::canceled); ++state) {
    names.push_back(jobs::name_of(static_cast<jobs::State>(state)));
  }
  return one_of_names(names);
}

Schema job_summary_schema() {
  return object(summary_members(), end_members());
}

Schema job_schema() {
  const Schema task = object({{"task", integer(0, jobs::kTasksMax - 1)},
                              {"state", state_schema()},
                              {"attempts", list(attempt_schema(), kShortTextMax)}},
                             {{"why", why_schema()}});
  const Schema output = object({{"path", text(kNameTextMax)}, {"bytes", integer(0)}, {"digest", digest_schema()}});
  Members members = summary_members();
  members.emplace_back("tasks_list", list(task, jobs::kTasksMax));
  members.emplace_back("outputs", described(list(output, kNameTextMax), "once it is complete; blob.get has them"));
  members.emplace_back("log_bytes", described(integer(0), "that job.log has, or had"));
  return object(std::move(members), end_members());
}

Schema quote_row_schema() {
  const Members where{
      {"provider", peer_schema()}, {"device", text(kShortTextMax)}, {"device_name", text(kNameTextMax)}};
  Members quote = cost_members();
  quote.emplace_back("total_ms",
                     described(bounds_schema(), "of all tasks there, one after the other, with transfers and set-up"));
  quote.emplace_back("device_us", bounds_schema());
  quote.emplace_back("per_hour_micro", described(micro_schema(), "of the device's time"));
  quote.emplace_back("measured", measured_schema());
  quote.emplace_back("trial", described(boolean(),
                                        "nothing tells what it takes before some of it, or all, has run: low "
                                        "is what it costs if it ends at once; likely and high are the most "
                                        "that it may cost and take"));
  Members can = where;
  can.emplace_back("quote", object(std::move(quote)));
  Members cannot = where;
  cannot.emplace_back("why", described(why_schema(), "it cannot, or may not, run there"));
  return rpc::either({object(std::move(can)), object(std::move(cannot))});
}

Schema job_trail_schema() {
  const Schema statement =
      object({{"stage", described(one_of({"open", "closed", "removed", "missing"}),
                                  "removed: its receipt is kept; missing: the disk has lost it")},
              {"amount_micro", micro_schema()},
              {"end", described(text(kShortTextMax), "a name of the list of reasons; \"\" before the receipt")}});
  return object({{"task", integer(0, jobs::kTasksMax - 1)},
                 {"attempt", integer(0)},
                 {"provider", described(text(kShortTextMax), "peer id; \"\" of one that is missing")},
                 {"file", described(text(base64_of(agreement::kTrailFileBytesMax)),
                                    "base64, for quern verify; \"\" of one that is removed or missing")},
                 {"statement", statement}},
                {{"tasks", described(integer(1, agreement::kTasksMax),
                                     "of the agreement, which the amount is for; absent of one that is removed or "
                                     "missing")},
                 {"receipt", described(text(base64_of(2 * (2 + agreement::kRecordBytesMax))),
                                       "base64: its last two records, each behind its size in two bytes")},
                 {"removed_unix_ms", time_schema()}});
}

Schema log_part_schema() {
  return object({{"content", described(text(base64_of(kPieceBytesMax)), "base64")},
                 {"offset", described(integer(0), "of the first byte: at most the log's end")},
                 {"end", described(integer(0), "of the log, so far")},
                 {"dropped_bytes", described(integer(0), "that were above the log's limit")},
                 {"complete", described(boolean(), "the job has ended: no more comes")}});
}

Schema offer_schema() {
  const auto measured = [](std::string_view what) {
    return described(nullable(integer(1)), std::string(what) + "; null: it was not measured yet");
  };
  return object({{"provider", peer_schema()},
                 {"own", described(boolean(), "this node's")},
                 {"sequence", integer(0)},
                 {"from_unix_ms", time_schema()},
                 {"until_unix_ms", time_schema()},
                 {"kinds", list(one_of_names(model::kKindNames), model::kKindNames.size())},
                 {"link_bytes_per_second", measured("what a job's bytes moved at lately")},
                 {"setup_ms", measured("from the end of the transfers to the first kernel")},
                 {"limits", described(object({{"cpu_cores", integer(0)},
                                              {"memory_bytes", integer(0)},
                                              {"scratch_bytes", integer(0)},
                                              {"walltime_ms", integer(0)},
                                              {"input_bytes", integer(0)},
                                              {"output_bytes", integer(0)}}),
                                      "of a task")},
                 {"devices", list(offered_device_schema(), model::kOfferDevicesMax)}});
}

json::object job_summary_example() {
  return {
      {"id", "j-0123456789abcdef"}, {"name", "mandelbrot"}, {"state", "RUNNING"}, {"submitted_unix_ms", kExampleTime},
      {"progress_permille", 250},   {"tasks", 1},           {"tasks_ended", 0},   {"amount_micro", 120'000}};
}

json::object job_example() {
  json::object job = job_summary_example();
  const json::object attempt{{"provider", kPeer},  {"device", "qd1-0123"},     {"device_name", "Radeon"},
                             {"state", "RUNNING"}, {"progress_permille", 250}, {"amount_micro", 120'000}};
  job["tasks_list"] = json::array{json::object{{"task", 0}, {"state", "RUNNING"}, {"attempts", json::array{attempt}}}};
  job["outputs"] = json::array{};
  job["log_bytes"] = 5;
  return job;
}

json::object quote_row_example() {
  const model::ReasonText& text = model::text_of(model::Reason::own_device);
  return {{"provider", kPeer},
          {"device", "qd1-0123"},
          {"device_name", "Radeon"},
          {"why", json::object{{"reason", text.name}, {"text", text.text}, {"remedy", text.remedy}}}};
}

json::object job_trail_example() {
  return {{"task", 0},
          {"attempt", 0},
          {"provider", kPeer},
          {"tasks", 1},
          {"file", "cXVlcm4gdHJhaWwgMQo="},
          {"statement", json::object{{"stage", "closed"}, {"amount_micro", 120'000}, {"end", "completed"}}}};
}

json::object offer_example() {
  return {{"provider", kPeer},
          {"own", false},
          {"sequence", 1},
          {"from_unix_ms", kExampleTime},
          {"until_unix_ms", kExampleTime + 600'000},
          {"kinds", json::array{"OpenCLKernel"}},
          {"link_bytes_per_second", nullptr},
          {"setup_ms", 60},
          {"limits", json::object{{"cpu_cores", 4},
                                  {"memory_bytes", 1 << 30},
                                  {"scratch_bytes", 1 << 28},
                                  {"walltime_ms", 600'000},
                                  {"input_bytes", 1 << 30},
                                  {"output_bytes", 1 << 30}}},
          {"devices", json::array{}}};
}

}  // namespace quern::daemon
