#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>

#include "scheduler/daemon/answer_schemas.hpp"
#include "scheduler/daemon/job_schemas.hpp"
#include "scheduler/daemon/machine_json.hpp"
#include "scheduler/daemon/market_json.hpp"
#include "scheduler/daemon/methods.hpp"
#include "scheduler/execution/cgroup.hpp"
#include "scheduler/rpc/session_methods.hpp"

namespace quern::daemon {

namespace json = boost::json;
using rpc::Answer;
using rpc::Caller;
using runtime::Task;

namespace {

constexpr std::size_t kPeersMax = 4096;
constexpr std::size_t kJobsFollowed = 100;
// What this daemon can do; programs ask by these names.
constexpr std::array<std::string_view, 15> kCapabilities{
    "quote",          "run",  "jobs",     "job.retry", "offers",      "peers",     "ledger", "machine", "device.set",
    "donation.pause", "work", "earnings", "receipts",  "preferences", "peer.block"};

json::array names(std::span<const std::string_view> list) {
  json::array array;
  for (const std::string_view name : list) array.emplace_back(name);
  return array;
}

json::object provider_json(const Node& node) {
  json::array devices;
  for (const NodeDevice& device : node.parts().devices) {
    json::object object{{"id", device.id}, {"name", device.name}, {"offered", device.offered.has_value()}};
    if (!device.offered) object["why"] = device.why;
    devices.push_back(std::move(object));
  }
  return {{"enabled", node.parts().config.provider.enabled},
          {"draining", node.draining()},
          {"working", node.provider().working()},
          {"devices", std::move(devices)}};
}

json::object sandbox_json(const execution::SelfTest& test) {
  json::array kinds;
  for (const execution::KindTest& kind : test.kinds) {
    json::object object{{"kind", execution::name_of(kind.kind)}, {"held", kind.held}};
    if (!kind.held) object["why"] = kind.why;
    kinds.push_back(std::move(object));
  }
  return {{"tier", execution::name_of(test.tier)},
          {"note", test.tier_note},
          {"landlock_abi", test.landlock_abi},
          {"kinds", std::move(kinds)}};
}

// Without what the ledger knows, which has to be waited for.
json::object status_json(Node& node) {
  json::array addresses;
  for (const auto& address : node.host().addresses()) addresses.emplace_back(address.text());
  std::set<identity::PeerId> peers;
  for (const auto& info : node.host().swarm().connections()) peers.insert(info.peer);
  json::array problems;
  for (const model::Why& why : node.problems()) problems.push_back(why_json(why));
  json::array preferences;  // that stand above the configuration
  for (const auto& [name, value] : node.preferences().values) preferences.emplace_back(name);
  return {
      {"peer", node.host().id().text()},
      {"version", QUERN_VERSION},
      {"started_unix_ms", node.started_unix_ms()},
      {"addresses", std::move(addresses)},
      {"peers_connected", peers.size()},
      {"offers", node.offers().offers().size()},
      {"problems", std::move(problems)},
      {"provider", provider_json(node)},
      {"donation", donation_json(node)},
      {"preferences", std::move(preferences)},
      {"sandbox", sandbox_json(node.parts().sandbox)},
      {"jobs", json::object{{"running", node.jobs().running()}, {"ended", node.jobs().size() - node.jobs().running()}}},
      {"balance", balance_json(node.balance())},
      {"capabilities", names(kCapabilities)}};
}

json::object peers_json(Node& node) {
  struct Peer {
    std::vector<std::string> addresses;
    bool connected = false;
    bool configured = false;
    bool blocked = false;
    std::optional<runtime::Duration> round_trip;
  };
  std::map<std::string, Peer> peers;
  for (const auto& address : node.parts().config.overlay.peers) {
    const auto id = address.find_text(multiformats::Protocol::p2p);
    Peer& peer = peers[id.value_or("")];
    peer.configured = true;
    peer.addresses.push_back(address.text());
  }
  for (const auto& info : node.host().swarm().connections()) {
    Peer& peer = peers[info.peer.text()];
    peer.connected = true;
    if (!peer.configured) peer.addresses.push_back(info.remote.text());
    if (info.stats.round_trip) peer.round_trip = info.stats.round_trip;
  }
  for (const std::string& id : node.preferences().blocked) peers[id].blocked = true;
  json::array list;
  for (const auto& [id, peer] : peers) {
    json::array addresses;
    for (const std::string& address : peer.addresses) addresses.emplace_back(address);
    json::object object{{"peer", id},
                        {"addresses", std::move(addresses)},
                        {"connected", peer.connected},
                        {"configured", peer.configured},
                        {"blocked", peer.blocked}};
    if (const auto& trip = peer.round_trip) {
      object["rtt_us"] = std::chrono::duration_cast<std::chrono::microseconds>(*trip).count();
    }
    if (const auto parsed = identity::PeerId::from_text(id)) {
      if (const auto known = node.host().identification().known(*parsed)) object["agent"] = known->agent_version;
    }
    list.push_back(std::move(object));
    if (list.size() == kPeersMax) break;
  }
  return {{"peers", std::move(list)}};
}

json::object offers_json(Node& node) {
  json::array list;
  const std::string self = node.host().id().text();
  for (const market::SignedOffer* offer : node.offers().offers()) {
    list.push_back(offer_json(offer->offer, offer->offer.provider == self));
  }
  return {{"offers", std::move(list)}};
}

json::object jobs_json(Node& node) {
  json::object jobs;
  for (const SubmittedJob* job : node.jobs().newest(kJobsFollowed)) {
    jobs[job->record.id] = summary_json(job->record, job->job.name);
  }
  return {{"jobs", std::move(jobs)}};
}

rpc::Schema status_schema() {
  const rpc::Schema micro = micro_schema();
  const rpc::Schema name = rpc::text(kShortTextMax);
  const rpc::Schema device = rpc::object({{"id", name}, {"name", rpc::text(kNameTextMax)}, {"offered", rpc::boolean()}},
                                         {{"why", rpc::text(kNameTextMax)}});
  const rpc::Schema kind = rpc::object({{"kind", name}, {"held", rpc::boolean()}}, {{"why", rpc::text(kNameTextMax)}});
  return rpc::object(
      {{"peer", name},
       {"version", name},
       {"started_unix_ms", time_schema()},
       {"addresses", rpc::list(rpc::text(kNameTextMax), kListMax)},
       {"peers_connected", rpc::integer(0)},
       {"offers", rpc::integer(0)},
       {"problems", rpc::described(rpc::list(why_schema(), kShortTextMax), "that somebody has to do something about")},
       {"provider", rpc::object({{"enabled", rpc::boolean()},
                                 {"draining", rpc::boolean()},
                                 {"working", rpc::integer(0)},
                                 {"devices", rpc::list(device, kDevicesMax)}})},
       {"donation", donation_schema()},
       {"preferences", rpc::described(rpc::list(name, kPreferencesMax), "that stand above the configuration")},
       {"sandbox", rpc::object({{"tier", name},
                                {"note", rpc::text(kNameTextMax)},
                                {"landlock_abi", rpc::integer()},
                                {"kinds", rpc::list(kind, kShortTextMax)}})},
       {"jobs", rpc::object({{"running", rpc::integer(0)}, {"ended", rpc::integer(0)}})},
       {"balance", rpc::object({{"spent_micro", micro},
                                {"earned_micro", micro},
                                {"payable_micro", micro},
                                {"receivable_micro", micro},
                                {"reserved_micro", micro}})},
       {"capabilities", rpc::described(rpc::list(name, kShortTextMax), "what this daemon can do")}});
}

json::object status_example() {
  return {
      {"peer", "12D3KooW"},
      {"version", QUERN_VERSION},
      {"started_unix_ms", 1'795'000'000'000},
      {"addresses", json::array{"/ip4/127.0.0.1/tcp/7645/p2p/12D3KooW"}},
      {"peers_connected", 1},
      {"offers", 2},
      {"problems", json::array{}},
      {"provider", json::object{{"enabled", true}, {"draining", false}, {"working", 0}, {"devices", json::array{}}}},
      {"donation", json::object{{"state", "donating"}, {"until_unix_ms", nullptr}, {"why", nullptr}, {"working", 0}}},
      {"preferences", json::array{"share"}},
      {"sandbox", json::object{{"tier", "cgroup2"}, {"note", ""}, {"landlock_abi", 2}, {"kinds", json::array{}}}},
      {"jobs", json::object{{"running", 0}, {"ended", 0}}},
      {"balance", balance_json({})},
      {"capabilities", names(kCapabilities)}};
}

rpc::Schema offers_schema() {
  return rpc::object({{"offers", rpc::list(offer_schema(), market::kProvidersMax)}});
}

rpc::Handler view(Node& node, json::object (*make)(Node&)) {
  return [&node, make](json::object /*params*/, Caller /*caller*/) -> Task<Answer> { co_return make(node); };
}

}  // namespace

json::object balance_json(const Balance& balance) {
  return {{"spent_micro", balance.spent.micro},
          {"earned_micro", balance.earned.micro},
          {"payable_micro", balance.payable.micro},
          {"receivable_micro", balance.receivable.micro},
          {"reserved_micro", balance.reserved.micro}};
}

json::object donation_json(const Node& node) {
  const Donation donation = node.donation();
  return {{"state", name_of(donation.state)},
          {"until_unix_ms", donation.until_unix_ms ? json::value(*donation.until_unix_ms) : json::value()},
          {"why", donation.state == DonationState::donating ? json::value() : json::value(why_json(donation.why))},
          {"working", node.provider().working()}};
}

void add_node_methods(rpc::Registry& registry, Node& node) {
  registry.add({.name = "node.status",
                .summary = "What this node is, offers and holds",
                .params = {},
                .result = status_schema(),
                .example_params = {},
                .example_result = status_example(),
                .handler = view(node, status_json)});
  registry.add({.name = "peer.list",
                .summary = "Peers that are connected, configured or blocked",
                .params = {},
                .result = rpc::object({{"peers", rpc::list(rpc::map_of(rpc::any()), kPeersMax)}}),
                .example_params = {},
                .example_result = json::object{{"peers", json::array{}}},
                .handler = view(node, peers_json)});
  registry.add({.name = "offer.list",
                .summary = "Offers that hold now, this node's among them",
                .params = {},
                .result = offers_schema(),
                .example_params = {},
                .example_result = json::object{{"offers", json::array{offer_example()}}},
                .handler = view(node, offers_json)});
}

void add_methods(rpc::Registry& registry, Node& node) {
  rpc::add_session_methods(registry, QUERN_VERSION);
  add_node_methods(registry, node);
  add_job_methods(registry, node);
  add_blob_methods(registry, node);
  add_ledger_methods(registry, node);
  add_machine_methods(registry, node);
  add_donation_methods(registry, node);
  add_work_methods(registry, node);
  add_earnings_methods(registry, node);
  add_preference_methods(registry, node);
  add_peer_methods(registry, node);
  registry.add(rpc::TopicText{.name = "status", .summary = "As node.status", .value = status_schema()});
  registry.add(rpc::TopicText{.name = "peers", .summary = "As peer.list", .value = rpc::map_of(rpc::any())});
  registry.add(rpc::TopicText{.name = "offers", .summary = "As offer.list", .value = offers_schema()});
  registry.add(rpc::TopicText{.name = "jobs",
                              .summary = "Under \"jobs\", by id: the newest hundred, as job.list",
                              .value = rpc::object({{"jobs", rpc::map_of(job_summary_schema())}})});
  registry.add(rpc::TopicText{.name = "job/{id}", .summary = "As job.get", .value = job_schema()});
}

void add_topics(Node& node) {
  rpc::Topics& topics = node.topics();
  topics.add("status", [&node] { return json::value(status_json(node)); });
  topics.add("peers", [&node] { return json::value(peers_json(node)); });
  topics.add("offers", [&node] { return json::value(offers_json(node)); });
  topics.add("jobs", [&node] { return json::value(jobs_json(node)); });
  topics.add("machine", [&node] { return json::value(machine_json(node)); });
  topics.add("preferences", [&node] { return json::value(preferences_json(node)); });
  topics.add("work", [&node] { return json::value(works_json(node)); });
  topics.add("earnings", [&node] { return json::value(earnings_json(node)); });
  for (const SubmittedJob* job : node.jobs().newest(node.jobs().size())) add_job_topic(node, job->record.id);
}

void add_job_topic(Node& node, const std::string& id) {
  node.topics().add("job/" + id, [&node, id] {
    const SubmittedJob* job = node.jobs().find(id);
    return job ? json::value(job_json(*job, node.offers())) : json::value();
  });
}

}  // namespace quern::daemon
