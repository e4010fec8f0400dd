// Jobs that attack, on a real OpenCL device in the real sandbox: a processor's kernel is native code in its worker.
// That each attack does its harm without the walls is shown in tests/scheduler/execution.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/execution/descriptor.hpp"
#include "scheduler/execution/scratch.hpp"
#include "scheduler/execution/worker_messages.hpp"
#include "tests/scheduler/daemon/runner_world.hpp"

namespace quern::daemon {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

// Runs `body` once, with system calls: call(number, a, b, c). What it puts into b[0] is the job's output.
TestJob calling(const std::string& body, const std::string& before = "") {
  return job_of(std::string(kSystemCall) + before + "__kernel void k(__global long* b) {\n" + body + "\n}\n", 1);
}

constexpr std::uint64_t kCoresMax = 4096;

struct Ended {
  Finished finished;
  std::string logged;
  std::vector<std::int64_t> output;  // b
  std::uint64_t kept = 0;            // workers that wait after it
};

Ended run_in(const RunnerPlaces& places, const RunnerOptions& options, const TestJob& job) {
  Ended run;
  with_runner(places, options, {}, [&](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    run.finished = co_await world.run(job, meter);
    run.logged = meter.logged;
    run.kept = world.runner.pool().idle();
    if (run.finished.outputs.empty()) co_return;
    const std::string bytes = co_await world.output(run.finished);
    run.output.resize(bytes.size() / sizeof(std::int64_t));
    std::memcpy(run.output.data(), bytes.data(), run.output.size() * sizeof(std::int64_t));
    // The node and its store live on, and the next job is served.
    TestMeter next;
    const Finished after = co_await world.run(job_of(kCount), next);
    EXPECT_EQ(after.why.reason, Reason::completed) << told(after);
  });
  return run;
}
Ended run_alone(const TestJob& job) {
  const RunnerPlaces places;
  return run_in(places, places.options(), job);
}
// The call came back with an error number.
void expect_refused(const Ended& run) {
  EXPECT_EQ(run.finished.why.reason, Reason::completed) << told(run.finished) << run.logged;
  ASSERT_FALSE(run.output.empty());
  EXPECT_LT(run.output[0], 0);
}
void expect_end(const Ended& run, Reason reason) {
  EXPECT_EQ(run.finished.why.reason, reason) << told(run.finished) << run.logged;
  EXPECT_TRUE(run.finished.outputs.empty());
  EXPECT_EQ(run.kept, 0);
}

std::string array_of(runtime::ByteView bytes) {
  std::string text = "__constant char message[] = {";
  for (const std::byte byte : bytes) text += std::to_string(static_cast<int>(static_cast<signed char>(byte))) + ",";
  return text + "};\n";
}
// An end that a kernel makes up. Its times are no less than what the worker has told of before.
execution::WorkerFinished lie_of(Reason reason, const std::string& detail = {}) {
  execution::WorkerFinished lie;
  lie.why = {reason, detail};
  lie.device_time_us = lie.cpu_time_us = execution::kWorkerTimeMaxUs;
  if (reason == Reason::completed) lie.outputs = {{.path = "b.out", .bytes = 64, .digest = {}, .content = {}}};
  return lie;
}
// An output of so many bytes comes in pieces.
constexpr std::uint64_t kBytesInPieces = 2 * execution::kReportedOutputBytesMax;
TestJob in_pieces(TestJob job) {
  job.job.buffers.front().bytes = kBytesInPieces;
  job.job.outputs.front().max_bytes = kBytesInPieces;
  return job;
}
// Sends the daemon what no kernel should: the descriptor is the worker's own.
TestJob reporting(const runtime::Bytes& bytes, const std::string& then = "") {
  return calling("b[0] = call(1, 4, (long)message, sizeof(message));" + then, array_of(bytes));
}

TEST(WorkerRunnerHostile, the_compiler_includes_no_file_of_the_host) {
  for (const char* file : {"/etc/shadow", "/root/.bashrc", "/etc/hostname"}) {
    const Ended run = run_alone(job_of("#include \"" + std::string(file) + "\"\n" + kCount));
    EXPECT_EQ(run.finished.why.reason, Reason::build_failed) << told(run.finished);
    EXPECT_THAT(run.logged, HasSubstr("not found"));
  }
}

TEST(WorkerRunnerHostile, the_folder_of_the_worker_is_all_that_is_there_of_jobs) {
  const RunnerPlaces places;
  // open(2) of the scratch root, by its name on the host.
  const Ended run = run_in(places, places.options(),
                           calling("b[0] = call(2, (long)name, 0, 0);",
                                   "__constant char name[] = \"" + places.scratch().string() + "\";\n"));
  expect_refused(run);
}

TEST(WorkerRunnerHostile, an_input_cannot_be_changed) {
  expect_refused(run_alone(calling("b[0] = call(2, (long)name, 2, 0);",  // for reading and writing
                                   "__constant char name[] = \"/job/in/0/k.cl\";\n")));
}

TEST(WorkerRunnerHostile, machine_code_opens_no_socket) {
  expect_end(run_alone(calling("b[0] = call(41, 2, 1, 0);")), Reason::call_forbidden);
}

TEST(WorkerRunnerHostile, machine_code_traces_nobody) {
  expect_end(run_alone(calling("b[0] = call(101, 16, 1, 0);")), Reason::call_forbidden);
}

TEST(WorkerRunnerHostile, machine_code_signals_neither_the_daemon_nor_anybody) {
  const Ended parent = run_alone(calling("b[0] = call(62, " + std::to_string(::getpid()) + ", 9, 0);"));
  expect_refused(parent);
  // All that may be signalled is the sandbox's: and that ends it.
  expect_end(run_alone(calling("b[0] = call(62, -1, 9, 0); b[0] = call(62, call(39, 0, 0, 0), 9, 0);")),
             Reason::worker_crashed);
}

TEST(WorkerRunnerHostile, machine_code_reads_nothing_of_other_processes) {
  const std::string name = "__constant char name[] = \"/proc/" + std::to_string(::getpid()) + "/environ\";\n";
  expect_refused(run_alone(calling("b[0] = call(2, (long)name, 0, 0);", name)));
}

TEST(WorkerRunnerHostile, writing_out_of_bounds_crashes_the_worker_alone) {
  const Ended run = run_alone(job_of("__kernel void k(__global int* b) { b[1L << 40] = 1; }"));
  expect_end(run, Reason::worker_crashed);
#if __has_feature(thread_sanitizer)  // takes the signal, and ends its process by a status of its own
  EXPECT_THAT(run.finished.why.detail, HasSubstr("exit status 66"));
#else
  EXPECT_THAT(run.finished.why.detail, HasSubstr("SIGSEGV"));
#endif
}

TEST(WorkerRunnerHostile, printing_without_end_ends_at_the_log_s_limit) {
  const RunnerPlaces places;
  RunnerOptions options = places.options();
  options.log_bytes = 10'000;
  const Ended run = run_in(places, options,
                           job_of("__kernel void k(__global int* b) {\n"
                                  "  for (int i = 0; i < 100000; ++i) printf(\"%d line of many\\n\", i);\n}\n",
                                  1));
  expect_end(run, Reason::log_exceeded);
  EXPECT_THAT(run.logged, HasSubstr("0 line of many"));
  EXPECT_LE(run.logged.size(), 10'000 + execution::kBuildLogBytesMax);
}

TEST(WorkerRunnerHostile, writing_to_standard_error_without_end_ends_at_its_limit) {
  const Ended run = run_alone(calling("for (;;) call(1, 2, (long)text, sizeof(text));",
                                      "__constant char text[] = \"a line of words that nobody wants to read\\n\";\n"));
  expect_end(run, Reason::log_exceeded);
  EXPECT_LE(run.logged.size(), kWorkerWordsMax + execution::kBuildLogBytesMax);
}

// Fills every folder there may be by fallocate(2), by writing and by many files, lets all of it lie for a while, and
// tells: bytes that were allocated, bytes that were written, files that were made, folders in which one could be.
constexpr const char* kFill = R"(
long allocate(long file, long bytes) {
  long result;
  __asm__ volatile("mov %4, %%r10; syscall" : "=a"(result)
                   : "a"(285L), "D"(file), "S"(0L), "r"(bytes), "d"(0L) : "rcx", "r10", "r11", "memory");
  return result;
}
long make(__constant const char* folder, int number) {
  char path[32];
  int at = 0;
  for (; folder[at]; ++at) path[at] = folder[at];
  for (int i = 0; i < 5; ++i, number /= 10) path[at++] = '0' + number % 10;
  path[at] = 0;
  return call(2, (long)path, 0101, 0600);
}
__constant char folders[7][12] = {"/job/out/0/", "/job/out/", "/job/in/", "/job/", "/tmp/", "/cache/", "/dev/shm/"};
__constant char text[65536] = {1};
__kernel void k(__global volatile long* b) {
  for (int folder = 0; folder < 7; ++folder) {
    long there = 0;
    for (int i = 0; i < 2000; ++i) {
      long file = make(folders[folder], i);
      if (file < 0) continue;
      there = 1;
      b[2]++;
      if (i < 4) {
        if (allocate(file, 64L << 20) == 0) b[0] += 64L << 20;
        for (long done = 1; done > 0; b[1] += done > 0 ? done : 0) done = call(1, file, (long)text, sizeof(text));
      }
      call(3, file, 0, 0);
    }
    b[3] += there;
  }
  for (b[4] = 0; b[4] < argument; b[4]++) {}
}
)";

TEST(WorkerRunnerHostile,
     filling_by_fallocate_and_by_many_files_takes_nothing_of_the_disk_and_no_more_memory_than_agreed) {
  const RunnerPlaces places;
  std::uint64_t peak = 0;
  const auto on_disk = [&] { return execution::measure_scratch(places.folder(), 1'000'000).bytes; };
  TestJob job = job_of(std::string("#define argument 600000000L\n") + kSystemCall + kFill, 1);
  job.job.resources.walltime_ms = 120'000;
  Finished finished;
  std::vector<std::int64_t> told_of(8);
  with_runner(places, places.options(), {}, [&](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    const std::uint64_t before = on_disk();
    // All that was filled lies there while the kernel counts: a look at any time sees the peak.
    meter.on_used = [&](const model::Usage&) -> Task<bool> {
      peak = std::max(peak, on_disk() - before);
      co_return true;
    };
    finished = co_await world.run(job, meter);
    EXPECT_GE(meter.totals.size(), 4) << "it was not looked at while it was full";
    const std::string bytes = co_await world.output(finished);
    std::memcpy(told_of.data(), bytes.data(), std::min<std::size_t>(bytes.size(), 64));
  });
  EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished);
  EXPECT_EQ(told_of[0], 0) << "allocated by fallocate";
  EXPECT_LE(told_of[1], (64 + 64 + 16) << 20) << "written: /tmp, /cache and /dev/shm have these sizes";
  EXPECT_EQ(told_of[3], 3) << "folders that can be written";
  EXPECT_LE(peak, 1 << 20) << "of the disk: the job's inputs and the runner's folders";
  // Without walls both is had, and seen.
  const std::uint64_t before = on_disk();
  const execution::Descriptor file(
      ::open((places.folder() + "/control").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  ASSERT_EQ(::fallocate(file.get(), 0, 0, 64 << 20), 0);
  EXPECT_GE(on_disk() - before, 64 << 20);
}

TEST(WorkerRunnerHostile, filling_the_scratch_space_fills_it_and_no_more) {
  const Ended run =
      run_alone(calling("long file = call(2, (long)name, 0101, 0600); long all = 0;\n"
                        "do { b[0] = call(1, file, (long)text, sizeof(text)); all += b[0]; }\n"
                        "while (b[0] > 0); b[1] = all;",
                        "__constant char name[] = \"/tmp/fill\";\n"
                        "__constant char text[65536] = {1};\n"));
  expect_refused(run);
  EXPECT_LE(run.output.at(1), 64 << 20);
}

TEST(WorkerRunnerHostile, taking_far_more_memory_than_was_asked_for_is_memory_exceeded) {
  TestJob job = calling(
      "char* all = (char*)mapped(4L << 30);\n"
      "for (long i = 0; i < 4L << 30; i += 4096) all[i] = 1;\n b[0] = all[4096];",
      "long mapped(long size) {\n"
      "  long result;\n"
      "  __asm__ volatile(\"mov $34, %%r10; mov $-1, %%r8; xor %%r9, %%r9; syscall\" : \"=a\"(result)\n"
      "                   : \"a\"(9), \"D\"(0), \"S\"(size), \"d\"(3)\n"
      "                   : \"rcx\", \"r8\", \"r9\", \"r10\", \"r11\", \"memory\");\n"
      "  return result;\n}\n");
  job.job.resources.memory_bytes = 64 << 20;
  // Without a control group the address space is limited: the memory is not had, and writing to it is a crash.
  const bool is_grouped = execution::Cgroups::probe().tier() != execution::CgroupTier::none;
  expect_end(run_alone(job), is_grouped ? Reason::memory_exceeded : Reason::worker_crashed);
}

TEST(WorkerRunnerHostile, what_is_no_report_ends_the_worker) {
  const Ended run = run_alone(reporting(runtime::copy_of(runtime::bytes_of("\x05garbage that is no message"))));
  expect_end(run, Reason::worker_crashed);
  EXPECT_THAT(run.finished.why.detail, HasSubstr("reports what cannot be"));
}

TEST(WorkerRunnerHostile, an_end_that_is_claimed_without_outputs_is_none) {
  const execution::WorkerFinished lie = lie_of(Reason::completed);
  const Ended run = run_alone(reporting(encode_report(lie), "for (;;) b[1]++;"));
  expect_end(run, Reason::worker_crashed);
  EXPECT_THAT(run.finished.why.detail, HasSubstr("the outputs are not those of the shard"));
}

// The reports of an output of zeros but for its last piece, and of the end.
runtime::Bytes pieces_and(const execution::WorkerFinished& finished) {
  runtime::Bytes reports;
  for (std::uint64_t at = 0; at < finished.outputs[0].bytes; at += execution::kOutputPieceBytesMax) {
    runtime::append(reports, encode_report(execution::WorkerOutputPiece{
                                 .output = 0, .content = runtime::Bytes(execution::kOutputPieceBytesMax)}));
  }
  runtime::append(reports, encode_report(finished));
  return reports;
}

TEST(WorkerRunnerHostile, an_end_that_is_claimed_before_its_outputs_have_come_is_none) {
  execution::WorkerFinished lie = lie_of(Reason::completed);
  lie.outputs[0].bytes = kBytesInPieces;
  const Ended run = run_alone(in_pieces(reporting(encode_report(lie), "for (;;) b[1]++;")));
  expect_end(run, Reason::worker_crashed);
  EXPECT_THAT(run.finished.why.detail, HasSubstr("an output is not whole"));
}

TEST(WorkerRunnerHostile, an_output_of_other_bytes_than_the_worker_says_is_not_kept) {
  execution::WorkerFinished lie = lie_of(Reason::completed);
  lie.outputs[0].content.resize(64);
  const Ended at_the_end = run_alone(reporting(encode_report(lie), "for (;;) b[1]++;"));
  expect_end(at_the_end, Reason::worker_crashed);
  EXPECT_THAT(at_the_end.finished.why.detail, HasSubstr("b.out is not what it says"));
  lie.outputs[0].content.clear();
  lie.outputs[0].bytes = kBytesInPieces;
  const Ended before = run_alone(in_pieces(reporting(pieces_and(lie), "for (;;) b[1]++;")));
  expect_end(before, Reason::worker_crashed);
  EXPECT_THAT(before.finished.why.detail, HasSubstr("b.out is not what it says"));
}

TEST(WorkerRunnerHostile, no_link_can_be_made) {
  // symlink(2) is not among the calls. That a link would not be followed: job_folder_test.cpp.
  const Ended run = run_alone(calling("b[0] = call(88, (long)target, (long)name, 0);",
                                      "__constant char target[] = \"/etc/passwd\";\n"
                                      "__constant char name[] = \"/tmp/b.out\";\n"));
  expect_refused(run);
}

TEST(WorkerRunnerHostile, the_provider_is_not_blamed_by_a_job) {
  const execution::WorkerFinished lie = lie_of(Reason::internal, "the provider is broken");
  const Ended run = run_alone(reporting(encode_report(lie), "for (;;) b[1]++;"));
  expect_end(run, Reason::worker_crashed);
  EXPECT_THAT(run.finished.why.detail, HasSubstr("it says internal"));
}

TEST(WorkerRunnerHostile, the_provider_is_not_blamed_by_a_later_job_of_a_worker_either) {
  TestJob job = calling("if (b[1]) { b[0] = call(1, 4, (long)message, sizeof(message)); for (;;) b[1]++; }",
                        array_of(encode_report(lie_of(Reason::internal, "the provider is broken"))));
  with_runner([&](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    const Finished first = co_await world.run(job, meter);
    EXPECT_EQ(first.why.reason, Reason::completed) << told(first);
    job.job.buffers.front().fill = 1;  // of the same program, so that the worker has said nothing when it runs
    TestMeter second;
    const Finished after = co_await world.run(job, second);
    EXPECT_EQ(after.why.reason, Reason::worker_crashed) << told(after);
    EXPECT_THAT(after.why.detail, HasSubstr("it says internal"));
  });
}

TEST(WorkerRunnerHostile, an_end_that_is_claimed_early_does_not_let_the_job_run_on) {
  const execution::WorkerFinished lie = lie_of(Reason::kernel_not_found, "not really");
  // Its worker is ended: or a job would go on for nothing.
  const TestJob job = reporting(encode_report(lie), "for (;;) b[1]++;");
  with_runner([&](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    const Finished finished = co_await world.run(job, meter);
    EXPECT_EQ(finished.why.reason, Reason::kernel_not_found) << told(finished);
    EXPECT_EQ(world.runner.pool().idle(), 0);
    EXPECT_EQ(world.supervisor.running(), 0);
    TestMeter second;
    const Finished after = co_await world.run(job_of(kCount), second);
    EXPECT_EQ(after.why.reason, Reason::completed) << told(after);
    // Another submitter is not touched.
    TestMeter third;
    const Finished other = co_await world.run(job_of(kCount), third, "bob");
    EXPECT_EQ(other.why.reason, Reason::completed) << told(other);
  });
}

TEST(WorkerRunnerHostile, time_that_is_not_claimed_is_billed_all_the_same) {
  execution::WorkerFinished lie;
  lie.why = {Reason::kernel_not_found, "nothing was used"};
  const Ended run =
      run_alone(calling("volatile long n = 0; while (n < 1500000000) n++;\n"
                        "call(1, 4, (long)message, sizeof(message)); for (;;) b[1]++;",
                        array_of(encode_report(lie))));
  expect_end(run, Reason::worker_crashed);
  EXPECT_THAT(run.finished.why.detail, HasSubstr("a total that shrinks"));  // the worker has told of some before
  EXPECT_GT(run.finished.usage[Dimension::cpu_time], 300'000);
}

// A program that does not compile costs next to nothing: one that runs is none.
TEST(WorkerRunnerHostile, a_kernel_that_says_it_did_not_compile_is_billed) {
  const execution::WorkerFinished lie = lie_of(Reason::build_failed, "not really");
  const Ended run = run_alone(reporting(encode_report(lie), "for (;;) b[1]++;"));
  expect_end(run, Reason::worker_crashed);
  EXPECT_THAT(run.finished.why.detail, HasSubstr("it says build_failed"));
  EXPECT_GT(run.finished.usage[Dimension::memory_time], 0);
}

TEST(WorkerRunnerHostile, more_time_than_there_was_is_not_billed) {
  const execution::WorkerFinished lie = lie_of(Reason::kernel_not_found, "years were used");
  TestJob job = reporting(encode_report(lie), "for (;;) b[1]++;");
  job.job.resources.walltime_ms = 200'000;
  const Ended run = run_alone(job);
  EXPECT_EQ(run.finished.why.reason, Reason::kernel_not_found) << told(run.finished);
  EXPECT_LT(run.finished.usage[Dimension::device_time], 200'000'000);
  EXPECT_LT(run.finished.usage[Dimension::cpu_time], 200'000'000 * kCoresMax);
}

}  // namespace
}  // namespace quern::daemon
