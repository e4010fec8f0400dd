// What a record must be to be taken: the checks of Trail, none of which changes it.
#include <algorithm>

#include "scheduler/agreement/trail.hpp"

namespace quern::agreement {
namespace {

using model::Credits;
using model::Reason;
using model::Usage;
using model::Why;
using runtime::WallTime;

std::string text_of(Credits amount) {
  return model::to_text(amount) + " credits";
}

std::string milliseconds(std::int64_t span) {
  return std::to_string(span) + " ms";
}

std::optional<Why> check_made(std::int64_t made_unix_ms, WallTime now) {
  const std::int64_t ahead = made_unix_ms - now.unix_ms;
  if (ahead <= kClockSkewMaxMs) return std::nullopt;
  return Why{Reason::clocks_differ,
             "signed " + milliseconds(ahead) + " ahead of this node's clock, limit " + milliseconds(kClockSkewMaxMs)};
}

// Whether a chain goes on at `sequence` after `count` records, the last of which has the hash `last`.
std::optional<Why> check_chain(std::uint32_t sequence, const Hash& before, std::size_t count, const Hash& last) {
  const std::string number = "number " + std::to_string(sequence);
  if (sequence <= count) return Why{Reason::chain_broken, "another one has " + number};
  if (sequence > count + 1) return Why{Reason::record_out_of_order, number + " after " + std::to_string(count)};
  if (before != last) return Why{Reason::chain_broken, number + " does not name the one before it"};
  return std::nullopt;
}

}  // namespace

// Refused, or without its inputs. Reasons that end the work of others too, such as submitter_denied, are not among
// them.
bool has_not_begun(Reason reason) {
  switch (reason) {
    case Reason::kind_not_offered:
    case Reason::offer_expired:
    case Reason::offer_withdrawn:
    case Reason::busy:
    case Reason::draining:
    case Reason::manifest_invalid:
    case Reason::offer_unknown:
    case Reason::demand_expired:
    case Reason::bid_expired:
    case Reason::terms_differ:
    case Reason::rate_limited:
    case Reason::agreement_unknown:
    case Reason::input_missing:
    case Reason::input_corrupt:
      return true;
    default:
      return false;
  }
}

Usage paid_usage(const TaskEnd& task) {
  if (task.reason != Reason::build_failed) return task.usage;
  Usage setup;
  setup[model::Dimension::setup] = std::min<std::uint64_t>(task.usage[model::Dimension::setup], 1);
  return setup;
}

Trail::Check Trail::check_turn(RecordKind kind) const {
  const std::string name(to_string(kind));
  if (stage() == Stage::closed) return Why{Reason::record_late, "the receipt is acknowledged"};
  if (kind <= RecordKind::acceptance) {
    const auto place = static_cast<std::size_t>(kind);
    if (place < opening_.size()) return Why{Reason::record_duplicate, "another " + name + " is there already"};
    if (place > opening_.size())
      return Why{Reason::record_out_of_order, name + " before the " + std::string(to_string(RecordKind(place - 1)))};
    return std::nullopt;
  }
  if (stage() < Stage::running) return Why{Reason::record_out_of_order, name + " before the acceptance"};
  if (kind == RecordKind::receipt_acknowledgement) {
    if (stage() == Stage::running) return Why{Reason::record_out_of_order, name + " before the receipt"};
    return std::nullopt;
  }
  if (stage() == Stage::running) return std::nullopt;
  if (kind == RecordKind::receipt) return Why{Reason::record_duplicate, "another receipt is there already"};
  return Why{Reason::record_late, name + " after the receipt"};
}

Trail::Check Trail::check_party(const Record& record) const {
  const Party party = signer_of(record.kind());
  // A demand says itself whose word it is.
  const auto* const first = std::get_if<Demand>(&record.body);
  const Demand& demand = first != nullptr ? *first : this->demand();
  const identity::PeerId& bound = party == Party::submitter ? demand.submitter : demand.provider;
  if (record.signer == bound) return std::nullopt;
  return Why{Reason::wrong_party, std::string(to_string(record.kind())) + " signed by " + record.signer.text() +
                                      ", the " + std::string(to_string(party)) + " is " + bound.text()};
}

Trail::Check Trail::check(const Demand& body, WallTime now) const {
  if (auto ahead = check_made(body.made_unix_ms, now)) return ahead;
  if (now.unix_ms > body.deadline_unix_ms)
    return Why{Reason::demand_expired, milliseconds(now.unix_ms - body.deadline_unix_ms) + " ago"};
  return std::nullopt;
}

Trail::Check Trail::check(const Bid& body, WallTime now) const {
  if (body.demand != newest(RecordKind::demand)) return Why{Reason::chain_broken, "a bid on another demand"};
  if (auto ahead = check_made(body.made_unix_ms, now)) return ahead;
  if (body.max_total > demand().max_total) {
    return Why{Reason::price_too_high,
               "up to " + text_of(body.max_total) + ", the demand's limit is " + text_of(demand().max_total)};
  }
  if (now.unix_ms > demand().deadline_unix_ms)
    return Why{Reason::demand_expired, milliseconds(now.unix_ms - demand().deadline_unix_ms) + " ago"};
  if (now.unix_ms > body.valid_until_unix_ms)
    return Why{Reason::bid_expired, milliseconds(now.unix_ms - body.valid_until_unix_ms) + " ago"};
  return std::nullopt;
}

Trail::Check Trail::check(const Agreement& body, WallTime now) const {
  if (body.bid != newest(RecordKind::bid)) return Why{Reason::chain_broken, "an agreement to another bid"};
  if (now.unix_ms > bid().valid_until_unix_ms)
    return Why{Reason::bid_expired, milliseconds(now.unix_ms - bid().valid_until_unix_ms) + " ago"};
  return std::nullopt;
}

// The bid's validity is the provider's own time, and so is that of its acceptance: no other clock is asked.
Trail::Check Trail::check(const Acceptance& body, WallTime /*now*/) const {
  if (body.agreement != newest(RecordKind::agreement))
    return Why{Reason::chain_broken, "an acceptance of another agreement"};
  if (body.made_unix_ms > bid().valid_until_unix_ms) {
    return Why{Reason::bid_expired,
               "accepted " + milliseconds(body.made_unix_ms - bid().valid_until_unix_ms) + " after that"};
  }
  return std::nullopt;
}

Trail::Check Trail::check_usage(const Usage& usage) const {
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    const model::DimensionText& text = model::text_of(static_cast<model::Dimension>(i));
    const auto compared = [&](std::string_view what, std::uint64_t with) {
      return std::string(text.name) + " " + std::to_string(usage.quantity[i]) + " " + std::string(text.unit) + ", " +
             std::string(what) + " " + std::to_string(with);
    };
    if (usage.quantity[i] < usage_.quantity[i])
      return Why{Reason::usage_shrank, compared("before it was", usage_.quantity[i])};
    if (usage.quantity[i] > demand().usage_max.quantity[i])
      return Why{Reason::overcharged, compared("agreed are at most", demand().usage_max.quantity[i])};
  }
  return std::nullopt;
}

Trail::Check Trail::check(const UsageNote& body, WallTime /*now*/) const {
  if (auto broken = check_chain(body.sequence, body.before, notes_.size(), newest(RecordKind::usage_note)))
    return broken;
  if (notes_.size() == kNotesMax) return Why{Reason::rate_limited, std::to_string(kNotesMax) + " usage notes"};
  if (auto wrong = check_usage(body.usage)) return wrong;
  if (body.amount > bid().max_total)
    return Why{Reason::overcharged, text_of(body.amount) + ", agreed are at most " + text_of(bid().max_total)};
  const Credits amount = amount_due(bid(), body.usage);
  if (body.amount != amount)
    return Why{Reason::amount_wrong, text_of(body.amount) + ", the usage costs " + text_of(amount)};
  return std::nullopt;
}

Trail::Check Trail::check(const Voucher& body, WallTime /*now*/) const {
  if (auto broken = check_chain(body.sequence, body.before, vouchers_.size(), newest(RecordKind::voucher)))
    return broken;
  const auto note = find_note(body.note);
  if (!note) return Why{Reason::record_out_of_order, "it acknowledges a usage note that is not there"};
  if (!vouchers_.empty() && *note <= vouchers_.back().note)
    return Why{Reason::chain_broken, "a voucher before it acknowledges that usage note or a later one"};
  if (body.amount > bid().max_total)
    return Why{Reason::terms_differ, text_of(body.amount) + ", agreed are at most " + text_of(bid().max_total)};
  const Credits due = *note == 0 ? Credits{} : notes_[*note - 1].amount;
  const Credits least = std::max(due, authorised());
  if (body.amount < least)
    return Why{Reason::voucher_too_small, text_of(body.amount) + ", must be at least " + text_of(least)};
  return std::nullopt;
}

Trail::Check Trail::check(const Receipt& body, WallTime /*now*/) const {
  const auto note = find_note(body.note);
  if (!note) return Why{Reason::record_out_of_order, "the last usage note is not there"};
  if (*note != notes_.size()) return Why{Reason::chain_broken, "usage notes after the one it names"};
  if (!find_voucher(body.voucher)) return Why{Reason::record_out_of_order, "the last voucher is not there"};
  if (body.tasks.size() != demand().tasks.size()) {
    return Why{Reason::terms_differ, "of " + std::to_string(body.tasks.size()) + " tasks, agreed are " +
                                         std::to_string(demand().tasks.size())};
  }
  if (auto wrong = check_usage(body.usage)) return wrong;
  if (auto wrong = check_ends(body)) return wrong;
  if (body.amount > bid().max_total)
    return Why{Reason::overcharged, text_of(body.amount) + ", agreed are at most " + text_of(bid().max_total)};
  Credits amount;
  for (const Credits part : parts_due(demand(), bid(), body.tasks)) amount = {amount.micro + part.micro};
  if (auto wrong = check_tasks(body, amount)) return wrong;
  // Who has not done what was agreed may ask for less.
  if (body.amount > amount || (body.amount < amount && body.reason() == Reason::completed))
    return Why{Reason::amount_wrong, text_of(body.amount) + ", the usage costs " + text_of(amount)};
  return std::nullopt;
}

// It may have what notes have told of others (draft_receipt()). What is new was used by one that has begun.
Trail::Check Trail::check_ends(const Receipt& body) const {
  for (const TaskEnd& task : body.tasks) {
    if (!has_not_begun(task.reason)) continue;
    for (std::size_t i = 0; i < model::kDimensions; ++i) {
      if (task.usage.quantity[i] == 0 || body.usage.quantity[i] <= usage_.quantity[i]) continue;
      const model::DimensionText& text = model::text_of(static_cast<model::Dimension>(i));
      return Why{Reason::overcharged,
                 std::string(text.name) + " " + std::to_string(task.usage.quantity[i]) + " " + std::string(text.unit) +
                     " of a task that has not begun: " + std::string(model::text_of(task.reason).name)};
    }
  }
  return std::nullopt;
}

// Where it asks for more than `due`, because a task has used more than its own.
Trail::Check Trail::check_tasks(const Receipt& body, Credits due) const {
  if (body.amount <= due) return std::nullopt;
  for (std::size_t i = 0; i < body.tasks.size(); ++i) {
    const Credits cost = amount_due(bid(), paid_usage(body.tasks[i]));
    const Credits most = demand().tasks[i].max_total;
    if (cost <= most) continue;
    return Why{Reason::overcharged, "task " + std::to_string(i) + " for " + text_of(cost) + ", agreed are at most " +
                                        text_of(most) + " for it"};
  }
  return std::nullopt;
}

Trail::Check Trail::check(const ReceiptAcknowledgement& body, WallTime /*now*/) const {
  if (body.receipt != newest(RecordKind::receipt))
    return Why{Reason::chain_broken, "an acknowledgement of another receipt"};
  return std::nullopt;
}

}  // namespace quern::agreement
