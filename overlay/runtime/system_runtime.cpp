#include "overlay/runtime/system_runtime.hpp"

#include <cerrno>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/system_error.hpp>
#include <sys/random.h>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/system_clock.hpp"
#include "overlay/runtime/system_disk.hpp"
#include "overlay/runtime/system_network.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::runtime {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kPoolThreads = 2;

void fill_from_system(std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t size = ::getrandom(out.data(), out.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    QUERN_ASSERT(size > 0, "getrandom failed");  // Linux >= 3.17 gives bytes or is interrupted
    out = out.subspan(static_cast<std::size_t>(size));
  }
}

std::uint64_t system_seed() {
  std::uint64_t seed = 0;
  fill_from_system(std::as_writable_bytes(std::span(&seed, 1)));
  return seed;
}

}  // namespace

struct SystemRuntime::Parts {
  Parts(SystemRuntime& runtime, SystemOptions o)
      : options(std::move(o)),
        random(options.random_seed.value_or(system_seed())),
        clock(io),
        network(make_system_network(io)),
        disk(make_system_disk(runtime, options.data_directory)),
        program(io.get_executor()) {}

  SystemOptions options;
  asio::io_context io{1};
  Random random;
  SystemClock clock;
  std::unique_ptr<Network> network;
  std::unique_ptr<Disk> disk;
  std::size_t offloads = 0;
  WaitQueue offload_turn;
  TaskGroup program;
  asio::thread_pool pool{kPoolThreads};
};

SystemRuntime::SystemRuntime(SystemOptions options) : parts_(std::make_unique<Parts>(*this, std::move(options))) {}

SystemRuntime::~SystemRuntime() {
  parts_->pool.join();
}

void SystemRuntime::run(const std::function<Task<void>(Runtime&)>& program) {
  auto main = [](SystemRuntime& self, const std::function<Task<void>(Runtime&)>& body) -> Task<void> {
    self.parts_->program.spawn(body(self));
    co_await self.parts_->program.join();
  };
  std::exception_ptr failure;
  asio::co_spawn(parts_->io, main(*this, program), [this, &failure](std::exception_ptr thrown) {
    failure = std::move(thrown);
    parts_->io.stop();  // an alarm for a deadline that was cancelled may still be set
  });
  parts_->io.run();
  if (failure) std::rethrow_exception(failure);
}

void SystemRuntime::stop() {
  asio::post(parts_->io, [this] { parts_->program.cancel(); });
}

std::string_view SystemRuntime::node() const {
  return parts_->options.node;
}
Executor SystemRuntime::executor() {
  return parts_->io.get_executor();
}
Clock& SystemRuntime::clock() {
  return parts_->clock;
}
Network& SystemRuntime::network() {
  return *parts_->network;
}
Disk& SystemRuntime::disk() {
  return *parts_->disk;
}
Random& SystemRuntime::random() {
  return parts_->random;
}
void SystemRuntime::fill_secret(std::span<std::byte> out) {
  fill_from_system(out);
}

Task<void> SystemRuntime::offload_work(std::move_only_function<void()> work) {
  while (parts_->offloads >= kOffloadsMax) co_await parts_->offload_turn.wait();
  ++parts_->offloads;
  bool done = false;
  std::exception_ptr failure;
  Waiter waiter;
  // The guard keeps the loop running until the pool has come back.
  auto guard = asio::make_work_guard(parts_->io);
  asio::post(parts_->pool, [&, guard = std::move(guard)] {
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
    asio::post(guard.get_executor(), [&] {
      done = true;
      waiter.wake();
    });
  });
  const bool throwing = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!done) {
    try {
      co_await waiter.wait();
    } catch (const boost::system::system_error&) {
      continue;  // the work uses its caller's memory: wait for its end
    }
  }
  co_await asio::this_coro::throw_if_cancelled(throwing);
  --parts_->offloads;
  parts_->offload_turn.wake_one();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace quern::runtime
