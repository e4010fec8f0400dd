// The worker's pipes: requests in, reports out, and what kernels print on the way through it.
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>

#include "scheduler/execution/worker_messages.hpp"

namespace quern::worker {

inline constexpr std::size_t kRequestsWaitingMax = 16;
inline constexpr std::chrono::milliseconds kGathering{5};  // the longest that a report waits for others

class Control {
 public:
  // Descriptors stay the caller's. `printed` is the reading end of what standard output is, and does not block.
  Control(int requests, int reports, int printed) : requests_(requests), reports_(reports), printed_(printed) {}

  // On its way by the next flush(), or in wait() once it is kGathering old: the reports of a short task go together.
  void send(const execution::WorkerReport& report);
  // Blocks while the daemon does not read. Where it is gone, so is what was to be said: the next wait() knows.
  void flush();
  // In pieces of kWorkerLogBytesMax. At once: the kernel that prints may be the worker's end.
  void send_log(execution::WorkerLog::Source source, std::string_view text);

  // The next bytes of the shard's output with this number. Blocks while the daemon does not read.
  void send_output(std::uint32_t output, std::span<const std::byte> bytes);

  // The next task; cancels are dropped. Nullopt: the requests have ended, or are none.
  std::optional<execution::WorkerTask> next_task();

  // A task begins: it may print `log_bytes_max`, and nothing cancels it yet. What the one before printed is dropped.
  void begin(std::uint64_t log_bytes_max);
  // Passes on what kernels have printed and takes in requests, for at most `timeout` or until `wake` is readable.
  void wait(int wake, std::chrono::milliseconds timeout);
  // Why the task has to end: canceled (also when the requests have ended), or log_exceeded.
  const std::optional<model::Why>& ended() const { return ended_; }

 private:
  bool wait_once(int wake, std::chrono::milliseconds timeout);  // whether anything happened
  void read_requests();
  void pass_on_printed();
  std::size_t read_printed(std::span<char> to) const;  // 0: nothing is there now

  int requests_;
  int reports_;
  int printed_;
  execution::RequestReader reader_;
  runtime::Bytes unsent_;
  std::chrono::nanoseconds unsent_since_{};
  std::deque<execution::WorkerTask> waiting_;
  bool open_ = true;
  std::uint64_t log_bytes_left_ = 0;
  std::optional<model::Why> ended_;
};

}  // namespace quern::worker
