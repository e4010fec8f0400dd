// One simulated node: the Runtime its program sees, its clock, and its life from start to crash.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/simulation/disk.hpp"
#include "overlay/runtime/simulation/world.hpp"
#include "overlay/runtime/task_group.hpp"

namespace quern::simulation {

// A clock that starts at 0 with its node, may run fast or slow, and shows a civil time that may be off.
class NodeClock final : public runtime::Clock {
 public:
  NodeClock(World& world, const NodeOptions& options);
  Time now() const override { return to_node(world_.now()); }
  runtime::WallTime wall_now() const override;
  void add(runtime::TimerNode& timer, Time at) override { world_.add_timer(timer, to_world(at)); }
  void remove(runtime::TimerNode& timer) noexcept override { world_.remove_timer(timer); }

 private:
  Time to_node(Time world) const;
  Time to_world(Time node) const;  // the first instant at which this clock shows `node` or more

  World& world_;
  Time started_;
  std::int64_t rate_ppm_;  // a million on a true clock
  Duration wall_offset_;
};

class Node final : public Runtime {
 public:
  Node(World& world, NodeId id, NodeOptions options, Program program);
  ~Node() override;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  std::string_view node() const override { return options_.name; }
  runtime::Executor executor() override;
  runtime::Clock& clock() override { return *clock_; }
  runtime::Network& network() override;
  runtime::Disk& disk() override { return *disk_view_; }
  runtime::Random& random() override { return random_; }
  void fill_secret(std::span<std::byte> out) override { secrets_.fill(out); }
  void trace(std::uint64_t value) override { world_.trace(value); }
  Task<void> offload_work(std::move_only_function<void()> work) override;

  NodeId id() const { return id_; }
  const NodeOptions& options() const { return options_; }
  bool has_address(const IpAddress& address) const;
  // Whether its program may act: false from the crash on. `life` numbers its starts.
  bool running() const { return running_; }
  bool machine_up() const { return machine_up_; }
  std::uint32_t life() const { return life_; }
  std::size_t task_count() const { return tasks_ ? tasks_->size() : 0; }

  void start();
  void crash(CrashKind kind, DiskFate fate);

 private:
  World& world_;
  NodeId id_;
  NodeOptions options_;
  Program program_;
  DiskContent disk_;
  bool running_ = false;
  bool machine_up_ = true;
  std::uint32_t life_ = 0;
  runtime::Random random_{0};
  runtime::Random secrets_{0};
  std::unique_ptr<NodeClock> clock_;
  std::unique_ptr<runtime::Network> network_view_;
  std::unique_ptr<runtime::Disk> disk_view_;
  std::unique_ptr<runtime::TaskGroup> tasks_;
};

}  // namespace quern::simulation
