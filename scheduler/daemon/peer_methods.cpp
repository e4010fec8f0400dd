#include <algorithm>

#include <boost/json/value_to.hpp>

#include "scheduler/daemon/answer_schemas.hpp"
#include "scheduler/daemon/methods.hpp"

namespace quern::daemon {

namespace json = boost::json;
using multiformats::Multiaddr;
using multiformats::Protocol;
using rpc::Answer;
using rpc::Caller;
using rpc::Code;
using runtime::Task;

namespace {

using Changed = std::expected<void, rpc::Failure>;
constexpr std::string_view kExamplePeer = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";
constexpr std::string_view kExampleAddress =
    "/ip4/192.0.2.7/tcp/7645/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

Changed add(Preferences& preferences, const std::string& address) {
  auto& peers = preferences.peers;
  if (std::ranges::find(peers, address) != peers.end()) return {};
  if (peers.size() == kListMax) return std::unexpected(rpc::limit_failure("peers", kListMax + 1, kListMax));
  peers.push_back(address);
  return {};
}

Changed remove(Preferences& preferences, const std::string& peer) {
  const auto of_peer = [&](const std::string& text) {
    const auto address = Multiaddr::from_text(text);
    return address && address->find_text(Protocol::p2p) == peer;
  };
  if (std::erase_if(preferences.peers, of_peer) > 0) return {};
  return rpc::fail(Code::not_found, "peer " + peer + " was not added by peer.add", "peer.list tells how it is known");
}

Changed block(Preferences& preferences, const std::string& peer) {
  if (preferences.blocked.size() == kListMax && !preferences.blocked.contains(peer)) {
    return std::unexpected(rpc::limit_failure("blocked peers", kListMax + 1, kListMax));
  }
  preferences.blocked.insert(peer);
  return {};
}

Changed unblock(Preferences& preferences, const std::string& peer) {
  if (preferences.blocked.erase(peer) > 0) return {};
  return rpc::fail(Code::not_found, "peer " + peer + " is not blocked", "peer.list tells who is");
}

Task<Answer> change(Node& node, std::string peer, Node::Change change) {
  const auto changed = co_await node.change(std::move(change));
  if (!changed) co_return std::unexpected(changed.error());
  co_return json::object{{"peer", peer}, {"blocked", node.preferences().blocked.contains(peer)}};
}

Task<Answer> add_peer(Node& node, json::object params) {
  const auto text = json::value_to<std::string>(params.at("address"));
  const auto address = Multiaddr::from_text(text);
  if (!address) co_return rpc::fail(Code::invalid_params, "address: " + text + ": " + address.error().message());
  const auto peer = address->find_text(Protocol::p2p);
  if (!peer) {
    co_return rpc::fail(Code::invalid_params, "address: " + text + " does not say which peer", "add /p2p/ and its id");
  }
  if (*peer == node.host().id().text()) co_return rpc::fail(Code::invalid_params, "address: this is the node itself");
  co_return co_await change(node, *peer, [text](Preferences& preferences) { return add(preferences, text); });
}

using Edit = Changed (*)(Preferences&, const std::string&);

rpc::Handler by_peer(Node& node, Edit edit) {
  return [&node, edit](json::object params, Caller /*caller*/) -> Task<Answer> {
    const auto peer = json::value_to<std::string>(params.at("peer"));
    if (!identity::PeerId::from_text(peer)) {
      co_return rpc::fail(Code::invalid_params, "peer: " + peer + " is no peer id",
                          "peer.list names those that are known");
    }
    if (peer == node.host().id().text()) co_return rpc::fail(Code::invalid_params, "peer: this is the node itself");
    co_return co_await change(node, peer, [peer, edit](Preferences& preferences) { return edit(preferences, peer); });
  };
}

}  // namespace

void add_peer_methods(rpc::Registry& registry, Node& node) {
  const rpc::Schema result = rpc::object({{"peer", rpc::text(kShortTextMax)}, {"blocked", rpc::boolean()}});
  const auto add_one = [&](std::string name, std::string summary, Edit edit, bool blocked) {
    registry.add({.name = std::move(name),
                  .summary = std::move(summary),
                  .params = {{"peer", "its id", rpc::text(kShortTextMax)}},
                  .result = result,
                  .example_params = {{"peer", kExamplePeer}},
                  .example_result = json::object{{"peer", kExamplePeer}, {"blocked", blocked}},
                  .handler = by_peer(node, edit)});
  };
  registry.add(
      {.name = "peer.add",
       .summary = "Connects to a node from now on, as those of overlay.peers; a blocked one only once it is unblocked",
       .params = {{"address", "with /p2p/ and its id at the end", rpc::text(kNameTextMax)}},
       .result = result,
       .example_params = {{"address", kExampleAddress}},
       .example_result = json::object{{"peer", kExamplePeer}, {"blocked", false}},
       .handler = [&node](json::object params, Caller /*caller*/) { return add_peer(node, std::move(params)); }});
  add_one("peer.remove", "Forgets what peer.add was told of it; a connection that is there stays", remove, false);
  add_one("peer.block", "Ends its connections, takes none from it and gives it no jobs, also after a restart", block,
          true);
  add_one("peer.unblock", "The opposite of peer.block", unblock, false);
}

}  // namespace quern::daemon
