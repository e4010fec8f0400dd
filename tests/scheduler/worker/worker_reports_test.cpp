#include "scheduler/execution/worker_reports.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::execution {
namespace {

using model::Reason;

const model::Shard kShard{.outputs = {{"a", "x", 0, 4}, {"b", "y", 8, 8}}};
const WorkerStarted kStarted{"device", 4, DeviceClock::process_cpu_time};
const WorkerFinished kCompleted{.why = {Reason::completed, {}},
                                .device_time_us = 7,
                                .cpu_time_us = 9,
                                .outputs = {{"a", 4, {}, runtime::Bytes(4)}, {"b", 8, {}, runtime::Bytes(8)}}};

// Whether all are believed.
runtime::Result<void> read_all(const std::vector<WorkerReport>& reports, const WorkerLimits& limits = {}) {
  ReportReader reader;
  reader.expect(kShard, limits);
  for (const WorkerReport& report : reports) {
    reader.add(encode_report(report));
    const auto read = reader.next();
    if (!read) return std::unexpected(read.error());
    if (*read != report) return runtime::fail(WorkerErrc::malformed, "read back as another");
  }
  return {};
}

void expect_refused(const std::vector<WorkerReport>& reports, WorkerErrc code, const WorkerLimits& limits = {}) {
  const auto read = read_all(reports, limits);
  ASSERT_FALSE(read);
  EXPECT_TRUE(read.error() == code) << read.error().message();
}

// Whether so many reports are there and believed.
bool read_some(ReportReader& reader, std::size_t count) {
  for (; count > 0; --count) {
    const auto report = reader.next();
    if (!report || !*report) return false;
  }
  return true;
}
void add_pieces(ReportReader& reader, std::uint32_t output, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; at += kOutputPieceBytesMax) {
    const std::size_t size = std::min(kOutputPieceBytesMax, bytes - at);
    reader.add(encode_report(WorkerOutputPiece{.output = output, .content = runtime::Bytes(size)}));
  }
}

WorkerLog log_of(std::size_t bytes, WorkerLog::Source source = WorkerLog::Source::kernels) {
  return {source, std::string(bytes, 'x')};
}

TEST(WorkerReports, those_of_a_task_are_read_as_they_were_sent) {
  const auto read = read_all({kStarted, log_of(5, WorkerLog::Source::compiler), WorkerProgress{10, 1, 2}, log_of(3),
                              WorkerProgress{10, 1, 3}, kCompleted});
  EXPECT_TRUE(read) << read.error().message();
  EXPECT_TRUE(read_all({WorkerFinished{.why = {Reason::manifest_invalid, "inputs[0]: missing"}}}));
}

TEST(WorkerReports, out_of_order_are_refused) {
  expect_refused({WorkerProgress{}}, WorkerErrc::out_of_order);
  expect_refused({kCompleted}, WorkerErrc::out_of_order);
  expect_refused({kStarted, kStarted}, WorkerErrc::out_of_order);
  expect_refused({kStarted, kCompleted, kStarted}, WorkerErrc::out_of_order);
}

TEST(WorkerReports, totals_do_not_shrink) {
  expect_refused({kStarted, WorkerProgress{5, 5, 5}, WorkerProgress{4, 5, 5}}, WorkerErrc::out_of_order);
  expect_refused({kStarted, WorkerProgress{5, 5, 5}, WorkerProgress{5, 4, 5}}, WorkerErrc::out_of_order);
  expect_refused({kStarted, WorkerProgress{5, 8, 5}, kCompleted}, WorkerErrc::out_of_order);
  expect_refused({kStarted, WorkerProgress{5, kWorkerTimeMaxUs + 1, 5}}, WorkerErrc::malformed);
  expect_refused({kStarted, WorkerProgress{1001, 0, 0}}, WorkerErrc::malformed);
}

TEST(WorkerReports, what_the_worker_holds_is_read_as_it_was_sent_where_it_can_be) {
  WorkerProgress progress;
  progress.holdings = {.descriptors = 6, .mapped_bytes = kHeldMax, .memory_bytes = 7};
  const auto read = read_all({kStarted, progress});
  EXPECT_TRUE(read) << read.error().message();
  progress.holdings = {.descriptors = 6, .mapped_bytes = kHeldMax + 1, .memory_bytes = 7};
  expect_refused({kStarted, progress}, WorkerErrc::malformed);
}

TEST(WorkerReports, outputs_are_those_of_the_shard_or_none) {
  WorkerFinished finished = kCompleted;
  finished.outputs.pop_back();
  expect_refused({kStarted, finished}, WorkerErrc::malformed);
  finished = kCompleted;
  finished.outputs[1].bytes = 9;
  expect_refused({kStarted, finished}, WorkerErrc::malformed);
  finished.outputs[1].content.resize(9);
  expect_refused({kStarted, finished}, WorkerErrc::malformed);
  finished = kCompleted;
  finished.outputs[0].path = "../a";
  expect_refused({kStarted, finished}, WorkerErrc::malformed);
  finished = kCompleted;
  finished.why.reason = Reason::kernel_failed;
  expect_refused({kStarted, finished}, WorkerErrc::malformed);
}

// Which of the two it is does not depend on what the worker says.
RC_GTEST_PROP(WorkerReports, small_outputs_come_at_the_end_and_larger_ones_in_pieces, ()) {
  const auto first = *rc::gen::inRange<std::size_t>(1, 2 * kReportedOutputBytesMax);
  const auto second = *rc::gen::inRange<std::size_t>(1, 100);
  const model::Shard shard{.outputs = {{"a", "x", 0, first}, {"b", "y", 0, second}}};
  const bool reported = first + second <= kReportedOutputBytesMax;
  RC_ASSERT(outputs_are_reported(shard) == reported);
  const auto believed = [&](std::size_t a, std::size_t b) {
    const std::size_t pieces = (first + kOutputPieceBytesMax - 1) / kOutputPieceBytesMax + 1;
    ReportReader reader;
    reader.expect(shard, {});
    reader.add(encode_report(kStarted));
    if (!reported) add_pieces(reader, 0, first);
    if (!reported) add_pieces(reader, 1, second);
    reader.add(encode_report(
        WorkerFinished{.why = {Reason::completed, {}},
                       .outputs = {{"a", first, {}, runtime::Bytes(a)}, {"b", second, {}, runtime::Bytes(b)}}}));
    return read_some(reader, (reported ? 0 : pieces) + 2);
  };
  RC_ASSERT(believed(reported ? first : 0, reported ? second : 0));
  RC_ASSERT(!believed(reported ? 0 : 1, reported ? second : 0));
  RC_ASSERT(!believed(reported ? first - 1 : 0, reported ? second : 1));
}

const model::Shard kLarge{.outputs = {{"a", "x", 0, 100'000}, {"none", "y", 0, 0}, {"b", "z", 0, 10}}};
const WorkerFinished kLargeCompleted{.why = {Reason::completed, {}},
                                     .outputs = {{"a", 100'000, {}, {}}, {"none", 0, {}, {}}, {"b", 10, {}, {}}}};

// Whether all reports on kLarge are believed.
bool large_read(const std::vector<WorkerReport>& reports) {
  ReportReader reader;
  reader.expect(kLarge, {});
  for (const WorkerReport& report : reports) reader.add(encode_report(report));
  return read_some(reader, reports.size());
}
WorkerOutputPiece piece_of(std::uint32_t output, std::size_t bytes) {
  return {.output = output, .content = runtime::Bytes(bytes)};
}

TEST(WorkerReports, pieces_of_outputs_come_in_order_and_never_beyond_their_end) {
  EXPECT_TRUE(large_read(
      {kStarted, piece_of(0, 65'536), piece_of(0, 34'464), WorkerProgress{}, piece_of(2, 10), kLargeCompleted}));
  EXPECT_FALSE(large_read({piece_of(0, 10)}));
  EXPECT_FALSE(large_read({kStarted, piece_of(2, 10)}));
  EXPECT_FALSE(large_read({kStarted, piece_of(3, 10)}));
  EXPECT_FALSE(large_read({kStarted, piece_of(0, 65'536), piece_of(0, 34'465)}));
  EXPECT_FALSE(large_read({kStarted, piece_of(0, 65'536), piece_of(0, 34'464), piece_of(1, 1)}));
  EXPECT_FALSE(large_read({kStarted, piece_of(0, 65'536), piece_of(0, 34'464), piece_of(2, 10), piece_of(2, 1)}));
  EXPECT_FALSE(large_read({kStarted, piece_of(0, 65'536), piece_of(0, 34'464), piece_of(2, 9), kLargeCompleted}));
  EXPECT_FALSE(large_read({kStarted, piece_of(0, 65'536), kLargeCompleted}));
  expect_refused({kStarted, piece_of(0, 1)}, WorkerErrc::out_of_order);  // where they come with the end
}

TEST(WorkerReports, a_worker_does_not_speak_for_others) {
  for (const Reason reason : {Reason::provider_lost, Reason::overcharged, Reason::busy, Reason::retries_exhausted}) {
    expect_refused({kStarted, WorkerFinished{.why = {reason, {}}}}, WorkerErrc::malformed);
  }
}

TEST(WorkerReports, logs_end_at_their_limits) {
  EXPECT_TRUE(read_all({kStarted, log_of(60), log_of(40)}, {.log_bytes = 100}));
  expect_refused({kStarted, log_of(60), log_of(41)}, WorkerErrc::over_limit, {.log_bytes = 100});
  const auto build_log = log_of(kWorkerLogBytesMax, WorkerLog::Source::compiler);
  EXPECT_TRUE(read_all({kStarted, build_log, build_log}));
  expect_refused({kStarted, build_log, build_log, log_of(1, WorkerLog::Source::compiler)}, WorkerErrc::over_limit);
}

TEST(WorkerReports, after_a_lie_nothing_is_believed) {
  ReportReader reader;
  reader.expect(kShard, {});
  reader.add(encode_report(WorkerProgress{}));
  reader.add(encode_report(kStarted));
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.is_under_way());
}

TEST(WorkerReports, lengths_that_are_none_or_too_large_are_refused_before_their_bytes_come) {
  MessageCutter cutter(100);
  cutter.add(runtime::bytes_of("\x65"));
  const auto large = cutter.next();
  ASSERT_FALSE(large);
  EXPECT_TRUE(large.error() == WorkerErrc::too_large);
  MessageCutter endless(100);
  endless.add(runtime::bytes_of("\xff\xff\xff\xff\xff"));
  EXPECT_FALSE(endless.next());
}

TEST(WorkerReports, texts_are_made_fit_to_be_sent) {
  WorkerFinished finished{.why = {Reason::kernel_failed, std::string(5000, 'x') + "\x1b[0m\xff"}};
  MessageCutter cutter(kWorkerReportBytesMax);
  cutter.add(encode_report(finished));
  const auto message = cutter.next();
  ASSERT_TRUE(message && *message);
  const auto& bytes = **message;
  const auto report = decode_report(bytes);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(std::get<WorkerFinished>(*report).why.detail, std::string(model::kDetailBytesMax, 'x'));
}

RC_GTEST_PROP(WorkerReports, any_bytes_are_read_in_any_pieces_alike, (const std::vector<std::uint8_t>& noise)) {
  runtime::Bytes bytes = encode_report(kStarted);
  runtime::append(bytes, encode_report(WorkerProgress{1, 2, 3}));
  runtime::append(bytes, std::as_bytes(std::span(noise)));
  const auto count = [&](std::size_t piece) {
    ReportReader reader;
    reader.expect(kShard, {});
    std::size_t read = 0;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.add(runtime::ByteView(bytes).subspan(at, std::min(piece, bytes.size() - at)));
      for (auto report = reader.next(); report && *report; report = reader.next()) ++read;
    }
    return read;
  };
  RC_ASSERT(count(1) == count(bytes.size()));
  RC_ASSERT(count(1) >= 2);
}

RC_GTEST_PROP(WorkerRequests, are_read_back_as_they_were, (std::string job, std::uint32_t shard, std::uint64_t limit)) {
  const WorkerTask task{.job = job,
                        .shard = shard,
                        .platform = 3,
                        .device = 4,
                        .device_name = "a device",
                        .input_folder = "/in",
                        .limits = {limit, limit / 2, limit / 3, limit / 4}};
  RequestReader reader;
  reader.add(encode_request(task));
  reader.add(encode_request(WorkerCancel{Reason::shutting_down}));
  const auto first = reader.next();
  RC_ASSERT(first && *first && **first == WorkerRequest(task));
  const auto second = reader.next();
  RC_ASSERT(second && *second && **second == WorkerRequest(WorkerCancel{Reason::shutting_down}));
}

}  // namespace
}  // namespace quern::execution
