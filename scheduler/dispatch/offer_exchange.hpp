// Offers between peers: `/quern/offers/1.0.0`. Who asks gets the node's own offer, and others' that it has heard of,
// each as its provider has signed it: a node can leave offers out, but not forge one.
#pragma once
#include <functional>
#include <optional>

#include "overlay/host.hpp"
#include "scheduler/exchange/messages.hpp"
#include "scheduler/market/offer_book.hpp"

namespace quern::dispatch {

// Serves `own()`, then what the book has. All outlive it, and it the streams that it serves: unserved when destroyed.
class OfferServer {
 public:
  using Own = std::function<std::optional<market::SignedOffer>()>;

  OfferServer(overlay::Host& host, const market::OfferBook& book, Own own);
  ~OfferServer();
  OfferServer(const OfferServer&) = delete;
  OfferServer& operator=(const OfferServer&) = delete;

 private:
  overlay::Host& host_;
};

struct OffersFetched {
  std::size_t taken = 0;    // that stand in the book now
  std::size_t refused = 0;  // forged, outdated or expired
};

// Asks a connected peer and puts into the book what holds. Errors as Host::request(); protocols::Errc::bad_message.
runtime::Task<runtime::Result<OffersFetched>> fetch_offers(overlay::Host& host, market::OfferBook& book,
                                                           identity::PeerId peer);

}  // namespace quern::dispatch
