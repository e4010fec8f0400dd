#include "scheduler/dispatch/device_line.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "scheduler/engagement/pace.hpp"
#include "scheduler/model/job.hpp"

namespace quern::dispatch {

using agreement::Trail;
using engagement::OrderEnd;
using model::Reason;
using model::Why;
using runtime::Task;

namespace {

// Refused for what the provider or the way to it is, not for what was asked: asking for less would not help.
bool whatever_is_asked(Reason reason) {
  switch (reason) {
    case Reason::busy:
    case Reason::draining:
    case Reason::rate_limited:
    case Reason::credit_exhausted:
    case Reason::offer_unknown:
    case Reason::provider_lost:
    case Reason::canceled:
      return true;
    default:
      return false;
  }
}

}  // namespace

// Shared by its ticket and by the batch that it is in: either may go first.
struct DeviceLine::Entry {
  LineEvents events;  // empty once the ticket is gone
  engagement::Cancel cancel;
  bool given_up = false;  // the ticket is gone
  bool taken = false;     // and was told so
  bool alone = false;     // was refused together with others
  std::optional<LineEnd> end;
  runtime::WaitQueue changed;
};

struct DeviceLine::Batch {
  std::vector<EntryPtr> entries;
  std::vector<LineOrder> orders;

  bool fits(const LineOrder& more) const {
    if (entries.empty()) return true;
    if (orders.front().alone || more.alone || orders.size() == agreement::kTasksMax) return false;
    std::uint64_t likely_us = more.likely_us;
    std::size_t outputs = more.outputs;
    std::size_t manifest_bytes = more.task.manifest.size();
    model::Credits total = more.task.max_total;
    for (const LineOrder& order : orders) {
      likely_us += order.likely_us;
      outputs += order.outputs;
      manifest_bytes += order.task.manifest.size();
      total = model::add(total, order.task.max_total).value_or(agreement::kAmountMax);
    }
    return likely_us <= kTogetherUs && outputs <= agreement::kOutputsMax &&
           manifest_bytes <= model::kManifestBytesMax && total < agreement::kAmountMax &&
           more.offer_sequence == orders.front().offer_sequence;
  }

  engagement::Order order(const std::string& device) const {
    engagement::Order together{.provider = orders.front().provider,
                               .device = device,
                               .offer_sequence = orders.front().offer_sequence,
                               .rates = orders.front().rates};
    together.tasks.reserve(orders.size());
    for (const LineOrder& order : orders) {
      together.tasks.push_back(order.task);
      together.usage_max = model::sum(together.usage_max, order.usage_max);
      engagement::raise_pace(together.pace, order.usage_max);
    }
    for (std::uint64_t& quantity : together.usage_max.quantity) quantity = std::min(quantity, model::kQuantityMax);
    return together;
  }
};

DeviceLine::Ticket::Ticket(DeviceLine& line, LineEvents events) : line_(line), entry_(std::make_shared<Entry>()) {
  entry_->events = std::move(events);
  ++line_.tickets_;
  line_.waiting_.push_back(entry_);
  line_.wake_next();
}

DeviceLine::Ticket::~Ticket() {
  entry_->events = {};
  entry_->given_up = true;
  if (std::erase(line_.waiting_, entry_) > 0) line_.wake_next();
  --line_.tickets_;
}

void DeviceLine::Ticket::cancel() {
  entry_->cancel.ask();
}

Task<LineEnd> DeviceLine::Ticket::carry_out() {
  while (!entry_->end) {
    if (line_.may_lead() && line_.waiting_.front() == entry_) {
      co_await line_.lead();
    } else {
      co_await entry_->changed.wait();
    }
  }
  co_return std::move(entry_->end).value_or(LineEnd{});
}

bool DeviceLine::may_lead() const {
  if (waiting_.empty() || agreeing_) return false;
  if (under_way_ == 0) return true;
  // While the device is at work there is time for more to come together.
  return under_way_ < kUnderWayMax && !one_at_a_time_ && 2 * waiting_.size() >= tasks_under_way_;
}

void DeviceLine::wake_next() {
  if (may_lead()) waiting_.front()->changed.wake_all();
}

// The first of the line, and those behind it that may go along. Nothing when the first has come to its end by this.
std::optional<DeviceLine::Batch> DeviceLine::next_batch() {
  Batch batch;
  while (!waiting_.empty()) {
    const EntryPtr entry = waiting_.front();
    if (entry->alone && !batch.entries.empty()) break;
    auto order = entry->cancel.asked() ? std::nullopt : entry->events.prepare();
    if (order && !batch.fits(*order)) break;
    waiting_.pop_front();
    if (order) {
      batch.entries.push_back(entry);
      batch.orders.push_back(*std::move(order));
      if (entry->alone) break;
      continue;
    }
    entry->end = LineEnd{.why = {entry->cancel.asked() ? Reason::canceled : Reason::offer_expired, {}}};
    entry->changed.wake_all();
    // Who leads is in the batch: its job waits for it. Otherwise the next one leads.
    if (batch.entries.empty()) break;
  }
  if (batch.entries.empty()) return std::nullopt;
  return batch;
}

// A batch on its way. Also where its coroutine is cut off: whoever waits for it is told that its provider is lost.
class DeviceLine::UnderWay {
 public:
  UnderWay(DeviceLine& line, std::optional<Batch>& batch) : line_(line), batch_(batch) {
    ++line_.under_way_;
    line_.agreeing_ = true;
  }
  ~UnderWay() {
    if (batch_) end_all(*batch_);
    agreed();
    line_.tasks_under_way_ -= tasks_;
    if (--line_.under_way_ == 0) line_.one_at_a_time_ = false;
    line_.wake_next();
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

  void begun(std::size_t tasks) { line_.tasks_under_way_ += tasks_ = tasks; }
  // Or never will be: the next may come.
  void agreed() {
    if (!std::exchange(agreed_, true)) line_.agreeing_ = false;
    line_.wake_next();
  }

 private:
  static void end_all(const Batch& batch) {
    for (const EntryPtr& entry : batch.entries) {
      if (!entry->end) entry->end = LineEnd{.why = {Reason::provider_lost, {}}};
      entry->changed.wake_all();
    }
  }
  DeviceLine& line_;
  std::optional<Batch>& batch_;
  std::size_t tasks_ = 0;
  bool agreed_ = false;
};

// Of the coroutine whose turn it is, for all of the batch.
Task<void> DeviceLine::lead() {
  std::optional<Batch> batch;
  UnderWay under_way(*this, batch);
  batch = next_batch();
  if (!batch) co_return;
  under_way.begun(batch->entries.size());
  for (const EntryPtr& entry : batch->entries)
    if (!std::exchange(entry->taken, true) && entry->events.taken) entry->events.taken();
  co_await carry_out(*batch, under_way);
}

engagement::OrderEvents DeviceLine::events_of(const Batch& batch, UnderWay& under_way) {
  engagement::OrderEvents events;
  events.agreed = [&](const Trail& trail) {
    under_way.agreed();
    for (const EntryPtr& entry : batch.entries)
      if (entry->events.agreed) entry->events.agreed(trail);
  };
  events.billed = [&](const Trail& trail) {
    const std::vector<model::Credits> owed = trail.owed_by_task();
    for (std::size_t i = 0; i < batch.entries.size(); ++i)
      if (const LineEvents& of = batch.entries[i]->events; of.billed) of.billed(trail, owed[i]);
  };
  events.progress = [&](std::size_t task, std::uint32_t permille) {
    const LineEvents& of = batch.entries[task]->events;
    if (of.progress) of.progress(permille);
  };
  events.log = [&](std::size_t task, std::uint64_t offset, runtime::ByteView text) {
    const LineEvents& of = batch.entries[task]->events;
    if (of.log) of.log(offset, text);
  };
  return events;
}

Task<void> DeviceLine::carry_out(Batch& batch, UnderWay& under_way) {
  engagement::Cancels cancels;
  cancels.reserve(batch.entries.size());
  for (const EntryPtr& entry : batch.entries) cancels.push_back(&entry->cancel);
  OrderEnd end = co_await submitter_.carry_out(batch.order(device_), events_of(batch, under_way), std::move(cancels));
  const bool agreed = end.trail.stage() >= agreement::Stage::running;
  // A provider that does not let a submitter wait behind itself.
  const bool later = !agreed && under_way_ > 1 && end.why.reason == Reason::busy;
  const bool apart = !agreed && batch.entries.size() > 1 && !whatever_is_asked(end.why.reason);
  if (later || apart) {
    one_at_a_time_ = one_at_a_time_ || later;
    put_back(batch, apart);
    batch.entries.clear();
    co_return;
  }
  const auto trail = agreed ? std::make_shared<const Trail>(std::move(end.trail)) : nullptr;
  for (std::size_t i = 0; i < batch.entries.size(); ++i) {
    LineEnd of{.why = end.why, .trail = trail, .kept_back = end.kept_back};
    if (agreed) of.task = std::move(end.tasks[i]);
    if (agreed) of.why = of.task.why;
    batch.entries[i]->end = std::move(of);
  }
}

// `apart`: one of them was too much. Each is asked for alone, and only that one is refused.
void DeviceLine::put_back(const Batch& batch, bool apart) {
  for (const EntryPtr& entry : std::views::reverse(batch.entries)) {
    if (entry->given_up) continue;
    entry->alone = entry->alone || apart;
    waiting_.push_front(entry);
  }
}

}  // namespace quern::dispatch
