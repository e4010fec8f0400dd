#include "scheduler/market/offer_book.hpp"

#include <algorithm>
#include <utility>

namespace quern::market {

using runtime::fail;
using runtime::Result;

bool OfferBook::has_room(Heard heard) const {
  if (heard == Heard::directly || offers_.size() < kProvidersMax - kDirectReserved)
    return offers_.size() < kProvidersMax;
  const auto relayed =
      std::ranges::count(offers_, Heard::relayed, [](const auto& entry) { return entry.second.heard; });
  return static_cast<std::size_t>(relayed) < kProvidersMax - kDirectReserved && offers_.size() < kProvidersMax;
}

Result<void> OfferBook::add(SignedOffer offer, std::int64_t now_unix_ms, Heard heard) {
  const model::Offer& terms = offer.offer;
  if (terms.until_unix_ms <= now_unix_ms || terms.from_unix_ms > now_unix_ms + kClockSkewMaxMs) {
    // Who passes offers on may be late with one. A provider renews its own when half of its time is over.
    if (heard == Heard::directly && (clocks_.size() < kClocksMax || clocks_.contains(terms.provider))) {
      const std::int64_t made = terms.from_unix_ms + (terms.until_unix_ms - terms.from_unix_ms) / 4;
      clocks_.insert_or_assign(terms.provider, Clock{.ahead_ms = now_unix_ms - made});
    }
    return fail(Errc::expired, "valid from " + std::to_string(terms.from_unix_ms) + " until " +
                                   std::to_string(terms.until_unix_ms) + ", it is " + std::to_string(now_unix_ms));
  }
  clocks_.erase(terms.provider);
  const auto known = offers_.find(terms.provider);
  if (known == offers_.end()) {
    if (!has_room(heard)) expire(now_unix_ms);
    if (!has_room(heard)) {
      return fail(Errc::book_full, std::to_string(offers_.size()) + " providers are known, of " +
                                       std::to_string(kProvidersMax) + " the last " + std::to_string(kDirectReserved) +
                                       " are for who tells of itself");
    }
  } else {
    if (heard == Heard::directly) known->second.heard = heard;
    heard = known->second.heard;
    if (known->second.offer.envelope == offer.envelope) return {};
    if (terms.sequence <= known->second.offer.offer.sequence) {
      return fail(Errc::outdated, "sequence " + std::to_string(terms.sequence) + ", known is " +
                                      std::to_string(known->second.offer.offer.sequence));
    }
  }
  std::string provider = terms.provider;
  offers_.insert_or_assign(std::move(provider), Entry{.offer = std::move(offer), .heard = heard});
  ++version_;
  return {};
}

void OfferBook::expire(std::int64_t now_unix_ms) {
  if (std::erase_if(offers_,
                    [&](const auto& entry) { return entry.second.offer.offer.until_unix_ms <= now_unix_ms; }) != 0) {
    ++version_;
  }
  std::erase_if(clocks_, [](const auto& entry) { return !entry.second.seen; });
  for (auto& [provider, clock] : clocks_) clock.seen = false;
}

void OfferBook::forget(const std::string& provider) {
  if (offers_.erase(provider) != 0) ++version_;
}

std::optional<std::int64_t> OfferBook::clock_ahead_ms(std::string_view own) const {
  const auto others = [&](const auto& entry) { return entry.first != own; };
  if (clocks_.empty() || std::ranges::any_of(offers_, others)) return std::nullopt;
  return clocks_.begin()->second.ahead_ms;
}

const SignedOffer* OfferBook::find(const std::string& provider) const {
  const auto found = offers_.find(provider);
  return found == offers_.end() || found->second.offer.offer.withdrawn ? nullptr : &found->second.offer;
}

std::vector<const SignedOffer*> OfferBook::offers() const {
  std::vector<const SignedOffer*> standing;
  standing.reserve(offers_.size());
  for (const auto& [provider, entry] : offers_) {
    if (!entry.offer.offer.withdrawn) standing.push_back(&entry.offer);
  }
  return standing;
}

std::string clock_text(std::int64_t ahead_ms) {
  constexpr std::int64_t kMsPerMinute = 60'000;
  const std::int64_t minutes = (ahead_ms + (ahead_ms < 0 ? -1 : 1) * kMsPerMinute / 2) / kMsPerMinute;
  return "this node's clock is about " + std::to_string(minutes < 0 ? -minutes : minutes) + " min " +
         (minutes < 0 ? "behind" : "ahead of") + " that of its peers";
}

}  // namespace quern::market
