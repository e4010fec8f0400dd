#include "scheduler/daemon/node.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/deadline.hpp"
#include "scheduler/daemon/job_table.hpp"
#include "scheduler/daemon/methods.hpp"
#include "scheduler/dispatch/experience_file.hpp"

namespace quern::daemon {

using agreement::Stage;
using agreement::Trail;
using model::Why;
using multiformats::Multiaddr;
using multiformats::Protocol;
using runtime::Result;
using runtime::Task;

namespace {

constexpr runtime::Duration kOfferLookEvery = std::chrono::seconds(30);
constexpr std::uint64_t kSetupMsMax = 3'600'000;
constexpr std::int64_t kMsPerHour = 3'600'000;
constexpr runtime::Duration kExperienceEvery = std::chrono::seconds(10);
constexpr runtime::Duration kDrainLookEvery = std::chrono::milliseconds(100);

std::unexpected<runtime::Error> about(std::string_view key, const runtime::Error& error) {
  return std::unexpected(runtime::Error(error.code(), std::string(key) + ": " + error.message()));
}

}  // namespace

ledger::Budget budget_of(const Config& config) {
  return {.all = config.submitter.budget.value_or(model::Credits{ledger::kAmountMax}), .each_peer = {}};
}

Result<Balance> balance_of(const ledger::Ledger& ledger) {
  const auto exposure = ledger.exposure();
  const auto spent = ledger.balance({.kind = ledger::AccountKind::spent, .peer = {}});
  const auto earned = ledger.balance({.kind = ledger::AccountKind::earned, .peer = {}});
  if (!exposure) return std::unexpected(exposure.error());
  if (!spent) return std::unexpected(spent.error());
  if (!earned) return std::unexpected(earned.error());
  return Balance{.spent = *spent,
                 .earned = {-earned->micro},  // a credit of the ledger
                 .payable = exposure->payable,
                 .receivable = exposure->receivable,
                 .reserved = exposure->reserved};
}

Node::Node(runtime::Runtime& runtime, engagement::Runner& runner, blobs::BlobStore& blobs, store::Database& database,
           Log& log, NodeParts parts)
    : runtime_(runtime),
      runner_(runner),
      log_(log),
      parts_(std::move(parts)),
      file_config_(parts_.config),
      devices_(parts_.devices),
      live_(
          runtime, parts_.sources, [this](const LiveReading& reading, runtime::Time at) { meter(reading, at); },
          [this](runtime::Time at) { energy_.begin_reading(at); }),
      database_(database),
      writer_(runtime, database, [this](const runtime::Error& error) { on_damage(error); }),
      journal_(runtime,
               [&log](const runtime::Error& error) {
                 log.write(LogLevel::error, "trail_not_stored", {{"why", error.message()}});
               }),
      blobs_(blobs),
      writing_(runtime.executor()),
      tasks_(runtime.executor()) {
  parts_.config = in_force(file_config_, parts_.preferences);
}

Node::~Node() {
  blobs_.set_eviction({}, {});
}

Result<void> Node::make_host() {
  overlay::HostConfig config{.key = parts_.key};
  for (const auto& [name, value] : parts_.config.overlay.limits) {
    if (auto set = connection::set_limit(config.swarm.limits, name, value); !set) return set;
  }
  config.swarm.preshared_key = parts_.preshared_key;
  auto host = overlay::Host::make(runtime_, std::move(config));
  if (!host) return about("overlay", host.error());
  host_ = *std::move(host);
  return {};
}

Result<void> Node::listen() {
  for (const Multiaddr& address : parts_.config.overlay.listen) {
    if (const auto at = host_->listen(address); !at) return about("overlay.listen: " + address.text(), at.error());
  }
  for (const Multiaddr& address : host_->addresses()) {
    log_.write(LogLevel::info, "listening", {{"address", address.text()}});
  }
  return {};
}

void Node::make_market() {
  const ProviderConfig& selling = parts_.config.provider;
  provider_ = std::make_unique<engagement::Provider>(
      *host_, parts_.key, journal_, blobs_, runner_,
      engagement::ProviderConfig{.credit_limit = selling.credit_limit, .note_interval_ms = selling.note_interval_ms},
      [this](const Trail& trail) { tasks_.spawn(enter(trail)); });
  provider_->set_on_begun([this](const Trail& trail, const model::Job& job) { on_begun(trail, job); });
  provider_->set_on_turn([this](const std::string& device, bool begins) { on_turn(device, begins); });
  provider_->set_on_failure([this](const runtime::Error& error) {
    log_.write(LogLevel::error, "work_not_done", {{"why", error.message()}});
  });
  submitter_ = std::make_unique<engagement::Submitter>(
      *host_, parts_.key, journal_, blobs_, engagement::SubmitterConfig{},
      engagement::SubmitterAccounts{.agreeing = [this](const Trail& trail) { return agreeing(trail); },
                                    .over = [this](const Trail& trail) { return over(trail); },
                                    .undelivered = [this](const Trail& trail) { deliver(trail); }});
  deliveries_ = std::make_unique<Deliveries>(runtime_, tasks_, [this](const Trail& trail) {
    return submitter_->deliver(where(trail.demand().provider), trail);
  });
  blobs_.set_eviction([this] { return needed_blobs(); },
                      [this](const auto& digest, std::uint64_t bytes) { on_evicted(digest, bytes); });
  blob_server_ = std::make_unique<blobs::BlobServer>(*host_, blobs_, [this](const auto& peer, const auto& digest) {
    return provider_->may_have(peer, digest) || submitter_->may_have(peer, digest);
  });
  offer_server_ = std::make_unique<dispatch::OfferServer>(*host_, offers_, [this] { return own_offer_; });
  dispatcher_ = std::make_unique<dispatch::Dispatcher>(
      runtime_, *submitter_, offers_, [this](const std::string& provider) { return addresses_of(provider); });
  jobs_ = std::make_unique<JobBook>(
      runtime_, writer_, *dispatcher_, blobs_, log_,
      JobBook::Events{.changed = [this](const SubmittedJob& job) { on_job(job); },
                      .forgotten = [this](const std::string& id) { topics_.remove("job/" + id); },
                      .trail = [this](const Trail& trail) { on_trail(trail); },
                      .find_trail = [this](const jobs::DemandId& demand) { return trail(demand); }});
}

// Steps of a schema are transactions of their own: before the writer begins.
Task<Result<Balance>> Node::open_tables() {
  Result<Balance> opened;
  co_await runtime_.offload_work([&] {
    const auto tables =
        database_.find("SELECT count(*) FROM sqlite_schema", [](const auto& row) { return row.integer(0); });
    database_new_ = tables && *tables == 0;
    auto ledger = ledger::Ledger::open(database_, budget_of(parts_.config));
    if (!ledger) {
      opened = std::unexpected(std::move(ledger).error());
    } else if (auto jobs = migrate_jobs(database_); !jobs) {
      opened = std::unexpected(std::move(jobs).error());
    } else if (auto receipts = migrate_receipts(database_); !receipts) {
      opened = std::unexpected(std::move(receipts).error());
    } else if (auto kept = migrate_kept_receipts(database_); !kept) {
      opened = std::unexpected(std::move(kept).error());
    } else if (auto energy = migrate_work_energy(database_); !energy) {
      opened = std::unexpected(std::move(energy).error());
    } else {
      ledger_.emplace(*std::move(ledger));
      opened = balance_of(*ledger_);
    }
  });
  co_return opened;
}

Task<Result<void>> Node::start() {
  started_unix_ms_ = now();
  CO_TRY(balance_, co_await open_tables());
  writing_.spawn(writer_.run());
  CO_CHECK(make_host());
  make_market();
  if (auto experience = co_await dispatch::load_experience(runtime_.disk())) {
    dispatcher_->experience() = *std::move(experience);
  } else {
    log_.write(LogLevel::warning, "experience_not_read", {{"why", experience.error().message()}});
  }
  CO_CHECK(co_await restore());
  CO_CHECK(listen());
  add_topics(*this);
  parts_.preferences.pauses.expire(now());
  put_in_force();
  co_await count_today();  // who follows it first sees it right
  tasks_.spawn(keep_time());
  tasks_.spawn(keep_live());
  tasks_.spawn(keep_offering());
  tasks_.spawn(keep_asking());
  tasks_.spawn(keep_experience());
  tasks_.spawn(keep_trails_few());
  tasks_.spawn(follow_events());
  co_return Result<void>();
}

// Trails of an earlier life: what their ends say is posted if it was not, the provider's go to the provider, and the
// submitter's come to their ends.
Task<Result<void>> Node::restore() {
  std::vector<std::string> damaged;
  CO_TRY(auto trails, co_await journal_.load(damaged));
  for (const std::string& name : damaged) log_.write(LogLevel::error, "trail_damaged", {{"file", name}});
  CO_CHECK(co_await check_key(trails));
  if (database_new_ && !trails.empty()) {
    log_.write(LogLevel::warning, "database_new",
               {{"file", database_path()},
                {"agreements", trails.size()},
                {"why",
                 "it was not there, or empty: what the agreements on the disk say is entered again; the list of "
                 "jobs and older receipts are lost"}});
  }
  CO_CHECK(co_await name_cut(trails));
  CO_CHECK(co_await forget_unfinished());
  CO_CHECK(co_await forget_unsent(trails));
  CO_CHECK(co_await release_unproven(trails));
  CO_CHECK(co_await jobs_->load(trails));
  resumed_.ask();
  std::vector<ReceiptRow> rows;
  for (auto entry = trails.begin(); entry != trails.end();) {
    const Trail& trail = entry->second;
    const bool ours = trail.demand().submitter == host_->id();
    const auto is_settled = [&](const ledger::Ledger& ledger) { return dispatch::settled(ledger, trail, host_->id()); };
    CO_TRY(const bool settled, co_await with_ledger(is_settled));
    trails_.keep(trail);
    if (trail.stage() >= Stage::agreed) {
      rows.push_back(row_of(trail, settled ? dispatch::Outlook::given_up : dispatch::Outlook::open));
      rows.back().at_unix_ms = trail.closed_unix_ms().value_or(trail.demand().made_unix_ms);
    }
    const bool closed = trail.stage() == Stage::closed;
    if (settled) retention_.settled(trail.demand().id, ended_unix_ms(trail));
    if (closed && !settled) tasks_.spawn(enter(trail));
    if (ours && closed) deliver(trail);  // the acknowledgement may have been lost when this node went away
    if (ours && !closed && !settled && trail.stage() >= Stage::agreed) tasks_.spawn(resume(trail));
    entry = settled && !closed ? trails.erase(entry) : std::next(entry);  // given up
  }
  co_await save_rows(std::move(rows));
  CO_TRY(const auto unpaid,
         co_await with_ledger([](ledger::Ledger& ledger) { return load_unpaid(ledger.database()); }));
  for (const Unpaid& left : unpaid) {
    if (const auto peer = identity::PeerId::from_text(left.peer)) provider_->add_unpaid(*peer, left.amount);
  }
  co_await provider_->restore(std::move(trails));
  co_return Result<void>();
}

// What is learned in between is lost by a crash, and measured again.
Task<void> Node::keep_experience() {
  std::string kept = dispatcher_->experience().text();
  for (;;) {
    co_await runtime_.clock().sleep_for(kExperienceEvery);
    std::string text = dispatcher_->experience().text();
    if (text == kept) continue;
    const auto saved = co_await dispatch::save_experience(runtime_.disk(), dispatcher_->experience());
    if (!saved) log_.write(LogLevel::warning, "experience_not_kept", {{"why", saved.error().message()}});
    kept = std::move(text);
  }
}

Task<void> Node::resume(Trail trail) {
  const identity::PeerId provider = trail.demand().provider;
  engagement::Cancels cancels(trail.demand().tasks.size(), &resumed_);
  const auto end = co_await submitter_->resume(where(provider), std::move(trail), {}, std::move(cancels));
  if (end.trail.stage() >= Stage::running) trails_.keep(end.trail);
  co_await jobs_->resumed(end.trail);
  log_.write(
      LogLevel::info, "agreement_ended",
      {{"provider", provider.text()}, {"why", model::text_of(end.why.reason).name}, {"owed", to_text(end.owed)}});
}

void Node::deliver(const Trail& trail) {
  if (deliveries_->add(trail)) return;
  log_.write(LogLevel::warning, "acknowledgement_waits", {{"provider", trail.demand().provider.text()}});
}

connection::PeerAddresses Node::where(const identity::PeerId& provider) const {
  return {.peer = provider, .addresses = addresses_of(provider.text())};
}

const Trail* Node::trail(const jobs::DemandId& demand) const {
  return trails_.find(demand);
}

// Notes and vouchers in between change nothing that is shown.
void Node::on_trail(const Trail& trail) {
  const Trail* known = this->trail(trail.demand().id);
  if (known && known->stage() == trail.stage()) return;
  trails_.keep(trail);
  topics_.changed("status");
}

Task<Result<void>> Node::post(Trail trail, dispatch::Outlook outlook) {
  std::optional<ReceiptRow> row;
  if (trail.stage() >= Stage::agreed) row = row_of(trail, outlook);
  // Of an earlier life, where there is no entry of it any more.
  const std::int64_t closed = database_new_ ? trail.closed_unix_ms().value_or(now()) : now();
  const runtime::WallTime at{std::clamp<std::int64_t>(closed, 0, now())};
  const auto entered = [trail = std::move(trail), outlook, row = std::move(row), self = host_->id(),
                        at](ledger::Ledger& ledger) -> Result<Balance> {
    if (auto posted = dispatch::post(ledger, trail, self, at, outlook); !posted) {
      return std::unexpected(std::move(posted).error());
    }
    if (row) {
      if (auto saved = save_receipt(ledger.database(), *row); !saved) return std::unexpected(std::move(saved).error());
    }
    return balance_of(ledger);
  };
  CO_TRY(balance_, co_await with_ledger(entered));
  ++posted_;
  topics_.changed("status");
  topics_.changed("earnings");
  co_return Result<void>();
}

Task<std::expected<void, Why>> Node::agreeing(const Trail& trail) {
  const auto posted = co_await post(trail, dispatch::Outlook::open);
  if (posted) co_return std::expected<void, Why>();
  const auto& error = posted.error();
  const bool budget = error.code() == make_error_code(ledger::Errc::budget_exceeded);
  co_return std::unexpected(
      Why{.reason = budget ? model::Reason::budget_exceeded : model::Reason::internal, .detail = error.detail()});
}

std::set<model::Digest> Node::needed_blobs() const {
  std::set<model::Digest> needed;
  provider_->add_needed(needed);
  submitter_->add_needed(needed);
  jobs_->add_needed(needed, parts_.config.store.keep_outputs_hours * kMsPerHour);
  return needed;
}

void Node::on_evicted(const model::Digest& digest, std::uint64_t bytes) {
  if (const auto output = jobs_->output_of(digest); output && !output->fetched) {
    log_.write(LogLevel::warning, "output_removed",
               {{"job", output->job->record.id}, {"path", output->output->path}, {"bytes", bytes}});
  } else {
    log_.write(LogLevel::debug, "blob_removed", {{"blob", blobs::name_of(digest)}, {"bytes", bytes}});
  }
}

void Node::on_job(const SubmittedJob& job) {
  if (!topics_.contains("job/" + job.record.id)) add_job_topic(*this, job.record.id);
  topics_.changed("jobs");
  topics_.changed("status");
  topics_.changed("job/" + job.record.id);
}

void Node::renew_offer() {
  const auto kinds = kinds_held(parts_.config, parts_.sandbox);
  // A later start must not go back: the clock of the node counts on.
  offer_sequence_ = std::max(offer_sequence_ + 1, static_cast<std::uint64_t>(now()));
  auto made = make_offer(parts_.config, parts_.report, parts_.devices, kinds, offer_sequence_, now());
  if (made) {
    made->setup_ms = static_cast<std::uint32_t>(std::min(provider_->measured_setup_ms().value_or(0), kSetupMsMax));
    made->link_bytes_per_second = provider_->measured_link().value_or(0);
  }
  if (draining_) made.reset();
  if (!made) {
    if (!own_offer_) return;
    made = model::Offer{.sequence = offer_sequence_,
                        .from_unix_ms = now(),
                        .until_unix_ms = now() + kOfferValidityMs,
                        .withdrawn = true};
  }
  auto sealed = market::seal_offer(parts_.key, *made);
  if (!sealed) {
    log_.write(LogLevel::error, "offer_not_made", {{"why", sealed.error().message()}});
    return;
  }
  own_offer_ = *std::move(sealed);
  std::ignore = offers_.add(*own_offer_, now(), market::Heard::directly);
  provider_->set_offer(made->withdrawn ? std::nullopt : std::optional(own_offer_->offer));
  topics_.changed("offers");
  topics_.changed("status");
}

Task<void> Node::keep_offering() {
  for (;;) {
    co_await runtime_.clock().sleep_for(kOfferLookEvery);
    offers_.expire(now());
    provider_->expire();
    if (!own_offer_ || own_offer_->offer.withdrawn) continue;
    const model::Offer& offer = own_offer_->offer;
    const bool measured_anew = market::is_outdated(offer.setup_ms, provider_->measured_setup_ms()) ||
                               market::is_outdated(offer.link_bytes_per_second, provider_->measured_link());
    if (measured_anew || offer.until_unix_ms - now() < kOfferValidityMs / 2) renew_offer();
  }
}

Task<void> Node::keep_connected(Multiaddr peer) {
  bool told = false;
  const auto id = peer.find_text(Protocol::p2p);
  const auto parsed = identity::PeerId::from_text(id.value_or(""));
  while (is_wanted(peer)) {
    if (parsed && !host_->swarm().connected(*parsed)) {
      const auto connected = co_await host_->swarm().connect(peer);
      if (connected) {
        told = false;
        std::ignore = co_await dispatch::fetch_offers(*host_, offers_, *parsed);
        topics_.changed("offers");
      } else if (!std::exchange(told, true)) {
        log_.write(LogLevel::warning, "peer_not_reached",
                   {{"peer", peer.text()}, {"why", connected.error().message()}});
      }
    }
    co_await runtime_.clock().sleep_for(kReconnectEvery);
  }
  connecting_.erase(peer.text());
}

// Asks every connected peer for the offers it knows.
Task<void> Node::keep_asking() {
  for (;;) {
    co_await runtime_.clock().sleep_for(kOffersEvery);
    const auto before = offers_.version();
    std::set<identity::PeerId> peers;
    for (const auto& info : host_->swarm().connections()) peers.insert(info.peer);
    for (const identity::PeerId& peer : peers) {
      std::ignore = co_await dispatch::fetch_offers(*host_, offers_, peer);
    }
    if (offers_.version() != before) topics_.changed("offers");
    look_at_clock();
  }
}

Task<void> Node::follow_events() {
  const auto events = host_->events();
  while (const auto event = co_await events->next()) {
    if (const auto* connected = std::get_if<connection::PeerConnected>(&*event)) {
      log_.write(LogLevel::info, "peer_connected", {{"peer", connected->peer.text()}});
    } else if (const auto* gone = std::get_if<connection::PeerDisconnected>(&*event)) {
      log_.write(LogLevel::info, "peer_disconnected",
                 {{"peer", gone->peer.text()}, {"why", connection::name_of(gone->reason)}});
    } else if (const auto* refused = std::get_if<connection::InboundRefused>(&*event)) {
      log_.write(LogLevel::debug, "inbound_refused",
                 {{"remote", refused->remote.text()}, {"why", refused->why.message()}});
    } else if (const auto* failed = std::get_if<connection::HandlerFailed>(&*event)) {
      log_.write(LogLevel::error, "handler_failed", {{"protocol", failed->protocol}, {"what", failed->what}});
    } else {
      continue;
    }
    topics_.changed("peers");
    topics_.changed("status");
  }
}

std::vector<Multiaddr> Node::addresses_of(const std::string& provider) const {
  std::vector<Multiaddr> addresses;
  for (const Multiaddr& peer : parts_.config.overlay.peers) {
    if (peer.find_text(Protocol::p2p) == provider) addresses.push_back(peer);
  }
  const auto id = identity::PeerId::from_text(provider);
  if (!id) return addresses;
  if (const auto known = host_->identification().known(*id)) {
    addresses.insert(addresses.end(), known->listen_addresses.begin(), known->listen_addresses.end());
  }
  return addresses;
}

Task<void> Node::drain(runtime::Duration patience) {
  draining_ = true;
  provider_->drain();
  dispatcher_->drain();
  renew_offer();
  const runtime::Time began = runtime_.clock().now();
  std::set<jobs::DemandId> ended;  // already: their submitters have had time to acknowledge
  for (const Trail* trail : provider_->not_over()) {
    if (trail->stage() == Stage::ended) ended.insert(trail->demand().id);
  }
  // Who has not got the receipt would take this node for lost, and have the work done again elsewhere.
  const auto waits = [&](const Trail* trail) {
    if (trail->stage() != Stage::ended || !host_->swarm().connected(trail->demand().submitter)) return false;
    return !ended.contains(trail->demand().id) || runtime_.clock().now() < began + kHandBackPatience;
  };
  while (!hurried_ && runtime_.clock().now() < began + patience &&
         (provider_->working() + own_work() > 0 || std::ranges::any_of(provider_->not_over(), waits))) {
    co_await runtime_.clock().sleep_for(kDrainLookEvery);
  }
  if (provider_->working() > 0) co_await hand_back();
  co_await save_energy();
  co_await jobs_->save_logs();
}

// Ends the work by that name, so that its submitters place it elsewhere at once and acknowledge what was billed.
Task<void> Node::hand_back() {
  std::set<jobs::DemandId> ended;
  const auto waits = [this](const jobs::DemandId& demand) { return provider_->trail(demand) != nullptr; };
  const runtime::Time until = runtime_.clock().now() + kHandBackPatience;
  do {
    const auto now_ended = provider_->end_all_work({model::Reason::shutting_down, {}});
    ended.insert(now_ended.begin(), now_ended.end());
    co_await runtime_.clock().sleep_for(kDrainLookEvery);
  } while (runtime_.clock().now() < until && (provider_->working() > 0 || std::ranges::any_of(ended, waits)));
  log_.write(LogLevel::info, "handed_back",
             {{"agreements", ended.size()}, {"unacknowledged", std::ranges::count_if(ended, waits)}});
}

// From the top down; what is being posted is finished by the writer, which goes last.
Task<void> Node::stop() {
  if (jobs_) co_await jobs_->stop();
  if (provider_) co_await provider_->stop();
  co_await tasks_.stop();
  if (host_) co_await host_->stop();
  co_await writing_.stop();
}

}  // namespace quern::daemon
