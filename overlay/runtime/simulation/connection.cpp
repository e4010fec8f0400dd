#include "overlay/runtime/simulation/connection.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/simulation/node.hpp"

namespace quern::simulation {

using runtime::Errc;
using runtime::fail;
using runtime::Result;

namespace {

constexpr Duration kResendMin = std::chrono::milliseconds(200);
constexpr Duration kResendMax = std::chrono::seconds(60);

std::uint64_t hash_bytes(std::span<const std::byte> bytes) {
  std::uint64_t hash = bytes.size();
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), size);
    hash = (hash ^ word) * 0x9fb21c651e98df25;
    hash ^= hash >> 32;
    bytes = bytes.subspan(size);
  }
  return hash;
}

class SimulatedStream final : public runtime::SocketStream {
 public:
  SimulatedStream(Connection& connection, std::size_t end) : connection_(&connection), end_(end) {
    local_ = connection.endpoint(end);
    remote_ = connection.endpoint(1 - end);
  }
  ~SimulatedStream() override { close(); }
  SimulatedStream(const SimulatedStream&) = delete;
  SimulatedStream& operator=(const SimulatedStream&) = delete;

  Task<Result<std::size_t>> read_some(std::span<std::byte> out) override {
    QUERN_ASSERT(!out.empty());
    for (;;) {
      if (!connection_) co_return fail(Errc::closed);
      Pipe& pipe = connection_->incoming(end_);
      if (const auto why = connection_->broken(end_)) co_return fail(*why);
      if (pipe.has_unread()) co_return pipe.take(out);
      if (pipe.at_end()) co_return fail(Errc::end_of_stream);
      co_await pipe.readable.wait();
    }
  }

  Task<Result<void>> wait_readable() override {
    for (;;) {
      if (!connection_) co_return fail(Errc::closed);
      Pipe& pipe = connection_->incoming(end_);
      if (connection_->broken(end_) || pipe.has_unread() || pipe.at_end()) co_return Result<void>();
      co_await pipe.readable.wait();
    }
  }

  Result<std::size_t> try_read(std::span<std::byte> out) override {
    QUERN_ASSERT(!out.empty());
    if (!connection_) return fail(Errc::closed);
    Pipe& pipe = connection_->incoming(end_);
    if (const auto why = connection_->broken(end_)) return fail(*why);
    if (pipe.has_unread()) return pipe.take(out);
    if (pipe.at_end()) return fail(Errc::end_of_stream);
    return 0;
  }

  Task<Result<void>> write(std::span<const std::byte> data) override {
    while (!data.empty()) {
      CO_TRY(const std::size_t size, try_write(data));
      if (size == 0) co_await connection_->outgoing(end_).writable.wait();
      data = data.subspan(size);
    }
    co_return Result<void>();
  }

  Result<std::size_t> try_write(std::span<const std::byte> data) override {
    if (!connection_) return fail(Errc::closed);
    Pipe& pipe = connection_->outgoing(end_);
    if (const auto why = connection_->broken(end_)) return fail(*why);
    if (pipe.end_sent()) return fail(Errc::closed);
    const std::size_t size = std::min({data.size(), pipe.space(), kSegmentBytes});
    if (size != 0) pipe.send(data.first(size));
    return size;
  }

  void shutdown_write() noexcept override {
    if (connection_ && !connection_->broken(end_)) connection_->outgoing(end_).send_end();
  }
  void close() noexcept override {
    if (auto* connection = std::exchange(connection_, nullptr)) connection->close(end_);
  }
  void abort() noexcept override {
    if (auto* connection = std::exchange(connection_, nullptr)) connection->abort(end_);
  }
  runtime::Endpoint local() const override { return local_; }
  runtime::Endpoint remote() const override { return remote_; }

 private:
  Connection* connection_;
  std::size_t end_;
  runtime::Endpoint local_;
  runtime::Endpoint remote_;
};

}  // namespace

Pipe::Pipe(Connection& connection, Node& from, Node& to)
    : connection_(connection), from_(from), to_(to), link_(connection.world().links().between(from.id(), to.id())) {}

Pipe::~Pipe() {
  connection_.world().remove_timer(*this);
}

std::size_t Pipe::space() const {
  const std::size_t used = flight_bytes_ + arrived_.size() - read_at_;
  const std::size_t limit = connection_.world().options().stream_buffer_bytes;
  return used < limit ? limit - used : 0;
}

void Pipe::send(std::span<const std::byte> data) {
  World& world = connection_.world();
  if (world.random().chance_ppm(link_.model.reset_ppm)) {
    connection_.send_reset(connection_.receiver_of(*this));
    connection_.break_end(1 - connection_.receiver_of(*this), Errc::reset);
    return;
  }
  enqueue({data.begin(), data.end()});
}

void Pipe::send_end() {
  if (std::exchange(end_sent_, true)) return;
  enqueue({});
}

void Pipe::enqueue(std::vector<std::byte> bytes) {
  World& world = connection_.world();
  const LinkModel& model = link_.model;
  Time left = std::max(world.now(), link_.free_at);
  if (model.bytes_per_second != 0) {
    const auto nanoseconds = static_cast<std::int64_t>(bytes.size() * 1'000'000'000 / model.bytes_per_second);
    left = left + Duration{nanoseconds};
    link_.free_at = left;
  }
  const Duration jitter{world.random().between(0, model.jitter.count())};
  last_arrival_ = std::max(last_arrival_, left + model.latency + jitter);
  flight_bytes_ += bytes.size();
  flight_.push_back({.bytes = std::move(bytes), .at = last_arrival_, .first_loss = Time::max()});
  if (flight_.size() == 1) world.add_timer(*this, last_arrival_);
}

void Pipe::fire() {
  World& world = connection_.world();
  Segment& head = flight_.front();
  const bool lost = !to_.machine_up() || !world.links().passes(link_, from_.id(), to_.id()) ||
                    world.random().chance_ppm(link_.model.loss_ppm);
  if (lost) {
    send_again(head);
    return;
  }
  Segment segment = std::move(head);
  flight_.pop_front();
  flight_bytes_ -= segment.bytes.size();
  if (!flight_.empty()) world.add_timer(*this, flight_.front().at);
  deliver(std::move(segment));
}

void Pipe::send_again(Segment& segment) {
  World& world = connection_.world();
  world.trace(TraceKind::loss, connection_.id());
  if (segment.losses++ == 0) segment.first_loss = world.now();
  if (world.now() - segment.first_loss >= world.options().stream_give_up) {
    const std::size_t sender = 1 - connection_.receiver_of(*this);
    discard();
    connection_.break_end(sender, Errc::timed_out);
    connection_.release_if_done();
    return;
  }
  // The first loss is noticed by what follows it; later ones by a timer that doubles.
  const Duration round_trip = 2 * link_.model.latency + link_.model.jitter;
  Duration wait = round_trip;
  if (segment.losses > 1) {
    const auto doublings = std::min<std::uint32_t>(segment.losses - 2, 16);
    wait = std::min(kResendMax, std::max(kResendMin, round_trip) * (1 << doublings));
  }
  world.add_timer(*this, world.now() + wait);
}

void Pipe::deliver(Segment segment) {
  World& world = connection_.world();
  const std::size_t end = connection_.receiver_of(*this);
  world.trace(segment.bytes.empty() ? TraceKind::end_of_stream : TraceKind::delivery, connection_.id());
  if (connection_.broken(end)) {  // nobody is there any more: data is answered by a reset, an end is not
    if (!segment.bytes.empty()) {
      discard();
      connection_.send_reset(1 - end);
    }
  } else if (segment.bytes.empty()) {
    end_arrived_ = true;
  } else {
    world.trace(hash_bytes(segment.bytes));
    arrived_.insert(arrived_.end(), segment.bytes.begin(), segment.bytes.end());
  }
  readable.wake();
  connection_.release_if_done();
}

std::size_t Pipe::take(std::span<std::byte> out) {
  const std::size_t size = std::min(out.size(), arrived_.size() - read_at_);
  std::copy_n(arrived_.begin() + static_cast<std::ptrdiff_t>(read_at_), size, out.begin());
  read_at_ += size;
  if (read_at_ == arrived_.size()) drop_unread();
  if (read_at_ >= kSegmentBytes) {
    arrived_.erase(arrived_.begin(), arrived_.begin() + static_cast<std::ptrdiff_t>(read_at_));
    read_at_ = 0;
  }
  writable.wake();
  return size;
}

void Pipe::drop_unread() {
  arrived_.clear();
  read_at_ = 0;
}

void Pipe::discard() {
  connection_.world().remove_timer(*this);
  flight_.clear();
  flight_bytes_ = 0;
}

Connection::Connection(Network& network, std::uint64_t id, Node& from, Node& to, runtime::Endpoint local,
                       runtime::Endpoint remote)
    : network_(network), id_(id), nodes_{&from, &to}, endpoints_{std::move(local), std::move(remote)} {
  pipes_[kDialer] = std::make_unique<Pipe>(*this, from, to);
  pipes_[kAcceptor] = std::make_unique<Pipe>(*this, to, from);
}

Connection::~Connection() = default;

World& Connection::world() {
  return network_.world();
}

runtime::SocketStreamPtr Connection::open(std::size_t end) {
  QUERN_ASSERT(!std::exchange(states_[end].opened, true));
  return std::make_unique<SimulatedStream>(*this, end);
}

void Connection::close(std::size_t end) {
  State& state = states_[end];
  const bool unread = incoming(end).has_unread();
  if (!state.broken && !unread) outgoing(end).send_end();
  if (!state.broken && unread) {
    outgoing(end).discard();
    send_reset(1 - end);
  }
  break_end(end, Errc::closed);
  state.gone = true;
  release_if_done();
}

void Connection::abort(std::size_t end) {
  if (!states_[end].broken) {
    outgoing(end).discard();
    send_reset(1 - end);
  }
  break_end(end, Errc::closed);
  states_[end].gone = true;
  release_if_done();
}

void Connection::break_end(std::size_t end, Errc why) {
  State& state = states_[end];
  if (state.broken) return;
  world().trace(TraceKind::broken, id_, static_cast<std::uint64_t>(why));
  state.broken = why;
  if (!state.opened) state.gone = true;
  incoming(end).drop_unread();
  incoming(end).readable.wake();
  outgoing(end).writable.wake();
  if (why != Errc::closed) outgoing(end).discard();
}

void Connection::send_reset(std::size_t to_end) {
  Node& from = node(1 - to_end);
  Node& to = node(to_end);
  Link& link = world().links().between(from.id(), to.id());
  const Duration jitter{world().random().between(0, link.model.jitter.count())};
  ++resets_under_way_;
  world().at(world().now() + link.model.latency + jitter, [this, to_end, &link] {
    --resets_under_way_;
    World& here = world();
    const bool passes =
        here.links().passes(link, node(1 - to_end).id(), node(to_end).id()) && node(to_end).machine_up();
    here.trace(TraceKind::reset, id_, passes ? 1 : 0);
    if (passes) break_end(to_end, Errc::reset);
    release_if_done();
  });
}

void Connection::release_if_done() {
  const bool gone = states_[0].gone && states_[1].gone;
  if (gone && pipes_[0]->idle() && pipes_[1]->idle() && resets_under_way_ == 0) network_.erase(*this);
}

}  // namespace quern::simulation
