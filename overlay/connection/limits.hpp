// What this node lets others use, and the book in which it is kept. A refusal names the scope, the limit, the value it
// would have reached, and who asked: "connections_in_per_ip: 9 of 8 for 192.0.2.7".
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "overlay/identity/peer_id.hpp"
#include "overlay/runtime/clock.hpp"
#include "overlay/runtime/network.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::connection {

// Refusals have code runtime::Errc::limit_reached. 0 is a limit like any other: it allows nothing.
struct Limits {
  std::size_t connections_in = 512;
  std::size_t connections_out = 512;
  std::size_t connections_per_peer = 8;
  std::size_t connections_in_per_ip = 32;      // an IPv6 /64 counts as one address
  std::size_t handshakes_in = 128;             // accepted, and not yet upgraded
  std::size_t handshakes_in_per_second = 100;  // all
  std::size_t handshakes_in_per_second_per_ip = 20;
  std::size_t dials = 64;  // under way at once; more wait in line
  std::size_t dials_waiting = 1024;
  std::size_t dials_per_second = 100;          // more wait in line
  std::size_t streams_in_per_protocol = 1024;  // of one protocol, all peers
  std::size_t streams_in_per_protocol_per_peer = 128;
  std::size_t streams_out_per_protocol_per_peer = 1024;
  std::size_t memory_bytes = 512 << 20;  // received and not read, and sealed and not sent, all connections
  std::size_t memory_bytes_per_connection = 64 << 20;
};
// Sets a limit by its name above. runtime::Errc::not_found: no limit has that name.
runtime::Result<void> set_limit(Limits& limits, std::string_view name, std::uint64_t value);
std::map<std::string, std::uint64_t> limits_by_name(const Limits& limits);

// A refusal's error: "name: value of limit for whom".
runtime::Error limit_error(std::string_view name, std::size_t value, std::size_t limit, std::string_view whom);

// One unit of something limited, given back when it goes. May outlive the book.
class Reservation {
 public:
  Reservation() = default;
  explicit Reservation(std::shared_ptr<std::size_t> counter);
  ~Reservation();
  Reservation(Reservation&&) noexcept = default;
  Reservation& operator=(Reservation&&) noexcept;
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

 private:
  std::shared_ptr<std::size_t> counter_;
};

// What an accepted socket takes.
struct InboundReservation {
  Reservation handshake;  // given back once the connection is upgraded
  Reservation connection;
  Reservation address;
};

// What a stream takes.
struct StreamReservation {
  Reservation all;  // of all peers; inbound streams only
  Reservation peer;
};

// Counts what is in use. On one executor. It holds no more than what is reserved and what came in the last second.
class LimitBook {
 public:
  LimitBook(runtime::Clock& clock, const Limits& limits);
  ~LimitBook();

  const Limits& limits() const;
  // Units in use now. 0 when there is no connection, dial or stream left: more is a leak.
  std::size_t reserved() const;
  // An accepted socket, before any of its bytes is looked at: handshakes, connections in, and per address. Without an
  // address (memory) it counts in the sums only. What is refused does not count.
  runtime::Result<InboundReservation> accept(const runtime::IpAddress* from);
  runtime::Result<Reservation> connection_out();
  runtime::Result<Reservation> connection_with(const identity::PeerId& peer);
  runtime::Result<StreamReservation> stream_in(const identity::PeerId& peer, std::string_view protocol);
  runtime::Result<StreamReservation> stream_out(const identity::PeerId& peer, std::string_view protocol);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quern::connection
