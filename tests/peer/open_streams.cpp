#include "tests/peer/open_streams.hpp"

namespace quern::peer {

runtime::Task<void> OpenStreams::follow(Events& events) {
  for (;;) {
    co_await events.changed();
    std::erase_if(streams_, [this](const auto& stream) { return !swarm_.connection(stream->connection()); });
  }
}

}  // namespace quern::peer
