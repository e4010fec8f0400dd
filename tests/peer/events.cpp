#include "tests/peer/events.hpp"

#include <string>
#include <utility>
#include <variant>

#include <boost/json/serialize.hpp>

#include "tests/peer/describe.hpp"
#include "tests/peer/error.hpp"

namespace quern::peer {

namespace json = boost::json;
using runtime::Task;

namespace {

// One event as JSON.
struct Teller {
  json::object operator()(const connection::PeerConnected& event) const {
    return {{"ev", "peer:connect"}, {"peer", event.peer.text()}};
  }
  json::object operator()(const connection::PeerDisconnected& event) const {
    return {{"ev", "peer:disconnect"},
            {"peer", event.peer.text()},
            {"reason", connection::name_of(event.reason)},
            {"detail", event.detail}};
  }
  json::object operator()(const connection::ConnectionOpened& event) const {
    return {{"ev", "connection:open"}, {"connection", describe(event.info)}};
  }
  json::object operator()(const connection::ConnectionClosed& event) const {
    return {{"ev", "connection:close"},
            {"connection", describe(event.info)},
            {"reason", connection::name_of(event.reason)},
            {"detail", event.detail}};
  }
  json::object operator()(const connection::InboundRefused& event) const {
    return {{"ev", "inbound:refused"}, {"remote", event.remote.text()}, {"error", describe(event.why)}};
  }
  json::object operator()(const connection::HandlerFailed& event) const {
    return {
        {"ev", "handler:failed"}, {"peer", event.peer.text()}, {"protocol", event.protocol}, {"message", event.what}};
  }
  json::object operator()(const connection::ListenStarted& event) const {
    return {{"ev", "listen:start"}, {"addr", event.address.text()}};
  }
  json::object operator()(const connection::ListenStopped& event) const {
    return {{"ev", "listen:stop"}, {"addr", event.address.text()}};
  }
  json::object operator()(const connection::EventsLost& event) const {
    return {{"ev", "events:lost"}, {"count", event.count}};
  }
};

}  // namespace

Events::Events(overlay::Host& host, LineOutput& output) : happened_(host.events()), output_(output) {
  host.identification().on_identified([this](const protocols::PeerInfo& info, bool pushed) {
    json::object event{{"ev", "identify"}, {"pushed", pushed}};
    for (auto& [name, value] : describe(info)) event[name] = std::move(value);
    report(std::move(event));
  });
}

void Events::report(json::object event) {
  if (lost_ > 0 && waiting_.try_push({{"ev", "events:lost"}, {"count", lost_}})) lost_ = 0;
  if (lost_ > 0 || !waiting_.try_push(std::move(event))) ++lost_;
}

Task<void> Events::follow() {
  while (const auto event = co_await happened_->next()) {
    changed_.wake_all();
    report(std::visit(Teller(), *event));
  }
}

Task<void> Events::write() {
  while (auto event = co_await waiting_.pop()) {
    std::string line = json::serialize(*event);
    co_await output_.write(std::move(line));
  }
}

Task<void> Events::changed() {
  co_await changed_.wait();
}

}  // namespace quern::peer
