// The offers this node has heard of: the newest of each provider.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/market/signed_offer.hpp"

namespace quern::market {

inline constexpr std::size_t kProvidersMax = 10'000;  // of 4 KiB at most each
// Of these, kept for who tells of itself: what one peer tells of others fills the rest at most.
inline constexpr std::size_t kDirectReserved = 1'000;
inline constexpr std::int64_t kClockSkewMaxMs = 60'000;  // how far a provider's clock may be ahead of this node's
inline constexpr std::size_t kClocksMax = 64;            // of providers, that are remembered as others than this node's

// From whom an offer was heard: from its provider, or from a peer that passed it on.
enum class Heard : std::uint8_t { relayed, directly };

// Pure: time comes in, as milliseconds of the civil clock. On one executor.
class OfferBook {
 public:
  // Keeps the offer in place of an older one of its provider; a withdrawn one is kept, too, until it expires, so that
  // no older one comes back. Errc::expired, outdated, book_full. The same offer again is no error: nothing changes.
  runtime::Result<void> add(SignedOffer offer, std::int64_t now_unix_ms, Heard heard = Heard::relayed);
  // Forgets what has expired, and a provider that is gone.
  void expire(std::int64_t now_unix_ms);
  void forget(const std::string& provider);

  // Null when nothing is known, or only that the provider has withdrawn.
  const SignedOffer* find(const std::string& provider) const;
  // All that stand, by provider.
  std::vector<const SignedOffer*> offers() const;
  std::size_t size() const { return offers_.size(); }
  // How far this node's clock is ahead of a provider's, negative: behind, to a few minutes: where what providers say of
  // themselves was refused for its times since the last but one expire(), and no offer of any but `own` stands.
  std::optional<std::int64_t> clock_ahead_ms(std::string_view own) const;
  // Grows with every change of what offers() returns.
  std::uint64_t version() const { return version_; }

 private:
  struct Entry {
    SignedOffer offer;
    Heard heard = Heard::relayed;
  };
  bool has_room(Heard heard) const;

  // By provider, of an offer refused for its times.
  struct Clock {
    std::int64_t ahead_ms = 0;
    bool seen = true;  // since the last expire()
  };

  std::map<std::string, Entry> offers_;
  std::map<std::string, Clock> clocks_;  // at most kClocksMax
  std::uint64_t version_ = 0;
};

// "this node's clock is about 60 min ahead of that of its peers"
std::string clock_text(std::int64_t ahead_ms);

}  // namespace quern::market
