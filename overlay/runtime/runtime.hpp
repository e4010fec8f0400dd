// The one door to the outside: what a node may use of the world. Everything above overlay/runtime takes a Runtime& and
// so runs unchanged on the operating system (system_runtime.hpp) and in the simulator (simulation/world.hpp).
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/clock.hpp"
#include "overlay/runtime/disk.hpp"
#include "overlay/runtime/network.hpp"
#include "overlay/runtime/random.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::runtime {

// Everything is used on executor() only, except where said.
class Runtime {
 public:
  virtual ~Runtime() = default;

  // Who this is, in logs and failed assertions.
  virtual std::string_view node() const = 0;
  virtual Executor executor() = 0;
  virtual Clock& clock() = 0;
  virtual Network& network() = 0;
  virtual Disk& disk() = 0;
  // For jitter, sampling and spreading load. A part that draws much takes a fork().
  virtual Random& random() = 0;
  // Unpredictable bytes for keys, nonces and tokens: getrandom(2) on a real node, the seed in the simulator.
  virtual void fill_secret(std::span<std::byte> out) = 0;

  // Adds an observation to the run's trace hash in the simulator; nothing on a real node.
  virtual void trace(std::uint64_t value) = 0;

  // Runs `work` on the pool for blocking calls and comes back to executor(). Not interrupted by cancellation: what it
  // uses must live until it has ended, so it should own it. At most kOffloadsMax run or wait; the caller beyond that
  // waits for its turn.
  virtual Task<void> offload_work(std::move_only_function<void()> work) = 0;
};
inline constexpr std::size_t kOffloadsMax = 256;

// const auto digest = co_await offload(runtime, [bytes = std::move(bytes)] { return hash(bytes); });
template <class Work>
Task<std::invoke_result_t<Work>> offload(Runtime& runtime, Work work) {
  using T = std::invoke_result_t<Work>;
  if constexpr (std::is_void_v<T>) {
    co_await runtime.offload_work(std::move(work));
  } else {
    std::optional<T> result;
    co_await runtime.offload_work([&result, &work] { result.emplace(work()); });
    QUERN_ASSERT(result.has_value(), "offload_work came back without having run its work");
    co_return std::move(*result);
  }
}

}  // namespace quern::runtime
