#include "scheduler/cli/node_text.hpp"

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

#include "scheduler/cli/donation_commands.hpp"
#include "scheduler/cli/job_text.hpp"
#include "scheduler/cli/quantity_text.hpp"
#include "scheduler/cli/short_names.hpp"
#include "scheduler/cli/table.hpp"

namespace quern::scheduler::cli {
namespace {

using model::to_text;

// What lies between two moments, none when they are the other way round.
std::string span_text(std::int64_t from_unix_ms, std::int64_t until_unix_ms) {
  if (until_unix_ms <= from_unix_ms) return duration_text(0);
  return duration_text(static_cast<std::uint64_t>(until_unix_ms) - static_cast<std::uint64_t>(from_unix_ms));
}

void write_lines(Page& page, std::string_view label, const std::vector<std::string>& texts) {
  for (std::size_t i = 0; i < std::min(texts.size(), kShownAddresses); ++i)
    page.row(i == 0 ? label : "", visible(texts[i]));
  if (texts.size() > kShownAddresses)
    page.row("", "and " + std::to_string(texts.size() - kShownAddresses) + " more: --json lists them all");
}

void write_provider(Page& page, const StatusAnswer& status) {
  page.section("PROVIDER");
  const bool paused = status.donation && status.donation->state == "paused";
  const std::string state = !status.provides  ? page.paint(Tone::dim, "offers nothing")
                            : status.draining ? page.paint(Tone::warn, "draining: takes no new tasks")
                            : paused          ? page.paint(Tone::warn, "paused: takes no new tasks")
                                              : page.paint(Tone::good, "takes tasks");
  page.row("State", state + ", works on " + std::to_string(status.working));
  if (paused) page.row("Pause", page.paint(Tone::warn, donation_text(*status.donation)));
  for (const StatusAnswer::Device& device : status.devices) {
    const std::string name = visible(device.name) + " (" + visible(device.id) + ')';
    // A node that drains has withdrawn its offer; the device stays one that it would offer.
    const bool offered = device.offered && !status.draining;
    page.row("Device", offered ? name + ", offered" : name + ", " + page.paint(Tone::warn, "not offered"));
    if (!device.offered && device.why) page.row("", visible(*device.why));
  }
}

void write_sandbox(Page& page, const StatusAnswer& status) {
  page.section("SANDBOX");
  page.row("Tier",
           visible(status.sandbox_tier) + (status.sandbox_note.empty() ? "" : ": ") + visible(status.sandbox_note));
  page.row("Landlock", status.landlock_abi > 0 ? "ABI " + std::to_string(status.landlock_abi) : "none");
  for (const StatusAnswer::Kind& kind : status.kinds) {
    const std::string state = kind.held ? page.paint(Tone::good, "held") : page.paint(Tone::warn, "not held");
    page.row("Kind", visible(kind.kind) + ", " + state + (kind.why ? ": " + visible(*kind.why) : ""));
  }
}

}  // namespace

void write_status(Page& page, const StatusAnswer& status, std::int64_t now_unix_ms) {
  page.section("NODE");
  page.row("Peer", visible(status.peer));
  page.row("Version", "quernd " + visible(status.version) + ", up " + span_text(status.started_unix_ms, now_unix_ms));
  write_lines(page, "Addresses", status.addresses);
  page.row("Network", count_text(status.peers_connected, "peer") + " connected, " + count_text(status.offers, "offer"));
  page.row("Jobs", std::to_string(status.jobs_running) + " running, " + std::to_string(status.jobs_ended) + " ended");
  for (const WhyAnswer& problem : status.problems) {
    page.row("Problem", page.paint(Tone::bad, why_text(problem)));
    if (problem.remedy) page.row("What helps", visible(*problem.remedy));
  }
  write_provider(page, status);
  write_sandbox(page, status);
  page.section("CREDITS");
  page.row("Spent", to_text(status.spent));
  page.row("Earned", to_text(status.earned));
  page.row("Payable", to_text(status.payable));
  page.row("Receivable", to_text(status.receivable));
  page.row("Reserved", to_text(status.reserved));
}

void write_peers(Page& page, const PeersAnswer& answer) {
  if (answer.peers.empty()) {
    page.line("No peers. Name some in quernd.toml: overlay.peers (docs/config.md).", 0);
    return;
  }
  Table table({{"PEER", Align::left, kShortNameBytes},
               {"STATE"},
               {"RTT", Align::right},
               {"AGENT", Align::left, 8},
               {"ADDRESS", Align::left, 12}});
  std::vector<std::string> ids;
  ids.reserve(answer.peers.size());
  for (const PeersAnswer::Peer& peer : answer.peers) ids.push_back(peer.peer);
  const ShortNames names(ids);
  for (const PeersAnswer::Peer& peer : answer.peers) {
    std::string address = peer.addresses.empty() ? "" : visible(peer.addresses.front());
    if (peer.addresses.size() > 1) address += " +" + std::to_string(peer.addresses.size() - 1);
    const std::string rtt = !peer.rtt_us             ? ""
                            : *peer.rtt_us < 100'000 ? std::to_string(*peer.rtt_us / 1000) + '.' +
                                                           std::to_string(*peer.rtt_us / 100 % 10) + " ms"
                                                     : duration_text(*peer.rtt_us / 1000);
    const std::string state = peer.connected ? page.paint(Tone::good, "connected")
                                             : page.paint(Tone::warn, peer.configured ? "away" : "known");
    table.add({names.of(peer.peer), state, rtt, peer.agent ? visible(*peer.agent) : "", address});
  }
  table.write(page, 0);
}

void write_offers(Page& page, const OffersAnswer& answer, std::int64_t now_unix_ms) {
  struct Row {
    const OffersAnswer::Offer* offer;
    const OffersAnswer::Device* device;
  };
  std::vector<Row> rows;
  std::vector<std::string> ids;
  for (const OffersAnswer::Offer& offer : answer.offers) {
    ids.push_back(offer.provider);
    for (const OffersAnswer::Device& device : offer.devices) rows.push_back({&offer, &device});
  }
  if (rows.empty()) {
    page.line("No offers. `quern peers` shows who is connected.", 0);
    return;
  }
  std::ranges::sort(rows, [](const Row& a, const Row& b) {
    return std::tie(a.device->per_hour, a.offer->provider, a.device->id) <
           std::tie(b.device->per_hour, b.offer->provider, b.device->id);
  });
  const ShortNames names(std::move(ids));
  Table table({{"PROVIDER", Align::left, kShortNameBytes},
               {"DEVICE", Align::left, 10},
               {"TYPE", Align::left, 4},
               {"FP32", Align::right},
               {"MEMORY", Align::right},
               {"PER HOUR", Align::point},
               {"SET-UP", Align::point},
               {"VALID", Align::right}});
  for (const Row& row : rows) {
    table.add({row.offer->own ? "this node" : names.of(row.offer->provider), visible(row.device->name),
               visible(row.device->type),
               row.device->fp32_flops == 0 ? "" : rate_text(row.device->fp32_flops, "FLOP/s"),
               bytes_text(row.device->global_memory_bytes), to_text(row.device->per_hour), to_text(row.device->setup),
               row.offer->until_unix_ms <= now_unix_ms ? "expired" : span_text(now_unix_ms, row.offer->until_unix_ms)});
  }
  table.write(page, 0);
  page.line(page.paint(Tone::dim, "What a job costs on each of them: quern quote job.json"), 0);
}

void write_balances(Page& page, const BalancesAnswer& answer) {
  Table table({{"ACCOUNT", Align::left, 12}, {"CREDITS", Align::point}});
  for (const auto& [account, balance] : answer.accounts) table.add({visible(account), to_text(balance)});
  table.add({page.paint(Tone::dim, "reserved for what runs"), to_text(answer.reserved)});
  table.write(page, 0);
}

void write_entries(Page& page, const EntriesAnswer& answer) {
  if (answer.entries.empty()) {
    page.line("No entries: no job was paid for yet.", 0);
    return;
  }
  std::vector<std::string> peers;
  peers.reserve(answer.entries.size());
  for (const EntriesAnswer::Entry& entry : answer.entries) peers.push_back(entry.peer);
  const ShortNames names(std::move(peers));
  constexpr std::size_t kJobShownBytes = 12;  // of a digest
  Table table({{"ENTRY", Align::right},
               {"TIME", Align::left, 20},
               {"KIND", Align::left, 8},
               {"PEER", Align::left, kShortNameBytes},
               {"JOB", Align::left, kJobShownBytes},
               {"CREDITS", Align::point}});
  for (const EntriesAnswer::Entry& entry : std::views::reverse(answer.entries)) {
    table.add({std::to_string(entry.number), visible(entry.time), visible(entry.kind), names.of(entry.peer),
               visible(entry.job_id.empty() ? entry.job.substr(0, kJobShownBytes) : entry.job_id),
               to_text(entry.amount)});
  }
  table.write(page, 0);
  if (answer.entries.size() < answer.last) {
    page.line(page.paint(Tone::dim, std::to_string(answer.last) + " in all: --limit N, or quern ledger export"), 0);
  }
}

}  // namespace quern::scheduler::cli
