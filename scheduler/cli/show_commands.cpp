#include "scheduler/cli/show_commands.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include <unistd.h>

#include "scheduler/cli/job_files.hpp"
#include "scheduler/cli/job_text.hpp"
#include "scheduler/cli/new_file.hpp"
#include "scheduler/cli/node_text.hpp"
#include "scheduler/cli/pretty_json.hpp"
#include "scheduler/cli/short_names.hpp"
#include "scheduler/model/manifest_terms.hpp"

namespace quern::scheduler::cli {

namespace json = boost::json;
using runtime::Task;

namespace {

constexpr std::uint64_t kEntriesShown = 50;
constexpr std::int64_t kJobsMax = 1000;  // that one answer lists
constexpr std::size_t kJobIdBytesMax = 64;

std::int64_t now_unix_ms(Daemon& daemon) {
  return daemon.runtime().clock().wall_now().unix_ms;
}

// Asks one method and shows its answer. Whatever --json prints has the shape that was read: scripts rely on it.
template <class T>
Task<Outcome<ExitCode>> ask_and_show(Daemon& daemon, const ShowOptions& options, std::string method,
                                     json::object params, std::function<void(Page&, const T&)> write) {
  CO_TRY(const json::value answer, co_await daemon.call(method, std::move(params)));
  CO_TRY(const T read, Daemon::read_as<T>(answer, "answer to " + method));
  co_return show(options, answer, [&](Page& page) { write(page, read); });
}

std::uint64_t devices_in(const OffersAnswer& answer) {
  std::uint64_t count = 0;
  for (const OffersAnswer::Offer& offer : answer.offers) count += offer.devices.size();
  return count;
}

// Of a filter by type that no device passes.
std::string none_left_text(const OfferFilter& filter, std::uint64_t devices) {
  const std::string whose = filter.provider.empty() ? "" : " of " + visible(filter.provider);
  const std::string what = (filter.type == "accelerator" ? "an " : "a ") + visible(filter.type);
  if (devices == 1) return "The one offered device" + whose + " is not " + what + '.';
  return "None of the " + std::to_string(devices) + " offered devices" + whose + " is " + what + '.';
}

Task<Outcome<ExitCode>> show_offers(Daemon& daemon, const ShowOptions& options, const OfferFilter& filter) {
  CO_TRY(json::value answer, co_await daemon.call("offer.list"));
  CO_TRY(OffersAnswer offers, Daemon::read_as<OffersAnswer>(answer, "answer to offer.list"));
  std::uint64_t all = devices_in(offers);
  if (!filter.provider.empty()) {
    std::vector<std::string> providers;
    providers.reserve(offers.offers.size());
    for (const OffersAnswer::Offer& offer : offers.offers) providers.push_back(offer.provider);
    const auto provider = resolve(filter.provider, providers, "provider");
    if (!provider) co_return trouble(ExitCode::usage, "--provider: " + provider.error());
    std::erase_if(offers.offers, [&](const OffersAnswer::Offer& offer) { return offer.provider != *provider; });
    all = devices_in(offers);
    json::array& list = answer.at("offers").get_array();
    for (std::size_t i = list.size(); i-- > 0;) {
      if (list[i].at("provider").get_string() != *provider) list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  if (!filter.type.empty()) {
    for (OffersAnswer::Offer& offer : offers.offers)
      std::erase_if(offer.devices, [&](const OffersAnswer::Device& device) { return device.type != filter.type; });
    for (json::value& offer : answer.at("offers").get_array()) {
      json::array& list = offer.at("devices").get_array();
      for (std::size_t i = list.size(); i-- > 0;) {
        if (list[i].at("type").get_string() != filter.type) list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }
  co_return show(options, answer, [&](Page& page) {
    if (all != 0 && devices_in(offers) == 0)
      page.line(none_left_text(filter, all), 0);
    else
      write_offers(page, offers, now_unix_ms(daemon));
  });
}

Task<Outcome<ExitCode>> show_job(Daemon& daemon, const ShowOptions& options, const std::string& word) {
  CO_TRY(std::string id, co_await find_job(daemon, word));
  co_return co_await ask_and_show<JobDetail>(
      daemon, options, "job.get", {{"id", std::move(id)}},
      [&daemon](Page& page, const JobDetail& detail) { write_job(page, detail, now_unix_ms(daemon)); });
}

Task<Outcome<ExitCode>> show_quotes(Daemon& daemon, const ShowOptions& options, const LocalJob& local) {
  CO_TRY(const json::value answer, co_await daemon.call("job.quote", {{"manifest", local.manifest}}));
  CO_TRY(const QuotesAnswer quotes, Daemon::read_as<QuotesAnswer>(answer, "answer to job.quote"));
  const ExitCode shown = show(options, answer, [&](Page& page) { write_quotes(page, quotes); });
  if (shown != ExitCode::complete) co_return shown;
  for (const QuoteRow& row : quotes.rows) {
    if (std::holds_alternative<QuoteAnswer>(row.outcome)) co_return ExitCode::complete;
  }
  co_return ExitCode::unplaced;
}

// The daemon counts from the oldest: which the newest is has to be asked first.
Task<Outcome<ExitCode>> show_entries(Daemon& daemon, const ShowOptions& options, std::uint64_t limit) {
  CO_TRY(const EntriesAnswer none,
         co_await daemon.ask<EntriesAnswer>("ledger.entries", {{"after", INT64_MAX}, {"limit", 1}}));
  const std::uint64_t after = none.last - std::min(none.last, limit);
  co_return co_await ask_and_show<EntriesAnswer>(daemon, options, "ledger.entries",
                                                 {{"after", after}, {"limit", limit}}, write_entries);
}

struct ExportAnswer {
  std::string content;
};
void read_fields(const Fields& fields, ExportAnswer& answer) {
  answer.content = fields.field<std::string>("content");
}

Task<Outcome<ExitCode>> export_ledger(Daemon& daemon, const ExportOptions& options) {
  CO_TRY(const ExportAnswer answer, co_await daemon.ask<ExportAnswer>("ledger.export", {{"format", options.format}}));
  if (options.file.empty()) co_return print(answer.content);
  auto file = NewFile::create(options.file);
  if (!file) co_return trouble(ExitCode::failed, file.error());
  auto done = file->write(answer.content);
  if (done) done = file->keep(options.force);
  if (!done) co_return trouble(ExitCode::failed, done.error());
  co_return ExitCode::complete;
}

}  // namespace

ExitCode show(const ShowOptions& options, const json::value& answer, const std::function<void(Page&)>& write) {
  if (options.json) return print(pretty(answer) + '\n');
  Page page(style_for(STDOUT_FILENO, options.colour));
  write(page);
  return print(page.text());
}

Task<Outcome<std::string>> find_job(Daemon& daemon, std::string word) {
  CO_TRY(const JobsAnswer answer, co_await daemon.ask<JobsAnswer>("job.list", {{"limit", kJobsMax}}));
  std::vector<std::string> ids;
  ids.reserve(answer.jobs.size());
  for (const JobAnswer& job : answer.jobs) ids.push_back(job.id);
  auto id = resolve(word, ids, "job");
  if (id) co_return *std::move(id);
  const bool may_be_older = answer.jobs.size() == kJobsMax && word.starts_with("j-") && word.size() <= kJobIdBytesMax;
  if (may_be_older) co_return word;
  co_return trouble(ExitCode::usage, id.error() + "\nAll of them: quern jobs");
}

ExitCode run_status(const ShowOptions& options) {
  return with_daemon(options.daemon, [&](Daemon& daemon) {
    return ask_and_show<StatusAnswer>(
        daemon, options, "node.status", {},
        [&daemon](Page& page, const StatusAnswer& status) { write_status(page, status, now_unix_ms(daemon)); });
  });
}

ExitCode run_peers(const ShowOptions& options) {
  return with_daemon(options.daemon, [&](Daemon& daemon) {
    return ask_and_show<PeersAnswer>(daemon, options, "peer.list", {}, write_peers);
  });
}

std::expected<void, std::string> check(const OfferFilter& filter) {
  const auto known = std::span(model::kDeviceTypeNames).subspan(1);  // without "any"
  if (filter.type.empty() || std::ranges::find(known, filter.type) != known.end()) return {};
  std::string text = "--type: there are no devices of type \"" + visible(filter.type) + '"';
  for (std::size_t i = 0; i < known.size(); ++i) text += (i == 0 ? "; choose any of " : ", ") + std::string(known[i]);
  return std::unexpected(std::move(text));
}

ExitCode run_offers(const ShowOptions& options, const OfferFilter& filter) {
  return with_daemon(options.daemon, [&](Daemon& daemon) { return show_offers(daemon, options, filter); });
}

ExitCode run_jobs(const ShowOptions& options, std::optional<std::uint64_t> limit) {
  json::object params;
  if (limit) params["limit"] = *limit;
  return with_daemon(options.daemon, [&](Daemon& daemon) {
    return ask_and_show<JobsAnswer>(daemon, options, "job.list", params, write_jobs);
  });
}

ExitCode run_job_detail(const ShowOptions& options, const std::string& job) {
  return with_daemon(options.daemon, [&](Daemon& daemon) { return show_job(daemon, options, job); });
}

ExitCode run_quote(const ShowOptions& options, const std::string& manifest) {
  const auto local = load_job(manifest);
  if (!local) {
    complain(local.error().text);
    return local.error().code;
  }
  return with_daemon(options.daemon, [&](Daemon& daemon) { return show_quotes(daemon, options, *local); });
}

ExitCode run_ledger(const ShowOptions& options) {
  return with_daemon(options.daemon, [&](Daemon& daemon) {
    return ask_and_show<BalancesAnswer>(daemon, options, "ledger.balances", {}, write_balances);
  });
}

ExitCode run_ledger_entries(const ShowOptions& options, std::optional<std::uint64_t> limit) {
  return with_daemon(options.daemon,
                     [&](Daemon& daemon) { return show_entries(daemon, options, limit.value_or(kEntriesShown)); });
}

ExitCode run_ledger_export(const ExportOptions& options) {
  return with_daemon(options.daemon, [&](Daemon& daemon) { return export_ledger(daemon, options); });
}

}  // namespace quern::scheduler::cli
