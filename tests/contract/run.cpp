#include "tests/contract/run.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <utility>
#include <vector>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "overlay/host.hpp"
#include "overlay/protocols/perf.hpp"
#include "overlay/protocols/ping.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/deadline.hpp"
#include "tests/contract/samples.hpp"

namespace quern::contract {

using multiformats::Multiaddr;
using overlay::Host;
using runtime::fail;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;

namespace {

constexpr runtime::Duration kPollInterval = std::chrono::milliseconds(50);
constexpr std::uint64_t kBitsPerByte = 8;
constexpr double kGiga = 1e9;

void log(const Settings& settings, const std::string& text) {
  if (settings.debug) std::fprintf(stderr, "overlay-contract: %s\n", text.c_str());
}

overlay::HostConfig make_config(Runtime& runtime, Test test, const Settings& settings) {
  overlay::HostConfig config{.key = identity::PrivateKey::generate(runtime),
                             .transports = {},
                             .security = {},
                             .muxers = {},
                             .serve_perf = test == Test::perf};
  config.transports.push_back(settings.transport);
  config.security.push_back(settings.secure_channel);
  config.muxers.push_back(settings.muxer);
  return config;
}

// Runs `work(host)` on a host of its own, which has stopped when this returns.
template <class T>
Task<Result<T>> with_host(Runtime& runtime, Test test, const Settings& settings,
                          std::function<Task<Result<T>>(Host& host)> work) {
  CO_TRY(const auto host, Host::make(runtime, make_config(runtime, test, settings)));
  const auto body = [&] { return work(*host); };
  const auto stop = [&host] { return host->stop(); };
  co_return co_await runtime::with_cleanup<Result<T>>(body, stop);
}

Task<Result<Redis>> connect_redis(Runtime& runtime, const Settings& settings) {
  auto connected =
      co_await runtime::with_timeout(runtime.clock(), settings.timeout, Redis::connect(runtime, settings.redis));
  if (!connected) {
    const std::string where = settings.redis.host + ":" + std::to_string(settings.redis.port);
    co_return fail(runtime::Errc::unreachable, "Redis at " + where + ": " + connected.error().message());
  }
  co_return connected;
}

std::string address_of(const runtime::IpAddress& ip) {
  return (ip.is_v6() ? "/ip6/" : "/ip4/") + ip.to_string();
}

// Where the dialer looks for it: on the network where Redis is, when it listens on all.
Result<Multiaddr> told_address(const Multiaddr& listening, const Settings& settings, const Redis& redis,
                               const Host& host) {
  const auto ip = address_of(settings.listener.is_unspecified() ? redis.local() : settings.listener);
  const auto port = listening.find_text(multiformats::Protocol::tcp);
  const auto rest = "/tcp/" + port.value_or("0") + (settings.transport == "ws" ? "/ws" : "");
  return Multiaddr::from_text(ip + rest + "/p2p/" + host.id().text());
}

Task<Result<void>> listen(Runtime& runtime, const Settings& settings, Host& host) {
  boost::asio::signal_set signals(runtime.executor(), SIGINT, SIGTERM);
  CO_TRY(const Multiaddr listening,
         host.listen(address_of(settings.listener) + "/tcp/0" + (settings.transport == "ws" ? "/ws" : "")));
  CO_TRY(auto redis, co_await connect_redis(runtime, settings));
  CO_TRY(const Multiaddr address, told_address(listening, settings, redis, host));
  const std::string told = address.text();
  CO_CHECK(co_await runtime::with_timeout(runtime.clock(), settings.timeout, redis.set(settings.address_key(), told)));
  log(settings, "listening at " + told);
  co_await signals.async_wait(boost::asio::use_awaitable);
  co_return Result<void>();
}

Task<Result<std::string>> poll_address(Runtime& runtime, const Settings& settings, Redis& redis) {
  for (;;) {
    CO_TRY(auto found, co_await redis.get(settings.address_key()));
    if (found && !found->empty()) co_return *std::move(found);
    co_await runtime.clock().sleep_for(kPollInterval);
  }
}

Task<Result<Multiaddr>> find_listener(Runtime& runtime, const Settings& settings) {
  CO_TRY(auto redis, co_await connect_redis(runtime, settings));
  auto found =
      co_await runtime::with_timeout(runtime.clock(), settings.timeout, poll_address(runtime, settings, redis));
  if (!found && found.error() == runtime::Errc::timed_out)
    co_return fail(runtime::Errc::timed_out, "no listener told its address in " + settings.address_key());
  CO_CHECK(found);
  log(settings, "dialing " + *found);
  co_return Multiaddr::from_text(*found);
}

double milliseconds(runtime::Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

Task<Result<std::string>> measure_transport(Runtime& runtime, const Settings& settings, Host& host) {
  CO_TRY(auto address, co_await find_listener(runtime, settings));
  const runtime::Time start = runtime.clock().now();
  CO_TRY(const auto connection, co_await host.swarm().connect(std::move(address)));
  protocols::Pinger pinger(host.swarm(), runtime, connection.peer);
  CO_CHECK(co_await pinger.ping(settings.timeout));
  const runtime::Duration handshake = runtime.clock().now() - start;
  CO_TRY(const runtime::Duration trip, co_await pinger.ping(settings.timeout));
  char yaml[256];
  std::snprintf(yaml, sizeof yaml,
                "# Measurements from dialer\n"
                "latency:\n"
                "  handshake_plus_one_rtt: %.3f\n"
                "  ping_rtt: %.3f\n"
                "  unit: ms\n",
                milliseconds(handshake), milliseconds(trip));
  co_return std::string(yaml);
}

// Seconds of each of `count` exchanges.
Task<Result<std::vector<double>>> exchange(Host& host, identity::PeerId peer, std::uint64_t up, std::uint64_t down,
                                           std::uint64_t count) {
  std::vector<double> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    CO_TRY(const auto took, co_await protocols::measure_perf(host.swarm(), host.runtime(), peer, up, down));
    out.push_back(std::chrono::duration<double>(took.upload + took.download).count());
  }
  co_return out;
}

Summary in_gigabits(std::vector<double> seconds, std::uint64_t bytes) {
  for (double& value : seconds) value = static_cast<double>(bytes * kBitsPerByte) / value / kGiga;
  return summarize(std::move(seconds));
}

Summary in_milliseconds(std::vector<double> seconds) {
  for (double& value : seconds) value *= 1000;
  return summarize(std::move(seconds));
}

Task<Result<std::string>> measure_perf(Runtime& runtime, const Settings& settings, Host& host) {
  CO_TRY(auto address, co_await find_listener(runtime, settings));
  CO_TRY(const auto connection, co_await host.swarm().connect(std::move(address)));
  const identity::PeerId& peer = connection.peer;
  log(settings, "uploading");
  CO_TRY(auto up, co_await exchange(host, peer, settings.upload_bytes, 0, settings.upload_iterations));
  log(settings, "downloading");
  CO_TRY(auto down, co_await exchange(host, peer, 0, settings.download_bytes, settings.download_iterations));
  log(settings, "measuring the latency");
  CO_TRY(auto latency, co_await exchange(host, peer, 1, 1, settings.latency_iterations));
  co_return "# Measurements from dialer\n" +
      to_yaml("upload", in_gigabits(std::move(up), settings.upload_bytes), "Gbps") +
      to_yaml("download", in_gigabits(std::move(down), settings.download_bytes), "Gbps") +
      to_yaml("latency", in_milliseconds(std::move(latency)), "ms");
}

}  // namespace

Task<Result<void>> run_listener(Runtime& runtime, Test test, const Settings& settings) {
  return with_host<void>(runtime, test, settings, [&](Host& host) { return listen(runtime, settings, host); });
}

Task<Result<std::string>> run_dialer(Runtime& runtime, Test test, const Settings& settings) {
  const auto measure = test == Test::perf ? measure_perf : measure_transport;
  return with_host<std::string>(
      runtime, test, settings, [&runtime, &settings, measure](Host& host) { return measure(runtime, settings, host); });
}

}  // namespace quern::contract
