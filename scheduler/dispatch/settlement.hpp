// What a paper trail says, as entries of a party's ledger. The same rule for both parties, at every stage: a trail can
// be posted as often and as early as one likes, and again after a crash; what stands already is not posted twice.
//
//   stage                submitter                               provider
//   agreed to ended      reserve: the bid's max_total            -
//   closed               spend: what the receipt says            earn: the same
//   given up: agreed     release: it owes nothing                -
//   given up: later      spend: Trail::owed(), that it signed    earn: the same, by the vouchers it has
//
// Keys are the agreement's hash. The ledger's job is the hex digest of the job, or kSeveralJobs of an agreement for
// tasks of several, whose receipt says what each is; its peer is the other party.
#pragma once
#include <cstdint>
#include <string_view>

#include "overlay/identity/peer_id.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/time.hpp"
#include "scheduler/agreement/trail.hpp"
#include "scheduler/ledger/ledger.hpp"

namespace quern::dispatch {

inline constexpr std::string_view kSeveralJobs = "several";

enum class Outlook : std::uint8_t {
  open,      // records may still come
  given_up,  // this party adds no record and takes none: the other is lost, or has broken its word
};

// Enters what `trail` demands of the ledger of `self`, one of its parties. Like the ledger's own entries it is made
// inside a transaction of the database, which an error should roll back. Posting an earlier copy of a trail after a
// later one changes nothing.
//
// The budget is asked while the submitter can still keep its agreement back, at Stage::agreed:
// ledger::Errc::budget_exceeded means that it must not be sent. What is bound is owed, whatever the budget.
// ledger::Errc::key_reused: the trail was given up and has gone on nevertheless (settled() would have told); what
// stands in the ledger holds. ledger::Errc::entry_invalid: `self` is no party of it.
//
// `now` is the time of entries that are new.
runtime::Result<void> post(ledger::Ledger& ledger, const agreement::Trail& trail, const identity::PeerId& self,
                           runtime::WallTime now, Outlook outlook = Outlook::open);

// Whether post() has entered the end of this agreement: such a trail is not taken up again. False below Stage::agreed.
runtime::Result<bool> settled(const ledger::Ledger& ledger, const agreement::Trail& trail,
                              const identity::PeerId& self);

}  // namespace quern::dispatch
