#include "scheduler/execution/worker_messages.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "scheduler/execution/worker.pb.h"
#include "scheduler/model/job_path.hpp"

namespace quern::execution {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

namespace {

constexpr std::size_t kFolderBytesMax = 4096;
constexpr std::size_t kLengthBytesMax = 4;  // of a varint; the limits need three

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.worker"; }
  std::string message(int value) const override {
    switch (static_cast<WorkerErrc>(value)) {
      case WorkerErrc::malformed:
        return "the worker's pipe holds no message";
      case WorkerErrc::too_large:
        return "a message on the worker's pipe is too large";
      case WorkerErrc::out_of_order:
        return "the worker's report contradicts those before";
      case WorkerErrc::over_limit:
        return "the worker's report is above what the task allows";
    }
    return "unknown worker error";
  }
};

Bytes framed(const google::protobuf::MessageLite& message, std::size_t bytes_max) {
  const std::string text = message.SerializeAsString();
  QUERN_ASSERT(text.size() <= bytes_max, "a message above its limit");
  Bytes out;
  out.reserve(kLengthBytesMax + text.size());
  std::size_t length = text.size();
  for (; length >= 128; length >>= 7) out.push_back(static_cast<std::byte>(length | 128));
  out.push_back(static_cast<std::byte>(length));
  runtime::append(out, runtime::bytes_of(text));
  return out;
}

// ASCII only: what a string of a message may hold in any case.
bool is_printable(char c) {
  return (c >= ' ' && c <= '~') || c == '\n' || c == '\t';
}
bool is_text(std::string_view text, std::size_t bytes_max) {
  return text.size() <= bytes_max && std::ranges::all_of(text, is_printable);
}
std::string fit_text(std::string_view text, std::size_t bytes_max) {
  std::string fit(text.substr(0, bytes_max));
  std::ranges::replace_if(fit, [](char c) { return !is_printable(c); }, '?');
  return fit;
}

std::unexpected<runtime::Error> malformed(std::string_view what) {
  return fail(WorkerErrc::malformed, std::string(what));
}

template <class Message>
bool parse(Message& message, ByteView bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

void set(wire::WorkerTask& message, const WorkerTask& task) {
  message.set_job(task.job);
  message.set_shard(task.shard);
  message.set_platform(task.platform);
  message.set_device(task.device);
  message.set_device_name(fit_text(task.device_name, kDeviceNameBytesMax));
  message.set_input_folder(task.input_folder);
  message.set_device_time_us_max(task.limits.device_time_us);
  message.set_cpu_time_us_max(task.limits.cpu_time_us);
  message.set_output_bytes_max(task.limits.output_bytes);
  message.set_log_bytes_max(task.limits.log_bytes);
}

Result<WorkerRequest> task_of(const wire::WorkerTask& message) {
  if (message.job().size() > model::kManifestBytesMax) return malformed("job: too long");
  if (!is_text(message.device_name(), kDeviceNameBytesMax)) return malformed("device_name");
  if (!message.input_folder().starts_with('/') || message.input_folder().size() > kFolderBytesMax) {
    return malformed("a folder that is not absolute");
  }
  return WorkerTask{.job = message.job(),
                    .shard = message.shard(),
                    .platform = message.platform(),
                    .device = message.device(),
                    .device_name = message.device_name(),
                    .input_folder = message.input_folder(),
                    .limits = {.device_time_us = message.device_time_us_max(),
                               .cpu_time_us = message.cpu_time_us_max(),
                               .output_bytes = message.output_bytes_max(),
                               .log_bytes = message.log_bytes_max()}};
}

Result<WorkerRequest> request_of(ByteView bytes) {
  wire::WorkerRequest message;
  if (!parse(message, bytes)) return malformed("no protobuf message");
  if (message.has_task()) return task_of(message.task());
  if (!message.has_cancel()) return malformed("a request of no kind");
  const auto reason = model::reason_from_number(message.cancel().reason());
  if (!reason) return malformed("cancel.reason");
  return WorkerCancel{*reason};
}

void set(wire::WorkerReport& message, const WorkerStarted& started) {
  message.mutable_started()->set_device_name(fit_text(started.device_name, kDeviceNameBytesMax));
  message.mutable_started()->set_compute_units(started.compute_units);
  message.mutable_started()->set_device_clock(static_cast<std::uint32_t>(started.device_clock));
  message.mutable_started()->set_threads(started.threads);
}
void set(wire::WorkerReport& message, const WorkerLog& log) {
  QUERN_ASSERT(log.text.size() <= kWorkerLogBytesMax, "a log that is to be several");
  message.mutable_log()->set_source(static_cast<std::uint32_t>(log.source));
  message.mutable_log()->set_text(log.text);
}
void set(wire::WorkerReport& message, const WorkerProgress& progress) {
  message.mutable_progress()->set_permille(progress.permille);
  message.mutable_progress()->set_device_time_us(progress.device_time_us);
  message.mutable_progress()->set_cpu_time_us(progress.cpu_time_us);
  if (!progress.holdings) return;
  wire::WorkerHoldings& holdings = *message.mutable_progress()->mutable_holdings();
  holdings.set_descriptors(progress.holdings->descriptors);
  holdings.set_mapped_bytes(progress.holdings->mapped_bytes);
  holdings.set_memory_bytes(progress.holdings->memory_bytes);
}
void set(wire::WorkerReport& message, const WorkerFinished& finished) {
  wire::WorkerFinished& to = *message.mutable_finished();
  to.set_reason(static_cast<std::uint32_t>(finished.why.reason));
  to.set_detail(fit_text(finished.why.detail, model::kDetailBytesMax));
  to.set_device_time_us(finished.device_time_us);
  to.set_cpu_time_us(finished.cpu_time_us);
  for (const WorkerOutput& output : finished.outputs) {
    wire::WorkerOutput& added = *to.add_outputs();
    added.set_path(output.path);
    added.set_bytes(output.bytes);
    added.set_digest(std::string(runtime::text_of(output.digest)));
    added.set_content(std::string(runtime::text_of(output.content)));
  }
}

void set(wire::WorkerReport& message, const WorkerOutputPiece& piece) {
  QUERN_ASSERT(piece.content.size() <= kOutputPieceBytesMax, "a piece that is to be several");
  message.mutable_piece()->set_output(piece.output);
  message.mutable_piece()->set_content(std::string(runtime::text_of(piece.content)));
}

Result<WorkerReport> started_of(const wire::WorkerStarted& message) {
  if (!is_text(message.device_name(), kDeviceNameBytesMax)) return malformed("started.device_name");
  if (message.compute_units() == 0 || message.compute_units() > kComputeUnitsMax) {
    return malformed("started.compute_units");
  }
  if (message.device_clock() > 1) return malformed("started.device_clock");
  if (message.threads() > kThreadsMax) return malformed("started.threads");
  return WorkerStarted{.device_name = message.device_name(),
                       .compute_units = message.compute_units(),
                       .device_clock = static_cast<DeviceClock>(message.device_clock()),
                       .threads = message.threads()};
}

Result<WorkerReport> log_of(wire::WorkerLog& message) {
  if (message.source() > 1) return malformed("log.source");
  if (message.text().empty() || message.text().size() > kWorkerLogBytesMax) return malformed("log.text");
  return WorkerLog{.source = static_cast<WorkerLog::Source>(message.source()),
                   .text = std::move(*message.mutable_text())};
}

Result<WorkerReport> progress_of(const wire::WorkerProgress& message) {
  if (message.permille() > 1000) return malformed("progress.permille");
  WorkerProgress progress{
      .permille = message.permille(), .device_time_us = message.device_time_us(), .cpu_time_us = message.cpu_time_us()};
  if (message.has_holdings()) {
    const wire::WorkerHoldings& said = message.holdings();
    if (std::max({said.descriptors(), said.mapped_bytes(), said.memory_bytes()}) > kHeldMax) {
      return malformed("progress.holdings");
    }
    progress.holdings = {
        .descriptors = said.descriptors(), .mapped_bytes = said.mapped_bytes(), .memory_bytes = said.memory_bytes()};
  }
  return progress;
}

Result<WorkerReport> piece_of(const wire::WorkerOutputPiece& message) {
  if (message.content().empty() || message.content().size() > kOutputPieceBytesMax) return malformed("piece.content");
  return WorkerOutputPiece{.output = message.output(),
                           .content = runtime::copy_of(runtime::bytes_of(message.content()))};
}

Result<WorkerReport> finished_of(const wire::WorkerFinished& message) {
  const auto reason = model::reason_from_number(message.reason());
  if (!reason) return malformed("finished.reason");
  if (!is_text(message.detail(), model::kDetailBytesMax)) return malformed("finished.detail");
  if (static_cast<std::size_t>(message.outputs_size()) > model::kFilesMax) return malformed("finished.outputs");
  WorkerFinished finished{.why = {.reason = *reason, .detail = message.detail()},
                          .device_time_us = message.device_time_us(),
                          .cpu_time_us = message.cpu_time_us()};
  finished.outputs.reserve(static_cast<std::size_t>(message.outputs_size()));
  for (const wire::WorkerOutput& each : message.outputs()) {
    WorkerOutput output{.path = each.path(), .bytes = each.bytes()};
    output.content = runtime::copy_of(runtime::bytes_of(each.content()));
    if (model::fault_of_path(each.path()) || each.digest().size() != output.digest.size()) {
      return malformed("finished.outputs: path or digest");
    }
    std::ranges::copy(runtime::bytes_of(each.digest()), output.digest.begin());
    finished.outputs.push_back(std::move(output));
  }
  return finished;
}

}  // namespace

std::error_code make_error_code(WorkerErrc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

bool outputs_are_reported(const model::Shard& shard) {
  std::uint64_t bytes = 0;
  for (const model::OutputSlice& output : shard.outputs) {
    if (output.bytes > kReportedOutputBytesMax - bytes) return false;
    bytes += output.bytes;
  }
  return true;
}

Result<WorkerReport> decode_report(ByteView bytes) {
  wire::WorkerReport message;
  if (!parse(message, bytes)) return malformed("no protobuf message");
  switch (message.kind_case()) {
    case wire::WorkerReport::kStarted:
      return started_of(message.started());
    case wire::WorkerReport::kLog:
      return log_of(*message.mutable_log());
    case wire::WorkerReport::kProgress:
      return progress_of(message.progress());
    case wire::WorkerReport::kFinished:
      return finished_of(message.finished());
    case wire::WorkerReport::kPiece:
      return piece_of(message.piece());
    case wire::WorkerReport::KIND_NOT_SET:
      break;
  }
  return malformed("a report of no kind");
}

Bytes encode_request(const WorkerRequest& request) {
  wire::WorkerRequest message;
  if (const auto* task = std::get_if<WorkerTask>(&request)) {
    set(*message.mutable_task(), *task);
  } else {
    message.mutable_cancel()->set_reason(static_cast<std::uint32_t>(std::get<WorkerCancel>(request).reason));
  }
  return framed(message, kWorkerRequestBytesMax);
}

Bytes encode_report(const WorkerReport& report) {
  wire::WorkerReport message;
  std::visit([&](const auto& each) { set(message, each); }, report);
  return framed(message, kWorkerReportBytesMax);
}

void MessageCutter::add(ByteView bytes) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(std::exchange(start_, 0)));
  runtime::append(buffer_, bytes);
}

Result<std::optional<Bytes>> MessageCutter::next() {
  const ByteView rest = ByteView(buffer_).subspan(start_);
  std::size_t length = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (i == kLengthBytesMax) return malformed("the length of a message");
    const auto byte = std::to_integer<std::size_t>(rest[i]);
    length |= (byte & 127) << (7 * i);
    if (byte >= 128) continue;
    if (length > message_bytes_max_) {
      return fail(WorkerErrc::too_large,
                  std::to_string(length) + " bytes, the limit is " + std::to_string(message_bytes_max_));
    }
    if (rest.size() - i - 1 < length) return std::nullopt;
    start_ += i + 1 + length;
    return runtime::copy_of(rest.subspan(i + 1, length));
  }
  return std::nullopt;
}

Result<std::optional<WorkerRequest>> RequestReader::next() {
  auto message = cutter_.next();
  if (!message) return std::unexpected(std::move(message).error());
  const auto& bytes = *message;
  if (!bytes) return std::nullopt;
  return request_of(*bytes);
}

}  // namespace quern::execution
