#include "overlay/identity/signed_envelope.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "overlay/multiformats/varint.hpp"

namespace quern::identity {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

// The Envelope message is read by hand and in one form only (fields in order, each at most once and not empty, minimal
// varints, nothing unknown), which is how every implementation writes it. So an envelope has one encoding: changing any
// byte of it makes another envelope or none, and its hash names it. A generated reader would moreover lose the bytes of
// the key, whose form decides whose key it is.
constexpr std::uint32_t kPublicKeyField = 1;
constexpr std::uint32_t kPayloadTypeField = 2;
constexpr std::uint32_t kPayloadField = 3;
constexpr std::uint32_t kSignatureField = 5;
constexpr std::uint32_t kLengthDelimited = 2;  // wire type

struct Fields {
  ByteView public_key;
  ByteView payload_type;
  ByteView payload;
  ByteView signature;
};

void append_sized(Bytes& out, ByteView bytes) {
  multiformats::append_varint(out, bytes.size());
  runtime::append(out, bytes);
}

void append_field(Bytes& out, std::uint32_t number, ByteView bytes) {
  if (bytes.empty()) return;
  multiformats::append_varint(out, number << 3 | kLengthDelimited);
  append_sized(out, bytes);
}

// Takes the field `number` off the front of `rest`; empty when another one or none is there. False when it is not
// whole.
bool take_field(ByteView& rest, std::uint32_t number, ByteView& value) {
  if (rest.empty() || rest.front() != static_cast<std::byte>(number << 3 | kLengthDelimited)) return true;
  const auto size = multiformats::read_varint(rest.subspan(1));
  if (!size || size->value == 0 || size->value > rest.size() - 1 - size->size) return false;
  value = rest.subspan(1 + size->size, size->value);
  rest = rest.subspan(1 + size->size + value.size());
  return true;
}

Result<Fields> read_fields(ByteView bytes) {
  if (bytes.size() > kEnvelopeBytesMax) {
    return fail(Errc::malformed_envelope,
                std::to_string(bytes.size()) + " bytes, limit " + std::to_string(kEnvelopeBytesMax));
  }
  Fields fields;
  const bool whole = take_field(bytes, kPublicKeyField, fields.public_key) &&
                     take_field(bytes, kPayloadTypeField, fields.payload_type) &&
                     take_field(bytes, kPayloadField, fields.payload) &&
                     take_field(bytes, kSignatureField, fields.signature);
  if (!whole || !bytes.empty()) return fail(Errc::malformed_envelope, "not an Envelope message in canonical form");
  return fields;
}

// What the signature covers: the three parts, each after its length.
Bytes signed_bytes(std::string_view domain, ByteView payload_type, ByteView payload) {
  Bytes out;
  out.reserve(domain.size() + payload_type.size() + payload.size() + 3 * multiformats::kVarintBytesMax);
  append_sized(out, runtime::bytes_of(domain));
  append_sized(out, payload_type);
  append_sized(out, payload);
  return out;
}

}  // namespace

Bytes seal_envelope(const PrivateKey& key, std::string_view domain, ByteView payload_type, ByteView payload) {
  const auto signature = key.sign(signed_bytes(domain, payload_type, payload));
  const ByteView public_key = key.public_key().protobuf();
  Bytes out;
  out.reserve(public_key.size() + payload_type.size() + payload.size() + signature.size() + 16);
  append_field(out, kPublicKeyField, public_key);
  append_field(out, kPayloadTypeField, payload_type);
  append_field(out, kPayloadField, payload);
  append_field(out, kSignatureField, signature);
  return out;
}

Result<SignedEnvelope> open_envelope(ByteView bytes, std::string_view domain, ByteView payload_type) {
  const auto fields = read_fields(bytes);
  if (!fields) return std::unexpected(fields.error());
  if (!std::ranges::equal(fields->payload_type, payload_type)) return fail(Errc::wrong_payload_type);
  auto signer = PublicKey::from_protobuf(fields->public_key);
  if (!signer) return std::unexpected(std::move(signer).error());
  if (!signer->verify(signed_bytes(domain, payload_type, fields->payload), fields->signature))
    return fail(Errc::bad_signature);
  return SignedEnvelope{*std::move(signer), runtime::copy_of(payload_type), runtime::copy_of(fields->payload)};
}

Result<SignedEnvelope> reopen_envelope(ByteView bytes, ByteView payload_type) {
  const auto fields = read_fields(bytes);
  if (!fields) return std::unexpected(fields.error());
  if (!std::ranges::equal(fields->payload_type, payload_type)) return fail(Errc::wrong_payload_type);
  auto signer = PublicKey::from_protobuf(fields->public_key);
  if (!signer) return std::unexpected(std::move(signer).error());
  return SignedEnvelope{*std::move(signer), runtime::copy_of(payload_type), runtime::copy_of(fields->payload)};
}

}  // namespace quern::identity
