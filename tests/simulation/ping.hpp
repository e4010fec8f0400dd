// A small protocol to put the runtime to the test: pings over datagrams, answered by an echo, with a count kept on
// disk.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "overlay/runtime/runtime.hpp"

namespace quern::simulation {

inline constexpr std::uint16_t kPingPort = 7;

struct PingOptions {
  runtime::Duration interval = std::chrono::seconds(1);
  runtime::Duration timeout = std::chrono::milliseconds(150);
  // Planted bug, for the test that shows such a bug is found: any reply counts as the answer to the latest ping. Right
  // only as long as no reply comes after its ping was given up: nobody promised that order.
  bool accept_any_reply = false;
};

// What a node saw. `asked` is the number of the ping that was waiting, `got` the number in the reply it took for its
// answer.
struct PingEvents {
  std::function<void(std::uint64_t asked, std::uint64_t got)> answered;
  std::function<void(std::uint64_t asked)> timed_out;
  // At every start: how many pings the disk says were sent before.
  std::function<void(std::uint64_t count)> started;
};

// Echoes the pings of others and pings the peers in turn, for ever.
runtime::Task<void> run_ping(runtime::Runtime& runtime, std::vector<runtime::IpAddress> peers, PingOptions options,
                             const PingEvents& events);

}  // namespace quern::simulation
