// identify and identify/push: each side tells the other who it is, where it listens, what it serves and how the other
// looks from here (libp2p specs, identify/README.md).
#pragma once
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
#include "overlay/protocols/identify_message.hpp"
#include "overlay/protocols/token_bucket.hpp"

namespace quern::protocols {

inline constexpr std::string_view kIdentify = "/ipfs/id/1.0.0";
inline constexpr std::string_view kIdentifyPush = "/ipfs/id/push/1.0.0";
inline constexpr Rate kPushesPerPeer = {.per_second = 1, .burst = 16};  // taken; the streams of further ones are reset

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
  // Where this node can be reached besides: a port forwarded by a router, a name.
  std::vector<multiformats::Multiaddr> more_addresses;
};

// Identifies every new connection once, answers, pushes when this node's addresses or protocols change, and keeps what
// it learned while a peer is connected. A peer's key must be the one it connected with, and its signed record its own;
// a record older than the one it showed before is not taken. Used on the runtime's executor.
class Identify {
 public:
  // Serves both protocols from now on. The swarm must be stopped, and run() must have ended, before this is destroyed.
  Identify(connection::Swarm& swarm, runtime::Runtime& runtime, identity::PrivateKey key, IdentifyConfig config);
  ~Identify();
  Identify(const Identify&) = delete;
  Identify& operator=(const Identify&) = delete;

  // Runs until it is cancelled or the swarm stops. Once.
  runtime::Task<void> run();
  // What is known; waits for the identification under way. connection::Errc::unknown_peer when there is no connection
  // (any more), stopped when run() is not running, and why it failed.
  runtime::Task<runtime::Result<PeerInfo>> of(identity::PeerId peer);
  std::optional<PeerInfo> known(const identity::PeerId& peer) const;
  // Where this node can be reached, without /p2p, at most kIdentifyAddressesMax: the addresses it listens at,
  // unspecified ones (0.0.0.0, ::) replaced by those of its interfaces (loopback only where there is no other), then
  // IdentifyConfig::more_addresses, then what enough peers observe (observed_addresses.hpp). Asks the system.
  std::vector<multiformats::Multiaddr> own_addresses() const;
  // Addresses or protocols changed: push to all connected peers that take pushes, where what they were told is no
  // longer so. New and ended listeners, and changes of interfaces within a minute, are seen without this.
  void changed();
  // `listener` is called after each identification and push received, as long as this lives.
  using Listener = std::function<void(const PeerInfo& info, bool pushed)>;
  void on_identified(Listener listener);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the streams that are being served
};

}  // namespace quern::protocols
