// Node, peers, offers and balances for people.
#pragma once
#include <cstdint>

#include "scheduler/cli/node_answers.hpp"
#include "scheduler/cli/page.hpp"

namespace quern::scheduler::cli {

// Most entries of a list in a page; the rest is counted.
inline constexpr std::size_t kShownAddresses = 8;

void write_status(Page& page, const StatusAnswer& status, std::int64_t now_unix_ms);
void write_peers(Page& page, const PeersAnswer& answer);
// A row for each device, the cheapest hour first.
void write_offers(Page& page, const OffersAnswer& answer, std::int64_t now_unix_ms);
void write_balances(Page& page, const BalancesAnswer& answer);
// The newest first.
void write_entries(Page& page, const EntriesAnswer& answer);

}  // namespace quern::scheduler::cli
