// What a byte costs that goes through the overlay, beside the bare cost of its cipher and the socket calls: processor
// time of each side, and speed. Both in one run, in turn, so that the machine's moods hit both.
//
// usage: bench_overlay_throughput [MEBIBYTES]     exit status 1 when a goal is missed
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "bench/bare_channel.hpp"
#include "bench/overlay_side.hpp"
#include "bench/process_pair.hpp"
#include "overlay/runtime/task_group.hpp"

namespace {

namespace bench = quern::bench;
namespace identity = quern::identity;
namespace overlay = quern::overlay;
namespace protocols = quern::protocols;
namespace runtime = quern::runtime;
using bench::Announce;
using bench::median;
using bench::Outcome;
using bench::Say;
using runtime::Task;

constexpr double kRatioGoal = 1.5;
constexpr double kCpuGoal = 0.045;           // seconds a Gbit and side
constexpr double kStreamsGoal = 1.1;         // one stream's speed over that of 64
constexpr double kBytesPerSecondGoal = 2e9;  // where bare TCP does 13e9

struct Cost {
  double sender = 0;  // processor seconds a Gbit
  double receiver = 0;
  double bytes_per_second = 0;
};

struct Case {
  const char* security;
  const char* cipher;
  bool upload;
  int streams;
};

Cost cost_of(const Outcome& outcome, bool dialer_sends, double bytes) {
  const double gigabits = bytes * 8 / 1e9;
  Cost cost{outcome.dialer_cpu / gigabits, outcome.listener_cpu / gigabits, bytes / outcome.said.at(0)};
  if (!dialer_sends) std::swap(cost.sender, cost.receiver);
  return cost;
}

Task<void> one_stream(overlay::Host& host, identity::PeerId peer, std::uint64_t up, std::uint64_t down) {
  bench::value_of(co_await protocols::measure_perf(host.swarm(), host.runtime(), std::move(peer), up, down));
}

Cost overlay_cost(const Case& test, std::uint64_t bytes) {
  const auto listener = [&](const Announce& announce) { bench::serve_host(announce, test.security, [](auto&) {}); };
  const auto dialer = [&](const std::string& address, const Say& say) {
    bench::dial_host(address, test.security, [&](overlay::Host& host, identity::PeerId peer) -> Task<void> {
      const std::uint64_t share = bytes / test.streams;
      const double start = bench::steady_seconds();
      co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
        for (int i = 0; i < test.streams; ++i)
          group.spawn(one_stream(host, peer, test.upload ? share : 0, test.upload ? 0 : share));
        co_await group.join();
      });
      say(bench::steady_seconds() - start);
    });
  };
  return cost_of(bench::run_pair(listener, dialer), test.upload, static_cast<double>(bytes));
}

Cost bare_cost(const char* cipher, std::uint64_t bytes) {
  const auto listener = [&](const Announce& announce) {
    std::uint16_t port = 0;
    const int at = bench::listen_on_loopback(port);
    announce(std::to_string(port));
    const int socket = bench::accept_one(at);
    if (cipher) bench::receive_sealed(socket, cipher);
    if (!cipher) bench::receive_plain(socket);
    ::close(socket);
    ::pause();
  };
  const auto dialer = [&](const std::string& address, const Say& say) {
    const int socket = bench::connect_to_loopback(static_cast<std::uint16_t>(std::stoi(address)));
    const double start = bench::steady_seconds();
    if (cipher) bench::send_sealed(socket, cipher, bytes);
    if (!cipher) bench::send_plain(socket, bytes);
    bench::return_bytes(socket, 1);  // until the receiver has closed, too
    say(bench::steady_seconds() - start);
  };
  return cost_of(bench::run_pair(listener, dialer), true, static_cast<double>(bytes));
}

constexpr int kRounds = 5;

struct Rounds {
  std::vector<double> sender, receiver, sender_ratio, receiver_ratio, speed;
};

double print_case(const Case& test, std::uint64_t bytes, bool& good) {
  Rounds all;
  for (int round = 0; round < kRounds; ++round) {
    const Cost bare = bare_cost(test.cipher, bytes);
    const Cost ours = overlay_cost(test, bytes);
    all.sender.push_back(ours.sender);
    all.receiver.push_back(ours.receiver);
    all.sender_ratio.push_back(ours.sender / bare.sender);
    all.receiver_ratio.push_back(ours.receiver / bare.receiver);
    all.speed.push_back(ours.bytes_per_second);
  }
  const double worst_ratio = std::max(median(all.sender_ratio), median(all.receiver_ratio));
  const double worst_cpu = std::max(median(all.sender), median(all.receiver));
  const bool judged = test.streams == 1;  // the goal is one stream's
  const bool met = worst_ratio <= kRatioGoal || worst_cpu <= kCpuGoal;
  good = good && (met || !judged);
  std::printf(
      "%-5s %-4s %2d streams  %5.2f GB/s  CPU s/Gbit: sender %.4f (%.2f x bare), receiver %.4f (%.2f x bare)  %s\n",
      test.security, test.upload ? "up" : "down", test.streams, median(all.speed) / 1e9, median(all.sender),
      median(all.sender_ratio), median(all.receiver), median(all.receiver_ratio),
      !judged ? ""
      : met   ? "met"
              : "MISSED");
  std::fflush(stdout);
  return median(all.speed);
}

}  // namespace

int main(int argc, char** argv) {
  const auto bytes =
      static_cast<std::uint64_t>(bench::count_argument(argc, argv, 2048, "bench_overlay_throughput [MEBIBYTES]")) << 20;
  bool good = true;
  std::vector<double> plain;
  plain.reserve(kRounds);
  for (int round = 0; round < kRounds; ++round) plain.push_back(bare_cost(nullptr, bytes).bytes_per_second);
  const double tcp = median(plain);
  std::printf("bare TCP                %5.2f GB/s\n", tcp / 1e9);
  constexpr const char* kChaCha = "ChaCha20-Poly1305";
  constexpr const char* kAes = "AES-256-GCM";
  double one[2] = {};
  for (const bool upload : {true, false}) {
    one[upload] = print_case({"noise", kChaCha, upload, 1}, bytes, good);
    const double many = print_case({"noise", kChaCha, upload, 64}, bytes, good);
    print_case({"tls", kAes, upload, 1}, bytes, good);
    const bool met = one[upload] <= kStreamsGoal * many;
    good = good && met;
    std::printf("64 streams have %.0f %% of one stream's speed (goal: 90 %% or more): %s\n", 100 * many / one[upload],
                met ? "met" : "MISSED");
  }
  const double goal = kBytesPerSecondGoal * std::min(1.0, tcp / 13e9);
  const bool fast = std::min(one[0], one[1]) >= goal;
  std::printf("one stream %.2f GB/s (goal: 2 GB/s where bare TCP does 13, here %.2f): %s\n",
              std::min(one[0], one[1]) / 1e9, goal / 1e9, fast ? "met" : "MISSED");
  return good && fast ? 0 : 1;
}
