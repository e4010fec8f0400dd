// Claim: an hour of 1,000 nodes with 4 links each and a heartbeat every 15 s simulates in under 15 s.
// usage: bench_simulator [NODES [LINKS [MINUTES [SEED]]]]
//
// Every node dials `links` others and keeps the streams; on each a heartbeat of 32 bytes goes out every 15 s, is echoed
// by the other end and must come back within 5 s (a deadline that is set and cancelled each time).
#include <array>
#include <charconv>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/simulation/world.hpp"
#include "overlay/runtime/task_group.hpp"

namespace quern::simulation {
namespace {

using namespace std::chrono_literals;
using runtime::SocketStreamPtr;
using runtime::TaskGroup;
using runtime::with_group;

constexpr std::uint16_t kPort = 4001;
constexpr Duration kInterval = 15s;
using Message = std::array<std::byte, 32>;

struct Totals {
  std::uint64_t answered = 0;
  std::uint64_t missed = 0;
};

Task<void> echo(SocketStreamPtr stream) {
  Message message;
  while (co_await runtime::read_exactly(*stream, message)) {
    if (!co_await stream->write(message)) co_return;
  }
}

Task<void> serve(Runtime& runtime, TaskGroup& group) {
  auto listener = runtime.network().listen({boost::asio::ip::address_v4::any(), kPort});
  while (auto stream = co_await (*listener)->accept()) group.spawn(echo(*std::move(stream)));
}

Task<void> heartbeat(Runtime& runtime, IpAddress peer, Totals& totals) {
  co_await runtime.clock().sleep_for(Duration{runtime.random().between(0, kInterval.count())});
  auto stream = co_await runtime.network().connect({peer, kPort});
  Message sent;
  Message got;
  while (stream) {
    runtime.random().fill(sent);
    if (!co_await (*stream)->write(sent)) break;
    const auto answer = co_await runtime::with_timeout(runtime.clock(), 5s, runtime::read_exactly(**stream, got));
    ++(answer && sent == got ? totals.answered : totals.missed);
    if (!answer) break;
    co_await runtime.clock().sleep_for(kInterval);
  }
}

std::uint64_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::strtoull(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

struct Arguments {
  std::uint64_t nodes = 1000;
  std::uint64_t links = 4;
  std::uint64_t minutes = 60;
  std::uint64_t seed = 1;
};

std::optional<Arguments> parse(std::span<char*> words) {
  Arguments arguments;
  std::array<std::uint64_t*, 4> fields{&arguments.nodes, &arguments.links, &arguments.minutes, &arguments.seed};
  if (words.size() > fields.size()) return std::nullopt;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), *fields[i]);
    if (error != std::errc{} || end != word.data() + word.size() || *fields[i] == 0) return std::nullopt;
  }
  return arguments;
}

void add_nodes(World& world, std::uint64_t nodes, std::uint64_t links, Totals& totals) {
  for (std::uint64_t node = 0; node < nodes; ++node) {
    std::vector<IpAddress> peers;
    peers.reserve(links);
    for (std::uint64_t link = 0; link < links; ++link) {
      const auto peer = static_cast<std::uint32_t>(world.random().below(nodes));
      peers.emplace_back(boost::asio::ip::address_v4((10u << 24) + 1 + peer));
    }
    world.add_node({}, [peers, &totals](Runtime& runtime) -> Task<void> {
      co_await with_group<void>([&](TaskGroup& group) -> Task<void> {
        for (const IpAddress& peer : peers) group.spawn(heartbeat(runtime, peer, totals));
        co_await serve(runtime, group);
      });
    });
  }
}

int run(const Arguments& arguments) {
  Totals totals;
  const auto start = std::chrono::steady_clock::now();
  World world({.seed = arguments.seed, .link = {.latency = 20ms, .jitter = 20ms, .loss_ppm = 1000}});
  add_nodes(world, arguments.nodes, arguments.links, totals);
  const std::uint64_t turns = world.run_until(Time{} + std::chrono::minutes(arguments.minutes));
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  std::printf("%" PRIu64 " nodes, %" PRIu64 " links, %" PRIu64 " min: %.2f s, %.0f x real time\n", arguments.nodes,
              arguments.nodes * arguments.links, arguments.minutes, wall.count(),
              static_cast<double>(arguments.minutes) * 60 / wall.count());
  std::printf("%" PRIu64 " turns, %.0f ns each; %.1f KiB resident a node; trace %016" PRIx64 "\n", turns,
              wall.count() * 1e9 / static_cast<double>(turns),
              static_cast<double>(resident_kib()) / static_cast<double>(arguments.nodes), world.trace_hash());
  std::printf("heartbeats: %" PRIu64 " answered, %" PRIu64 " missed\n", totals.answered, totals.missed);
  return totals.answered == 0 ? 1 : 0;
}

}  // namespace
}  // namespace quern::simulation

int main(int argc, char** argv) {
  const auto arguments = quern::simulation::parse(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  if (!arguments) {
    std::fputs("usage: bench_simulator [NODES [LINKS [MINUTES [SEED]]]], each a positive number\n", stderr);
    return 2;
  }
  return quern::simulation::run(*arguments);
}
