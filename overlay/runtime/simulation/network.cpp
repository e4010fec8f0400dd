#include "overlay/runtime/simulation/network.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/simulation/connection.hpp"
#include "overlay/runtime/simulation/datagram.hpp"
#include "overlay/runtime/simulation/listener.hpp"
#include "overlay/runtime/simulation/node.hpp"

namespace quern::simulation {

using runtime::Endpoint;
using runtime::Errc;
using runtime::fail;
using runtime::Result;

namespace {

constexpr Duration kConnectRetryFirst = std::chrono::seconds(1);
constexpr std::uint16_t kEphemeralPortFirst = 32'768;
constexpr std::uint16_t kEphemeralPortLast = 60'999;

// Breaks a connection whose dialer ended before it got its stream.
class Unclaimed {
 public:
  explicit Unclaimed(Network& network) : network_(network) {}
  ~Unclaimed() {
    if (Connection* connection = network_.connection(id_)) connection->abort(Connection::kDialer);
  }
  Unclaimed(const Unclaimed&) = delete;
  Unclaimed& operator=(const Unclaimed&) = delete;
  void hold(const Connection& connection) { id_ = connection.id(); }
  runtime::SocketStreamPtr claim() {
    Connection* connection = network_.connection(std::exchange(id_, 0));
    return connection ? connection->open(Connection::kDialer) : nullptr;
  }

 private:
  Network& network_;
  std::uint64_t id_ = 0;
};

class NodeNetwork final : public runtime::Network {
 public:
  NodeNetwork(simulation::Network& network, Node& node) : network_(network), node_(node), life_(node.life()) {}

  Result<runtime::ListenerPtr> listen(const Endpoint& at) override {
    if (!alive()) return fail(Errc::closed);
    auto endpoint = network_.claim(node_, at, false);
    if (!endpoint) return std::unexpected(std::move(endpoint).error());
    return std::make_unique<SimulatedListener>(network_, node_, *std::move(endpoint));
  }

  Result<runtime::DatagramSocketPtr> bind_datagram(const Endpoint& at) override {
    if (!alive()) return fail(Errc::closed);
    auto endpoint = network_.claim(node_, at, true);
    if (!endpoint) return std::unexpected(std::move(endpoint).error());
    return std::make_unique<SimulatedDatagramSocket>(network_, node_, *std::move(endpoint));
  }

  Task<Result<runtime::SocketStreamPtr>> connect(Endpoint to, std::optional<Endpoint> from) override {
    if (!alive()) co_return fail(Errc::closed);
    const Endpoint local = local_end(to, from);
    if (from && !can_dial_from(local, to)) co_return fail(Errc::address_unavailable, to_string(*from));
    Node* target = network_.find(to.address);
    if (!target) co_return fail(Errc::unreachable, runtime::to_string(to));
    World& world = network_.world();
    const Time give_up = world.now() + world.options().connect_give_up;
    for (Duration retry = kConnectRetryFirst; world.now() < give_up; retry *= 2) {
      const Time sent = world.now();
      co_await travel(node_, *target);
      if (arrives(node_, *target)) co_return co_await knock(*target, local, to);
      co_await world.sleep_until(std::min(sent + retry, give_up));
    }
    co_return fail(Errc::timed_out, runtime::to_string(to));
  }

  Task<Result<std::vector<IpAddress>>> resolve(std::string host) override {
    if (!alive()) co_return fail(Errc::closed);
    boost::system::error_code not_literal;
    const IpAddress literal = boost::asio::ip::make_address(host, not_literal);
    if (!not_literal) co_return std::vector{literal};
    World& world = network_.world();
    co_await world.sleep_for(2 * world.options().link.latency);
    const auto* addresses = world.find_name(host);
    if (!addresses) co_return fail(Errc::name_not_found, host);
    co_return *addresses;
  }

  std::vector<IpAddress> interface_addresses() const override {
    std::vector<IpAddress> addresses = node_.options().addresses;
    std::ranges::sort(addresses);
    return addresses;
  }

 private:
  bool alive() const { return node_.running() && node_.life() == life_; }

  // The end that the peer will see: `from` when that says an address, else the node's own of the same family. The port
  // stays 0 when any will do.
  Endpoint local_end(const Endpoint& to, const std::optional<Endpoint>& from) const {
    if (from && !from->address.is_unspecified()) return *from;
    const auto& own = node_.options().addresses;
    const auto same = std::ranges::find(own, to.address.is_v6(), &IpAddress::is_v6);
    return {same == own.end() ? own.front() : *same, from ? from->port : std::uint16_t{0}};
  }
  bool can_dial_from(const Endpoint& local, const Endpoint& to) const {
    return node_.has_address(local.address) && local != to && !network_.connected(local, to);
  }

  // One packet's way.
  Task<void> travel(const Node& from, const Node& to) {
    World& world = network_.world();
    const LinkModel& model = world.links().between(from.id(), to.id()).model;
    co_await world.sleep_for(model.latency + Duration{world.random().between(0, model.jitter.count())});
  }
  bool arrives(const Node& from, const Node& to) {
    World& world = network_.world();
    const Link& link = world.links().between(from.id(), to.id());
    return to.machine_up() && world.links().passes(link, from.id(), to.id()) &&
           !world.random().chance_ppm(link.model.loss_ppm);
  }

  // The first packet has reached the target.
  Task<Result<runtime::SocketStreamPtr>> knock(Node& target, Endpoint local, Endpoint to) {
    const auto listener = network_.listeners.find({target.id(), to.port});
    const bool heard = target.running() && listener != network_.listeners.end() && listener->second->takes(to.address);
    Unclaimed unclaimed(network_);
    bool taken = false;
    if (heard) {
      if (local.port == 0) local.port = network_.next_port(node_);
      Connection& connection = network_.add_connection(node_, target, local, to);
      unclaimed.hold(connection);
      taken = listener->second->offer(connection);
    }
    co_await travel(target, node_);
    if (!taken) co_return fail(Errc::refused, runtime::to_string(to));
    auto stream = unclaimed.claim();
    if (!stream) co_return fail(Errc::reset, runtime::to_string(to));
    co_return stream;
  }

  simulation::Network& network_;
  Node& node_;
  std::uint32_t life_;
};

}  // namespace

Network::Network(World& world) : world_(world) {}

Network::~Network() = default;

std::unique_ptr<runtime::Network> Network::view(Node& node) {
  return std::make_unique<NodeNetwork>(*this, node);
}

void Network::crash(Node& node, CrashKind kind) {
  std::vector<std::uint64_t> ids;
  ids.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) ids.push_back(id);
  for (const std::uint64_t id : ids) {
    for (const std::size_t end : {Connection::kDialer, Connection::kAcceptor}) {
      Connection* at = connection(id);
      if (!at || &at->node(end) != &node || at->broken(end)) continue;
      at->outgoing(end).discard();
      if (kind == CrashKind::process) at->send_reset(1 - end);
      at->break_end(end, Errc::closed);
      at->release_if_done();
    }
  }
}

void Network::add_addresses(Node& node) {
  for (const IpAddress& address : node.options().addresses) {
    const bool fresh = nodes_.try_emplace(address, &node).second;
    QUERN_ASSERT(fresh, "two nodes with one address");
  }
}

Node* Network::find(const IpAddress& address) const {
  const auto node = nodes_.find(address);
  return node == nodes_.end() ? nullptr : node->second;
}

Connection* Network::connection(std::uint64_t id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

bool Network::connected(const Endpoint& a, const Endpoint& b) const {
  return std::ranges::any_of(connections_, [&](const auto& entry) {
    const Endpoint& dialer = entry.second->endpoint(Connection::kDialer);
    const Endpoint& acceptor = entry.second->endpoint(Connection::kAcceptor);
    return (dialer == a && acceptor == b) || (dialer == b && acceptor == a);
  });
}

Connection& Network::add_connection(Node& from, Node& to, Endpoint local, Endpoint remote) {
  const std::uint64_t id = ++connection_count_;
  auto& slot = connections_[id];
  slot = std::make_unique<Connection>(*this, id, from, to, std::move(local), std::move(remote));
  return *slot;
}

void Network::erase(Connection& connection) {
  connections_.erase(connection.id());
}

std::uint16_t Network::next_port(Node& node) {
  std::uint16_t& last = ports_.try_emplace(node.id(), kEphemeralPortLast).first->second;
  last = last >= kEphemeralPortLast ? kEphemeralPortFirst : static_cast<std::uint16_t>(last + 1);
  return last;
}

Result<Endpoint> Network::claim(Node& node, Endpoint at, bool datagram) {
  if (!at.address.is_unspecified() && !node.has_address(at.address))
    return fail(Errc::address_unavailable, runtime::to_string(at));
  const auto used = [&](std::uint16_t port) {
    return datagram ? datagram_sockets.contains({node.id(), port}) : listeners.contains({node.id(), port});
  };
  if (at.port != 0) {
    if (used(at.port)) return fail(Errc::address_in_use, runtime::to_string(at));
    return at;
  }
  for (int tries = kEphemeralPortFirst; tries <= kEphemeralPortLast; ++tries) {
    at.port = next_port(node);
    if (!used(at.port)) return at;
  }
  return fail(Errc::limit_reached, "no free port on " + std::string(node.node()));
}

}  // namespace quern::simulation
