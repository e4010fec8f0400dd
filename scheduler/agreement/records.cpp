#include "scheduler/agreement/records.hpp"

#include <algorithm>

#include "overlay/identity/signed_envelope.hpp"
#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/sha256.hpp"
#include "scheduler/agreement/record_codec.hpp"

namespace quern::agreement {
namespace {

using model::Reason;
using model::Why;
using runtime::Bytes;
using runtime::ByteView;

struct KindText {
  std::string_view name;
  Party signer;
  std::string_view domain;
  std::string_view payload_type;
};

using enum Party;
constexpr std::array<KindText, kRecordKinds> kKinds{{
    {"demand", submitter, "quern-demand", "/quern/demand"},
    {"bid", provider, "quern-bid", "/quern/bid"},
    {"agreement", submitter, "quern-agreement", "/quern/agreement"},
    {"acceptance", provider, "quern-acceptance", "/quern/acceptance"},
    {"usage note", provider, "quern-usage-note", "/quern/usage-note"},
    {"voucher", submitter, "quern-voucher", "/quern/voucher"},
    {"receipt", provider, "quern-receipt", "/quern/receipt"},
    {"receipt acknowledgement", submitter, "quern-receipt-acknowledgement", "/quern/receipt-acknowledgement"},
}};
static_assert(std::variant_size_v<Body> == kRecordKinds);

const KindText& text_of(RecordKind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

Why malformed(std::string detail) {
  if (detail.size() > model::kDetailBytesMax) detail.resize(model::kDetailBytesMax);
  return {Reason::record_malformed, std::move(detail)};
}

template <class Open>
std::expected<Record, Why> record_in(ByteView envelope, Open open) {
  if (envelope.size() > kRecordBytesMax) {
    return std::unexpected(malformed("a record of " + std::to_string(envelope.size()) + " bytes, limit " +
                                     std::to_string(kRecordBytesMax)));
  }
  for (std::size_t i = 0; i < kRecordKinds; ++i) {
    const KindText& text = kKinds[i];
    // Of seven kinds it is not the one: that is seen before any signature is looked at.
    const auto opened = open(text);
    if (!opened && opened.error() == identity::Errc::wrong_payload_type) continue;
    const std::string name(text.name);
    if (!opened && opened.error() == identity::Errc::bad_signature)
      return std::unexpected(Why{Reason::signature_invalid, name});
    if (!opened) return std::unexpected(malformed(opened.error().message()));
    auto body = decode_body(static_cast<RecordKind>(i), opened->payload);
    if (!body) return std::unexpected(malformed(name + ": " + body.error()));
    return Record{.signer = identity::PeerId::of(opened->signer), .hash = hash_of(envelope), .body = *std::move(body)};
  }
  return std::unexpected(malformed("an envelope around something else"));
}

}  // namespace

Party signer_of(RecordKind kind) {
  return text_of(kind).signer;
}

std::string_view to_string(Party party) {
  return party == submitter ? "submitter" : "provider";
}

std::string_view to_string(RecordKind kind) {
  return text_of(kind).name;
}

Reason Receipt::reason() const {
  const auto other = std::ranges::find_if(tasks, [](const TaskEnd& task) { return task.reason != Reason::completed; });
  return other == tasks.end() ? Reason::completed : other->reason;
}

std::int64_t made_unix_ms(const Body& body) {
  return std::visit([](const auto& value) { return value.made_unix_ms; }, body);
}

Hash hash_of(ByteView envelope) {
  return runtime::sha256(envelope);
}

Bytes seal_record(const identity::PrivateKey& key, const Body& body) {
  const KindText& text = text_of(kind_of(body));
  const Bytes payload = encode_body(body);
  QUERN_ASSERT(decode_body(kind_of(body), payload), "a record that nobody would take");
  Bytes envelope = identity::seal_envelope(key, text.domain, runtime::bytes_of(text.payload_type), payload);
  QUERN_ASSERT(envelope.size() <= kRecordBytesMax);
  return envelope;
}

std::expected<Record, Why> open_record(ByteView envelope) {
  return record_in(envelope, [&](const KindText& text) {
    return identity::open_envelope(envelope, text.domain, runtime::bytes_of(text.payload_type));
  });
}

std::expected<Record, Why> reopen_record(ByteView envelope) {
  return record_in(envelope, [&](const KindText& text) {
    return identity::reopen_envelope(envelope, runtime::bytes_of(text.payload_type));
  });
}

}  // namespace quern::agreement
