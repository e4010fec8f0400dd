// What an idle connection keeps resident on the listening side.
//
// usage: bench_overlay_idle [CONNECTIONS]      exit status 1 when the goal is missed
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "bench/overlay_side.hpp"
#include "overlay/security/noise.hpp"
#include "overlay/transport/tcp.hpp"

namespace {

namespace bench = quern::bench;
namespace connection = quern::connection;
namespace identity = quern::identity;
namespace multiformats = quern::multiformats;
namespace muxer = quern::muxer;
namespace overlay = quern::overlay;
namespace runtime = quern::runtime;
namespace security = quern::security;
namespace transport = quern::transport;
using bench::Announce;
using bench::Say;
using runtime::Task;

constexpr double kGoalBytes = 16 << 10;

void allow_many_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t resident_bytes(pid_t process) {
  std::ifstream statm("/proc/" + std::to_string(process) + "/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// A dialer with an identity of its own: as many peers as connections.
std::unique_ptr<connection::Swarm> make_dialer(runtime::Runtime& runtime) {
  const auto config = bench::open_config(runtime, "noise");
  std::vector<transport::TransportPtr> transports;
  transports.push_back(transport::make_tcp(runtime));
  std::vector<security::SecurityPtr> security;
  security.push_back(security::make_noise(runtime, config.key, {std::string(muxer::kYamux)}));
  return std::make_unique<connection::Swarm>(runtime, identity::PeerId::of(config.key.public_key()),
                                             std::move(transports), std::move(security), config.swarm);
}

Task<void> hold_connections(runtime::Runtime& runtime, std::string address, pid_t listener, int count, const Say& say) {
  const auto target = bench::value_of(multiformats::Multiaddr::from_text(address));
  std::vector<std::unique_ptr<connection::Swarm>> dialers;
  const auto dial = [&](int more) -> Task<void> {
    for (int i = 0; i < more; ++i) {
      dialers.push_back(make_dialer(runtime));
      bench::value_of(co_await dialers.back()->connect(target));
    }
    co_await runtime.clock().sleep_for(std::chrono::seconds(3));  // for the host to identify them, or give up
  };
  co_await dial(100);  // pages and tables that the first ones bring
  const std::size_t before = resident_bytes(listener);
  co_await dial(count);
  say((static_cast<double>(resident_bytes(listener)) - static_cast<double>(before)) / count);
  for (const auto& dialer : dialers) co_await dialer->stop();
}

}  // namespace

int main(int argc, char** argv) {
  const int count = bench::count_argument(argc, argv, 10'000, "bench_overlay_idle [CONNECTIONS]");
  allow_many_files();
  const auto outcome = bench::run_pair(
      [](const Announce& announce) {
        const auto with_process = [&](const std::string& address) {
          announce(address + " " + std::to_string(::getpid()));
        };
        bench::serve_host(with_process, "noise", [](overlay::Host&) {});
      },
      [&](const std::string& where, const Say& say) {
        const std::size_t space = where.find(' ');
        runtime::SystemRuntime system({.node = "dialers", .data_directory = {}, .random_seed = {}});
        system.run([&](runtime::Runtime& runtime) -> Task<void> {
          return hold_connections(runtime, where.substr(0, space), std::atoi(where.c_str() + space), count, say);
        });
      });
  const double bytes = outcome.said.at(0);
  std::printf("%d idle connections: %.1f KiB resident each on the listening side (goal: at most 16): %s\n", count,
              bytes / 1024, bytes <= kGoalBytes ? "met" : "MISSED");
  return bytes <= kGoalBytes ? 0 : 1;
}
