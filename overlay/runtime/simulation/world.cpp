#include "overlay/runtime/simulation/world.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/simulation/network.hpp"
#include "overlay/runtime/simulation/node.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::simulation {
namespace {

// More turns than this at one instant is a program that spins: virtual time would never move again.
constexpr std::uint64_t kTurnsPerInstantMax = 20'000'000;

}  // namespace

class World::Action final : public runtime::TimerNode {
 public:
  Action(World& world, std::uint64_t key, std::move_only_function<void()> run)
      : world_(world), key_(key), run_(std::move(run)) {}
  void fire() override {
    const auto self = world_.actions_.extract(key_);
    run_();
  }

 private:
  World& world_;
  std::uint64_t key_;
  std::move_only_function<void()> run_;
};

World::World(WorldOptions options)
    : options_(options),
      random_(options.seed),
      tie_random_(random_.fork()),
      links_(options.link),
      network_(std::make_unique<Network>(*this)),
      outer_context_(runtime::exchange_assertion_context({&World::describe, this})) {}

World::~World() {
  for (NodeId node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node]->running()) crash(node, CrashKind::machine);
  }
  run_ready();
  for (const auto& [key, action] : actions_) timers_.remove(*action);
  network_.reset();
  nodes_.clear();
  runtime::exchange_assertion_context(outer_context_);
  shutdown();
  destroy();
}

std::string World::describe(const void* subject) {
  const auto& world = *static_cast<const World*>(subject);
  return std::string("node ") + (world.current_ ? std::string(world.current_->node()) : "none") + ", virtual time " +
         std::to_string(world.now_.ns) + " ns, seed " + std::to_string(world.options_.seed);
}

NodeId World::add_node(NodeOptions options, Program program) {
  const auto id = static_cast<NodeId>(nodes_.size());
  if (options.name.empty()) options.name = "node-" + std::to_string(id);
  if (options.addresses.empty()) options.addresses.emplace_back(boost::asio::ip::address_v4((10u << 24) + id + 1));
  nodes_.push_back(std::make_unique<Node>(*this, id, std::move(options), std::move(program)));
  network_->add_addresses(*nodes_.back());
  trace(TraceKind::start, id);
  nodes_.back()->start();
  return id;
}

void World::crash(NodeId node, CrashKind kind, DiskFate disk) {
  Node& victim = *nodes_.at(node);
  QUERN_ASSERT(victim.running(), "only a running node can crash");
  trace(TraceKind::crash, node);
  victim.crash(kind, disk);  // cancels first: a task parked on a socket unwinds rather than learn that it closed
  network_->crash(victim, kind);
  crashed_.push_back(node);
}

void World::restart(NodeId node) {
  Node& crashed = *nodes_.at(node);
  QUERN_ASSERT(!crashed.running(), "only a crashed node can be restarted");
  run_ready();
  trace(TraceKind::start, node);
  crashed.start();
}

bool World::running(NodeId node) const {
  return nodes_.at(node)->running();
}

IpAddress World::address_of(NodeId node) const {
  return nodes_.at(node)->options().addresses.front();
}

void World::set_name(const std::string& host, std::vector<IpAddress> addresses) {
  if (addresses.empty()) {
    names_.erase(host);
  } else {
    names_[host] = std::move(addresses);
  }
}

const std::vector<IpAddress>* World::find_name(const std::string& host) const {
  const auto name = names_.find(host);
  return name == names_.end() ? nullptr : &name->second;
}

void World::at(Time when, std::move_only_function<void()> action) {
  const std::uint64_t key = ++action_count_;
  auto& slot = actions_[key];
  slot = std::make_unique<Action>(*this, key, std::move(action));
  add_timer(*slot, when);
}

void World::post(Node& node, std::move_only_function<void()> turn) {
  ready_.push_back({&node, std::move(turn)});
}

void World::add_timer(runtime::TimerNode& timer, Time when) {
  timers_.add(timer, std::max(when, now_), options_.shuffle_ties ? tie_random_.next() : 0);
}

Task<void> World::sleep_until(Time when) {
  class Alarm final : public runtime::TimerNode {
   public:
    explicit Alarm(World& world) : world_(world) {}
    ~Alarm() override { world_.remove_timer(*this); }
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;
    void fire() override { waiter.wake(); }
    runtime::Waiter waiter;

   private:
    World& world_;
  } alarm(*this);
  add_timer(alarm, when);
  co_await alarm.waiter.wait();
}

std::uint64_t World::run_ready() {
  std::uint64_t count = 0;
  while (!ready_.empty()) {
    Turn turn = std::move(ready_.front());
    ready_.pop_front();
    trace(TraceKind::turn, turn.node->id());
    current_ = turn.node;
    turn.run();
    current_ = nullptr;
    QUERN_ASSERT(++count < kTurnsPerInstantMax, "virtual time stands still: some task never waits");
  }
  if (!crashed_.empty()) check_crashed_nodes_are_empty();
  return count;
}

void World::check_crashed_nodes_are_empty() {
  for (const NodeId id : std::exchange(crashed_, {})) {
    QUERN_ASSERT(nodes_[id]->task_count() == 0, "a crashed node's task did not end when it was cancelled");
  }
}

std::uint64_t World::run_until(Time limit) {
  std::uint64_t count = run_ready();
  while (!timers_.empty() && timers_.next_at() <= limit) {
    now_ = timers_.next_at();
    trace(static_cast<std::uint64_t>(now_.ns));
    timers_.pop().fire();
    count += run_ready();
  }
  now_ = std::max(now_, limit);
  return count;
}

}  // namespace quern::simulation
