// identify and identify/push: each side tells the other who it is, where it listens, what it serves and how the other
// looks from here (libp2p specs, identify/README.md).
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/connection/swarm.hpp"
#include "overlay/identity/key.hpp"
#include "overlay/identity/peer_record.hpp"
#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/protocols/error.hpp"

namespace quern::protocols {

inline constexpr std::string_view kIdentify = "/ipfs/id/1.0.0";
inline constexpr std::string_view kIdentifyPush = "/ipfs/id/push/1.0.0";
inline constexpr std::size_t kIdentifyBytesMax = 4096;          // sent, in one message: rust-libp2p takes no more
inline constexpr std::size_t kIdentifyReceivedBytesMax = 8192;  // one message received
inline constexpr std::size_t kIdentifyMessagesMax = 10;         // merged until the end of the stream
inline constexpr std::size_t kIdentifyAddressesMax = 64;        // kept of one peer
inline constexpr std::size_t kIdentifyProtocolsMax = 256;

// What one Identify message says; what it does not say is absent.
struct IdentifyMessage {
  std::optional<std::string> protocol_version;
  std::optional<std::string> agent_version;
  std::optional<runtime::Bytes> public_key;  // serialised
  std::vector<multiformats::Multiaddr> listen_addresses;
  std::optional<multiformats::Multiaddr> observed_address;
  std::vector<std::string> protocols;
  std::optional<runtime::Bytes> signed_peer_record;
};
// At most kIdentifyBytesMax: addresses, then protocols, are left out from the end until it fits.
runtime::Bytes encode_identify(IdentifyMessage message);
// Errc::bad_message. Addresses and protocols that cannot be read, or are too many, are left out.
runtime::Result<IdentifyMessage> decode_identify(runtime::ByteView bytes);
// Later messages of one stream add to earlier ones (go-libp2p sends the signed record apart).
void merge_identify(IdentifyMessage& into, IdentifyMessage later);

// What is known of a connected peer.
struct PeerInfo {
  identity::PeerId peer;
  std::string protocol_version;
  std::string agent_version;
  std::vector<multiformats::Multiaddr> listen_addresses;  // of the signed record where there is a valid one
  bool addresses_signed = false;
  std::vector<std::string> protocols;
  std::optional<multiformats::Multiaddr> observed_address;  // this node as the peer sees it
};

struct IdentifyConfig {
  std::string protocol_version = "quern/1.0.0";
  std::string agent_version = "quern/0.1.0";
  runtime::Duration timeout = std::chrono::seconds(10);
  // Pushes after changes that come within this time go out as one.
  runtime::Duration push_delay = std::chrono::milliseconds(100);
};

// Identifies every new connection, answers, pushes when this node's addresses or protocols change, and keeps what it
// learned while a peer is connected. run() is a task of the host.
class Identify {
 public:
  Identify(connection::Swarm& swarm, runtime::Runtime& runtime, identity::PrivateKey key, IdentifyConfig config);
  ~Identify();

  // Runs until it is cancelled.
  runtime::Task<void> run();
  // What is known; waits for the identification under way. connection::Errc::unknown_peer, and why it failed.
  runtime::Task<runtime::Result<PeerInfo>> of(identity::PeerId peer);
  std::optional<PeerInfo> known(const identity::PeerId& peer) const;
  // Addresses this node says it has: what it listens at, unspecified ones replaced by those of its interfaces and of
  // connections, plus `more`.
  std::vector<multiformats::Multiaddr> own_addresses() const;
  // Addresses or protocols changed: push to all connected peers that take pushes.
  void changed();
  // Called after each identification and push received.
  using Listener = std::function<void(const PeerInfo& info, bool pushed)>;
  void on_identified(Listener listener);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quern::protocols
