#include "tests/peer/host_commands.hpp"

#include <string>
#include <utility>

#include <boost/json/array.hpp>

#include "overlay/protocols/identify.hpp"
#include "tests/peer/describe.hpp"

namespace quern::peer {

namespace json = boost::json;
using overlay::Host;
using runtime::Result;
using runtime::Task;

namespace {

using Answer = Result<json::object>;

Task<Answer> info(Host& host) {
  co_return json::object{{"peer", host.id().text()},
                         {"addrs", texts(host.addresses())},
                         {"protocols", texts(host.swarm().protocols())},
                         {"software", protocols::IdentifyConfig().agent_version},
                         {"memory", host.swarm().memory_used()}};
}

Task<Answer> addrs(Host& host) {
  co_return json::object{{"addrs", texts(host.addresses())}};
}

Task<Answer> listen(Host& host, Arguments arguments) {
  CO_TRY(const auto wanted, arguments.address());
  CO_TRY(const auto got, host.listen(wanted));
  co_return json::object{{"addr", got.with(multiformats::Protocol::p2p, host.id().bytes()).text()},
                         {"addrs", texts(host.addresses())}};
}

Task<Answer> dial(Host& host, Arguments arguments) {
  CO_TRY(auto address, arguments.address());
  CO_TRY(const auto connection, co_await host.swarm().connect(std::move(address)));
  co_return json::object{{"peer", connection.peer.text()}, {"connection", describe(connection)}};
}

Task<Answer> identify(Host& host, Arguments arguments) {
  CO_TRY(auto peer, arguments.peer());
  CO_TRY(const auto said, co_await host.identify(std::move(peer)));
  co_return describe(said);
}

Task<Answer> connections(Host& host, Arguments arguments) {
  auto found = host.swarm().connections();
  if (arguments.has("peer")) {
    CO_TRY(const auto peer, arguments.peer());
    found = host.swarm().connections(peer);
  }
  json::array out;
  for (const auto& each : found) out.push_back(describe(each));
  co_return json::object{{"connections", std::move(out)}};
}

Task<Answer> peers(Host& host) {
  std::set<identity::PeerId> known;
  for (const auto& each : host.swarm().connections()) known.insert(each.peer);
  json::array out;
  for (const auto& peer : known) out.emplace_back(peer.text());
  co_return json::object{{"peers", std::move(out)}};
}

Task<Answer> wait_peer(Host& host, Events& events, Arguments arguments) {
  CO_TRY(const auto peer, arguments.peer());
  while (!host.swarm().connected(peer)) co_await events.changed();
  co_return json::object{{"peer", peer.text()}};
}

Task<Answer> hang_up(Host& host, Events& events, Arguments arguments) {
  CO_TRY(const auto peer, arguments.peer());
  const std::size_t closed = host.swarm().connections(peer).size();
  host.disconnect(peer);
  while (!host.swarm().connections(peer).empty()) co_await events.changed();
  co_return json::object{{"closed", closed}};
}

}  // namespace

void add_host_commands(CommandTable& table, Host& host, Events& events) {
  table.add("info", {}, [&host](const Arguments&) { return info(host); });
  table.add("addrs", {}, [&host](const Arguments&) { return addrs(host); });
  table.add("listen", {"addr"}, [&host](Arguments arguments) { return listen(host, std::move(arguments)); });
  table.add("dial", {"addr"}, [&host](Arguments arguments) { return dial(host, std::move(arguments)); });
  table.add("identify", {"peer"}, [&host](Arguments arguments) { return identify(host, std::move(arguments)); });
  table.add("connections", {"peer"}, [&host](Arguments arguments) { return connections(host, std::move(arguments)); });
  table.add("peers", {}, [&host](const Arguments&) { return peers(host); });
  table.add("waitPeer", {"peer"}, [&](Arguments arguments) { return wait_peer(host, events, std::move(arguments)); });
  table.add("hangup", {"peer"}, [&](Arguments arguments) { return hang_up(host, events, std::move(arguments)); });
}

}  // namespace quern::peer
