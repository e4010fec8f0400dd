#include "scheduler/dispatch/dispatcher.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "overlay/runtime/task_group.hpp"
#include "scheduler/dispatch/trials.hpp"
#include "scheduler/engagement/share.hpp"
#include "scheduler/model/manifest.hpp"

namespace quern::dispatch {

using agreement::OutputDigest;
using engagement::Cancel;
using market::Quote;
using model::Reason;
using model::Why;
using runtime::Bytes;
using runtime::Result;
using runtime::Task;

namespace {

// What a manifest may ask for, joined, is one blob.
static_assert(model::kFileBytesMax <= blobs::kBlobBytesMax);

constexpr runtime::Duration kPlaceAgain = std::chrono::seconds(1);
constexpr std::uint64_t kMicroPerMilli = 1000;

}  // namespace

model::Usage usage_max(const model::Job& job, const market::Share& share, const model::OfferedDevice& device) {
  const std::uint64_t walltime_ms = job.resources.walltime_ms;
  const std::uint64_t device_us = std::max<std::uint64_t>(walltime_ms, 1) * kMicroPerMilli;
  const std::uint64_t cores = device.type == model::DeviceType::cpu
                                  ? std::max(job.resources.cpu_cores, device.compute_units)
                                  : job.resources.cpu_cores;
  model::Usage usage;
  using enum model::Dimension;
  usage[setup] = 1;
  usage[device_time] = device_us;
  // An offer may say any number of compute units.
  usage[cpu_time] = device_us * std::clamp<std::uint64_t>(cores, 1, model::kQuantityMax / device_us);
  usage[memory_time] = model::memory_time(job.resources.memory_bytes, device_us);
  usage[bytes_in] = share.input_bytes;
  usage[bytes_out] = share.output_bytes;
  for (std::uint64_t& quantity : usage.quantity) quantity = std::min(quantity, model::kQuantityMax);
  return usage;
}

std::optional<Why> Dispatcher::barred(const std::string& provider, const std::set<std::string>& exclude) const {
  if (provider == self_) return Why{Reason::own_device, {}};
  if (exclude.contains(provider)) return Why{Reason::peer_excluded, {}};
  return std::nullopt;
}

std::vector<QuoteRow> Dispatcher::quote(const model::Job& job, const std::set<std::string>& exclude) const {
  std::vector<QuoteRow> rows;
  const auto now = runtime_.clock().wall_now().unix_ms;
  const model::Digest program = market::program_of(job);
  const auto tasks = engagement::alike_tasks(job);
  for (const market::SignedOffer* offer : book_.offers()) {
    const auto barred = this->barred(offer->offer.provider, exclude);
    for (const model::OfferedDevice& device : offer->offer.devices) {
      QuoteRow& row = rows.emplace_back(
          QuoteRow{.provider = offer->offer.provider, .device = device.id, .device_name = device.name, .quote = {}});
      if (barred) {
        row.quote = *barred;
        continue;
      }
      const auto known = experience_.find({program, offer->offer.provider, device.id});
      row.quote = market::quote_all(job, tasks, offer->offer, device, known, now);
    }
  }
  return rows;
}

// One job under way. Tasks stand in the lines of the devices that they were given to, the first ones of each.
class Dispatcher::Run {
 public:
  Run(Dispatcher& dispatcher, model::Job job, DispatchOptions options, DispatchEvents events, Cancel& cancel)
      : dispatcher_(dispatcher),
        job_(std::move(job)),
        manifest_(model::to_canonical_json(job_)),
        program_(market::program_of(job_)),
        options_(std::move(options)),
        events_(std::move(events)),
        cancel_(cancel),
        machine_(std::max<std::uint32_t>(job_.shards.count, 1), options_.attempts_max) {}

  Task<DispatchEnd> to_end() {
    co_await runtime::with_group<void>([this](runtime::TaskGroup& group) -> Task<void> {
      group_ = &group;
      const Cancel::Listener listener(cancel_, [this] { cancel(); });
      const auto begun = machine_.begin();
      std::vector<std::size_t> tasks;
      tasks.reserve(begun.actions.size());
      for (const jobs::Action& action : begun.actions) tasks.push_back(action.task);
      place(tasks, {});
      if (cancel_.asked()) cancel();
      while (!jobs::is_end(machine_.state())) co_await changed_.wait();
      stop();  // what still stands in line
      // What is being agreed on may bind already: it comes to its own end.
      while (carrying_ > 0) co_await changed_.wait();
    });
    co_return end();
  }

 private:
  struct Lane {
    std::deque<std::size_t> tasks;
    std::size_t in_line = 0;
  };
  // By whom a task was not taken since it last waited.
  struct Refused {
    std::set<std::string> by;
    Why last;
  };
  struct Chosen {
    model::Offer offer;
    model::OfferedDevice device;
    Quote quote;
  };

  runtime::Time now() const { return dispatcher_.runtime_.clock().now(); }
  std::int64_t wall_now() const { return dispatcher_.runtime_.clock().wall_now().unix_ms; }

  void cancel() {
    act(machine_.cancel());
    stop();
  }

  // Every device that can do all of some tasks.
  struct Survey {
    std::vector<placement::Candidate> known;  // with their quotes
    std::vector<market::TrialCandidate> fit;  // these, and those that they would have to be tried on
    Why why;  // of one that cannot; of one that may not where there is no other; no_offer where there is none at all
    std::optional<Why> spent;  // of one that could, for more than is left of what the job may cost
  };
  // What a task's next attempt may cost.
  struct MayCost {
    model::Credits most;
    bool by_price = false;  // for the job's limit, and not for what is expected
  };

  Survey survey(const std::vector<std::size_t>& tasks, const std::set<std::string>& excluded) const {
    const auto offers = dispatcher_.book_.offers();
    Survey seen{.known = {}, .fit = {}, .why = {offers.empty() ? Reason::no_offer : Reason::no_device, {}}};
    std::optional<Why> barred;
    bool any = false;
    for (const market::SignedOffer* offer : offers) {
      const std::string& provider = offer->offer.provider;
      const auto why = dispatcher_.barred(provider, options_.exclude);
      for (const model::OfferedDevice& device : offer->offer.devices) {
        if (!may_go_to(options_.only, provider, device.id)) {
          if (!barred) barred = Why{Reason::peer_excluded, "the job is for others only"};
          continue;
        }
        if (why) {
          barred = why;
          break;
        }
        any = true;
        if (excluded.contains(provider)) break;
        placement::Candidate candidate{.provider = provider, .device = device.id, .quotes = {}};
        for (const std::size_t task : tasks) {
          auto quoted = quote(task, offer->offer, device);
          if (auto* refused = std::get_if<Why>(&quoted)) {
            if (refused->reason == Reason::budget_exceeded) seen.spent = *refused;
            seen.why = std::move(*refused);
            break;
          }
          candidate.quotes.push_back(std::get<Quote>(std::move(quoted)));
        }
        if (candidate.quotes.size() != tasks.size()) continue;
        const bool known = !candidate.quotes.front().trial;
        seen.fit.push_back({.provider = provider,
                            .device = device.id,
                            .speed = device.speed,
                            .device_rate = device.rates[model::Dimension::device_time],
                            .known = known});
        if (known) seen.known.push_back(std::move(candidate));
      }
    }
    if (barred && !any) seen.why = *std::move(barred);
    return seen;
  }

  // Where nothing is known, that of a trial.
  std::variant<Quote, Why> quote(std::size_t task, const model::Offer& offer,
                                 const model::OfferedDevice& device) const {
    const auto share = share_of(task);
    const auto known = dispatcher_.experience_.find({program_, offer.provider, device.id});
    auto quoted = market::quote(job_, share, offer, device, known, wall_now());
    const auto* refused = std::get_if<Why>(&quoted);
    if (refused && refused->reason == Reason::work_unknown)
      quoted = market::trial_quote(job_, share, offer, device, wall_now());
    const auto* found = std::get_if<Quote>(&quoted);
    const auto left = left_of(task);
    if (!found || !left || found->low <= *left) return quoted;
    return Why{Reason::budget_exceeded, model::to_text(found->low) + " expected at the least, " +
                                            model::to_text(*left) + " are left of what the job may cost"};
  }

  // Of the task's part of the job's price, once its earlier attempts are paid for; nullopt: the job has none.
  std::optional<model::Credits> left_of(std::size_t task) const {
    const auto part = market::price_part(job_, share_of(task));
    if (!part) return std::nullopt;
    model::Credits left = *part;
    for (const jobs::Attempt& attempt : machine_.tasks()[task].attempts)
      left.micro -= std::min(left.micro, attempt.amount.micro);
    return left;
  }

  MayCost may_cost(std::size_t task, const Quote& quote) const {
    const model::Credits most = std::min(market::budget_of(job_, share_of(task), quote), agreement::kAmountMax);
    const auto left = left_of(task);
    if (!left || *left > most) return {.most = most};
    return {.most = *left, .by_price = true};
  }

  market::Share share_of(std::size_t task) const {
    return engagement::share_of(job_, static_cast<std::uint32_t>(task));
  }

  // Puts the tasks into the lanes that the strategy says. What nobody can take ends, or waits for better times.
  void place(const std::vector<std::size_t>& tasks, const std::set<std::string>& excluded) {
    if (tasks.empty() || dispatcher_.draining_) return;
    const Survey seen = survey(tasks, excluded);
    if (try_out(tasks, seen)) return;
    const auto planned = placement::plan(options_.strategy, tasks.size(), seen.known, dispatcher_.runtime_.random());
    if (!planned && seen.spent && (tasks.size() > 1 || !another_may(tasks.front(), excluded))) {
      spent(tasks, excluded, *seen.spent);
      return;
    }
    if (!planned) {
      for (const std::size_t task : tasks) nobody_takes(task, why_not(task, seen));
      return;
    }
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const auto& candidate = seen.known[planned->placements[i].candidate];
      enter(tasks[i], {candidate.provider, candidate.device});
    }
  }

  // The survey leaves out who has had the task or was asked for it: why they do not do it says more.
  Why why_not(std::size_t task, const Survey& seen) const {
    const auto& attempts = machine_.tasks()[task].attempts;
    if (!attempts.empty() && jobs::may_pass(attempts.back().why.reason)) return attempts.back().why;
    if (const auto refused = refused_.find(task); refused != refused_.end()) return refused->second.last;
    return attempts.empty() ? seen.why : attempts.back().why;
  }

  void enter(std::size_t task, Place where) {
    lanes_[where].tasks.push_back(task);
    fill(where);
  }

  // Whether the tasks are dealt with: some are tried, and the rest waits for what these tell.
  bool try_out(const std::vector<std::size_t>& tasks, const Survey& seen) {
    if (!trials_.wanted(!seen.known.empty(), tasks.size() > 1, job_.work.has_value())) return false;
    std::vector<std::pair<std::uint64_t, std::size_t>> by_size;
    by_size.reserve(tasks.size());
    for (const std::size_t task : tasks) by_size.emplace_back(share_of(task).units, task);
    std::ranges::sort(by_size);
    std::vector<std::size_t> in_order;
    in_order.reserve(tasks.size());
    for (const auto& [units, task] : by_size) in_order.push_back(task);
    for (const auto& trial : trials_.begin(in_order, seen.fit, now())) {
      enter(trial.task, trial.where);
    }
    return trials_.under_way();
  }

  void trial_ended(const Place& where, bool completed) {
    const auto patience = trials_.ended(where, completed, now());
    if (patience) group_->spawn(place_rest(*patience));
  }

  Task<void> place_rest(runtime::Duration after) {
    if (after > runtime::Duration(0)) co_await dispatcher_.runtime_.clock().sleep_for(after);
    if (machine_.cancel_asked()) co_return;
    // Together, so that the plan knows of all; those that were refused somewhere are planned apart.
    std::map<std::set<std::string>, std::vector<std::size_t>> by_excluded;
    for (const std::size_t task : trials_.release()) by_excluded[excluded_of(task)].push_back(task);
    for (const auto& [excluded, tasks] : by_excluded) place(tasks, excluded);
    changed_.wake_all();
  }

  // Who has had the task, or does not want it.
  std::set<std::string> excluded_of(std::size_t task) const {
    return with_refusers(task, machine_.excluded(task, waiting_since_.contains(task)));
  }
  std::set<std::string> with_refusers(std::size_t task, std::set<std::string> excluded) const {
    if (const auto refused = refused_.find(task); refused != refused_.end()) {
      excluded.insert(refused->second.by.begin(), refused->second.by.end());
    }
    return excluded;
  }

  // Whether somebody who is left out now may do the task later.
  bool another_may(std::size_t task, const std::set<std::string>& excluded) const {
    const auto refused = refused_.find(task);
    if (refused != refused_.end() && jobs::may_pass(refused->second.last.reason)) return true;
    return std::ranges::any_of(machine_.tasks()[task].attempts, [&](const jobs::Attempt& attempt) {
      return excluded.contains(attempt.provider) && jobs::may_pass(attempt.why.reason);
    });
  }

  // One of them cannot be paid for any more. It ends at once, whatever others of the job are at work on: what they come
  // to would be paid for in vain.
  void spent(const std::vector<std::size_t>& tasks, const std::set<std::string>& excluded, const Why& why) {
    if (tasks.size() == 1) {
      act(machine_.unaffordable(tasks.front(), why));
      return;
    }
    for (const std::size_t task : tasks) place({task}, excluded);
  }

  void nobody_takes(std::size_t task, const Why& why) {
    const runtime::Time since = waiting_since_.try_emplace(task, now()).first->second;
    // What others of its tasks are at work on is not thrown away for one that nobody takes now.
    const bool final = carrying_ == 0 && (!jobs::may_pass(why.reason) || now() - since >= options_.place_within);
    act(machine_.unplaceable(task, why, final));
    if (!final) group_->spawn(place_later(task));
  }

  Task<void> place_later(std::size_t task) {
    co_await dispatcher_.runtime_.clock().sleep_for(kPlaceAgain);
    refused_.erase(task);
    act(machine_.retry(task));
  }

  // The next of the lane, as many as one agreement can have.
  void fill(const Place& where) {
    Lane& lane = lanes_[where];
    while (!lane.tasks.empty() && lane.in_line < agreement::kTasksMax && !stopped_ && !dispatcher_.draining_) {
      const std::size_t task = lane.tasks.front();
      lane.tasks.pop_front();
      ++lane.in_line;
      group_->spawn(work_off(task, where));
    }
  }

  Task<void> work_off(std::size_t task, Place where) {
    co_await carry_out(task, where);
    --lanes_[where].in_line;
    trial_ended(where, machine_.tasks()[task].state == jobs::State::complete);
    fill(where);
  }

  // Of all attempts.
  void stop() {
    stopped_ = true;
    for (DeviceLine::Ticket* ticket : tickets_) ticket->cancel();
  }

  std::optional<Chosen> chosen(std::size_t task, const Place& where) const {
    const market::SignedOffer* offer = dispatcher_.book_.find(where.provider);
    if (!offer) return std::nullopt;
    const auto device = std::ranges::find(offer->offer.devices, where.device, &model::OfferedDevice::id);
    if (device == offer->offer.devices.end()) return std::nullopt;
    auto quoted = quote(task, offer->offer, *device);
    const auto* found = std::get_if<Quote>(&quoted);
    if (!found) return std::nullopt;
    return Chosen{.offer = offer->offer, .device = *device, .quote = *found};
  }

  LineOrder order_for(std::size_t task, const Place& where, const Chosen& terms) const {
    const auto peer = identity::PeerId::from_text(where.provider);
    const auto share = share_of(task);
    LineOrder order{.provider = {.peer = *peer, .addresses = dispatcher_.address_of_(where.provider)},
                    .offer_sequence = terms.offer.sequence,
                    .rates = terms.device.rates,
                    .task = {.manifest = manifest_,
                             .shard = static_cast<std::uint32_t>(task),
                             .shards = std::max<std::uint32_t>(job_.shards.count, 1),
                             .max_total = may_cost(task, terms.quote).most,
                             .output_bytes = engagement::output_bytes_of(job_, static_cast<std::uint32_t>(task))},
                    .outputs = job_.outputs.size(),
                    .usage_max = usage_max(job_, share, terms.device),
                    .likely_us = terms.quote.device_us.likely,
                    .alone = terms.quote.trial};
    order.task.inputs.reserve(job_.inputs.size());
    for (const model::Input& input : job_.inputs) order.task.inputs.push_back(input.digest);
    return order;
  }

  // `terms` are those of the task's turn, and outlive the events.
  LineEvents events_of(std::size_t task, const Place& where, std::optional<Chosen>& terms, bool& taken) {
    LineEvents events;
    events.prepare = [&, task, this]() -> std::optional<LineOrder> {
      if (dispatcher_.draining_ || machine_.has_lied(where.provider)) return std::nullopt;
      terms = chosen(task, where);
      return terms ? std::optional(order_for(task, where, *terms)) : std::nullopt;
    };
    events.taken = [&, this] {
      taken = true;
      ++carrying_;
      ++dispatcher_.carrying_;
    };
    events.agreed = [&, task, this](const agreement::Trail& trail) {
      const Quote& quote = terms->quote;
      act(machine_.placed(task, where.provider, where.device,
                          {.low = quote.low, .likely = quote.likely, .high = quote.high, .measured = quote.measured}));
      act(machine_.started(task));
      waiting_since_.erase(task);
      tell(task, trail);
    };
    events.billed = [=, this](const agreement::Trail& trail) { tell(task, trail); };
    events.progress = [=, this](std::uint32_t permille) { act(machine_.progressed(task, permille)); };
    events.log = [=, this](std::uint64_t offset, runtime::ByteView text) {
      if (events_.log) events_.log(task, offset, text);
    };
    return events;
  }

  Task<LineEnd> stand_in_line(std::size_t task, const Place& where, std::optional<Chosen>& terms) {
    bool taken = false;
    if (dispatcher_.lines_.size() >= kLinesKept) {
      std::erase_if(dispatcher_.lines_, [](const auto& line) { return line.second.empty(); });
    }
    const auto line = dispatcher_.lines_.try_emplace(where, dispatcher_.submitter_, where.device).first;
    DeviceLine::Ticket ticket(line->second, events_of(task, where, terms, taken));
    tickets_.push_back(&ticket);
    LineEnd end = co_await ticket.carry_out();
    std::erase(tickets_, &ticket);
    if (taken) {
      --carrying_;
      --dispatcher_.carrying_;
    }
    changed_.wake_all();
    co_return end;
  }

  Task<void> carry_out(std::size_t task, Place where) {
    std::optional<Chosen> terms;
    LineEnd end = co_await stand_in_line(task, where, terms);
    if (!end.trail) {
      if (stopped_ || dispatcher_.draining_) co_return;
      if (events_.refused) events_.refused(task, where.provider, end.why);
      if (end.kept_back) {
        nobody_takes(task, end.why);
      } else {
        refused(task, where, end.why);
      }
      co_return;
    }
    tell(task, *end.trail);
    if (end.why.reason == Reason::completed) {
      // Its provider and this node have signed what it took, and the outputs are here. Absurd figures are left out.
      dispatcher_.experience_.add({program_, where.provider, where.device},
                                  market::run_of(job_, share_of(task), end.task.usage));
      outputs_[task] = std::move(end.task.outputs);
    }
    // Also of an agreement that came about when the job had been canceled: it is no attempt.
    owed_ = model::add(owed_, end.task.owed).value_or(owed_);
    const bool final = terms && cost_too_much(task, terms->quote, end.why);
    act(machine_.ended(task, end.why, end.task.owed, final));
  }

  // Whether another provider would be paid in vain as well: the job's price has bound, or its `work` is understated.
  bool cost_too_much(std::size_t task, const Quote& quote, Why& why) const {
    if (why.reason != Reason::budget_exceeded) return false;
    const MayCost may = may_cost(task, quote);
    if (may.by_price) {
      why.detail = "more than the " + model::to_text(may.most) + " that the job may still cost";
    } else if (quote.measured || quote.trial) {
      why.detail = "more than " + model::to_text(may.most) + ", the most that was expected there";
    } else {
      why.detail = "more than the " + model::to_text(may.most) + " that its `work` comes to there at the most";
    }
    if (may.by_price && job_.shards.count > 1) why.detail += " for this task";
    return may.by_price || (!quote.measured && !quote.trial);
  }

  // No agreement was made: no attempt, and nothing is owed.
  void refused(std::size_t task, const Place& where, const Why& why) {
    if (machine_.cancel_asked()) return;
    Refused& refused = refused_[task];
    refused.by.insert(where.provider);
    refused.last = why;
    place({task}, excluded_of(task));
    changed_.wake_all();
  }

  void act(const jobs::Outcome& outcome) {
    for (const jobs::Action& action : outcome.actions) {
      if (action.kind == jobs::Action::Kind::place) {
        place({action.task}, with_refusers(action.task, action.excluded));
      } else if (action.kind == jobs::Action::Kind::stop) {
        stop();
      }
    }
    if (!outcome.taken) return;
    if (events_.changed) events_.changed(machine_);
    changed_.wake_all();
  }

  void tell(std::size_t task, const agreement::Trail& trail) const {
    if (events_.trail) events_.trail(task, trail);
  }

  DispatchEnd end() {
    return {.state = machine_.state(),
            .why = machine_.why(),
            .amount = owed_,
            .tasks = machine_.tasks(),
            .outputs = std::move(outputs_)};
  }

  Dispatcher& dispatcher_;
  model::Job job_;
  std::string manifest_;
  model::Digest program_;
  DispatchOptions options_;
  DispatchEvents events_;
  Cancel& cancel_;
  bool stopped_ = false;                      // all attempts
  std::vector<DeviceLine::Ticket*> tickets_;  // as they came: an order of addresses would not repeat by seed
  jobs::JobMachine machine_;
  std::size_t carrying_ = 0;  // orders
  runtime::TaskGroup* group_ = nullptr;
  std::map<Place, Lane> lanes_;
  Trials trials_;
  std::map<std::size_t, Refused> refused_;
  std::map<std::size_t, runtime::Time> waiting_since_;
  model::Credits owed_;
  std::map<std::size_t, std::vector<agreement::OutputDigest>> outputs_;
  runtime::WaitQueue changed_;
};

Task<DispatchEnd> Dispatcher::run(model::Job job, DispatchOptions options, DispatchEvents events, Cancel& cancel) {
  Run run(*this, std::move(job), std::move(options), std::move(events), cancel);
  co_return co_await run.to_end();
}

Why why_not_joined(const runtime::Error& error) {
  Reason reason = Reason::internal;  // what was fetched and checked is not there any more
  if (error == blobs::Errc::too_large || error == runtime::Errc::too_large) reason = Reason::output_size;
  if (error == blobs::Errc::store_full || error == runtime::Errc::no_space) reason = Reason::disk_full;
  return {reason, error.message()};
}

Task<Result<std::vector<OutputDigest>>> join_outputs(const model::Job& job, const DispatchEnd& end,
                                                     blobs::BlobStore& store) {
  for (std::size_t task = 0; task < end.tasks.size(); ++task) {
    const auto found = end.outputs.find(task);
    if (found != end.outputs.end() && found->second.size() == job.outputs.size()) continue;
    co_return runtime::fail(runtime::Errc::not_found, "outputs of task " + std::to_string(task));
  }
  if (end.tasks.size() == 1) co_return end.outputs.begin()->second;
  std::vector<OutputDigest> joined;
  joined.reserve(job.outputs.size());
  for (std::size_t i = 0; i < job.outputs.size(); ++i) {
    std::uint64_t bytes = 0;
    for (const auto& [task, outputs] : end.outputs) bytes += outputs[i].bytes;
    if (bytes > blobs::kBlobBytesMax) {
      co_return runtime::fail(blobs::Errc::too_large, job.outputs[i].path + " has " + std::to_string(bytes) +
                                                          " bytes, limit " + std::to_string(blobs::kBlobBytesMax));
    }
    Bytes content;
    content.reserve(static_cast<std::size_t>(bytes));
    for (const auto& [task, outputs] : end.outputs) {
      CO_TRY(const Bytes part, co_await store.read(outputs[i].digest));
      if (part.size() != outputs[i].bytes) co_return runtime::fail(blobs::Errc::corrupt, job.outputs[i].path);
      runtime::append(content, part);
    }
    CO_TRY(const auto digest, co_await store.add(std::move(content)));
    joined.push_back({.digest = digest, .bytes = bytes});
  }
  co_return joined;
}

}  // namespace quern::dispatch
