// What a daemon is told by its file: TOML, every key of which is in one table (config_keys.hpp) that docs/config.md,
// the messages and --print-config are made of. What is wrong is said all at once, each with file, line, column and key.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/connection/limits.hpp"
#include "overlay/multiformats/multiaddr.hpp"
#include "scheduler/daemon/log.hpp"
#include "scheduler/model/credits.hpp"
#include "scheduler/model/job.hpp"
#include "scheduler/model/offer.hpp"
#include "scheduler/model/usage.hpp"
#include "scheduler/placement/plan.hpp"
#include "scheduler/rpc/limits.hpp"
#include "scheduler/rpc/paths.hpp"

namespace quern::daemon {

struct LogConfig {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
  bool operator==(const LogConfig&) const = default;
};

struct WebSocketConfig {
  bool enabled = false;
  std::string address = "127.0.0.1";  // loopback
  std::uint16_t port = 7646;
  std::string token_file;
  std::vector<std::string> origins;
  bool operator==(const WebSocketConfig&) const = default;
};

struct RpcConfig {
  std::string socket;
  WebSocketConfig websocket;
  rpc::Limits limits;
  bool operator==(const RpcConfig&) const = default;
};

struct OverlayConfig {
  std::vector<multiformats::Multiaddr> listen;
  std::vector<multiformats::Multiaddr> peers;  // with /p2p/ at their end
  std::string psk_file;                        // empty: no private network
  std::map<std::string, std::uint64_t> limits = connection::limits_by_name({});
  bool operator==(const OverlayConfig&) const = default;
};

struct ProviderConfig {
  bool enabled = false;
  std::vector<model::JobKind> kinds = {model::JobKind::opencl_kernel};
  std::vector<std::string> devices_allow;  // hwprobe's ids; empty: all
  std::vector<std::string> devices_deny;
  model::RateCard rates;                                // of devices that have none of their own
  std::map<std::string, model::RateCard> device_rates;  // by id; at most kDevicesMax
  model::TaskLimits limits = {.cpu_cores = 4,
                              .memory_bytes = 4ULL << 30,
                              .scratch_bytes = 1ULL << 30,
                              .walltime_ms = 3'600'000,
                              .input_bytes = 1ULL << 30,
                              .output_bytes = 1ULL << 30};
  model::Credits credit_limit{1 * model::kMicroPerCredit};  // of work that a peer has not signed for, in all
  std::uint32_t note_interval_ms = 1000;
  bool operator==(const ProviderConfig&) const = default;
};

struct SubmitterConfig {
  std::optional<model::Credits> budget;     // of all jobs together; none: no bound
  std::optional<model::Credits> max_price;  // of one job
  placement::Strategy strategy = placement::Strategy::cheapest;
  std::vector<std::string> exclude;  // peer ids
  bool operator==(const SubmitterConfig&) const = default;
};

struct StoreConfig {
  std::uint64_t blob_bytes = 8ULL << 30;   // of inputs and outputs
  std::uint32_t keep_outputs_hours = 168;  // of jobs of this node, that nobody has fetched
  std::uint32_t keep_trails_days = 400;
  std::uint32_t trails = 50'000;
  bool operator==(const StoreConfig&) const = default;
};

enum class SandboxTier : std::uint8_t { automatic, cgroup2, cgroup1, none };
struct SandboxConfig {
  SandboxTier tier = SandboxTier::automatic;
  bool required = true;
  bool operator==(const SandboxConfig&) const = default;
};

struct Config {
  std::string data_directory;
  LogConfig log;
  RpcConfig rpc;
  OverlayConfig overlay;
  ProviderConfig provider;
  SubmitterConfig submitter;
  SandboxConfig sandbox;
  StoreConfig store;
  bool operator==(const Config&) const = default;
};

inline constexpr std::size_t kConfigBytesMax = 1 << 20;
inline constexpr std::size_t kProblemsMax = 50;  // that are told at once
inline constexpr std::size_t kListMax = 256;     // elements of any list
inline constexpr std::size_t kDevicesMax = 64;
inline constexpr std::size_t kTextBytesMax = 4096;

// Something wrong with a file. Line and column count from 1; 0: the file as a whole.
struct ConfigProblem {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string key;      // empty where it has none
  std::string message;  // names the value, the limit and the way out
  bool operator==(const ConfigProblem&) const = default;
};
// "quernd.toml:3:8: rpc.websocket.port: 70000 is above 65535"
std::string to_text(const ConfigProblem& problem);

template <class T>
using Configured = std::expected<T, std::vector<ConfigProblem>>;

// What holds without a file: also for keys that a file does not name.
Config default_config(const rpc::Environment& environment);
// Pure. `file` is for messages.
Configured<Config> parse_config(std::string_view text, std::string_view file, const rpc::Environment& environment);
Configured<Config> load_config(const std::filesystem::path& file, const rpc::Environment& environment);

// A file that makes this config, each key with what it is for: --print-config.
std::string to_toml(const Config& config);
// docs/config.md.
std::string config_page();

}  // namespace quern::daemon
