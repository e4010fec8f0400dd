// The simulated network: TCP-like connections, datagrams, names.
//
// Model. A written stream segment (at most kSegmentBytes) takes its turn on the link (bandwidth), then latency and
// jitter; segments of a connection stay in order. A lost segment, or one that meets a cut, is sent again after about a
// round trip, then with doubling intervals from 200 ms; after WorldOptions::stream_give_up the connection breaks with
// Errc::timed_out. A writer waits while stream_buffer_bytes are in flight or unread. Connecting takes a round trip,
// again with retries (1 s, doubling); a node without a listener or whose process is down refuses, a machine that is off
// is silent. A segment for an end that is gone is answered by a reset. Closing with unread bytes resets, as kernels do.
// Not modelled: congestion control, send-buffer space held until acknowledged (it frees on reading), MTU, checksums.
#pragma once
#include <cstdint>
#include <map>
#include <memory>

#include "overlay/runtime/network.hpp"
#include "overlay/runtime/simulation/world.hpp"

namespace quern::simulation {

inline constexpr std::size_t kSegmentBytes = 64 << 10;

class Connection;
class SimulatedListener;
class SimulatedDatagramSocket;

// What sockets exist on all nodes.
class Network {
 public:
  explicit Network(World& world);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // The network as one life of a node sees it.
  std::unique_ptr<runtime::Network> view(Node& node);
  // Ends every socket of a node whose program has just died.
  void crash(Node& node, CrashKind kind);
  // Connections that still have an end or something in flight.
  std::size_t open_connections() const { return connections_.size(); }

  // For the sockets.
  World& world() { return world_; }
  // Makes a node's addresses its own; asserts that they were free.
  void add_addresses(Node& node);
  Node* find(const IpAddress& address) const;
  // Whether a connection joins these two endpoints, whoever dialed: there is room for one.
  bool connected(const runtime::Endpoint& a, const runtime::Endpoint& b) const;
  Connection& add_connection(Node& from, Node& to, runtime::Endpoint local, runtime::Endpoint remote);
  Connection* connection(std::uint64_t id) const;  // null when it is gone
  void erase(Connection& connection);
  // Checks an address to listen at or bind; a port of 0 is replaced by a free one. Errc::address_in_use,
  // address_unavailable.
  runtime::Result<runtime::Endpoint> claim(Node& node, runtime::Endpoint at, bool datagram);
  std::uint16_t next_port(Node& node);

  // Live sockets by node and port; each enters and leaves by itself.
  std::map<std::pair<NodeId, std::uint16_t>, SimulatedListener*> listeners;
  std::map<std::pair<NodeId, std::uint16_t>, SimulatedDatagramSocket*> datagram_sockets;

 private:
  World& world_;
  std::map<IpAddress, Node*> nodes_;
  std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;  // by id: the order of their making
  std::uint64_t connection_count_ = 0;
  std::map<NodeId, std::uint16_t> ports_;
};

}  // namespace quern::simulation
