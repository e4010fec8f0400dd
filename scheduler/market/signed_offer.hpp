// Offers as they travel: signed by the provider, at most 4 KiB, believed without a connection to it.
#pragma once
#include "overlay/identity/key.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "scheduler/market/error.hpp"
#include "scheduler/model/offer.hpp"

namespace quern::market {

inline constexpr std::size_t kExtensionsMax = 32;
inline constexpr std::size_t kExtensionBytesMax = 64;

// A verified offer with the bytes that say so: what is passed on to others is what was signed.
struct SignedOffer {
  model::Offer offer;
  runtime::Bytes envelope;
};

// Errc::malformed_offer when the offer breaks a rule that open_offer() holds others to; too_large.
runtime::Result<SignedOffer> seal_offer(const identity::PrivateKey& key, model::Offer offer);
// Errc::malformed_offer, unknown_version, too_large; the envelope's own errors.
runtime::Result<SignedOffer> open_offer(runtime::ByteView envelope);

}  // namespace quern::market
