#include "overlay/connection/listeners.hpp"

#include <utility>

#include "overlay/runtime/deadline.hpp"

namespace quern::connection {

using multiformats::Multiaddr;
using runtime::fail;
using runtime::Result;
using runtime::Task;

struct Listeners::Door {
  transport::Transport& transport;
  transport::ListenerPtr listener;
};

Listeners::Listeners(ListenServices services) : services_(services) {}
Listeners::~Listeners() = default;

Result<Multiaddr> Listeners::listen(const Multiaddr& address) {
  if (stopped_) return fail(Errc::stopped);
  for (const auto& transport : services_.transports) {
    if (!transport->handles(address)) continue;
    auto listener = transport->listen(address);
    if (!listener) return std::unexpected(std::move(listener).error());
    Multiaddr local = (*listener)->local();
    const auto door = std::make_shared<Door>(Door{.transport = *transport, .listener = *std::move(listener)});
    doors_[local] = door;
    services_.events.publish(ListenStarted{.address = local});
    services_.tasks.spawn(serve(door));
    return local;
  }
  return fail(transport::Errc::unsupported_address, address.text());
}

bool Listeners::stop(const Multiaddr& address) {
  const auto found = doors_.find(address);
  if (found == doors_.end()) return false;
  const DoorPtr door = found->second;
  doors_.erase(found);
  door->listener->close();
  services_.events.publish(ListenStopped{.address = address});
  return true;
}

std::vector<Multiaddr> Listeners::addresses() const {
  std::vector<Multiaddr> out;
  out.reserve(doors_.size());
  for (const auto& [address, door] : doors_) out.push_back(address);
  return out;
}

void Listeners::stop_all() {
  stopped_ = true;
  for (const Multiaddr& address : addresses()) stop(address);
}

Task<void> Listeners::serve(DoorPtr door) {
  co_await runtime::with_group<void>(
      [this, door](runtime::TaskGroup& handshakes) -> Task<void> { co_await accept(*door, handshakes); });
}

Task<void> Listeners::accept(Door& door, runtime::TaskGroup& handshakes) {
  for (;;) {
    auto raw = co_await door.listener->accept();
    if (raw) {
      receive(door, *std::move(raw), handshakes);
    } else if (raw.error() == runtime::Errc::closed) {
      co_return;
    } else {
      // No descriptor left, or a connection that was gone before it was taken: neither ends the listening.
      co_await services_.clock.sleep_for(kAcceptPause);
    }
  }
}

void Listeners::receive(Door& door, transport::RawConnection raw, runtime::TaskGroup& handshakes) {
  const auto from = ip_of(raw.remote);
  auto allowed = services_.gater.check(raw.remote);
  if (!allowed) return refuse(raw.remote, std::move(allowed).error());
  auto taken = services_.limits.accept(from ? &*from : nullptr);
  if (!taken) return refuse(raw.remote, std::move(taken).error());
  handshakes.spawn(welcome(door, std::move(raw), *std::move(taken)));
}

void Listeners::refuse(const Multiaddr& remote, runtime::Error why) {
  services_.events.publish(InboundRefused{.remote = remote, .why = std::move(why)});
}

Task<void> Listeners::welcome(Door& door, transport::RawConnection raw, InboundReservation taken) {
  const Multiaddr remote = raw.remote;
  auto made = co_await upgrade(door, std::move(raw));
  taken.handshake = {};
  if (!made) {
    refuse(remote, std::move(made).error());
    co_return;
  }
  made->reservations.connection = std::move(taken.connection);
  made->reservations.address = std::move(taken.address);
  auto admitted = services_.table.admit(*std::move(made));
  if (!admitted) refuse(remote, std::move(admitted).error());
}

Task<Result<NewConnection>> Listeners::upgrade(Door& door, transport::RawConnection raw) {
  const runtime::Time deadline = services_.clock.now() + services_.config.handshake_timeout;
  auto established =
      co_await runtime::with_deadline(services_.clock, deadline, door.listener->establish(std::move(raw)));
  if (!established) {
    const runtime::Error& error = established.error();
    const std::string detail = error.detail().empty() ? "" : ": " + error.detail();
    co_return std::unexpected(
        runtime::Error(error.code(), "transport (" + std::string(door.transport.name()) + ")" + detail));
  }
  CO_TRY(auto upgraded, co_await services_.upgrader.upgrade(std::move(established->stream), negotiation::Role::listener,
                                                            std::nullopt, deadline));
  co_return NewConnection{.upgraded = std::move(upgraded),
                          .local = std::move(established->local),
                          .remote = std::move(established->remote),
                          .direction = Direction::inbound,
                          .transport = std::string(door.transport.name()),
                          .reservations = {}};
}

}  // namespace quern::connection
