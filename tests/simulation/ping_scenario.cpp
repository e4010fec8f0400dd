#include "tests/simulation/ping_scenario.hpp"

#include <utility>
#include <vector>

#include "overlay/runtime/simulation/world.hpp"

namespace quern::simulation {
namespace {

using namespace std::chrono_literals;
using runtime::Duration;
using runtime::Time;

constexpr Duration kLength = 60s;

class Scenario {
 public:
  Scenario(std::uint64_t seed, PingOptions options)
      : options_(options), draws_(seed ^ 0x7069'6e67), world_(world_options(seed)) {
    const std::size_t count = 3 + draws_.below(4);
    for (NodeId id = 0; id < count; ++id) addresses_.emplace_back(boost::asio::ip::address_v4((10u << 24) + id + 1));
    nodes_.resize(count);
    for (NodeId id = 0; id < count; ++id) add_node(id);
  }

  PingOutcome run() {
    schedule_faults();
    outcome_.turns = world_.run_until(Time{} + kLength);
    outcome_.trace_hash = world_.trace_hash();
    outcome_.next_random = world_.random().next();
    return outcome_;
  }

 private:
  struct Seen {
    PingEvents events;
    std::uint64_t started_at = 0;  // what the disk said at the last start
    std::uint64_t asked = 0;
  };

  // The faults a run has are themselves drawn, so that quiet and rough worlds both occur.
  WorldOptions world_options(std::uint64_t seed) {
    const auto some_ppm = [this](std::uint32_t max) {
      return draws_.below(3) == 0 ? 0 : static_cast<std::uint32_t>(draws_.below(max));
    };
    WorldOptions options{.seed = seed};
    options.link = {.latency = Duration{draws_.between(1'000'000, 40'000'000)},
                    .jitter = Duration{draws_.between(0, 60'000'000)},
                    .bytes_per_second = draws_.below(2) * 100'000,
                    .loss_ppm = some_ppm(200'000),
                    .duplicate_ppm = some_ppm(50'000)};
    return options;
  }

  void add_node(NodeId id) {
    Seen& seen = nodes_[id];
    seen.events.answered = [this, id](std::uint64_t asked, std::uint64_t got) {
      ++outcome_.answered;
      if (asked != got)
        violated("ping " + std::to_string(asked) + " took the reply to ping " + std::to_string(got), id);
      note_asked(id, asked);
    };
    seen.events.timed_out = [this, id](std::uint64_t asked) {
      ++outcome_.timed_out;
      note_asked(id, asked);
    };
    seen.events.started = [this, id](std::uint64_t count) {
      Seen& node = nodes_[id];
      if (count < node.asked)
        violated("the disk forgot ping " + std::to_string(node.asked) + ", it says " + std::to_string(count), id);
      node.started_at = count;
    };
    std::vector<runtime::IpAddress> peers = addresses_;
    peers.erase(peers.begin() + id);
    world_.add_node(
        {.addresses = {addresses_[id]}, .drift_ppm = static_cast<std::int32_t>(draws_.between(-100, 100))},
        [this, id, peers](Runtime& runtime) { return run_ping(runtime, peers, options_, nodes_[id].events); });
  }

  // Numbers only grow, except when the disk is lost.
  void note_asked(NodeId id, std::uint64_t asked) {
    if (asked <= nodes_[id].asked) violated("ping " + std::to_string(asked) + " was sent twice", id);
    nodes_[id].asked = asked;
  }

  void violated(std::string what, NodeId id) {
    if (outcome_.violation) return;
    outcome_.violation =
        std::move(what) + " on node " + std::to_string(id) + " at " + std::to_string(world_.now().ns) + " ns";
  }

  void schedule_faults() {
    const std::uint64_t faults = draws_.below(8);
    for (std::uint64_t i = 0; i < faults; ++i) {
      const Time at = Time{} + Duration{draws_.between(0, kLength.count())};
      if (draws_.below(2) == 0) {
        world_.at(at, [this] { crash_one(); });
      } else {
        world_.at(at, [this] { split(); });
      }
    }
  }

  void crash_one() {
    const auto id = static_cast<NodeId>(draws_.below(nodes_.size()));
    if (!world_.running(id)) return;
    const auto kind = draws_.below(2) == 0 ? CrashKind::process : CrashKind::machine;
    const auto fate = draws_.below(4) == 0 ? DiskFate::lost : DiskFate::kept;
    if (fate == DiskFate::lost) nodes_[id].asked = 0;
    world_.crash(id, kind, fate);
    ++outcome_.crashes;
    world_.at(world_.now() + Duration{draws_.between(0, 5'000'000'000)}, [this, id] { world_.restart(id); });
  }

  void split() {
    std::vector<std::vector<NodeId>> groups(2);
    for (NodeId id = 0; id < nodes_.size(); ++id) groups[draws_.below(2)].push_back(id);
    world_.links().partition(groups);
    ++outcome_.partitions;
    world_.at(world_.now() + Duration{draws_.between(0, 10'000'000'000)}, [this] { world_.links().heal(); });
  }

  PingOptions options_;
  runtime::Random draws_;
  PingOutcome outcome_;
  std::vector<runtime::IpAddress> addresses_;
  std::vector<Seen> nodes_;
  World world_;
};

}  // namespace

PingOutcome run_ping_scenario(std::uint64_t seed, PingOptions options) {
  return Scenario(seed, options).run();
}

}  // namespace quern::simulation
