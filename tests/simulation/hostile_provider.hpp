// What providers of a simulated market do that keep to no rule: all is to be an ordinary outcome at the others.
#pragma once
#include "overlay/connection/peer_stream.hpp"
#include "overlay/identity/key.hpp"
#include "overlay/runtime/runtime.hpp"
#include "scheduler/engagement/provider.hpp"
#include "scheduler/engagement/runner.hpp"
#include "scheduler/market/signed_offer.hpp"

namespace quern::simulation {

// Serve the stream of a job in place of the provider, with which the submitter has agreed. What is given outlives them.
// Refuses: for a reason to refuse, for one that says success, for none, and for one that nobody knows.
connection::StreamHandler refuse_who_follows(runtime::Runtime& runtime);
// Tells the first to follow a small agreement for ever that it makes progress, and refuses all others.
connection::StreamHandler talk_for_ever(runtime::Runtime& runtime, const engagement::Provider& provider);

// Larger than they are, fewer, or more; by turns.
void spoil_outputs(engagement::Finished& finished, std::uint32_t turn);

// The same with a space in its devices' ids, signed: nobody is to take it.
market::SignedOffer with_odd_ids(const identity::PrivateKey& key, const market::SignedOffer& offer);
// Figures at the edge of what can be said. Those it may have.
void make_absurd(model::Offer& offer);

}  // namespace quern::simulation
