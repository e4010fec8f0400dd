#include "scheduler/daemon/worker_runner.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/cleanup.hpp"
#include "scheduler/daemon/work_run.hpp"

namespace quern::daemon {

using engagement::Finished;
using engagement::Meter;
using engagement::Work;
using model::Reason;
using runtime::Result;
using runtime::Task;

Result<std::unique_ptr<WorkerRunner>> WorkerRunner::make(execution::Supervisor& supervisor, blobs::BlobStore& store,
                                                         RunnerOptions options) {
  if (auto opened = open_scratch_root(options.pool.scratch_root); !opened) {
    return std::unexpected(std::move(opened).error());
  }
  return std::unique_ptr<WorkerRunner>(new WorkerRunner(supervisor, store, std::move(options)));
}

WorkerRunner::WorkerRunner(execution::Supervisor& supervisor, blobs::BlobStore& store, RunnerOptions options)
    : store_(store),
      devices_(std::move(options.devices)),
      log_bytes_(options.log_bytes),
      pool_(supervisor, std::move(options.pool)) {}

Task<Finished> WorkerRunner::run(Work work, Meter& meter) {
  const auto device = std::ranges::find(devices_, work.device, &WorkerDevice::id);
  if (device == devices_.end()) {
    co_return Finished{.why = {Reason::device_lost, "no device " + work.device}, .usage = {}, .outputs = {}};
  }
  if (auto fault = fault_of(work)) co_return Finished{.why = *std::move(fault), .usage = {}, .outputs = {}};
  WorkRun run(pool_, store_, *device, std::move(work), meter, log_bytes_);
  co_return co_await runtime::with_cleanup<Finished>([&] { return run.to_end(); }, [&] { return run.leave(); });
}

}  // namespace quern::daemon
