#include "scheduler/daemon/work_run.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"
#include "scheduler/daemon/worker_runner.hpp"
#include "scheduler/model/manifest.hpp"

namespace quern::daemon {

using engagement::Finished;
using engagement::Meter;
using engagement::Work;
using execution::WorkerFinished;
using execution::WorkerLog;
using execution::WorkerOutput;
using execution::WorkerOutputPiece;
using execution::WorkerProgress;
using execution::WorkerReport;
using execution::WorkerStarted;
using model::Reason;
using model::Why;
using runtime::Task;

namespace {

constexpr std::size_t kReadBytes = 64 << 10;

std::unexpected<Why> end_with(Reason reason, std::string detail = {}) {
  return std::unexpected(Why{reason, std::move(detail)});
}

// For the submitter: the words of the error, and no name of a file of this machine.
Why why_no_input(const std::string& path, const runtime::Error& error) {
  const std::string detail = path + ": " + error.code().message();
  if (error == blobs::Errc::not_found) return {Reason::input_missing, detail};
  if (error == blobs::Errc::corrupt) return {Reason::input_corrupt, detail};
  if (error == runtime::Errc::no_space) return {Reason::disk_full, detail};
  return {Reason::internal, detail};
}

Why why_no_output(const runtime::Error& error) {
  if (error == blobs::Errc::too_large) return {Reason::output_exceeded, error.message()};
  const bool full = error == blobs::Errc::store_full || error == runtime::Errc::no_space;
  return {full ? Reason::disk_full : Reason::internal, error.code().message()};
}

Why why_not_believed(const runtime::Error& error) {
  if (error == execution::WorkerErrc::over_limit) return {Reason::log_exceeded, error.detail()};
  return {Reason::worker_crashed, "it reports what cannot be: " + error.message()};
}

BillTerms bill_terms_of(const Work& work, const model::Shard& shard, const WorkerDevice& device) {
  std::uint64_t bytes_in = 0;
  for (const model::Input& input : work.job.inputs) bytes_in += input.bytes;
  return {.is_processor = device.type == model::DeviceType::cpu,
          .compute_units = device.compute_units,
          .cores = cores_of(work.job, device),
          .memory_bytes = work.job.resources.memory_bytes,
          .bytes_in = bytes_in,
          .bytes_out_max = bytes_of(shard),
          .walltime = std::chrono::milliseconds(work.job.resources.walltime_ms)};
}

}  // namespace

std::optional<Why> fault_of(const Work& work) {
  if (work.job.kind != model::JobKind::opencl_kernel) return Why{Reason::kind_not_offered, {}};
  if (work.shards != work.job.shards.count || work.shard >= work.shards) {
    return Why{Reason::manifest_invalid, "shard " + std::to_string(work.shard) + " of " + std::to_string(work.shards)};
  }
  for (const model::OutputSlice& output : model::shard_of(work.job, work.shard).outputs) {
    if (output.bytes <= blobs::kBlobBytesMax) continue;
    return Why{Reason::output_size, output.path + " has " + std::to_string(output.bytes) + " bytes, limit " +
                                        std::to_string(blobs::kBlobBytesMax) + ": use more shards"};
  }
  return std::nullopt;
}

bool may_go_on(Reason reason) {
  switch (reason) {
    case Reason::completed:
    case Reason::build_failed:
    case Reason::kernel_not_found:
    case Reason::kernel_arguments:
      return true;
    default:
      return reason >= Reason::kind_not_offered && reason <= Reason::no_device;
  }
}

Why believed(const Why& claimed, bool native) {
  const bool of_job = model::text_of(claimed.reason).fault == model::Fault::job || may_go_on(claimed.reason);
  if (!native || of_job) return claimed;
  return {Reason::worker_crashed, "it says " + to_text(claimed)};
}

WorkRun::WorkRun(WorkerPool& pool, blobs::BlobStore& store, const WorkerDevice& device, Work work, Meter& meter,
                 std::uint64_t log_bytes)
    : pool_(pool),
      store_(store),
      device_(device),
      work_(std::move(work)),
      meter_(meter),
      log_bytes_(log_bytes),
      shard_(model::shard_of(work_.job, work_.shard)),
      bill_terms_(bill_terms_of(work_, shard_, device)) {}

Task<Finished> WorkRun::to_end() {
  Finished finished;
  finished.why = co_await work(finished.outputs);
  const bool ran = begun_ != runtime::Time{};
  // For a node that could not even begin nobody pays.
  if (ran || model::text_of(finished.why.reason).fault != model::Fault::provider) finished.usage = usage_;
  if (finished.why.reason == Reason::build_failed && is_free(usage_)) {
    finished.usage = {};
    finished.usage[model::Dimension::setup] = 1;
  } else if (finished.why.reason == Reason::build_failed) {
    // Under its own name it would cost the set-up alone.
    finished.why = {Reason::worker_crashed, "it says build_failed after " +
                                                std::to_string(usage_[model::Dimension::cpu_time]) +
                                                " us of processor time, which code of the task before may have used"};
  }
  co_return finished;
}

// Whether a program that does not compile costs its set-up alone. Code of the task before may speak for a worker of a
// processor: there it is no more than a compiler may need.
bool WorkRun::is_free(const model::Usage& used) const {
  return !bill_terms_.is_processor || task_ == 0 || used[model::Dimension::cpu_time] <= kSetupCpuTimeUs;
}

Task<void> WorkRun::leave() {
  if (const auto start = start_) {
    while (!start->over) co_await start->ended.wait();
    if (start->worker) worker_ = *std::move(start->worker);
  }
  if (!worker_) co_return;
  if (keep_) {
    pool_.give_back(std::move(worker_));
  } else {
    co_await pool_.end(std::move(worker_));
  }
}

Task<Why> WorkRun::work(Outputs& outputs) {
  measure();
  if (auto told = co_await tell(); !told) co_return told.error();
  if (auto got = co_await get_worker(); !got) co_return got.error();
  if (auto put = co_await put_inputs(); !put) co_return put.error();
  auto said = co_await follow();
  if (!said) co_return said.error();
  auto kept = co_await keep_outputs(*std::move(said));
  if (!kept) co_return kept.error();
  outputs = *std::move(kept);
  co_return Why{Reason::completed, {}};
}

Task<Outcome<void>> WorkRun::get_worker() {
  const WorkerTerms terms = terms_of(work_.submitter, work_.job, device_);
  worker_ = pool_.take(terms);
  if (!worker_) {
    start_ = pool_.start(terms, device_);
    while (!start_->over) co_await start_->ended.wait();
    const auto start = std::exchange(start_, nullptr);
    if (!start->worker) co_return std::unexpected(start->worker.error());
    worker_ = *std::move(start->worker);
  }
  task_ = worker_->tasks++;
  bill_terms_.setup_cpu_time_us = setup_allowance(task_ == 0, std::nullopt);
  co_return Outcome<void>();
}

// Where the task before had the same inputs they are there already.
Task<Outcome<void>> WorkRun::put_inputs() {
  inputs_at_ = worker_->inputs_at.value_or(task_);
  if (worker_->inputs_at && worker_->inputs == work_.job.inputs) co_return Outcome<void>();
  inputs_at_ = task_;
  const auto renew = [folder = worker_->folder, number = task_, before = worker_->inputs_at] {
    if (before) std::ignore = folder.remove_inputs(*before);  // goes with the worker at the latest
    return folder.make_inputs(number);
  };
  worker_->inputs_at.reset();
  if (const auto made = co_await runtime::offload(runtime(), renew); !made)
    co_return std::unexpected(told(made.error(), why_no_input("the job's folder", made.error())));
  for (const model::Input& input : work_.job.inputs) {
    auto content = co_await store_.read(input.digest);
    if (!content) co_return std::unexpected(told(content.error(), why_no_input(input.path, content.error())));
    const auto put = co_await runtime::offload(
        runtime(), [folder = worker_->folder, number = task_, path = input.path, bytes = *std::move(content)] {
          return folder.write_input(number, path, bytes);
        });
    if (!put) co_return std::unexpected(told(put.error(), why_no_input(input.path, put.error())));
  }
  worker_->inputs = work_.job.inputs;
  worker_->inputs_at = task_;
  co_return Outcome<void>();
}

execution::WorkerLimits WorkRun::limits() const {
  const auto walltime_us = static_cast<std::uint64_t>(walltime() / std::chrono::microseconds(1));
  return {.device_time_us = walltime_us,
          .cpu_time_us = walltime_us * bill_terms_.cores,
          .output_bytes = bill_terms_.bytes_out_max,
          .log_bytes = log_bytes_};
}

Task<Outcome<std::vector<WorkerOutput>>> WorkRun::follow() {
  const execution::WorkerTask task{.job = model::to_canonical_json(work_.job),
                                   .shard = work_.shard,
                                   .platform = device_.platform,
                                   .device = device_.device,
                                   .device_name = device_.name,
                                   .input_folder = std::string(kInputsInside) + "/" + std::to_string(inputs_at_),
                                   .limits = limits()};
  begun_ = told_ = runtime().clock().now();
  cpu_before_us_ = worker_->child->cpu_time_us();
  if (task_ > 0) worker_->child->forget_refusals();
  under_way_ = true;
  worker_->reader.expect(shard_, task.limits);
  if (!co_await worker_->child->write_message(execution::encode_request(task))) {
    co_return std::unexpected(co_await end_of_worker());
  }
  while (!finished_) {
    auto report = worker_->reader.next();
    if (!report) co_return std::unexpected(co_await kill(why_not_believed(report.error())));
    auto& said = *report;
    auto done = said ? co_await take(*std::move(said)) : untold_ ? co_await tell() : co_await read_more();
    if (!done) co_return std::unexpected(std::move(done).error());
  }
  pass_on_words();
  stopped_ = !may_go_on(finished_->why.reason);
  measure();
  under_way_ = false;
  // Earlier tasks of the worker have run the same submitter's code.
  const Why why = launched_ && bill_terms_.is_processor && finished_->why.reason == Reason::build_failed
                      ? Why{Reason::worker_crashed, "it says build_failed of a program that it has launched"}
                      : believed(finished_->why, bill_terms_.is_processor && (started_ || task_ > 0));
  const bool doubtful = why.reason == Reason::build_failed && bill_terms_.is_processor && task_ > 0;
  keep_ = may_go_on(why.reason) && !doubtful && worker_->words < kWorkerWordsMax / 2 &&
          worker_->tasks < kTasksOfWorkerMax && co_await is_as_before();
  if (why.reason != Reason::completed) co_return std::unexpected(why);
  co_return std::move(finished_->outputs);
}

// Other devices' kernels start no threads and write no files; their drivers may.
Task<bool> WorkRun::is_as_before() {
  if (!bill_terms_.is_processor) co_return true;
  const auto tasks = worker_->child->tasks();
  const bool more = tasks && *tasks > worker_->threads + execution::kSandboxTasks;
  if (more || worker_->child->has_files()) co_return false;
  for (auto wait = kLookAgainAfter; holds_more(); wait *= 2) {
    if (wait > kLookAgainMost) co_return false;
    co_await runtime().clock().sleep_for(wait);
  }
  co_return true;
}

bool WorkRun::holds_more() const {
  const auto& before = worker_->holdings;
  if (!before) return false;  // nothing of a job has run in it
  const execution::Holdings now = worker_->child->holdings();
  if (now.descriptors > before->descriptors) return true;
  if (now.mapped_bytes > before->mapped_bytes + kMappedMoreMax + worker_->threads * kMappedMoreOfThreadMax) return true;
  const std::uint64_t memory_max = before->memory_bytes + kMemoryMoreMax;
  const auto memory = worker_->child->memory_bytes();  // with files of disks: it is cheap, and enough as a rule
  return (!memory || *memory > memory_max) && worker_->child->held_bytes() > memory_max;
}

// Waits for bytes from the worker, until the next look at what it uses at the latest.
Task<Outcome<void>> WorkRun::read_more() {
  const runtime::Time over = begun_ + walltime() + held_;
  std::array<std::byte, kReadBytes> bytes;
  const auto size = co_await runtime::with_deadline(runtime().clock(), std::min(over, told_ + kMeterTick),
                                                    worker_->child->read_message(bytes));
  pass_on_words();
  if (size) {
    worker_->reader.add(std::span(bytes).first(*size));
    co_return Outcome<void>();
  }
  if (size.error() != runtime::Errc::timed_out) co_return std::unexpected(co_await end_of_worker());
  if (runtime().clock().now() < over) co_return co_await tell();
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(walltime());
  co_return std::unexpected(co_await kill({Reason::walltime_exceeded, std::to_string(limit.count()) + " ms"}));
}

Task<Outcome<void>> WorkRun::take(WorkerReport report) {
  if (auto* log = std::get_if<WorkerLog>(&report)) {
    meter_.log(runtime::bytes_of(log->text));
  } else if (const auto* progress = std::get_if<WorkerProgress>(&report)) {
    permille_ = progress->permille;
    launched_ = true;  // or about to be
    // Later ones may be a job's own words.
    if (!worker_->holdings) worker_->holdings = progress->holdings.value_or(execution::Holdings());
    claimed_ = {.device_time_us = progress->device_time_us, .cpu_time_us = progress->cpu_time_us};
    untold_ = true;  // of the last report that is here
  } else if (const auto* started = std::get_if<WorkerStarted>(&report)) {
    started_ = true;
    if (task_ == 0) worker_->threads = started->threads;  // later ones may be a job's own words
    if (!device_.name.empty() && started->device_name != device_.name) {
      co_return std::unexpected(co_await kill({Reason::device_lost, "the worker found " + started->device_name}));
    }
  } else if (auto* piece = std::get_if<WorkerOutputPiece>(&report)) {
    co_return co_await take_piece(std::move(*piece));
  } else {
    finished_ = std::get<WorkerFinished>(std::move(report));
    claimed_ = {.device_time_us = finished_->device_time_us, .cpu_time_us = finished_->cpu_time_us};
  }
  co_return Outcome<void>();
}

// An output goes to the store as soon as it is whole: no more than one is held in memory.
Task<Outcome<void>> WorkRun::take_piece(WorkerOutputPiece piece) {
  runtime::append(arriving_, piece.content);
  if (arriving_.size() < shard_.outputs.at(piece.output).bytes) co_return Outcome<void>();
  const auto digest = co_await store_.add(std::exchange(arriving_, {}));
  if (!digest) co_return std::unexpected(co_await kill(told(digest.error(), why_no_output(digest.error()))));
  store_.hold(*digest, walltime());  // until the agreement needs it
  arrived_.emplace(piece.output, *digest);
  co_return Outcome<void>();
}

Task<Outcome<void>> WorkRun::tell() {
  measure();
  untold_ = false;
  const bool on = co_await runtime::with_group<bool>([this](runtime::TaskGroup& group) -> Task<bool> {
    if (under_way_) group.spawn(hold_soon());
    co_return co_await meter_.used(usage_, permille_);
  });
  told_ = runtime().clock().now();
  if (const auto since = std::exchange(held_since_, std::nullopt)) {
    held_ += told_ - *since;
    worker_->child->let_run();
  }
  if (on) co_return Outcome<void>();
  const Why why{Reason::canceled, "the meter has stopped it"};
  if (!under_way_) co_return std::unexpected(why);
  co_return std::unexpected(co_await kill(why));
}

Task<void> WorkRun::hold_soon() {
  co_await runtime().clock().sleep_for(kHoldAfter);
  worker_->child->hold();
  held_since_ = runtime().clock().now();
}

Why WorkRun::told(const runtime::Error& error, Why why) const {
  pool_.options().on_failure(error);
  return why;
}

Task<Why> WorkRun::kill(Why why) {
  worker_->child->kill(std::move(why));
  co_return co_await end_of_worker();
}

Task<Why> WorkRun::end_of_worker() {
  const execution::ChildOutcome outcome = co_await worker_->child->wait();
  pass_on_words();
  cpu_seen_us_ = std::max(cpu_seen_us_, outcome.events.cpu_time_us);
  stopped_ = true;
  measure();
  under_way_ = false;
  if (outcome.why.reason != Reason::completed) co_return outcome.why;
  co_return Why{Reason::worker_crashed, "it ended before its task"};
}

Task<Outcome<WorkRun::Outputs>> WorkRun::keep_outputs(std::vector<WorkerOutput> said) {
  Outputs outputs;
  outputs.reserve(said.size());
  for (WorkerOutput& output : said) {
    const auto arrived = arrived_.find(static_cast<std::uint32_t>(outputs.size()));
    runtime::Result<model::Digest> digest = output.digest;
    if (arrived != arrived_.end()) {
      digest = arrived->second;
    } else {
      digest = co_await store_.add(std::move(output.content));
    }
    keep_ = keep_ && digest && *digest == output.digest;
    if (!digest) co_return std::unexpected(told(digest.error(), why_no_output(digest.error())));
    if (*digest != output.digest) co_return end_with(Reason::worker_crashed, output.path + " is not what it says");
    outputs.push_back({.digest = *digest, .bytes = output.bytes});
  }
  usage_[model::Dimension::bytes_out] = bill_terms_.bytes_out_max;
  co_return outputs;
}

void WorkRun::pass_on_words() {
  while (const auto chunk = worker_->child->take_log()) {
    worker_->words += chunk->bytes.size();
    meter_.log(runtime::bytes_of(chunk->bytes));
  }
}

void WorkRun::measure() {
  Measured measured;
  if (under_way_) {
    measured.elapsed = runtime().clock().now() - begun_ - held_;
    cpu_seen_us_ = std::max(cpu_seen_us_, worker_->child->cpu_time_us());
    if (cpu_seen_us_ > 0) measured.cpu_time_us = cpu_seen_us_ - std::min(cpu_seen_us_, cpu_before_us_);
  }
  if (measured.cpu_time_us && claimed_.device_time_us > 0 && !setup_seen_) {
    setup_seen_ = true;
    const std::uint64_t claimed_us = std::min(claimed_.device_time_us, execution::kWorkerTimeMaxUs);
    const std::uint64_t device_us = claimed_us * std::max(bill_terms_.compute_units, 1U);
    const std::uint64_t cpu_us = *measured.cpu_time_us;
    bill_terms_.setup_cpu_time_us = setup_allowance(task_ == 0, cpu_us - std::min(cpu_us, device_us));
  }
  if (stopped_) bill_terms_.setup_cpu_time_us = std::min(bill_terms_.setup_cpu_time_us, kStoppedSetupCpuTimeUs);
  usage_ = bill(bill_terms_, claimed_, measured, usage_);
}

}  // namespace quern::daemon
