// A job that was submitted here, as it is kept and as it is shown.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/hex.hpp"
#include "overlay/runtime/result.hpp"
#include "scheduler/dispatch/place.hpp"
#include "scheduler/jobs/job_machine.hpp"
#include "scheduler/jobs/trail_journal.hpp"
#include "scheduler/model/job.hpp"
#include "scheduler/placement/plan.hpp"

namespace quern::daemon {

struct JobOutput {
  std::string path;
  std::uint64_t bytes = 0;
  model::Digest digest{};
  bool operator==(const JobOutput&) const = default;
};

// The agreement of one attempt; of several tasks of the job where they are under one, the first of these.
struct JobTrail {
  std::uint32_t task = 0;
  std::uint32_t attempt = 0;
  jobs::DemandId demand{};
  // Which of the demand's tasks are the job's, at most kTasksMax. Empty, in records of earlier versions: all of its
  // manifest.
  std::vector<std::uint32_t> places;
  bool operator==(const JobTrail&) const = default;
};

struct JobRecord {
  std::string id;        // "j-0123456789abcdef"
  std::string manifest;  // canonical
  placement::Strategy strategy = placement::Strategy::cheapest;
  std::set<std::string> exclude;
  std::set<dispatch::Place> only;  // none: anywhere
  std::int64_t submitted_unix_ms = 0;
  std::optional<std::int64_t> ended_unix_ms;
  jobs::State state = jobs::State::queued;
  model::Why why;
  model::Credits amount;
  std::vector<jobs::TaskRecord> tasks;
  std::vector<JobTrail> trails;
  std::vector<JobOutput> outputs;  // once complete
  bool operator==(const JobRecord&) const = default;
};

// One JSON document. What it writes it reads; anything else is runtime::Errc::system, with the key that is wrong.
std::string to_text(const JobRecord& record);
runtime::Result<JobRecord> job_record_from(std::string_view text);

// As callers see them (docs/openrpc.json).
boost::json::object why_json(const model::Why& why);
boost::json::object summary_json(const JobRecord& record, std::string_view name);
boost::json::array tasks_json(const JobRecord& record);

// 64 of 0-9a-f.
std::optional<model::Digest> digest_from_hex(std::string_view text);

}  // namespace quern::daemon
