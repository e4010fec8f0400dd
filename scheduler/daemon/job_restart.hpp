// What becomes of the jobs that were under way when their node went away, by what the disk has of their agreements.
// Pure.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "scheduler/agreement/trail.hpp"
#include "scheduler/daemon/job_record.hpp"

namespace quern::daemon {

using TrailsByDemand = std::map<jobs::DemandId, agreement::Trail>;

// Ends the records of jobs under way by submitter_restarted, names in them the agreements that are theirs, and counts
// them (count_again). `records` are all there are, the oldest first. The numbers of those that were ended.
//
// An agreement says which manifests and shards it is for, not which job: a task of one is the job's that has that
// manifest. Where several jobs have the same manifest, each task is still of one of them: not of a job that came later,
// nor of one that has named as many already, and of those left the one that has the fewest of this shard. Which of two
// like jobs that is says nobody; what they cost together is right.
std::vector<std::size_t> end_by_restart(std::vector<JobRecord>& records, const TrailsByDemand& trails,
                                        std::int64_t now_unix_ms);

// What the agreements of a job have come to by now: they go on after a job that a restart has ended. Its cost; and of a
// job that a restart has ended its tasks too, each with an attempt for every agreement that it was in, which together
// cost as much. `find` may give null: then the tasks stay, and no cost is forgotten that was counted before.
using FindTrail = std::function<const agreement::Trail*(const jobs::DemandId&)>;
void count_again(JobRecord& record, const FindTrail& find);

// By task, what has come of a job that a restart has ended, in the order of the manifest, where all of its tasks have
// completed all the same and their receipts are acknowledged. nullopt: not all have, or not that is known.
using TaskOutputs = std::map<std::size_t, std::vector<agreement::OutputDigest>>;
std::optional<TaskOutputs> outputs_of(const JobRecord& record, const FindTrail& find);

}  // namespace quern::daemon
