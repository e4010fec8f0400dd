#include "scheduler/agreement/trail.hpp"

#include <algorithm>

#include "overlay/runtime/assertion.hpp"

namespace quern::agreement {
namespace {

using model::Credits;
using model::Reason;
using model::Usage;
using model::Why;
using runtime::ByteView;
using runtime::WallTime;

constexpr std::size_t kOpeningRecords = 4;

}  // namespace

Credits amount_due(const Bid& bid, const Usage& usage) {
  return std::min(model::cost(bid.rates, usage).value_or(bid.max_total), bid.max_total);
}

std::vector<Credits> parts_due(const Demand& demand, const Bid& bid, const std::vector<TaskEnd>& tasks) {
  std::vector<Credits> parts(demand.tasks.size());
  Usage until;
  std::int64_t before = 0;  // no cost up to here is more than an amount can be
  std::int64_t left = bid.max_total.micro;
  for (std::size_t i = 0; i < std::min(parts.size(), tasks.size()); ++i) {
    until = model::sum(until, paid_usage(tasks[i]));
    const std::int64_t cost = std::min(model::cost(bid.rates, until).value_or(kAmountMax), kAmountMax).micro;
    parts[i] = {std::min({cost - before, demand.tasks[i].max_total.micro, left})};
    left -= parts[i].micro;
    before = cost;
  }
  return parts;
}

Outcome Trail::take(ByteView envelope, WallTime now) {
  return admit(envelope, open_record, now);
}

Outcome Trail::replay(ByteView envelope) {
  return admit(envelope, open_record, std::nullopt);
}

Outcome Trail::recall(ByteView envelope) {
  return admit(envelope, reopen_record, std::nullopt);
}

Outcome Trail::admit(ByteView envelope, Open open, std::optional<WallTime> clock) {
  if (envelope.size() <= kRecordBytesMax && hashes_.contains(hash_of(envelope)))
    return std::unexpected(Why{Reason::record_duplicate, ""});
  const auto record = open(envelope);
  if (!record) return std::unexpected(record.error());
  const RecordKind kind = record->kind();
  const WallTime now = clock.value_or(WallTime{made_unix_ms(record->body)});
  Check refusal = check_turn(kind);
  if (!refusal) refusal = check_party(*record);
  if (!refusal) refusal = std::visit([&](const auto& body) { return check(body, now); }, record->body);
  if (refusal) return std::unexpected(*std::move(refusal));
  hashes_.insert(record->hash);
  Kept kept{.envelope = runtime::copy_of(envelope), .hash = record->hash};
  std::visit([&](const auto& body) { keep(body, std::move(kept)); }, record->body);
  return kind;
}

Stage Trail::stage() const {
  if (!closing_.empty()) return closing_.size() == 1 ? Stage::ended : Stage::closed;
  return static_cast<Stage>(opening_.size());
}

const Demand& Trail::demand() const {
  QUERN_ASSERT(demand_.has_value());
  return *demand_;
}

const Bid& Trail::bid() const {
  QUERN_ASSERT(bid_.has_value());
  return *bid_;
}

const Receipt& Trail::receipt() const {
  QUERN_ASSERT(receipt_.has_value());
  return *receipt_;
}

void Trail::keep(const Demand& body, Kept kept) {
  demand_ = body;
  opening_.push_back(std::move(kept));
}

void Trail::keep(const Bid& body, Kept kept) {
  bid_ = body;
  opening_.push_back(std::move(kept));
}

void Trail::keep(const Agreement& /*body*/, Kept kept) {
  opening_.push_back(std::move(kept));
}

void Trail::keep(const Acceptance& body, Kept kept) {
  accepted_unix_ms_ = body.made_unix_ms;
  opening_.push_back(std::move(kept));
}

void Trail::keep(const UsageNote& body, Kept kept) {
  usage_ = body.usage;
  due_ = body.amount;
  notes_.push_back({std::move(kept), body.amount});
}

void Trail::keep(const Voucher& body, Kept kept) {
  const std::size_t note = find_note(body.note).value_or(0);  // it was checked
  vouchers_.push_back({std::move(kept), body.amount, note});
}

void Trail::keep(const Receipt& body, Kept kept) {
  receipt_ = body;
  usage_ = body.usage;
  due_ = body.amount;
  // Vouchers that crossed the receipt on the way are not part of the trail: the provider refuses them as late.
  const std::size_t count = find_voucher(body.voucher).value_or(0);
  for (; vouchers_.size() > count; vouchers_.pop_back()) hashes_.erase(vouchers_.back().hash);
  closing_.push_back(std::move(kept));
}

void Trail::keep(const ReceiptAcknowledgement& body, Kept kept) {
  closed_unix_ms_ = body.made_unix_ms;
  closing_.push_back(std::move(kept));
}

Credits Trail::authorised() const {
  return vouchers_.empty() ? Credits{} : vouchers_.back().amount;
}

Credits Trail::owed() const {
  return stage() == Stage::closed ? due_ : std::min(due_, authorised());
}

std::vector<Credits> Trail::owed_by_task() const {
  std::vector<Credits> parts(demand().tasks.size());
  if (stage() == Stage::closed) {
    parts = parts_due(demand(), bid(), receipt().tasks);
  } else {
    std::ranges::transform(demand().tasks, parts.begin(), &TaskRef::max_total);
  }
  // A provider may ask for less than is due: the last tasks are the cheaper ones then.
  std::int64_t left = owed().micro;
  for (Credits& part : parts) {
    part = {std::min(part.micro, left)};
    left -= part.micro;
  }
  return parts;
}

Credits Trail::headroom(const Usage& used) const {
  // Neither amount is above kAmountMax: no sum or difference of them overflows.
  const Credits limit = std::min(Credits{authorised().micro + bid().credit_limit.micro}, bid().max_total);
  const Credits spent = std::min(model::cost(bid().rates, used).value_or(kAmountMax), kAmountMax);
  return {limit.micro - spent.micro};
}

bool Trail::may_work(const Usage& until) const {
  return stage() == Stage::running && has_grown(until, demand().usage_max) && headroom(until).micro >= 0;
}

Usage Trail::billable(const Usage& used) const {
  Usage billed;
  for (std::size_t i = 0; i < model::kDimensions; ++i)
    billed.quantity[i] = std::max(std::min(used.quantity[i], demand().usage_max.quantity[i]), usage_.quantity[i]);
  return billed;
}

std::optional<RecordKind> Trail::next_of(Party party) const {
  std::optional<RecordKind> next;
  switch (stage()) {
    case Stage::running:
      if (party == Party::provider) return notes_.size() < kNotesMax ? RecordKind::usage_note : RecordKind::receipt;
      if (notes_.size() > (vouchers_.empty() ? 0 : vouchers_.back().note)) return RecordKind::voucher;
      return std::nullopt;
    case Stage::ended:
      next = RecordKind::receipt_acknowledgement;
      break;
    case Stage::closed:
      return std::nullopt;
    default:
      next = static_cast<RecordKind>(opening_.size());
  }
  return signer_of(*next) == party ? next : std::nullopt;
}

const Hash& Trail::newest(RecordKind kind) const {
  if (kind == RecordKind::usage_note && !notes_.empty()) return notes_.back().hash;
  if (kind == RecordKind::voucher && !vouchers_.empty()) return vouchers_.back().hash;
  if (kind >= RecordKind::receipt) {
    const std::size_t index = kind == RecordKind::receipt ? 0 : 1;
    QUERN_ASSERT(index < closing_.size());
    return closing_[index].hash;
  }
  const std::size_t index = std::min(static_cast<std::size_t>(kind), kOpeningRecords - 1);
  QUERN_ASSERT(index < opening_.size());
  return opening_[index].hash;
}

Progress Trail::progress() const {
  const auto size_of = [](const auto& kept) { return static_cast<std::uint32_t>(kept.size()); };
  return {.opening = size_of(opening_),
          .notes = size_of(notes_),
          .vouchers = size_of(vouchers_),
          .closing = size_of(closing_)};
}

std::vector<ByteView> Trail::lacking(const Progress& other) const {
  std::vector<ByteView> out;
  for (std::size_t i = other.opening; i < opening_.size(); ++i) out.emplace_back(opening_[i].envelope);
  std::size_t voucher = 0;
  for (std::size_t count = 0; count <= notes_.size(); ++count) {
    if (count > other.notes) out.emplace_back(notes_[count - 1].envelope);
    for (; voucher < vouchers_.size() && vouchers_[voucher].note == count; ++voucher)
      if (voucher >= other.vouchers) out.emplace_back(vouchers_[voucher].envelope);
  }
  for (std::size_t i = other.closing; i < closing_.size(); ++i) out.emplace_back(closing_[i].envelope);
  return out;
}

std::optional<std::size_t> Trail::find_note(const Hash& hash) const {
  if (hash == opening_.back().hash) return 0;
  // From the end: it is nearly always the last.
  for (std::size_t count = notes_.size(); count > 0; --count)
    if (notes_[count - 1].hash == hash) return count;
  return std::nullopt;
}

std::optional<std::size_t> Trail::find_voucher(const Hash& hash) const {
  if (hash == opening_.back().hash) return 0;
  for (std::size_t count = vouchers_.size(); count > 0; --count)
    if (vouchers_[count - 1].hash == hash) return count;
  return std::nullopt;
}

}  // namespace quern::agreement
