// Peers that break no cipher but everything else: what they cost must stay within the limits of those they meet.
#pragma once
#include <cstdint>

#include "overlay/runtime/runtime.hpp"
#include "tests/simulation/overlay_node.hpp"

namespace quern::simulation {

enum class Attack : std::uint8_t {
  never_reads,      // asks for a lot and reads nothing, not even from its socket
  endless_streams,  // opens streams as fast as it can
  one_byte_a_second,
  handshake_flood,
};
inline constexpr std::size_t kAttackCount = 4;

// Attacks one host after the other, until it is cancelled. A violation when a victim lets a connection without a
// handshake stand for longer than its time-outs.
runtime::Task<void> run_hostile_peer(runtime::Runtime& runtime, std::uint32_t number, Attack attack,
                                     const OverlayPlan& plan, OverlayTally& tally);

}  // namespace quern::simulation
