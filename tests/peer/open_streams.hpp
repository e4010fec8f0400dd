// Streams that a command has left open, as long as their connections last.
#pragma once
#include <cstddef>
#include <vector>

#include "overlay/connection/swarm.hpp"
#include "tests/peer/events.hpp"

namespace quern::peer {

inline constexpr std::size_t kOpenStreamsMax = 4096;

class OpenStreams {
 public:
  explicit OpenStreams(connection::Swarm& swarm) : swarm_(swarm) {}

  bool full() const { return streams_.size() >= kOpenStreamsMax; }
  void keep(connection::PeerStreamPtr stream) { streams_.push_back(std::move(stream)); }
  // Lets streams go when their connections have, until it is cancelled.
  runtime::Task<void> follow(Events& events);
  void clear() { streams_.clear(); }

 private:
  connection::Swarm& swarm_;
  std::vector<connection::PeerStreamPtr> streams_;
};

}  // namespace quern::peer
