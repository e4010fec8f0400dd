// Claim: an hour of 1,000 nodes with 4 links each and a heartbeat every 15 s simulates in under 15 s.
// usage: bench_simulator [NODES [LINKS [MINUTES [SEED]]]]
//
// Every node dials `links` others and keeps the streams; on each a heartbeat of 32 bytes goes out every 15 s, is echoed
// by the other end and must come back within 5 s (a deadline that is set and cancelled each time).
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/simulation/world.hpp"
#include "overlay/runtime/task_group.hpp"

namespace quern::simulation {
namespace {

using namespace runtime;
using namespace std::chrono_literals;

constexpr std::uint16_t kPort = 4001;
constexpr Duration kInterval = 15s;
using Message = std::array<std::byte, 32>;

struct Totals {
  std::uint64_t answered = 0;
  std::uint64_t missed = 0;
};

Task<void> echo(SocketStreamPtr stream) {
  Message message;
  while (co_await read_exactly(*stream, message)) {
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
    const auto answer = co_await with_timeout(runtime.clock(), 5s, read_exactly(**stream, got));
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

std::uint64_t argument(int argc, char** argv, int index, std::uint64_t fallback) {
  if (index >= argc) return fallback;
  std::uint64_t value = 0;
  const char* end = argv[index] + std::strlen(argv[index]);
  if (std::from_chars(argv[index], end, value).ptr != end || value == 0) {
    std::fprintf(stderr, "'%s' is not a positive number\nusage: bench_simulator [NODES [LINKS [MINUTES [SEED]]]]\n",
                 argv[index]);
    std::exit(2);
  }
  return value;
}

void add_nodes(World& world, std::uint64_t nodes, std::uint64_t links, Totals& totals) {
  for (std::uint64_t node = 0; node < nodes; ++node) {
    std::vector<IpAddress> peers;
    for (std::uint64_t link = 0; link < links; ++link) {
      peers.emplace_back(
          boost::asio::ip::address_v4((10u << 24) + 1 + static_cast<std::uint32_t>(world.random().below(nodes))));
    }
    world.add_node({}, [peers, &totals](Runtime& runtime) -> Task<void> {
      co_await with_group<void>([&](TaskGroup& group) -> Task<void> {
        for (const IpAddress& peer : peers) group.spawn(heartbeat(runtime, peer, totals));
        co_await serve(runtime, group);
      });
    });
  }
}

int run(std::uint64_t nodes, std::uint64_t links, std::uint64_t minutes, std::uint64_t seed) {
  Totals totals;
  const auto start = std::chrono::steady_clock::now();
  World world({.seed = seed, .link = {.latency = 20ms, .jitter = 20ms, .loss_ppm = 1000}});
  add_nodes(world, nodes, links, totals);
  const std::uint64_t turns = world.run_until(Time{} + std::chrono::minutes(minutes));
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  const auto simulated = static_cast<double>(minutes) * 60;
  std::printf(
      "%llu nodes, %llu links, %llu min: %.2f s, %.0f x real time, %llu turns, %.0f ns/turn, %.1f KiB/node, trace "
      "%016llx\n",
      static_cast<unsigned long long>(nodes), static_cast<unsigned long long>(nodes * links),
      static_cast<unsigned long long>(minutes), wall.count(), simulated / wall.count(),
      static_cast<unsigned long long>(turns), wall.count() * 1e9 / static_cast<double>(turns),
      static_cast<double>(resident_kib()) / static_cast<double>(nodes),
      static_cast<unsigned long long>(world.trace_hash()));
  std::printf("heartbeats: %llu answered, %llu missed\n", static_cast<unsigned long long>(totals.answered),
              static_cast<unsigned long long>(totals.missed));
  return totals.answered == 0 ? 1 : 0;
}

}  // namespace
}  // namespace quern::simulation

int main(int argc, char** argv) {
  using quern::simulation::argument;
  return quern::simulation::run(argument(argc, argv, 1, 1000), argument(argc, argv, 2, 4), argument(argc, argv, 3, 60),
                                argument(argc, argv, 4, 1));
}
