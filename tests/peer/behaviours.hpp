// What is done with the streams that others open: echo, and handlers that behave oddly on purpose.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "overlay/host.hpp"
#include "tests/peer/events.hpp"

namespace quern::peer {

inline constexpr std::string_view kEcho = "/echo/1.0.0";

enum class Behaviour : std::uint8_t {
  echo,   // bytes come back until the opener ends its writing; who does not read them is not read from
  sink,   // reads to the end and says nothing
  end,    // ends its own writing at once and goes on reading
  reset,  // breaks the stream when the first byte comes
};
inline constexpr std::string_view kBehaviourNames = "echo, sink, end, reset";
std::optional<Behaviour> behaviour_of(std::string_view name);

enum class Told : std::uint8_t { each, broken };
// Serves `protocol` from now on. An event "served" {peer, protocol, bytes, end} tells of each stream, or only of those
// that broke. A stream holds one buffer. `events` outlives the host's streams.
void serve(overlay::Host& host, Events& events, std::string protocol, Behaviour behaviour, Told told);

}  // namespace quern::peer
