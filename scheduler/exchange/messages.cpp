#include "scheduler/exchange/messages.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "scheduler/exchange/market.pb.h"

namespace quern::exchange {

using runtime::Bytes;
using runtime::ByteView;

namespace {

constexpr std::uint32_t kWhole = 1000;

Bytes bytes_of(const std::string& text) {
  return runtime::copy_of(runtime::bytes_of(text));
}

template <class Message>
Bytes serialised(const Message& message) {
  return bytes_of(message.SerializeAsString());
}

template <class Message>
std::optional<Message> parsed(ByteView bytes, std::size_t bytes_max) {
  Message message;
  if (bytes.size() > bytes_max || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::nullopt;
  }
  return message;
}

std::optional<RecordMessage> record_of(const std::string& envelope) {
  if (envelope.empty() || envelope.size() > agreement::kRecordBytesMax) return std::nullopt;
  return RecordMessage{bytes_of(envelope)};
}

void write(const RefusalMessage& refusal, wire::Refusal& to) {
  to.set_reason(static_cast<std::uint32_t>(refusal.why.reason));
  to.set_detail(refusal.why.detail.substr(0, model::kDetailBytesMax));
}

// A peer's text is shown to people and written to logs.
bool is_plain(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::optional<RefusalMessage> refusal_of(const wire::Refusal& refusal) {
  if (refusal.detail().size() > model::kDetailBytesMax || !is_plain(refusal.detail())) return std::nullopt;
  const auto told = model::reason_from_number(refusal.reason());
  const bool refuses = told && *told != model::Reason::unspecified && *told != model::Reason::completed;
  return RefusalMessage{{.reason = refuses ? *told : model::Reason::record_malformed, .detail = refusal.detail()}};
}

std::optional<Follow> follow_of(const wire::Follow& from) {
  Follow follow{
      .demand = {},
      .has = {.opening = from.opening(), .notes = from.notes(), .vouchers = from.vouchers(), .closing = from.closing()},
      .log_offsets = {from.log_offsets().begin(), from.log_offsets().end()}};
  if (from.demand().size() != follow.demand.size()) return std::nullopt;
  if (follow.log_offsets.empty() || follow.log_offsets.size() > agreement::kTasksMax) return std::nullopt;
  std::ranges::copy(runtime::bytes_of(from.demand()), follow.demand.begin());
  return follow;
}

std::optional<LogPiece> log_of(const wire::Log& from) {
  if (from.text().empty() || from.text().size() > kLogPieceBytesMax) return std::nullopt;
  if (from.offset() > UINT64_MAX - from.text().size() || from.task() >= agreement::kTasksMax) return std::nullopt;
  return LogPiece{.task = from.task(), .offset = from.offset(), .text = bytes_of(from.text())};
}

std::optional<ProgressMessage> progress_of(const wire::JobProgress& from) {
  if (from.permille() > kWhole || from.task() >= agreement::kTasksMax) return std::nullopt;
  return ProgressMessage{.task = from.task(), .permille = from.permille()};
}

std::optional<BidRequest> bid_request_of(const wire::BidRequest& from) {
  const auto demand = record_of(from.demand());
  if (!demand || from.manifests().empty() || static_cast<std::size_t>(from.manifests_size()) > agreement::kTasksMax)
    return std::nullopt;
  std::size_t bytes = 0;
  for (const std::string& manifest : from.manifests()) {
    bytes += manifest.size();
    if (manifest.empty() || bytes > model::kManifestBytesMax) return std::nullopt;
  }
  return BidRequest{.demand = demand->envelope, .manifests = {from.manifests().begin(), from.manifests().end()}};
}

void write(const Follow& follow, wire::JobMessage& to) {
  wire::Follow& message = *to.mutable_follow();
  message.set_demand(std::string(runtime::text_of(follow.demand)));
  message.set_opening(follow.has.opening);
  message.set_notes(follow.has.notes);
  message.set_vouchers(follow.has.vouchers);
  message.set_closing(follow.has.closing);
  for (const std::uint64_t offset : follow.log_offsets) message.add_log_offsets(offset);
}
void write(const RecordMessage& record, wire::JobMessage& to) {
  to.set_record(std::string(runtime::text_of(record.envelope)));
}
void write(const LogPiece& piece, wire::JobMessage& to) {
  QUERN_ASSERT(!piece.text.empty() && piece.text.size() <= kLogPieceBytesMax);
  to.mutable_log()->set_task(piece.task);
  to.mutable_log()->set_offset(piece.offset);
  to.mutable_log()->set_text(std::string(runtime::text_of(piece.text)));
}
void write(const ProgressMessage& progress, wire::JobMessage& to) {
  to.mutable_progress()->set_task(progress.task);
  to.mutable_progress()->set_permille(progress.permille);
}
void write(const CancelMessage& cancel, wire::JobMessage& to) {
  to.mutable_cancel()->set_task(cancel.task);
}
void write(const RefusalMessage& refusal, wire::JobMessage& to) {
  write(refusal, *to.mutable_refusal());
}

// The alternative of a variant, where it is there.
template <class Variant, class Alternative>
std::optional<Variant> as(std::optional<Alternative> value) {
  if (!value) return std::nullopt;
  return Variant(*std::move(value));
}

}  // namespace

Bytes encode(const AgreementRequest& message) {
  wire::AgreementRequest to;
  if (const auto* request = std::get_if<BidRequest>(&message)) {
    to.mutable_bid_request()->set_demand(std::string(runtime::text_of(request->demand)));
    for (const std::string& manifest : request->manifests) to.mutable_bid_request()->add_manifests(manifest);
  } else {
    to.set_agreement(std::string(runtime::text_of(std::get<RecordMessage>(message).envelope)));
  }
  return serialised(to);
}

Bytes encode(const AgreementResponse& message) {
  wire::AgreementResponse to;
  if (const auto* refusal = std::get_if<RefusalMessage>(&message)) {
    write(*refusal, *to.mutable_refusal());
  } else {
    to.set_record(std::string(runtime::text_of(std::get<RecordMessage>(message).envelope)));
  }
  return serialised(to);
}

Bytes encode(const JobMessage& message) {
  wire::JobMessage to;
  std::visit([&to](const auto& what) { write(what, to); }, message);
  return serialised(to);
}

Bytes encode_offers(const std::vector<Bytes>& offers) {
  QUERN_ASSERT(offers.size() <= kOffersMax);
  wire::OffersResponse to;
  for (const Bytes& offer : offers) to.add_offers(std::string(runtime::text_of(offer)));
  return serialised(to);
}

std::optional<AgreementRequest> decode_agreement_request(ByteView bytes) {
  const auto message = parsed<wire::AgreementRequest>(bytes, kAgreementRequestBytesMax);
  if (!message) return std::nullopt;
  if (message->has_bid_request()) return as<AgreementRequest>(bid_request_of(message->bid_request()));
  return as<AgreementRequest>(record_of(message->agreement()));
}

std::optional<AgreementResponse> decode_agreement_response(ByteView bytes) {
  const auto message = parsed<wire::AgreementResponse>(bytes, kAgreementResponseBytesMax);
  if (!message) return std::nullopt;
  if (message->has_refusal()) return as<AgreementResponse>(refusal_of(message->refusal()));
  return as<AgreementResponse>(record_of(message->record()));
}

std::optional<JobMessage> decode_job_message(ByteView bytes) {
  const auto message = parsed<wire::JobMessage>(bytes, kJobMessageBytesMax);
  if (!message) return std::nullopt;
  switch (message->what_case()) {
    case wire::JobMessage::kFollow:
      return as<JobMessage>(follow_of(message->follow()));
    case wire::JobMessage::kRecord:
      return as<JobMessage>(record_of(message->record()));
    case wire::JobMessage::kLog:
      return as<JobMessage>(log_of(message->log()));
    case wire::JobMessage::kProgress:
      return as<JobMessage>(progress_of(message->progress()));
    case wire::JobMessage::kCancel:
      if (message->cancel().task() >= agreement::kTasksMax) return std::nullopt;
      return CancelMessage{message->cancel().task()};
    case wire::JobMessage::kRefusal:
      return as<JobMessage>(refusal_of(message->refusal()));
    case wire::JobMessage::WHAT_NOT_SET:
      break;
  }
  return std::nullopt;
}

std::optional<std::vector<Bytes>> decode_offers(ByteView bytes) {
  const auto message = parsed<wire::OffersResponse>(bytes, kOffersResponseBytesMax);
  if (!message || static_cast<std::size_t>(message->offers_size()) > kOffersMax) return std::nullopt;
  std::vector<Bytes> offers;
  offers.reserve(static_cast<std::size_t>(message->offers_size()));
  for (const std::string& offer : message->offers()) {
    if (offer.empty() || offer.size() > model::kOfferBytesMax) return std::nullopt;
    offers.push_back(bytes_of(offer));
  }
  return offers;
}

}  // namespace quern::exchange
