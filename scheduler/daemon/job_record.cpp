#include "scheduler/daemon/job_record.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "overlay/runtime/hex.hpp"

namespace quern::daemon {

namespace json = boost::json;
using jobs::Attempt;
using jobs::State;
using jobs::TaskRecord;

namespace {

// Reads members; the first that is missing or wrong is named and everything after it is empty.
class Members {
 public:
  explicit Members(std::string& wrong) : wrong_(wrong) {}

  const json::value* find(const json::object& object, std::string_view key) {
    const json::value* found = object.if_contains(key);
    if (!found) fail(key);
    return found;
  }
  std::string text(const json::object& object, std::string_view key) {
    const json::value* found = find(object, key);
    const json::string* text = found ? found->if_string() : nullptr;
    if (!text) return fail(key), std::string();
    return {text->data(), text->size()};
  }
  std::int64_t integer(const json::object& object, std::string_view key) {
    const json::value* found = find(object, key);
    const std::int64_t* number = found ? found->if_int64() : nullptr;
    if (!number) return fail(key), 0;
    return *number;
  }
  bool flag(const json::object& object, std::string_view key) {
    const json::value* found = find(object, key);
    const bool* value = found ? found->if_bool() : nullptr;
    if (!value) fail(key);
    return value && *value;
  }
  std::uint32_t small(const json::object& object, std::string_view key) {
    const std::int64_t number = integer(object, key);
    if (!std::in_range<std::uint32_t>(number)) fail(key);
    return static_cast<std::uint32_t>(number);
  }
  // Calls `take(member, object)` for each object of the list.
  template <class Take>
  void objects(const json::object& object, std::string_view key, Take take) {
    const json::value* found = find(object, key);
    const json::array* list = found ? found->if_array() : nullptr;
    if (!list) return fail(key);
    for (const json::value& item : *list) {
      if (const json::object* each = item.if_object()) {
        take(*each);
      } else {
        fail(key);
      }
    }
  }
  // None where there is no such member.
  std::vector<std::uint32_t> smalls(const json::object& object, std::string_view key) {
    std::vector<std::uint32_t> numbers;
    const json::value* found = object.if_contains(key);
    if (!found) return numbers;
    const json::array* list = found->if_array();
    if (!list || list->size() > agreement::kTasksMax) return fail(key), numbers;
    for (const json::value& item : *list) {
      const std::int64_t* number = item.if_int64();
      if (!number || !std::in_range<std::uint32_t>(*number)) return fail(key), numbers;
      numbers.push_back(static_cast<std::uint32_t>(*number));
    }
    return numbers;
  }
  template <class T>
  T named(const std::optional<T>& value, std::string_view key) {
    if (!value) fail(key);
    return value.value_or(T{});
  }
  void fail(std::string_view key) {
    if (wrong_.empty()) wrong_ = key;
  }

 private:
  std::string& wrong_;
};

model::Why why_from(Members& members, const json::object& object) {
  const json::value* found = object.if_contains("why");
  if (!found) return {};
  const json::object* why = found->if_object();
  if (!why) return members.fail("why"), model::Why{};
  model::Why read{.reason = members.named(model::reason_from_name(members.text(*why, "reason")), "reason"),
                  .detail = {}};
  if (why->contains("detail")) read.detail = members.text(*why, "detail");
  return read;
}

template <std::size_t Size>
std::array<std::byte, Size> fixed_bytes(Members& members, const json::object& object, std::string_view key) {
  std::array<std::byte, Size> out{};
  const auto bytes = runtime::from_hex(members.text(object, key));
  if (!bytes || bytes->size() != Size) {
    members.fail(key);
  } else {
    std::ranges::copy(*bytes, out.begin());
  }
  return out;
}

jobs::Predicted predicted_from(Members& members, const json::object& attempt) {
  const json::value* found = attempt.if_contains("quoted");
  if (!found) return {};
  const json::object* quoted = found->if_object();
  if (!quoted) return members.fail("quoted"), jobs::Predicted{};
  return {.low = {members.integer(*quoted, "low_micro")},
          .likely = {members.integer(*quoted, "likely_micro")},
          .high = {members.integer(*quoted, "high_micro")},
          .measured = members.flag(*quoted, "measured")};
}

TaskRecord task_from(Members& members, const json::object& object) {
  TaskRecord task{.state = members.named(jobs::state_from_name(members.text(object, "state")), "state"),
                  .attempts = {},
                  .why = why_from(members, object)};
  members.objects(object, "attempts", [&](const json::object& each) {
    task.attempts.push_back({.provider = members.text(each, "provider"),
                             .device = members.text(each, "device"),
                             .state = members.named(jobs::state_from_name(members.text(each, "state")), "state"),
                             .progress_permille = members.small(each, "progress_permille"),
                             .why = why_from(members, each),
                             .amount = {members.integer(each, "amount_micro")},
                             .predicted = predicted_from(members, each)});
  });
  return task;
}

void put_why(json::object& object, const model::Why& why) {
  if (why.reason != model::Reason::unspecified) object["why"] = why_json(why);
}

json::object attempt_json(const Attempt& attempt) {
  json::object object{{"provider", attempt.provider},
                      {"device", attempt.device},
                      {"state", jobs::name_of(attempt.state)},
                      {"progress_permille", attempt.progress_permille},
                      {"amount_micro", attempt.amount.micro}};
  if (const auto& quoted = attempt.predicted; quoted != jobs::Predicted()) {
    object["quoted"] = json::object{{"low_micro", quoted.low.micro},
                                    {"likely_micro", quoted.likely.micro},
                                    {"high_micro", quoted.high.micro},
                                    {"measured", quoted.measured}};
  }
  put_why(object, attempt.why);
  return object;
}

JobRecord record_from(Members& members, const json::object& object) {
  JobRecord record{
      .id = members.text(object, "id"),
      .manifest = members.text(object, "manifest"),
      .strategy = members.named(placement::strategy_from_name(members.text(object, "strategy")), "strategy"),
      .exclude = {},
      .only = {},
      .submitted_unix_ms = members.integer(object, "submitted_unix_ms"),
      .ended_unix_ms = {},
      .state = members.named(jobs::state_from_name(members.text(object, "state")), "state"),
      .why = why_from(members, object),
      .amount = {members.integer(object, "amount_micro")},
      .tasks = {},
      .trails = {},
      .outputs = {}};
  if (object.contains("ended_unix_ms")) record.ended_unix_ms = members.integer(object, "ended_unix_ms");
  members.objects(object, "exclude",
                  [&](const json::object& each) { record.exclude.insert(members.text(each, "provider")); });
  // Older records have none, and neither have those of jobs that may go anywhere.
  if (object.contains("only")) {
    members.objects(object, "only", [&](const json::object& each) {
      record.only.insert({members.text(each, "provider"), members.text(each, "device")});
    });
  }
  members.objects(object, "tasks", [&](const json::object& each) { record.tasks.push_back(task_from(members, each)); });
  members.objects(object, "trails", [&](const json::object& each) {
    record.trails.push_back({.task = members.small(each, "task"),
                             .attempt = members.small(each, "attempt"),
                             .demand = fixed_bytes<agreement::kDemandIdBytes>(members, each, "demand"),
                             .places = members.smalls(each, "places")});
  });
  members.objects(object, "outputs", [&](const json::object& each) {
    record.outputs.push_back({.path = members.text(each, "path"),
                              .bytes = static_cast<std::uint64_t>(members.integer(each, "bytes")),
                              .digest = fixed_bytes<sizeof(model::Digest)>(members, each, "digest")});
  });
  return record;
}

}  // namespace

std::optional<model::Digest> digest_from_hex(std::string_view text) {
  std::string wrong;
  Members members(wrong);
  const auto digest = fixed_bytes<sizeof(model::Digest)>(members, json::object{{"digest", text}}, "digest");
  return wrong.empty() ? std::optional(digest) : std::nullopt;
}

json::object why_json(const model::Why& why) {
  const model::ReasonText& text = model::text_of(why.reason);
  json::object object{{"reason", text.name}, {"text", text.text}};
  if (!why.detail.empty()) object["detail"] = why.detail;
  if (!text.remedy.empty()) object["remedy"] = text.remedy;
  return object;
}

json::object summary_json(const JobRecord& record, std::string_view name) {
  const auto ended =
      std::ranges::count_if(record.tasks, [](const TaskRecord& task) { return jobs::is_end(task.state); });
  std::uint64_t done = 0;
  for (const TaskRecord& task : record.tasks) {
    if (task.state == State::complete) {
      done += 1000;
    } else if (!task.attempts.empty()) {
      done += task.attempts.back().progress_permille;
    }
  }
  json::object object{{"id", record.id},
                      {"name", name},
                      {"state", jobs::name_of(record.state)},
                      {"submitted_unix_ms", record.submitted_unix_ms},
                      {"progress_permille", record.tasks.empty() ? 0 : done / record.tasks.size()},
                      {"tasks", record.tasks.size()},
                      {"tasks_ended", ended},
                      {"amount_micro", record.amount.micro}};
  if (record.ended_unix_ms) object["ended_unix_ms"] = *record.ended_unix_ms;
  if (record.ended_unix_ms) put_why(object, record.why);
  return object;
}

json::array tasks_json(const JobRecord& record) {
  json::array list;
  for (std::size_t number = 0; number < record.tasks.size(); ++number) {
    const TaskRecord& task = record.tasks[number];
    json::array attempts;
    for (const Attempt& attempt : task.attempts) attempts.push_back(attempt_json(attempt));
    json::object object{{"task", number}, {"state", jobs::name_of(task.state)}, {"attempts", std::move(attempts)}};
    put_why(object, task.why);
    list.push_back(std::move(object));
  }
  return list;
}

std::string to_text(const JobRecord& record) {
  json::object object{{"id", record.id},
                      {"manifest", record.manifest},
                      {"strategy", placement::name_of(record.strategy)},
                      {"submitted_unix_ms", record.submitted_unix_ms},
                      {"state", jobs::name_of(record.state)},
                      {"amount_micro", record.amount.micro},
                      {"tasks", tasks_json(record)}};
  if (record.ended_unix_ms) object["ended_unix_ms"] = *record.ended_unix_ms;
  put_why(object, record.why);
  json::array exclude;
  for (const std::string& provider : record.exclude) exclude.push_back(json::object{{"provider", provider}});
  object["exclude"] = std::move(exclude);
  json::array only;
  for (const dispatch::Place& place : record.only) {
    only.push_back(json::object{{"provider", place.provider}, {"device", place.device}});
  }
  if (!only.empty()) object["only"] = std::move(only);
  json::array trails;
  for (const JobTrail& trail : record.trails) {
    json::object entry{{"task", trail.task}, {"attempt", trail.attempt}, {"demand", runtime::to_hex(trail.demand)}};
    if (!trail.places.empty()) entry["places"] = json::array(trail.places.begin(), trail.places.end());
    trails.push_back(std::move(entry));
  }
  object["trails"] = std::move(trails);
  json::array outputs;
  for (const JobOutput& output : record.outputs) {
    outputs.push_back(
        json::object{{"path", output.path}, {"bytes", output.bytes}, {"digest", runtime::to_hex(output.digest)}});
  }
  object["outputs"] = std::move(outputs);
  return json::serialize(object);
}

runtime::Result<JobRecord> job_record_from(std::string_view text) {
  boost::system::error_code error;
  json::parse_options options;
  options.allow_invalid_utf8 = true;  // details may quote what others sent
  const json::value document = json::parse(text, error, {}, options);
  if (error || !document.is_object()) return runtime::fail(runtime::Errc::system, "a job's record is no JSON object");
  std::string wrong;
  Members members(wrong);
  JobRecord record = record_from(members, document.get_object());
  if (!wrong.empty()) return runtime::fail(runtime::Errc::system, "a job's record: " + wrong);
  return record;
}

}  // namespace quern::daemon
