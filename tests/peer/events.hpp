// What happens at the host, told as lines.
#pragma once
#include <cstddef>
#include <memory>

#include <boost/json/object.hpp>

#include "overlay/host.hpp"
#include "overlay/runtime/channel.hpp"
#include "overlay/runtime/waiter.hpp"
#include "tests/peer/line_output.hpp"

namespace quern::peer {

inline constexpr std::size_t kEventsWaitingMax = 4096;

// Used on the executor. It outlives the host's streams and the task groups that run follow() and write().
class Events {
 public:
  // Subscribes: nothing that happens from now on is missed.
  Events(overlay::Host& host, LineOutput& output);
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  // Tells `event` in its turn. While kEventsWaitingMax wait it is lost, and counted by an event "events:lost".
  void report(boost::json::object event);
  // Reports what the host tells until the host has stopped.
  runtime::Task<void> follow();
  // Writes what is reported until close(), and what waits then.
  runtime::Task<void> write();
  void close() { waiting_.close(); }
  // Returns when anything has happened to connections.
  runtime::Task<void> changed();

 private:
  std::unique_ptr<connection::EventQueue> happened_;
  LineOutput& output_;
  runtime::Channel<boost::json::object> waiting_{kEventsWaitingMax};
  std::size_t lost_ = 0;
  runtime::WaitQueue changed_;
};

}  // namespace quern::peer
