// The one question that a handshake is asked about a peer.
#pragma once
#include <optional>

#include "overlay/identity/peer_id.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/security/security.hpp"

namespace quern::security {

// Errc::wrong_peer, naming both, when `found` is not who was dialed.
inline runtime::Result<void> check_expected(const std::optional<identity::PeerId>& expected,
                                            const identity::PeerId& found) {
  if (!expected || *expected == found) return {};
  return runtime::fail(Errc::wrong_peer, "expected " + expected->text() + ", found " + found.text());
}

}  // namespace quern::security
