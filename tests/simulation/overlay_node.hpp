// A host that does what hosts do, at random: for scenarios.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "overlay/host.hpp"
#include "overlay/runtime/runtime.hpp"

namespace quern::simulation {

inline constexpr std::uint16_t kOverlayPort = 4001;
inline constexpr const char* kEchoStream = "/test/echo/1";
inline constexpr const char* kEchoRequest = "/test/request/1";

// Who the numbered host is.
identity::PrivateKey numbered_key(std::uint32_t number);

// What one world's hosts have in common.
struct OverlayPlan {
  std::vector<runtime::IpAddress> addresses;  // of host 0, 1, ...
  std::uint32_t honest = 0;                   // the first of them; the others are hostile
  runtime::Duration pause;                    // mean time between two things that one of a host's workers does
  // Of every honest host; small, so that a run meets them.
  connection::Limits limits;
  // Nothing is lost, cut or crashed, and honest hosts go to honest ones only: promises about time and success hold.
  bool calm = false;
  // Planted bug, for the test that shows such a bug is found: a host keeps a stream when it stops.
  bool leak = false;
};

// What the hosts of a world saw. Everything here is part of the run: equal for equal seeds.
struct OverlayTally {
  std::uint64_t connected = 0;
  std::uint64_t connect_failed = 0;
  std::uint64_t exchanges =
      0;  // with honest hosts: pings, requests, streams and identifications that came to their end
  std::uint64_t exchanges_failed = 0;
  std::uint64_t opened = 0;                     // connections, each end
  std::uint64_t inbound_refused = 0;            // connections and streams
  std::map<std::string, std::uint64_t> closed;  // by reason
  std::uint64_t memory_peak = 0;                // of one host, bytes
  // The first broken promise: what and who. None in a right run.
  std::optional<std::string> violation;
  bool operator==(const OverlayTally&) const = default;

  void violated(const std::string& what);
};

// Runs host `number` until `end` on its clock; then, and when it is cancelled, stops it and looks at what is left.
runtime::Task<void> run_overlay_node(runtime::Runtime& runtime, std::uint32_t number, runtime::Time end,
                                     const OverlayPlan& plan, OverlayTally& tally);

}  // namespace quern::simulation
