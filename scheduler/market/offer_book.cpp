#include "scheduler/market/offer_book.hpp"

#include <utility>

namespace quern::market {

using runtime::fail;
using runtime::Result;

Result<void> OfferBook::add(SignedOffer offer, std::int64_t now_unix_ms) {
  const model::Offer& terms = offer.offer;
  if (terms.until_unix_ms <= now_unix_ms || terms.from_unix_ms > now_unix_ms + kClockSkewMaxMs) {
    return fail(Errc::expired, "valid from " + std::to_string(terms.from_unix_ms) + " until " +
                                   std::to_string(terms.until_unix_ms) + ", it is " + std::to_string(now_unix_ms));
  }
  const auto known = offers_.find(terms.provider);
  if (known == offers_.end()) {
    if (offers_.size() == kProvidersMax) expire(now_unix_ms);
    if (offers_.size() == kProvidersMax) {
      return fail(Errc::book_full, std::to_string(kProvidersMax) + " providers are known");
    }
  } else if (known->second.envelope == offer.envelope) {
    return {};
  } else if (terms.sequence <= known->second.offer.sequence) {
    return fail(Errc::outdated, "sequence " + std::to_string(terms.sequence) + ", known is " +
                                    std::to_string(known->second.offer.sequence));
  }
  std::string provider = terms.provider;
  offers_.insert_or_assign(std::move(provider), std::move(offer));
  ++version_;
  return {};
}

void OfferBook::expire(std::int64_t now_unix_ms) {
  if (std::erase_if(offers_, [&](const auto& entry) { return entry.second.offer.until_unix_ms <= now_unix_ms; }) != 0) {
    ++version_;
  }
}

void OfferBook::forget(const std::string& provider) {
  if (offers_.erase(provider) != 0) ++version_;
}

const SignedOffer* OfferBook::find(const std::string& provider) const {
  const auto found = offers_.find(provider);
  return found == offers_.end() || found->second.offer.withdrawn ? nullptr : &found->second;
}

std::vector<const SignedOffer*> OfferBook::offers() const {
  std::vector<const SignedOffer*> standing;
  standing.reserve(offers_.size());
  for (const auto& [provider, offer] : offers_) {
    if (!offer.offer.withdrawn) standing.push_back(&offer);
  }
  return standing;
}

}  // namespace quern::market
