#include "overlay/connection/traffic.hpp"

#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

namespace quern::connection {

struct TrafficMeter::PeerEntry {
  identity::PeerId peer;
  Traffic traffic;
  bool listed = false;
  std::list<std::shared_ptr<PeerEntry>>::iterator place;  // while listed
};

struct TrafficMeter::Shared {
  // The entry is the one heard of last; one that was forgotten is replaced.
  void touch(std::shared_ptr<PeerEntry>& entry) {
    if (!entry->listed) entry = entry_of(entry->peer);
    peers.splice(peers.begin(), peers, entry->place);
  }
  void list(const std::shared_ptr<PeerEntry>& entry) {
    if (peers.size() >= peers_max) {
      peers.back()->listed = false;
      by_peer.erase(peers.back()->peer);
      peers.pop_back();
    }
    peers.push_front(entry);
    entry->place = peers.begin();
    entry->listed = true;
    by_peer[entry->peer] = entry;
  }
  std::shared_ptr<PeerEntry> entry_of(const identity::PeerId& peer) {
    if (const auto found = by_peer.find(peer); found != by_peer.end()) return found->second;
    auto made = std::make_shared<PeerEntry>(PeerEntry{.peer = peer, .traffic = {}, .listed = false, .place = {}});
    list(made);
    return made;
  }
  Traffic& protocol_entry(std::string_view protocol) {
    if (const auto found = by_protocol.find(protocol); found != by_protocol.end()) return found->second;
    const bool full = by_protocol.size() >= protocols_max;
    return by_protocol[std::string(full ? kOtherProtocols : protocol)];
  }

  std::size_t peers_max = 0;
  std::size_t protocols_max = 0;
  Traffic all;
  std::map<std::string, Traffic, std::less<>> by_protocol;  // entries stay: meters point at them
  std::list<std::shared_ptr<PeerEntry>> peers;              // last heard of first
  std::unordered_map<identity::PeerId, std::shared_ptr<PeerEntry>> by_peer;
};

TrafficMeter::TrafficMeter(std::shared_ptr<Shared> shared, std::shared_ptr<PeerEntry> peer, Traffic* protocol)
    : shared_(std::move(shared)), peer_(std::move(peer)), protocol_(protocol) {}

void TrafficMeter::read(std::size_t bytes) {
  shared_->touch(peer_);
  for (Traffic* traffic : {&shared_->all, protocol_, &peer_->traffic}) {
    traffic->bytes_in += bytes;
    ++traffic->messages_in;
  }
}

void TrafficMeter::wrote(std::size_t bytes) {
  shared_->touch(peer_);
  for (Traffic* traffic : {&shared_->all, protocol_, &peer_->traffic}) {
    traffic->bytes_out += bytes;
    ++traffic->messages_out;
  }
}

TrafficBook::TrafficBook(std::size_t peers_max, std::size_t protocols_max)
    : shared_(std::make_shared<TrafficMeter::Shared>()) {
  shared_->peers_max = peers_max;
  shared_->protocols_max = protocols_max;
}

TrafficMeter TrafficBook::stream(const identity::PeerId& peer, std::string_view protocol, bool inbound) {
  auto entry = shared_->entry_of(peer);
  shared_->touch(entry);
  Traffic& by_protocol = shared_->protocol_entry(protocol);
  for (Traffic* traffic : {&shared_->all, &by_protocol, &entry->traffic}) {
    ++(inbound ? traffic->streams_in : traffic->streams_out);
  }
  return {shared_, entry, &by_protocol};
}

TrafficReport TrafficBook::report() const {
  TrafficReport out;
  out.all = shared_->all;
  for (const auto& [protocol, traffic] : shared_->by_protocol) out.by_protocol.emplace(protocol, traffic);
  for (const auto& entry : shared_->peers) out.by_peer.emplace(entry->peer, entry->traffic);
  return out;
}

}  // namespace quern::connection
