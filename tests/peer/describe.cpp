#include "tests/peer/describe.hpp"

#include <algorithm>
#include <chrono>

namespace quern::peer {

namespace json = boost::json;

json::array texts(const std::vector<multiformats::Multiaddr>& addresses) {
  json::array out;
  for (const auto& address : addresses) out.emplace_back(address.text());
  return out;
}

json::array texts(const std::vector<std::string>& words) {
  json::array out;
  for (const auto& word : words) out.emplace_back(word);
  return out;
}

json::object describe(const connection::ConnectionInfo& connection) {
  const auto& stats = connection.stats;
  json::value rtt = nullptr;
  if (stats.round_trip) rtt = milliseconds(*stats.round_trip);
  return {{"id", connection.id},
          {"peer", connection.peer.text()},
          {"local", connection.local.text()},
          {"remote", connection.remote.text()},
          {"transport", connection.transport},
          {"encryption", connection.encryption},
          {"multiplexer", connection.muxer},
          {"direction", connection.direction == connection::Direction::inbound ? "inbound" : "outbound"},
          {"status", connection.status == connection::ConnectionStatus::open ? "open" : "closing"},
          {"rtt", std::move(rtt)},
          {"streams", stats.streams_in + stats.streams_out},
          {"buffered", stats.buffered_bytes}};
}

json::object describe(const protocols::PeerInfo& info) {
  json::value observed = nullptr;
  if (info.observed_address) observed = json::string(info.observed_address->text());
  return {{"peer", info.peer.text()},           {"protocolVersion", info.protocol_version},
          {"agentVersion", info.agent_version}, {"addrs", texts(info.listen_addresses)},
          {"signed", info.addresses_signed},    {"protocols", texts(info.protocols)},
          {"observedAddr", std::move(observed)}};
}

double milliseconds(runtime::Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

double seconds(runtime::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

json::object statistics(std::vector<runtime::Duration> trips) {
  std::ranges::sort(trips);
  const auto at = [&trips](std::size_t percent) {
    return milliseconds(trips[std::min(trips.size() - 1, trips.size() * percent / 100)]);
  };
  return {{"count", trips.size()}, {"min", at(0)}, {"p50", at(50)}, {"p99", at(99)}, {"max", at(100)}};
}

}  // namespace quern::peer
