// A provider and a submitter on two simulated nodes, with a runner that only takes time.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/simulation/world.hpp"
#include "scheduler/engagement/provider.hpp"
#include "scheduler/engagement/submitter.hpp"
#include "scheduler/model/manifest.hpp"
#include "tests/overlay/connection/test_peers.hpp"

namespace quern::engagement {

using namespace std::chrono_literals;
using agreement::Stage;
using agreement::Trail;
using model::Reason;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::Runtime;
using runtime::Task;
using runtime::Time;

// Takes virtual time as a device would, and says so as a runner does.
class TimedRunner final : public Runner {
 public:
  TimedRunner(Runtime& runtime, blobs::BlobStore& store, runtime::Duration length)
      : runtime_(runtime), store_(store), length_(length) {}

  Task<Finished> run(Work work, Meter& meter) override {
    constexpr auto kStep = 100ms;
    EXPECT_TRUE(identity::PeerId::from_text(work.submitter)) << work.submitter;
    Finished finished;
    finished.usage[model::Dimension::setup] = 1;
    meter.log(bytes_of("begins\n"));
    for (auto done = kStep; done <= length_; done += kStep) {
      co_await runtime_.clock().sleep_for(kStep);
      finished.usage[model::Dimension::device_time] = static_cast<std::uint64_t>(done / 1us);
      if (!co_await meter.used(finished.usage, static_cast<std::uint32_t>(done * 1000 / length_))) {
        finished.why = {Reason::canceled, {}};
        co_return finished;
      }
    }
    const auto output = co_await store_.add(runtime::copy_of(bytes_of("output of " + std::to_string(work.shard))));
    finished.outputs = {{*output, *store_.size_of(*output)}};
    finished.why = {Reason::completed, {}};
    co_return finished;
  }

 private:
  Runtime& runtime_;
  blobs::BlobStore& store_;
  runtime::Duration length_;
};

inline model::Job sample_job() {
  model::Job job;
  job.name = "sample";
  job.inputs = {{.path = "k.cl", .digest = blobs::digest_of(bytes_of("source")), .bytes = 6}};
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

class TwoParties {
 public:
  static constexpr std::uint16_t kPort = 4001;

  explicit TwoParties(std::uint64_t seed = 1) : world({.seed = seed}) {
    provider_node = world.add_node({.name = "provider"}, [this](Runtime& runtime) { return provide(runtime); });
    submitter_node = world.add_node({.name = "submitter"}, [this](Runtime& runtime) { return submit(runtime); });
  }

  simulation::World world;
  simulation::NodeId provider_node = 0;
  simulation::NodeId submitter_node = 0;

  runtime::Duration work_length = 8s;
  ProviderConfig provider_config;
  std::function<void(Order&)> change_order;
  std::optional<runtime::Duration> cancel_after;

  std::vector<OrderEnd> ends;  // at the submitter
  std::vector<Trail> closed;   // at the provider
  std::string log;             // that the submitter got
  std::vector<std::string> damaged;
  model::Credits most_ahead;                         // that the provider was of vouchers
  std::map<jobs::DemandId, Trail> left_at_provider;  // in the journal, when it started last

 private:
  static identity::PrivateKey provider_key() { return connection::test_key(1); }
  static identity::PrivateKey submitter_key() { return connection::test_key(2); }

  static std::unique_ptr<overlay::Host> host_of(Runtime& runtime, const identity::PrivateKey& key) {
    overlay::HostConfig config{.key = key};
    config.transports = {"tcp"};
    config.security = {"noise"};
    config.swarm.yamux.keep_alive = 10s;
    return *overlay::Host::make(runtime, std::move(config));
  }

  Task<void> provide(Runtime& runtime) {
    const auto host = host_of(runtime, provider_key());
    jobs::TrailJournal journal(runtime);
    blobs::BlobStore store(runtime);
    EXPECT_TRUE(co_await store.load());
    TimedRunner runner(runtime, store, work_length);
    Provider provider(*host, provider_key(), journal, store, runner, provider_config,
                      [this](const Trail& trail) { closed.push_back(trail); });
    const blobs::BlobServer blobs(
        *host, store, [&](const auto& peer, const auto& digest) { return provider.may_have(peer, digest); });
    provider.set_offer(sample_offer());
    auto trails = co_await journal.load(damaged);
    left_at_provider = *trails;
    co_await provider.restore(*std::move(trails));
    EXPECT_TRUE(host->listen("/ip4/0.0.0.0/tcp/" + std::to_string(kPort)));
    co_await runtime::with_cleanup<void>([&] { return runtime.clock().sleep_for(24h); },
                                         [&]() -> Task<void> {
                                           co_await provider.stop();
                                           co_await host->stop();
                                         });
  }

  Task<void> submit(Runtime& runtime) {
    const auto host = host_of(runtime, submitter_key());
    jobs::TrailJournal journal(runtime);
    blobs::BlobStore store(runtime);
    EXPECT_TRUE(co_await store.load());
    EXPECT_TRUE(co_await store.add(runtime::copy_of(bytes_of("source"))));
    const blobs::BlobServer blobs(*host, store, [](const auto&, const auto&) { return true; });
    Submitter submitter(*host, submitter_key(), journal, store, {});
    auto trails = co_await journal.load(damaged);
    const auto work = [&]() -> Task<void> {
      co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
        Cancel cancel;
        if (cancel_after) group.spawn(cancel_later(runtime, cancel));
        co_await carry_out(submitter, *std::move(trails), cancel);
        cancel.ask();
        co_await group.join();
      });
    };
    co_await runtime::with_cleanup<void>(work, [&] { return host->stop(); });
  }

  Task<void> cancel_later(Runtime& runtime, Cancel& cancel) {
    co_await runtime.clock().sleep_for(*cancel_after);
    cancel.ask();
  }

  // The order, or what a crash has left of it.
  Task<void> carry_out(Submitter& submitter, std::map<jobs::DemandId, Trail> trails, Cancel& cancel) {
    OrderEvents events;
    events.log = [this](std::uint64_t offset, runtime::ByteView text) {
      EXPECT_LE(offset, log.size());
      log.resize(static_cast<std::size_t>(offset));
      log += runtime::text_of(text);
    };
    for (auto& [id, trail] : trails) {
      if (trail.stage() < Stage::agreed || trail.stage() == Stage::closed) continue;
      ends.push_back(co_await submitter.resume(where(), std::move(trail), events, cancel));
      co_return;
    }
    if (!trails.empty()) co_return;
    ends.push_back(co_await submitter.carry_out(order(), events, cancel));
  }

  connection::PeerAddresses where() const {
    const auto at = multiformats::Multiaddr::from_text("/ip4/" + world.address_of(provider_node).to_string() + "/tcp/" +
                                                       std::to_string(kPort));
    return {.peer = identity::PeerId::of(provider_key().public_key()), .addresses = {*at}};
  }

  Order order() const {
    Order made{.provider = where(),
               .device = "gpu",
               .offer_sequence = 1,
               .manifest = model::to_canonical_json(sample_job()),
               .usage_max = {},
               .max_total = {60'000'000},
               .output_bytes_max = {4096}};
    made.usage_max[model::Dimension::setup] = 1;
    made.usage_max[model::Dimension::device_time] = 60'000'000;
    if (change_order) change_order(made);
    return made;
  }
};

}  // namespace quern::engagement
