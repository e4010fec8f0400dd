#include "overlay/runtime/simulation/node.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/simulation/network.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::simulation {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kEpochUnixMs = 1'767'225'600'000;  // 2026-01-01T00:00:00Z, when every world begins
constexpr Duration kOffloadMin = std::chrono::microseconds(10);
constexpr Duration kOffloadMax = std::chrono::milliseconds(2);

__extension__ using Wide = __int128;

}  // namespace

NodeClock::NodeClock(World& world, const NodeOptions& options)
    : world_(world), started_(world.now()), rate_ppm_(kMillion + options.drift_ppm), wall_offset_(options.wall_offset) {
  QUERN_ASSERT(options.drift_ppm >= -500'000 && options.drift_ppm <= 500'000);
}

Time NodeClock::to_node(Time world) const {
  return Time{static_cast<std::int64_t>(static_cast<Wide>(world.ns - started_.ns) * rate_ppm_ / kMillion)};
}

Time NodeClock::to_world(Time node) const {
  if (node.ns <= 0) return started_;
  const Wide elapsed = (static_cast<Wide>(node.ns) * kMillion + rate_ppm_ - 1) / rate_ppm_;
  const Wide at = elapsed + started_.ns;
  return at > INT64_MAX ? Time::max() : Time{static_cast<std::int64_t>(at)};
}

runtime::WallTime NodeClock::wall_now() const {
  const auto offset = std::chrono::duration_cast<std::chrono::milliseconds>(wall_offset_);
  return {kEpochUnixMs + world_.now().ns / kMillion + offset.count()};
}

Node::Node(World& world, NodeId id, NodeOptions options, Program program)
    : world_(world),
      id_(id),
      options_(std::move(options)),
      program_(std::move(program)),
      disk_(options_.disk_bytes_max) {}

Node::~Node() = default;

runtime::Executor Node::executor() {
  return World::NodeExecutor(world_, *this);
}

runtime::Network& Node::network() {
  return *network_view_;
}

bool Node::has_address(const IpAddress& address) const {
  return std::ranges::find(options_.addresses, address) != options_.addresses.end();
}

void Node::start() {
  running_ = true;
  machine_up_ = true;
  ++life_;
  random_ = world_.random().fork();
  secrets_ = world_.random().fork();
  tasks_.reset();
  clock_ = std::make_unique<NodeClock>(world_, options_);
  network_view_ = world_.network().view(*this);
  disk_view_ = make_disk(world_, *this, disk_);
  tasks_ = std::make_unique<runtime::TaskGroup>(executor());
  tasks_->spawn(program_(*this));
}

void Node::crash(CrashKind kind, DiskFate fate) {
  running_ = false;
  machine_up_ = kind != CrashKind::machine;
  if (fate == DiskFate::lost) {
    disk_.files.clear();
  } else {
    disk_.crash(world_.random());
  }
  tasks_->cancel();
}

Task<void> Node::offload_work(std::move_only_function<void()> work) {
  // As on the real pool: other tasks run meanwhile, and the caller's cancellation waits for the end of the work.
  const Time done = world_.now() + Duration{random_.between(kOffloadMin.count(), kOffloadMax.count())};
  const bool throwing = co_await boost::asio::this_coro::throw_if_cancelled();
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  while (running_ && world_.now() < done) {
    try {
      co_await world_.sleep_until(done);
    } catch (const boost::system::system_error&) {
      continue;
    }
  }
  co_await boost::asio::this_coro::throw_if_cancelled(throwing);
  // A dead node works no more. Its tasks learn of it one after the other, and this one may be the first.
  if (!running_) throw boost::system::system_error(boost::asio::error::operation_aborted);
  work();
}

}  // namespace quern::simulation
