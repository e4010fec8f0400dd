#include "scheduler/store/writer.hpp"

#include <algorithm>
#include <deque>
#include <string>

#include "overlay/runtime/waiter.hpp"

namespace quern::store {

using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

// What `operation` returned, or why the transaction is gone.
Result<void> run_one(Database& database, Operation& operation, bool& gone) {
  if (auto saved = database.run("SAVEPOINT operation"); !saved) return saved;
  Result<void> done = operation(database);
  if (database.in_transaction() && !done) {
    if (auto undone = database.run("ROLLBACK TO operation"); !undone) done = std::move(undone);
  }
  if (database.in_transaction()) {
    if (auto released = database.run("RELEASE operation"); !released) done = std::move(released);
  }
  gone = !database.in_transaction();
  if (gone && done) return fail(Errc::io, "an operation hid that the transaction failed");
  return done;
}

void fail_all(std::vector<Result<void>>& results, const runtime::Error& error) {
  for (Result<void>& result : results) {
    if (result) result = std::unexpected(error);
  }
}

}  // namespace

std::vector<Result<void>> commit_together(Database& database, std::span<Operation> operations) {
  std::vector<Result<void>> results(operations.size());
  auto transaction = Transaction::begin(database);
  if (!transaction) {
    fail_all(results, transaction.error());
    return results;
  }
  for (std::size_t at = 0; at < operations.size(); ++at) {
    bool gone = false;
    results[at] = run_one(database, operations[at], gone);
    if (!gone) continue;
    const runtime::Error error = results[at].error();
    fail_all(results, error);
    return results;
  }
  if (auto committed = transaction->commit(); !committed) fail_all(results, committed.error());
  return results;
}

namespace {

// One operation, and who waits for it.
struct Pending {
  explicit Pending(Operation o) : operation(std::move(o)) {}
  void finish(Result<void> r) {
    result = std::move(r);
    done = true;
    waiter.wake();
  }

  Operation operation;
  bool done = false;
  Result<void> result;
  runtime::Waiter waiter;
};
using PendingPtr = std::shared_ptr<Pending>;

// Calls `end` when it goes, also when a coroutine is cancelled.
template <class End>
class AtEnd {
 public:
  explicit AtEnd(End end) : end_(std::move(end)) {}
  ~AtEnd() { end_(); }
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;

 private:
  End end_;
};

}  // namespace

struct Writer::State {
  void close() {
    closed = true;
    for (const auto* list : {&group, &queue}) {
      for (const PendingPtr& pending : *list) {
        if (!pending->done) pending->finish(fail(runtime::Errc::closed, "the database's writer"));
      }
    }
    group.clear();
    queue.clear();
  }

  runtime::Runtime& runtime;
  Database& database;
  OnDamage on_damage;
  std::deque<PendingPtr> queue = {};  // at most kWritesWaitingMax
  std::deque<PendingPtr> group = {};  // being committed; at most kGroupMax
  runtime::Waiter filled = {};
  bool started = false;
  bool closed = false;
};

Writer::Writer(runtime::Runtime& runtime, Database& database, OnDamage on_damage)
    : state_(new State{.runtime = runtime, .database = database, .on_damage = std::move(on_damage)}) {}
Writer::~Writer() = default;

std::size_t Writer::waiting() const {
  return state_->queue.size();
}

Task<void> Writer::run() {
  State& state = *state_;
  QUERN_ASSERT(!std::exchange(state.started, true), "a Writer runs once");
  const AtEnd closing([&state] { state.close(); });
  for (;;) {
    while (state.queue.empty()) co_await state.filled.wait();
    std::vector<Operation> operations;
    operations.reserve(std::min(state.queue.size(), kGroupMax));
    while (!state.queue.empty() && operations.size() < kGroupMax) {
      operations.push_back(std::move(state.queue.front()->operation));
      state.group.push_back(std::move(state.queue.front()));
      state.queue.pop_front();
    }
    auto results =
        co_await runtime::offload(state.runtime, [&database = state.database, work = std::move(operations)]() mutable {
          return commit_together(database, work);
        });
    const auto damage = std::ranges::find_if(
        results, [](const Result<void>& result) { return !result && result.error() == Errc::corrupt; });
    if (damage != results.end() && state.on_damage) state.on_damage(damage->error());
    for (std::size_t at = 0; at < results.size(); ++at) state.group[at]->finish(std::move(results[at]));
    state.group.clear();
  }
}

Task<Result<void>> Writer::queue(Operation operation) {
  State& state = *state_;
  if (state.closed) co_return fail(runtime::Errc::closed, "the database's writer");
  if (state.queue.size() >= kWritesWaitingMax) {
    co_return fail(runtime::Errc::limit_reached, "store_writes_waiting: " + std::to_string(state.queue.size() + 1) +
                                                     " of " + std::to_string(kWritesWaitingMax));
  }
  const auto pending = std::make_shared<Pending>(std::move(operation));
  state.queue.push_back(pending);
  state.filled.wake();
  {
    const AtEnd leaving([&] {
      if (!pending->done) std::erase(state.queue, pending);
    });
    while (!pending->done) co_await pending->waiter.wait();
  }
  co_return std::move(pending->result);
}

}  // namespace quern::store
