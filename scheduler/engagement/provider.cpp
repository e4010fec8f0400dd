#include "scheduler/engagement/provider.hpp"

#include <algorithm>
#include <utility>

#include "overlay/multiformats/multihash.hpp"
#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/deadline.hpp"
#include "scheduler/agreement/drafts.hpp"
#include "scheduler/engagement/provider_engagement.hpp"
#include "scheduler/engagement/share.hpp"
#include "scheduler/model/manifest.hpp"

namespace quern::engagement {

using agreement::RecordKind;
using agreement::Stage;
using agreement::Trail;
using connection::PeerStream;
using connection::PeerStreamPtr;
using identity::PeerId;
using model::Reason;
using model::Why;
using runtime::Bytes;
using runtime::Result;
using runtime::Task;

namespace {

std::unexpected<Why> refuse(Reason reason, std::string detail = {}) {
  return std::unexpected(Why{reason, std::move(detail)});
}

// Of amounts that a bid may not exceed anyway.
model::Credits together(model::Credits a, model::Credits b) {
  return std::min(model::add(a, b).value_or(agreement::kAmountMax), agreement::kAmountMax);
}

}  // namespace

Provider::Provider(overlay::Host& host, identity::PrivateKey key, jobs::TrailJournal& journal, blobs::BlobStore& store,
                   Runner& runner, ProviderConfig config, OnOver on_over)
    : host_(host),
      runtime_(host.runtime()),
      key_(std::move(key)),
      journal_(journal),
      store_(store),
      runner_(runner),
      config_(config),
      on_over_(std::move(on_over)),
      asked_pieces_(kAskedPiecesPerPeer, runtime_.clock().now()),
      tasks_(runtime_.executor()) {
  host_.serve(std::string(exchange::kAgreementProtocol),
              {.request_bytes_max = exchange::kAgreementRequestBytesMax,
               .response_bytes_max = exchange::kAgreementResponseBytesMax,
               .per_peer = kAskedPerPeer},
              [this](PeerId from, Bytes request) { return answer(std::move(from), std::move(request)); });
  host_.handle(std::string(exchange::kJobProtocol), [this](PeerStreamPtr stream) { return follow(std::move(stream)); });
}

Provider::~Provider() {
  host_.unhandle(std::string(exchange::kAgreementProtocol));
  host_.unhandle(std::string(exchange::kJobProtocol));
}

void Provider::set_offer(std::optional<model::Offer> offer) {
  if (offer_) earlier_.push_front(*std::move(offer_));
  if (earlier_.size() > kEarlierOffersMax) earlier_.pop_back();
  if (!offer) earlier_.clear();
  offer_ = std::move(offer);
}

runtime::WallTime Provider::now() const {
  return runtime_.clock().wall_now();
}

Task<void> Provider::stop() {
  draining_ = true;
  host_.unhandle(std::string(exchange::kAgreementProtocol));
  host_.unhandle(std::string(exchange::kJobProtocol));
  co_await tasks_.stop();
}

std::size_t Provider::working() const {
  return count_until(Stage::running) - count_until(Stage::agreed);
}

std::size_t Provider::count_until(Stage last) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(engagements_, [&](const auto& entry) { return entry.second->trail.stage() <= last; }));
}

std::size_t Provider::bids_of(const PeerId& peer) const {
  return static_cast<std::size_t>(std::ranges::count_if(engagements_, [&](const auto& entry) {
    return entry.second->trail.stage() <= Stage::bid && entry.second->demand().submitter == peer;
  }));
}

bool Provider::asks_too_much(const PeerId& peer, std::size_t bytes) {
  const runtime::Time now = runtime_.clock().now();
  for (std::size_t pieces = bytes / kAskedPieceBytes; pieces > 0; --pieces) {
    if (!asked_pieces_.take(peer, now)) return true;
  }
  return false;
}

// For one more bid. A bid that is given up costs its peer another demand; one that cannot be made costs another peer
// the device.
bool Provider::make_room() {
  if (count_until(Stage::running) < config_.engagements_max) return true;
  const auto stands = [](const Engagement& engagement) {
    return engagement.trail.stage() <= Stage::bid && !engagement.accepting;
  };
  std::map<PeerId, std::size_t> bids;
  for (const auto& [id, engagement] : engagements_)
    if (stands(*engagement)) ++bids[engagement->demand().submitter];
  const auto most = std::ranges::max_element(bids, {}, [](const auto& entry) { return entry.second; });
  auto victim = engagements_.end();
  for (auto entry = engagements_.begin(); entry != engagements_.end(); ++entry) {
    const Engagement& engagement = *entry->second;
    if (!stands(engagement) || bids[engagement.demand().submitter] < most->second) continue;
    if (victim == engagements_.end() || engagement.made < victim->second->made) victim = entry;
  }
  if (victim == engagements_.end()) return false;
  engagements_.erase(victim);
  return true;
}

// Whether an engagement cannot have its device: another submitter's work is there, or one more already waits for it.
// A submitter may wait behind its own work, so that the device goes on at once; but not where others want it, too.
bool Provider::device_taken(const Engagement& wanting) {
  const std::string& device = wanting.demand().device;
  std::size_t own = 0;
  bool other = false;
  for (const auto& [id, engagement] : engagements_) {
    const bool there = engagement->accepting || (engagement->trail.stage() == Stage::running && !engagement->done);
    if (engagement.get() == &wanting || !there || engagement->demand().device != device) continue;
    const bool same = engagement->demand().submitter == wanting.demand().submitter;
    own += same ? 1 : 0;
    other = other || !same;
  }
  const runtime::Time now = runtime_.clock().now();
  if (other) wanted_.insert_or_assign(device, Wanted{.by = wanting.demand().submitter, .until = now + kWantedFor});
  if (other || own == 0) return other;
  const auto wanted = wanted_.find(device);
  const bool by_others =
      wanted != wanted_.end() && wanted->second.until > now && wanted->second.by != wanting.demand().submitter;
  return own >= kOwnOnDeviceMax || by_others;
}

bool Provider::offers(const std::string& device) const {
  return offer_ && std::ranges::find(offer_->devices, device, &model::OfferedDevice::id) != offer_->devices.end();
}

// Whether a device is offered now as it was in that offer: an offer that was renewed in between changes nothing.
bool Provider::is_known(std::uint64_t sequence, const model::OfferedDevice& device) const {
  if (offer_ && offer_->sequence == sequence) return true;
  const auto earlier = std::ranges::find(earlier_, sequence, &model::Offer::sequence);
  if (earlier == earlier_.end() || earlier->until_unix_ms < now().unix_ms) return false;
  const auto then = std::ranges::find(earlier->devices, device.id, &model::OfferedDevice::id);
  return then != earlier->devices.end() && then->rates == device.rates;
}

bool Provider::may_have(const PeerId& peer, const model::Digest& digest) const {
  return std::ranges::any_of(engagements_, [&](const auto& entry) {
    const Trail& trail = entry.second->trail;
    if (trail.stage() < Stage::ended || trail.demand().submitter != peer) return false;
    return std::ranges::any_of(trail.receipt().tasks, [&](const agreement::TaskEnd& task) {
      return std::ranges::find(task.outputs, digest, &agreement::OutputDigest::digest) != task.outputs.end();
    });
  });
}

void Provider::add_needed(std::set<model::Digest>& needed) const {
  for (const auto& [id, engagement] : engagements_) {
    const Trail& trail = engagement->trail;
    if (trail.stage() < Stage::agreed && !engagement->accepting) continue;
    if (trail.stage() < Stage::ended) {
      for (const EngagedTask& task : engagement->tasks) {
        if (!task.job) continue;
        for (const model::Input& input : task.job->inputs) needed.insert(input.digest);
      }
    } else if (runtime_.clock().now() < engagement->kept_until + (kOutputsNeeded - config_.receipt_kept)) {
      for (const agreement::TaskEnd& task : trail.receipt().tasks)
        for (const agreement::OutputDigest& output : task.outputs) needed.insert(output.digest);
    }
  }
}

void Provider::expire() {
  std::erase_if(engagements_, [&](const auto& entry) {
    const Engagement& engagement = *entry.second;
    return engagement.trail.stage() <= Stage::bid && !engagement.accepting &&
           engagement.trail.bid().valid_until_unix_ms < now().unix_ms;
  });
  std::vector<EngagementPtr> waiting;  // for their submitters
  for (const auto& [id, engagement] : engagements_) {
    if (engagement->trail.stage() == Stage::ended && !engagement->taking && !engagement->stuck) {
      waiting.push_back(engagement);
    }
  }
  const runtime::Time at = runtime_.clock().now();
  for (const EngagementPtr& engagement : waiting) {
    const bool asks = engagement->followers > 0 || !host_.swarm().connected(engagement->demand().submitter);
    if (asks) engagement->asked = at;
  }
  std::erase_if(waiting, [&](const EngagementPtr& engagement) {
    const bool late = engagement->kept_until < at || at - engagement->asked >= kUnaskedMax;
    if (late) over(engagement);
    return late;
  });
  cap_receipts(std::move(waiting));
}

// Agreements that come to nothing cost a peer nothing: their receipts go before all others.
void Provider::cap_receipts(std::vector<EngagementPtr> waiting) {
  if (waiting.size() <= config_.receipts_waiting_max) return;
  std::size_t too_many = waiting.size() - config_.receipts_waiting_max;
  const auto comes_to_something = [](const EngagementPtr& engagement) {
    const agreement::Receipt& receipt = engagement->trail.receipt();
    const auto has_outputs = [](const agreement::TaskEnd& task) { return !task.outputs.empty(); };
    return receipt.amount.micro > 0 || std::ranges::any_of(receipt.tasks, has_outputs);
  };
  const auto later = [&](const EngagementPtr& engagement) {
    return std::pair(comes_to_something(engagement), engagement->kept_until);
  };
  std::ranges::sort(waiting, std::ranges::greater(), later);
  std::map<PeerId, std::vector<EngagementPtr>> by_peer;  // the first to go is the last
  for (EngagementPtr& engagement : waiting) by_peer[engagement->demand().submitter].push_back(std::move(engagement));
  for (; too_many > 0; --too_many) {
    const auto most = std::ranges::max_element(by_peer, {}, [&](const auto& entry) {
      const std::vector<EngagementPtr>& of_peer = entry.second;
      return std::pair(!of_peer.empty() && !comes_to_something(of_peer.back()), of_peer.size());
    });
    over(most->second.back());
    most->second.pop_back();
  }
}

// What their submitters have not fetched of it, they never will: they are told of no more than there is.
void Provider::cap_logs() {
  std::size_t bytes = ended_log_bytes();
  if (bytes <= config_.ended_log_bytes_max) return;
  std::vector<EngagementPtr> ended;
  for (const auto& [id, engagement] : engagements_) {
    if (engagement->trail.stage() >= Stage::ended) ended.push_back(engagement);
  }
  std::ranges::sort(ended, {}, [](const EngagementPtr& engagement) { return engagement->kept_until; });
  for (const EngagementPtr& engagement : ended) {
    if (bytes <= config_.ended_log_bytes_max) break;
    bytes -= engagement->log_bytes;
    engagement->drop_logs();
  }
}

// Whoever still asks is told that there is no such agreement.
void Provider::over(const EngagementPtr& engagement) {
  engagement->inbox.close();
  engagements_.erase(engagement->demand().id);
  const PeerId& peer = engagement->demand().submitter;
  if (engagement->trail.stage() == Stage::closed) {
    forgive(peer, engagement->trail.due());
  } else {
    add_unpaid(peer, engagement->unpaid());
  }
  on_over_(engagement->trail);
}

Task<Result<Bytes>> Provider::answer(PeerId from, Bytes request) {
  if (asks_too_much(from, request.size())) {
    const Why why{Reason::rate_limited, "more than " + std::to_string(kAskedPiecesPerPeer.per_second) + " times " +
                                            std::to_string(kAskedPieceBytes) + " bytes a second"};
    co_return exchange::encode(exchange::AgreementResponse(exchange::RefusalMessage{why}));
  }
  const auto message = exchange::decode_agreement_request(request);
  if (!message)
    co_return exchange::encode(exchange::AgreementResponse(exchange::RefusalMessage{{Reason::record_malformed, {}}}));
  Answer answer;
  if (const auto* asked = std::get_if<exchange::BidRequest>(&*message)) {
    answer = bid(from, *asked);
  } else {
    answer = co_await accept(std::move(from), std::get<exchange::RecordMessage>(*message).envelope);
  }
  if (!answer)
    co_return exchange::encode(exchange::AgreementResponse(exchange::RefusalMessage{std::move(answer).error()}));
  co_return exchange::encode(exchange::AgreementResponse(exchange::RecordMessage{*std::move(answer)}));
}

std::expected<std::vector<Provider::EngagedTask>, Why> Provider::tasks_of(const agreement::Demand& demand,
                                                                          const std::vector<std::string>& manifests) {
  std::map<model::Digest, std::shared_ptr<const model::Job>> jobs;
  for (const std::string& manifest : manifests) {
    auto job = model::job_from_json(manifest);
    if (!job) return refuse(Reason::manifest_invalid, job.error().message());
    jobs.emplace(multiformats::sha2_256(runtime::bytes_of(manifest)),
                 std::make_shared<const model::Job>(*std::move(job)));
  }
  std::vector<EngagedTask> tasks;
  tasks.reserve(demand.tasks.size());
  std::size_t outputs = 0;
  for (const agreement::TaskRef& task : demand.tasks) {
    const auto job = jobs.find(task.job);
    if (job == jobs.end()) return refuse(Reason::manifest_invalid, "not the one that the demand names");
    if (task.shards != job->second->shards.count) return refuse(Reason::manifest_invalid, "shards");
    outputs += job->second->outputs.size();
    tasks.push_back({.job = job->second});
  }
  if (outputs <= agreement::kOutputsMax) return tasks;
  return refuse(Reason::manifest_invalid, std::to_string(outputs) + " outputs of all tasks, limit " +
                                              std::to_string(agreement::kOutputsMax) + ": ask for fewer at once");
}

Provider::Answer Provider::bid(const PeerId& from, const exchange::BidRequest& request) {
  expire();
  auto engagement = std::make_shared<Engagement>();
  if (const auto taken = engagement->trail.take(request.demand, now()); !taken) return std::unexpected(taken.error());
  if (engagement->trail.stage() != Stage::demanded)
    return refuse(Reason::record_out_of_order, "the first record is a demand");
  const agreement::Demand& demand = engagement->demand();
  if (demand.submitter != from || demand.provider != host_.id()) return refuse(Reason::wrong_party);
  if (draining_) return refuse(Reason::draining);
  if (const auto known = engagements_.find(demand.id); known != engagements_.end())
    return refuse(Reason::record_duplicate);
  if (auto exhausted = credit_exhausted(from)) return std::unexpected(*std::move(exhausted));
  if (bids_of(from) >= config_.bids_each_peer_max) {
    return refuse(Reason::rate_limited,
                  std::to_string(config_.bids_each_peer_max) + " bids for this peer stand already");
  }
  auto tasks = tasks_of(demand, request.manifests);
  if (!tasks) return std::unexpected(std::move(tasks).error());
  engagement->tasks = *std::move(tasks);
  auto offered = terms(*engagement);
  if (!offered) return std::unexpected(std::move(offered).error());
  offered->demand = engagement->trail.newest(RecordKind::demand);
  Bytes envelope = seal_record(key_, *offered);
  if (const auto taken = engagement->trail.take(envelope, now()); !taken) return std::unexpected(taken.error());
  if (!make_room()) return refuse(Reason::busy, std::to_string(config_.engagements_max) + " agreements stand");
  engagement->made = runtime_.clock().now();
  engagements_.emplace(demand.id, std::move(engagement));
  return envelope;
}

std::expected<agreement::Bid, Why> Provider::terms(const Engagement& engagement) {
  const agreement::Demand& demand = engagement.demand();
  if (!offer_) return refuse(Reason::offer_withdrawn);
  const auto device = std::ranges::find(offer_->devices, demand.device, &model::OfferedDevice::id);
  if (device == offer_->devices.end()) return refuse(Reason::no_device, demand.device);
  if (!is_known(demand.offer_sequence, *device)) return refuse(Reason::offer_unknown);
  agreement::Bid bid{.made_unix_ms = now().unix_ms,
                     .rates = device->rates,
                     .max_total = demand.max_total,
                     .valid_until_unix_ms = now().unix_ms + config_.bid_validity_ms,
                     .credit_limit = config_.credit_limit,
                     .note_interval_ms = config_.note_interval_ms};
  bool known = true;
  for (std::size_t i = 0; i < demand.tasks.size(); ++i) {
    const model::Job& job = *engagement.tasks[i].job;
    const auto quoted = market::quote(job, share_of(job, demand.tasks[i].shard), *offer_, *device, {}, now().unix_ms);
    bid.walltime_ms = std::max(bid.walltime_ms, job.resources.walltime_ms);
    if (const auto* quote = std::get_if<market::Quote>(&quoted)) {
      bid.cost_low = together(bid.cost_low, quote->low);
      bid.cost_likely = together(bid.cost_likely, quote->likely);
      bid.cost_high = together(bid.cost_high, quote->high);
      continue;
    }
    // What the submitter has measured by a trial, the provider need not know: that its own estimate is too long or too
    // dear for the job is no reason to refuse. Wall time and price end the task in any case.
    if (auto why = market::unfit(job, *offer_, *device, now().unix_ms)) return std::unexpected(*std::move(why));
    known = false;
  }
  if (device_taken(engagement)) return refuse(Reason::busy, demand.device);
  bid.cost_low = known ? bid.cost_low : model::Credits{};
  bid.cost_high = known ? std::min(bid.cost_high, demand.max_total) : demand.max_total;
  bid.cost_likely = known ? std::min(bid.cost_likely, bid.cost_high) : demand.max_total;
  bid.cost_low = std::min(bid.cost_low, bid.cost_likely);
  return bid;
}

Task<Provider::Answer> Provider::accept(PeerId from, Bytes agreement) {
  const auto record = agreement::open_record(agreement);
  if (!record) co_return std::unexpected(record.error());
  const auto* agreed = std::get_if<agreement::Agreement>(&record->body);
  if (!agreed) co_return refuse(Reason::record_out_of_order, "an agreement was to come");
  const auto found = std::ranges::find_if(engagements_, [&](const auto& entry) {
    const Trail& trail = entry.second->trail;
    return trail.stage() >= Stage::bid && trail.newest(RecordKind::bid) == agreed->bid;
  });
  if (found == engagements_.end()) co_return refuse(Reason::bid_expired);
  const EngagementPtr engagement = found->second;
  if (engagement->demand().submitter != from) co_return refuse(Reason::wrong_party);
  if (engagement->trail.stage() <= Stage::agreed && !std::exchange(engagement->accepting, true)) {
    tasks_.spawn(accept_by(engagement, std::move(agreement)));
  }
  // Also who asks again, because the acceptance was lost, gets it once it is durable.
  while (engagement->accepting) co_await engagement->changed.wait();
  if (const auto& refused = engagement->refused) co_return std::unexpected(*refused);
  co_return runtime::copy_of(engagement->trail.records().at(3));
}

// A task of the provider: one of the connection would be cut off halfway to the disk when that ends.
Task<void> Provider::accept_by(EngagementPtr engagement, Bytes agreement) {
  const auto bound = co_await bind(engagement, std::move(agreement));
  engagement->refused = bound ? std::nullopt : std::optional(bound.error());
  engagement->accepting = false;
  engagement->changed.wake_all();
}

// Durable before it is said: the trail goes into the journal with the agreement, and the acceptance behind it.
Task<std::expected<void, Why>> Provider::bind(EngagementPtr engagement, Bytes agreement) {
  if (draining_) co_return refuse(Reason::draining);
  const std::string& device = engagement->demand().device;
  if (!offers(device)) co_return refuse(Reason::offer_withdrawn, device);
  if (device_taken(*engagement)) co_return refuse(Reason::busy, device);
  if (auto exhausted = credit_exhausted(engagement->demand().submitter))
    co_return std::unexpected(*std::move(exhausted));
  if (auto taken = engagement->trail.take(agreement, now()); !taken)
    co_return std::unexpected(std::move(taken).error());
  Bytes acceptance = seal_record(key_, draft_acceptance(engagement->trail, now()));
  engagement->taking = true;
  const auto taken = co_await journal_.begin(engagement->trail, std::move(acceptance));
  engagement->taking = false;
  if (!taken) {
    engagement->stuck = true;
    engagement->changed.wake_all();
    if (engagement->trail.stage() >= Stage::running) std::ignore = co_await journal_.forget(engagement->trail);
    engagements_.erase(engagement->demand().id);
    co_return std::unexpected(taken.error());
  }
  tasks_.spawn(work(engagement));
  tasks_.spawn(receive(engagement));
  co_return std::expected<void, Why>();
}

Task<void> Provider::restore(std::map<jobs::DemandId, Trail> trails) {
  for (auto& [id, trail] : trails) {
    auto engagement = std::make_shared<Engagement>();
    engagement->trail = std::move(trail);
    if (engagement->demand().provider != host_.id() || engagement->trail.stage() == Stage::closed) continue;
    engagement->asked = runtime_.clock().now();
    engagement->kept_until = engagement->asked + config_.receipt_kept;
    engagement->tasks.resize(engagement->demand().tasks.size());
    if (engagement->trail.stage() < Stage::running) {
      std::ignore = co_await journal_.forget(engagement->trail);  // the submitter was never told that it stands
      continue;
    }
    engagements_[id] = engagement;
    tasks_.spawn(receive(engagement));
    if (engagement->trail.stage() == Stage::running) {
      // Which task has used what is not known any more: the receipt says it of the last.
      co_await end(engagement,
                   std::vector<agreement::TaskEnd>(engagement->tasks.size(), {.reason = Reason::provider_restarted}));
    }
  }
}

}  // namespace quern::engagement
