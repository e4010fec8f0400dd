// Runs the market scenario: market_run --seeds N [--from S] [--nodes N] [--twice] [--verbose]. N seeds from S on (1);
// with --twice each a second time, to see that it repeats; with --verbose a line a seed. Exit status 1 when a promise
// was broken.
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "tests/simulation/market_scenario.hpp"

namespace {

using quern::simulation::MarketOptions;
using quern::simulation::MarketOutcome;
using quern::simulation::run_market_scenario;

using Counts = std::map<std::string, std::uint64_t>;

void add(Counts& sum, const Counts& counts) {
  for (const auto& [name, count] : counts) sum[name] += count;
}

// Sums over all seeds.
struct Sums {
  std::uint64_t jobs = 0;
  std::uint64_t crashes = 0;
  std::uint64_t partitions = 0;
  Counts counts;
  Counts job_ends;
  Counts orders_refused;
  Counts attempt_ends;
  Counts receipts;
  Counts quotes_refused;
  Counts requests_refused;

  void take(const MarketOutcome& outcome) {
    const auto& tally = outcome.tally;
    jobs += tally.submitted.size();
    crashes += outcome.crashes;
    partitions += outcome.partitions;
    add(counts, {{"offers_refused", tally.offers_refused},
                 {"agreements", tally.agreements},
                 {"kept_back", tally.orders_kept_back},
                 {"resumed", tally.resumed},
                 {"given_up_by_submitter", tally.given_up_by_submitter},
                 {"given_up_by_provider", tally.given_up_by_provider},
                 {"delivered", tally.delivered},
                 {"postings_on_a_full_disk", tally.disk_full},
                 {"spends", outcome.totals.spends},
                 {"earns", outcome.totals.earns},
                 {"closed_on_both_sides", outcome.totals.closed_on_both_sides},
                 {"differing", outcome.totals.differing},
                 {"one_sided", outcome.totals.one_sided}});
    add(job_ends, tally.job_ends);
    add(orders_refused, tally.orders_refused);
    add(attempt_ends, tally.attempt_ends);
    add(receipts, tally.receipts);
    add(quotes_refused, tally.quotes_refused);
    add(requests_refused, tally.requests_refused);
  }
};

void print(const char* what, const Counts& counts) {
  std::printf("%s:", what);
  for (const auto& [name, count] : counts) std::printf(" %s %" PRIu64, name.c_str(), count);
  std::puts("");
}

void print(const Sums& sums) {
  std::printf("jobs %" PRIu64 ", crashes %" PRIu64 ", partitions %" PRIu64 "\n", sums.jobs, sums.crashes,
              sums.partitions);
  print("counts", sums.counts);
  print("job ends", sums.job_ends);
  print("orders refused", sums.orders_refused);
  print("attempt ends", sums.attempt_ends);
  print("receipts", sums.receipts);
  print("quotes refused", sums.quotes_refused);
  print("requests refused", sums.requests_refused);
}

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t seeds = 0;
  std::uint64_t nodes = MarketOptions().nodes;
  bool twice = false;
  bool verbose = false;
};

bool run(std::uint64_t seed, const Arguments& arguments, Sums& sums) {
  MarketOptions options;
  options.nodes = static_cast<std::uint32_t>(arguments.nodes);
  const MarketOutcome outcome = run_market_scenario(seed, options);
  sums.take(outcome);
  bool good = !outcome.tally.violation;
  if (arguments.verbose) {
    std::printf("seed %" PRIu64 ": trace %016" PRIx64 ", %" PRIu64 " turns, %zu jobs, %" PRIu64 " agreements, %" PRIu64
                " crashes\n",
                seed, outcome.trace_hash, outcome.turns, outcome.tally.submitted.size(), outcome.tally.agreements,
                outcome.crashes);
  }
  if (outcome.tally.violation) std::printf("broken: seed %" PRIu64 ": %s\n", seed, outcome.tally.violation->c_str());
  if (arguments.twice && !(run_market_scenario(seed, options) == outcome)) {
    std::printf("broken: seed %" PRIu64 " does not repeat\n", seed);
    good = false;
  }
  std::fflush(stdout);
  return good;
}

bool read_number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number > 0;
}

bool read(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--twice") {
      arguments.twice = true;
      continue;
    }
    if (name == "--verbose") {
      arguments.verbose = true;
      continue;
    }
    std::uint64_t* const number = name == "--seeds"   ? &arguments.seeds
                                  : name == "--from"  ? &arguments.first
                                  : name == "--nodes" ? &arguments.nodes
                                                      : nullptr;
    if (number == nullptr || i + 1 == argc || !read_number(argv[++i], *number)) return false;
  }
  return arguments.seeds > 0 && arguments.nodes >= 10 && arguments.nodes <= 250;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!read(argc, argv, arguments)) {
    std::fputs("usage: market_run --seeds N [--from S] [--nodes 10..250] [--twice] [--verbose]\n", stderr);
    return 2;
  }
  Sums sums;
  std::uint64_t broken = 0;
  for (std::uint64_t i = 0; i < arguments.seeds; ++i) broken += run(arguments.first + i, arguments, sums) ? 0 : 1;
  print(sums);
  std::printf("%" PRIu64 " seeds, %" PRIu64 " broken\n", arguments.seeds, broken);
  return broken == 0 ? 0 : 1;
}
