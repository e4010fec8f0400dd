// What a daemon and its worker say to each other, and the daemon's strict reading of it.
//
// One worker does one task at a time: a task goes in, reports come out, the last of them is `finished`; then it takes
// the next. It ends when its requests end. A worker runs foreign native code, so that any report may be a lie: reports
// are bounded, checked one by one and against those before (worker_reports.hpp), and what they say of outputs is
// checked on the bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "scheduler/execution/process_tree.hpp"
#include "scheduler/model/job.hpp"
#include "scheduler/model/reason.hpp"
#include "scheduler/model/shard.hpp"

namespace quern::execution {

inline constexpr std::size_t kWorkerRequestBytesMax = model::kManifestBytesMax + (16 << 10);
inline constexpr std::size_t kWorkerReportBytesMax = 128 << 10;
inline constexpr std::size_t kWorkerLogBytesMax = 32 << 10;       // of one report; a longer text is several
inline constexpr std::size_t kBuildLogBytesMax = 64 << 10;        // in all; the rest is cut
inline constexpr std::size_t kReportedOutputBytesMax = 32 << 10;  // of a task, in its last report
inline constexpr std::size_t kOutputPieceBytesMax = 64 << 10;     // of one report
inline constexpr std::size_t kDeviceNameBytesMax = 256;
inline constexpr std::uint32_t kComputeUnitsMax = 1 << 20;
inline constexpr std::uint32_t kThreadsMax = 1 << 22;          // Linux has no more
inline constexpr std::uint64_t kHeldMax = 1ull << 57;          // bytes of address space that there are
inline constexpr std::uint64_t kWorkerTimeMaxUs = 1ull << 50;  // model::kQuantityMax

enum class WorkerErrc {
  malformed = 1,  // no message, or a value that cannot be; the detail names it
  too_large,      // a message above its limit
  out_of_order,   // a report where none may come, or one that takes back what an earlier one said
  over_limit,     // more log, time or output than the task allows
};
std::error_code make_error_code(WorkerErrc code);

// How a worker knows what the device took.
enum class DeviceClock : std::uint8_t {
  profiling_events,  // the device's own clock, of each launch from its start to its end
  process_cpu_time,  // of a CPU device: the process's CPU time while kernels run, divided by the compute units, but no
                     // more than profiling events say
};

struct WorkerLimits {
  std::uint64_t device_time_us = kWorkerTimeMaxUs;
  std::uint64_t cpu_time_us = kWorkerTimeMaxUs;
  std::uint64_t output_bytes = model::kFilesMax * model::kFileBytesMax;  // of all outputs together
  std::uint64_t log_bytes = 1 << 20;                                     // that kernels print
  bool operator==(const WorkerLimits&) const = default;
};

struct WorkerTask {
  std::string job;  // canonical JSON
  std::uint32_t shard = 0;
  std::uint32_t platform = 0;  // indices among what the worker's OpenCL drivers show
  std::uint32_t device = 0;
  std::string device_name;   // that the device must have; empty: any
  std::string input_folder;  // absolute; every input lies there at its path
  WorkerLimits limits;
  bool operator==(const WorkerTask&) const = default;
};
// Ends the task under way with this reason; of no effect where none is.
struct WorkerCancel {
  model::Reason reason = model::Reason::canceled;
  bool operator==(const WorkerCancel&) const = default;
};
using WorkerRequest = std::variant<WorkerTask, WorkerCancel>;

struct WorkerStarted {
  std::string device_name;
  std::uint32_t compute_units = 0;
  DeviceClock device_clock = DeviceClock::profiling_events;
  std::uint32_t threads = 0;  // of the worker, with its driver open
  bool operator==(const WorkerStarted&) const = default;
};
struct WorkerLog {
  enum class Source : std::uint8_t { compiler, kernels };
  Source source = Source::compiler;
  std::string text;  // any bytes
  bool operator==(const WorkerLog&) const = default;
};
// Totals since the task began.
struct WorkerProgress {
  std::uint32_t permille = 0;  // of the work items
  std::uint64_t device_time_us = 0;
  std::uint64_t cpu_time_us = 0;  // of the process, compiler and all
  // Where this task has built its program: what the worker holds before anything of it has run.
  std::optional<Holdings> holdings = std::nullopt;
  bool operator==(const WorkerProgress&) const = default;
};
struct WorkerOutput {
  std::string path;
  std::uint64_t bytes = 0;
  model::Digest digest{};
  runtime::Bytes content;  // of outputs_are_reported(), all of it; otherwise nothing: it came in pieces
  bool operator==(const WorkerOutput&) const = default;
};
// Whether the task's outputs come in its last report and not in pieces: together kReportedOutputBytesMax at most.
bool outputs_are_reported(const model::Shard& shard);
struct WorkerFinished {
  model::Why why;
  std::uint64_t device_time_us = 0;
  std::uint64_t cpu_time_us = 0;
  std::vector<WorkerOutput> outputs;  // all of the shard's, in the job's order, when completed; otherwise none
  bool operator==(const WorkerFinished&) const = default;
};
// What follows the piece before: every output whole, one after the other in the job's order, before `finished`. A
// worker writes no file that the daemon reads: it has no place on the host's disk.
struct WorkerOutputPiece {
  std::uint32_t output = 0;  // its place among the shard's
  runtime::Bytes content;    // 1 to kOutputPieceBytesMax bytes
  bool operator==(const WorkerOutputPiece&) const = default;
};
using WorkerReport = std::variant<WorkerStarted, WorkerLog, WorkerProgress, WorkerFinished, WorkerOutputPiece>;

// A message after its length.
runtime::Bytes encode_request(const WorkerRequest& request);
// Details and names are cut where they are too long; a log's text must not be longer than kWorkerLogBytesMax.
runtime::Bytes encode_report(const WorkerReport& report);

// Cuts a stream of bytes into messages. Holds at most one message and what was added with its end.
class MessageCutter {
 public:
  explicit MessageCutter(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}
  void add(runtime::ByteView bytes);
  // The next whole message; nullopt: more bytes are needed. WorkerErrc::malformed or too_large ends the stream.
  runtime::Result<std::optional<runtime::Bytes>> next();

 private:
  std::size_t message_bytes_max_;
  runtime::Bytes buffer_;
  std::size_t start_ = 0;  // of what was not returned yet
};

// The worker's reading of its requests.
class RequestReader {
 public:
  void add(runtime::ByteView bytes) { cutter_.add(bytes); }
  runtime::Result<std::optional<WorkerRequest>> next();

 private:
  MessageCutter cutter_{kWorkerRequestBytesMax};
};

// One report, each value within its bounds. WorkerErrc::malformed.
runtime::Result<WorkerReport> decode_report(runtime::ByteView bytes);

}  // namespace quern::execution

template <>
struct std::is_error_code_enum<quern::execution::WorkerErrc> : std::true_type {};
