#include "scheduler/dispatch/offer_exchange.hpp"

#include <set>
#include <utility>

namespace quern::dispatch {

using runtime::Bytes;
using runtime::Result;
using runtime::Task;

OfferServer::OfferServer(overlay::Host& host, const market::OfferBook& book, Own own) : host_(host) {
  host_.serve(
      std::string(exchange::kOffersProtocol), {.response_bytes_max = exchange::kOffersResponseBytesMax},
      [&host, &book, own = std::move(own)](identity::PeerId /*from*/, Bytes /*request*/) -> Task<Result<Bytes>> {
        std::vector<Bytes> offers;
        if (const auto mine = own()) offers.push_back(mine->envelope);
        for (const market::SignedOffer* other : book.offers()) {
          if (offers.size() == exchange::kOffersMax) break;
          if (other->offer.provider != host.id().text()) offers.push_back(other->envelope);
        }
        co_return exchange::encode_offers(offers);
      });
}

OfferServer::~OfferServer() {
  host_.unhandle(std::string(exchange::kOffersProtocol));
}

Task<Result<OffersFetched>> fetch_offers(overlay::Host& host, market::OfferBook& book, identity::PeerId peer) {
  const std::string teller = peer.text();
  CO_TRY(const Bytes response, co_await host.request(std::move(peer), std::string(exchange::kOffersProtocol), {},
                                                     {.response_bytes_max = exchange::kOffersResponseBytesMax}));
  const auto offers = exchange::decode_offers(response);
  if (!offers) co_return runtime::fail(protocols::Errc::bad_message, "not a list of offers");
  OffersFetched fetched;
  // Most of what peers tell is known: only what is not costs the check of a signature.
  std::set<Bytes> known;
  for (const market::SignedOffer* offer : book.offers()) known.insert(offer->envelope);
  for (const Bytes& envelope : *offers) {
    if (known.contains(envelope)) {
      ++fetched.taken;
      continue;
    }
    auto offer = market::open_offer(envelope);
    const auto heard = offer && offer->offer.provider == teller ? market::Heard::directly : market::Heard::relayed;
    const bool taken = offer && book.add(*std::move(offer), host.runtime().clock().wall_now().unix_ms, heard);
    ++(taken ? fetched.taken : fetched.refused);
  }
  co_return fetched;
}

}  // namespace quern::dispatch
