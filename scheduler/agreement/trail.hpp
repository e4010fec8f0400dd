// The paper trail of one agreement as a machine without I/O. The submitter, the provider and whoever verifies keep one
// each and feed it every envelope they make or get; those that have taken the same records give the same answers.
//
//   Demand -> Bid -> Agreement -> Acceptance -> notes and vouchers -> Receipt -> ReceiptAcknowledgement
//
// Notes are one chain, vouchers another: each carries the hash of the one before, the first that of the acceptance. A
// voucher names the note it acknowledges, later ones name later notes. The receipt names the last of both.
//
// A record is taken or refused by name; refused, it leaves nothing behind. So replays, copies, records on the wrong way
// round and late ones are answers like any other, and lost ones are asked for again (progress(), lacking()).
//
// `now` is the keeper's own clock. Only demand, bid and agreement can be too late for it; later records are bound by
// the chain, and no clock that jumps can break an agreement that stands.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <set>
#include <vector>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/time.hpp"
#include "scheduler/agreement/records.hpp"

namespace quern::agreement {

inline constexpr std::size_t kNotesMax = 2048;  // and one voucher more; further ones are rate_limited
inline constexpr std::size_t kTrailRecordsMax = 4 + 2 * kNotesMax + 1 + 2;
// How far a demand or a bid may be ahead of the keeper's clock.
inline constexpr std::int64_t kClockSkewMaxMs = 5LL * 60 * 1000;

// The kind that was taken, or why none was. Of the paper trail's own reasons:
//   signature_invalid, record_malformed     as open_record()
//   clocks_differ        a demand or bid from a clock far ahead
//   record_duplicate     the trail has it, or another where only one can be
//   record_out_of_order  one that it follows is not there yet: ask for it, then take this again
//   record_late          after the receipt, or after its acknowledgement
//   chain_broken         it names another record than the one it must follow
//   wrong_party          signed by another than the one whose word it is
//   demand_expired, bid_expired, price_too_high (a bid above the demand's max_total)
//   usage_shrank         below an earlier note
//   overcharged          usage above usage_max, or an amount above max_total; of a receipt also above what is due
//                        where a task has used more than its own max_total, and usage of a task that has not begun and
//                        that no note has told
//   amount_wrong         not amount_due(); of a receipt: above the sum of parts_due(), or below it when `completed`
//   voucher_too_small    below the note it acknowledges or the voucher before
//   terms_differ         a voucher above max_total; a receipt of other tasks than were agreed
//   rate_limited         more than kNotesMax notes
using Outcome = std::expected<RecordKind, model::Why>;

// What is due for `usage`: its cost by the bid's rates, never more than the bid's max_total.
model::Credits amount_due(const Bid& bid, const model::Usage& usage);

// Whether a task that ended for that reason did not even begin, so that it has used nothing.
bool has_not_begun(model::Reason reason);

// What is paid for of what a task used: one set-up alone where its program did not compile, else all.
model::Usage paid_usage(const TaskEnd& task);

// What is due for each task of a receipt by its paid_usage(), rounded as the whole is: never more than the task's
// max_total, and together never more than the bid's. As many as the demand has.
std::vector<model::Credits> parts_due(const Demand& demand, const Bid& bid, const std::vector<TaskEnd>& tasks);

enum class Stage : std::uint8_t {
  empty,
  demanded,
  bid,
  agreed,
  running,  // accepted: both are bound
  ended,    // the receipt is there
  closed,   // and acknowledged: nothing can be added
};

// How much of a trail somebody has.
struct Progress {
  std::uint32_t opening = 0;  // of the four records up to the acceptance
  std::uint32_t notes = 0;
  std::uint32_t vouchers = 0;
  std::uint32_t closing = 0;  // of receipt and acknowledgement
  bool operator==(const Progress&) const = default;
};

// A value. Not thread-safe. Memory: what it has taken, at most kTrailRecordsMax times kRecordBytesMax; 600 bytes for a
// note and its voucher under Ed25519 keys.
class Trail {
 public:
  // Takes the next record, whoever delivers it. One signature is verified (60 us); for a duplicate none.
  Outcome take(runtime::ByteView envelope, runtime::WallTime now);
  // As take() by the signer's own time: for records out of a file, which somebody took when they were new. What take()
  // has taken from the first record on, this takes too.
  Outcome replay(runtime::ByteView envelope);
  // As replay(), without verifying the signature. Only for records that this node has taken before and that a later
  // one, which is verified, names by its hash.
  Outcome recall(runtime::ByteView envelope);

  Stage stage() const;
  // What has been said. It must be there (asserted): stage() tells.
  const Demand& demand() const;
  const Bid& bid() const;
  const Receipt& receipt() const;
  // The newest note's, then the receipt's.
  const model::Usage& usage() const { return usage_; }
  // When it was signed that both are bound, and that both agree on the end.
  std::optional<std::int64_t> accepted_unix_ms() const { return accepted_unix_ms_; }
  std::optional<std::int64_t> closed_unix_ms() const { return closed_unix_ms_; }

  // The amount of the newest note; of the receipt once it is there.
  model::Credits due() const { return due_; }
  // What the submitter has promised by vouchers.
  model::Credits authorised() const;
  // What the submitter owes: what is due, but never more than it signed for, by a voucher or by the acknowledgement.
  model::Credits owed() const;
  // Of owed(), what each task of the demand is, no more than its max_total: by their usage, as parts_due(), so that
  // they add up. Before the end nobody has said which task took what: the first ones, which were the first to run,
  // stand for all.
  std::vector<model::Credits> owed_by_task() const;
  // What the provider may still earn before the next voucher after having used so much in all: vouchers and credit
  // limit, at most max_total, less the cost of `used`. Below zero when it went too far. From Stage::bid on (asserted).
  model::Credits headroom(const model::Usage& used) const;
  // Whether the provider may work on until it has used so much in all: within usage_max and headroom. Only while
  // Stage::running.
  bool may_work(const model::Usage& until) const;
  // `used` as it can be billed: no more than usage_max, no less than was billed.
  model::Usage billable(const model::Usage& used) const;

  // What this party can add now; nullopt when it is the other's turn or nothing can be added. While running: a usage
  // note for the provider (or a receipt), a voucher for the submitter when there is a note without one.
  std::optional<RecordKind> next_of(Party party) const;
  // The hash of the newest record of that kind, which the next one names; of the acceptance where no note or voucher
  // is. The record, or the acceptance, must be there (asserted).
  const Hash& newest(RecordKind kind) const;
  std::size_t note_count() const { return notes_.size(); }
  std::size_t voucher_count() const { return vouchers_.size(); }

  // Two keepers that tell each other their progress and send what the other lacks come to have the same records.
  Progress progress() const;
  // In the order of a trail file: each voucher behind the note it acknowledges. Views into the trail.
  std::vector<runtime::ByteView> lacking(const Progress& other) const;
  std::vector<runtime::ByteView> records() const { return lacking({}); }

 private:
  struct Kept {
    runtime::Bytes envelope;
    Hash hash{};
  };
  struct KeptNote : Kept {
    model::Credits amount;
  };
  struct KeptVoucher : Kept {
    model::Credits amount;
    std::size_t note = 0;  // how many notes there are up to the one it acknowledges
  };
  using Check = std::optional<model::Why>;  // why not

  using Open = std::expected<Record, model::Why> (*)(runtime::ByteView envelope);
  Outcome admit(runtime::ByteView envelope, Open open, std::optional<runtime::WallTime> clock);
  Check check_turn(RecordKind kind) const;
  Check check_party(const Record& record) const;
  // What must hold for the body; one a kind.
  Check check(const Demand& body, runtime::WallTime now) const;
  Check check(const Bid& body, runtime::WallTime now) const;
  Check check(const Agreement& body, runtime::WallTime now) const;
  Check check(const Acceptance& body, runtime::WallTime now) const;
  Check check(const UsageNote& body, runtime::WallTime now) const;
  Check check(const Voucher& body, runtime::WallTime now) const;
  Check check(const Receipt& body, runtime::WallTime now) const;
  Check check(const ReceiptAcknowledgement& body, runtime::WallTime now) const;
  Check check_usage(const model::Usage& usage) const;
  Check check_ends(const Receipt& body) const;
  Check check_tasks(const Receipt& body, model::Credits due) const;
  void keep(const Demand& body, Kept kept);
  void keep(const Bid& body, Kept kept);
  void keep(const Agreement& body, Kept kept);
  void keep(const Acceptance& body, Kept kept);
  void keep(const UsageNote& body, Kept kept);
  void keep(const Voucher& body, Kept kept);
  void keep(const Receipt& body, Kept kept);
  void keep(const ReceiptAcknowledgement& body, Kept kept);

  // How many notes (vouchers) there are up to the one of that hash: 0 for the acceptance. nullopt: unknown.
  std::optional<std::size_t> find_note(const Hash& hash) const;
  std::optional<std::size_t> find_voucher(const Hash& hash) const;

  std::optional<Demand> demand_;
  std::optional<Bid> bid_;
  std::optional<Receipt> receipt_;
  std::optional<std::int64_t> accepted_unix_ms_;
  std::optional<std::int64_t> closed_unix_ms_;
  model::Usage usage_;
  model::Credits due_;

  std::vector<Kept> opening_;  // demand to acceptance
  std::vector<KeptNote> notes_;
  std::vector<KeptVoucher> vouchers_;
  std::vector<Kept> closing_;  // receipt and acknowledgement
  std::set<Hash> hashes_;      // of all of them
};

}  // namespace quern::agreement
