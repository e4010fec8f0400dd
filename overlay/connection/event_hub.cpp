#include "overlay/connection/event_hub.hpp"

#include <deque>
#include <utility>

#include "overlay/runtime/waiter.hpp"

namespace quern::connection {

class EventHub::Inbox {
 public:
  explicit Inbox(std::size_t events_max) : events_max_(events_max) {}

  void put(const Event& event) {
    // The note of what is missing needs a place, too.
    if (events_.size() + (lost_ > 0 ? 2 : 1) > events_max_) {
      ++lost_;
      return;
    }
    if (lost_ > 0) events_.emplace_back(EventsLost{std::exchange(lost_, 0)});
    events_.push_back(event);
    filled_.wake();
  }
  void close() {
    closed_ = true;
    filled_.wake();
  }
  runtime::Task<std::optional<Event>> next() {
    while (events_.empty()) {
      if (lost_ > 0) co_return EventsLost{std::exchange(lost_, 0)};
      if (closed_) co_return std::nullopt;
      co_await filled_.wait();
    }
    std::optional<Event> event(std::move(events_.front()));
    events_.pop_front();
    co_return event;
  }

 private:
  std::size_t events_max_;
  std::deque<Event> events_;
  std::size_t lost_ = 0;  // after the last of events_
  bool closed_ = false;
  runtime::Waiter filled_;
};

class EventHub::Reader final : public EventQueue {
 public:
  explicit Reader(std::shared_ptr<Inbox> inbox) : inbox_(std::move(inbox)) {}
  runtime::Task<std::optional<Event>> next() override { return inbox_->next(); }

 private:
  std::shared_ptr<Inbox> inbox_;
};

std::unique_ptr<EventQueue> EventHub::subscribe(std::size_t events_max) {
  auto inbox = std::make_shared<Inbox>(events_max);
  if (closed_) inbox->close();
  std::erase_if(inboxes_, [](const auto& one) { return one.expired(); });
  inboxes_.push_back(inbox);
  return std::make_unique<Reader>(std::move(inbox));
}

void EventHub::publish(const Event& event) {
  for (const auto& one : inboxes_) {
    if (const auto inbox = one.lock()) inbox->put(event);
  }
}

void EventHub::close() {
  closed_ = true;
  for (const auto& one : inboxes_) {
    if (const auto inbox = one.lock()) inbox->close();
  }
}

}  // namespace quern::connection
