#include "tests/simulation/market_scenario.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "overlay/runtime/simulation/network.hpp"
#include "overlay/runtime/simulation/node.hpp"
#include "overlay/runtime/simulation/world.hpp"
#include "tests/scheduler/engagement/timed_work.hpp"
#include "tests/simulation/market_audit.hpp"
#include "tests/simulation/market_node.hpp"
#include "tests/simulation/overlay_node.hpp"

namespace quern::simulation {
namespace {

using namespace std::chrono_literals;
using runtime::Duration;
using runtime::Time;

constexpr Duration kJobsBefore = 12min;
constexpr Duration kDownMax = 90s;
constexpr Duration kSplitMax = 90s;
constexpr Duration kStopWithin = 2min;  // all nodes, when the end has come
constexpr std::uint32_t kSlowPairsPerNode = 2;
constexpr std::uint32_t kCrashesPerMinute = 4;  // at most, of one node each

class Scenario {
 public:
  Scenario(std::uint64_t seed, const MarketOptions& options)
      : options_(options), draws_(seed ^ 0x6d61'726b'6574), world_(world_options(seed)) {
    plan_.faults_end = Time{} + options_.faults;
    plan_.end = plan_.faults_end + options_.aftermath;
    plan_.planted_loss = options_.planted_loss;
    for (std::uint32_t node = 0; node < options_.nodes; ++node) {
      plan_.members.push_back(member(node));
      plan_.number_of[identity::PeerId::of(plan_.members[node].key.public_key()).text()] = node;
    }
    for (std::uint32_t node = 0; node < options_.nodes; ++node) add_node(node);
  }

  MarketOutcome run() {
    schedule_faults();
    outcome_.turns = world_.run_until(plan_.faults_end);
    world_.links().heal();
    for (NodeId node = 0; node < options_.nodes; ++node) {
      if (!world_.running(node) && !plan_.members[node].vanishes) world_.restart(node);
    }
    outcome_.turns += world_.run_until(plan_.end + kStopWithin);
    look_at_the_end();
    outcome_.totals = audit_market(plan_, files_, outcome_.tally);
    outcome_.trace_hash = world_.trace_hash();
    return outcome_;
  }

 private:
  WorldOptions world_options(std::uint64_t seed) {
    WorldOptions options{.seed = seed};
    options.link = {.latency = Duration{draws_.between(1'000'000, 80'000'000)},
                    .jitter = Duration{draws_.between(0, 20'000'000)},
                    .loss_ppm = static_cast<std::uint32_t>(draws_.below(20'000))};
    return options;
  }

  Duration drawn(Duration low, Duration high) { return Duration{draws_.between(low.count(), high.count())}; }

  Conduct conduct_of(std::uint32_t node) const {
    return node < options_.hostile ? static_cast<Conduct>(1 + node % (kConducts - 1)) : Conduct::honest;
  }

  MarketMember member(std::uint32_t node) {
    MarketMember made{.key = numbered_key(node),
                      .address = runtime::IpAddress(boost::asio::ip::address_v4((10u << 24) + (node << 8) + 1)),
                      .conduct = conduct_of(node),
                      .devices = {},
                      .speed_permille = 500 + draws_.below(1'000),
                      .credit_limit = {},
                      .jobs = {},
                      .budget = {draws_.below(8) == 0 ? 50'000'000 : 1'000'000'000'000},
                      .full_disk = {},
                      .vanishes = node >= options_.nodes - options_.vanishing};
    const bool cheats = made.conduct != Conduct::honest && made.conduct != Conduct::never_paying;
    const bool provides = cheats || (made.conduct == Conduct::honest && draws_.below(3) != 0);
    if (provides) make_provider(made);
    if (!provides || draws_.below(2) == 0) {
      for (auto jobs = 1 + draws_.below(3); jobs > 0; --jobs) made.jobs.push_back(job());
    }
    if (draws_.below(8) == 0) made.full_disk = FullDisk{drawn(1min, kJobsBefore), drawn(5s, 3min)};
    return made;
  }

  void make_provider(MarketMember& made) {
    const std::int64_t rate = draws_.between(300'000, 3'000'000);
    for (auto devices = 1 + draws_.below(3); devices > 0; --devices) {
      model::OfferedDevice device = engagement::sample_offer().devices.front();
      device.id = "device-" + std::to_string(devices);
      device.speed.fp32_flops = (2 + draws_.below(20)) * 1'000'000'000;
      device.rates[model::Dimension::device_time] = rate;
      if (draws_.below(10) == 0) device.global_memory_bytes = device.allocation_max_bytes = 1024;
      made.devices.push_back(device);
    }
    made.credit_limit = {rate * draws_.between(1, 4)};
  }

  MarketJob job() {
    constexpr std::uint64_t kStrategies = 6;
    MarketJob made{.at = drawn(1min, kJobsBefore),
                   .gflop = 1 + draws_.below(30),
                   .shards = static_cast<std::uint32_t>(1 + draws_.below(6)),
                   .strategy = static_cast<placement::Strategy>(draws_.below(kStrategies)),
                   .cancel_after = {}};
    if (draws_.below(10) == 0) made.cancel_after = drawn(1s, 20s);
    return made;
  }

  void add_node(std::uint32_t node) {
    files_.push_back(std::make_unique<store::SimulatedFiles>());
    const auto program = [this, node](Runtime& runtime) {
      return run_market_node(runtime, node, world_.now(), *files_[node], plan_, outcome_.tally);
    };
    world_.add_node({.addresses = {plan_.members[node].address},
                     .wall_offset = drawn(-20s, 20s),
                     .drift_ppm = static_cast<std::int32_t>(draws_.between(-200, 200)),
                     .disk_bytes_max = kMarketDiskBytes},
                    program);
  }

  void schedule_faults() {
    for (std::uint32_t i = 0; i < options_.nodes * kSlowPairsPerNode; ++i) slow_one_pair();
    const auto minutes = static_cast<std::uint64_t>(options_.faults / 1min);
    const auto some_time = [this] { return Time{} + drawn(0s, options_.faults); };
    for (auto i = draws_.below(kCrashesPerMinute * minutes + 1); i > 0; --i)
      world_.at(some_time(), [this] { crash_one(); });
    for (auto i = draws_.below(minutes / 3 + 1); i > 0; --i) world_.at(some_time(), [this] { split(); });
    for (NodeId node = 0; node < options_.nodes; ++node) {
      if (plan_.members[node].vanishes) world_.at(some_time(), [this, node] { crash(node); });
      for (const MarketJob& job : plan_.members[node].jobs) {
        // While it is at work.
        if (draws_.below(5) == 0)
          world_.at(Time{} + job.at + drawn(0s, 1min), [this, node] { crash_and_restart(node); });
      }
    }
  }

  void slow_one_pair() {
    const auto a = static_cast<NodeId>(draws_.below(options_.nodes));
    const auto b = static_cast<NodeId>(draws_.below(options_.nodes));
    if (a == b) return;
    world_.links().set(a, b,
                       {.latency = drawn(50ms, 1500ms),
                        .jitter = drawn(0s, 500ms),
                        .bytes_per_second = 10'000 + draws_.below(100'000),
                        .loss_ppm = static_cast<std::uint32_t>(draws_.below(50'000)),
                        .reset_ppm = static_cast<std::uint32_t>(draws_.below(10'000))});
  }

  void crash(NodeId node) {
    if (!world_.running(node)) return;
    const bool machine = draws_.below(2) == 0;
    world_.crash(node, machine ? CrashKind::machine : CrashKind::process);
    files_[node]->crash(machine ? store::Crash::scattered : store::Crash::all_kept, draws_);
    ++outcome_.crashes;
  }
  // Anybody, or one that is at work: there it does most harm.
  void crash_one() {
    std::vector<NodeId> some;
    for (const auto& [node, tasks] : outcome_.tally.at_work) {
      if (tasks > 0 && world_.running(node)) some.push_back(node);
    }
    const bool anybody = some.empty() || draws_.below(2) == 0;
    crash_and_restart(anybody ? static_cast<NodeId>(draws_.below(options_.nodes)) : some[draws_.below(some.size())]);
  }
  void crash_and_restart(NodeId node) {
    crash(node);
    if (plan_.members[node].vanishes) return;
    world_.at(world_.now() + drawn(1ms, kDownMax), [this, node] {
      if (world_.now() < plan_.faults_end && !world_.running(node)) world_.restart(node);
    });
  }

  void split() {
    std::vector<std::vector<NodeId>> groups(2);
    for (NodeId node = 0; node < options_.nodes; ++node) groups[draws_.below(2)].push_back(node);
    world_.links().partition(groups);
    ++outcome_.partitions;
    world_.at(world_.now() + drawn(1s, kSplitMax), [this] { world_.links().heal(); });
  }

  void look_at_the_end() {
    MarketTally& tally = outcome_.tally;
    for (NodeId node = 0; node < options_.nodes; ++node) {
      if (const std::size_t tasks = world_.node(node).task_count())
        tally.violated(std::to_string(tasks) + " tasks of node " + std::to_string(node) + " have not ended");
    }
    if (const std::size_t open = world_.network().open_connections())
      tally.violated(std::to_string(open) + " connections are left in the network");
    for (const auto& [job, times] : tally.submitted) {
      const bool ended = tally.ended.contains(job);
      if (!ended && !plan_.members[job.first].vanishes)
        tally.violated("job " + std::to_string(job.first) + "-" + std::to_string(job.second) + " has no end");
    }
  }

  MarketOptions options_;
  runtime::Random draws_;
  MarketOutcome outcome_;
  MarketPlan plan_;
  std::vector<std::unique_ptr<store::SimulatedFiles>> files_;
  World world_;
};

}  // namespace

MarketOutcome run_market_scenario(std::uint64_t seed, MarketOptions options) {
  return Scenario(seed, options).run();
}

}  // namespace quern::simulation
