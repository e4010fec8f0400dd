// Commands that open streams and carry bytes: echo stream serve ping perf requests.
#pragma once
#include "overlay/host.hpp"
#include "tests/peer/command.hpp"
#include "tests/peer/events.hpp"
#include "tests/peer/open_streams.hpp"

namespace quern::peer {

inline constexpr std::size_t kAnswerBytesMax = 1 << 20;  // that `stream` shows
inline constexpr std::uint64_t kRepeatsMax = 1'000'000;  // of pings and requests
inline constexpr std::uint64_t kInFlightMax = 1024;      // requests at once

// echo, stream, serve. Host, events and streams outlive the table's tasks.
void add_stream_commands(CommandTable& table, overlay::Host& host, Events& events, OpenStreams& streams);
// ping, perf, requests.
void add_measuring_commands(CommandTable& table, overlay::Host& host);

}  // namespace quern::peer
