#include "overlay/connection/dialer.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/deadline.hpp"

namespace quern::connection {

using multiformats::Multiaddr;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

struct Failure {
  Multiaddr address;
  runtime::Error error;
};

std::string told(const std::vector<Failure>& failures) {
  std::string out;
  for (const Failure& failure : failures) {
    if (!out.empty()) out += "; ";
    out += failure.address.text() + ": " + failure.error.message();
  }
  return out;
}

// One error for all: their own code where they agree and it says more than that all failed.
runtime::Error sum_of(const std::vector<Failure>& failures, runtime::Error otherwise) {
  const auto& first = failures.front().error;
  const bool telling = first == Errc::self_dial || first == Errc::denied || first == Errc::backed_off ||
                       first == runtime::Errc::limit_reached;
  const bool agree =
      std::ranges::all_of(failures, [&](const Failure& one) { return one.error.code() == first.code(); });
  return runtime::Error(telling && agree ? first.code() : otherwise.code(), told(failures));
}

// Whether the failure says something about the address, and not about this node.
bool is_the_addresss_fault(const runtime::Error& error) {
  return error != Errc::self_dial && error != Errc::denied && error != Errc::stopped &&
         error != runtime::Errc::limit_reached;
}

// Whether it says at its end that it is another peer's.
bool is_of_another(const Multiaddr& address, const identity::PeerId& peer) {
  const auto components = address.components();
  if (components.empty() || components.back().protocol != multiformats::Protocol::p2p) return false;
  return !std::ranges::equal(components.back().value, peer.bytes());
}

// Without the /p2p/... at its end.
Multiaddr dialed_part(const Multiaddr& address) {
  const auto components = address.components();
  const bool named = !components.empty() && components.back().protocol == multiformats::Protocol::p2p;
  return named ? address.without(multiformats::Protocol::p2p) : address;
}

// What is left alone after a failure: an address may lead to another peer than it should and still be right for that.
Multiaddr remembered_as(const Multiaddr& address, const std::optional<identity::PeerId>& peer) {
  return peer ? address.with(multiformats::Protocol::p2p, peer->bytes()) : address;
}

// What attempts are shared by.
std::string key_of(const identity::PeerId& peer) {
  return "p" + std::string(runtime::text_of(peer.bytes()));
}
std::string key_of(const DialRequest& request) {
  if (request.peer) return key_of(*request.peer);
  return "a" + std::string(runtime::text_of(request.addresses.front().bytes()));
}

}  // namespace

struct Dialer::Attempt {
  std::string key;
  std::optional<identity::PeerId> peer;
  bool named_by_user = false;
  std::vector<Multiaddr> asked;  // the addresses it was begun with
  std::vector<PlannedDial> plan;
  Reservation reservation;

  std::size_t under_way = 0;
  std::vector<Failure> failures;
  std::optional<NewConnection> won;
  runtime::Time settle_at = runtime::Time::max();  // from then on a connection the peer made will do

  std::size_t callers = 0;
  bool news = false;
  runtime::Waiter changed;
  std::optional<Result<ConnectionPtr>> result;
  runtime::WaitQueue done;

  void tell() {
    news = true;
    changed.wake();
  }
  // The news may come before the wait begins.
  Task<void> wait_for_news() {
    while (!news) co_await changed.wait();
    news = false;
  }
  void finish(Result<ConnectionPtr> with) {
    if (result) return;
    result = std::move(with);
    done.wake_all();
  }
  bool covers(const std::vector<Multiaddr>& addresses) const {
    return std::ranges::all_of(addresses, [&](const Multiaddr& one) { return std::ranges::count(asked, one) > 0; });
  }
};

// Somebody who waits for an attempt; when the last has gone, the attempt is given up.
class Dialer::Caller {
 public:
  explicit Caller(AttemptPtr attempt) : attempt_(std::move(attempt)) { ++attempt_->callers; }
  ~Caller() {
    if (--attempt_->callers == 0) attempt_->tell();
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

 private:
  AttemptPtr attempt_;
};

// However an attempt ends, it leaves the list and its callers go on.
class Dialer::Finish {
 public:
  Finish(Dialer& dialer, AttemptPtr attempt) : dialer_(dialer), attempt_(std::move(attempt)) {}
  ~Finish() {
    dialer_.forget(*attempt_);
    attempt_->finish(fail(Errc::stopped));
  }
  Finish(const Finish&) = delete;
  Finish& operator=(const Finish&) = delete;

 private:
  Dialer& dialer_;
  AttemptPtr attempt_;
};

Dialer::Dialer(DialServices services)
    : services_(services), line_(services.runtime.clock(), services_.limits.limits()) {}
Dialer::~Dialer() = default;

Task<Result<ConnectionPtr>> Dialer::connect(DialRequest request) {
  if (const auto& peer = request.peer) {
    if (*peer == services_.self) co_return fail(Errc::self_dial);
    std::erase_if(request.addresses, [&](const Multiaddr& one) { return is_of_another(one, *peer); });
  }
  for (Multiaddr& address : request.addresses) address = dialed_part(address);
  if (request.addresses.empty() && !request.peer) co_return fail(Errc::no_address);
  const std::string key = key_of(request);
  for (;;) {
    if (stopped_) co_return fail(Errc::stopped);
    if (request.peer) {
      if (auto connection = services_.table.best(*request.peer)) co_return connection;
    }
    AttemptPtr attempt;
    const auto found = attempts_.find(key);
    const bool first = found == attempts_.end();
    if (first) {
      CO_TRY(attempt, begin(key, request));
    } else {
      attempt = found->second;
    }
    const Caller caller(attempt);
    if (first) services_.tasks.spawn(run(attempt));
    while (!attempt->result) co_await attempt->done.wait();
    Result<ConnectionPtr> result = attempt->result.value_or(fail(Errc::stopped));
    // Another's attempt that failed has not tried this caller's own addresses.
    if (result || attempt->covers(request.addresses)) co_return result;
  }
}

Result<Dialer::AttemptPtr> Dialer::begin(const std::string& key, const DialRequest& request) {
  auto addresses = dialable(request);
  if (!addresses) return std::unexpected(std::move(addresses).error());
  auto reservation = services_.limits.connection_out();
  if (!reservation) return std::unexpected(std::move(reservation).error());
  auto attempt = std::make_shared<Attempt>();
  attempt->key = key;
  attempt->peer = request.peer;
  attempt->named_by_user = request.named_by_user;
  attempt->asked = request.addresses;
  attempt->plan = plan_dials(*std::move(addresses));
  attempt->reservation = *std::move(reservation);
  attempts_[key] = attempt;
  return attempt;
}

// The addresses that may be dialed now; why none may.
Result<std::vector<Multiaddr>> Dialer::dialable(const DialRequest& request) {
  if (const auto& peer = request.peer) {
    if (auto allowed = services_.gater.check(*peer); !allowed) return std::unexpected(allowed.error());
    if (request.addresses.empty()) return fail(Errc::no_address, "none is known of " + peer->text());
  }
  std::vector<Multiaddr> out;
  std::vector<Failure> failures;
  for (const Multiaddr& address : request.addresses) {
    if (auto good = check(address, request)) {
      out.push_back(address);
    } else {
      failures.push_back({.address = address, .error = std::move(good).error()});
    }
  }
  if (out.empty()) return std::unexpected(sum_of(failures, runtime::Error(Errc::no_address)));
  return out;
}

Result<void> Dialer::check(const Multiaddr& address, const DialRequest& request) {
  if (!transport_for(address)) return fail(transport::Errc::unsupported_address);
  if (auto allowed = services_.gater.check(address); !allowed) return allowed;
  if (request.named_by_user) return {};
  const auto left = back_off_.left(remembered_as(address, request.peer), services_.runtime.clock().now());
  if (!left) return {};
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(*left).count();
  return fail(Errc::backed_off, "may be tried again in " + std::to_string(ms) + " ms");
}

transport::Transport* Dialer::transport_for(const Multiaddr& address) const {
  for (const auto& transport : services_.transports) {
    if (transport->handles(address)) return transport.get();
  }
  return nullptr;
}

Task<void> Dialer::run(AttemptPtr attempt) {
  const Finish finish(*this, attempt);
  co_await runtime::with_group<void>(
      [this, attempt](runtime::TaskGroup& dials) -> Task<void> { co_await race(*attempt, dials); });
  forget(*attempt);
  attempt->finish(outcome(*attempt));
}

void Dialer::forget(const Attempt& attempt) {
  const auto found = attempts_.find(attempt.key);
  if (found != attempts_.end() && found->second.get() == &attempt) attempts_.erase(found);
}

// Starts the dials as planned and waits for the first that succeeds.
Task<void> Dialer::race(Attempt& attempt, runtime::TaskGroup& dials) {
  runtime::Clock& clock = services_.runtime.clock();
  const runtime::Time start = clock.now();
  std::size_t next = 0;
  for (;;) {
    const runtime::Time now = clock.now();
    // Nobody may join what is given up.
    if (attempt.callers == 0) forget(attempt);
    if (attempt.won || attempt.callers == 0 || stopped_) co_return;
    if (now >= attempt.settle_at) {
      if (connection_of(attempt)) co_return;
      attempt.settle_at = runtime::Time::max();
    }
    const bool all_started = next == attempt.plan.size();
    if (all_started && attempt.under_way == 0) co_return;
    const runtime::Time due = all_started ? runtime::Time::max() : start + attempt.plan[next].after;
    if (!all_started && (now >= due || attempt.under_way == 0)) {
      ++attempt.under_way;
      dials.spawn(dial_one(attempt, attempt.plan[next++].address));
      continue;
    }
    co_await runtime::run_until(clock, std::min(due, attempt.settle_at), attempt.wait_for_news());
  }
}

Task<void> Dialer::dial_one(Attempt& attempt, Multiaddr address) {
  auto made = co_await dial(address, attempt.peer);
  --attempt.under_way;
  const Multiaddr remembered = remembered_as(address, attempt.peer);
  if (made) {
    back_off_.succeeded(remembered);
    if (!attempt.won) attempt.won = *std::move(made);
  } else {
    if (is_the_addresss_fault(made.error())) back_off_.failed(remembered, services_.runtime.clock().now());
    attempt.failures.push_back({.address = std::move(address), .error = std::move(made).error()});
  }
  attempt.tell();
}

Task<Result<NewConnection>> Dialer::dial(Multiaddr address, std::optional<identity::PeerId> expected) {
  CO_TRY(const auto slot, co_await line_.enter());
  runtime::Clock& clock = services_.runtime.clock();
  const SwarmConfig& config = services_.config;
  transport::Transport& transport = *transport_for(address);
  auto dialed = co_await runtime::with_timeout(clock, config.dial_timeout, transport.dial(address, config.reuse_port));
  if (!dialed && dialed.error() == runtime::Errc::timed_out && dialed.error().detail().empty()) {
    co_return fail(runtime::Errc::timed_out, "connecting");
  }
  CO_TRY(auto raw, std::move(dialed));
  // A name has become an address only now.
  CO_CHECK(services_.gater.check(raw.remote));
  CO_TRY(auto upgraded,
         co_await services_.upgrader.upgrade(std::move(raw.stream), negotiation::Role::dialer, std::move(expected),
                                             clock.now() + config.handshake_timeout));
  co_return NewConnection{.upgraded = std::move(upgraded),
                          .local = std::move(raw.local),
                          .remote = std::move(raw.remote),
                          .direction = Direction::outbound,
                          .transport = std::string(transport.name()),
                          .reservations = {}};
}

// The one there is with the peer meanwhile, whoever dialed it.
ConnectionPtr Dialer::connection_of(const Attempt& attempt) const {
  return attempt.peer ? services_.table.best(*attempt.peer) : nullptr;
}

Result<ConnectionPtr> Dialer::outcome(Attempt& attempt) {
  auto won = std::exchange(attempt.won, std::nullopt);
  if (won && attempt.callers > 0) {
    won->reservations.connection = std::move(attempt.reservation);
    return services_.table.admit(*std::move(won));
  }
  if (auto connection = connection_of(attempt)) return connection;
  if (stopped_ || attempt.failures.empty()) return fail(Errc::stopped);
  if (attempt.named_by_user && attempt.failures.size() == 1) {
    const Failure& only = attempt.failures.front();
    const std::string& detail = only.error.detail();
    return std::unexpected(
        runtime::Error(only.error.code(), only.address.text() + (detail.empty() ? "" : ": " + detail)));
  }
  return std::unexpected(sum_of(attempt.failures, runtime::Error(Errc::all_failed)));
}

void Dialer::on_inbound(const identity::PeerId& peer) {
  const auto found = attempts_.find(key_of(peer));
  if (found == attempts_.end()) return;
  // Of two at once the one that the smaller peer dialed is kept. This node may give up its own dial for that one only:
  // if both ends gave theirs up, none would be left. For another it waits a little.
  const bool kept = peer < services_.self;
  const runtime::Time now = services_.runtime.clock().now();
  found->second->settle_at = kept ? now : now + kDuplicateGrace;
  found->second->tell();
}

void Dialer::stop() {
  stopped_ = true;
  for (const auto& [key, attempt] : attempts_) attempt->tell();
}

}  // namespace quern::connection
