#include "scheduler/agreement/verify.hpp"

#include "overlay/runtime/assertion.hpp"

namespace quern::agreement {
namespace {

std::string what_is_missing(const Trail& trail) {
  if (trail.stage() < Stage::running) {
    const auto missing = static_cast<RecordKind>(trail.progress().opening);
    return "the " + std::string(to_string(missing)) + " is not there: nothing was agreed";
  }
  const std::string missing = trail.stage() == Stage::running ? "receipt" : "receipt acknowledgement";
  return "the " + missing + " is not there: vouchers are for " + to_text(trail.authorised()) +
         " credits, so the submitter owes " + to_text(trail.owed()) + " of " + to_text(trail.due());
}

std::vector<StatementTask> tasks_of(const Trail& trail) {
  const std::vector<model::Credits> amounts = trail.owed_by_task();
  std::vector<StatementTask> tasks;
  tasks.reserve(amounts.size());
  for (std::size_t i = 0; i < amounts.size(); ++i)
    tasks.push_back({trail.demand().tasks[i], trail.receipt().tasks[i], amounts[i]});
  return tasks;
}

}  // namespace

Statement statement_of(const Trail& trail) {
  QUERN_ASSERT(trail.stage() == Stage::closed);
  const Demand& demand = trail.demand();
  const Bid& bid = trail.bid();
  const Receipt& receipt = trail.receipt();
  return {.submitter = demand.submitter.text(),
          .provider = demand.provider.text(),
          .demand_id = demand.id,
          .tasks = tasks_of(trail),
          .device = demand.device,
          .offer_sequence = demand.offer_sequence,
          .rates = bid.rates,
          .cost_low = bid.cost_low,
          .cost_likely = bid.cost_likely,
          .cost_high = bid.cost_high,
          .max_total = bid.max_total,
          .usage = receipt.usage,
          .amount = trail.owed(),
          .authorised = trail.authorised(),
          .reason = receipt.reason(),
          .notes = trail.note_count(),
          .vouchers = trail.voucher_count(),
          .receipt = trail.newest(RecordKind::receipt),
          .demanded_unix_ms = demand.made_unix_ms,
          .accepted_unix_ms = trail.accepted_unix_ms().value_or(0),
          .ended_unix_ms = receipt.made_unix_ms,
          .closed_unix_ms = trail.closed_unix_ms().value_or(0)};
}

std::expected<Statement, TrailFault> verify(runtime::ByteView file) {
  const auto trail = read_trail(file);
  if (!trail) return std::unexpected(trail.error());
  if (trail->stage() == Stage::closed) return statement_of(*trail);
  return std::unexpected(TrailFault{.record = trail->records().size(),
                                    .offset = file.size(),
                                    .why = {model::Reason::trail_incomplete, what_is_missing(*trail)}});
}

}  // namespace quern::agreement
