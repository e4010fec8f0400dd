// Yamux (libp2p specs, yamux/README.md; hashicorp's spec.md) over a secure channel.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "overlay/muxer/memory_budget.hpp"
#include "overlay/muxer/muxer.hpp"
#include "overlay/negotiation/role.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/security/secure_stream.hpp"

namespace quern::muxer {

inline constexpr std::string_view kYamux = "/yamux/1.0.0";

struct YamuxConfig {
  // Receive window of a stream: starts at 256 KiB (fixed by the protocol) and doubles while the application empties it
  // in less than four round trips.
  std::uint32_t window_max = 16 << 20;
  // Received and not read, over all streams. Windows grow only while their sum stays within it; a peer that fills
  // more than it by opening streams (each begins with 256 KiB of credit) has the stream reset that went over.
  std::size_t memory_max = 64 << 20;
  // The node's budget that this connection's is part of; none: its own only.
  std::shared_ptr<MemoryBudget> node_memory;
  std::uint32_t streams_in_max = 1000;
  std::uint32_t streams_out_max = 1000;
  // Opened by us and not acknowledged yet: rust-yamux resets above 256.
  std::uint32_t unacknowledged_max = 256;
  // Accepted streams that nobody has taken with accept() yet; above, they are reset.
  std::uint32_t backlog_max = 256;
  // After that long without a byte from the peer it is pinged, and given `ping_timeout` for any sign of life.
  runtime::Duration keep_alive = std::chrono::seconds(30);
  runtime::Duration ping_timeout = std::chrono::seconds(15);
  // Sealed and not sent; writers wait above it.
  std::size_t output_max = 256 << 10;
};

SessionPtr make_yamux(runtime::Runtime& runtime, std::unique_ptr<security::SecureStream> wire, negotiation::Role role,
                      const YamuxConfig& config);

}  // namespace quern::muxer
