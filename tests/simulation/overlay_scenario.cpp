#include "tests/simulation/overlay_scenario.hpp"

#include <string>
#include <utility>
#include <vector>

#include "overlay/runtime/simulation/network.hpp"
#include "overlay/runtime/simulation/node.hpp"
#include "overlay/runtime/simulation/world.hpp"

namespace quern::simulation {
namespace {

using namespace std::chrono_literals;
using runtime::Duration;
using runtime::Time;

// After the end everybody has this long to stop: more than the time-outs of what is under way, and than the network's
// own patience with a connection whose other end has vanished.
constexpr Duration kAftermath = 10min;
constexpr Duration kDownMax = 60s;   // of a crashed host
constexpr Duration kSplitMax = 60s;  // of a partition
constexpr std::uint32_t kSlowPairsPerHost = 5;

class Scenario {
 public:
  Scenario(std::uint64_t seed, OverlayOptions options)
      : options_(std::move(options)), draws_(seed ^ 0x6f76'6572'6c61'79), world_(world_options(seed)) {
    plan_.pause = options_.pause;
    plan_.calm = !options_.faults;
    plan_.leak = options_.planted_leak;
    plan_.honest = options_.hosts - options_.hostile;
    // Small enough for the hostile ones to reach them.
    plan_.limits = {.connections_in = 40,
                    .connections_out = 40,
                    .connections_in_per_ip = 8,
                    .handshakes_in = 16,
                    .handshakes_in_per_second_per_ip = 10,
                    .streams_in_per_protocol_per_peer = 32,
                    .memory_bytes = 4 << 20,
                    .memory_bytes_per_connection = 1 << 20};
    for (std::uint32_t id = 0; id < options_.hosts; ++id)
      plan_.addresses.emplace_back(boost::asio::ip::address_v4((10u << 24) + (id << 8) + 1));
    for (std::uint32_t id = 0; id < options_.hosts; ++id) add_node(id);
  }

  OverlayOutcome run() {
    if (options_.faults) schedule_faults();
    if (options_.each_second) look_each_second();
    outcome_.turns = world_.run_until(Time{} + options_.length);
    world_.links().heal();
    crash_hostile();
    outcome_.turns += world_.run_for(kAftermath);
    look_at_the_end();
    outcome_.trace_hash = world_.trace_hash();
    outcome_.next_random = world_.random().next();
    return outcome_;
  }

 private:
  // Quiet and rough worlds both occur.
  WorldOptions world_options(std::uint64_t seed) {
    WorldOptions options{.seed = seed};
    options.link = {.latency = Duration{draws_.between(1'000'000, 80'000'000)},
                    .jitter = Duration{draws_.between(0, 20'000'000)}};
    if (options_.faults) options.link.loss_ppm = static_cast<std::uint32_t>(draws_.below(30'000));
    return options;
  }

  bool hostile(std::uint32_t id) const { return id >= plan_.honest; }
  Attack attack_of(std::uint32_t id) const {
    return options_.only.value_or(static_cast<Attack>((id - plan_.honest) % kAttackCount));
  }

  void add_node(std::uint32_t id) {
    const auto drift = static_cast<std::int32_t>(draws_.between(-200, 200));
    const auto program = [this, id](Runtime& runtime) -> Task<void> {
      if (hostile(id)) return run_hostile_peer(runtime, id, attack_of(id), plan_, outcome_.tally);
      const Time end = runtime.clock().now() + (Time{} + options_.length - world_.now());
      return run_overlay_node(runtime, id, end, plan_, outcome_.tally);
    };
    world_.add_node({.addresses = {plan_.addresses[id]}, .drift_ppm = drift}, program);
  }

  void schedule_faults() {
    for (std::uint32_t i = 0; i < options_.hosts * kSlowPairsPerHost; ++i) slow_one_pair();
    const auto minutes = static_cast<std::uint64_t>(options_.length / 1min);
    const auto some_time = [this] { return Time{} + Duration{draws_.between(0, options_.length.count())}; };
    // In a minute about one host crashes, and every few minutes the world splits.
    for (std::uint64_t i = draws_.below(2 * minutes + 1); i > 0; --i) world_.at(some_time(), [this] { crash_one(); });
    for (std::uint64_t i = draws_.below(minutes / 4 + 1); i > 0; --i) world_.at(some_time(), [this] { split(); });
  }

  void look_each_second() {
    options_.each_second();
    world_.at(world_.now() + 1s, [this] { look_each_second(); });
  }

  void slow_one_pair() {
    const auto a = static_cast<NodeId>(draws_.below(options_.hosts));
    const auto b = static_cast<NodeId>(draws_.below(options_.hosts));
    if (a == b) return;
    world_.links().set(a, b,
                       {.latency = Duration{draws_.between(50'000'000, 1'500'000'000)},
                        .jitter = Duration{draws_.between(0, 500'000'000)},
                        .bytes_per_second = 2'000 + draws_.below(50'000),
                        .loss_ppm = static_cast<std::uint32_t>(draws_.below(100'000)),
                        .reset_ppm = static_cast<std::uint32_t>(draws_.below(20'000))});
  }

  void crash_one() {
    const auto id = static_cast<NodeId>(draws_.below(options_.hosts));
    if (!world_.running(id)) return;
    world_.crash(id, draws_.below(2) == 0 ? CrashKind::process : CrashKind::machine);
    ++outcome_.crashes;
    world_.at(world_.now() + Duration{draws_.between(0, Duration{kDownMax}.count())}, [this, id] {
      if (world_.now() < Time{} + options_.length) world_.restart(id);
    });
  }

  void split() {
    std::vector<std::vector<NodeId>> groups(2);
    for (NodeId id = 0; id < options_.hosts; ++id) groups[draws_.below(2)].push_back(id);
    world_.links().partition(groups);
    ++outcome_.partitions;
    world_.at(world_.now() + Duration{draws_.between(0, Duration{kSplitMax}.count())},
              [this] { world_.links().heal(); });
  }

  void crash_hostile() {
    for (NodeId id = 0; id < options_.hosts; ++id) {
      if (hostile(id) && world_.running(id)) world_.crash(id, CrashKind::process);
    }
  }

  // Everybody has stopped: nothing runs, waits or is connected.
  void look_at_the_end() {
    for (NodeId id = 0; id < options_.hosts; ++id) {
      if (const std::size_t tasks = world_.node(id).task_count())
        outcome_.tally.violated(std::to_string(tasks) + " tasks of host " + std::to_string(id) + " have not ended");
    }
    if (const std::size_t open = world_.network().open_connections())
      outcome_.tally.violated(std::to_string(open) + " connections are left in the network");
  }

  OverlayOptions options_;
  runtime::Random draws_;
  OverlayOutcome outcome_;
  OverlayPlan plan_;
  World world_;
};

}  // namespace

OverlayOutcome run_overlay_scenario(std::uint64_t seed, OverlayOptions options) {
  return Scenario(seed, std::move(options)).run();
}

}  // namespace quern::simulation
