// Jobs that fail by their own fault, between two real nodes and in the real sandbox: what the submitter is told.
#include <atomic>
#include <thread>

#include "scheduler/engagement/provider.hpp"
#include "scheduler/engagement/share.hpp"
#include "scheduler/engagement/submitter.hpp"
#include "tests/overlay/connection/test_peers.hpp"
#include "tests/scheduler/daemon/runner_world.hpp"
#include "tests/scheduler/engagement/timed_work.hpp"

namespace quern::daemon {
namespace {

using agreement::Stage;
using agreement::Trail;

constexpr std::size_t kLogBytes = 10'000;

std::unique_ptr<overlay::Host> host_of(runtime::Runtime& runtime, int key) {
  overlay::HostConfig config{.key = connection::test_key(key)};
  config.transports = {"tcp"};
  config.security = {"noise"};
  return *overlay::Host::make(runtime, std::move(config));
}

model::Offer offer() {
  model::Offer made = engagement::sample_offer();
  made.devices[0].id = test_device().id;
  made.devices[0].type = model::DeviceType::cpu;
  for (std::int64_t& rate : made.devices[0].rates.rate) rate = 1'000;
  return made;
}

struct Fault {
  TestJob job;
  Reason reason = Reason::completed;
};

std::vector<Fault> faults() {
  TestJob slow = job_of(kForever);
  slow.job.resources.walltime_ms = 1'500;
  // More than it asks for of the host, and within what the device has.
  TestJob large = job_of(
      "__kernel void k(__global int* b, __global char* all) {\n"
      "  for (int pass = 0; pass < 10000; ++pass) {\n"
      "    for (long i = 0; i < 1L << 29; i += 4096) all[i] += 1;\n"
      "  }\n"
      "  b[0] = all[4096];\n}\n",
      1);
  large.job.resources.memory_bytes = 64 << 20;
  large.add_buffer("all", 1 << 29);
  large.job.steps[0].arguments.push_back(buffer("all"));
  return {{.job = job_of("__kernel void k(__global int* b) { b[0] = no_such_thing; }"), .reason = Reason::build_failed},
          {.job = slow, .reason = Reason::walltime_exceeded},
          {.job = large, .reason = Reason::memory_exceeded},
          {.job = job_of("__kernel void k(__global int* b) { b[1L << 40] = 1; }"), .reason = Reason::worker_crashed},
          {.job = job_of("__kernel void k(__global int* b) {\n"
                         "  for (int i = 0; i < 100000; ++i) printf(\"%d line of many\\n\", i);\n}\n",
                         1),
           .reason = Reason::log_exceeded},
          {.job = job_of(kCount), .reason = Reason::completed}};
}

engagement::Order order_of(const TestJob& job, const connection::PeerAddresses& provider) {
  engagement::Order order{.provider = provider,
                          .device = test_device().id,
                          .offer_sequence = 1,
                          .tasks = {{.manifest = model::to_canonical_json(job.job), .max_total = {1'000'000'000}}},
                          .usage_max = {}};
  order.tasks[0].output_bytes = engagement::output_bytes_of(job.job, 0);
  for (const model::Input& input : job.job.inputs) order.tasks[0].inputs.push_back(input.digest);
  order.usage_max.quantity.fill(model::kQuantityMax);
  return order;
}

// One order after the other.
struct Orders {
  std::vector<engagement::OrderEnd> ends;
  std::vector<std::string> logs;

  Task<void> carry_out(runtime::Runtime& runtime, connection::PeerAddresses provider) {
    const auto host = host_of(runtime, 2);
    jobs::TrailJournal journal(runtime);
    blobs::BlobStore store(runtime);
    const blobs::BlobServer blobs(*host, store, [](const auto&, const auto&) { return true; });
    engagement::Submitter submitter(*host, connection::test_key(2), journal, store, {});
    for (const Fault& fault : faults()) {
      for (const std::string& content : fault.job.contents)
        EXPECT_TRUE(co_await store.add(runtime::copy_of(runtime::bytes_of(content))));
      std::string& log = logs.emplace_back();
      engagement::OrderEvents events;
      events.log = [&log](std::size_t, std::uint64_t, runtime::ByteView text) { log += runtime::text_of(text); };
      engagement::Cancel cancel;
      ends.push_back(co_await submitter.carry_out(order_of(fault.job, provider), std::move(events), {&cancel}));
    }
    co_await host->stop();
  }
};

TEST(JobFaults, of_all_kinds_arrive_as_one_reason_on_both_sides_with_a_receipt_of_both) {
  const RunnerPlaces places;
  const TemporaryFolder elsewhere;
  RunnerOptions options = places.options();
  options.log_bytes = kLogBytes;
  Orders orders;
  std::vector<Trail> closed;  // at the provider
  with_runner(places, options, {}, [&](RunnerWorld& world) -> Task<void> {
    const auto host = host_of(world.runtime, 1);
    jobs::TrailJournal journal(world.runtime);
    engagement::Provider provider(*host, connection::test_key(1), journal, world.store, world.runner,
                                  {.credit_limit = {1'000'000'000}},
                                  [&](const Trail& trail) { closed.push_back(trail); });
    const blobs::BlobServer blobs(
        *host, world.store, [&](const auto& peer, const auto& digest) { return provider.may_have(peer, digest); });
    provider.set_offer(offer());
    EXPECT_TRUE(host->listen("/ip4/127.0.0.1/tcp/0"));
    const connection::PeerAddresses at{.peer = host->id(), .addresses = host->addresses()};
    std::atomic<bool> over = false;
    std::thread other([&] {
      runtime::SystemRuntime system({.node = "submitter", .data_directory = elsewhere.path()});
      system.run([&](runtime::Runtime& runtime) { return orders.carry_out(runtime, at); });
      over = true;
    });
    while (!over) co_await world.runtime.clock().sleep_for(milliseconds(20));
    other.join();
    co_await provider.stop();
    co_await host->stop();
  });
  const std::vector<Fault> all = faults();
  ASSERT_EQ(orders.ends.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(orders.ends[i].why.reason, all[i].reason) << i << ": " << to_text(orders.ends[i].why);
  ASSERT_EQ(closed.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const engagement::OrderEnd& end = orders.ends[i];
    ASSERT_EQ(end.trail.stage(), Stage::closed) << i;
    EXPECT_EQ(closed[i].receipt().reason(), end.why.reason) << i;
    EXPECT_EQ(closed[i].newest(agreement::RecordKind::receipt_acknowledgement),
              end.trail.newest(agreement::RecordKind::receipt_acknowledgement));
    EXPECT_EQ(closed[i].due(), end.owed) << i;
  }
  EXPECT_NE(orders.logs[0].find("no_such_thing"), std::string::npos) << "the compiler's log";
  EXPECT_EQ(orders.ends[0].owed.micro, 1'000) << "its set-up";
  EXPECT_NE(orders.logs[4].find("0 line of many"), std::string::npos);
}

}  // namespace
}  // namespace quern::daemon
