// Work that only takes virtual time, and a job and an offer that are easy to reckon with.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "overlay/identity/peer_id.hpp"
#include "scheduler/blobs/blob_store.hpp"
#include "scheduler/engagement/runner.hpp"
#include "scheduler/model/offer.hpp"
#include "scheduler/model/shard.hpp"

namespace quern::engagement {

inline constexpr std::chrono::milliseconds kTimedStep{100};

// Takes virtual time as a device would, and says so as a runner does.
class TimedRunner final : public Runner {
 public:
  using Length = std::function<runtime::Duration(const Work&)>;

  // Changes the end of a run, and what is in the store.
  using Tampers = std::function<runtime::Task<void>(const Work&, blobs::BlobStore&, Finished&)>;

  // It tells what it has used after every `step`.
  TimedRunner(runtime::Runtime& runtime, blobs::BlobStore& store, Length length,
              std::chrono::milliseconds step = kTimedStep)
      : runtime_(runtime), store_(store), length_(std::move(length)), step_(step) {}

  runtime::Task<Finished> run(Work work, Meter& meter) override {
    using namespace std::chrono_literals;
    const runtime::Duration length = length_(work);
    Finished finished{.why = {model::Reason::internal, "work of nobody"}, .usage = {}, .outputs = {}};
    if (!identity::PeerId::from_text(work.submitter)) co_return finished;
    finished.usage[model::Dimension::setup] = 1;
    meter.log(runtime::bytes_of("begins\n"));
    for (auto done = step_; done <= length; done += step_) {
      co_await runtime_.clock().sleep_for(step_);
      finished.usage[model::Dimension::device_time] = static_cast<std::uint64_t>(done / 1us);
      if (!co_await meter.used(finished.usage, static_cast<std::uint32_t>(done * 1000 / length))) {
        finished.why = {model::Reason::canceled, {}};
        co_return finished;
      }
    }
    const auto output = co_await store_.add(runtime::copy_of(runtime::bytes_of(output_of(work.job, work.shard))));
    if (!output) {
      finished.why = {model::Reason::disk_full, output.error().message()};
      co_return finished;
    }
    finished.outputs = {{*output, *store_.size_of(*output)}};
    finished.why = {model::Reason::completed, {}};
    if (tampers_) co_await tampers_(work, store_, finished);
    co_return finished;
  }
  void set_tampering(Tampers tampers) { tampers_ = std::move(tampers); }

  // As many bytes as the shard's part of the one output.
  static std::string output_of(const model::Job& job, std::uint32_t shard) {
    std::string text = "output of " + job.name + ", shard " + std::to_string(shard) + "; ";
    text.resize(static_cast<std::size_t>(model::shard_of(job, shard).outputs.at(0).bytes), '.');
    return text;
  }

 private:
  runtime::Runtime& runtime_;
  blobs::BlobStore& store_;
  Length length_;
  std::chrono::milliseconds step_;
  Tampers tampers_;
};

inline model::Job sample_job() {
  model::Job job;
  job.name = "sample";
  job.inputs = {{.path = "k.cl", .digest = blobs::digest_of(runtime::bytes_of("source")), .bytes = 6}};
  job.outputs = {{.path = "out.bin", .max_bytes = 4096}};
  job.program.sources = {"k.cl"};
  model::Buffer buffer;
  buffer.name = "out";
  buffer.bytes = 4096;
  buffer.output = "out.bin";
  job.buffers = {buffer};
  model::Step step;
  step.kernel = "k";
  step.global_work_size = {1024};
  step.arguments = {model::BufferArgument{{"out"}}};
  job.steps = {step};
  job.work = model::Work{.fp32_flop = 2'000'000'000, .fp64_flop = 0, .int32_op = 0, .memory_bytes = 0};
  return job;
}

// A micro-credit a device microsecond: amounts are device time.
inline model::Offer sample_offer() {
  model::OfferedDevice device;
  device.id = "gpu";
  device.name = "GPU";
  device.type = model::DeviceType::gpu;
  device.opencl_version = 300;
  device.compute_units = 1;
  device.global_memory_bytes = device.allocation_max_bytes = 1ull << 30;
  device.local_memory_bytes = 32 << 10;
  device.speed.fp32_flops = 1'000'000'000;
  device.rates[model::Dimension::device_time] = 1'000'000;
  model::Offer offer;
  offer.sequence = 1;
  offer.until_unix_ms = INT64_MAX;
  offer.kinds = {model::JobKind::opencl_kernel};
  offer.devices = {device};
  offer.limits = {.cpu_cores = 4,
                  .memory_bytes = 4ull << 30,
                  .scratch_bytes = 1ull << 30,
                  .walltime_ms = 3'600'000,
                  .input_bytes = 1 << 20,
                  .output_bytes = 1 << 20};
  return offer;
}

}  // namespace quern::engagement
