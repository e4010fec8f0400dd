// The records of an agreement, in the order of their making:
//
//   Demand -> Bid -> Agreement -> Acceptance -> UsageNote, Voucher, ... -> Receipt -> ReceiptAcknowledgement
//
// Each is a signed envelope (overlay/identity/signed_envelope.hpp) under a domain and payload type of its own. Its hash
// is SHA-256 of the envelope's exact bytes, and by that hash a later record binds an earlier one: nothing is ever
// encoded again to be verified. What is checked here can be seen in one record alone; whether it fits those before it
// is the trail's to say (trail.hpp).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "overlay/identity/key.hpp"
#include "overlay/identity/peer_id.hpp"
#include "overlay/runtime/bytes.hpp"
#include "scheduler/model/job.hpp"
#include "scheduler/model/reason.hpp"
#include "scheduler/model/usage.hpp"

namespace quern::agreement {

inline constexpr std::uint32_t kRecordVersion = 1;
inline constexpr std::size_t kRecordBytesMax = 16384;  // the envelope: a receipt of all that fits, under an RSA key
inline constexpr std::size_t kTasksMax = 64;           // of one agreement
inline constexpr std::size_t kOutputsMax = 128;        // of all its tasks
inline constexpr std::size_t kDemandIdBytes = 16;
inline constexpr std::uint32_t kShardsMax = 1'000'000;
inline constexpr std::int64_t kDemandValidityMaxMs = 24LL * 3600 * 1000;  // of demands and bids, from their making
inline constexpr std::uint32_t kNoteIntervalMinMs = 10;
inline constexpr std::uint32_t kNoteIntervalMaxMs = 3'600'000;
inline constexpr std::uint32_t kWalltimeMaxMs = 30u * 24 * 3600 * 1000;
inline constexpr model::Credits kAmountMax{1'000'000'000 * model::kMicroPerCredit};  // sums of two always fit
// No record is from before this software or from after it.
inline constexpr std::int64_t kTimeMinUnixMs = 1'704'067'200'000;  // 2024-01-01
inline constexpr std::int64_t kTimeMaxUnixMs = 4'102'444'800'000;  // 2100-01-01, not included

enum class Party : std::uint8_t { submitter, provider };
enum class RecordKind : std::uint8_t {
  demand,
  bid,
  agreement,
  acceptance,
  usage_note,
  voucher,
  receipt,
  receipt_acknowledgement,
};
inline constexpr std::size_t kRecordKinds = 8;
Party signer_of(RecordKind kind);
std::string_view to_string(Party party);      // "provider"
std::string_view to_string(RecordKind kind);  // "usage note"

using Hash = model::Digest;  // of a record

// One shard of a job.
struct TaskRef {
  model::Digest job{};  // SHA-256 of the canonical manifest
  std::uint32_t shard = 0;
  std::uint32_t shards = 1;
  model::Credits max_total;  // however much it uses, no more is due for it
  bool operator==(const TaskRef&) const = default;
};

// The submitter asks one provider for tasks on one of its devices: they are run one after the other.
struct Demand {
  std::int64_t made_unix_ms = 0;               // by the signer's clock, in every record
  std::array<std::byte, kDemandIdBytes> id{};  // random: tells apart demands that are otherwise the same
  identity::PeerId submitter;
  identity::PeerId provider;
  std::vector<TaskRef> tasks;         // 1 to kTasksMax, of the same job or of several
  std::string device;                 // model::OfferedDevice::id: model::is_device_id()
  std::uint64_t offer_sequence = 0;   // of the offer that the demand is made on
  model::Usage usage_max;             // no more is paid for
  model::Credits max_total;           // no bid may exceed it: the sum of the tasks'
  std::int64_t deadline_unix_ms = 0;  // no bid is taken after it
  bool operator==(const Demand&) const = default;
};

// The provider's binding answer.
struct Bid {
  std::int64_t made_unix_ms = 0;
  Hash demand{};
  model::RateCard rates;  // holds whatever the provider offers later
  model::Credits cost_low;
  model::Credits cost_likely;  // expected: low <= likely <= high
  model::Credits cost_high;
  model::Credits max_total;              // however much is used, no more is due
  std::int64_t valid_until_unix_ms = 0;  // no agreement is taken after it
  model::Credits credit_limit;           // how far the provider works ahead of vouchers
  std::uint32_t note_interval_ms = 0;    // the longest between two usage notes
  std::uint32_t walltime_ms = 0;         // the longest that a task may run
  bool operator==(const Bid&) const = default;
};

// The submitter accepts the bid.
struct Agreement {
  std::int64_t made_unix_ms = 0;
  Hash bid{};
  bool operator==(const Agreement&) const = default;
};

// The provider countersigns: from here on both are bound.
struct Acceptance {
  std::int64_t made_unix_ms = 0;
  Hash agreement{};
  bool operator==(const Acceptance&) const = default;
};

// The provider's running bill: totals since the first task began.
struct UsageNote {
  std::int64_t made_unix_ms = 0;
  std::uint32_t sequence = 1;  // 1, 2, 3, ...
  model::Usage usage;
  model::Credits amount;  // due for it
  Hash before{};          // of the note before; of the acceptance for the first
  bool operator==(const UsageNote&) const = default;
};

// The submitter's promise to pay: a total, like the note it answers.
struct Voucher {
  std::int64_t made_unix_ms = 0;
  std::uint32_t sequence = 1;
  model::Credits amount;  // at least that of the note
  Hash note{};            // that it acknowledges; the acceptance for a promise before the first note
  Hash before{};          // of the voucher before; of the acceptance for the first
  bool operator==(const Voucher&) const = default;
};

struct OutputDigest {
  model::Digest digest{};
  std::uint64_t bytes = 0;  // at most kFileBytesMax
  bool operator==(const OutputDigest&) const = default;
};

// What became of a task.
struct TaskEnd {
  model::Reason reason = model::Reason::completed;
  model::Usage usage;                 // its part of the receipt's
  std::vector<OutputDigest> outputs;  // in the order of the manifest
  bool operator==(const TaskEnd&) const = default;
};

// The provider's final word.
struct Receipt {
  std::int64_t made_unix_ms = 0;
  std::vector<TaskEnd> tasks;  // in the order of the demand's; of at most kOutputsMax outputs together
  model::Usage usage;          // the sum of theirs
  model::Credits amount;
  Hash note{};     // the last; the acceptance if there is none
  Hash voucher{};  // the last that the provider has; the acceptance if there is none
  // Completed when all its tasks are; else the reason of the first that is not.
  model::Reason reason() const;
  bool operator==(const Receipt&) const = default;
};

// The submitter countersigns: what the receipt says is what it owes.
struct ReceiptAcknowledgement {
  std::int64_t made_unix_ms = 0;
  Hash receipt{};
  bool operator==(const ReceiptAcknowledgement&) const = default;
};

// In the order of RecordKind.
using Body = std::variant<Demand, Bid, Agreement, Acceptance, UsageNote, Voucher, Receipt, ReceiptAcknowledgement>;
inline RecordKind kind_of(const Body& body) {
  return static_cast<RecordKind>(body.index());
}
std::int64_t made_unix_ms(const Body& body);

// A record whose signature holds.
struct Record {
  identity::PeerId signer;
  Hash hash{};
  Body body;
  RecordKind kind() const { return kind_of(body); }
};

Hash hash_of(runtime::ByteView envelope);

// The envelope. A body that open_record() would refuse is a defect of the caller (asserted), but for its kind: who may
// sign what is the trail's to say. 25 us.
runtime::Bytes seal_record(const identity::PrivateKey& key, const Body& body);

// Reads strictly. record_malformed: no record, too large, an unknown version or field, a value out of its range, a time
// outside [kTimeMinUnixMs, kTimeMaxUnixMs); signature_invalid. The detail names the record, the field, the value and
// the limit. 60 us for an Ed25519 signature.
std::expected<Record, model::Why> open_record(runtime::ByteView envelope);
// As open_record(), of one whose signature was verified when it was kept: it is not verified again.
std::expected<Record, model::Why> reopen_record(runtime::ByteView envelope);

}  // namespace quern::agreement
