// Addresses that failed a moment ago, and how long they are left alone.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/runtime/time.hpp"

namespace quern::connection {

inline constexpr std::size_t kBackOffAddressesMax = 1024;  // the one whose pause ends first is forgotten
inline constexpr runtime::Duration kBackOffMin = std::chrono::seconds(1);
inline constexpr runtime::Duration kBackOffMax = std::chrono::minutes(5);

// After each failure in a row the pause doubles. Pure.
class BackOff {
 public:
  void failed(const multiformats::Multiaddr& address, runtime::Time now);
  void succeeded(const multiformats::Multiaddr& address) { entries_.erase(address); }
  // How long the address is still left alone.
  std::optional<runtime::Duration> left(const multiformats::Multiaddr& address, runtime::Time now) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    runtime::Duration pause{0};
    runtime::Time until;
  };
  void make_room();
  std::map<multiformats::Multiaddr, Entry> entries_;
};

}  // namespace quern::connection
