// What the transports over TCP share: names are resolved and tried in order, and a dial may come from a listener's
// port.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "overlay/runtime/runtime.hpp"
#include "overlay/transport/tcp_address.hpp"

namespace quern::transport {

inline constexpr std::size_t kAddressesTriedMax = 8;  // of one name

// Where a transport listens, for dials to come from there.
class ListenPorts {
 public:
  void add(const runtime::Endpoint& at) { endpoints_.push_back(at); }
  void remove(const runtime::Endpoint& at);
  // A listener of the target's family that could be the near end of a connection with it: one at no address in
  // particular, or one on the loopback exactly when the target is there.
  std::optional<runtime::Endpoint> near_end(const runtime::IpAddress& target) const;

 private:
  std::vector<runtime::Endpoint> endpoints_;
};

// A connection with the first address that takes one; the error of the last when none does. From one of `ports` when
// that is given and possible. Errors of Network::connect and resolve. `ports` outlives it.
runtime::Task<runtime::Result<runtime::SocketStreamPtr>> dial_tcp(runtime::Runtime& runtime, TcpAddress to,
                                                                  const ListenPorts* ports);

}  // namespace quern::transport
