// What stays of paper trails that are not kept whole any more: their receipts as both have signed them, beside the
// ledger, whose entries name them. Never removed.
//
// Apart from the rows of receipt_table.hpp, though each has one there: a row is a summary that changes until its
// agreement ends, and thousands are read at once; this is evidence, up to 32 KiB, written once, read by itself, and it
// must say what it says also where the row was not written yet or by an earlier version. So who, how much and why stand
// in both.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "scheduler/agreement/trail.hpp"
#include "scheduler/jobs/trail_journal.hpp"
#include "scheduler/store/database.hpp"

namespace quern::daemon {

struct KeptReceipt {
  jobs::DemandId demand{};
  std::string submitter;  // peer ids
  std::string provider;
  std::int64_t ended_unix_ms = 0;
  std::int64_t removed_unix_ms = 0;
  model::Credits amount;  // that was owed
  std::string end;        // name of the receipt's reason; empty where there was none
  // The last two records, each behind its size (two bytes, the high one first): receipt and acknowledgement, or, of a
  // trail that was given up, what there was last.
  runtime::Bytes records;
  bool operator==(const KeptReceipt&) const = default;
};

// A trail of this node; what stays of one that is not kept whole any more; monostate where there is neither.
using TrailFound = std::variant<std::monostate, agreement::Trail, KeptReceipt>;

// When a settled trail ended: was closed, or, given up, was begun.
std::int64_t ended_unix_ms(const agreement::Trail& trail);
KeptReceipt kept_receipt_of(const agreement::Trail& trail, std::int64_t removed_unix_ms);

// Steps of a schema are transactions of their own.
runtime::Result<void> migrate_kept_receipts(store::Database& database);
// Inside a transaction. Nothing happens when it is there.
runtime::Result<void> keep_receipt(store::Database& database, const KeptReceipt& receipt);
runtime::Result<std::optional<KeptReceipt>> find_kept_receipt(store::Database& database, const jobs::DemandId& demand);

}  // namespace quern::daemon
