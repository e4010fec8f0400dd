// From a raw connection to one that is secure and carries streams.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "overlay/connection/gater.hpp"
#include "overlay/muxer/yamux.hpp"
#include "overlay/negotiation/role.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/security/preshared.hpp"
#include "overlay/security/secure_stream.hpp"
#include "overlay/security/security.hpp"

namespace quern::connection {

struct Upgraded {
  identity::PeerId peer;
  muxer::SessionPtr session;  // not running yet
  std::string encryption;     // "/noise"
  std::string muxer;          // "/yamux/1.0.0"
};

// The steps, in order: the pre-shared key of a private network, agreement on the secure channel, its handshake, who it
// is (not this node, and allowed), agreement on the muxer where the handshake has not brought it.
class Upgrader {
 public:
  // `runtime` and `gater` outlive it.
  Upgrader(runtime::Runtime& runtime, identity::PeerId self, std::vector<security::SecurityPtr> security,
           const Gater& gater, muxer::YamuxConfig yamux, std::optional<security::PresharedKey> preshared_key);

  // The detail of an error begins with the step it happened in. Errc::no_security_in_common, self_dial, denied,
  // no_muxer_in_common; security::Errc; runtime::Errc::timed_out at the deadline; those of the stream.
  runtime::Task<runtime::Result<Upgraded>> upgrade(runtime::StreamPtr wire, negotiation::Role role,
                                                   std::optional<identity::PeerId> expected, runtime::Time deadline);

 private:
  struct Progress;
  runtime::Task<runtime::Result<Upgraded>> run(runtime::StreamPtr wire, negotiation::Role role,
                                               std::optional<identity::PeerId> expected, Progress& progress);
  runtime::Task<runtime::Result<security::Secured>> secure(runtime::StreamPtr wire, negotiation::Role role,
                                                           std::optional<identity::PeerId> expected,
                                                           Progress& progress);
  runtime::Result<void> check_peer(const identity::PeerId& peer) const;

  runtime::Runtime& runtime_;
  identity::PeerId self_;
  std::vector<security::SecurityPtr> security_;
  std::vector<std::string> security_ids_;
  const Gater& gater_;
  muxer::YamuxConfig yamux_;
  std::optional<security::PresharedKey> preshared_key_;
};

}  // namespace quern::connection
