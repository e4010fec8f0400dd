// What the interop suite tells its programs, by environment variables.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "overlay/runtime/result.hpp"

namespace quern::contract {

enum class Suite : std::uint8_t { transport, perf };

struct PerfAmounts {
  std::uint64_t upload_bytes = 1 << 30;
  std::uint64_t download_bytes = 1 << 30;
  std::uint32_t upload_iterations = 10;
  std::uint32_t download_iterations = 10;
  std::uint32_t latency_iterations = 100;
};
inline constexpr std::uint64_t kPerfBytesMax = std::uint64_t{1} << 40;
inline constexpr std::uint32_t kIterationsMax = 100'000;

struct Settings {
  bool dialer = false;
  std::string redis;  // host:port
  std::string test_key;
  std::string transport;  // "tcp" or "ws"
  std::string security;   // "noise" or "tls"
  std::string muxer;      // "yamux"
  std::string listener_ip = "0.0.0.0";
  bool debug = false;
  PerfAmounts perf;

  // Where the listener leaves its address.
  std::string address_key() const { return test_key + "_listener_multiaddr"; }
};

using Variables = std::function<std::optional<std::string>(const char* name)>;
// runtime::Errc::not_found: the detail names the variable that is missing or makes no sense. One of perf's that is
// empty or "null" is as if it were not set.
runtime::Result<Settings> read_settings(const Variables& variables);

}  // namespace quern::contract
