// Providers with unlike devices and prices and one submitter, each on a simulated node of its own.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/dispatch/dispatcher.hpp"
#include "scheduler/dispatch/offer_exchange.hpp"
#include "tests/scheduler/engagement/two_parties.hpp"

namespace quern::dispatch {

using namespace std::chrono_literals;
using agreement::Stage;
using agreement::Trail;
using engagement::OrderEnd;
using model::Reason;
using runtime::Runtime;
using runtime::Task;
using runtime::Time;

struct ProviderSpec {
  std::uint64_t gigaflops = 1;
  std::int64_t micro_per_second = 1'000'000;
  std::uint64_t memory_bytes = 1ull << 30;
  bool processor = false;  // of one compute unit: it compiles in time that is billed
};

class MarketWorld {
 public:
  static constexpr std::uint16_t kPort = 4001;
  static constexpr unsigned kSubmitter = 200;

  MarketWorld(std::vector<ProviderSpec> specs, std::uint64_t seed = 1)
      : world({.seed = seed}), specs_(std::move(specs)) {
    closed.resize(specs_.size());
    for (std::size_t i = 0; i < specs_.size(); ++i) {
      providers.push_back(world.add_node({}, [this, i](Runtime& runtime) { return provide(runtime, i); }));
    }
    submitter = world.add_node({}, [this](Runtime& runtime) { return submit(runtime); });
  }

  // Of `gflop` in all.
  static model::Job job_of(std::uint64_t gflop, std::uint32_t shards) {
    model::Job job = engagement::sample_job();
    job.work = model::Work{.fp32_flop = gflop * 1'000'000'000, .fp64_flop = 0, .int32_op = 0, .memory_bytes = 0};
    job.resources.walltime_ms = 600'000;
    job.shards.count = shards;
    return job;
  }

  std::string name_of(std::size_t provider) const { return identity::PeerId::of(key_of(provider).public_key()).text(); }

  static std::string own_name() { return identity::PeerId::of(connection::test_key(kSubmitter).public_key()).text(); }

  // Within forty seconds, each time one of them, which is started again ten seconds later.
  void kill_providers(int times) {
    for (int kill = 0; kill < times; ++kill) {
      const auto at = std::chrono::milliseconds(world.random().between(2'000, 40'000));
      const auto node = providers[world.random().below(providers.size())];
      const auto kind = kill % 2 == 0 ? simulation::CrashKind::process : simulation::CrashKind::machine;
      world.at(Time{} + at, [this, node, kind] {
        if (world.running(node)) world.crash(node, kind);
      });
      world.at(Time{} + at + 10s, [this, node] {
        if (!world.running(node)) world.restart(node);
      });
    }
  }

  simulation::World world;
  std::vector<simulation::NodeId> providers;
  simulation::NodeId submitter = 0;
  model::Job job = job_of(40, 1);
  std::vector<model::Job> jobs_beside;                                    // that run at the same time
  std::vector<model::Job> jobs_after;                                     // one after the other
  std::function<std::expected<void, model::Why>(const Trail&)> agreeing;  // of the submitter's books
  DispatchOptions options;
  blobs::StoreLimits submitter_store;
  std::optional<ProviderSpec> own_offer;          // what the submitter itself offers
  std::optional<runtime::Duration> offers_after;  // of the job's submission; else they are known before
  std::optional<runtime::Duration> cancel_after;
  // What a shard takes on a provider; empty: the likely time of its quote.
  std::function<runtime::Duration(std::size_t provider, std::uint32_t shard)> length;

  std::optional<std::size_t> claims_too_dear;  // the provider that ends what it has done by budget_exceeded

  std::optional<DispatchEnd> end;
  std::vector<DispatchEnd> ends_beside;
  std::vector<DispatchEnd> ends_after;
  std::vector<QuoteRow> quotes;  // before the job
  std::vector<QuoteRow> quotes_after;
  std::vector<runtime::Bytes> outputs;
  std::map<jobs::DemandId, Trail> trails;  // at the submitter
  std::vector<model::Credits> costs;       // of the job, each time that it was told of
  std::vector<std::vector<Trail>> closed;  // by provider
  std::size_t left_running = 0;            // agreements, of all journals at the providers' starts

 private:
  static identity::PrivateKey key_of(std::size_t number) {
    return connection::test_key(static_cast<unsigned>(number + 1));
  }

  static std::unique_ptr<overlay::Host> host_of(Runtime& runtime, const identity::PrivateKey& key) {
    overlay::HostConfig config{.key = key};
    config.transports = {"tcp"};
    config.security = {"noise"};
    config.swarm.yamux.keep_alive = 10s;
    return *overlay::Host::make(runtime, std::move(config));
  }

  model::Offer offer_of(std::size_t number) const { return offer_of(specs_[number]); }
  static model::Offer offer_of(const ProviderSpec& spec) {
    model::Offer offer = engagement::sample_offer();
    offer.until_unix_ms = offer.from_unix_ms = 1'767'225'600'000;
    offer.until_unix_ms += model::kOfferValidityMaxMs;
    model::OfferedDevice& device = offer.devices[0];
    device.speed.fp32_flops = spec.gigaflops * 1'000'000'000;
    device.rates[model::Dimension::device_time] = spec.micro_per_second;
    device.global_memory_bytes = device.allocation_max_bytes = spec.memory_bytes;
    if (spec.processor) {
      device.type = model::DeviceType::cpu;
      device.compute_units = 1;
    }
    return offer;
  }

  runtime::Duration length_on(std::size_t number, std::uint32_t shard) const {
    if (length) return length(number, shard);
    const auto shard_gflop = job.work->fp32_flop / 1'000'000'000 / std::max<std::uint32_t>(job.shards.count, 1);
    return std::chrono::milliseconds(shard_gflop * market::kLikelyPeakShare * 1000 / specs_[number].gigaflops);
  }

  Task<void> provide(Runtime& runtime, std::size_t number) {
    const auto host = host_of(runtime, key_of(number));
    jobs::TrailJournal journal(runtime);
    blobs::BlobStore store(runtime);
    EXPECT_TRUE(co_await store.load());
    engagement::TimedRunner runner(runtime, store,
                                   [this, number](const auto& work) { return length_on(number, work.shard); });
    runner.set_tampering([&, number](const auto&, auto&, engagement::Finished& finished) -> Task<void> {
      if (claims_too_dear == number) finished.why.reason = Reason::budget_exceeded;
      co_return;
    });
    engagement::Provider provider(*host, key_of(number), journal, store, runner, {.credit_limit = {2'000'000}},
                                  [&, number](const Trail& trail) { closed[number].push_back(trail); });
    const blobs::BlobServer blobs(
        *host, store, [&](const auto& peer, const auto& digest) { return provider.may_have(peer, digest); });
    provider.set_offer(offer_of(number));
    const auto own = *market::seal_offer(key_of(number), offer_of(number));
    const market::OfferBook book;
    const OfferServer offers(*host, book, [&] { return std::optional(own); });
    std::vector<std::string> damaged;
    auto left = co_await journal.load(damaged);
    for (const auto& [id, trail] : *left) left_running += trail.stage() == Stage::running ? 1 : 0;
    co_await provider.restore(*std::move(left));
    EXPECT_TRUE(host->listen("/ip4/0.0.0.0/tcp/" + std::to_string(kPort)));
    co_await runtime::with_cleanup<void>([&] { return runtime.clock().sleep_for(24h); },
                                         [&]() -> Task<void> {
                                           co_await provider.stop();
                                           co_await host->stop();
                                         });
  }

  multiformats::Multiaddr address_of(std::size_t number) const {
    return *multiformats::Multiaddr::from_text("/ip4/" + world.address_of(providers[number]).to_string() + "/tcp/" +
                                               std::to_string(kPort));
  }

  Task<void> submit(Runtime& runtime) {
    const auto key = connection::test_key(kSubmitter);
    const auto host = host_of(runtime, key);
    jobs::TrailJournal journal(runtime);
    blobs::BlobStore store(runtime, submitter_store);
    EXPECT_TRUE(co_await store.add(runtime::copy_of(runtime::bytes_of("source"))));
    std::vector<Trail> undelivered;  // whose acknowledgement a provider's crash has met
    engagement::Submitter orders(*host, key, journal, store, {.lost_after = 30s},
                                 {.agreeing = [this](const Trail& trail) { return agree(trail); },
                                  .over = {},
                                  .undelivered = [&](const Trail& trail) { undelivered.push_back(trail); }});
    const blobs::BlobServer blobs(*host, store,
                                  [&](const auto& peer, const auto& digest) { return orders.may_have(peer, digest); });
    market::OfferBook book;
    Dispatcher dispatcher(runtime, orders, book, [this](const std::string& provider) {
      for (std::size_t i = 0; i < providers.size(); ++i) {
        if (name_of(i) == provider) return std::vector{address_of(i)};
      }
      return std::vector<multiformats::Multiaddr>();
    });
    const auto work = [&]() -> Task<void> {
      co_await runtime.clock().sleep_for(1s);  // for the providers to listen
      if (!offers_after) co_await fetch_all(*host, book);
      if (own_offer) {
        const auto sealed = market::seal_offer(key, offer_of(*own_offer));
        EXPECT_TRUE(book.add(*sealed, runtime.clock().wall_now().unix_ms));
      }
      quotes = dispatcher.quote(job, options.exclude);
      engagement::Cancel cancel;
      co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
        if (cancel_after) group.spawn(cancel_later(runtime, cancel));
        if (offers_after) group.spawn(fetch_later(runtime, *host, book));
        engagement::Cancel never;
        runtime::TaskGroup beside(runtime.executor());
        for (const model::Job& other : jobs_beside) beside.spawn(run_beside(dispatcher, other, never));
        end = co_await dispatcher.run(job, options, events(), cancel);
        co_await beside.join();
      });
      for (const Trail& trail : undelivered) co_await deliver(runtime, orders, trail);
      quotes_after = dispatcher.quote(job);
      for (const model::Job& other : jobs_after) {
        engagement::Cancel never;
        ends_after.push_back(co_await dispatcher.run(other, options, events(), never));
      }
      const auto joined = co_await join_outputs(job, *end, store);
      if (!joined) co_return;
      for (const agreement::OutputDigest& output : *joined) {
        const auto content = co_await store.read(output.digest);
        EXPECT_TRUE(content && content->size() == output.bytes);
        if (content) outputs.push_back(*content);
      }
    };
    co_await runtime::with_cleanup<void>(work, [&] { return host->stop(); });
  }

  Task<void> fetch_all(overlay::Host& host, market::OfferBook& book) const {
    for (std::size_t i = 0; i < providers.size(); ++i) {
      const auto peer =
          co_await host.connect({.peer = identity::PeerId::of(key_of(i).public_key()), .addresses = {address_of(i)}});
      EXPECT_TRUE(peer);
      EXPECT_TRUE(co_await fetch_offers(host, book, *peer));
    }
  }

  Task<void> fetch_later(Runtime& runtime, overlay::Host& host, market::OfferBook& book) const {
    co_await runtime.clock().sleep_for(*offers_after);
    co_await fetch_all(host, book);
  }

  Task<void> deliver(Runtime& runtime, engagement::Submitter& orders, const Trail& trail) const {
    for (std::size_t i = 0; i < providers.size(); ++i) {
      if (name_of(i) != trail.demand().provider.text()) continue;
      while (!co_await orders.deliver({.peer = trail.demand().provider, .addresses = {address_of(i)}}, trail)) {
        co_await runtime.clock().sleep_for(5s);
      }
    }
  }

  Task<std::expected<void, model::Why>> agree(const Trail& trail) const {
    co_return agreeing ? agreeing(trail) : std::expected<void, model::Why>();
  }

  DispatchEvents events() {
    return {.changed = [this](const jobs::JobMachine& machine) { costs.push_back(machine.amount()); },
            .trail = [this](std::size_t, const Trail& trail) { trails.insert_or_assign(trail.demand().id, trail); }};
  }

  Task<void> run_beside(Dispatcher& dispatcher, model::Job other, engagement::Cancel& cancel) {
    ends_beside.push_back(co_await dispatcher.run(std::move(other), options, events(), cancel));
  }

  Task<void> cancel_later(Runtime& runtime, engagement::Cancel& cancel) {
    co_await runtime.clock().sleep_for(*cancel_after);
    cancel.ask();
  }

  std::vector<ProviderSpec> specs_;
};

}  // namespace quern::dispatch
