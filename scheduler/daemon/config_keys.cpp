#include "scheduler/daemon/config_keys.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

#include "overlay/identity/peer_id.hpp"
#include "overlay/transport/tcp_address.hpp"
#include "scheduler/jobs/trail_journal.hpp"

namespace quern::daemon {

namespace {

using Set = std::expected<void, std::string>;

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kShownBytes = 80;
  return "\"" + std::string(text.substr(0, kShownBytes)) + (text.size() > kShownBytes ? "...\"" : "\"");
}

std::unexpected<std::string> wrong_type(std::string_view wanted, const ConfigValue& value) {
  constexpr std::array<std::string_view, 5> kNames = {"nothing", "a boolean", "an integer", "a text",
                                                      "a list of texts"};
  const auto* const other = std::get_if<OtherType>(&value);
  return std::unexpected("must be " + std::string(wanted) + ", and is " +
                         std::string(other ? other->name : kNames.at(value.index())));
}

// `at` is a callable Config& -> reference to the place.
template <class At>
const auto& look(At at, const Config& config) {
  return at(const_cast<Config&>(config));  // NOLINT(cppcoreguidelines-pro-type-const-cast): only looked at
}

template <class At>
ConfigKey boolean(std::string name, std::string summary, At at) {
  return {.name = std::move(name),
          .type = "boolean",
          .summary = std::move(summary),
          .set = [at](Config& config, const ConfigValue& value) -> Set {
            const bool* const given = std::get_if<bool>(&value);
            if (!given) return wrong_type("true or false", value);
            at(config) = *given;
            return {};
          },
          .get = [at](const Config& config) -> ConfigValue { return look(at, config); },
          .shown_default = {}};
}

template <class At>
ConfigKey integer(std::string name, std::string summary, std::uint64_t least, std::uint64_t most, At at) {
  using Number = std::remove_cvref_t<decltype(at(std::declval<Config&>()))>;
  most = std::min<std::uint64_t>(most, std::numeric_limits<std::int64_t>::max());
  return {.name = std::move(name),
          .type = "integer, " + std::to_string(least) + " to " + std::to_string(most),
          .summary = std::move(summary),
          .set = [at, least, most](Config& config, const ConfigValue& value) -> Set {
            const std::int64_t* const given = std::get_if<std::int64_t>(&value);
            if (!given) return wrong_type("an integer", value);
            if (std::cmp_less(*given, least)) {
              return std::unexpected(std::to_string(*given) + " is below " + std::to_string(least));
            }
            if (std::cmp_greater(*given, most)) {
              return std::unexpected(std::to_string(*given) + " is above " + std::to_string(most));
            }
            at(config) = static_cast<Number>(*given);
            return {};
          },
          .get = [at](const Config& config) -> ConfigValue { return static_cast<std::int64_t>(look(at, config)); },
          .shown_default = {}};
}

using TextCheck = Set (*)(const std::string& text);

template <class At>
ConfigKey text(std::string name, std::string type, std::string summary, TextCheck check, At at) {
  return {.name = std::move(name),
          .type = std::move(type),
          .summary = std::move(summary),
          .set = [at, check](Config& config, const ConfigValue& value) -> Set {
            const std::string* const given = std::get_if<std::string>(&value);
            if (!given) return wrong_type("a text", value);
            if (auto fit = check(*given); !fit) return fit;
            at(config) = *given;
            return {};
          },
          .get = [at](const Config& config) -> ConfigValue { return look(at, config); },
          .shown_default = {}};
}

template <class At>
ConfigKey texts(std::string name, std::string type, std::string summary, TextCheck check, At at) {
  return {.name = std::move(name),
          .type = std::move(type),
          .summary = std::move(summary),
          .set = [at, check](Config& config, const ConfigValue& value) -> Set {
            const auto* const given = std::get_if<std::vector<std::string>>(&value);
            if (!given) return wrong_type("a list of texts", value);
            for (const std::string& element : *given) {
              if (auto fit = check(element); !fit) return fit;
            }
            at(config) = *given;
            return {};
          },
          .get = [at](const Config& config) -> ConfigValue { return look(at, config); },
          .shown_default = {},
          .check_element = check};
}

// One of an enumeration's names, which stand in its order.
template <class At>
ConfigKey choice(std::string name, std::string summary, std::vector<std::string> names, At at) {
  std::string type = "one of";
  for (const std::string& one : names) type += (type == "one of" ? " \"" : ", \"") + one + "\"";
  using Enum = std::remove_cvref_t<decltype(at(std::declval<Config&>()))>;
  return {.name = std::move(name),
          .type = type,
          .summary = std::move(summary),
          .set = [at, names, type](Config& config, const ConfigValue& value) -> Set {
            const std::string* const given = std::get_if<std::string>(&value);
            if (!given) return wrong_type("a text", value);
            const auto found = std::ranges::find(names, *given);
            if (found == names.end()) return std::unexpected(in_quotes(*given) + " is not " + type);
            at(config) = static_cast<Enum>(found - names.begin());
            return {};
          },
          .get = [at, names](const Config& config) -> ConfigValue {
            return names.at(static_cast<std::size_t>(std::to_underlying(look(at, config))));
          },
          .shown_default = {}};
}

constexpr std::string_view kCreditsType = "credits as a decimal text, up to six decimals";

std::expected<model::Credits, std::string> credits_of(const ConfigValue& value, std::int64_t most) {
  const std::string* const given = std::get_if<std::string>(&value);
  if (!given) return wrong_type("a decimal number in quotes, \"0.25\"", value);
  const auto amount = model::credits_from_text(*given);
  if (!amount)
    return std::unexpected(in_quotes(*given) + " is not a number of credits: digits, and up to six decimals");
  if (amount->micro < 0) return std::unexpected(in_quotes(*given) + " is below 0");
  if (amount->micro > most) {
    return std::unexpected(in_quotes(*given) + " is above " + model::to_text(model::Credits{most}));
  }
  return *amount;
}

// `at` leads to the micro-credits.
template <class At>
ConfigKey credits(std::string name, std::string summary, std::int64_t most, At at) {
  return {.name = std::move(name),
          .type = std::string(kCreditsType),
          .summary = std::move(summary),
          .set = [at, most](Config& config, const ConfigValue& value) -> Set {
            const auto amount = credits_of(value, most);
            if (!amount) return std::unexpected(amount.error());
            at(config) = amount->micro;
            return {};
          },
          .get = [at](const Config& config) -> ConfigValue { return model::to_text(model::Credits{look(at, config)}); },
          .shown_default = {}};
}

template <class At>
ConfigKey optional_credits(std::string name, std::string summary, At at) {
  return {.name = std::move(name),
          .type = std::string(kCreditsType),
          .summary = std::move(summary),
          .set = [at](Config& config, const ConfigValue& value) -> Set {
            const auto amount = credits_of(value, std::numeric_limits<std::int64_t>::max());
            if (!amount) return std::unexpected(amount.error());
            at(config) = *amount;
            return {};
          },
          .get = [at](const Config& config) -> ConfigValue {
            const std::optional<model::Credits>& amount = look(at, config);
            return amount ? ConfigValue(model::to_text(*amount)) : ConfigValue();
          },
          .shown_default = {}};
}

Set peer_address(const std::string& text) {
  const auto address = multiformats::Multiaddr::from_text(text);
  if (!address) return std::unexpected(in_quotes(text) + ": " + address.error().message());
  if (address->has(multiformats::Protocol::p2p)) return {};
  return std::unexpected(in_quotes(text) + " does not say which peer: add /p2p/ and its id");
}

// What a node has transports for: TCP, and WebSocket without TLS, at an IP address of this machine.
Set listen_address(const std::string& text) {
  const auto address = multiformats::Multiaddr::from_text(text);
  if (!address) return std::unexpected(in_quotes(text) + ": " + address.error().message());
  using Layers = std::vector<multiformats::Protocol>;
  const auto at = transport::read_tcp_address(*address);
  if (at && at->ip && (at->layers.empty() || at->layers == Layers{multiformats::Protocol::ws})) return {};
  return std::unexpected(in_quotes(text) +
                         " is nothing to listen at: write /ip4/ADDRESS/tcp/PORT or /ip6/ADDRESS/tcp/PORT, with /ws "
                         "behind it for WebSocket");
}

ConfigKey addresses(std::string name, std::string summary, TextCheck check,
                    std::vector<multiformats::Multiaddr> OverlayConfig::* list) {
  return {.name = std::move(name),
          .type = "list of multiaddrs",
          .summary = std::move(summary),
          .set = [list, check](Config& config, const ConfigValue& value) -> Set {
            const auto* const given = std::get_if<std::vector<std::string>>(&value);
            if (!given) return wrong_type("a list of texts", value);
            std::vector<multiformats::Multiaddr> parsed;
            parsed.reserve(given->size());
            for (const std::string& element : *given) {
              if (auto fit = check(element); !fit) return fit;
              if (auto address = multiformats::Multiaddr::from_text(element)) parsed.push_back(*std::move(address));
            }
            config.overlay.*list = std::move(parsed);
            return {};
          },
          .get = [list](const Config& config) -> ConfigValue {
            std::vector<std::string> shown;
            shown.reserve((config.overlay.*list).size());
            for (const auto& address : config.overlay.*list) shown.push_back(address.text());
            return shown;
          },
          .shown_default = {},
          .check_element = check};
}

constexpr std::array<std::string_view, 3> kKinds = {"opencl_kernel", "command", "inference"};

ConfigKey job_kinds() {
  return {.name = "provider.kinds",
          .type = R"(list of "opencl_kernel", "command", "inference")",
          .summary = "Kinds of job that are offered, where the sandbox can hold them",
          .set = [](Config& config, const ConfigValue& value) -> Set {
            const auto* const given = std::get_if<std::vector<std::string>>(&value);
            if (!given) return wrong_type("a list of texts", value);
            std::vector<model::JobKind> kinds;
            for (const std::string& element : *given) {
              const auto* const found = std::ranges::find(kKinds, element);
              if (found == kKinds.end()) {
                return std::unexpected(in_quotes(element) +
                                       " is no kind of job; there are \"opencl_kernel\", \"command\", \"inference\"");
              }
              const auto kind = static_cast<model::JobKind>(found - kKinds.begin());
              if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(kind);
            }
            config.provider.kinds = std::move(kinds);
            return {};
          },
          .get = [](const Config& config) -> ConfigValue {
            std::vector<std::string> shown;
            shown.reserve(config.provider.kinds.size());
            for (const model::JobKind kind : config.provider.kinds) {
              shown.emplace_back(kKinds.at(static_cast<std::size_t>(kind)));
            }
            return shown;
          },
          .shown_default = {}};
}

Set loopback_address(const std::string& address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(address, error);
  if (error) return std::unexpected(in_quotes(address) + " is no IP address");
  if (parsed.is_loopback()) return {};
  return std::unexpected(in_quotes(address) +
                         " is not loopback: without TLS the token could be read on the way; use "
                         "\"127.0.0.1\" or \"::1\", and an SSH tunnel from elsewhere");
}

// As a browser writes it into its request, which is compared as text: a pattern or a path would never match.
Set web_origin(const std::string& text) {
  constexpr std::string_view kScheme = "://";
  const std::size_t scheme = text.find(kScheme);
  const bool is_one = scheme != std::string::npos && scheme > 0 &&
                      text.find_first_of("*/?# ", scheme + kScheme.size()) == std::string::npos;
  if (is_one || text == "null") return {};
  return std::unexpected(
      in_quotes(text) +
      " is no origin: write each as browsers send it, \"http://localhost:8080\", with no path behind "
      "it; there are no patterns");
}

Set peer_id(const std::string& text) {
  if (identity::PeerId::from_text(text)) return {};
  return std::unexpected(in_quotes(text) + " is no peer id");
}

// As hwprobe makes it.
Set device_id(const std::string& text) {
  constexpr std::string_view kPrefix = "qd1-";
  constexpr std::size_t kDigits = 32;
  const bool is_one = text.size() == kPrefix.size() + kDigits && text.starts_with(kPrefix) &&
                      text.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string::npos;
  if (is_one) return {};
  return std::unexpected(in_quotes(text) + " is no device id: qd1- and 32 digits, as quern probe shows it");
}

Set absolute_path(const std::string& path) {
  if (path.starts_with('/') && path.find('\0') == std::string::npos) return {};
  return std::unexpected(in_quotes(path) + " is not an absolute path");
}

Set absolute_path_or_none(const std::string& path) {
  return path.empty() ? Set() : absolute_path(path);
}

constexpr std::string_view kPathType = "absolute path";

std::string rate_summary(const model::DimensionText& dimension) {
  if (dimension.rate_name == "setup") return "Price of starting a job";
  return "Price of a " + std::string(dimension.rate_name);
}

void add_rates(std::vector<ConfigKey>& keys) {
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    const model::DimensionText& dimension = model::text_of(static_cast<model::Dimension>(i));
    keys.push_back(credits("provider.rates." + std::string(dimension.rate_name), rate_summary(dimension),
                           model::kRateMax, [i](Config& c) -> auto& { return c.provider.rates.rate[i]; }));
  }
}

void add_log_and_rpc(std::vector<ConfigKey>& keys) {
  keys.push_back(choice("log.level", "The least that is logged", {"debug", "info", "warning", "error"},
                        [](Config& c) -> auto& { return c.log.level; }));
  keys.push_back(choice("log.format", "Lines for people or for programs", {"text", "json"},
                        [](Config& c) -> auto& { return c.log.format; }));
  keys.push_back(text("rpc.socket", std::string(kPathType), "Unix socket of the RPC, mode 0600", absolute_path,
                      [](Config& c) -> auto& { return c.rpc.socket; }));
  keys.push_back(boolean("rpc.websocket.enabled", "Serves the RPC over WebSocket, too",
                         [](Config& c) -> auto& { return c.rpc.websocket.enabled; }));
  keys.push_back(text("rpc.websocket.address", "loopback IP address", "Where it listens", loopback_address,
                      [](Config& c) -> auto& { return c.rpc.websocket.address; }));
  keys.push_back(integer("rpc.websocket.port", "TCP port; 0: any that is free", 0, 65'535,
                         [](Config& c) -> auto& { return c.rpc.websocket.port; }));
  keys.push_back(text("rpc.websocket.token_file", std::string(kPathType),
                      "Holds the secret that callers show; made, with mode 0600, where there is none", absolute_path,
                      [](Config& c) -> auto& { return c.rpc.websocket.token_file; }));
  keys.push_back(texts("rpc.websocket.origins", "list of origins",
                       "Web pages that may connect: \"http://localhost:8080\"", web_origin,
                       [](Config& c) -> auto& { return c.rpc.websocket.origins; }));
  for (const rpc::NamedLimit& limit : rpc::kLimits) {
    std::string summary(limit.text);
    summary[0] = static_cast<char>(summary[0] - 'a' + 'A');
    keys.push_back(integer("rpc.limits." + std::string(limit.name), std::move(summary), limit.least, limit.most,
                           [field = limit.field](Config& c) -> auto& { return c.rpc.limits.*field; }));
  }
}

void add_overlay(std::vector<ConfigKey>& keys) {
  keys.push_back(addresses("overlay.listen", "Where other nodes can connect: \"/ip4/0.0.0.0/tcp/7645\"", listen_address,
                           &OverlayConfig::listen));
  keys.push_back(addresses("overlay.peers", "Nodes to connect to: \"/ip4/192.0.2.7/tcp/7645/p2p/12D3Koo...\"",
                           peer_address, &OverlayConfig::peers));
  keys.push_back(text("overlay.psk_file", std::string(kPathType) + ", or \"\"",
                      "Key of a private network, in the form of a libp2p swarm.key; none as a rule",
                      absolute_path_or_none, [](Config& c) -> auto& { return c.overlay.psk_file; }));
  for (const auto& [name, value] : connection::limits_by_name({})) {
    std::string words = name;
    std::ranges::replace(words, '_', ' ');
    keys.push_back(integer("overlay.limits." + name, "Most " + words, 0, 1ULL << 40,
                           [limit = name](Config& c) -> auto& { return c.overlay.limits[limit]; }));
  }
}

void add_task_limits(std::vector<ConfigKey>& keys) {
  constexpr std::uint64_t kBytesMax = 1ULL << 50;
  keys.push_back(integer("provider.limits.cpu_cores", "Most processor cores of a task", 1, 4096,
                         [](Config& c) -> auto& { return c.provider.limits.cpu_cores; }));
  keys.push_back(integer("provider.limits.memory_bytes", "Most host memory of a task", 1 << 20, kBytesMax,
                         [](Config& c) -> auto& { return c.provider.limits.memory_bytes; }));
  keys.push_back(integer("provider.limits.scratch_bytes", "Most scratch space of a task", 0, kBytesMax,
                         [](Config& c) -> auto& { return c.provider.limits.scratch_bytes; }));
  keys.push_back(integer("provider.limits.walltime_ms", "Longest run of a task", 1, 7ULL * 24 * 3600 * 1000,
                         [](Config& c) -> auto& { return c.provider.limits.walltime_ms; }));
  keys.push_back(integer("provider.limits.input_bytes",
                         "Most bytes of a task's inputs together, of 64 MiB at most each", 0, kBytesMax,
                         [](Config& c) -> auto& { return c.provider.limits.input_bytes; }));
  keys.push_back(integer("provider.limits.output_bytes",
                         "Most bytes of a task's outputs together, of 64 MiB at most each", 0, kBytesMax,
                         [](Config& c) -> auto& { return c.provider.limits.output_bytes; }));
}

void add_provider(std::vector<ConfigKey>& keys) {
  keys.push_back(boolean("provider.enabled", "Offers this machine's devices",
                         [](Config& c) -> auto& { return c.provider.enabled; }));
  keys.push_back(job_kinds());
  keys.push_back(texts("provider.devices_allow", "list of device ids", "Devices that are offered; all when empty",
                       device_id, [](Config& c) -> auto& { return c.provider.devices_allow; }));
  keys.push_back(texts("provider.devices_deny", "list of device ids", "Devices that are never offered", device_id,
                       [](Config& c) -> auto& { return c.provider.devices_deny; }));
  keys.push_back(credits(
      "provider.credit_limit",
      "How far this node works ahead of what a submitter has signed for, in all its agreements "
      "together: under way, ended, given up. At the limit work is held, outputs stay here and demands "
      "are refused (`credit_exhausted`). A submitter that never pays costs this much, once for each "
      "identity it makes; of what a submitter pays a sixteenth is forgiven of what it once left unpaid",
      std::numeric_limits<std::int64_t>::max(), [](Config& c) -> auto& { return c.provider.credit_limit.micro; }));
  keys.push_back(
      integer("provider.note_interval_ms",
              "Time between two usage notes of a task; those of long work are farther apart: an agreement has 2048",
              100, 60'000, [](Config& c) -> auto& { return c.provider.note_interval_ms; }));
  add_task_limits(keys);
  add_rates(keys);
}

// In the order of the enumeration.
std::vector<std::string> strategy_names() {
  std::vector<std::string> names;
  for (const placement::Strategy strategy : placement::strategies()) names.emplace_back(placement::name_of(strategy));
  return names;
}

void add_submitter_and_sandbox(std::vector<ConfigKey>& keys) {
  keys.push_back(optional_credits("submitter.budget", "Most that all jobs together may cost; no bound when absent",
                                  [](Config& c) -> auto& { return c.submitter.budget; }));
  keys.push_back(optional_credits("submitter.max_price", "Most that one job may cost; no bound when absent",
                                  [](Config& c) -> auto& { return c.submitter.max_price; }));
  keys.push_back(choice("submitter.strategy", "Which of the nodes that can run a job gets it", strategy_names(),
                        [](Config& c) -> auto& { return c.submitter.strategy; }));
  keys.push_back(texts("submitter.exclude", "list of peer ids", "Nodes that get no jobs", peer_id,
                       [](Config& c) -> auto& { return c.submitter.exclude; }));
  keys.push_back(choice("sandbox.tier", "What bounds a job's memory and processes; \"auto\": the best there is",
                        {"auto", "cgroup2", "cgroup1", "none"}, [](Config& c) -> auto& { return c.sandbox.tier; }));
  keys.push_back(boolean("sandbox.required",
                         "Offers nothing when the tier cannot be had; otherwise the best there is takes its place",
                         [](Config& c) -> auto& { return c.sandbox.required; }));
}

void add_store(std::vector<ConfigKey>& keys) {
  keys.push_back(integer("store.blob_bytes",
                         "Most bytes of inputs and outputs; those that were used longest ago make room for others, and "
                         "64 MiB of the disk stay free (a 64th of a small one)",
                         1 << 20, 1ULL << 50, [](Config& c) -> auto& { return c.store.blob_bytes; }));
  keys.push_back(integer("store.keep_outputs_hours",
                         "How long outputs of own jobs that nobody has fetched do not make room for others", 0,
                         24ULL * 366 * 10, [](Config& c) -> auto& { return c.store.keep_outputs_hours; }));
  keys.push_back(integer("store.keep_trails_days",
                         "How long paper trails that are settled are kept whole; then their receipts are", 1, 36'600,
                         [](Config& c) -> auto& { return c.store.keep_trails_days; }));
  keys.push_back(integer("store.trails",
                         "Most paper trails that are kept whole; of more the oldest that are settled go", 100,
                         jobs::kTrailsMax, [](Config& c) -> auto& { return c.store.trails; }));
}

std::vector<ConfigKey> all_keys() {
  std::vector<ConfigKey> keys;
  keys.push_back(text("data_directory", std::string(kPathType),
                      "Where the daemon keeps its keys, ledger and jobs; its own, and no other user can write to it",
                      absolute_path, [](Config& c) -> auto& { return c.data_directory; }));
  add_log_and_rpc(keys);
  add_overlay(keys);
  add_provider(keys);
  add_submitter_and_sandbox(keys);
  add_store(keys);
  const auto say = [&](std::string_view name, std::string_view what) {
    std::ranges::find(keys, name, &ConfigKey::name)->shown_default = what;
  };
  say("data_directory", "`/var/lib/quern` for root, else `$XDG_DATA_HOME/quern` or `~/.local/share/quern`");
  say("rpc.socket",
      "`/run/quern/quernd.socket` for root, else `$XDG_RUNTIME_DIR/quern/quernd.socket`, "
      "or `quernd.socket` in the data directory");
  say("rpc.websocket.token_file", "`rpc.token` in the data directory");
  return keys;
}

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> kKeys = all_keys();
  return kKeys;
}

std::vector<ConfigKey> device_rate_keys(const std::string& device) {
  std::vector<ConfigKey> keys;
  keys.reserve(model::kDimensions);
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    const model::DimensionText& dimension = model::text_of(static_cast<model::Dimension>(i));
    keys.push_back(credits(std::string(dimension.rate_name), rate_summary(dimension), model::kRateMax,
                           [i, device](Config& c) -> auto& { return c.provider.device_rates[device].rate[i]; }));
  }
  return keys;
}

const std::vector<ConfigSection>& config_sections() {
  static const std::vector<ConfigSection> kSections = {
      {"", "Before any section."},
      {"log", "What the daemon says on its standard error."},
      {"rpc", "How the command line and the desktop reach it."},
      {"rpc.websocket", "For callers that cannot use the Unix socket. Never off loopback."},
      {"rpc.limits", "What its callers may use; 0 allows nothing."},
      {"overlay", "How it reaches other nodes."},
      {"overlay.limits", "What other nodes may use of it; 0 allows nothing."},
      {"provider", "What it does for others."},
      {"provider.limits",
       "The most that one task may ask for. Of threads and memory no more is offered than this machine has."},
      {"provider.rates", "Prices of all devices that have none of their own. Absent: free."},
      {"submitter", "What it has others do."},
      {"sandbox", "What holds the jobs of others."},
      {"store", "What it keeps in its data directory."},
  };
  return kSections;
}

}  // namespace quern::daemon
