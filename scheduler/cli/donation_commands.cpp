#include "scheduler/cli/donation_commands.hpp"

#include <array>
#include <charconv>

#include "scheduler/cli/page.hpp"
#include "scheduler/cli/quantity_text.hpp"
#include "scheduler/cli/short_names.hpp"

namespace quern::scheduler::cli {

namespace json = boost::json;
using runtime::Task;

namespace {

constexpr std::int64_t kLengthMaxMs = 366LL * 24 * 3600 * 1000;

struct Unit {
  char letter;
  std::int64_t ms;
};
constexpr std::array<Unit, 4> kUnits{{{'s', 1000}, {'m', 60'000}, {'h', 3'600'000}, {'d', 86'400'000}}};

// Parameters of a call that is about one device, or about all.
Task<Outcome<json::object>> with_device(Daemon& daemon, json::object params, const std::string& word) {
  if (word.empty()) co_return params;
  CO_TRY(const StatusAnswer status, co_await daemon.ask<StatusAnswer>("node.status"));
  std::vector<std::string> ids;
  ids.reserve(status.devices.size());
  for (const StatusAnswer::Device& device : status.devices) ids.push_back(device.id);
  const auto id = resolve(word, ids, "device");
  if (!id) co_return trouble(ExitCode::usage, id.error() + "\nAll of them: quern status");
  params["device"] = *id;
  co_return params;
}

Task<Outcome<ExitCode>> change(Daemon& daemon, const ShowOptions& options, std::string method, json::object params,
                               const std::string& device) {
  CO_TRY(json::object all, co_await with_device(daemon, std::move(params), device));
  CO_TRY(const json::value answer, co_await daemon.call(method, std::move(all)));
  CO_TRY(const DonationAnswer donation, Daemon::read_as<DonationAnswer>(answer, "answer to " + method));
  co_return show(options, answer, [&](Page& page) { page.line(donation_text(donation), 0); });
}

}  // namespace

std::expected<std::int64_t, std::string> parse_length(std::string_view text) {
  const auto wrong = [&](std::string_view what) {
    return std::unexpected("\"" + visible(text) + "\" " + std::string(what) +
                           ": a number and s, m, h or d, as 30m, up to 366d");
  };
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end + 1 != text.data() + text.size()) return wrong("is no length of time");
  for (const Unit& unit : kUnits) {
    if (unit.letter != *end) continue;
    if (number < 1) return wrong("is too short");
    if (number > kLengthMaxMs / unit.ms) return wrong("is too long");
    return number * unit.ms;
  }
  return wrong("has no unit");
}

std::string donation_text(const DonationAnswer& donation) {
  std::string text = visible(donation.state);
  if (const auto& until = donation.until_unix_ms) text += " until " + utc_text(*until);
  if (const auto& detail = donation.detail; detail && !detail->empty()) text += ": " + visible(*detail);
  if (donation.working > 0 && donation.state != "donating") {
    text += "; " + count_text(donation.working, "task") + (donation.working == 1 ? " goes on" : " go on");
  }
  return text;
}

ExitCode run_pause(const ShowOptions& options, std::optional<std::int64_t> for_ms, const std::string& device) {
  json::object params;
  if (for_ms) params["for_ms"] = *for_ms;
  return with_daemon(options.daemon,
                     [&](Daemon& daemon) { return change(daemon, options, "donation.pause", params, device); });
}

ExitCode run_resume(const ShowOptions& options, const std::string& device) {
  return with_daemon(options.daemon,
                     [&](Daemon& daemon) { return change(daemon, options, "donation.resume", {}, device); });
}

}  // namespace quern::scheduler::cli
