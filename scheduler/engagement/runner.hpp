// What a provider runs jobs by: the sandbox on a real node, a model of it in the simulator.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/task.hpp"
#include "scheduler/agreement/records.hpp"
#include "scheduler/model/job.hpp"
#include "scheduler/model/reason.hpp"
#include "scheduler/model/usage.hpp"

namespace quern::engagement {

// One shard of a job on one device. Its inputs are in the node's blob store.
struct Work {
  std::string submitter;  // peer: what one leaves behind (a warm process, compiled programs) no other gets
  model::Job job;
  std::uint32_t shard = 0;
  std::uint32_t shards = 1;
  std::string device;
};

// Told of what a run does. Of the run's executor; outlives it.
class Meter {
 public:
  virtual ~Meter() = default;
  // Totals since the work began, now and then: what was used last the end alone tells. Suspends while what was used is
  // further ahead of what was paid than it may be; the run must not work on meanwhile. False: stop now, and end with
  // what was used.
  virtual runtime::Task<bool> used(model::Usage total, std::uint32_t permille) = 0;
  // What the job wrote. What does not fit the log any more is dropped and counted.
  virtual void log(runtime::ByteView text) = 0;
};

struct Finished {
  model::Why why;  // completed, or why not
  model::Usage usage;
  std::vector<agreement::OutputDigest> outputs;  // in the order of the manifest, in the blob store; all when completed
};

class Runner {
 public:
  virtual ~Runner() = default;
  // Runs the work to its end. When its task is cancelled all it has started is gone before it has ended.
  virtual runtime::Task<Finished> run(Work work, Meter& meter) = 0;
};

}  // namespace quern::engagement
