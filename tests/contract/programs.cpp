#include "tests/contract/programs.hpp"

#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "overlay/host.hpp"
#include "overlay/protocols/perf.hpp"
#include "overlay/protocols/ping.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/deadline.hpp"
#include "tests/contract/redis.hpp"
#include "tests/contract/samples.hpp"

namespace quern::contract {
namespace {

using runtime::Result;
using runtime::Runtime;
using runtime::Task;
using HostPtr = std::unique_ptr<overlay::Host>;

constexpr runtime::Duration kPingTimeout = std::chrono::seconds(10);

void note(const Settings& settings, const std::string& text) {
  if (settings.debug) std::fprintf(stderr, "overlay-contract: %s\n", text.c_str());
}

Result<HostPtr> make_host(Runtime& runtime, const Settings& settings) {
  return overlay::Host::make(runtime, {.key = identity::PrivateKey::generate(runtime),
                                       .transports = {settings.transport},
                                       .security = {settings.security},
                                       .muxers = {settings.muxer},
                                       .serve_perf = true});
}

// The suite starts its server and its programs in any order.
Task<Result<Redis>> meet_redis(Runtime& runtime, std::string address) {
  while (true) {
    auto redis = co_await Redis::connect(runtime, address);
    if (redis) co_return std::move(redis);
    co_await runtime.clock().sleep_for(kPollInterval);
  }
}

Task<Result<std::string>> meet_listener(Runtime& runtime, Redis& redis, std::string key) {
  while (true) {
    CO_TRY(const auto address, co_await redis.get(key));
    if (address) co_return *address;
    co_await runtime.clock().sleep_for(kPollInterval);
  }
}

std::string listen_address(const Settings& settings, const std::string& ip) {
  const std::string family = ip.find(':') == std::string::npos ? "/ip4/" : "/ip6/";
  return family + ip + "/tcp/0" + (settings.transport == "ws" ? "/ws" : "");
}

// "0.0.0.0" is where to listen, not where to be dialed: that is the address this machine has on the server's network.
std::string reachable_ip(const Settings& settings, const Redis& redis) {
  const bool anywhere = settings.listener_ip == "0.0.0.0" || settings.listener_ip == "::";
  return anywhere ? redis.local().to_string() : settings.listener_ip;
}

Task<Result<void>> listen(overlay::Host& host, Redis& redis, const Settings& settings) {
  CO_TRY(const auto at, host.listen(listen_address(settings, reachable_ip(settings, redis))));
  const std::string address = at.text() + "/p2p/" + host.id().text();
  CO_CHECK(co_await redis.set(settings.address_key(), address));
  note(settings, "listening at " + address);
  const auto events = host.events();
  while (co_await events->next()) {
  }
  co_return Result<void>();
}

double milliseconds(runtime::Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

Task<Result<std::string>> measure_latency(Runtime& runtime, overlay::Host& host, std::string address) {
  const auto began = runtime.clock().now();
  CO_TRY(const auto peer, co_await host.connect(std::move(address)));
  protocols::Pinger pinger(host.swarm(), runtime, peer);
  CO_CHECK(co_await pinger.ping(kPingTimeout));
  const auto connected_and_back = runtime.clock().now() - began;
  CO_TRY(const auto round_trip, co_await pinger.ping(kPingTimeout));
  co_return latency_yaml(milliseconds(connected_and_back), milliseconds(round_trip));
}

// Nanoseconds of each exchange, from the first byte sent to the last received: only then has all arrived.
Task<Result<std::vector<double>>> time_exchanges(Runtime& runtime, overlay::Host& host, identity::PeerId peer,
                                                 std::uint64_t up, std::uint64_t down, std::uint32_t iterations) {
  std::vector<double> times;
  for (std::uint32_t i = 0; i < iterations; ++i) {
    CO_TRY(const auto result, co_await protocols::measure_perf(host.swarm(), runtime, peer, up, down));
    times.push_back(static_cast<double>((result.upload + result.download).count()));
  }
  co_return times;
}

std::vector<double> gigabits_per_second(std::vector<double> nanoseconds, std::uint64_t bytes) {
  constexpr double kBits = 8;
  for (double& each : nanoseconds) each = each > 0 ? static_cast<double>(bytes) * kBits / each : 0;
  return nanoseconds;
}

Task<Result<std::string>> measure_throughput(Runtime& runtime, overlay::Host& host, std::string address,
                                             PerfAmounts amounts) {
  constexpr double kNanosecondsPerMillisecond = 1e6;
  CO_TRY(const auto peer, co_await host.connect(std::move(address)));
  CO_TRY(auto up, co_await time_exchanges(runtime, host, peer, amounts.upload_bytes, 0, amounts.upload_iterations));
  CO_TRY(auto down,
         co_await time_exchanges(runtime, host, peer, 0, amounts.download_bytes, amounts.download_iterations));
  CO_TRY(auto latency, co_await time_exchanges(runtime, host, peer, 1, 1, amounts.latency_iterations));
  for (double& each : latency) each /= kNanosecondsPerMillisecond;
  co_return summary_yaml("upload", summarize(gigabits_per_second(std::move(up), amounts.upload_bytes)), 2, "Gbps") +
      summary_yaml("download", summarize(gigabits_per_second(std::move(down), amounts.download_bytes)), 2, "Gbps") +
      summary_yaml("latency", summarize(std::move(latency)), 3, "ms");
}

Task<Result<std::string>> measure(Runtime& runtime, overlay::Host& host, std::string address, PerfAmounts amounts,
                                  Suite suite) {
  if (suite == Suite::transport) return measure_latency(runtime, host, std::move(address));
  return measure_throughput(runtime, host, std::move(address), amounts);
}

}  // namespace

Task<Result<void>> run_listener(Runtime& runtime, Settings settings) {
  CO_TRY(auto redis,
         co_await runtime::with_timeout(runtime.clock(), kMeetingTime, meet_redis(runtime, settings.redis)));
  CO_TRY(const HostPtr host, make_host(runtime, settings));
  const auto body = [&] { return listen(*host, redis, settings); };
  const auto goodbye = [&] { return host->stop(); };
  co_return co_await runtime::with_cleanup<Result<void>>(body, goodbye);
}

Task<Result<std::string>> run_dialer(Runtime& runtime, Settings settings, Suite suite) {
  const auto until = runtime.clock().now() + kMeetingTime;
  CO_TRY(auto redis, co_await runtime::with_deadline(runtime.clock(), until, meet_redis(runtime, settings.redis)));
  CO_TRY(const auto address, co_await runtime::with_deadline(runtime.clock(), until,
                                                             meet_listener(runtime, redis, settings.address_key())));
  note(settings, "dialing " + address);
  CO_TRY(const HostPtr host, make_host(runtime, settings));
  const auto body = [&] { return measure(runtime, *host, address, settings.perf, suite); };
  const auto goodbye = [&] { return host->stop(); };
  co_return co_await runtime::with_cleanup<Result<std::string>>(body, goodbye);
}

}  // namespace quern::contract
