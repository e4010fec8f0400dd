// Where a node listens, and what happens to who knocks: accepted, counted, upgraded beside the next accept.
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <vector>

#include "overlay/connection/connection_table.hpp"
#include "overlay/connection/swarm_config.hpp"
#include "overlay/connection/upgrade.hpp"
#include "overlay/transport/transport.hpp"

namespace quern::connection {

// When the system has no descriptor left, accepting goes on after this long.
inline constexpr runtime::Duration kAcceptPause = std::chrono::milliseconds(100);

// What listening needs of the swarm. Outlives it.
struct ListenServices {
  runtime::Clock& clock;
  const SwarmConfig& config;
  const std::vector<transport::TransportPtr>& transports;
  const Gater& gater;
  LimitBook& limits;
  EventHub& events;
  Upgrader& upgrader;
  ConnectionTable& table;
  runtime::TaskGroup& tasks;
};

// On one executor. Accepting runs in the services' tasks, which are joined before it is destroyed.
class Listeners {
 public:
  explicit Listeners(ListenServices services);
  ~Listeners();

  // As those of Swarm.
  runtime::Result<multiformats::Multiaddr> listen(const multiformats::Multiaddr& address);
  bool stop(const multiformats::Multiaddr& address);
  std::vector<multiformats::Multiaddr> addresses() const;
  void stop_all();

 private:
  struct Door;
  using DoorPtr = std::shared_ptr<Door>;
  runtime::Task<void> serve(DoorPtr door);
  runtime::Task<void> accept(Door& door, runtime::TaskGroup& handshakes);
  void receive(Door& door, transport::RawConnection raw, runtime::TaskGroup& handshakes);
  runtime::Task<void> welcome(Door& door, transport::RawConnection raw, InboundReservation taken);
  runtime::Task<runtime::Result<NewConnection>> upgrade(Door& door, transport::RawConnection raw);
  void refuse(const multiformats::Multiaddr& remote, runtime::Error why);

  ListenServices services_;
  std::map<multiformats::Multiaddr, DoorPtr> doors_;  // by the address it really has
  bool stopped_ = false;
};

}  // namespace quern::connection
