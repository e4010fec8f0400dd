// How much went to and came from whom, and for which protocol.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "overlay/identity/peer_id.hpp"

namespace quern::connection {

struct Traffic {
  std::uint64_t bytes_in = 0;  // of the application, inside streams
  std::uint64_t bytes_out = 0;
  std::uint64_t streams_in = 0;  // ever opened
  std::uint64_t streams_out = 0;
  std::uint64_t messages_in = 0;  // reads and writes that carried bytes
  std::uint64_t messages_out = 0;
};

inline constexpr std::size_t kTrafficPeersMax = 4096;     // the one not heard of for longest is forgotten
inline constexpr std::size_t kTrafficProtocolsMax = 256;  // further ones count as "other"

struct TrafficReport {
  Traffic all;
  std::map<std::string, Traffic> by_protocol;
  std::map<identity::PeerId, Traffic> by_peer;
};

}  // namespace quern::connection
