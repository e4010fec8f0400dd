#include "overlay/protocols/peer_rates.hpp"

namespace quern::protocols {
namespace {

// Looking through all buckets costs some 40 us: not at every request of a flood.
constexpr runtime::Duration kForgetInterval = std::chrono::milliseconds(500);

}  // namespace

bool PeerRates::take(const identity::PeerId& peer, runtime::Time now) {
  if (const auto known = buckets_.find(peer); known != buckets_.end()) return known->second.take(now);
  if (buckets_.size() >= kRatedPeersMax) forget_full(now);
  if (buckets_.size() >= kRatedPeersMax) return shared_.take(now);
  return buckets_.try_emplace(peer, rate_, now).first->second.take(now);
}

void PeerRates::forget_full(runtime::Time now) {
  if (now - forgot_at_ < kForgetInterval) return;
  forgot_at_ = now;
  std::erase_if(buckets_, [now](const auto& entry) { return entry.second.full(now); });
}

}  // namespace quern::protocols
