#include "overlay/runtime/simulation/datagram.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/simulation/node.hpp"

namespace quern::simulation {

using runtime::Errc;
using runtime::fail;
using runtime::Result;

SimulatedDatagramSocket::SimulatedDatagramSocket(Network& network, Node& node, runtime::Endpoint local)
    : network_(network), node_(node), local_(std::move(local)) {
  network_.datagram_sockets[{node_.id(), local_.port}] = this;
}

void SimulatedDatagramSocket::close() noexcept {
  if (std::exchange(closed_, true)) return;
  network_.datagram_sockets.erase({node_.id(), local_.port});
  queue_.clear();
  incoming_.wake();
}

Task<Result<runtime::Datagram>> SimulatedDatagramSocket::receive(std::span<std::byte> out) {
  while (queue_.empty()) {
    if (closed_) co_return fail(Errc::closed);
    co_await incoming_.wait();
  }
  const Arrived datagram = std::move(queue_.front());
  queue_.pop_front();
  const std::size_t size = std::min(out.size(), datagram.bytes.size());
  std::copy_n(datagram.bytes.begin(), size, out.begin());
  co_return runtime::Datagram{size, datagram.from};
}

void SimulatedDatagramSocket::deliver(const runtime::Endpoint& from, std::vector<std::byte> bytes) {
  World& world = network_.world();
  world.trace(TraceKind::datagram, node_.id(), bytes.size());
  if (queue_.size() >= world.options().datagram_queue_max) return;
  queue_.push_back({from, std::move(bytes)});
  incoming_.wake();
}

runtime::Endpoint SimulatedDatagramSocket::source(const runtime::Endpoint& to) const {
  if (!local_.address.is_unspecified()) return local_;
  const auto& addresses = node_.options().addresses;
  const auto same_family = std::ranges::find(addresses, to.address.is_v6(), &IpAddress::is_v6);
  return {same_family == addresses.end() ? addresses.front() : *same_family, local_.port};
}

Task<Result<void>> SimulatedDatagramSocket::send(std::span<const std::byte> data, runtime::Endpoint to) {
  if (closed_) co_return fail(Errc::closed);
  if (data.size() > runtime::kDatagramBytesMax) {
    co_return fail(Errc::too_large,
                   std::to_string(data.size()) + " bytes, limit " + std::to_string(runtime::kDatagramBytesMax));
  }
  Node* target = network_.find(to.address);
  if (!target) co_return fail(Errc::unreachable, runtime::to_string(to));
  World& world = network_.world();
  const Link& link = world.links().between(node_.id(), target->id());
  const int copies = world.random().chance_ppm(link.model.duplicate_ppm) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) transmit(*target, to, {data.begin(), data.end()});
  co_return Result<void>();
}

void SimulatedDatagramSocket::transmit(Node& to, const runtime::Endpoint& address, std::vector<std::byte> bytes) {
  World& world = network_.world();
  Link& link = world.links().between(node_.id(), to.id());
  if (world.random().chance_ppm(link.model.loss_ppm)) {
    world.trace(TraceKind::datagram_lost, node_.id());
    return;
  }
  Time left = std::max(world.now(), link.free_at);
  if (link.model.bytes_per_second != 0) {
    left = left + Duration{static_cast<std::int64_t>(bytes.size() * 1'000'000'000 / link.model.bytes_per_second)};
    link.free_at = left;
  }
  const Duration jitter{world.random().between(0, link.model.jitter.count())};
  auto arrive = [network = &network_, &link, from_node = node_.id(), to_node = &to, to_port = address.port,
                 from = source(address), bytes = std::move(bytes)]() mutable {
    if (!network->world().links().passes(link, from_node, to_node->id()) || !to_node->running()) return;
    const auto socket = network->datagram_sockets.find({to_node->id(), to_port});
    if (socket != network->datagram_sockets.end()) socket->second->deliver(from, std::move(bytes));
  };
  world.at(left + link.model.latency + jitter, std::move(arrive));
}

}  // namespace quern::simulation
