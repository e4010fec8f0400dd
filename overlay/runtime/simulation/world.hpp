// The simulator: many nodes in one process and one thread under virtual time. The same seed gives the same run, bit for
// bit.
//
//   World world({.seed = 42});
//   const NodeId a = world.add_node({.name = "a"}, [](Runtime& runtime) -> Task<> { ... });
//   world.at(Time{} + 10s, [&] { world.crash(a, CrashKind::process); });
//   world.run_until(Time{} + 1h);
//   EXPECT_EQ(world.trace_hash(), ...);
//
// A world is driven from outside (run_until) and by what was scheduled with at(); nodes reach it only through their
// Runtime. Nothing in it reads a clock, starts a thread or uses an Asio timer. It models what changes a protocol's
// behaviour (order, delay, loss, silence, crashes, lost writes), not a kernel: see network.hpp and disk.hpp beside this
// file for the models and their limits.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/network.hpp"
#include "overlay/runtime/random.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/simulation/link.hpp"
#include "overlay/runtime/timer_queue.hpp"

namespace quern::simulation {

using runtime::IpAddress;
using runtime::Runtime;
using runtime::Task;

class Network;
class Node;

// What a node runs from each start to its end or crash. Called again at every restart.
using Program = std::function<Task<void>(Runtime&)>;

struct WorldOptions {
  std::uint64_t seed = 1;
  LinkModel link;  // between nodes with no link of their own
  // Things due at the same instant happen in an order drawn from the seed instead of the order they were scheduled in:
  // finds code that relies on an order nobody promised.
  bool shuffle_ties = true;
  std::size_t stream_buffer_bytes = 256 << 10;  // in flight and unread, one direction of one connection
  std::size_t datagram_queue_max = 256;         // unread datagrams of one socket; the next is dropped
  Duration connect_give_up = std::chrono::seconds(60);
  Duration stream_give_up =
      std::chrono::minutes(5);  // a segment that cannot be delivered for so long breaks its connection
};

struct NodeOptions {
  std::string name;                  // "node-N" when empty
  std::vector<IpAddress> addresses;  // 10.0.0.0/8 by node number when empty
  Duration wall_offset{0};           // how far its civil clock is off
  std::int32_t drift_ppm = 0;        // how much faster its monotonic clock runs; -500'000 to 500'000
  std::size_t disk_bytes_max = 1 << 30;
};

enum class CrashKind {
  process,  // as kill -9: the system lives on and resets its connections
  machine,  // as a power cut: silence
};
enum class DiskFate { kept, lost };

// What a trace entry is about.
enum class TraceKind : std::uint64_t {
  turn = 1,
  start,
  crash,
  delivery,
  loss,
  end_of_stream,
  reset,
  broken,
  datagram,
  datagram_lost,
};

class World final : public boost::asio::execution_context {
 public:
  class NodeExecutor;

  explicit World(WorldOptions options);
  ~World();  // crashes what still runs
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Adds a node and starts it in the next turn.
  NodeId add_node(NodeOptions options, Program program);
  // Kills a node: its connections and sockets are dead at once, then its tasks are cancelled. Nothing they do while
  // they unwind reaches the network or the disk. Asserts that they all end in the same instant. A program that has
  // ended can be crashed too.
  void crash(NodeId node, CrashKind kind, DiskFate disk = DiskFate::kept);
  // Starts a crashed node's program again; its disk is as the crash left it.
  void restart(NodeId node);
  bool running(NodeId node) const;

  Links& links() { return links_; }
  // What every node's resolver answers for a name; an empty list removes it.
  void set_name(const std::string& host, std::vector<IpAddress> addresses);

  // Runs an action at a time, outside all nodes.
  void at(Time when, std::move_only_function<void()> action);
  // Runs everything due up to `limit` and sets the time to it. Returns the number of turns run.
  std::uint64_t run_until(Time limit);
  std::uint64_t run_for(Duration duration) { return run_until(now_ + duration); }

  Time now() const { return now_; }
  // For scenarios; nodes have their own.
  runtime::Random& random() { return random_; }
  const WorldOptions& options() const { return options_; }
  IpAddress address_of(NodeId node) const;
  Node& node(NodeId node) { return *nodes_.at(node); }
  std::size_t node_count() const { return nodes_.size(); }
  Network& network() { return *network_; }

  // A hash over every turn, delivery, loss, connection, crash and observation so far. Equal for equal seeds and
  // programs.
  std::uint64_t trace_hash() const { return trace_hash_; }
  void trace(std::uint64_t value) {
    trace_hash_ = (trace_hash_ ^ value) * 0x9fb21c651e98df25;
    trace_hash_ ^= trace_hash_ >> 32;
  }
  void trace(TraceKind kind, std::uint64_t subject, std::uint64_t detail = 0) {
    trace(static_cast<std::uint64_t>(kind) << 56 ^ detail << 32 ^ subject);
  }

  // For the parts of the simulator.
  void post(Node& node, std::move_only_function<void()> turn);
  void add_timer(runtime::TimerNode& timer, Time when);
  void remove_timer(runtime::TimerNode& timer) noexcept { timers_.remove(timer); }
  Task<void> sleep_until(Time when);
  Task<void> sleep_for(Duration duration) { return sleep_until(now_ + duration); }
  const std::vector<IpAddress>* find_name(const std::string& host) const;

 private:
  struct Turn {
    Node* node;
    std::move_only_function<void()> run;
  };
  class Action;

  std::uint64_t run_ready();
  void check_crashed_nodes_are_empty();
  static std::string describe(const void* subject);

  WorldOptions options_;
  Time now_;
  runtime::Random random_;
  runtime::Random tie_random_;
  std::uint64_t trace_hash_ = 0;
  Links links_;
  runtime::TimerQueue timers_;
  std::deque<Turn> ready_;
  std::map<std::uint64_t, std::unique_ptr<Action>> actions_;
  std::uint64_t action_count_ = 0;
  std::map<std::string, std::vector<IpAddress>> names_;
  std::vector<NodeId> crashed_;  // in this instant, not yet seen empty
  Node* current_ = nullptr;
  std::unique_ptr<Network> network_;
  std::vector<std::unique_ptr<Node>> nodes_;
  runtime::AssertionContext outer_context_;
};

// The executor of one node's tasks; models the standard executor that Asio's co_spawn and any_io_executor need.
class World::NodeExecutor {
 public:
  NodeExecutor(World& world, Node& node) noexcept : world_(&world), node_(&node) {}
  World& query(boost::asio::execution::context_t /*unused*/) const noexcept { return *world_; }
  static constexpr boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t /*unused*/) noexcept {
    return boost::asio::execution::blocking.never;
  }
  NodeExecutor require(boost::asio::execution::blocking_t::never_t /*unused*/) const noexcept { return *this; }
  template <class F>
  void execute(F turn) const {
    world_->post(*node_, std::move(turn));
  }
  friend bool operator==(const NodeExecutor& a, const NodeExecutor& b) noexcept = default;

 private:
  World* world_;
  Node* node_;
};

}  // namespace quern::simulation
