// Node: what callers change while it runs, and what has to be looked at as time passes.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "scheduler/daemon/node.hpp"
#include "scheduler/model/manifest_terms.hpp"

namespace quern::daemon {

using multiformats::Multiaddr;
using runtime::Result;
using runtime::Task;

namespace {

constexpr runtime::Duration kTimeLookEvery = std::chrono::seconds(1);
constexpr std::string_view kBeingMeasured = "it is being measured, which takes a few seconds";

}  // namespace

struct Node::Changing {
  Change change;
  std::optional<std::expected<void, rpc::Failure>> result;
};

Task<std::expected<void, rpc::Failure>> Node::change(Change change) {
  const auto changing = std::make_shared<Changing>(std::move(change), std::nullopt);
  tasks_.spawn(make_change(changing));
  for (;;) {
    if (const auto& result = changing->result) co_return *result;
    co_await changed_.wait();
  }
}

Task<void> Node::make_change(std::shared_ptr<Changing> changing) {
  while (changing_) co_await changed_.wait();
  changing_ = true;
  Preferences next = parts_.preferences;
  auto result = changing->change(next);
  if (result && next != parts_.preferences) {
    if (const auto saved = co_await save_preferences(runtime_.disk(), next); !saved) {
      result = std::unexpected(rpc::failure_of(saved.error()));
    } else {
      parts_.preferences = std::move(next);
      put_in_force();
    }
  }
  changing_ = false;
  changing->result = std::move(result);
  changed_.wake_all();
}

void Node::put_in_force() {
  parts_.config = in_force(file_config_, parts_.preferences);
  const ProviderConfig& selling = parts_.config.provider;
  devices_ = parts_.devices_of(parts_.report, selling);
  if (!parts_.sandbox_lacking.empty()) hold_nothing(parts_.sandbox, devices_, parts_.sandbox_lacking);
  const auto unmeasured = [&selling](const NodeDevice& device) {
    return selling.enabled && device.wanted && device.can_run && !device.speed;
  };
  if (!parts_.report.measurements && parts_.measure && std::ranges::any_of(devices_, unmeasured)) {
    if (!std::exchange(measuring_, true)) tasks_.spawn(measure());
    for (NodeDevice& device : devices_) {
      if (unmeasured(device)) device.why = kBeingMeasured;
    }
  }
  parts_.devices = without_paused(devices_, parts_.preferences.pauses);
  block_peers();
  connect_peers();
  tasks_.spawn(set_budget());
  renew_offer();
  for (const std::string_view topic : {"status", "machine", "preferences", "peers"}) topics_.changed(topic);
}

void Node::block_peers() {
  host_->swarm().gater().clear();
  for (const std::string& peer : parts_.preferences.blocked) std::ignore = host_->swarm().gater().deny(peer);
  host_->swarm().enforce_gater();
  const std::set<std::string>& blocked = parts_.preferences.blocked;
  for (const agreement::Trail* trail : provider_->not_over()) {
    if (!blocked.contains(trail->demand().submitter.text())) continue;
    std::ignore = provider_->end_work(trail->demand().id, {model::Reason::submitter_denied, {}});
  }
}

void Node::connect_peers() {
  for (const Multiaddr& peer : parts_.config.overlay.peers) {
    if (connecting_.insert(peer.text()).second) tasks_.spawn(keep_connected(peer));
  }
}

bool Node::is_wanted(const Multiaddr& peer) const {
  return std::ranges::find(parts_.config.overlay.peers, peer) != parts_.config.overlay.peers.end();
}

Task<void> Node::set_budget() {
  const auto set = [budget = budget_of(parts_.config)](ledger::Ledger& ledger) -> Result<void> {
    ledger.set_budget(budget);
    return {};
  };
  if (const auto done = co_await with_ledger(set); !done) {
    log_.write(LogLevel::error, "budget_not_set", {{"why", done.error().message()}});
  }
}

Task<void> Node::measure() {
  auto measured = co_await parts_.measure();
  measuring_ = false;
  if (!measured) co_return;
  parts_.report.measurements = std::move(measured);
  put_in_force();
}

Donation Node::donation() const {
  return donation_of(parts_.config.provider.enabled, !kinds_held(parts_.config, parts_.sandbox).empty(), devices_,
                     parts_.preferences.pauses, draining_);
}

bool Node::has_device(const std::string& id) const {
  return std::ranges::find(devices_, id, &NodeDevice::id) != devices_.end();
}

bool Node::end_work(const jobs::DemandId& demand) {
  const bool ending = provider_->end_work(demand, {model::Reason::preempted, {}});
  if (ending) topics_.changed("work");
  return ending;
}

std::string Node::database_path() const {
  return (std::filesystem::path(parts_.config.data_directory) / kDatabaseName).string();
}

// Once: whoever else meets it says so, too.
void Node::on_damage(const runtime::Error& error) {
  if (!damage_.empty()) return;
  damage_ = database_path() + ": " + error.detail();
  log_.write(LogLevel::error, "database_damaged",
             {{"why", damage_}, {"what_helps", model::text_of(model::Reason::database_damaged).remedy}});
  topics_.changed("status");
}

void Node::look_at_clock() {
  const auto ahead = offers_.clock_ahead_ms(host_->id().text());
  if (ahead.has_value() == clock_told_) return;
  clock_told_ = ahead.has_value();
  if (ahead) log_.write(LogLevel::warning, "clocks_differ", {{"why", market::clock_text(*ahead)}});
  topics_.changed("status");
}

std::vector<model::Why> Node::problems() const {
  std::vector<model::Why> problems;
  if (!damage_.empty()) problems.push_back({model::Reason::database_damaged, damage_});
  if (const auto ahead = offers_.clock_ahead_ms(host_->id().text())) {
    problems.push_back({model::Reason::clocks_differ, market::clock_text(*ahead)});
  }
  return problems;
}

ReceiptRow Node::row_of(const agreement::Trail& trail, dispatch::Outlook outlook) const {
  ReceiptRow row = receipt_of(trail, host_->id(), outlook, now());
  name_job(row);
  return row;
}

void Node::name_job(ReceiptRow& row) const {
  if (row.role != agreement::Party::submitter || !row.job_id.empty()) return;
  const SubmittedJob* job = jobs_->of_demand(row.demand);
  if (!job) return;
  row.job_id = job->record.id;
  row.name = job->job.name;
  row.kind = model::kKindNames.at(static_cast<std::size_t>(job->job.kind));
}

void Node::on_begun(const agreement::Trail& trail, const model::Job& job) {
  ReceiptRow row = row_of(trail, dispatch::Outlook::open);
  row.name = job.name;
  row.kind = model::kKindNames.at(static_cast<std::size_t>(job.kind));
  tasks_.spawn(save_rows({std::move(row)}));
  for (const std::string_view topic : {"status", "machine", "work", "earnings"}) topics_.changed(topic);
}

// A counter, as RAPL's is, tells the power since it was read last: without a reading at its first turn a short task had
// that of the idle time before.
void Node::on_turn(const std::string& device, bool begins) {
  const runtime::Time at = runtime_.clock().now();
  if (!begins) {
    energy_.end_turn(device, at);
    return;
  }
  const auto found = std::ranges::find(devices_, device, &NodeDevice::id);
  const auto part = found == devices_.end() ? std::nullopt : part_of(*found);
  if (!part) return;
  const bool first = !energy_.open();
  energy_.begin_turn(device, *part, at);
  if (first && !live_.reading()) tasks_.spawn(live_.refresh());
}

Task<void> Node::save_rows(std::vector<ReceiptRow> rows) {
  const auto save = [rows = std::move(rows)](ledger::Ledger& ledger) -> Result<void> {
    for (const ReceiptRow& row : rows) {
      if (auto saved = save_receipt(ledger.database(), row); !saved) return saved;
    }
    return {};
  };
  if (const auto saved = co_await with_ledger(save); !saved) {
    log_.write(LogLevel::error, "receipts_not_saved", {{"why", saved.error().message()}});
  }
}

Task<void> Node::count_today() {
  const std::int64_t day = now() / kDayMs * kDayMs;
  const std::uint64_t posted = posted_;
  if (today_.from_unix_ms == day && counted_ == posted) co_return;
  const EarningsQuery query{.from_unix_ms = day, .until_unix_ms = day + kDayMs, .utc_offset_minutes = 0};
  const auto read = co_await with_ledger(
      [query](ledger::Ledger& ledger) { return read_earnings(ledger, query, EarningsBy::device); });
  if (!read) co_return;  // the figures stay those of before
  Today today{.from_unix_ms = day, .all = read->totals, .by_device = {}};
  for (const EarningsDay& one : read->days) {
    for (const auto& [device, amounts] : one.parts) today.by_device[device] = amounts.earned_micro;
  }
  today_ = std::move(today);
  counted_ = posted;
}

// Pauses end, and work goes on.
Task<void> Node::keep_time() {
  for (;;) {
    co_await runtime_.clock().sleep_for(kTimeLookEvery);
    const auto expire = [this](Preferences& preferences) -> std::expected<void, rpc::Failure> {
      preferences.pauses.expire(now());
      return {};
    };
    if (Pauses left = parts_.preferences.pauses; left.expire(now())) std::ignore = co_await change(expire);
    topics_.changed("work");
    co_await count_today();
    topics_.changed("earnings");
  }
}

Task<void> Node::keep_live() {
  for (;;) {
    co_await runtime_.clock().sleep_for(kLiveEvery);
    const bool followed = topics_.followed("machine");
    if (followed || energy_.open()) co_await live_.refresh();
    const bool over = !energy_.open() && !energy_failed_;
    if (over || runtime_.clock().now() - energy_saved_ >= kEnergySavedEvery) co_await save_energy();
    if (!followed) continue;
    co_await count_today();
    topics_.changed("machine");
  }
}

void Node::meter(const LiveReading& reading, runtime::Time at) {
  energy_.add({.at = at, .at_unix_ms = reading.at_unix_ms, .milliwatts = powers_of(reading, devices_)});
}

// What cannot be saved is tried again with the next, and told once; it grows by a row a quarter of an hour for each
// device.
Task<void> Node::save_energy() {
  energy_saved_ = runtime_.clock().now();
  const std::vector<EnergySum> sums = energy_.take();
  if (sums.empty()) co_return;
  const auto save = [sums](ledger::Ledger& ledger) { return save_work_energy(ledger.database(), sums); };
  const auto saved = co_await with_ledger(save);
  const bool failed_before = std::exchange(energy_failed_, !saved);
  if (!saved) energy_.put_back(sums);
  if (!saved && !failed_before) {
    log_.write(LogLevel::warning, "energy_not_saved", {{"why", saved.error().message()}});
  }
  if (saved && failed_before) log_.write(LogLevel::info, "energy_saved");
}

}  // namespace quern::daemon
