// The market's messages as values, and their bytes. Decoding is strict: what comes from a peer is one of these, or
// nothing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "overlay/runtime/bytes.hpp"
#include "scheduler/agreement/trail.hpp"
#include "scheduler/model/job.hpp"
#include "scheduler/model/offer.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::exchange {

inline constexpr std::string_view kOffersProtocol = "/quern/offers/1.0.0";
inline constexpr std::string_view kAgreementProtocol = "/quern/agreement/1.0.0";
inline constexpr std::string_view kJobProtocol = "/quern/job/1.0.0";

inline constexpr std::size_t kOffersMax = 1'000;  // in one response
inline constexpr std::size_t kLogPieceBytesMax = 16 << 10;
inline constexpr std::size_t kMessageOverhead = 64;
inline constexpr std::size_t kAgreementRequestBytesMax =
    model::kManifestBytesMax + agreement::kRecordBytesMax + (1 + agreement::kTasksMax) * kMessageOverhead;
inline constexpr std::size_t kAgreementResponseBytesMax = agreement::kRecordBytesMax + kMessageOverhead;
inline constexpr std::size_t kOffersResponseBytesMax = kOffersMax * (model::kOfferBytesMax + 8);
inline constexpr std::size_t kJobMessageBytesMax = kLogPieceBytesMax + kMessageOverhead;

// A record, as it was signed.
struct RecordMessage {
  runtime::Bytes envelope;  // 1 to kRecordBytesMax bytes
  bool operator==(const RecordMessage&) const = default;
};
// Nobody signs it: it never says that something was done. What is no reason to refuse (a number of a later version,
// `unspecified`, `completed`) is decoded as Reason::record_malformed.
struct RefusalMessage {
  model::Why why;
  bool operator==(const RefusalMessage&) const = default;
};

struct BidRequest {
  runtime::Bytes demand;               // record
  std::vector<std::string> manifests;  // 1 to kTasksMax, canonical JSON; of at most kManifestBytesMax together
  bool operator==(const BidRequest&) const = default;
};
using AgreementRequest = std::variant<BidRequest, RecordMessage>;       // the record: an agreement
using AgreementResponse = std::variant<RecordMessage, RefusalMessage>;  // a bid, or an acceptance

// The first message of the submitter on a job's stream.
struct Follow {
  std::array<std::byte, agreement::kDemandIdBytes> demand{};
  agreement::Progress has;
  std::vector<std::uint64_t> log_offsets;  // 1 to kTasksMax: as many as the demand has tasks
  bool operator==(const Follow&) const = default;
};
// Of a task of the demand, counted from 0: below kTasksMax, as in the next two.
struct LogPiece {
  std::uint32_t task = 0;
  std::uint64_t offset = 0;
  runtime::Bytes text;  // 1 to kLogPieceBytesMax bytes
  bool operator==(const LogPiece&) const = default;
};
struct ProgressMessage {
  std::uint32_t task = 0;
  std::uint32_t permille = 0;  // at most 1000
  bool operator==(const ProgressMessage&) const = default;
};
struct CancelMessage {
  std::uint32_t task = 0;
  bool operator==(const CancelMessage&) const = default;
};
using JobMessage = std::variant<Follow, RecordMessage, LogPiece, ProgressMessage, CancelMessage, RefusalMessage>;

runtime::Bytes encode(const AgreementRequest& message);
runtime::Bytes encode(const AgreementResponse& message);
runtime::Bytes encode(const JobMessage& message);
// At most kOffersMax.
runtime::Bytes encode_offers(const std::vector<runtime::Bytes>& offers);

std::optional<AgreementRequest> decode_agreement_request(runtime::ByteView bytes);
std::optional<AgreementResponse> decode_agreement_response(runtime::ByteView bytes);
std::optional<JobMessage> decode_job_message(runtime::ByteView bytes);
std::optional<std::vector<runtime::Bytes>> decode_offers(runtime::ByteView bytes);

}  // namespace quern::exchange
