// A submitter that has work done and never signs a voucher. Everything it says, it says twice.
#pragma once
#include "overlay/host.hpp"
#include "scheduler/market/offer_book.hpp"
#include "tests/simulation/market_plan.hpp"

namespace quern::simulation {

// One job on one device; until the provider has said its last word, or for five minutes.
runtime::Task<void> work_without_paying(overlay::Host& host, const identity::PrivateKey& key,
                                        connection::PeerAddresses provider, model::Job job, market::SignedOffer offer,
                                        MarketTally& tally);

}  // namespace quern::simulation
