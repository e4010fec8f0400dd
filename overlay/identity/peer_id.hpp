// Who a peer is: the multihash of its public key (libp2p specs, peer-ids/peer-ids.md).
#pragma once
#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "overlay/identity/error.hpp"
#include "overlay/identity/key.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::identity {

inline constexpr std::size_t kPeerIdBytesMax = 44;      // identity multihash of a key of up to 42 bytes
inline constexpr std::size_t kInlinedKeyBytesMax = 42;  // serialised keys up to this size stand in the id themselves

// A value: never empty, always a well-formed peer id.
class PeerId {
 public:
  // The key itself when its serialised form is short (Ed25519, secp256k1: "12D3KooW...", "16Uiu2..."), else its
  // SHA-256 ("Qm..."). 20 ns, 0.4 us for an RSA key.
  static PeerId of(const PublicKey& key);
  // The multihash. Errc::malformed_peer_id.
  static runtime::Result<PeerId> from_bytes(runtime::ByteView multihash);
  // Base58 (12D3KooW..., Qm...) or a CID of codec libp2p-key in any multibase (bafz..., k51...).
  // Errc::malformed_peer_id.
  static runtime::Result<PeerId> from_text(std::string_view text);

  runtime::ByteView bytes() const { return runtime::bytes_of(multihash_); }
  // Base58: what is shown to people and written in a multiaddr.
  std::string text() const;
  // CIDv1, codec libp2p-key, base32.
  std::string cid_text() const;
  // The last characters of text(), for logs and tables.
  std::string short_text() const;
  // The key when it stands in the id.
  std::optional<PublicKey> inlined_key() const;
  bool is_of(const PublicKey& key) const { return *this == of(key); }

  friend bool operator==(const PeerId&, const PeerId&) = default;
  friend auto operator<=>(const PeerId& a, const PeerId& b) { return a.multihash_ <=> b.multihash_; }

 private:
  friend struct std::hash<PeerId>;
  explicit PeerId(std::string multihash) : multihash_(std::move(multihash)) {}

  std::string multihash_;
};

}  // namespace quern::identity

template <>
struct std::hash<quern::identity::PeerId> {
  std::size_t operator()(const quern::identity::PeerId& id) const noexcept {
    return std::hash<std::string>()(id.multihash_);
  }
};
