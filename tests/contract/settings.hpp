// What the environment tells a test program of libp2p's unified interop suite (libp2p/unified-testing,
// docs/write-a-transport-test-app.md and write-a-perf-test-app.md).
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "overlay/runtime/network.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/time.hpp"
#include "tests/contract/redis.hpp"

namespace quern::contract {

enum class Test : std::uint8_t { transport, perf };

struct Settings {
  bool is_dialer = false;       // IS_DIALER
  RedisAddress redis;           // REDIS_ADDR: host or host:port
  std::string test_key;         // TEST_KEY
  std::string transport;        // TRANSPORT: tcp, ws
  std::string secure_channel;   // SECURE_CHANNEL: noise, tls
  std::string muxer;            // MUXER: yamux
  runtime::IpAddress listener;  // LISTENER_IP
  bool debug = false;           // DEBUG
  runtime::Duration timeout{};  // TEST_TIMEOUT_SECS: for Redis, for the listener to appear, for a ping
  // perf, dialer
  std::uint64_t upload_bytes = 0;         // UPLOAD_BYTES
  std::uint64_t download_bytes = 0;       // DOWNLOAD_BYTES
  std::uint64_t upload_iterations = 0;    // UPLOAD_ITERATIONS
  std::uint64_t download_iterations = 0;  // DOWNLOAD_ITERATIONS
  std::uint64_t latency_iterations = 0;   // LATENCY_ITERATIONS

  std::string address_key() const { return test_key + "_listener_multiaddr"; }
};

// A variable of the environment by its name.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;
// Errc::bad_environment.
runtime::Result<Settings> read_settings(Test test, const Lookup& lookup);

}  // namespace quern::contract
