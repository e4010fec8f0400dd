// How much went to and came from whom, and for which protocol.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

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

inline constexpr std::string_view kOtherProtocols = "other";

struct TrafficReport {
  Traffic all;
  std::map<std::string, Traffic> by_protocol;
  std::map<identity::PeerId, Traffic> by_peer;
};

// Counts one stream's bytes. May outlive the book.
class TrafficMeter {
 public:
  void read(std::size_t bytes);
  void wrote(std::size_t bytes);

 private:
  friend class TrafficBook;
  struct PeerEntry;
  struct Shared;
  TrafficMeter(std::shared_ptr<Shared> shared, std::shared_ptr<PeerEntry> peer, Traffic* protocol);

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<PeerEntry> peer_;  // a new one once it was forgotten
  Traffic* protocol_;                // in *shared_, for good
};

// The counters of a node. On one executor. A read or write costs a few additions, no look-up.
class TrafficBook {
 public:
  explicit TrafficBook(std::size_t peers_max = kTrafficPeersMax, std::size_t protocols_max = kTrafficProtocolsMax);

  // A stream was opened.
  TrafficMeter stream(const identity::PeerId& peer, std::string_view protocol, bool inbound);
  TrafficReport report() const;

 private:
  std::shared_ptr<TrafficMeter::Shared> shared_;
};

}  // namespace quern::connection
