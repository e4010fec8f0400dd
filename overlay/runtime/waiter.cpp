#include "overlay/runtime/waiter.hpp"

#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "overlay/runtime/assertion.hpp"

namespace quern::runtime {
namespace asio = boost::asio;

namespace {

using Signature = void(boost::system::error_code);
using Handler = asio::async_result<asio::use_awaitable_t<>, Signature>::handler_type;

}  // namespace

// The suspended coroutine. Outlives its slot's callback: it is destroyed only after the slot was cleared.
struct Waiter::Parked {
  explicit Parked(Handler h, Waiter* w) : handler(std::move(h)), owner(w) {}
  Handler handler;
  Waiter* owner;  // null once woken or cancelled
};

Waiter::Waiter() = default;

Waiter::~Waiter() {
  QUERN_ASSERT(!parked_, "a Waiter died while a coroutine was parked on it");
}

Task<void> Waiter::wait() {
  co_await asio::async_initiate<const asio::use_awaitable_t<>, Signature>(
      [this](Handler handler) {
        QUERN_ASSERT(!parked_, "two coroutines parked on one Waiter");
        parked_ = std::make_unique<Parked>(std::move(handler), this);
        const auto slot = asio::get_associated_cancellation_slot(parked_->handler);
        if (!slot.is_connected()) return;
        auto* parked = parked_.get();
        asio::get_associated_cancellation_slot(parked->handler).assign([parked](asio::cancellation_type) {
          if (parked->owner) parked->owner->finish(asio::error::operation_aborted);
        });
      },
      asio::use_awaitable);
}

// NOLINTNEXTLINE(bugprone-exception-escape): posting throws when out of memory only, which ends the process here
bool Waiter::finish(boost::system::error_code error) noexcept {
  if (!parked_) return false;
  parked_->owner = nullptr;
  const auto executor = asio::get_associated_executor(parked_->handler);
  asio::post(executor, [parked = std::move(parked_), error]() mutable {
    asio::get_associated_cancellation_slot(parked->handler).clear();
    auto handler = std::move(parked->handler);
    parked.reset();
    std::move(handler)(error);
  });
  return true;
}

namespace {

// A place in the queue, given up when its coroutine goes on or unwinds.
class Place {
 public:
  explicit Place(std::list<Waiter>& waiters) : waiters_(waiters), self_(waiters.emplace(waiters.end())) {}
  ~Place() { waiters_.erase(self_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  Waiter* operator->() const { return &*self_; }

 private:
  std::list<Waiter>& waiters_;
  std::list<Waiter>::iterator self_;
};

}  // namespace

Task<void> WaitQueue::wait() {
  const Place place(waiters_);
  co_await place->wait();
}

bool WaitQueue::wake_one() noexcept {
  for (Waiter& waiter : waiters_) {
    if (waiter.wake()) return true;
  }
  return false;
}

void WaitQueue::wake_all() noexcept {
  for (Waiter& waiter : waiters_) waiter.wake();
}

}  // namespace quern::runtime
