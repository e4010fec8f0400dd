#include "tests/simulation/market_node.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/task_group.hpp"
#include "scheduler/dispatch/dispatcher.hpp"
#include "scheduler/dispatch/offer_exchange.hpp"
#include "scheduler/engagement/provider.hpp"
#include "tests/scheduler/engagement/timed_work.hpp"
#include "tests/simulation/hostile_provider.hpp"
#include "tests/simulation/market_books.hpp"
#include "tests/simulation/market_job_log.hpp"
#include "tests/simulation/never_paying.hpp"

namespace quern::simulation {

using namespace std::chrono_literals;
using agreement::Stage;
using agreement::Trail;
using identity::PeerId;
using model::Reason;
using runtime::Bytes;
using runtime::Duration;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;
using runtime::Time;

namespace {

constexpr std::int64_t kOffersFromUnixMs = 1'767'225'600'000 - 3'600'000;  // an hour before the world begins
constexpr std::uint64_t kNeighbours = 6;
constexpr Duration kGossipPause = 30s;
constexpr Duration kIdleGossipPause = 2min;  // of who does not buy: the longer part of a run's time goes there
constexpr Duration kDeliverAgain = 30s;
constexpr Duration kReceiptKept = 5min;
constexpr Duration kSlack = 3min;
constexpr std::uint32_t kWalltimeMs = 120'000;  // more than any task takes
constexpr std::int64_t kOverchargeFactor = 3;
constexpr const char* kHogFile = "hog";
constexpr Duration kDiskAgain = 5s;
constexpr int kUnpaidJobs = 12;  // that a submitter which never pays wants of one provider
constexpr Duration kUnpaidPause = 5s;
constexpr Duration kUnpaidUntil = 5min;  // before the end: what it has begun ends by then

// Lets the scenario know who is at work. One that lies says that it has other bytes than it has.
class WatchedRunner final : public engagement::Runner {
 public:
  WatchedRunner(engagement::Runner& honest, Conduct conduct, std::uint32_t& at_work)
      : honest_(honest), conduct_(conduct), at_work_(at_work) {
    at_work_ = 0;
  }
  Task<engagement::Finished> run(engagement::Work work, engagement::Meter& meter) override {
    ++at_work_;
    auto finished = co_await honest_.run(std::move(work), meter);
    --at_work_;
    const bool lies = conduct_ == Conduct::wrong_outputs && !finished.outputs.empty();
    if (lies) finished.outputs[0].digest[0] ^= std::byte{1};
    if (conduct_ == Conduct::wrong_sizes) spoil_outputs(finished, spoiled_++);
    co_return finished;
  }

 private:
  engagement::Runner& honest_;
  Conduct conduct_;
  std::uint32_t& at_work_;
  std::uint32_t spoiled_ = 0;
};

class MarketNode {
 public:
  MarketNode(Runtime& runtime, std::uint32_t number, Time started, store::SimulatedFiles& files, const MarketPlan& plan,
             MarketTally& tally)
      : runtime_(runtime),
        number_(number),
        started_(started),
        files_(files),
        plan_(plan),
        self_(plan.members.at(number)),
        tally_(tally),
        random_(runtime.random().fork()),
        host_(*overlay::Host::make(runtime, host_config(self_.key))),
        journal_(runtime),
        store_(runtime),
        books_(runtime, files, self_.budget, host_->id(), tally),
        runner_(
            runtime, store_, [this](const auto& work) { return length_of(work); }, kWorkStep),
        watched_(runner_, self_.conduct, tally.at_work[number]),
        provider_(*host_, self_.key, journal_, store_, watched_, provider_config(),
                  [this](const Trail& trail) { provided(trail); }),
        blobs_(*host_, store_,
               [this](const auto& peer, const auto& digest) {
                 return inputs_.contains(digest) || provider_.may_have(peer, digest);
               }),
        offers_(*host_, book_, [this] { return own_offer(); }),
        orders_(*host_, self_.key, journal_, store_, {.lost_after = 60s, .slack = kSlack}, accounts()),
        dispatcher_(runtime, orders_, book_, [this](const auto& provider) { return addresses_of(provider); }) {}

  Task<void> run() {
    co_await runtime::with_cleanup<void>([this] { return live(); },
                                         [this]() -> Task<void> {
                                           group_ = nullptr;
                                           co_await provider_.stop();
                                           co_await host_->stop();
                                           look_at_what_is_left();
                                         });
  }

 private:
  static overlay::HostConfig host_config(const identity::PrivateKey& key) {
    overlay::HostConfig config{.key = key};
    config.transports = {"tcp"};
    config.security = {"noise"};
    config.swarm.yamux.keep_alive = 3min;
    return config;
  }
  engagement::ProviderConfig provider_config() const {
    return {.credit_limit = self_.credit_limit, .note_interval_ms = 2'000, .receipt_kept = kReceiptKept};
  }

  // Of every agreement that is closed the provider is to have the acknowledgement.
  engagement::SubmitterAccounts accounts() {
    engagement::SubmitterAccounts accounts = books_.accounts();
    accounts.over = [this, post = std::move(accounts.over)](const Trail& trail) -> Task<bool> {
      const Trail over = trail;
      const bool entered = co_await post(over);
      if (group_ && over.stage() == Stage::closed) group_->spawn(deliver(over));
      co_return entered;
    };
    return accounts;
  }

  Time world_now() const { return started_ + (runtime_.clock().now() - Time{}); }
  Task<void> sleep_until(Time of_world) {
    if (of_world > world_now()) co_await runtime_.clock().sleep_for(of_world - world_now());
  }

  Task<void> live() {
    co_await runtime::with_group<void>([this](runtime::TaskGroup& group) -> Task<void> {
      group_ = &group;
      group.spawn(books_.run());
      co_await take_up_earlier_life();
      offer();
      if (!host_->listen("/ip4/0.0.0.0/tcp/" + std::to_string(kMarketPort))) violated("cannot listen");
      group.spawn(hear_offers());
      group.spawn(keep_house());
      if (self_.full_disk) group.spawn(fill_disk(*self_.full_disk));
      for (std::size_t job = 0; job < self_.jobs.size(); ++job) group.spawn(look_after(job));
      co_await sleep_until(plan_.end);
      look_at_the_end();
    });
  }

  // Before anything else: what the disk says of the life before.
  Task<void> take_up_earlier_life() {
    files_.make_room();
    std::ignore = co_await runtime_.disk().remove(kHogFile);
    if (!co_await store_.load()) violated("blobs cannot be loaded");
    std::vector<std::string> damaged;
    auto trails = co_await journal_.load(damaged);
    if (!trails || !damaged.empty()) violated("the journal is damaged");
    if (!trails) co_return;
    for (auto trail = trails->begin(); trail != trails->end();) {
      const bool gone = !co_await take_up(trail->second);
      trail = gone ? trails->erase(trail) : std::next(trail);
    }
    for (auto& [id, trail] : *trails) {
      const bool ours = trail.demand().submitter == host_->id();
      if (ours && trail.stage() != Stage::closed) open_.push_back(trail);
    }
    co_await provider_.restore(*std::move(trails));
  }

  // False: nothing is to be done with it any more.
  Task<bool> take_up(const Trail& trail) {
    const bool ours = trail.demand().submitter == host_->id();
    if (trail.stage() < Stage::agreed) {
      if (ours) std::ignore = co_await journal_.forget(trail);
      co_return !ours;
    }
    const bool settled = books_.settled(trail);
    if (!settled && !co_await books_.catch_up(trail)) {
      std::ignore = co_await journal_.forget(trail);
      co_return false;
    }
    if (ours && trail.stage() == Stage::closed) group_->spawn(deliver(trail));
    if (!ours && settled && trail.stage() != Stage::closed)
      provider_.add_unpaid(trail.demand().submitter, {trail.due().micro - trail.authorised().micro});
    if ((!ours && trail.stage() == Stage::closed) || (ours && settled && trail.stage() != Stage::closed))
      std::ignore = co_await journal_.forget(trail);
    co_return !settled && trail.stage() != Stage::closed;
  }

  void offer() {
    if (self_.devices.empty()) return;
    model::Offer offer = engagement::sample_offer();
    offer.from_unix_ms = kOffersFromUnixMs;
    offer.until_unix_ms = kOffersFromUnixMs + model::kOfferValidityMaxMs;
    offer.devices = self_.devices;
    if (self_.conduct == Conduct::odd_offers) make_absurd(offer);
    signed_offer_ = *market::seal_offer(self_.key, offer);
    if (self_.conduct == Conduct::odd_offers) odd_offer_ = with_odd_ids(self_.key, *signed_offer_);
    if (self_.conduct == Conduct::overcharging) {
      for (auto& device : offer.devices) device.rates[model::Dimension::device_time] *= kOverchargeFactor;
    }
    provider_.set_offer(std::move(offer));
    const std::string protocol(exchange::kJobProtocol);
    if (self_.conduct == Conduct::refusing) host_->handle(protocol, refuse_who_follows(runtime_));
    if (self_.conduct == Conduct::talking) host_->handle(protocol, talk_for_ever(runtime_, provider_));
  }
  std::optional<market::SignedOffer> own_offer() {
    return odd_offer_ && random_.below(2) == 0 ? odd_offer_ : signed_offer_;
  }

  // The work's own figures say how long it takes here; a shard of it its part.
  Duration length_of(const engagement::Work& work) const {
    const auto device = std::ranges::find(self_.devices, work.device, &model::OfferedDevice::id);
    const std::uint64_t flop = work.job.work->fp32_flop / std::max<std::uint32_t>(work.shards, 1);
    const std::uint64_t likely_ms = flop * market::kLikelyPeakShare / (device->speed.fp32_flops / 1'000);
    return std::chrono::milliseconds(std::max<std::uint64_t>(likely_ms * self_.speed_permille / kUsualSpeed, 1));
  }

  std::vector<multiformats::Multiaddr> addresses_of(const std::string& provider) const {
    const auto number = plan_.number_of.find(provider);
    if (number == plan_.number_of.end()) return {};
    return {address_of(plan_.members[number->second])};
  }
  static multiformats::Multiaddr address_of(const MarketMember& member) {
    return *multiformats::Multiaddr::from_text("/ip4/" + member.address.to_string() + "/tcp/" +
                                               std::to_string(kMarketPort));
  }
  connection::PeerAddresses where(const PeerId& peer) const {
    return {.peer = peer, .addresses = addresses_of(peer.text())};
  }

  // Asks neighbours at random for all the offers they have heard of.
  Task<void> hear_offers() {
    for (;;) {
      const auto& other = plan_.members[(number_ + 1 + random_.below(kNeighbours)) % plan_.members.size()];
      const PeerId peer = PeerId::of(other.key.public_key());
      if (peer != host_->id()) {
        const bool connected = host_->swarm().connected(peer) || co_await connect(other);
        const auto fetched =
            connected ? co_await dispatch::fetch_offers(*host_, book_, peer) : dispatch::OffersFetched();
        if (fetched) tally_.offers_refused += fetched->refused;
      }
      const bool buys = !self_.jobs.empty() && world_now() < plan_.faults_end;
      co_await runtime_.clock().sleep_for(buys ? kGossipPause : kIdleGossipPause);
    }
  }
  Task<bool> connect(const MarketMember& other) {
    connection::PeerAddresses target{.peer = PeerId::of(other.key.public_key()), .addresses = {address_of(other)}};
    const auto connected = co_await host_->connect(std::move(target));
    co_return connected.has_value();
  }

  Task<void> keep_house() {
    for (;;) {
      co_await runtime_.clock().sleep_for(1min);
      provider_.expire();
      book_.expire(runtime_.clock().wall_now().unix_ms);
    }
  }

  // Takes all the room there is, and gives it back.
  Task<void> fill_disk(FullDisk full) {
    if (world_now() > Time{} + full.from) co_return;
    co_await sleep_until(Time{} + full.from);
    for (std::size_t bytes = kMarketDiskBytes; bytes > 0;) {
      const auto taken = co_await runtime_.disk().append(kHogFile, Bytes(bytes));
      if (!taken) bytes /= 2;
    }
    files_.fill_after(0);
    co_await runtime_.clock().sleep_for(full.length);
    files_.make_room();
    std::ignore = co_await runtime_.disk().remove(kHogFile);
  }

  std::string source_of(std::size_t job) const {
    return "source of job " + std::to_string(number_) + "-" + std::to_string(job);
  }
  model::Job manifest_of(std::size_t number) const {
    const MarketJob& wanted = self_.jobs[number];
    model::Job job = engagement::sample_job();
    const std::string source = source_of(number);
    job.name = "job " + std::to_string(number_) + "-" + std::to_string(number);
    job.inputs[0].digest = blobs::digest_of(runtime::bytes_of(source));
    job.inputs[0].bytes = source.size();
    job.work->fp32_flop = wanted.gflop * 1'000'000'000;
    job.resources.walltime_ms = kWalltimeMs;
    job.shards.count = wanted.shards;
    return job;
  }

  // A job from its submission to its end, also over several lives.
  Task<void> look_after(std::size_t number) {
    inputs_.insert(manifest_of(number).inputs[0].digest);
    if (self_.conduct == Conduct::never_paying) co_return co_await have_done_without_paying(number);
    JobLog log(runtime_, number);
    const auto known = co_await log.read();
    if (known == JobLog::State::ended) co_return;
    if (known == JobLog::State::submitted) {
      co_await end_what_was_left();
      co_return co_await ended(log, number, "SYSTEM_ERROR submitter_restarted");
    }
    if (world_now() > Time{} + self_.jobs[number].at + 1min) co_return;  // nobody was there to submit it
    co_await sleep_until(Time{} + self_.jobs[number].at);
    const auto input = co_await store_.add(runtime::copy_of(runtime::bytes_of(source_of(number))));
    if (!input || !co_await log.submitted()) co_return;  // no room: it was not accepted
    if (++tally_.submitted[{number_, number}] > 1) violated("a job was submitted twice");
    co_await ended(log, number, co_await dispatched(number));
  }

  Task<std::string> dispatched(std::size_t number) {
    const model::Job job = manifest_of(number);
    const MarketJob& wanted = self_.jobs[number];
    for (const dispatch::QuoteRow& row : dispatcher_.quote(job)) {
      const auto* why = std::get_if<model::Why>(&row.quote);
      if (why) ++tally_.quotes_refused[std::string(model::text_of(why->reason).name)];
    }
    engagement::Cancel cancel;
    std::optional<dispatch::DispatchEnd> end;
    co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
      if (wanted.cancel_after) group.spawn(cancel_later(cancel, *wanted.cancel_after));
      dispatch::DispatchOptions options{.strategy = wanted.strategy, .place_within = 3min};
      dispatch::DispatchEvents events;
      events.refused = [this](std::size_t, const std::string&, const model::Why& why) {
        ++tally_.orders_refused[name_of(why)];
      };
      end = co_await dispatcher_.run(job, std::move(options), std::move(events), cancel);
    });
    for (const jobs::TaskRecord& task : end->tasks) {
      for (const auto& attempt : task.attempts) ++tally_.attempt_ends[name_of(attempt.why)];
    }
    if (end->state == jobs::State::complete) co_await check_outputs(job, *end);
    co_return std::string(jobs::name_of(end->state)) + " " + name_of(end->why);
  }

  static std::string name_of(const model::Why& why) { return std::string(model::text_of(why.reason).name); }

  Task<void> cancel_later(engagement::Cancel& cancel, Duration after) {
    co_await runtime_.clock().sleep_for(after);
    cancel.ask();
  }

  Task<void> check_outputs(const model::Job& job, const dispatch::DispatchEnd& end) {
    auto outputs = co_await dispatch::join_outputs(job, end, store_);
    while (!outputs && outputs.error() == runtime::Errc::no_space) {  // its disk is full for a while
      co_await runtime_.clock().sleep_for(kDiskAgain);
      outputs = co_await dispatch::join_outputs(job, end, store_);
    }
    std::string expected;
    for (std::uint32_t shard = 0; shard < job.shards.count; ++shard)
      expected += engagement::TimedRunner::output_of(job, shard);
    if (!outputs) violated("a complete job has no outputs: " + outputs.error().message());
    if (!outputs) co_return;
    const auto content = co_await store_.read(outputs->front().digest);
    if (!content || runtime::text_of(*content) != expected) violated("a complete job has other outputs");
  }

  Task<void> ended(JobLog& log, std::size_t number, std::string how) {
    while (!co_await log.ended()) co_await runtime_.clock().sleep_for(kDiskAgain);
    ++tally_.job_ends[how];
    auto& ends = tally_.ended[{number_, number}];
    ends.push_back(how);
    if (ends.size() > 1) violated("a job ended twice");
    runtime_.trace(ends.size() << 32 | number);
  }

  // A job whose submitter was down is not gone on with, but its agreements come to their ends. Once a life.
  Task<void> end_what_was_left() {
    std::vector<Trail> left = std::exchange(open_, {});
    co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
      for (Trail& trail : left) group.spawn(resume(std::move(trail)));
      co_await group.join();
    });
  }
  Task<void> resume(Trail trail) {
    ++tally_.resumed;
    engagement::Cancel cancel;
    cancel.ask();
    const PeerId provider = trail.demand().provider;
    engagement::Cancels cancels(trail.demand().tasks.size(), &cancel);
    std::ignore = co_await orders_.resume(where(provider), std::move(trail), {}, std::move(cancels));
  }

  // Until the provider has it: then the trail is not needed here any more.
  Task<void> deliver(Trail trail) {
    const PeerId provider = trail.demand().provider;
    for (;;) {
      const auto delivered = co_await orders_.deliver(where(provider), trail);
      if (delivered) break;
      co_await runtime_.clock().sleep_for(kDeliverAgain);
    }
    ++tally_.delivered;
    std::ignore = co_await journal_.forget(trail);
  }

  Task<void> have_done_without_paying(std::size_t number) {
    const Time at = Time{} + self_.jobs[number].at;
    if (world_now() > at) co_return;
    co_await sleep_until(at);
    const auto input = co_await store_.add(runtime::copy_of(runtime::bytes_of(source_of(number))));
    const auto offers = book_.offers();
    if (!input || offers.empty()) co_return;
    const market::SignedOffer offer = *offers[random_.below(offers.size())];
    const auto provider = PeerId::from_text(offer.offer.provider);
    for (int i = 0; i < kUnpaidJobs && plan_.end - world_now() > kUnpaidUntil; ++i) {
      co_await work_without_paying(*host_, self_.key, where(*provider), manifest_of(number), offer, tally_);
      co_await runtime_.clock().sleep_for(kUnpaidPause);
    }
  }

  // The provider's word on an agreement that is over.
  void provided(const Trail& trail) {
    const std::uint64_t rate = static_cast<std::uint64_t>(trail.bid().rates[model::Dimension::device_time]);
    const auto step = static_cast<std::int64_t>(rate * kWorkStep.count() / 1'000 + 1);
    const std::int64_t most = trail.authorised().micro + trail.bid().credit_limit.micro + step;
    if (trail.due().micro > most) violated("a provider worked further ahead than its credit limit");
    if (trail.stage() != Stage::closed) look_at_unpaid(trail, step);
    if (group_) group_->spawn(settle(trail));
  }
  // Of all agreements of a peer together, over all lives: each device may be one step too far.
  void look_at_unpaid(const Trail& given_up, std::int64_t step) {
    auto& unpaid = tally_.unpaid[{number_, given_up.demand().submitter.text()}];
    unpaid[given_up.demand().id] = {given_up.due().micro - given_up.authorised().micro};
    std::int64_t all = 0;
    for (const auto& [demand, amount] : unpaid) all += amount.micro;
    if (all > self_.credit_limit.micro + step * static_cast<std::int64_t>(self_.devices.size()))
      violated("a submitter that does not pay has cost " + std::to_string(all) + ", the credit limit is " +
               std::to_string(self_.credit_limit.micro));
  }
  Task<void> settle(Trail trail) {
    if (!plan_.planted_loss) std::ignore = co_await books_.over(trail);
    // One that was given up says what its submitter has left unpaid.
    if (trail.stage() == Stage::closed) std::ignore = co_await journal_.forget(trail);
  }

  void look_at_the_end() {
    if (const auto working = provider_.working()) violated(std::to_string(working) + " engagements are under way");
    if (const auto open = books_.ledger().open_reservations(); !open || !open->empty())
      violated("credits are still reserved");
  }
  void look_at_what_is_left() {
    if (host_->swarm().memory_used() != 0 || host_->swarm().reserved() != 0) violated("connections hold on to memory");
  }

  void violated(const std::string& what) const {
    tally_.violated(what + ", node " + std::to_string(number_) + " at " + std::to_string(world_now().ns / 1'000'000) +
                    " ms");
  }

  Runtime& runtime_;
  std::uint32_t number_;
  Time started_;
  store::SimulatedFiles& files_;
  const MarketPlan& plan_;
  const MarketMember& self_;
  MarketTally& tally_;
  runtime::Random random_;
  runtime::TaskGroup* group_ = nullptr;
  std::optional<market::SignedOffer> signed_offer_;
  std::optional<market::SignedOffer> odd_offer_;
  std::set<model::Digest> inputs_;
  std::vector<Trail> open_;  // this node's agreements of an earlier life
  market::OfferBook book_;
  std::unique_ptr<overlay::Host> host_;
  jobs::TrailJournal journal_;
  blobs::BlobStore store_;
  MarketBooks books_;
  engagement::TimedRunner runner_;
  WatchedRunner watched_;
  engagement::Provider provider_;
  blobs::BlobServer blobs_;
  dispatch::OfferServer offers_;
  engagement::Submitter orders_;
  dispatch::Dispatcher dispatcher_;
};

}  // namespace

Task<void> run_market_node(Runtime& runtime, std::uint32_t number, Time started, store::SimulatedFiles& files,
                           const MarketPlan& plan, MarketTally& tally) {
  MarketNode node(runtime, number, started, files, plan, tally);
  co_await node.run();
}

}  // namespace quern::simulation
