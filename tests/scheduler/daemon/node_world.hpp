// A provider and a submitter as whole nodes, each on a simulated machine with its disk and its database: what a daemon
// wires, without the daemon's sandbox.
#pragma once
#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/simulation/world.hpp"
#include "scheduler/daemon/node.hpp"
#include "tests/overlay/connection/test_peers.hpp"
#include "tests/scheduler/engagement/timed_work.hpp"
#include "tests/scheduler/store/simulated_files.hpp"

namespace quern::daemon {

using namespace std::chrono_literals;
using runtime::Runtime;
using runtime::Task;
using runtime::Time;

// Does nothing for a while before it begins.
class SetUpRunner final : public engagement::Runner {
 public:
  SetUpRunner(Runtime& runtime, engagement::Runner& runner, const runtime::Duration& setup)
      : runtime_(runtime), runner_(runner), setup_(setup) {}
  Task<engagement::Finished> run(engagement::Work work, engagement::Meter& meter) override {
    if (setup_ > runtime::Duration{0}) co_await runtime_.clock().sleep_for(setup_);
    co_return co_await runner_.run(std::move(work), meter);
  }

 private:
  Runtime& runtime_;
  engagement::Runner& runner_;
  const runtime::Duration& setup_;
};

// What is to be seen of a node from outside.
struct NodeView {
  Balance balance;
  std::size_t working = 0;
  std::vector<ledger::Reservation> open;
  std::vector<JobRecord> jobs;
  std::optional<model::Offer> offer;  // its own
  model::Credits owed;                // by the trails that the jobs name
  std::vector<model::Why> problems;
};

class NodeWorld {
  struct Party {
    Config config;
    store::SimulatedFiles files;
    std::vector<std::string> log;
    std::optional<NodeView> view;
    runtime::Waiter look;
    bool submitted = false;
    bool stopping = false;
  };
  std::array<Party, 2> parties_;  // outlives the world, which ends what runs there
  runtime::Random draws_{1};

 public:
  static constexpr std::uint16_t kPort = 4001;
  static constexpr std::size_t kDiskBytes = 16 << 20;
  static constexpr simulation::NodeId kProvider = 0;
  static constexpr simulation::NodeId kSubmitter = 1;
  static constexpr Time kSubmitted = Time{} + 6s;  // when jobs come; before that the nodes find each other

  // `submitter_ahead`: what the submitter's civil clock is off.
  explicit NodeWorld(std::uint64_t seed = 1, runtime::Duration submitter_ahead = {})
      : world({.seed = seed, .link = simulation::Links::kLoopback, .shuffle_ties = true}) {
    for (Party& party : parties_) party.config = default_config({.home = "/home/ada"});
    parties_[kProvider].config.provider.enabled = true;
    parties_[kProvider].config.overlay.listen = {connection::multiaddr("/ip4/0.0.0.0/tcp/" + std::to_string(kPort))};
    for (const simulation::NodeId number : {kProvider, kSubmitter}) {
      world.add_node(
          {.wall_offset = number == kSubmitter ? submitter_ahead : runtime::Duration{}, .disk_bytes_max = kDiskBytes},
          [this, number](Runtime& runtime) { return live(runtime, number); });
    }
    parties_[kSubmitter].config.overlay.peers = {
        connection::multiaddr("/ip4/" + world.address_of(kProvider).to_string() + "/tcp/" + std::to_string(kPort) +
                              "/p2p/" + connection::test_peer(kProvider + 1).text())};
  }

  Config& config(simulation::NodeId number) { return parties_[number].config; }
  std::vector<std::string>& log(simulation::NodeId number) { return parties_[number].log; }
  store::SimulatedFiles& files(simulation::NodeId number) { return parties_[number].files; }

  void crash(simulation::NodeId number, simulation::CrashKind kind = simulation::CrashKind::process) {
    world.crash(number, kind);
    const bool machine = kind == simulation::CrashKind::machine;
    parties_[number].files.crash(machine ? store::Crash::prefix : store::Crash::all_kept, draws_);
  }
  // In good order, within a second.
  void stop(simulation::NodeId number) {
    parties_[number].stopping = true;
    parties_[number].look.wake();
    world.run_for(1s);
    EXPECT_FALSE(parties_[number].stopping);
    world.crash(number, simulation::CrashKind::process);
  }
  // Nothing happens to one that is away already.
  void crash_and_restart(simulation::NodeId number, runtime::Duration away,
                         simulation::CrashKind kind = simulation::CrashKind::process) {
    if (!world.running(number)) return;
    crash(number, kind);
    world.at(world.now() + away, [this, number] { world.restart(number); });
  }

  bool has_logged(simulation::NodeId number, std::string_view event) {
    const std::string text = "event=" + std::string(event) + " ";
    return std::ranges::any_of(log(number), [&](const std::string& line) { return line.contains(text); });
  }

  // Of a running node, which takes a second.
  NodeView view(simulation::NodeId number) {
    parties_[number].view.reset();
    parties_[number].look.wake();
    world.run_for(1s);
    return parties_[number].view.value_or(NodeView{});
  }

  simulation::World world;
  std::vector<model::Job> jobs = {engagement::sample_job()};  // of the submitter, at kSubmitted
  std::array<unsigned, 2> keys = {1, 2};                      // whose connection::test_key() each node has
  std::optional<runtime::Error> not_started;                  // why the last one did not that may not
  bool may_not_start = false;
  bool trails_may_go = false;
  bool submits = true;        // these
  std::string data = "data";  // beside the source, what jobs read
  runtime::Duration work_length = 300ms;
  runtime::Duration setup_length{0};
  std::shared_ptr<hwprobe::RecordedFiles> sensors = std::make_shared<hwprobe::RecordedFiles>();  // of every node
  std::optional<std::string> card;                                          // where the device is one
  std::function<Task<void>(Runtime&, simulation::NodeId)> before_start;     // each time
  std::function<runtime::Task<void>(Node&, simulation::NodeId)> with_node;  // once it has started, each time

 private:
  NodeDevice device() const {
    NodeDevice device{.id = "gpu", .name = "GPU", .driver = "pocl", .pci_address = card, .offered = {}, .why = {}};
    device.offered = engagement::sample_offer().devices.front();
    return device;
  }

  NodeParts parts(simulation::NodeId number) const {
    NodeParts parts{.config = parties_[number].config,
                    .key = connection::test_key(keys.at(number)),
                    .devices = {device()},
                    .sandbox = {},
                    .preshared_key = {},
                    .devices_of = [this](const auto&, const auto&) { return std::vector{device()}; }};
    parts.sources.files = sensors;
    parts.sources.nvml_library.clear();
    parts.sandbox.kinds = {{.kind = execution::SandboxKind::kernel_job, .held = true, .why = {}}};
    return parts;
  }

  Task<void> live(Runtime& runtime, simulation::NodeId number) {
    Party& party = parties_[number];
    if (before_start) co_await before_start(runtime, number);
    auto database = store::Database::open({.path = "quern.sqlite", .vfs = party.files.vfs()});
    if (!database) throw std::runtime_error(database.error().message());
    Log log(runtime.clock(), LogLevel::info, LogFormat::text,
            [&party](std::string_view line) { party.log.emplace_back(line); });
    blobs::BlobStore blobs(runtime, {.bytes_max = party.config.store.blob_bytes});
    EXPECT_TRUE(co_await blobs.load());
    engagement::TimedRunner timed(runtime, blobs, [this](const auto&) { return work_length; });
    SetUpRunner runner(runtime, timed, setup_length);
    Node node(runtime, runner, blobs, *database, log, parts(number));
    co_await runtime::with_cleanup<void>(
        [&]() -> Task<void> {
          const auto started = co_await node.start();
          if (!started && may_not_start) {
            not_started = started.error();
            co_return;
          }
          if (!started && world.running(number)) ADD_FAILURE() << started.error().message();
          if (with_node) co_await with_node(node, number);
          if (number == kSubmitter && submits && !std::exchange(party.submitted, true)) co_await submit(runtime, node);
          for (;;) {
            co_await party.look.wait();
            if (party.stopping) {
              co_await node.drain(0s);
              break;
            }
            party.view = co_await seen(node);
          }
        },
        [&] { return node.stop(); });
    party.stopping = false;
  }

  Task<void> submit(Runtime& runtime, Node& node) const {
    EXPECT_TRUE(co_await node.blobs().add(runtime::copy_of(runtime::bytes_of("source"))));
    EXPECT_TRUE(co_await node.blobs().add(runtime::copy_of(runtime::bytes_of(data))));
    co_await runtime.clock().sleep_for(kSubmitted - Time{});
    for (const model::Job& job : jobs) EXPECT_TRUE(co_await node.jobs().submit(job, placement::Strategy::cheapest, {}));
  }

  Task<NodeView> seen(Node& node) const {
    NodeView view{.balance = node.balance(),
                  .working = node.provider().working(),
                  .open = {},
                  .jobs = {},
                  .offer = {},
                  .owed = {},
                  .problems = node.problems()};
    if (const auto& own = node.own_offer()) view.offer = own->offer;
    auto open = co_await node.with_ledger([](const ledger::Ledger& ledger) { return ledger.open_reservations(); });
    if (open) view.open = *std::move(open);
    std::set<jobs::DemandId> counted;  // jobs may share an agreement
    for (const SubmittedJob* job : node.jobs().newest(kJobsShownMax)) {
      view.jobs.push_back(job->record);
      for (const JobTrail& entry : job->record.trails) {
        const agreement::Trail* trail = node.trail(entry.demand);
        EXPECT_TRUE(trail || trails_may_go) << "a job names a trail that is not there";
        if (trail && counted.insert(entry.demand).second) view.owed.micro += trail->owed().micro;
      }
    }
    co_return view;
  }

  static constexpr std::size_t kJobsShownMax = 100;
};

}  // namespace quern::daemon
