#include "overlay/multiformats/peer_multihash.hpp"

#include "overlay/multiformats/cid.hpp"
#include "overlay/multiformats/multibase.hpp"
#include "overlay/multiformats/multihash.hpp"

namespace quern::multiformats {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

bool is_peer_multihash(ByteView bytes) {
  // Both codes and every length that may occur are varints of one byte.
  if (bytes.size() < 3 || std::to_integer<std::size_t>(bytes[1]) != bytes.size() - 2) return false;
  const std::size_t digest = bytes.size() - 2;
  switch (static_cast<HashCode>(bytes[0])) {
    case HashCode::identity:
      return digest <= kInlinedKeyBytesMax;
    case HashCode::sha2_256:
      return digest == 32;
    default:
      return false;
  }
}

Result<Bytes> peer_multihash_from_text(std::string_view text) {
  // No multibase prefix is a '1' or a 'Q'.
  if (text.starts_with("1") || text.starts_with("Qm")) {
    auto bytes = decode_base(Base::base58_btc, text);
    if (bytes && !is_peer_multihash(*bytes)) return fail(Errc::malformed, "not the hash of a key");
    return bytes;
  }
  const auto cid = Cid::from_text(text);
  if (!cid) return std::unexpected(cid.error());
  if (cid->codec() != kCodecLibp2pKey) {
    return fail(Errc::malformed, "a CID of codec " + std::to_string(cid->codec()) + ", not of a key");
  }
  if (!is_peer_multihash(cid->multihash())) return fail(Errc::malformed, "not the hash of a key");
  return runtime::copy_of(cid->multihash());
}

std::string peer_multihash_text(ByteView multihash) {
  return encode_base(Base::base58_btc, multihash);
}

}  // namespace quern::multiformats
