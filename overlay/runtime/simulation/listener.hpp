// A simulated listening socket.
#pragma once
#include <deque>

#include "overlay/runtime/simulation/connection.hpp"
#include "overlay/runtime/simulation/network.hpp"

namespace quern::simulation {

class SimulatedListener final : public runtime::Listener {
 public:
  SimulatedListener(Network& network, Node& node, runtime::Endpoint local);
  ~SimulatedListener() override { close(); }
  SimulatedListener(const SimulatedListener&) = delete;
  SimulatedListener& operator=(const SimulatedListener&) = delete;
  Task<runtime::Result<runtime::SocketStreamPtr>> accept() override;
  runtime::Endpoint local() const override { return local_; }
  void close() noexcept override;

  bool takes(const IpAddress& address) const;
  // Queues a new connection for accept(); false when the backlog is full.
  bool offer(Connection& connection);

 private:
  Network& network_;
  Node& node_;
  runtime::Endpoint local_;
  bool closed_ = false;
  std::deque<Connection*> backlog_;
  runtime::Waiter incoming_;
};

}  // namespace quern::simulation
