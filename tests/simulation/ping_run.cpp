// Runs the ping scenario once: ping_run --seed N [--planted-bug]. Exit status 1 when a promise was broken.
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <string_view>

#include "tests/simulation/ping_scenario.hpp"

int main(int argc, char** argv) {
  std::uint64_t seed = 0;
  quern::simulation::PingOptions options;
  bool understood = argc >= 3;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--seed" && i + 1 < argc) {
      const std::string_view value = argv[++i];
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seed);
      understood = understood && error == std::errc{} && end == value.data() + value.size();
    } else if (argument == "--planted-bug") {
      options.accept_any_reply = true;
    } else {
      understood = false;
    }
  }
  if (!understood) {
    std::fputs("usage: ping_run --seed N [--planted-bug]\n", stderr);
    return 2;
  }
  const auto outcome = quern::simulation::run_ping_scenario(seed, options);
  std::printf("seed %" PRIu64 ": trace %016" PRIx64 ", %" PRIu64 " turns, %" PRIu64 " answered, %" PRIu64
              " timed out, %" PRIu64 " crashes, %" PRIu64 " partitions\n",
              seed, outcome.trace_hash, outcome.turns, outcome.answered, outcome.timed_out, outcome.crashes,
              outcome.partitions);
  if (outcome.violation) std::printf("broken: %s\n", outcome.violation->c_str());
  return outcome.violation ? 1 : 0;
}
