#include "scheduler/dispatch/dispatcher.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "overlay/runtime/task_group.hpp"
#include "scheduler/dispatch/purse.hpp"
#include "scheduler/dispatch/trials.hpp"
#include "scheduler/engagement/share.hpp"
#include "scheduler/model/manifest.hpp"

namespace quern::dispatch {

using engagement::Cancel;
using market::Quote;
using model::Reason;
using model::Why;
using runtime::Task;

namespace {

constexpr runtime::Duration kPlaceAgain = std::chrono::seconds(1);

}  // namespace

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
        machine_(std::max<std::uint32_t>(job_.shards.count, 1), options_.attempts_max),
        kinds_(engagement::alike_tasks(job_)),
        sorts_(sorts_of(job_, kinds_)),
        purse_(job_.price.max_total, sorts_) {}

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
  using Quoted = std::variant<Quote, Why>;
  using QuotesBySort = std::array<Quoted, kSortsMax>;
  struct Chosen {
    model::Offer offer;
    model::OfferedDevice device;
    Quote quote;
    Claims claims;
    Grant grant;
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
    bool wait = false;         // one could, once others of the job have left enough of that
  };

  Survey survey(const std::vector<std::size_t>& tasks, const std::set<std::string>& excluded) const {
    const auto offers = dispatcher_.book_.offers();
    Survey seen{.known = {}, .fit = {}, .why = offers.empty() ? dispatcher_.no_offer() : Why{Reason::no_device, {}}};
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
        const QuotesBySort quotes = this->quotes(offer->offer, device);
        for (const std::size_t task : tasks) {
          const Quoted& quoted = quotes.at(sorts_[task]);
          if (const auto* refused = std::get_if<Why>(&quoted)) {
            seen.why = *refused;
            const bool dear = refused->reason == Reason::price_too_high && purse_.is_cut(task);
            if (dear && why_last(task).reason == Reason::budget_exceeded) seen.spent = why_last(task);
            break;
          }
          candidate.quotes.push_back(std::get<Quote>(quoted));
        }
        if (candidate.quotes.size() != tasks.size() || !may_pay(tasks, *offer, device, quotes, seen)) continue;
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

  const Why& why_last(std::size_t task) const { return machine_.tasks()[task].attempts.back().why; }

  // Of each sort of task. Where nothing is known, those of a trial.
  QuotesBySort quotes(const model::Offer& offer, const model::OfferedDevice& device) const {
    const auto known = dispatcher_.experience_.find({program_, offer.provider, device.id});
    const auto of_share = [&](const market::Share& share) -> Quoted {
      auto quoted = market::quote(job_, share, offer, device, known, wall_now());
      const auto* refused = std::get_if<Why>(&quoted);
      if (!refused || refused->reason != Reason::work_unknown) return quoted;
      return market::trial_quote(job_, share, offer, device, wall_now());
    };
    const Quoted smaller = of_share(kinds_.front().share);
    return {smaller, smaller, kinds_.size() == 1 ? smaller : of_share(kinds_.back().share)};
  }

  Purse::Asked asked_for(std::size_t task, const Place& where, const QuotesBySort& quotes) const {
    const Quote& own = std::get<Quote>(quotes.at(sorts_[task]));
    Purse::Asked asked{.task = task,
                       .where = where,
                       .claims = {},
                       .budget = std::min(market::budget_of(job_, own), agreement::kAmountMax),
                       .trial = own.trial};
    for (std::size_t sort = 0; sort < kSortsMax; ++sort) {
      const auto* quote = std::get_if<Quote>(&quotes.at(sort));
      asked.claims.at(sort) = claim_of(quote ? *quote : own);
    }
    // Once something was spent on a job that said its work, what is left may do, though it is less than is likely.
    asked.as_likely = machine_.tasks()[task].attempts.empty() && (purse_.untouched() || !job_.work);
    asked.last_try = machine_.tasks()[task].attempts.size() + 1 >= options_.attempts_max;
    const auto waits_as_well = [&](const auto& entry) { return entry.first != task && held_.contains(entry.first); };
    asked.last = purse_.open() <= 1 + static_cast<std::size_t>(std::ranges::count_if(cut_by_, waits_as_well));
    return asked;
  }

  // Whether the tasks, which are all as far, can be begun on the device with what the job may still cost.
  bool may_pay(const std::vector<std::size_t>& tasks, const market::SignedOffer& offer,
               const model::OfferedDevice& device, const QuotesBySort& quotes, Survey& seen) const {
    if (!job_.price.max_total) return true;
    if (purse_.untouched()) {
      const auto known = dispatcher_.experience_.find({program_, offer.offer.provider, device.id});
      const auto all = market::quote_all(job_, kinds_, offer.offer, device, known, wall_now());
      const auto* refused = std::get_if<Why>(&all);
      if (refused && refused->reason == Reason::price_too_high) {
        seen.why = *refused;
        return false;
      }
    }
    const Grant grant = purse_.grant(asked_for(tasks.front(), {offer.offer.provider, device.id}, quotes));
    seen.wait = seen.wait || grant.verdict == Grant::Verdict::wait;
    if (grant.verdict == Grant::Verdict::never) {
      seen.why = grant.why;
      if (grant.why.reason == Reason::budget_exceeded) seen.spent = grant.why;
    }
    return grant.verdict == Grant::Verdict::go;
  }

  market::Share share_of(std::size_t task) const {
    return engagement::share_of(job_, static_cast<std::uint32_t>(task));
  }

  // Puts the tasks into the lanes that the strategy says. What nobody can take ends, or waits for better times.
  void place(const std::vector<std::size_t>& tasks, const std::set<std::string>& excluded) {
    if (tasks.empty() || dispatcher_.draining_) return;
    const Survey seen = survey(tasks, excluded);
    if (try_out(tasks, seen)) return;
    if (seen.fit.empty() && seen.wait) {
      held_.insert(tasks.begin(), tasks.end());
      return;
    }
    const auto planned = placement::plan(options_.strategy, tasks.size(), seen.known, dispatcher_.runtime_.random());
    if (!planned && seen.spent && (tasks.size() > 1 || is_final(tasks.front(), excluded))) {
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
    place_together(trials_.release());
    changed_.wake_all();
  }

  // Together, so that the plan knows of all; those that were refused somewhere are planned apart, and last each of
  // those that are to have more than their part was.
  template <class Tasks>
  void place_together(const Tasks& tasks) {
    std::map<std::set<std::string>, std::vector<std::size_t>> by_excluded;
    std::vector<std::size_t> cut;
    for (const std::size_t task : tasks) {
      if (purse_.is_cut(task)) {
        cut.push_back(task);
      } else {
        by_excluded[excluded_of(task)].push_back(task);
      }
    }
    for (const auto& [excluded, alike] : by_excluded) place(alike, excluded);
    for (const std::size_t task : cut) place({task}, excluded_of(task));
  }

  // An attempt of the job has ended: those that wait for what it leaves may have it.
  void place_held() {
    if (machine_.cancel_asked() || dispatcher_.draining_) return;
    place_together(std::exchange(held_, {}));
  }

  // Who has had the task, or does not want it.
  std::set<std::string> excluded_of(std::size_t task) const {
    return with_refusers(task, machine_.excluded(task, waiting_since_.contains(task)));
  }
  std::set<std::string> with_refusers(std::size_t task, std::set<std::string> excluded) const {
    // That its part did not do is no fault of who had the task.
    if (const auto cut = cut_by_.find(task); cut != cut_by_.end()) {
      std::erase_if(excluded, [&](const auto& each) { return cut->second.contains(each) && !machine_.has_lied(each); });
    }
    if (const auto refused = refused_.find(task); refused != refused_.end()) {
      excluded.insert(refused->second.by.begin(), refused->second.by.end());
    }
    return excluded;
  }

  // Whether nobody who is left out now may do the task later.
  bool is_final(std::size_t task, const std::set<std::string>& excluded) const {
    if (purse_.is_cut(task)) return true;
    const auto refused = refused_.find(task);
    if (refused != refused_.end() && jobs::may_pass(refused->second.last.reason)) return false;
    return std::ranges::none_of(machine_.tasks()[task].attempts, [&](const jobs::Attempt& attempt) {
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
    // What others of its tasks are at work on is not thrown away for one that nobody takes now. Those that are being
    // agreed on may leave room, or come to nothing as well: in turns and for ever, unless the wait has an end.
    const bool others_work =
        std::ranges::any_of(machine_.tasks(), [](const auto& each) { return each.state == jobs::State::running; });
    const bool hopeless = carrying_ == 0 && !jobs::may_pass(why.reason);
    const bool final = !others_work && (hopeless || now() - since >= options_.place_within);
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

  std::optional<Chosen> chosen(std::size_t task, const Place& where) {
    const market::SignedOffer* offer = dispatcher_.book_.find(where.provider);
    if (!offer) return std::nullopt;
    const auto device = std::ranges::find(offer->offer.devices, where.device, &model::OfferedDevice::id);
    if (device == offer->offer.devices.end()) return std::nullopt;
    const QuotesBySort quotes = this->quotes(offer->offer, *device);
    const auto* found = std::get_if<Quote>(&quotes.at(sorts_[task]));
    if (!found) return std::nullopt;
    const Purse::Asked asked = asked_for(task, where, quotes);
    Chosen chosen{.offer = offer->offer,
                  .device = *device,
                  .quote = *found,
                  .claims = asked.claims,
                  .grant = purse_.promise(asked)};
    if (chosen.grant.verdict == Grant::Verdict::wait) held_.insert(task);
    if (chosen.grant.verdict != Grant::Verdict::go) return std::nullopt;
    if (found->trial) chosen.quote.high = chosen.quote.likely = std::min(found->high, chosen.grant.most);
    return chosen;
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
                             .max_total = terms.grant.most,
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
    events.billed = [=, this](const agreement::Trail& trail, model::Credits owed) {
      tell(task, trail);
      act(machine_.billed(task, owed));
    };
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
    if (end.trail) {
      attempt_ended(task, where, terms, std::move(end));
    } else {
      if (held_.contains(task)) co_return;
      purse_.paid(task, {}, false);
      not_agreed(task, where, end);
    }
    place_held();
  }

  void not_agreed(std::size_t task, const Place& where, const LineEnd& end) {
    if (stopped_ || dispatcher_.draining_) return;
    if (events_.refused) events_.refused(task, where.provider, end.why);
    if (end.kept_back) {
      nobody_takes(task, end.why);
    } else {
      refused(task, where, end.why);
    }
  }

  void attempt_ended(std::size_t task, const Place& where, const std::optional<Chosen>& terms, LineEnd end) {
    tell(task, *end.trail);
    const bool completed = end.why.reason == Reason::completed;
    if (completed) {
      // Its provider and this node have signed what it took, and the outputs are here. Absurd figures are left out.
      dispatcher_.experience_.add({program_, where.provider, where.device},
                                  market::run_of(job_, share_of(task), end.task.usage));
      outputs_[task] = std::move(end.task.outputs);
    }
    // Also of an agreement that came about when the job had been canceled.
    owed_ = model::add(owed_, end.task.owed).value_or(owed_);
    purse_.paid(task, end.task.owed, completed);
    const bool final = (terms && cost_too_much(task, where, *terms, end)) || end.task.no_room_here;
    act(machine_.ended(task, end.why, end.task.owed, final));
  }

  // Whether nobody is to have the task again: its `work` is understated, or it may not be tried again and its part of
  // the job's price has bound.
  bool cost_too_much(std::size_t task, const Place& where, const Chosen& terms, LineEnd& end) {
    Why& why = end.why;
    if (why.reason != Reason::budget_exceeded) return false;
    if (terms.grant.by_limit) {
      // Who ends it for that and has not used as much is not believed, and does not have it again.
      if (end.task.owed.micro < terms.grant.most.micro / 2) return false;
      purse_.cut(task, terms.grant.most, end.task.owed);
      cut_by_[task].insert(where.provider);
      why = purse_.too_little(task, terms.claims);
      return machine_.tasks()[task].attempts.size() >= options_.attempts_max;
    }
    const std::string most = model::to_text(terms.grant.most);
    if (terms.quote.measured || terms.quote.trial) {
      why.detail = "more than " + most + ", the most that was expected there";
      return false;
    }
    why.detail = "more than the " + most + " that its `work` comes to there at the most";
    return true;
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
  std::vector<market::AlikeTasks> kinds_;
  std::vector<std::uint8_t> sorts_;  // by task
  Purse purse_;
  std::set<std::size_t> held_;                           // tasks, until an attempt of another ends
  std::map<std::size_t, std::set<std::string>> cut_by_;  // providers where a task came to more than its part
  std::size_t carrying_ = 0;                             // orders
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

}  // namespace quern::dispatch
