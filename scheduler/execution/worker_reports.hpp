// The daemon's reading of a worker's reports: nothing is believed that cannot be.
//
// What remains possible for a job that has taken over its worker: to claim less or more time than it used, to claim any
// end that a worker can claim, and to write anything into its outputs. So times are held against what the supervisor
// measures from outside, an end is what the worker says only where nothing else shows more, and outputs are hashed
// again.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "scheduler/execution/worker_messages.hpp"
#include "scheduler/model/shard.hpp"

namespace quern::execution {

// Reads the reports on one task after the other. Pure; holds at most one report and what came with it.
class ReportReader {
 public:
  // A task was sent: reports on it may come. None may be under way.
  void expect(const model::Shard& shard, const WorkerLimits& limits);
  // Until `finished` was read.
  bool is_under_way() const { return stage_ == Stage::sent || stage_ == Stage::started; }

  void add(runtime::ByteView bytes) { cutter_.add(bytes); }
  // The next report; nullopt: more bytes are needed. After an error the worker is to be ended: every further call gives
  // an error too.
  runtime::Result<std::optional<WorkerReport>> next();

 private:
  enum class Stage : std::uint8_t { idle, sent, started, failed };

  runtime::Result<std::optional<WorkerReport>> read();
  runtime::Result<void> take(const WorkerStarted& started);
  runtime::Result<void> take(const WorkerLog& log);
  runtime::Result<void> take(const WorkerProgress& progress);
  runtime::Result<void> take(const WorkerFinished& finished);
  runtime::Result<void> take(const WorkerOutputPiece& piece);
  std::size_t output_to_come();
  runtime::Result<void> take_totals(const WorkerProgress& totals);

  MessageCutter cutter_{kWorkerReportBytesMax};
  Stage stage_ = Stage::idle;
  std::vector<model::OutputSlice> outputs_;
  bool reported_ = false;            // in the last report
  std::size_t arriving_ = 0;         // which of them comes in pieces
  std::uint64_t arrived_bytes_ = 0;  // of that one
  WorkerLimits limits_;
  std::uint64_t log_bytes_ = 0;
  std::uint64_t build_log_bytes_ = 0;
  WorkerProgress last_;
};

}  // namespace quern::execution
