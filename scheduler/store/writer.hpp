// Group commit: operations that wait at the same time share one transaction and one sync of the disk. An answer is
// given after the commit that holds it: what is acknowledged is durable.
//
// There is no delay for gathering: while one group is being synced, the next one gathers.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "overlay/runtime/runtime.hpp"
#include "scheduler/store/database.hpp"

namespace quern::store {

inline constexpr std::size_t kWritesWaitingMax = 4096;  // operations; more are refused
inline constexpr std::size_t kGroupMax = 256;           // operations of one transaction

// What is done inside a transaction that it shares with others. An error undoes what this operation wrote, and nothing
// else. It must not begin or end transactions.
using Operation = std::move_only_function<runtime::Result<void>(Database&)>;

// Runs all in one transaction; the results in order. Blocks. When the transaction itself fails, every operation that
// would have succeeded has that error and none has happened.
std::vector<runtime::Result<void>> commit_together(Database& database, std::span<Operation> operations);

// Owns the use of a database: everything goes through here, one group after the other. Used on the runtime's executor;
// the operations run on its pool for blocking calls, so they own what they use.
class Writer {
 public:
  // Told what an operation or a transaction met of Errc::corrupt, before its caller is.
  using OnDamage = std::function<void(const runtime::Error&)>;
  // Both must outlive this. Nobody may be in write() when this is destroyed.
  Writer(runtime::Runtime& runtime, Database& database, OnDamage on_damage = {});
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Commits until it is cancelled; then operations that no group holds yet end with runtime::Errc::closed, and so does
  // every later one. Once. What is queued before waits for it.
  runtime::Task<void> run();

  // Queues `operation`, a callable Database& -> Result<T>, and returns its value once it is durable.
  // runtime::Errc::limit_reached when kWritesWaitingMax wait. A caller that is cancelled leaves the queue, unless its
  // operation is already running: that may still become durable. Operations of one caller run in order.
  template <class Work>
  runtime::Task<std::invoke_result_t<Work, Database&>> write(Work operation) {
    using Answer = std::invoke_result_t<Work, Database&>::value_type;
    if constexpr (std::is_void_v<Answer>) {
      co_return co_await queue(std::move(operation));
    } else {
      const auto value = std::make_shared<std::optional<Answer>>();
      CO_CHECK(
          co_await queue([value, work = std::move(operation)](Database& database) mutable -> runtime::Result<void> {
            auto result = work(database);
            if (!result) return std::unexpected(std::move(result).error());
            value->emplace(std::move(*result));
            return {};
          }));
      // NOLINTNEXTLINE(bugprone-unchecked-optional-access): the operation has run, and well
      co_return std::move(**value);
    }
  }

  std::size_t waiting() const;  // operations, without those of the running group

 private:
  struct State;
  runtime::Task<runtime::Result<void>> queue(Operation operation);
  std::unique_ptr<State> state_;
};

}  // namespace quern::store
