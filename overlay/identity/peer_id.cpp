#include "overlay/identity/peer_id.hpp"

#include "overlay/multiformats/cid.hpp"
#include "overlay/multiformats/multihash.hpp"
#include "overlay/multiformats/peer_multihash.hpp"

namespace quern::identity {
namespace {

constexpr std::size_t kShortTextSize = 8;
constexpr char kIdentityCode = 0x00;
constexpr char kSha256Code = 0x12;

static_assert(kInlinedKeyBytesMax == multiformats::kInlinedKeyBytesMax);
static_assert(kPeerIdBytesMax == kInlinedKeyBytesMax + 2);

}  // namespace

PeerId PeerId::of(const PublicKey& key) {
  const runtime::ByteView protobuf = key.protobuf();
  std::string multihash;
  multihash.reserve(kPeerIdBytesMax);
  const auto append = [&multihash](char code, runtime::ByteView digest) {
    multihash += code;
    multihash += static_cast<char>(digest.size());
    multihash += runtime::text_of(digest);
  };
  if (protobuf.size() <= kInlinedKeyBytesMax) {
    append(kIdentityCode, protobuf);
  } else {
    append(kSha256Code, multiformats::sha2_256(protobuf));
  }
  return PeerId(std::move(multihash));
}

runtime::Result<PeerId> PeerId::from_bytes(runtime::ByteView multihash) {
  if (!multiformats::is_peer_multihash(multihash)) return runtime::fail(Errc::malformed_peer_id);
  return PeerId(std::string(runtime::text_of(multihash)));
}

runtime::Result<PeerId> PeerId::from_text(std::string_view text) {
  const auto multihash = multiformats::peer_multihash_from_text(text);
  if (!multihash) return runtime::fail(Errc::malformed_peer_id, multihash.error().message());
  return PeerId(std::string(runtime::text_of(*multihash)));
}

std::string PeerId::text() const {
  return multiformats::peer_multihash_text(bytes());
}

std::string PeerId::cid_text() const {
  return multiformats::Cid::v1(multiformats::kCodecLibp2pKey, runtime::copy_of(bytes())).text();
}

std::string PeerId::short_text() const {
  const std::string whole = text();
  return whole.size() <= kShortTextSize ? whole : whole.substr(whole.size() - kShortTextSize);
}

std::optional<PublicKey> PeerId::inlined_key() const {
  if (multihash_.front() != kIdentityCode) return std::nullopt;
  auto key = PublicKey::from_protobuf(bytes().subspan(2));
  if (!key) return std::nullopt;
  return *std::move(key);
}

}  // namespace quern::identity
