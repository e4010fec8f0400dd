// Provider: the work of an agreement, and the stream on which its submitter follows it.
#include <algorithm>
#include <utility>

#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/deadline.hpp"
#include "scheduler/agreement/drafts.hpp"
#include "scheduler/engagement/pace.hpp"
#include "scheduler/engagement/provider_engagement.hpp"

namespace quern::engagement {

using agreement::RecordKind;
using agreement::Stage;
using connection::PeerStream;
using connection::PeerStreamPtr;
using identity::PeerId;
using model::Reason;
using model::Why;
using runtime::Bytes;
using runtime::Result;
using runtime::Task;

// Bills what the tasks use, one after the other, and holds them while that is not paid for.
class Provider::WorkMeter final : public Meter {
 public:
  WorkMeter(Provider& provider, EngagementPtr engagement) : provider_(provider), engagement_(std::move(engagement)) {}

  // What is used from now on is that of another task: `used` is all that those before it have.
  void begin(std::size_t task, const model::Usage& used) {
    task_ = task;
    before_ = used;
    paid_for_ = {};
    setup_.reset();
  }
  // The task's inputs are there. False, at once or once no voucher has come in time: it is not to begin, since what the
  // peer has had done on other devices or in other agreements has used up its credit.
  Task<bool> may_begin() {
    const bool may = co_await used({}, 0);
    began_ = provider_.runtime_.clock().now();
    co_return may;
  }

  Task<bool> used(model::Usage of_task, std::uint32_t permille) override {
    Engagement& engagement = *engagement_;
    see_setup(of_task);
    EngagedTask& task = engagement.tasks[task_];
    permille = std::min<std::uint32_t>(permille, 1000);
    if (permille > task.permille) engagement.changed.wake_all();
    task.permille = std::max(task.permille, permille);
    if (costs_too_much(of_task)) {
      task.why = Why{Reason::budget_exceeded,
                     "more than the " + model::to_text(most_of_task()) + " that were agreed on for this task"};
    }
    const model::Usage total = used_until(of_task);
    if (!model::has_grown(total, engagement.demand().usage_max)) {
      engagement.why = Why{Reason::device_time_exceeded, "more than the demand allows"};
    }
    engagement.metered = agreement::amount_due(engagement.trail.bid(), engagement.trail.billable(total));
    const auto ends = [&] { return task.cancel || task.why || engagement.why; };
    if (must_note(total) && !task.why && !engagement.why && !co_await provider_.note(engagement_, total) &&
        !engagement.why) {
      engagement.why = Why{Reason::internal, "a usage note could not be made"};
    }
    while (!ends() && !may_go_on(total)) {
      const bool paid = !is_out_of_notes(total) && co_await provider_.wait_for_voucher(engagement_, &task);
      if (!paid && !engagement.why) engagement.why = why_not_paid(total);
    }
    co_return !ends();
  }

  // The task is over. What it used last need not have been metered; with its end the rest is told.
  void finished(const Finished& end) {
    see_setup(end.usage);
    if (end.why.reason == Reason::completed) engagement_->tasks[task_].permille = 1000;
  }

  // By all tasks up to this one, once it has used so much. What is beyond a task's own price is nobody's: it would use
  // up what the tasks after it may cost.
  model::Usage used_until(const model::Usage& of_task) {
    if (!costs_too_much(of_task)) return model::sum(before_, paid_for_ = of_task);
    const agreement::Bid& bid = engagement_->trail.bid();
    paid_for_ = agreement::usage_within(bid.rates, paid_for_, of_task, most_of_task());
    return model::sum(before_, paid_for_);
  }

  // Until the first kernel; nothing when none has run.
  const std::optional<runtime::Duration>& setup() const { return setup_; }

  void log(runtime::ByteView text) override {
    Engagement& engagement = *engagement_;
    const auto taken = text.first(std::min(text.size(), kLogBytesMax - engagement.log_bytes));
    runtime::append(engagement.tasks[task_].log, taken);
    engagement.log_bytes += taken.size();
    engagement.log_dropped += text.size() - taken.size();
    engagement.changed.wake_all();
  }

  // The last line of a task's log: the particulars of its end, which the receipt has no room for.
  void log_end(const Why& why) {
    if (why.reason == Reason::completed || why.detail.empty()) return;
    Bytes& log = engagement_->tasks[task_].log;
    runtime::append(log, runtime::bytes_of(end_line(why, !log.empty() && log.back() != std::byte{'\n'})));
    engagement_->changed.wake_all();
  }

 private:
  // Nobody has signed it, and a file's name or a compiler's word may be in it: text to be read, and nothing else.
  static std::string end_line(const Why& why, bool next) {
    std::string text = "quern: " + model::to_text(why).substr(0, model::kDetailBytesMax);
    std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return (next ? "\n" : "") + text + "\n";
  }

  void see_setup(const model::Usage& of_task) {
    const auto device_time = std::chrono::microseconds(of_task[model::Dimension::device_time]);
    if (setup_ || device_time.count() == 0) return;
    const runtime::Duration passed = provider_.runtime_.clock().now() - began_;
    setup_ = std::max(passed - device_time, runtime::Duration{0});
  }

  // No voucher could make up for it.
  bool costs_too_much(const model::Usage& of_task) const {
    const auto cost = model::cost(engagement_->trail.bid().rates, of_task);
    return !cost || *cost > most_of_task();
  }
  model::Credits most_of_task() const {
    return std::min(engagement_->demand().tasks[task_].max_total, engagement_->trail.bid().max_total);
  }

  bool may_go_on(const model::Usage& total) const {
    return engagement_->trail.may_work(total) && provider_.within_credit(*engagement_);
  }

  std::size_t notes_left() const {
    const std::size_t made = engagement_->trail.note_count() + kNotesForEnd;
    return agreement::kNotesMax - std::min(made, agreement::kNotesMax);
  }

  bool is_noted(const model::Usage& total) const {
    return engagement_->trail.billable(total) == engagement_->trail.usage();
  }

  // No voucher that would let it go on can come any more.
  bool is_out_of_notes(const model::Usage& total) const {
    const agreement::Trail& trail = engagement_->trail;
    return notes_left() == 0 && !is_noted(total) && trail.due() <= trail.authorised() && !trail.may_work(total);
  }

  Why why_not_paid(const model::Usage& total) const {
    if (!is_out_of_notes(total)) return provider_.why_no_voucher(engagement_->demand().submitter);
    return {Reason::credit_exhausted, "its " + std::to_string(agreement::kNotesMax) +
                                          " usage notes are used up, and the credit limit of " +
                                          model::to_text(engagement_->trail.bid().credit_limit)};
  }

  // The first half of the notes is made as often as is asked for. The other half lasts as long as the work may: each is
  // for its part of the time, or of the amount, that is left.
  bool is_worth_a_note(const model::Usage& total) const {
    const agreement::Trail& trail = engagement_->trail;
    if (trail.note_count() < agreement::kNotesMax / 2) return true;
    const auto is_part = [left = notes_left()](std::uint64_t step, std::uint64_t rest) {
      return step > 0 && step >= rest / left + (rest % left == 0 ? 0 : 1);
    };
    constexpr auto kTime = model::Dimension::device_time;
    const std::uint64_t noted = trail.usage()[kTime];
    const auto amount = [](model::Credits more, model::Credits less) {
      return static_cast<std::uint64_t>(std::max<std::int64_t>(more.micro - less.micro, 0));
    };
    return is_part(trail.billable(total)[kTime] - noted, engagement_->demand().usage_max[kTime] - noted) ||
           is_part(amount(engagement_->metered, trail.due()), amount(trail.bid().max_total, trail.due()));
  }

  // In time, and early enough for the voucher to come before the credit is used up, which other agreements of the peer
  // may do, too. At the limit nothing goes on without one.
  bool must_note(const model::Usage& total) const {
    if (engagement_->trail.stage() != Stage::running || is_noted(total) || notes_left() == 0) return false;
    if (!may_go_on(total)) return true;
    const agreement::Bid& bid = engagement_->trail.bid();
    const auto interval = std::chrono::milliseconds(bid.note_interval_ms);
    const std::int64_t limit = provider_.config_.credit_limit.micro;
    const bool much = engagement_->unpaid().micro > bid.credit_limit.micro / 2 ||
                      provider_.unpaid_of(engagement_->demand().submitter).micro > limit - limit / 4;
    return (provider_.runtime_.clock().now() - engagement_->noted >= interval || much) && is_worth_a_note(total);
  }

  Provider& provider_;
  EngagementPtr engagement_;
  std::size_t task_ = 0;
  model::Usage before_;
  model::Usage paid_for_;  // by this task, as far as its own price goes
  runtime::Time began_;
  std::optional<runtime::Duration> setup_;
};

// Has the device of an engagement from its turn on.
class Provider::DeviceTurn {
 public:
  DeviceTurn(Provider& provider, Engagement& engagement) : provider_(provider), engagement_(engagement) {}
  ~DeviceTurn() {
    engagement_.done = true;
    if (has_) {
      provider_.at_work_.erase(engagement_.demand().device);
      if (provider_.on_turn_) provider_.on_turn_(engagement_.demand().device, false);
    }
    provider_.device_free_.wake_all();
  }
  DeviceTurn(const DeviceTurn&) = delete;
  DeviceTurn& operator=(const DeviceTurn&) = delete;

  Task<void> come() {
    const auto& at_work = provider_.at_work_;
    while (at_work.contains(engagement_.demand().device)) co_await provider_.device_free_.wait();
    has_ = true;
    provider_.at_work_[engagement_.demand().device] = &engagement_;
    if (provider_.on_turn_) provider_.on_turn_(engagement_.demand().device, true);
  }

 private:
  Provider& provider_;
  Engagement& engagement_;
  bool has_ = false;
};

Task<void> Provider::work(EngagementPtr engagement) {
  auto ends = co_await run_all(engagement);
  co_await see_it_paid(engagement, ends);
  co_await end(engagement, std::move(ends));
}

Task<std::vector<agreement::TaskEnd>> Provider::run_all(EngagementPtr engagement) {
  DeviceTurn turn(*this, *engagement);
  co_await turn.come();
  engagement->noted = runtime_.clock().now();
  engagement->input_slack = kInputSlack + kInputSlackEachTask * engagement->tasks.size();
  if (on_begun_) on_begun_(engagement->trail, *engagement->tasks.front().job);
  WorkMeter meter(*this, engagement);
  std::vector<agreement::TaskEnd> ends;
  ends.reserve(engagement->tasks.size());
  model::Usage used;
  for (std::size_t task = 0; task < engagement->tasks.size(); ++task) {
    engagement->task = task;
    meter.begin(task, used);
    Finished finished = co_await fetch_and_run(engagement, task, meter);
    used = meter.used_until(finished.usage);
    Why& end = finished.why;
    if (end.reason == Reason::unspecified) end.reason = Reason::internal;
    const auto& own = engagement->tasks[task].why;
    const auto& why = own ? own : engagement->why;
    if (why && end.reason != Reason::completed) end = *why;
    if (end.reason != Reason::completed) finished.outputs.clear();
    meter.log_end(end);
    ends.push_back({.reason = end.reason, .usage = finished.usage, .outputs = std::move(finished.outputs)});
  }
  co_return ends;
}

Task<Result<std::uint64_t>> Provider::fetch(identity::PeerId submitter, model::Input input) {
  const bool whole = owners_.has(submitter, input.digest) && store_.has(input.digest);
  const std::uint64_t part = owners_.is_bringing(submitter, input.digest) ? store_.part_size(input.digest) : 0;
  const std::uint64_t there = whole ? input.bytes : part;
  const runtime::Time began = runtime_.clock().now();
  auto fetched = co_await blobs::fetch_blob(host_, store_, std::move(submitter), input.digest, input.bytes, &owners_);
  const auto took_us = static_cast<std::uint64_t>((runtime_.clock().now() - began) / std::chrono::microseconds(1));
  if (fetched && *fetched >= there + kLinkSampleBytes) {
    link_bytes_per_second_.add((*fetched - there) * 1'000'000 / std::max<std::uint64_t>(took_us, 1));
  }
  co_return fetched;
}

Task<Finished> Provider::fetch_and_run(EngagementPtr engagement, std::size_t task, WorkMeter& meter) {
  if (auto missing = co_await fetch_inputs(engagement, task)) co_return Finished{.why = *std::move(missing)};
  const EngagedTask& engaged = engagement->tasks[task];
  const agreement::TaskRef& ref = engagement->demand().tasks[task];
  if (!co_await meter.may_begin()) {
    const auto& why = engaged.why ? engaged.why : engagement->why;
    co_return Finished{.why = why ? *why : Why{Reason::canceled, {}}};
  }
  Finished finished = co_await runner_.run({.submitter = engagement->demand().submitter.text(),
                                            .job = *engaged.job,
                                            .shard = ref.shard,
                                            .shards = ref.shards,
                                            .device = engagement->demand().device},
                                           meter);
  meter.finished(finished);
  for (const agreement::OutputDigest& output : finished.outputs) {
    owners_.add(engagement->demand().submitter, output.digest);
  }
  const auto& setup = meter.setup();
  if (setup && finished.why.reason == Reason::completed) {
    setup_ms_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(*setup / std::chrono::milliseconds(1), 1)));
  }
  if (engaged.cancel && finished.why.reason != Reason::completed) finished.why = {Reason::canceled, {}};
  co_return finished;
}

// A submitter that delivers in drops does not keep the device: a transfer has the time that its bytes take, and what is
// left of the slack, which all transfers share. With that the agreement is over. It is left when the work is to end.
Task<Result<std::uint64_t>> Provider::fetch_in_time(EngagementPtr engagement, std::size_t task, model::Input input) {
  const EngagedTask& engaged = engagement->tasks[task];
  const auto due = runtime_.clock().now() + std::chrono::seconds(input.bytes / kMovedPerSecondMin);
  const auto until = due + engagement->input_slack;
  std::optional<Result<std::uint64_t>> fetched;
  const auto bring = [&]() -> Task<void> {
    fetched = co_await fetch(engagement->demand().submitter, input);
    engagement->changed.wake_all();
  };
  co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
    group.spawn(bring());
    while (!fetched && !engagement->why && !engaged.cancel && runtime_.clock().now() < until) {
      std::ignore = co_await runtime::with_deadline(runtime_.clock(), until, wait_for_change(*engagement));
    }
  });
  const runtime::Time now = runtime_.clock().now();
  engagement->input_slack = until - std::max(now, due);
  if (fetched) co_return *std::move(fetched);
  if (now >= until && !engagement->why) {
    engagement->why = Why{Reason::input_missing, input.path + ": the inputs came more slowly than " +
                                                     std::to_string(kMovedPerSecondMin >> 10) + " KiB a second"};
  }
  co_return runtime::fail(runtime::Errc::timed_out);
}

namespace {

// This node's own want of room, which is no fault of who brings the input.
bool is_full(const runtime::Error& error) {
  return error == runtime::Errc::no_space || error == blobs::Errc::store_full;
}

// For the submitter: the words of the error, and no name of a file of this machine.
Why why_no_input(const std::string& path, const runtime::Error& error) {
  const std::string detail = path + ": " + error.code().message();
  if (is_full(error)) return {Reason::disk_full, detail};
  return {error == blobs::Errc::corrupt ? Reason::input_corrupt : Reason::input_missing, detail};
}

}  // namespace

// Why the task does not even begin.
Task<std::optional<Why>> Provider::fetch_inputs(EngagementPtr engagement, std::size_t task) {
  for (const model::Input& input : engagement->tasks[task].job->inputs) {
    if (engagement->why || engagement->tasks[task].cancel) break;
    const auto fetched = co_await fetch_in_time(engagement, task, input);
    if (fetched) continue;
    if (engagement->why || engagement->tasks[task].cancel) break;
    if (is_full(fetched.error()) && on_failure_) on_failure_(fetched.error());
    co_return why_no_input(input.path, fetched.error());
  }
  if (engagement->why) co_return engagement->why;
  if (engagement->tasks[task].cancel) co_return Why{Reason::canceled, {}};
  co_return std::nullopt;
}

Task<void> Provider::end(EngagementPtr engagement, std::vector<agreement::TaskEnd> ends) {
  while (engagement->stuck) co_await engagement->changed.wait();
  const auto body = draft_receipt(engagement->trail, ends, now());
  engagement->asked = runtime_.clock().now();
  engagement->kept_until = engagement->asked + config_.receipt_kept;
  std::ignore = co_await take(engagement, seal_record(key_, body));
  if (engagement->trail.stage() < Stage::ended) co_return;
  for (EngagedTask& task : engagement->tasks) task.job.reset();
  cap_logs();
}

Task<void> Provider::receive(EngagementPtr engagement) {
  while (auto record = co_await engagement->inbox.pop()) {
    std::ignore = co_await take(engagement, *std::move(record));  // what it refuses leaves nothing behind
    if (engagement->trail.stage() == Stage::closed) break;
  }
  engagement->inbox.close();
}

// One after the other: the disk keeps the order of the trail.
Task<bool> Provider::take(EngagementPtr engagement, Bytes record) {
  while (engagement->taking) co_await engagement->changed.wait();
  if (engagement->stuck) co_return false;
  const bool closed = engagement->trail.stage() == Stage::closed;
  engagement->taking = true;
  const auto taken = co_await journal_.take(engagement->trail, std::move(record));
  engagement->taking = false;
  if (!taken && taken.error().reason == Reason::disk_full) {
    engagement->stuck = true;
    engagement->why = taken.error();
    tasks_.spawn(store_again(engagement));
  }
  engagement->changed.wake_all();
  if (!closed && engagement->trail.stage() == Stage::closed) over(engagement);
  const bool paid = taken == RecordKind::voucher || taken == RecordKind::receipt_acknowledgement;
  if (paid) wake_work_of(engagement->demand().submitter);
  co_return taken.has_value();
}

// A full disk ends the work, and nothing more is said before there is room: then the agreement can come to its end.
Task<void> Provider::store_again(EngagementPtr engagement) {
  do {
    co_await runtime_.clock().sleep_for(kDiskAgain);
  } while (!co_await journal_.mend(engagement->trail));
  engagement->stuck = false;
  engagement->changed.wake_all();
}

// Until the other ends the stream: what it has sent and nobody reads would reset it, and the refusal would be lost.
Task<void> Provider::hear_out(PeerStream& stream) {
  const auto read_all = [](PeerStream& from) -> Task<Result<void>> {
    while (co_await protocols::read_message(from, exchange::kJobMessageBytesMax)) {
    }
    co_return Result<void>();
  };
  std::ignore = co_await runtime::with_timeout(runtime_.clock(), kRefusalHeard, read_all(stream));
}

// A stream of an agreement's submitter, while it lasts.
class Provider::Follower {
 public:
  Follower(runtime::Clock& clock, Engagement& engagement) : clock_(clock), engagement_(engagement) {
    ++engagement_.followers;
  }
  ~Follower() {
    --engagement_.followers;
    engagement_.asked = clock_.now();
  }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

 private:
  runtime::Clock& clock_;
  Engagement& engagement_;
};

// A stream of a peer that has no agreement here.
class Provider::Stranger {
 public:
  Stranger(Provider& provider, PeerId peer) : streams_(provider.strangers_), peer_(std::move(peer)) {
    ++streams_[peer_];
  }
  ~Stranger() {
    const auto found = streams_.find(peer_);
    if (--found->second == 0) streams_.erase(found);
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  static bool has_room(const Provider& provider, const PeerId& peer) {
    std::size_t all = 0;
    for (const auto& [other, count] : provider.strangers_) all += count;
    const auto found = provider.strangers_.find(peer);
    return all < kStrangersMax && (found == provider.strangers_.end() || found->second < kStrangersEachPeerMax);
  }

 private:
  std::map<PeerId, std::size_t>& streams_;
  PeerId peer_;
};

// One that has come to nothing costs nothing, and opens no door.
bool Provider::has_agreement(const PeerId& peer) const {
  return std::ranges::any_of(engagements_, [&](const auto& entry) {
    const agreement::Trail& trail = entry.second->trail;
    const bool counts =
        trail.stage() == Stage::running || (trail.stage() > Stage::running && trail.receipt().amount.micro > 0);
    return counts && entry.second->demand().submitter == peer;
  });
}

// Strangers leave most of the streams that a host takes for a protocol to those that have work here.
Task<void> Provider::follow(PeerStreamPtr stream) {
  if (has_agreement(stream->peer())) {
    co_await follow_here(*stream);
  } else if (Stranger::has_room(*this, stream->peer())) {
    const Stranger stranger(*this, stream->peer());
    co_await follow_here(*stream);
  } else {
    stream->abort();
  }
}

Task<void> Provider::follow_here(PeerStream& stream) {
  const auto first = co_await runtime::with_timeout(runtime_.clock(), kFirstMessageMax,
                                                    protocols::read_message(stream, exchange::kJobMessageBytesMax));
  const auto message = first ? exchange::decode_job_message(*first) : std::nullopt;
  const auto* asked = message ? std::get_if<exchange::Follow>(&*message) : nullptr;
  if (!asked) {
    stream.abort();
    co_return;
  }
  const auto found = engagements_.find(asked->demand);
  const bool known = found != engagements_.end() && found->second->trail.stage() >= Stage::running &&
                     found->second->demand().submitter == stream.peer();
  if (!known) {
    const exchange::JobMessage refusal = exchange::RefusalMessage{{Reason::agreement_unknown, {}}};
    std::ignore = co_await protocols::write_message(stream, exchange::encode(refusal));
    stream.shutdown_write();
    co_await hear_out(stream);
    co_return;
  }
  const EngagementPtr engagement = found->second;
  if (engagement->followers >= kFollowersMax) {
    stream.abort();
    co_return;
  }
  const Follower follower(runtime_.clock(), *engagement);
  co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
    group.spawn(tell(stream, engagement, *asked));
    co_await listen(stream, engagement);
  });
}

namespace {

// What a submitter was told of a task.
struct Told {
  std::uint64_t log = 0;  // bytes
  std::uint32_t permille = 0;
};

constexpr std::uint32_t kTellAgain = UINT32_MAX;  // no permille

void add(Bytes& out, const exchange::JobMessage& message) {
  protocols::append_message(out, exchange::encode(message));
}

void add_log(Bytes& out, std::uint32_t task, const Bytes& log, std::uint64_t& told) {
  while (told < log.size()) {
    const auto rest = runtime::ByteView(log).subspan(static_cast<std::size_t>(told));
    const auto piece = rest.first(std::min(exchange::kLogPieceBytesMax, rest.size()));
    add(out, exchange::LogPiece{.task = task, .offset = told, .text = runtime::copy_of(piece)});
    told += piece.size();
  }
}

}  // namespace

// Sends what the submitter lacks, as it comes.
Task<void> Provider::tell(PeerStream& stream, EngagementPtr engagement, exchange::Follow follow) {
  agreement::Progress sent = follow.has;
  std::vector<Told> told(engagement->tasks.size());
  for (std::size_t i = 0; i < told.size(); ++i)
    told[i].log = i < follow.log_offsets.size() ? follow.log_offsets[i] : UINT64_MAX;
  runtime::Time silent_until = runtime_.clock().now() + kWordEvery;
  while (!engagement->stuck) {
    Bytes out;
    for (std::size_t i = 0; i < told.size(); ++i) {
      const EngagedTask& task = engagement->tasks[i];
      const auto number = static_cast<std::uint32_t>(i);
      add_log(out, number, task.log, told[i].log);
      if (told[i].permille != task.permille)
        add(out, exchange::ProgressMessage{.task = number, .permille = told[i].permille = task.permille});
    }
    // Behind the log: who has the receipt listens no longer.
    if (!engagement->taking) {
      for (const runtime::ByteView record : engagement->trail.lacking(sent))
        add(out, exchange::RecordMessage{runtime::copy_of(record)});
      sent = engagement->trail.progress();
    }
    if (!out.empty() && !co_await stream.write(out)) co_return;
    const bool all_sent = !engagement->taking && sent == engagement->trail.progress();
    if (all_sent && engagement->trail.stage() == Stage::closed) break;
    if (!out.empty()) {
      silent_until = runtime_.clock().now() + kWordEvery;
      continue;
    }
    if (engagement->trail.stage() != Stage::running) {
      co_await engagement->changed.wait();
    } else if (!co_await runtime::with_deadline(runtime_.clock(), silent_until, wait_for_change(*engagement))) {
      told[engagement->task].permille = kTellAgain;
    }
  }
  stream.shutdown_write();
}

Task<void> Provider::listen(PeerStream& stream, EngagementPtr engagement) {
  for (;;) {
    const auto bytes = co_await protocols::read_message(stream, exchange::kJobMessageBytesMax);
    if (!bytes) co_return;
    const auto message = exchange::decode_job_message(*bytes);
    const auto* cancel = message ? std::get_if<exchange::CancelMessage>(&*message) : nullptr;
    if (cancel && cancel->task < engagement->tasks.size()) {
      engagement->tasks[cancel->task].cancel = true;
      engagement->changed.wake_all();
      continue;
    }
    const auto* record = message ? std::get_if<exchange::RecordMessage>(&*message) : nullptr;
    if (!record) {
      stream.abort();
      co_return;
    }
    if (!co_await engagement->inbox.push(record->envelope)) co_return;
  }
}

}  // namespace quern::engagement
