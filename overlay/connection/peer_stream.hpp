// A stream with a peer, on which a protocol was agreed.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "overlay/identity/peer_id.hpp"
#include "overlay/runtime/stream.hpp"

namespace quern::connection {

class PeerStream : public runtime::Stream {
 public:
  virtual const identity::PeerId& peer() const = 0;
  virtual const std::string& protocol() const = 0;
  // The connection it runs on (ConnectionInfo::id).
  virtual std::uint64_t connection() const = 0;
  virtual bool inbound() const = 0;
  // For a stream opened with one protocol, whose agreement travels with the first bytes: waits until the peer has
  // agreed. Needed before shutdown_write() where the request is short (js-libp2p loses the end that comes together with
  // the negotiation), and on a stream that is only written to. negotiation::Errc::none_in_common.
  virtual runtime::Task<runtime::Result<void>> agreed() = 0;
};
using PeerStreamPtr = std::unique_ptr<PeerStream>;

// Serves one stream; runs as a task of its connection, which cancels it when it ends. The stream is closed when it
// returns (if the handler has not kept it), aborted when it throws.
using StreamHandler = std::function<runtime::Task<void>(PeerStreamPtr)>;

}  // namespace quern::connection
