// Moves blobs between peers: `/quern/blob/1.0.0`. The one who asks sends a length-delimited BlobRequest (digest,
// offset); the other a length-delimited BlobHead (whether it has it, its whole size), then the bytes from the offset to
// the end.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "overlay/connection/peer_stream.hpp"
#include "overlay/host.hpp"
#include "overlay/runtime/waiter.hpp"
#include "scheduler/blobs/blob_store.hpp"

namespace quern::blobs {

inline constexpr std::size_t kBlobOwnersMax = 20'000;  // of a record of owners
inline constexpr std::string_view kBlobProtocol = "/quern/blob/1.0.0";
inline constexpr std::size_t kServedAtOnceMax = 8;    // each holds its blob in memory; others wait
inline constexpr std::size_t kServedEachPeerMax = 2;  // of these, so that no peer keeps others waiting
inline constexpr runtime::Duration kStallMax = std::chrono::seconds(30);  // without a byte; then a transfer is given up
// A reader gets no more time than kStallMax and, for all that it was sent, what this pace takes: one that reads a
// little now and then would keep its place for ever.
inline constexpr std::uint64_t kServedPaceMin = 32 << 10;  // bytes a second

// Whether a peer may have a blob: true for those of an agreement with it.
using MayHave = std::function<bool(const identity::PeerId& peer, const Digest& digest)>;

// Serves the store's blobs to those who may have them; to all others they are not there. Unserved when destroyed.
// Both outlive it.
class BlobServer {
 public:
  BlobServer(overlay::Host& host, BlobStore& store, MayHave may_have);
  ~BlobServer();
  BlobServer(const BlobServer&) = delete;
  BlobServer& operator=(const BlobServer&) = delete;

 private:
  struct State;
  overlay::Host& host_;
  std::shared_ptr<State> state_;
};

// Who has what is here, as far as this node was shown: a peer that has brought a blob whole, or was given it. The name
// alone shows nothing: digests stand in trails that anybody may see. Pure; forgets the oldest of more than `max`, which
// then have to be brought again.
class BlobOwners {
 public:
  explicit BlobOwners(std::size_t max = kBlobOwnersMax) : max_(max) {}
  void add(const identity::PeerId& peer, const Digest& digest);
  bool has(const identity::PeerId& peer, const Digest& digest) const { return owners_.contains({peer, digest}); }
  // Whose part of a blob lies here: the last peer that was asked for it.
  void set_bringing(const identity::PeerId& peer, const Digest& digest);
  bool is_bringing(const identity::PeerId& peer, const Digest& digest) const;
  std::size_t size() const { return owners_.size(); }

 private:
  using Owned = std::pair<identity::PeerId, Digest>;
  std::size_t max_;
  std::set<Owned> owners_;
  std::deque<Owned> by_age_;  // the same
  std::map<Digest, identity::PeerId> bringing_;
};

// Brings a blob of at most `size_max` bytes from a connected peer into the store, from where an earlier try has left
// off. Returns its size; at once when it is there already. Of several at once for one blob, one brings it.
// Errc::not_found, corrupt, too_large, store_full, bad_message, runtime::Errc::timed_out (nothing came for kStallMax),
// and those of the stream and the disk: what has come is kept for the next try, unless it is wrong
// or there is no room for the rest.
//
// `owners`: for what the peer may only use if it has it. What is here, or a part of it, that another has brought does
// not count: it comes from this peer as if it were not here. Once it has come the peer is an owner.
runtime::Task<runtime::Result<std::uint64_t>> fetch_blob(overlay::Host& host, BlobStore& store, identity::PeerId peer,
                                                         Digest digest, std::uint64_t size_max,
                                                         BlobOwners* owners = nullptr);

}  // namespace quern::blobs
