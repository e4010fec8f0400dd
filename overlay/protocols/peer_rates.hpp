// Rate limits of many peers, in bounded memory.
#pragma once
#include <cstddef>
#include <unordered_map>

#include "overlay/identity/peer_id.hpp"
#include "overlay/protocols/token_bucket.hpp"
#include "overlay/runtime/time.hpp"

namespace quern::protocols {

inline constexpr std::size_t kRatedPeersMax = 4096;

// One bucket a peer; a bucket that is full again is forgotten when room is needed. While kRatedPeersMax peers have
// buckets that are not, all others share one: many identities win no more than one. Pure.
class PeerRates {
 public:
  PeerRates(Rate per_peer, runtime::Time now) : rate_(per_peer), shared_(per_peer, now) {}
  // Takes one of the peer's tokens, if there is one.
  bool take(const identity::PeerId& peer, runtime::Time now);
  std::size_t size() const { return buckets_.size(); }

 private:
  void forget_full(runtime::Time now);

  Rate rate_;
  TokenBucket shared_;
  std::unordered_map<identity::PeerId, TokenBucket> buckets_;
  runtime::Time forgot_at_;  // when full ones were looked for last
};

}  // namespace quern::protocols
