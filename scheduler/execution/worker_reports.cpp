#include "scheduler/execution/worker_reports.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "overlay/runtime/assertion.hpp"

namespace quern::execution {

using runtime::fail;
using runtime::Result;

namespace {

using enum model::Reason;

// Ends that a worker can know of by itself, or is told when it is canceled.
bool can_be_claimed(model::Reason reason) {
  return (reason >= kind_not_offered && reason <= no_device) || reason == manifest_invalid ||
         (reason >= completed && reason <= device_unresponsive) || reason == disk_full || reason == shutting_down ||
         reason == internal;
}

}  // namespace

void ReportReader::expect(const model::Shard& shard, const WorkerLimits& limits) {
  QUERN_ASSERT(!is_under_way(), "a worker does one task at a time");
  if (stage_ == Stage::failed) return;
  stage_ = Stage::sent;
  outputs_ = shard.outputs;
  reported_ = outputs_are_reported(shard);
  arriving_ = 0;
  arrived_bytes_ = 0;
  limits_ = limits;
  log_bytes_ = 0;
  build_log_bytes_ = 0;
  last_ = {};
}

Result<std::optional<WorkerReport>> ReportReader::next() {
  if (stage_ == Stage::failed) return fail(WorkerErrc::out_of_order, "the worker has lied before");
  auto report = read();
  if (!report) stage_ = Stage::failed;
  return report;
}

Result<std::optional<WorkerReport>> ReportReader::read() {
  auto message = cutter_.next();
  if (!message) return std::unexpected(std::move(message).error());
  const auto& bytes = *message;
  if (!bytes) return std::nullopt;
  if (!is_under_way()) return fail(WorkerErrc::out_of_order, "a report while no task is under way");
  auto report = decode_report(*bytes);
  if (!report) return std::unexpected(std::move(report).error());
  if (auto taken = std::visit([&](const auto& each) { return take(each); }, *report); !taken) {
    return std::unexpected(std::move(taken).error());
  }
  return *std::move(report);
}

Result<void> ReportReader::take(const WorkerStarted&) {
  if (stage_ == Stage::started) return fail(WorkerErrc::out_of_order, "started: it has started before");
  stage_ = Stage::started;
  return {};
}

Result<void> ReportReader::take(const WorkerLog& log) {
  const bool compiler = log.source == WorkerLog::Source::compiler;
  std::uint64_t& sum = compiler ? build_log_bytes_ : log_bytes_;
  const std::uint64_t limit = compiler ? kBuildLogBytesMax : limits_.log_bytes;
  sum += log.text.size();
  if (sum <= limit) return {};
  return fail(WorkerErrc::over_limit, "log: " + std::to_string(sum) + " bytes, the limit is " + std::to_string(limit));
}

Result<void> ReportReader::take(const WorkerProgress& progress) {
  if (stage_ != Stage::started) return fail(WorkerErrc::out_of_order, "progress: it has not started");
  return take_totals(progress);
}

Result<void> ReportReader::take_totals(const WorkerProgress& totals) {
  if (totals.device_time_us > kWorkerTimeMaxUs || totals.cpu_time_us > kWorkerTimeMaxUs) {
    return fail(WorkerErrc::malformed, "a time of years");
  }
  if (totals.permille < last_.permille || totals.device_time_us < last_.device_time_us ||
      totals.cpu_time_us < last_.cpu_time_us) {
    return fail(WorkerErrc::out_of_order, "a total that shrinks");
  }
  last_ = totals;
  return {};
}

Result<void> ReportReader::take(const WorkerFinished& finished) {
  const model::Reason reason = finished.why.reason;
  if (!can_be_claimed(reason)) {
    return fail(WorkerErrc::malformed, "finished: " + std::string(model::text_of(reason).name) + " is no worker's end");
  }
  auto totals = take_totals(
      {.permille = last_.permille, .device_time_us = finished.device_time_us, .cpu_time_us = finished.cpu_time_us});
  if (!totals) return totals;
  const bool done = reason == completed;
  if (done && stage_ != Stage::started) return fail(WorkerErrc::out_of_order, "finished: it has not started");
  const auto same = [this](const model::OutputSlice& expected, const WorkerOutput& output) {
    return expected.path == output.path && expected.bytes == output.bytes &&
           output.content.size() == (reported_ ? output.bytes : 0);
  };
  if (done && !reported_ && output_to_come() != outputs_.size()) {
    return fail(WorkerErrc::malformed, "finished: an output is not whole");
  }
  if (done ? !std::ranges::equal(outputs_, finished.outputs, same) : !finished.outputs.empty()) {
    return fail(WorkerErrc::malformed, "finished: the outputs are not those of the shard");
  }
  stage_ = Stage::idle;
  return {};
}

// The first that is not whole; those of no bytes are.
std::size_t ReportReader::output_to_come() {
  while (arriving_ < outputs_.size() && arrived_bytes_ == outputs_[arriving_].bytes) {
    ++arriving_;
    arrived_bytes_ = 0;
  }
  return arriving_;
}

Result<void> ReportReader::take(const WorkerOutputPiece& piece) {
  if (stage_ != Stage::started || reported_) return fail(WorkerErrc::out_of_order, "a piece that is not to come");
  const std::size_t at = output_to_come();
  if (at == outputs_.size() || piece.output != at || piece.content.size() > outputs_[at].bytes - arrived_bytes_) {
    return fail(WorkerErrc::malformed, "a piece of another output, or beyond its end");
  }
  arrived_bytes_ += piece.content.size();
  return {};
}

}  // namespace quern::execution
