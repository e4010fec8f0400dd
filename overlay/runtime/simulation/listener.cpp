#include "overlay/runtime/simulation/listener.hpp"

#include <utility>

#include "overlay/runtime/simulation/node.hpp"

namespace quern::simulation {

using runtime::Errc;
using runtime::fail;
using runtime::Result;

SimulatedListener::SimulatedListener(Network& network, Node& node, runtime::Endpoint local)
    : network_(network), node_(node), local_(std::move(local)) {
  network_.listeners[{node_.id(), local_.port}] = this;
}

Task<Result<runtime::SocketStreamPtr>> SimulatedListener::accept() {
  for (;;) {
    if (closed_) co_return fail(Errc::closed);
    if (!backlog_.empty()) {
      Connection& connection = *backlog_.front();
      backlog_.pop_front();
      co_return connection.open(Connection::kAcceptor);
    }
    co_await incoming_.wait();
  }
}

bool SimulatedListener::takes(const IpAddress& address) const {
  return local_.address.is_unspecified() || local_.address == address;
}

bool SimulatedListener::offer(Connection& connection) {
  if (backlog_.size() >= static_cast<std::size_t>(runtime::kBacklogMax)) return false;
  backlog_.push_back(&connection);
  incoming_.wake();
  return true;
}

void SimulatedListener::close() noexcept {
  if (std::exchange(closed_, true)) return;
  network_.listeners.erase({node_.id(), local_.port});
  for (Connection* connection : std::exchange(backlog_, {})) connection->abort(Connection::kAcceptor);
  incoming_.wake();
}

}  // namespace quern::simulation
