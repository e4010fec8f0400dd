// A simulated datagram socket.
#pragma once
#include <deque>
#include <vector>

#include "overlay/runtime/simulation/network.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::simulation {

class SimulatedDatagramSocket final : public runtime::DatagramSocket {
 public:
  SimulatedDatagramSocket(Network& network, Node& node, runtime::Endpoint local);
  ~SimulatedDatagramSocket() override { close(); }
  SimulatedDatagramSocket(const SimulatedDatagramSocket&) = delete;
  SimulatedDatagramSocket& operator=(const SimulatedDatagramSocket&) = delete;
  Task<runtime::Result<runtime::Datagram>> receive(std::span<std::byte> out) override;
  Task<runtime::Result<void>> send(std::span<const std::byte> data, runtime::Endpoint to) override;
  runtime::Endpoint local() const override { return local_; }
  void close() noexcept override;

  // A datagram has come over the network; dropped when the queue is full.
  void deliver(const runtime::Endpoint& from, std::vector<std::byte> bytes);

 private:
  struct Arrived {
    runtime::Endpoint from;
    std::vector<std::byte> bytes;
  };
  // Sends one copy on its way.
  void transmit(Node& to, const runtime::Endpoint& address, std::vector<std::byte> bytes);
  runtime::Endpoint source(const runtime::Endpoint& to) const;

  Network& network_;
  Node& node_;
  runtime::Endpoint local_;
  bool closed_ = false;
  std::deque<Arrived> queue_;
  runtime::Waiter incoming_;
};

}  // namespace quern::simulation
