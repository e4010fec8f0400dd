// One simulated TCP connection: two ends and the bytes between them. See network.hpp for the model.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "overlay/runtime/network.hpp"
#include "overlay/runtime/simulation/network.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::simulation {

// The bytes from one end to the other.
class Pipe final : public runtime::TimerNode {
 public:
  Pipe(Connection& connection, Node& from, Node& to);
  ~Pipe() override;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  // For the writing end.
  std::size_t space() const;
  void send(std::span<const std::byte> data);
  void send_end();
  // For the reading end.
  std::size_t take(std::span<std::byte> out);
  bool has_unread() const { return read_at_ < arrived_.size(); }
  bool at_end() const { return end_arrived_ && !has_unread(); }
  void drop_unread();

  bool idle() const { return flight_.empty(); }
  bool end_sent() const { return end_sent_; }
  void discard();  // whatever is in flight will not arrive

  runtime::Waiter readable;
  runtime::Waiter writable;

  // The first segment in flight arrives, or is lost and sent again.
  void fire() override;

 private:
  struct Segment {
    std::vector<std::byte> bytes;  // empty: the end
    Time at;
    std::uint32_t losses = 0;
    Time first_loss;
  };
  void enqueue(std::vector<std::byte> bytes);
  void deliver(Segment segment);
  void send_again(Segment& segment);

  Connection& connection_;
  Node& from_;
  Node& to_;
  Link& link_;
  std::deque<Segment> flight_;
  std::size_t flight_bytes_ = 0;
  Time last_arrival_;
  std::vector<std::byte> arrived_;
  std::size_t read_at_ = 0;  // bytes of arrived_ that were read
  bool end_sent_ = false;
  bool end_arrived_ = false;
};

class Connection {
 public:
  static constexpr std::size_t kDialer = 0;
  static constexpr std::size_t kAcceptor = 1;

  Connection(Network& network, std::uint64_t id, Node& from, Node& to, runtime::Endpoint local,
             runtime::Endpoint remote);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  std::uint64_t id() const { return id_; }
  World& world();
  Node& node(std::size_t end) const { return *nodes_[end]; }
  const runtime::Endpoint& endpoint(std::size_t end) const { return endpoints_[end]; }
  // The pipe an end writes to, and the one it reads from.
  Pipe& outgoing(std::size_t end) { return *pipes_[end]; }
  Pipe& incoming(std::size_t end) { return *pipes_[1 - end]; }
  std::size_t receiver_of(const Pipe& pipe) const { return &pipe == pipes_[0].get() ? 1 : 0; }

  // A stream for an end, which then must be closed or destroyed. Once for each end.
  runtime::SocketStreamPtr open(std::size_t end);
  bool opened(std::size_t end) const { return states_[end].opened; }
  // Why an end is broken: reset or timed_out by the other side or the network, closed by itself.
  std::optional<runtime::Errc> broken(std::size_t end) const { return states_[end].broken; }

  void close(std::size_t end);
  void abort(std::size_t end);
  // Breaks an end from outside, waking whoever waits there.
  void break_end(std::size_t end, runtime::Errc why);
  // Tells an end, after the way there, that the other is gone; lost when the network does not pass.
  void send_reset(std::size_t to_end);
  // Erases the connection when nothing needs it any more: both ends gone, nothing in flight.
  void release_if_done();

 private:
  struct State {
    bool opened = false;
    bool gone = false;  // closed by its owner, or never opened and dead
    std::optional<runtime::Errc> broken;
  };
  Network& network_;
  std::uint64_t id_;
  std::array<Node*, 2> nodes_;
  std::array<runtime::Endpoint, 2> endpoints_;
  std::array<std::unique_ptr<Pipe>, 2> pipes_;
  std::array<State, 2> states_;
  std::uint32_t resets_under_way_ = 0;
};

}  // namespace quern::simulation
