#include "overlay/multiformats/cid.hpp"

#include <utility>

#include "overlay/multiformats/varint.hpp"
#include "overlay/runtime/assertion.hpp"

namespace quern::multiformats {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

constexpr std::size_t kV0Bytes = 34;
constexpr std::size_t kV0Text = 46;

bool is_v0(ByteView bytes) {
  return bytes.size() == kV0Bytes && bytes[0] == std::byte{0x12} && bytes[1] == std::byte{0x20};
}

bool is_multihash(ByteView bytes) {
  const auto multihash = read_multihash(bytes);
  return multihash && multihash->size == bytes.size();
}

}  // namespace

Cid Cid::v1(std::uint64_t codec, Bytes multihash) {
  QUERN_ASSERT(is_multihash(multihash));
  return {Version::v1, codec, std::move(multihash)};
}

Cid Cid::v0(Bytes multihash) {
  QUERN_ASSERT(is_v0(multihash));
  return {Version::v0, kCodecDagPb, std::move(multihash)};
}

Result<Cid> Cid::from_bytes(ByteView bytes) {
  if (bytes.size() > kCidBytesMax) return fail(Errc::too_large, "a CID above " + std::to_string(kCidBytesMax));
  if (is_v0(bytes)) return Cid(Version::v0, kCodecDagPb, runtime::copy_of(bytes));
  const auto version = read_varint(bytes);
  if (!version) return std::unexpected(version.error());
  if (version->value != 1) return fail(Errc::malformed, "CID version " + std::to_string(version->value));
  bytes = bytes.subspan(version->size);
  const auto codec = read_varint(bytes);
  if (!codec) return std::unexpected(codec.error());
  bytes = bytes.subspan(codec->size);
  const auto multihash = read_multihash(bytes);
  if (!multihash) return std::unexpected(multihash.error());
  if (multihash->size != bytes.size()) return fail(Errc::malformed, "bytes after a CID");
  return Cid(Version::v1, codec->value, runtime::copy_of(bytes));
}

Result<Cid> Cid::from_text(std::string_view text) {
  if (text.size() == kV0Text && text.starts_with("Qm")) {
    const auto bytes = decode_base(Base::base58_btc, text);
    if (!bytes) return std::unexpected(bytes.error());
    if (!is_v0(*bytes)) return fail(Errc::malformed, "not a CID of version 0");
    return from_bytes(*bytes);
  }
  const auto decoded = decode_multibase(text);
  if (!decoded) return std::unexpected(decoded.error());
  // Version 0 has one text; under a multibase prefix it would have many.
  if (is_v0(decoded->bytes)) return fail(Errc::not_canonical, "a CID of version 0 under a multibase prefix");
  return from_bytes(decoded->bytes);
}

Bytes Cid::bytes() const {
  if (version_ == Version::v0) return multihash_;
  Bytes out;
  out.reserve(multihash_.size() + 4);
  append_varint(out, 1);
  append_varint(out, codec_);
  runtime::append(out, multihash_);
  return out;
}

std::string Cid::text(Base base) const {
  if (version_ == Version::v0) return encode_base(Base::base58_btc, multihash_);
  return encode_multibase(base, bytes());
}

}  // namespace quern::multiformats
