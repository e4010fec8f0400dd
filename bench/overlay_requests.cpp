// The round trip of 1 KiB through the overlay beside that of a bare TCP connection.
//
// usage: bench_overlay_requests [ROUNDS]      exit status 1 when the goal is missed
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "bench/bare_channel.hpp"
#include "bench/overlay_side.hpp"

namespace {

namespace bench = quern::bench;
namespace connection = quern::connection;
namespace identity = quern::identity;
namespace overlay = quern::overlay;
namespace protocols = quern::protocols;
namespace runtime = quern::runtime;
using bench::Announce;
using bench::median;
using bench::Say;
using runtime::Task;

constexpr std::size_t kMessageBytes = 1024;
constexpr double kGoal = 3;
constexpr const char* kEcho = "/bench/echo/1.0.0";
constexpr const char* kRequest = "/bench/request/1.0.0";

Task<void> echo(connection::PeerStreamPtr stream) {
  runtime::Bytes buffer(kMessageBytes);
  while (co_await runtime::read_exactly(*stream, buffer)) bench::value_of(co_await stream->write(buffer));
}

Task<runtime::Result<runtime::Bytes>> same(identity::PeerId /*from*/, runtime::Bytes request) {
  co_return request;
}

void serve(overlay::Host& host) {
  host.handle(kEcho, echo);
  constexpr protocols::Rate kUnlimited{.per_second = 1'000'000'000, .burst = 1'000'000'000};
  host.serve(kRequest, {.per_peer = kUnlimited, .all = kUnlimited}, same);
}

// Medians in microseconds: on one stream, and by requests with a stream each.
Task<void> measure(overlay::Host& host, identity::PeerId peer, int rounds, const Say& say) {
  const auto stream = bench::value_of(co_await host.open(peer, kEcho));
  runtime::Bytes message(kMessageBytes);
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const double start = bench::steady_seconds();
    bench::value_of(co_await stream->write(message));
    bench::value_of(co_await runtime::read_exactly(*stream, message));
    times.push_back((bench::steady_seconds() - start) * 1e6);
  }
  say(median(std::move(times)));
  times.clear();
  for (int i = 0; i < rounds; ++i) {
    const double start = bench::steady_seconds();
    bench::value_of(co_await host.request(peer, kRequest, message));
    times.push_back((bench::steady_seconds() - start) * 1e6);
  }
  say(median(std::move(times)));
}

// Medians: of the bare round trip in microseconds, and of the others as multiples of it.
struct Trips {
  double bare;
  double stream;
  double request;
};

Trips trips(int rounds) {
  std::vector<double> bare, stream, request;
  for (int turn = 0; turn < 5; ++turn) {
    const auto plain = bench::run_pair(
        [](const Announce& announce) {
          std::uint16_t port = 0;
          const int at = bench::listen_on_loopback(port);
          announce(std::to_string(port));
          bench::return_bytes(bench::accept_one(at), kMessageBytes);
        },
        [&](const std::string& address, const Say& say) {
          const int socket = bench::connect_to_loopback(static_cast<std::uint16_t>(std::stoi(address)));
          say(bench::round_trips(socket, kMessageBytes, rounds));
        });
    const auto ours = bench::run_pair([](const Announce& announce) { bench::serve_host(announce, "noise", serve); },
                                      [&](const std::string& address, const Say& say) {
                                        bench::dial_host(address, "noise",
                                                         [&](overlay::Host& host, identity::PeerId peer) -> Task<void> {
                                                           return measure(host, std::move(peer), rounds, say);
                                                         });
                                      });
    bare.push_back(plain.said.at(0));
    stream.push_back(ours.said.at(0) / plain.said.at(0));
    request.push_back(ours.said.at(1) / plain.said.at(0));
  }
  return {median(bare), median(stream), median(request)};
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = bench::count_argument(argc, argv, 20'000, "bench_overlay_requests [ROUNDS]");
  bool good = false;
  for (const bool share : {true, false}) {
    bench::share_one_processor(share);
    const Trips found = trips(rounds);
    std::printf(
        "1 KiB round trip, median, %s: bare TCP %.1f us; on one stream %.2f x, by a request on a stream of its own "
        "%.2f "
        "x\n",
        share ? "on one processor" : "a processor each", found.bare, found.stream, found.request);
    good = found.stream <= kGoal && found.request <= kGoal;
  }
  std::printf("goal: at most %.0f x bare with a processor each: %s\n", kGoal, good ? "met" : "MISSED");
  return good ? 0 : 1;
}
