// The supervisor's thread: waits for what happens to all children, and does what the executor orders.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "scheduler/execution/descriptor.hpp"
#include "scheduler/execution/sandbox_process.hpp"

namespace quern::execution::detail {

class ChildThread final : private Events {
 public:
  // Throws std::system_error when the system gives no descriptors.
  ChildThread(SupervisorOptions options, Cgroups cgroups);
  ~ChildThread() override;  // kills what runs, and waits for it for at most kKillPatience
  ChildThread(const ChildThread&) = delete;
  ChildThread& operator=(const ChildThread&) = delete;

  // From any thread; done in their order. An order about a child that is gone does nothing.
  void start(std::uint64_t id, StartOrder order);
  void order(std::uint64_t id, void (SandboxProcess::*what)());

  std::size_t abandoned() const { return abandoned_; }

 private:
  void set(int descriptor, std::uint64_t child, Part part, std::uint32_t events) override;
  void post(std::move_only_function<void()> work);
  void run();
  // Takes what happened, after at most `timeout_ms`; false when that was nothing.
  bool turn(int timeout_ms);
  void do_orders();
  void begin(std::uint64_t id, StartOrder order);
  void settle(std::uint64_t id);
  void remove_groups();

  SupervisorOptions options_;
  Cgroups cgroups_;
  Descriptor epoll_;
  Descriptor wake_;
  std::mutex mutex_;
  std::vector<std::move_only_function<void()>> orders_;
  bool ending_ = false;
  std::atomic<std::size_t> abandoned_ = 0;

  // Of the thread alone.
  std::map<std::uint64_t, std::unique_ptr<SandboxProcess>> children_;
  std::vector<Cgroup> emptying_;  // whose last processes are still dying
  std::thread thread_;            // last: it uses all above
};

}  // namespace quern::execution::detail
