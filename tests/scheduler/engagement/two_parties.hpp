// A provider and a submitter on two simulated nodes, with work that only takes time.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/simulation/world.hpp"
#include "scheduler/agreement/verify.hpp"
#include "scheduler/engagement/provider.hpp"
#include "scheduler/engagement/share.hpp"
#include "scheduler/engagement/submitter.hpp"
#include "scheduler/model/manifest.hpp"
#include "tests/overlay/connection/test_peers.hpp"
#include "tests/scheduler/engagement/timed_work.hpp"

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

// Runs the work and says that it ended otherwise.
class EndingRunner final : public Runner {
 public:
  EndingRunner(Runner& runner, const std::optional<Reason>& ends_with) : runner_(runner), ends_with_(ends_with) {}
  Task<Finished> run(Work work, Meter& meter) override {
    Finished finished = co_await runner_.run(std::move(work), meter);
    if (!ends_with_) co_return finished;
    const std::uint64_t setup = finished.usage[model::Dimension::setup];
    finished = {.why = {*ends_with_, {}}, .usage = {}, .outputs = {}};
    finished.usage[model::Dimension::setup] = setup;
    co_return finished;
  }

 private:
  Runner& runner_;
  const std::optional<Reason>& ends_with_;
};

class TwoParties {
 public:
  static constexpr std::uint16_t kPort = 4001;
  static constexpr std::size_t kDiskBytes = 1 << 20;

  explicit TwoParties(std::uint64_t seed = 1) : world({.seed = seed}) {
    provider_node = world.add_node({.name = "provider", .disk_bytes_max = kDiskBytes},
                                   [this](Runtime& runtime) { return provide(runtime); });
    submitter_node = world.add_node({.name = "submitter", .disk_bytes_max = kDiskBytes},
                                    [this](Runtime& runtime) { return submit(runtime); });
  }

  simulation::World world;
  simulation::NodeId provider_node = 0;
  simulation::NodeId submitter_node = 0;

  runtime::Duration work_length = 8s;
  std::optional<Reason> ends_with;  // build_failed and the like: what was used but for the set-up is not asked for
  ProviderConfig provider_config;
  std::function<void(Order&)> change_order;
  runtime::Duration submit_after{0};
  std::optional<runtime::Duration> cancel_after;
  std::optional<std::size_t> canceled_task;  // nullopt: all
  std::size_t orders_at_once = 1;
  std::size_t orders_one_after_the_other = 1;
  std::optional<runtime::Duration> disk_full_after;  // the provider's, for a minute
  std::optional<runtime::Duration> submitter_disk_full_after;
  runtime::Duration submitter_disk_full_for = 1min;
  std::size_t submitter_disk_left = 0;  // bytes, by what fills it
  blobs::StoreLimits submitter_store;
  std::optional<runtime::Duration> dropped_after;  // the connection, by the provider
  std::function<void()> output_asked_for;
  TimedRunner::Tampers tampers;     // with what the provider says of its work
  bool brought_by_another = false;  // the order's input is at the provider
  bool submitter_has_input = true;
  Bytes other_input;                                         // that it has as well, if it is not empty
  std::vector<runtime::Error> told_provider;                 // what its machine had no room for
  std::function<std::size_t()> working;                      // at the provider, while it runs
  std::function<Task<void>(Runtime&, Provider&)> meanwhile;  // at the provider, once it listens
  connection::StreamHandler serves;                          // in place of the provider, to who asks for a blob
  connection::StreamHandler says;                            // in place of the provider, to who follows the work
  SubmitterAccounts accounts;
  std::optional<runtime::Duration> deliver_after;  // the end
  std::optional<runtime::Result<void>> delivered;

  std::vector<OrderEnd> ends;               // at the submitter
  std::vector<Trail> closed;                // at the provider
  std::map<std::size_t, std::string> logs;  // that the submitter got, by task
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
    if (brought_by_another) EXPECT_TRUE(co_await store.add(runtime::copy_of(bytes_of("source"))));
    TimedRunner timed(runtime, store, [this](const Work&) { return work_length; });
    timed.set_tampering(tampers);
    EndingRunner runner(timed, ends_with);
    Provider provider(*host, provider_key(), journal, store, runner, provider_config,
                      [this](const Trail& trail) { closed.push_back(trail); });
    const blobs::BlobServer blobs(*host, store, [&](const auto& peer, const auto& digest) {
      if (output_asked_for) output_asked_for();
      return provider.may_have(peer, digest);
    });
    provider.set_on_failure([this](const runtime::Error& error) { told_provider.push_back(error); });
    if (serves) host->handle(std::string(blobs::kBlobProtocol), serves);
    provider.set_offer(sample_offer());
    if (says) host->handle(std::string(exchange::kJobProtocol), says);
    working = [&provider] { return provider.working(); };
    auto trails = co_await journal.load(damaged);
    left_at_provider = *trails;
    co_await provider.restore(*std::move(trails));
    EXPECT_TRUE(host->listen("/ip4/0.0.0.0/tcp/" + std::to_string(kPort)));
    co_await runtime::with_cleanup<void>(
        [&]() -> Task<void> {
          if (disk_full_after) co_await fill_disk(runtime, *disk_full_after, 1min, 0);
          if (dropped_after) co_await drop_submitter(runtime, *host);
          if (meanwhile) co_await meanwhile(runtime, provider);
          co_await runtime.clock().sleep_for(24h);
        },
        [&]() -> Task<void> {
          co_await provider.stop();
          co_await host->stop();
        });
  }

  static Task<void> fill_disk(Runtime& runtime, runtime::Duration after, runtime::Duration length, std::size_t left) {
    co_await runtime.clock().sleep_for(after);
    EXPECT_TRUE(co_await runtime.disk().append("left", Bytes(left)));
    for (std::size_t bytes = kDiskBytes; bytes > 0;) {
      const auto taken = co_await runtime.disk().append("hog", Bytes(bytes));
      if (!taken) bytes /= 2;
    }
    EXPECT_TRUE(co_await runtime.disk().remove("left"));
    co_await runtime.clock().sleep_for(length);
    EXPECT_TRUE(co_await runtime.disk().remove("hog"));
  }

  Task<void> drop_submitter(Runtime& runtime, overlay::Host& host) const {
    co_await runtime.clock().sleep_for(*dropped_after);
    host.disconnect(identity::PeerId::of(submitter_key().public_key()));
  }

  Task<void> submit(Runtime& runtime) {
    const auto host = host_of(runtime, submitter_key());
    jobs::TrailJournal journal(runtime);
    blobs::BlobStore store(runtime, submitter_store);
    EXPECT_TRUE(co_await store.load());
    EXPECT_TRUE(co_await store.add(runtime::copy_of(bytes_of("source"))));
    if (!other_input.empty()) EXPECT_TRUE(co_await store.add(other_input));
    const blobs::BlobServer blobs(*host, store, [this](const auto&, const auto&) { return submitter_has_input; });
    Submitter submitter(*host, submitter_key(), journal, store, {}, accounts);
    auto trails = co_await journal.load(damaged);
    const auto work = [&]() -> Task<void> {
      co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
        Cancel cancel;
        if (cancel_after) group.spawn(cancel_later(runtime, cancel));
        if (const auto after = submitter_disk_full_after) {
          group.spawn(fill_disk(runtime, *after, submitter_disk_full_for, submitter_disk_left));
        }
        if (submit_after > runtime::Duration{0}) co_await runtime.clock().sleep_for(submit_after);
        co_await carry_out(submitter, *std::move(trails), cancel);
        if (deliver_after && !ends.empty() && ends.back().trail.stage() == Stage::closed) {
          co_await runtime.clock().sleep_for(*deliver_after);
          delivered = co_await submitter.deliver(where(), ends.back().trail);
        }
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
    events.log = [this](std::size_t task, std::uint64_t offset, runtime::ByteView text) {
      std::string& log = logs[task];
      EXPECT_LE(offset, log.size());
      log.resize(static_cast<std::size_t>(offset));
      log += runtime::text_of(text);
    };
    for (auto& [id, trail] : trails) {
      if (trail.stage() < Stage::agreed || trail.stage() == Stage::closed) continue;
      const std::size_t tasks = trail.demand().tasks.size();
      ends.push_back(co_await submitter.resume(where(), std::move(trail), events, cancels(cancel, tasks)));
      co_return;
    }
    if (!trails.empty()) co_return;
    for (std::size_t i = 1; i < orders_one_after_the_other; ++i) co_await carry_out_one(submitter, events, cancel);
    co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
      for (std::size_t i = 0; i < orders_at_once; ++i) group.spawn(carry_out_one(submitter, events, cancel));
      co_await group.join();
    });
  }

  Task<void> carry_out_one(Submitter& submitter, OrderEvents events, Cancel& cancel) {
    Order made = order();
    const std::size_t tasks = made.tasks.size();
    ends.push_back(co_await submitter.carry_out(std::move(made), std::move(events), cancels(cancel, tasks)));
  }

  // That of a canceled task is asked, the others are not.
  Cancels cancels(Cancel& cancel, std::size_t tasks) {
    Cancels all(tasks, canceled_task ? &never_ : &cancel);
    if (canceled_task) all[*canceled_task] = &cancel;
    return all;
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
               .tasks = {{.manifest = model::to_canonical_json(sample_job()),
                          .max_total = {60'000'000},
                          .inputs = {blobs::digest_of(runtime::bytes_of("source"))},
                          .output_bytes = output_bytes_of(sample_job(), 0)}},
               .usage_max = {}};
    made.usage_max[model::Dimension::setup] = 1;
    made.usage_max[model::Dimension::device_time] = 60'000'000;
    made.usage_max[model::Dimension::bytes_out] = 3 * 4096;
    if (change_order) change_order(made);
    return made;
  }

  Cancel never_;
};

// What both sides say of the same agreement.
inline void expect_same_end(const TwoParties& parties, Reason reason) {
  ASSERT_EQ(parties.ends.size(), 1u);
  const OrderEnd& end = parties.ends[0];
  EXPECT_EQ(end.why.reason, reason) << model::to_text(end.why);
  ASSERT_EQ(end.trail.stage(), Stage::closed);
  ASSERT_EQ(parties.closed.size(), 1u);
  const auto ours = agreement::write_trail(end.trail);
  EXPECT_EQ(ours, agreement::write_trail(parties.closed[0]));
  const auto verified = agreement::verify(ours);
  ASSERT_TRUE(verified) << model::to_text(verified.error().why);
  EXPECT_EQ(verified->amount, end.owed);
}

}  // namespace quern::engagement
