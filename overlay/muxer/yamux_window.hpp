// The receive window of a stream: how much the peer may send before the application has read it.
#pragma once
#include <cstdint>
#include <optional>

#include "overlay/muxer/yamux_frame.hpp"
#include "overlay/runtime/time.hpp"

namespace quern::muxer {

// credit the peer has + bytes that wait for the application + bytes read and not granted again = size(). Credit goes
// back to the peer in halves of the window. A window whose half was emptied in less than four round trips is what holds
// the peer back, and doubles: a way of B bytes per round trip is filled once the window is 2 B.
class ReceiveWindow {
 public:
  explicit ReceiveWindow(runtime::Time now) : granted_at_(now) {}

  // Bytes came in. False when the peer had no credit for them.
  bool arrived(std::uint32_t bytes) {
    if (bytes > credit_) return false;
    credit_ -= bytes;
    unread_ += bytes;
    return true;
  }
  // The application took bytes. Returns the credit to give to the peer now, mostly none. The window grows by at most
  // `growth_max`, and not while no round trip is known.
  std::uint32_t taken(std::uint32_t bytes, runtime::Time now, std::optional<runtime::Duration> round_trip,
                      std::uint32_t growth_max);

  std::uint32_t size() const { return size_; }
  std::uint32_t credit() const { return credit_; }
  std::uint32_t unread() const { return unread_; }

 private:
  std::uint32_t size_ = kInitialWindow;
  std::uint32_t credit_ = kInitialWindow;
  std::uint32_t unread_ = 0;
  runtime::Time granted_at_;
};

}  // namespace quern::muxer
