#include "overlay/connection/limits.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <utility>

#include "overlay/runtime/address_range.hpp"

namespace quern::connection {

using runtime::fail;
using runtime::IpAddress;
using runtime::Result;

namespace {

struct NamedLimit {
  std::string_view name;
  std::size_t Limits::* field;
};
constexpr std::array kLimits = {
    NamedLimit{"connections_in", &Limits::connections_in},
    NamedLimit{"connections_out", &Limits::connections_out},
    NamedLimit{"connections_per_peer", &Limits::connections_per_peer},
    NamedLimit{"connections_in_per_ip", &Limits::connections_in_per_ip},
    NamedLimit{"handshakes_in", &Limits::handshakes_in},
    NamedLimit{"handshakes_in_per_second", &Limits::handshakes_in_per_second},
    NamedLimit{"handshakes_in_per_second_per_ip", &Limits::handshakes_in_per_second_per_ip},
    NamedLimit{"dials", &Limits::dials},
    NamedLimit{"dials_waiting", &Limits::dials_waiting},
    NamedLimit{"dials_per_second", &Limits::dials_per_second},
    NamedLimit{"streams_in_per_protocol", &Limits::streams_in_per_protocol},
    NamedLimit{"streams_in_per_protocol_per_peer", &Limits::streams_in_per_protocol_per_peer},
    NamedLimit{"streams_out_per_protocol_per_peer", &Limits::streams_out_per_protocol_per_peer},
    NamedLimit{"memory_bytes", &Limits::memory_bytes},
    NamedLimit{"memory_bytes_per_connection", &Limits::memory_bytes_per_connection},
};
static_assert(kLimits.size() * sizeof(std::size_t) == sizeof(Limits), "a limit has no name");

using Counter = std::shared_ptr<std::size_t>;

// Counters by key, which leave by themselves when nothing holds them.
template <class Key>
class Counters {
 public:
  std::size_t value(const Key& key) const {
    const auto found = by_key_->find(key);
    return found == by_key_->end() ? 0 : *found->second.lock();
  }
  std::size_t sum() const {
    std::size_t sum = 0;
    for (const auto& [key, counter] : *by_key_) sum += *counter.lock();
    return sum;
  }
  Reservation reserve(const Key& key) {
    if (const auto found = by_key_->find(key); found != by_key_->end()) return Reservation(found->second.lock());
    const auto forget = [key, table = std::weak_ptr(by_key_)](const std::size_t* count) {
      if (const auto alive = table.lock()) alive->erase(key);
      delete count;
    };
    const Counter counter(new std::size_t(0), forget);
    by_key_->emplace(key, counter);
    return Reservation(counter);
  }

 private:
  using Table = std::map<Key, std::weak_ptr<std::size_t>>;
  std::shared_ptr<Table> by_key_ = std::make_shared<Table>();
};

// Where an address's limits are counted: an IPv6 user has a whole /64.
IpAddress counted_as(const IpAddress& address) {
  const IpAddress plain = runtime::plain_address(address);
  return plain.is_v6() ? runtime::masked(plain, 64) : plain;
}

std::string shown(const IpAddress& counted) {
  return counted.is_v6() ? counted.to_string() + "/64" : counted.to_string();
}

// What happened in the last second, all and by address.
class LastSecond {
 public:
  void forget_before(runtime::Time now) {
    while (!events_.empty() && now - events_.front().at >= std::chrono::seconds(1)) {
      if (const auto& from = events_.front().from) {
        const auto count = by_address_.find(*from);
        if (--count->second == 0) by_address_.erase(count);
      }
      events_.pop_front();
    }
  }
  std::size_t all() const { return events_.size(); }
  std::size_t of(const IpAddress& address) const {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? 0 : found->second;
  }
  void add(runtime::Time now, const std::optional<IpAddress>& from) {
    events_.push_back({now, from});
    if (from) ++by_address_[*from];
  }

 private:
  struct Event {
    runtime::Time at;
    std::optional<IpAddress> from;
  };
  std::deque<Event> events_;  // at most Limits::handshakes_in_per_second
  std::map<IpAddress, std::size_t> by_address_;
};

Result<void> below(std::string_view name, std::size_t used, std::size_t limit, std::string_view whom) {
  if (used < limit) return {};
  return std::unexpected(limit_error(name, used + 1, limit, whom));
}

}  // namespace

Result<void> set_limit(Limits& limits, std::string_view name, std::uint64_t value) {
  for (const NamedLimit& limit : kLimits) {
    if (limit.name != name) continue;
    limits.*limit.field = value;
    return {};
  }
  return fail(runtime::Errc::not_found, "no limit is named \"" + std::string(name) + "\"");
}

std::map<std::string, std::uint64_t> limits_by_name(const Limits& limits) {
  std::map<std::string, std::uint64_t> out;
  for (const NamedLimit& limit : kLimits) out.emplace(limit.name, limits.*limit.field);
  return out;
}

runtime::Error limit_error(std::string_view name, std::size_t value, std::size_t limit, std::string_view whom) {
  return runtime::Error(runtime::Errc::limit_reached, std::string(name) + ": " + std::to_string(value) + " of " +
                                                          std::to_string(limit) + " for " + std::string(whom));
}

Reservation::Reservation(std::shared_ptr<std::size_t> counter) : counter_(std::move(counter)) {
  ++*counter_;
}

Reservation::~Reservation() {
  if (counter_) --*counter_;
}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this == &other) return *this;
  if (counter_) --*counter_;
  counter_ = std::move(other.counter_);
  return *this;
}

struct LimitBook::State {
  State(runtime::Clock& c, const Limits& l) : clock(c), limits(l) {}

  runtime::Clock& clock;
  Limits limits;
  Counter handshakes = std::make_shared<std::size_t>(0);
  Counter connections_in = std::make_shared<std::size_t>(0);
  Counter connections_out = std::make_shared<std::size_t>(0);
  LastSecond accepted;
  Counters<IpAddress> by_address;
  Counters<identity::PeerId> by_peer;
  Counters<std::string> streams_in;
  Counters<std::pair<identity::PeerId, std::string>> streams_in_by_peer;
  Counters<std::pair<identity::PeerId, std::string>> streams_out_by_peer;
};

LimitBook::LimitBook(runtime::Clock& clock, const Limits& limits) : state_(std::make_unique<State>(clock, limits)) {}
LimitBook::~LimitBook() = default;

const Limits& LimitBook::limits() const {
  return state_->limits;
}

std::size_t LimitBook::reserved() const {
  const State& book = *state_;
  return *book.handshakes + *book.connections_in + *book.connections_out + book.by_address.sum() + book.by_peer.sum() +
         book.streams_in.sum() + book.streams_in_by_peer.sum() + book.streams_out_by_peer.sum();
}

Result<InboundReservation> LimitBook::accept(const IpAddress* from) {
  State& book = *state_;
  const Limits& limits = book.limits;
  const auto address = from ? std::optional(counted_as(*from)) : std::nullopt;
  const std::string whom = address ? shown(*address) : "all";
  const runtime::Time now = book.clock.now();
  book.accepted.forget_before(now);
  if (auto ok = below("connections_in", *book.connections_in, limits.connections_in, whom); !ok) {
    return std::unexpected(std::move(ok).error());
  }
  if (auto ok = below("handshakes_in", *book.handshakes, limits.handshakes_in, whom); !ok) {
    return std::unexpected(std::move(ok).error());
  }
  if (auto ok = below("handshakes_in_per_second", book.accepted.all(), limits.handshakes_in_per_second, whom); !ok) {
    return std::unexpected(std::move(ok).error());
  }
  InboundReservation taken;
  if (address) {
    if (auto ok = below("handshakes_in_per_second_per_ip", book.accepted.of(*address),
                        limits.handshakes_in_per_second_per_ip, whom);
        !ok) {
      return std::unexpected(std::move(ok).error());
    }
    if (auto ok = below("connections_in_per_ip", book.by_address.value(*address), limits.connections_in_per_ip, whom);
        !ok) {
      return std::unexpected(std::move(ok).error());
    }
    taken.address = book.by_address.reserve(*address);
  }
  book.accepted.add(now, address);
  taken.handshake = Reservation(book.handshakes);
  taken.connection = Reservation(book.connections_in);
  return taken;
}

Result<Reservation> LimitBook::connection_out() {
  const std::size_t limit = state_->limits.connections_out;
  if (auto ok = below("connections_out", *state_->connections_out, limit, "this node"); !ok) {
    return std::unexpected(std::move(ok).error());
  }
  return Reservation(state_->connections_out);
}

Result<Reservation> LimitBook::connection_with(const identity::PeerId& peer) {
  const std::size_t limit = state_->limits.connections_per_peer;
  if (auto ok = below("connections_per_peer", state_->by_peer.value(peer), limit, peer.text()); !ok) {
    return std::unexpected(std::move(ok).error());
  }
  return state_->by_peer.reserve(peer);
}

Result<StreamReservation> LimitBook::stream_in(const identity::PeerId& peer, std::string_view protocol) {
  State& book = *state_;
  const std::string id(protocol);
  const std::pair key(peer, id);
  if (book.streams_in.value(id) >= book.limits.streams_in_per_protocol) {
    return std::unexpected(limit_error("streams_in_per_protocol", book.streams_in.value(id) + 1,
                                       book.limits.streams_in_per_protocol, id + " from " + peer.text()));
  }
  if (book.streams_in_by_peer.value(key) >= book.limits.streams_in_per_protocol_per_peer) {
    return std::unexpected(limit_error("streams_in_per_protocol_per_peer", book.streams_in_by_peer.value(key) + 1,
                                       book.limits.streams_in_per_protocol_per_peer, id + " from " + peer.text()));
  }
  return StreamReservation{.all = book.streams_in.reserve(id), .peer = book.streams_in_by_peer.reserve(key)};
}

Result<StreamReservation> LimitBook::stream_out(const identity::PeerId& peer, std::string_view protocol) {
  State& book = *state_;
  const std::pair key(peer, std::string(protocol));
  const std::size_t used = book.streams_out_by_peer.value(key);
  if (used >= book.limits.streams_out_per_protocol_per_peer) {
    return std::unexpected(limit_error("streams_out_per_protocol_per_peer", used + 1,
                                       book.limits.streams_out_per_protocol_per_peer,
                                       key.second + " to " + peer.text()));
  }
  return StreamReservation{.all = {}, .peer = book.streams_out_by_peer.reserve(key)};
}

}  // namespace quern::connection
