#include "scheduler/cli/node_answers.hpp"

#include <array>
#include <utility>

#include "scheduler/model/usage.hpp"

namespace quern::scheduler::cli {
namespace {

using model::Credits;
using model::Dimension;

// Micro-credits for an hour of something whose rate is for a second; a rate that no rate card may have is refused.
Credits hourly(const Fields& fields, std::string_view key) {
  const auto rate = fields.has(key) ? fields.field<Credits>(key) : Credits{};
  if (rate.micro < 0 || rate.micro > model::kRateMax) {
    fields.refuse(key, "is not within 0 to " + std::to_string(model::kRateMax));
    return {};
  }
  return {rate.micro * 3600};
}

// Rates may be called by the dimension or, as in a rate card, by what they are for.
std::string_view key_of(const Fields& rates, Dimension dimension) {
  const model::DimensionText& text = model::text_of(dimension);
  return rates.has(text.rate_name) ? text.rate_name : text.name;
}

OffersAnswer::Device offered_device(const Fields& fields) {
  const Fields rates = fields.object("rates");
  const std::string_view setup = key_of(rates, Dimension::setup);
  return {.id = fields.field<std::string>("id"),
          .name = fields.field<std::string>("name"),
          .type = fields.field<std::string>("type"),
          .compute_units = fields.field<std::uint64_t>("compute_units"),
          .global_memory_bytes = fields.field<std::uint64_t>("global_memory_bytes"),
          .fp32_flops = fields.field<std::uint64_t>("fp32_flops"),
          .per_hour = hourly(rates, key_of(rates, Dimension::device_time)),
          .setup = rates.has(setup) ? rates.field<Credits>(setup) : Credits{}};
}

void read_provider(const Fields& provider, StatusAnswer& answer) {
  answer.provides = provider.field<bool>("enabled");
  answer.draining = provider.field<bool>("draining");
  answer.working = provider.field<std::uint64_t>("working");
  for (const Fields& device : provider.objects("devices")) {
    answer.devices.push_back({.id = device.field<std::string>("id"),
                              .name = device.field<std::string>("name"),
                              .offered = device.field<bool>("offered"),
                              .why = device.field<std::optional<std::string>>("why")});
  }
}

void read_sandbox(const Fields& sandbox, StatusAnswer& answer) {
  answer.sandbox_tier = sandbox.field<std::string>("tier");
  answer.sandbox_note = sandbox.field<std::string>("note");
  answer.landlock_abi = sandbox.field<std::int64_t>("landlock_abi");
  for (const Fields& kind : sandbox.objects("kinds")) {
    answer.kinds.push_back({.kind = kind.field<std::string>("kind"),
                            .held = kind.field<bool>("held"),
                            .why = kind.field<std::optional<std::string>>("why")});
  }
}

}  // namespace

void read_fields(const Fields& fields, DonationAnswer& answer) {
  answer.state = fields.field<std::string>("state");
  answer.until_unix_ms = fields.field<std::optional<std::int64_t>>("until_unix_ms");
  answer.working = fields.field<std::uint64_t>("working");
  if (fields.has("why")) answer.detail = fields.object("why").field<std::optional<std::string>>("detail");
}

void read_fields(const Fields& fields, StatusAnswer& answer) {
  answer.peer = fields.field<std::string>("peer");
  answer.version = fields.field<std::string>("version");
  answer.started_unix_ms = fields.field<std::int64_t>("started_unix_ms");
  answer.addresses = fields.field<std::vector<std::string>>("addresses");
  answer.peers_connected = fields.field<std::uint64_t>("peers_connected");
  answer.offers = fields.field<std::uint64_t>("offers");
  if (fields.has("problems")) {
    for (const Fields& problem : fields.objects("problems")) {
      answer.problems.push_back({.reason = problem.field<std::string>("reason"),
                                 .text = problem.field<std::string>("text"),
                                 .detail = problem.field<std::optional<std::string>>("detail"),
                                 .remedy = problem.field<std::optional<std::string>>("remedy")});
    }
  }
  read_provider(fields.object("provider"), answer);
  if (fields.has("donation")) read_fields(fields.object("donation"), answer.donation.emplace());
  read_sandbox(fields.object("sandbox"), answer);
  const Fields jobs = fields.object("jobs");
  answer.jobs_running = jobs.field<std::uint64_t>("running");
  answer.jobs_ended = jobs.field<std::uint64_t>("ended");
  const Fields balance = fields.object("balance");
  answer.spent = balance.field<Credits>("spent_micro");
  answer.earned = balance.field<Credits>("earned_micro");
  answer.payable = balance.field<Credits>("payable_micro");
  answer.receivable = balance.field<Credits>("receivable_micro");
  answer.reserved = balance.field<Credits>("reserved_micro");
  answer.capabilities = fields.field<std::vector<std::string>>("capabilities");
}

void read_fields(const Fields& fields, PeersAnswer& answer) {
  for (const Fields& peer : fields.objects("peers")) {
    answer.peers.push_back({.peer = peer.field<std::string>("peer"),
                            .addresses = peer.field<std::vector<std::string>>("addresses"),
                            .connected = peer.field<bool>("connected"),
                            .configured = peer.field<bool>("configured"),
                            .rtt_us = peer.field<std::optional<std::uint64_t>>("rtt_us"),
                            .agent = peer.field<std::optional<std::string>>("agent")});
  }
}

void read_fields(const Fields& fields, OffersAnswer& answer) {
  for (const Fields& offer : fields.objects("offers")) {
    OffersAnswer::Offer& read = answer.offers.emplace_back();
    read.provider = offer.field<std::string>("provider");
    read.own = offer.field<bool>("own");
    read.until_unix_ms = offer.field<std::int64_t>("until_unix_ms");
    for (const Fields& device : offer.objects("devices")) read.devices.push_back(offered_device(device));
  }
}

void read_fields(const Fields& fields, BalancesAnswer& answer) {
  for (const Fields& account : fields.objects("accounts"))
    answer.accounts.emplace_back(account.field<std::string>("account"), account.field<Credits>("balance_micro"));
  answer.reserved = fields.field<Credits>("reserved_micro");
}

void read_fields(const Fields& fields, EntriesAnswer& answer) {
  for (const Fields& entry : fields.objects("entries")) {
    answer.entries.push_back({.number = entry.field<std::uint64_t>("transaction"),
                              .time = entry.field<std::string>("time"),
                              .kind = entry.field<std::string>("kind"),
                              .peer = entry.field<std::string>("peer"),
                              .job = entry.field<std::optional<std::string>>("job").value_or(""),
                              .job_id = entry.field<std::optional<std::string>>("job_id").value_or(""),
                              .amount = entry.field<Credits>("amount_micro")});
  }
  answer.last = fields.field<std::uint64_t>("last");
}

}  // namespace quern::scheduler::cli
