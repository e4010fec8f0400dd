// A row for every agreement of this node, in its database: what callers page through, whether or not the paper trail is
// still kept. The ledger says how much; the rows say for what.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "overlay/identity/peer_id.hpp"
#include "scheduler/agreement/trail.hpp"
#include "scheduler/daemon/earnings.hpp"
#include "scheduler/dispatch/settlement.hpp"
#include "scheduler/jobs/trail_journal.hpp"
#include "scheduler/model/job.hpp"
#include "scheduler/store/database.hpp"

namespace quern::daemon {

inline constexpr std::size_t kReceiptsListedMax = 500;

enum class ReceiptState : std::uint8_t {
  pending = 1,  // under way, or its end is not signed by both yet
  settled,      // both have signed for what is due
  unpaid,       // given up, with less owed than due
};
std::string_view name_of(ReceiptState state);

struct ReceiptRow {
  std::int64_t number = 0;  // 1, 2, 3... in the order in which they came; 0: not in the table yet
  jobs::DemandId demand{};
  model::Digest agreement{};  // key of the ledger's entry
  agreement::Party role = agreement::Party::provider;
  std::string peer;    // the other party
  std::string device;  // the provider's
  model::Digest job{};
  std::string job_id;  // of a job submitted here; empty: not known
  std::string name;    // the job's; likewise
  std::string kind;    // likewise
  // Of the first task of the agreement: its shard, of so many of its job; and how many tasks the agreement is for.
  std::uint32_t task = 0;
  std::uint32_t tasks = 1;
  std::uint32_t together = 1;
  model::Usage usage;
  model::Credits owed;
  model::Credits due;
  ReceiptState state = ReceiptState::pending;
  model::Reason end = model::Reason::unspecified;
  std::int64_t at_unix_ms = 0;
  bool operator==(const ReceiptRow&) const = default;
};

// Of a trail of Stage::agreed or later, of which `self` is a party.
ReceiptRow receipt_of(const agreement::Trail& trail, const identity::PeerId& self, dispatch::Outlook outlook,
                      std::int64_t now_unix_ms);

// As the ledger's calls, these are made inside an operation of a store::Writer.
runtime::Result<void> migrate_receipts(store::Database& database);
// In place of an earlier one of that agreement, unless that has come to its end. What is not known any more of job and
// kind stays as it was.
runtime::Result<void> save_receipt(store::Database& database, const ReceiptRow& row);
// The newest with numbers below `before`, the newest first; at most `count`.
runtime::Result<std::vector<ReceiptRow>> load_receipts(store::Database& database, std::int64_t before,
                                                       std::size_t count);
runtime::Result<std::optional<ReceiptRow>> find_receipt(store::Database& database, const jobs::DemandId& demand);

// The job submitted here that an entry is of; empty: not known, or it is of several.
runtime::Result<std::string> find_job_id(store::Database& database, const ledger::Transaction& entry);

// What peers have left unpaid in agreements that this node has provided and given up, less their part of what they have
// paid (engagement::kForgivenShare). At most engagement::kDebtorsMax, of those that owe most.
struct Unpaid {
  std::string peer;
  model::Credits amount;
};
runtime::Result<std::vector<Unpaid>> load_unpaid(store::Database& database);

enum class EarningsBy : std::uint8_t { device, peer, kind };
// The ledger's entries of the time, each under its device, peer or kind of job, and the energy of work_energy.hpp.
// Reads them all: about a second a million.
runtime::Result<Earnings> read_earnings(ledger::Ledger& ledger, const EarningsQuery& query, EarningsBy by);

boost::json::object to_json(const ReceiptRow& row);

}  // namespace quern::daemon
