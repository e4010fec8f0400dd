// The offline verification of a trail: no clock, no network, no keys but those in the records.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "overlay/runtime/bytes.hpp"
#include "scheduler/agreement/trail_file.hpp"

namespace quern::agreement {

struct StatementTask : TaskRef, TaskEnd {
  model::Credits amount;  // its part of the statement's
};

// What both parties have signed. Times by the clocks of those who signed.
struct Statement {
  std::string submitter;  // peer id
  std::string provider;
  std::array<std::byte, kDemandIdBytes> demand_id{};
  std::vector<StatementTask> tasks;
  std::string device;
  std::uint64_t offer_sequence = 0;
  model::RateCard rates;
  model::Credits cost_low;  // as the provider expected
  model::Credits cost_likely;
  model::Credits cost_high;
  model::Credits max_total;
  model::Usage usage;
  model::Credits amount;                              // that the submitter owes
  model::Credits authorised;                          // by vouchers, before the end
  model::Reason reason = model::Reason::unspecified;  // Receipt::reason()
  std::size_t notes = 0;
  std::size_t vouchers = 0;
  Hash receipt{};  // names the agreement's end in a ledger
  std::int64_t demanded_unix_ms = 0;
  std::int64_t accepted_unix_ms = 0;
  std::int64_t ended_unix_ms = 0;
  std::int64_t closed_unix_ms = 0;
};

// Of a trail of Stage::closed (asserted).
Statement statement_of(const Trail& trail);

// As read_trail(); and trail_incomplete when the records end before the acknowledgement of the receipt: the detail says
// what is owed nevertheless.
std::expected<Statement, TrailFault> verify(runtime::ByteView file);

}  // namespace quern::agreement
