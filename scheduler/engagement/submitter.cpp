#include "scheduler/engagement/submitter.hpp"

#include <algorithm>
#include <functional>
#include <list>
#include <ranges>
#include <utility>

#include "overlay/multiformats/multihash.hpp"
#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/channel.hpp"
#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"
#include "scheduler/agreement/drafts.hpp"
#include "scheduler/engagement/submitter_following.hpp"

namespace quern::engagement {

using agreement::RecordKind;
using agreement::Stage;
using agreement::Trail;
using connection::PeerStream;
using model::Reason;
using model::Why;
using runtime::Bytes;
using runtime::fail;
using runtime::Result;
using runtime::Task;

// An agreement's turn on its device, which does one of a submitter after the other.
class Submitter::Turn {
 public:
  Turn(Submitter& submitter, const agreement::Demand& demand) : turns_(submitter.turns_) {
    const std::pair place(demand.provider, demand.device);
    runtime::Time begin = submitter.runtime_.clock().now();
    const auto [first, last] = turns_.equal_range(place);
    for (auto other = first; other != last; ++other) begin = std::max(begin, other->second);
    own_ = turns_.emplace(place, begin + leave_after(demand, submitter.config_.slack));
  }
  ~Turn() { turns_.erase(own_); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  runtime::Time over() const { return own_->second; }

 private:
  using Turns = decltype(Submitter::turns_);
  Turns& turns_;
  Turns::iterator own_;
};

void Cancel::ask() {
  if (std::exchange(asked_, true)) return;
  const std::vector<Listener*> listeners = listeners_;  // one that hears may bring another
  for (Listener* listener : listeners) listener->heard_();
}

Cancel::Listener::Listener(Cancel& cancel, std::function<void()> heard) : cancel_(cancel), heard_(std::move(heard)) {
  cancel_.listeners_.push_back(this);
}

Cancel::Listener::~Listener() {
  std::erase(cancel_.listeners_, this);
}

// What is to be sent on a stream: several tasks have something to say, one writes.
class Submitter::Outgoing {
 public:
  explicit Outgoing(PeerStream& stream) : stream_(stream), messages_(kWaitingMax) {}

  Task<Result<void>> say(const exchange::JobMessage& message) {
    Bytes bytes;
    protocols::append_message(bytes, exchange::encode(message));
    co_return co_await messages_.push(std::move(bytes)) ? Result<void>() : fail(runtime::Errc::closed);
  }
  // Until close(), or until the stream breaks.
  Task<void> write_all() {
    while (const auto message = co_await messages_.pop()) {
      if (!co_await stream_.write(*message)) break;
    }
    messages_.close();
    stream_.shutdown_write();
  }
  void close() { messages_.close(); }

 private:
  static constexpr std::size_t kWaitingMax = 16;
  PeerStream& stream_;
  runtime::Channel<Bytes> messages_;
};

// What a provider may fetch, as long as this lives.
class Submitter::Grant {
 public:
  explicit Grant(Submitter& submitter) : submitter_(submitter) {}
  ~Grant() {
    for (const auto& one : given_) submitter_.granted_.extract(one);
  }
  Grant(const Grant&) = delete;
  Grant& operator=(const Grant&) = delete;

  void give(const identity::PeerId& peer, const std::vector<model::Digest>& digests) {
    for (const model::Digest& digest : digests) submitter_.granted_.insert(given_.emplace_back(peer, digest));
  }

 private:
  Submitter& submitter_;
  std::vector<std::pair<identity::PeerId, model::Digest>> given_;
};

namespace {

// A receipt that is not acknowledged is no end: the outputs are not here.
Why first_of(const std::optional<Why>& own, const Trail& trail) {
  if (own) return *own;
  return trail.stage() == Stage::closed ? Why{trail.receipt().reason(), {}} : Why{Reason::provider_lost, {}};
}

// Both are bound, and only a receipt says what became of the work: a refusal says that none will come from there.
Why end_by_refusal(const Why& refusal) {
  if (refusal.reason == Reason::agreement_unknown) return refusal;
  return {Reason::provider_lost, "it refuses: " + std::string(model::text_of(refusal.reason).name)};
}

using NoRoom = std::map<std::size_t, Why>;

constexpr std::string_view kNoRoomForRecords =
    "the disk of this node's data directory has no room for the records of the agreement";

std::vector<OrderTaskEnd> tasks_of(const std::optional<Why>& own, const Trail& trail, const NoRoom& no_room) {
  std::vector<OrderTaskEnd> tasks;
  const auto owed = trail.owed_by_task();
  tasks.reserve(owed.size());
  for (std::size_t i = 0; i < owed.size(); ++i) {
    OrderTaskEnd task{.why = first_of(own, trail), .owed = owed[i]};
    if (!own && trail.stage() == Stage::closed) {
      const agreement::TaskEnd& end = trail.receipt().tasks[i];
      task.why = {end.reason, {}};
      task.usage = end.usage;
      task.outputs = end.outputs;
    }
    if (const auto found = no_room.find(i); found != no_room.end()) {
      task.why = found->second;
      task.outputs.clear();
    }
    task.no_room_here = no_room.contains(i);
    tasks.push_back(std::move(task));
  }
  return tasks;
}

// That it was canceled, or that vouchers did not come.
bool ended_by_submitter(Reason reason) {
  return reason == Reason::canceled || reason == Reason::voucher_missing || reason == Reason::submitter_lost;
}

Why why_of(const std::vector<OrderTaskEnd>& tasks) {
  const auto failed =
      std::ranges::find_if(tasks, [](const OrderTaskEnd& task) { return task.why.reason != Reason::completed; });
  return failed == tasks.end() ? Why{Reason::completed, {}} : failed->why;
}

// Each once.
std::vector<std::string> manifests_of(const Order& order) {
  std::vector<std::string> manifests;
  for (const OrderTask& task : order.tasks)
    if (std::ranges::find(manifests, task.manifest) == manifests.end()) manifests.push_back(task.manifest);
  return manifests;
}

// No rate above the one that was offered.
bool within(const model::RateCard& rates, const std::optional<model::RateCard>& offered) {
  return !offered || std::ranges::equal(rates.rate, offered->rate, std::ranges::less_equal());
}

// The provider says no more: it has the acknowledgement, or it has forgotten the agreement since.
Task<Result<void>> until_silent(PeerStream& stream) {
  for (;;) {
    const auto bytes = co_await protocols::read_message(stream, exchange::kJobMessageBytesMax);
    if (!bytes && bytes.error() == runtime::Errc::end_of_stream) co_return Result<void>();
    if (!bytes) co_return std::unexpected(bytes.error());
    const auto message = exchange::decode_job_message(*bytes);
    if (message && std::holds_alternative<exchange::RefusalMessage>(*message)) co_return Result<void>();
  }
}

}  // namespace

runtime::Duration leave_after(const agreement::Demand& demand, runtime::Duration slack) {
  using enum model::Dimension;
  const model::Usage& most = demand.usage_max;
  const std::uint64_t moving_s = std::min<std::uint64_t>((most[bytes_in] + most[bytes_out]) / kMovedPerSecondMin,
                                                         agreement::kWalltimeMaxMs / 1000);
  return std::chrono::microseconds(most[device_time]) + std::chrono::seconds(moving_s) + slack;
}

agreement::Demand demand_of(const Order& order, const identity::PeerId& submitter, runtime::WallTime now,
                            std::int64_t validity_ms) {
  agreement::Demand demand{.made_unix_ms = now.unix_ms,
                           .id = {},
                           .submitter = submitter,
                           .provider = order.provider.peer,
                           .tasks = {},
                           .device = order.device,
                           .offer_sequence = order.offer_sequence,
                           .usage_max = order.usage_max,
                           .max_total = {},
                           .deadline_unix_ms = now.unix_ms + validity_ms};
  demand.tasks.reserve(order.tasks.size());
  for (const OrderTask& task : order.tasks) {
    demand.tasks.push_back({.job = multiformats::sha2_256(runtime::bytes_of(task.manifest)),
                            .shard = task.shard,
                            .shards = task.shards,
                            .max_total = task.max_total});
    demand.max_total = model::add(demand.max_total, task.max_total).value_or(agreement::kAmountMax);
  }
  return demand;
}

agreement::Demand Submitter::demand_for(const Order& order) {
  agreement::Demand demand = demand_of(order, host_.id(), now(), config_.demand_validity_ms);
  runtime_.fill_secret(demand.id);
  return demand;
}

Task<Submitter::Answer> Submitter::ask(identity::PeerId provider, exchange::AgreementRequest request) {
  const auto response =
      co_await host_.request(std::move(provider), std::string(exchange::kAgreementProtocol), exchange::encode(request),
                             {.request_bytes_max = exchange::kAgreementRequestBytesMax,
                              .response_bytes_max = exchange::kAgreementResponseBytesMax,
                              .timeout = config_.ask_timeout});
  if (!response) co_return std::unexpected(Why{Reason::provider_lost, response.error().message()});
  auto message = exchange::decode_agreement_response(*response);
  if (!message) co_return std::unexpected(Why{Reason::record_malformed, "the provider's answer"});
  if (auto* refusal = std::get_if<exchange::RefusalMessage>(&*message))
    co_return std::unexpected(std::move(refusal->why));
  co_return std::get<exchange::RecordMessage>(*std::move(message)).envelope;
}

Task<std::optional<Why>> Submitter::take_from_provider(Trail& trail, Answer answer) {
  if (!answer) co_return std::move(answer).error();
  const auto taken = co_await journal_.take(trail, *std::move(answer));
  if (!taken) co_return taken.error();
  co_return std::nullopt;
}

// Demand, bid, agreement, acceptance. Nothing is owed until the last.
Task<std::optional<Why>> Submitter::agree(const Order& order, Trail& trail, const Cancels& cancels, Grant& grant,
                                          bool& kept_back) {
  Bytes demand = seal_record(key_, demand_for(order));
  if (const auto taken = trail.take(demand, now()); !taken) co_return taken.error();
  auto bid = co_await ask(order.provider.peer,
                          exchange::BidRequest{.demand = std::move(demand), .manifests = manifests_of(order)});
  if (!bid) co_return std::move(bid).error();
  if (const auto taken = trail.take(*bid, now()); !taken) co_return taken.error();
  if (!within(trail.bid().rates, order.rates)) co_return Why{Reason::terms_differ, "a rate above the one offered"};
  if (std::ranges::all_of(cancels, &Cancel::asked)) co_return Why{Reason::canceled, {}};
  Bytes agreement = seal_record(key_, draft_agreement(trail, now()));
  if (const auto taken = co_await journal_.begin(trail, agreement); !taken) {
    kept_back = taken.error().reason == Reason::disk_full;
    co_return taken.error();
  }
  if (accounts_.agreeing) {
    const auto entered = co_await accounts_.agreeing(trail);
    kept_back = !entered;
    if (kept_back) co_return entered.error();
  }
  for (const OrderTask& task : order.tasks) grant.give(order.provider.peer, task.inputs);
  auto acceptance = co_await ask(order.provider.peer, exchange::RecordMessage{std::move(agreement)});
  co_return co_await take_from_provider(trail, std::move(acceptance));
}

Task<OrderEnd> Submitter::carry_out(Order order, OrderEvents events, Cancels cancels) {
  OrderEnd end;
  if (!host_.swarm().connected(order.provider.peer)) {
    if (const auto connected = co_await host_.connect(order.provider); !connected) {
      end.why = {.reason = Reason::provider_lost, .detail = connected.error().message()};
      co_return end;
    }
  }
  Trail trail;
  Grant grant(*this);
  Known known{.pace = order.pace, .since = instant_of(runtime_.clock())};
  const auto refused = co_await agree(order, trail, cancels, grant, end.kept_back);
  // Where only the acceptance was lost, or had no room here, the provider may be at work already.
  const bool lost = trail.stage() == Stage::agreed && refused && refused->reason == Reason::provider_lost;
  if (refused && !lost && trail.stage() < Stage::running) {
    if (trail.stage() >= Stage::agreed) co_await tell_over(trail);
    end.why = *refused;
    co_return end;
  }
  known.output_bytes.reserve(order.tasks.size());
  for (OrderTask& task : order.tasks) known.output_bytes.push_back(std::move(task.output_bytes));
  co_return co_await follow_from(std::move(order.provider), std::move(trail), std::move(events), std::move(cancels),
                                 std::move(known));
}

Task<OrderEnd> Submitter::resume(connection::PeerAddresses provider, Trail trail, OrderEvents events, Cancels cancels) {
  return follow_from(std::move(provider), std::move(trail), std::move(events), std::move(cancels), {});
}

Task<OrderEnd> Submitter::follow_from(connection::PeerAddresses provider, Trail trail, OrderEvents events,
                                      Cancels cancels, Known known) {
  const std::size_t tasks = trail.demand().tasks.size();
  QUERN_ASSERT(cancels.size() == tasks);
  const Turn turn(*this, trail.demand());
  Following following{.provider = std::move(provider),
                      .trail = std::move(trail),
                      .events = std::move(events),
                      .cancels = std::move(cancels),
                      .known = std::move(known),
                      .log_offsets = std::vector<std::uint64_t>(tasks),
                      .why = {},
                      .heard = runtime_.clock().now(),
                      .leave_at = turn.over()};
  if (following.trail.stage() >= Stage::ended) ended(following);
  if (following.trail.stage() >= Stage::running && following.events.agreed) following.events.agreed(following.trail);
  co_return co_await follow(following);
}

Task<OrderEnd> Submitter::follow(Following& following) {
  std::list<Cancel::Listener> listeners;
  for (Cancel* cancel : following.cancels) listeners.emplace_back(*cancel, [&] { canceled(following); });
  canceled(following);
  if (journal_.behind(following.trail)) hold(following);
  while (!is_over(following)) {
    const auto once = co_await follow_once(following);
    if (is_over(following)) break;
    if (journal_.behind(following.trail)) {
      co_await store_again(following);
      continue;
    }
    const runtime::Time now = runtime_.clock().now();
    if (now >= following.leave_at) following.why = Why{Reason::provider_lost, "it has had its time"};
    if (once) continue;
    if (now - following.heard >= config_.lost_after) break;
    co_await runtime_.clock().sleep_for(config_.reconnect_wait);
  }
  const bool closed = following.trail.stage() == Stage::closed;
  if (!following.told) {
    co_await tell_over(following.trail);
    if (closed && accounts_.undelivered) accounts_.undelivered(following.trail);
  }
  for (std::size_t task = 0; closed && following.full.asked() && task < following.cancels.size(); ++task) {
    if (!ended_by_submitter(following.trail.receipt().tasks[task].reason)) continue;
    if (following.cancels[task]->asked()) continue;
    following.no_room.emplace(task, Why{Reason::disk_full, std::string(kNoRoomForRecords)});
  }
  OrderEnd end{.owed = following.trail.owed(), .tasks = tasks_of(following.why, following.trail, following.no_room)};
  end.why = why_of(end.tasks);
  end.trail = std::move(following.trail);
  co_return end;
}

Task<Result<void>> Submitter::follow_once(Following& following) {
  if (!host_.swarm().connected(following.provider.peer)) CO_CHECK(co_await host_.connect(following.provider));
  if (following.trail.stage() == Stage::agreed) {
    Bytes agreement = runtime::copy_of(following.trail.records().at(2));
    auto acceptance = co_await ask(following.provider.peer, exchange::RecordMessage{std::move(agreement)});
    const bool lost = !acceptance && acceptance.error().reason == Reason::provider_lost;
    auto why = co_await take_from_provider(following.trail, std::move(acceptance));
    if (lost) co_return fail(runtime::Errc::unreachable);
    if (following.trail.stage() >= Stage::running && following.events.agreed) following.events.agreed(following.trail);
    if (why) {
      not_taken(following, *std::move(why));
      co_return Result<void>();
    }
  }
  CO_TRY(const auto stream, co_await host_.open(following.provider.peer, std::string(exchange::kJobProtocol)));
  co_return co_await runtime::with_group<Result<void>>([&](runtime::TaskGroup& group) -> Task<Result<void>> {
    group.spawn(leave_in_time(following, *stream));
    co_return co_await converse(following, *stream);
  });
}

// Who neither ends nor reads is left, whatever waits on the stream.
Task<void> Submitter::leave_in_time(Following& following, PeerStream& stream) {
  const auto wait = [](runtime::WaitQueue& moved) -> Task<Result<void>> {
    co_await moved.wait();
    co_return Result<void>();
  };
  while (runtime_.clock().now() < following.leave_at)
    std::ignore = co_await runtime::with_deadline(runtime_.clock(), following.leave_at, wait(following.moved));
  stream.abort();
}

// Where all its tasks are to end there is nothing to wait for but the receipt.
void Submitter::canceled(Following& following) {
  if (following.trail.stage() >= Stage::ended || !std::ranges::all_of(following.cancels, &Cancel::asked)) return;
  following.leave_at = std::min(following.leave_at, runtime_.clock().now() + config_.lost_after);
  following.moved.wake_all();
}

bool Submitter::is_over(const Following& following) const {
  return following.why || (following.trail.stage() == Stage::closed && !journal_.behind(following.trail));
}

// By the trail, or by the disk. What was signed for stands.
void Submitter::not_taken(Following& following, Why why) {
  if (journal_.behind(following.trail)) {
    hold(following);
  } else {
    following.why = std::move(why);  // this is not paid
  }
}

// A full disk ends the work: what could not be promised in writing would not be paid.
void Submitter::hold(Following& following) {
  following.store_at = runtime_.clock().now() + following.store_wait;
  if (following.full.asked()) return;
  following.full.ask();
  const std::string line = "quern: disk_full: " + std::string(kNoRoomForRecords) + ": it ends once there is room\n";
  for (std::size_t task = 0; following.events.log && task < following.log_offsets.size(); ++task)
    following.events.log(task, following.log_offsets[task], runtime::bytes_of(line));
}

// The time that passes meanwhile is none of the provider's.
Task<void> Submitter::store_again(Following& following) {
  co_await runtime_.clock().sleep_until(following.store_at);
  std::ignore = co_await journal_.mend(following.trail);
  following.store_wait = std::min(2 * following.store_wait, kStoreAgainMax);
  following.store_at = runtime_.clock().now() + following.store_wait;
  following.heard = runtime_.clock().now();
  if (following.trail.stage() >= Stage::ended) {
    ended(following);
  } else {
    following.leave_at = following.heard + config_.lost_after;
    following.moved.wake_all();
  }
}

// The receipt is here: what is left is to fetch the outputs.
void Submitter::ended(Following& following) {
  std::uint64_t bytes = 0;  // at most kOutputsMax times kFileBytesMax
  for (const agreement::TaskEnd& task : following.trail.receipt().tasks)
    for (const agreement::OutputDigest& output : task.outputs) bytes += output.bytes;
  const auto moving = std::chrono::seconds(bytes / kMovedPerSecondMin);
  following.leave_at = runtime_.clock().now() + config_.lost_after + moving;
  following.moved.wake_all();
}

Task<Result<void>> Submitter::converse(Following& following, PeerStream& stream) {
  Outgoing out(stream);
  co_return co_await runtime::with_group<Result<void>>([&](runtime::TaskGroup& group) -> Task<Result<void>> {
    group.spawn(out.write_all());
    auto followed = co_await talk(following, stream, out);
    if (following.trail.stage() == Stage::closed && is_over(following)) co_await close(following, stream);
    out.close();
    co_await group.join();
    co_return followed;
  });
}

Task<Result<void>> Submitter::talk(Following& following, PeerStream& stream, Outgoing& out) {
  CO_CHECK(co_await out.say(exchange::Follow{
      .demand = following.trail.demand().id, .has = following.trail.progress(), .log_offsets = following.log_offsets}));
  // What an interrupted stream or a full disk has left unsaid.
  CO_CHECK(co_await say_newest_voucher(following.trail, out));
  CO_CHECK(co_await send_what_is_due(following, out));
  const auto ask_to_end = [](std::size_t task, Outgoing& by) -> Task<void> {
    std::ignore = co_await by.say(exchange::CancelMessage{static_cast<std::uint32_t>(task)});
  };
  co_return co_await runtime::with_group<Result<void>>([&](runtime::TaskGroup& group) -> Task<Result<void>> {
    std::list<Cancel::Listener> listeners;
    for (std::size_t task = 0; task < following.cancels.size(); ++task) {
      const auto asked = [&, task] { group.spawn(ask_to_end(task, out)); };
      if (following.cancels[task]->asked() || following.full.asked()) asked();
      listeners.emplace_back(*following.cancels[task], asked);
      listeners.emplace_back(following.full, asked);
    }
    co_return co_await read_all(following, stream, out);
  });
}

Task<Result<void>> Submitter::read_all(Following& following, PeerStream& stream, Outgoing& out) {
  while (!is_over(following)) {
    const bool full = journal_.behind(following.trail);
    const runtime::Time now = runtime_.clock().now();
    if (full && now >= following.store_at) break;
    CO_TRY(const Bytes bytes,
           co_await runtime::with_deadline(runtime_.clock(), full ? following.store_at : now + config_.lost_after,
                                           protocols::read_message(stream, exchange::kJobMessageBytesMax)));
    auto message = exchange::decode_job_message(bytes);
    if (!message) co_return fail(runtime::Errc::reset, "not a message of the job protocol");
    following.heard = runtime_.clock().now();
    if (auto* record = std::get_if<exchange::RecordMessage>(&*message)) {
      CO_CHECK(co_await on_record(following, out, std::move(record->envelope)));
    } else if (const auto* refusal = std::get_if<exchange::RefusalMessage>(&*message)) {
      following.why = end_by_refusal(refusal->why);
    } else if (const auto* progress = std::get_if<exchange::ProgressMessage>(&*message)) {
      const bool known = progress->task < following.log_offsets.size();
      if (known && following.events.progress) following.events.progress(progress->task, progress->permille);
    } else if (const auto* piece = std::get_if<exchange::LogPiece>(&*message)) {
      // A piece that was told before, or that leaves a gap, is no part of the log.
      if (piece->task >= following.log_offsets.size() || piece->offset != following.log_offsets[piece->task]) continue;
      following.log_offsets[piece->task] += piece->text.size();
      if (following.events.log) following.events.log(piece->task, piece->offset, piece->text);
    }
  }
  co_return Result<void>();
}

Task<Result<void>> Submitter::on_record(Following& following, Outgoing& out, Bytes record) {
  if (journal_.behind(following.trail)) co_return Result<void>();  // the next stream brings it again
  if (auto fault = fault_of_claim(following, record)) {
    following.why = *std::move(fault);
    co_return Result<void>();
  }
  const auto taken = co_await journal_.take(following.trail, std::move(record));
  if (!taken && taken.error().reason == Reason::record_duplicate) co_return Result<void>();
  if (!taken) {
    not_taken(following, taken.error());
    co_return Result<void>();
  }
  if (*taken == RecordKind::receipt) ended(following);
  co_return co_await send_what_is_due(following, out);
}

// It may not have come there. One that has is refused there as a duplicate.
Task<Result<void>> Submitter::say_newest_voucher(const Trail& trail, Outgoing& out) {
  agreement::Progress without = trail.progress();
  if (trail.stage() != Stage::running || without.vouchers == 0 || journal_.behind(trail)) co_return Result<void>();
  --without.vouchers;
  co_return co_await out.say(exchange::RecordMessage{runtime::copy_of(trail.lacking(without).front())});
}

// A voucher for the newest note, or the acknowledgement of the receipt.
Task<Result<void>> Submitter::send_what_is_due(Following& following, Outgoing& out) {
  Trail& trail = following.trail;
  const auto next = trail.next_of(agreement::Party::submitter);
  if (!next || journal_.behind(trail)) co_return Result<void>();
  if (*next == RecordKind::receipt_acknowledgement) {
    CO_CHECK(co_await fetch_outputs(following));
    if (following.why) co_return Result<void>();
  }
  const agreement::Body body = *next == RecordKind::voucher ? agreement::Body(draft_voucher(trail, now()))
                                                            : agreement::Body(draft_acknowledgement(trail, now()));
  Bytes envelope = seal_record(key_, body);
  if (const auto taken = co_await journal_.take(trail, envelope); !taken) {
    not_taken(following, taken.error());
    co_return Result<void>();
  }
  if (*next == RecordKind::voucher && following.events.billed) following.events.billed(trail);
  co_return co_await out.say(exchange::RecordMessage{std::move(envelope)});
}

Task<Result<void>> Submitter::deliver(connection::PeerAddresses provider, const Trail& trail) {
  CO_CHECK(co_await journal_.mend(trail));  // durable before it is said
  if (!host_.swarm().connected(provider.peer)) CO_CHECK(co_await host_.connect(provider));
  CO_TRY(const auto stream, co_await host_.open(provider.peer, std::string(exchange::kJobProtocol)));
  co_return co_await runtime::with_timeout(runtime_.clock(), config_.ask_timeout, hand_over(*stream, trail));
}

Task<void> Submitter::tell_over(const Trail& trail) {
  const bool entered = !accounts_.over || co_await accounts_.over(trail);
  if (entered && trail.stage() == Stage::agreed) std::ignore = co_await journal_.forget(trail);
}

// A provider that has the acknowledgement on its disk says no more. This node's books are closed meanwhile.
Task<void> Submitter::close(Following& following, PeerStream& stream) {
  bool delivered = false;
  const auto see_it_delivered = [this, &delivered](PeerStream& on) -> Task<void> {
    const auto silent = co_await runtime::with_timeout(runtime_.clock(), config_.ask_timeout, until_silent(on));
    delivered = silent.has_value();
  };
  following.told = true;
  co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
    if (!following.why) group.spawn(see_it_delivered(stream));  // otherwise it was not sent
    co_await tell_over(following.trail);
    co_await group.join();
  });
  if (!delivered && accounts_.undelivered) accounts_.undelivered(following.trail);
}

Task<Result<void>> Submitter::hand_over(PeerStream& stream, const Trail& trail) {
  const exchange::JobMessage follow =
      exchange::Follow{.demand = trail.demand().id,
                       .has = trail.progress(),
                       .log_offsets = std::vector<std::uint64_t>(trail.demand().tasks.size(), UINT64_MAX)};
  CO_CHECK(co_await protocols::write_message(stream, exchange::encode(follow)));
  const exchange::JobMessage last = exchange::RecordMessage{runtime::copy_of(trail.records().back())};
  CO_CHECK(co_await protocols::write_message(stream, exchange::encode(last)));
  co_return co_await until_silent(stream);
}

}  // namespace quern::engagement
