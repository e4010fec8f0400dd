// Brings events to all who subscribed.
#pragma once
#include <memory>
#include <vector>

#include "overlay/connection/events.hpp"

namespace quern::connection {

// On one executor. Queues may outlive it; a queue that is destroyed is no longer served.
class EventHub {
 public:
  EventHub() = default;
  ~EventHub() { close(); }
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  std::unique_ptr<EventQueue> subscribe(std::size_t events_max = kEventsMax);
  void publish(const Event& event);
  // No more events will come; queues end once they are empty.
  void close();

 private:
  class Inbox;
  class Reader;
  std::vector<std::weak_ptr<Inbox>> inboxes_;
  bool closed_ = false;
};

}  // namespace quern::connection
