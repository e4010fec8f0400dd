// Why a connection ended: every one has exactly one of these.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "overlay/runtime/result.hpp"

namespace quern::connection {

enum class CloseReason : std::uint8_t {
  remote_closed,       // the peer said goodbye or ended the stream
  remote_reset,        // broken by the peer or the network
  local_closed,        // this node's user hung up
  host_stopped,        // this node is stopping
  trimmed,             // above the high-water mark, and this one was worth least
  duplicate,           // another connection with the same peer was kept
  denied,              // the peer or its address is not allowed (any more)
  peer_silent,         // no sign of life for a whole keep-alive time
  protocol_violation,  // the peer broke a rule of the secure channel or the muxer
  over_memory,         // the peer made this node hold more than a connection may
};
// "remote_closed", ...: what logs, events and the RPC show.
std::string_view name_of(CloseReason reason);
// What an error that ended a session means, when this node had not asked for the end.
CloseReason reason_of(const runtime::Error& ended);

}  // namespace quern::connection
