// Runs the overlay scenario: overlay_run --seed N | --seeds N [--twice]. With --seeds, all from 1 to N; with --twice
// each a second time, to see that it repeats. Exit status 1 when a promise was broken.
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <string_view>

#include "tests/simulation/overlay_scenario.hpp"

namespace {

using quern::simulation::OverlayOutcome;
using quern::simulation::run_overlay_scenario;

bool run(std::uint64_t seed, bool twice) {
  const OverlayOutcome outcome = run_overlay_scenario(seed);
  const auto& tally = outcome.tally;
  std::printf("seed %" PRIu64 ": trace %016" PRIx64 ", %" PRIu64 " turns, %" PRIu64 "+%" PRIu64 " connects, %" PRIu64
              "+%" PRIu64 " exchanges, %" PRIu64 " opened, %" PRIu64 " refused, %" PRIu64 " crashes, %" PRIu64
              " partitions, memory peak %" PRIu64 ";",
              seed, outcome.trace_hash, outcome.turns, tally.connected, tally.connect_failed, tally.exchanges,
              tally.exchanges_failed, tally.opened, tally.inbound_refused, outcome.crashes, outcome.partitions,
              tally.memory_peak);
  for (const auto& [reason, count] : tally.closed) std::printf(" %s %" PRIu64, reason.c_str(), count);
  std::puts("");
  bool good = !tally.violation;
  if (tally.violation) std::printf("broken: %s\n", tally.violation->c_str());
  if (twice && !(run_overlay_scenario(seed) == outcome)) {
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

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool twice = false;
  bool understood = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--twice") {
      twice = true;
    } else if ((argument == "--seed" || argument == "--seeds") && i + 1 < argc) {
      understood = understood && read_number(argv[++i], last);
      first = argument == "--seed" ? last : 1;
    } else {
      understood = false;
    }
  }
  if (!understood || last == 0) {
    std::fputs("usage: overlay_run --seed N | --seeds N [--twice]\n", stderr);
    return 2;
  }
  int broken = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) broken += run(seed, twice) ? 0 : 1;
  if (first != last) std::printf("%" PRIu64 " seeds, %d broken\n", last - first + 1, broken);
  return broken == 0 ? 0 : 1;
}
