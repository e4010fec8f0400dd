// Jobs that are broken or mean harm each end with their reason, and the daemon's side holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scheduler/worker/worker_process.hpp"

namespace quern::worker {
namespace {

using model::Reason;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A job of one kernel `k` over 16 items, with one buffer `b` of 64 bytes.
void make(JobFolder& folder, std::string_view source) {
  folder.add_source("k.cl", source);
  folder.add_output_buffer("b", 64);
  folder.job.steps = {{.kernel = "k", .global_work_size = {16}, .arguments = {buffer("b")}}};
}

constexpr std::string_view kCount = "__kernel void k(__global int* b) { b[get_global_id(0)] = get_global_id(0); }";
constexpr std::string_view kForever =
    "__kernel void k(__global volatile int* b) { while (b[0] == 0) b[1]++; b[get_global_id(0)] = 1; }";

void expect_end(const JobFolder& folder, Reason reason, const std::string& says) {
  const Ending ending = folder.run();
  ASSERT_TRUE(ending.finished);
  EXPECT_EQ(ending.finished->why.reason, reason) << told(ending);
  EXPECT_THAT(ending.finished->why.detail, HasSubstr(says));
  EXPECT_TRUE(ending.finished->outputs.empty());
}

TEST(Hostile, a_kernel_that_does_not_compile_ends_with_the_compiler_s_log) {
  JobFolder folder;
  make(folder, "__kernel void k(__global int* b) { b[0] = no_such_thing; }");
  const Ending ending = folder.run();
  EXPECT_THAT(told(ending), StartsWith("build_failed: "));
  EXPECT_THAT(ending.finished->why.detail, HasSubstr("error:"));
  EXPECT_THAT(ending.build_log, HasSubstr("no_such_thing"));
  EXPECT_EQ(ending.finished->device_time_us, 0);
}

TEST(Hostile, a_compiler_s_log_without_end_is_cut) {
  JobFolder folder;
  std::string source = "__kernel void k(__global int* b) {}\n";
  for (int i = 0; i < 3000; ++i) source += "#warning a long line of text that the compiler repeats, and again\n";
  make(folder, source);
  const Ending ending = folder.run();
  EXPECT_EQ(told(ending), "completed");
  EXPECT_LE(ending.build_log.size(), execution::kBuildLogBytesMax);
}

TEST(Hostile, a_kernel_that_is_not_there_is_named_with_those_that_are) {
  JobFolder folder;
  make(folder, kCount);
  folder.job.steps[0].kernel = "no_kernel";
  expect_end(folder, Reason::kernel_not_found, "no_kernel; the program has k");
}

TEST(Hostile, arguments_that_do_not_fit_the_kernel_are_told) {
  constexpr std::string_view kSource =
      "__kernel void k(__global int* b, uint n, float f, __local int* t, float4 v) { b[0] = n + f + t[0] + v.x; }";
  const auto expect = [&](std::vector<model::Argument> arguments, const std::string& says) {
    JobFolder folder;
    make(folder, kSource);
    folder.job.steps[0].arguments = std::move(arguments);
    expect_end(folder, Reason::kernel_arguments, says);
  };
  const model::Argument f = model::ScalarArgument{model::ScalarType::float32, 0};
  const model::Argument d = model::ScalarArgument{model::ScalarType::float64, 0};
  expect({buffer("b")}, "kernel k takes 5, args has 1");
  expect({uint_argument(1), uint_argument(1), f, local(4), f},
         "args[0]: int* b points to global memory and takes a buffer");
  expect({buffer("b"), buffer("b"), f, local(4), f}, "args[1]: a buffer for uint n, which is a value");
  expect({buffer("b"), f, f, local(4), f}, "args[1]: a float for uint n");
  expect({buffer("b"), uint_argument(1), d, local(4), f}, "args[2]: a double for float f");
  expect({buffer("b"), uint_argument(1), model::IterationArgument{0}, local(4), f}, "args[2]: a int for float f");
  expect({buffer("b"), uint_argument(1), f, buffer("b"), f}, "args[3]: int* t points to local memory");
  expect({buffer("b"), uint_argument(1), f, local(4), f},
         "args[4]: a float for float4 v: vectors are passed in a buffer");
}

TEST(Hostile, buffers_that_no_device_holds_are_refused_before_anything_runs) {
  JobFolder one;
  make(one, kCount);
  one.add_buffer("huge", model::kBufferBytesMax);
  expect_end(one, Reason::allocation_size, "1099511627776 bytes wanted");
  JobFolder many;
  make(many, kCount);
  for (int i = 0; i < 60; ++i) many.add_buffer("c" + std::to_string(i), 1 << 30);
  const Ending ending = many.run();
  ASSERT_TRUE(ending.finished);
  EXPECT_TRUE(ending.finished->why.reason == Reason::global_memory ||
              ending.finished->why.reason == Reason::memory_exceeded)
      << told(ending);
}

TEST(Hostile, what_the_device_cannot_do_is_told) {
  JobFolder folder;
  make(folder, kCount);
  const model::Job good = folder.job;
  folder.job.resources.extensions = {"cl_no_such_extension"};
  expect_end(folder, Reason::extension_missing, "cl_no_such_extension");
  folder.job = good;
  folder.job.resources.min_opencl_version = 905;
  expect_end(folder, Reason::opencl_version, "905 wanted");
  folder.job = good;
  folder.job.resources.device_type = model::DeviceType::gpu;
  expect_end(folder, Reason::device_type, "pthread");
  folder.job = good;
  folder.job.steps[0].global_work_size = {65536};
  folder.job.steps[0].local_work_size = {65536};
  expect_end(folder, Reason::kernel_failed, "a local size of 65536");
  folder.job = good;
  folder.job.steps[0].arguments = {local(1 << 24)};
  expect_end(folder, Reason::local_memory, "16777216 bytes wanted");
  folder.job = good;
  folder.job.resources.memory_bytes = 63;
  expect_end(folder, Reason::memory_exceeded, "buffers of 64 bytes");
}

TEST(Hostile, a_manifest_is_read_again_by_the_worker) {
  JobFolder folder;
  make(folder, kCount);
  auto task = folder.task();
  task.job.replace(task.job.find("\"k.cl\""), 6, "\"../k\"");
  EXPECT_THAT(told(folder.run(task)), StartsWith("manifest_invalid: inputs[0].path: "));
  task = folder.task();
  task.shard = 1;
  EXPECT_EQ(told(folder.run(task)), "manifest_invalid: shard 1 of 1");
  task.job = "no manifest";
  EXPECT_THAT(told(folder.run(task)), StartsWith("manifest_invalid: line 1"));
}

TEST(Hostile, inputs_that_are_missing_or_altered_are_found) {
  JobFolder folder;
  make(folder, kCount);
  folder.add_input_buffer("in", "sixteen bytes ...");
  const auto file = folder.path() / "in/in.bin";
  const auto task = folder.task();
  std::ofstream(file) << "sixteen bytes,...";
  EXPECT_EQ(told(folder.run(task)), "input_corrupt: input in.bin has another digest");
  std::ofstream(file) << "short";
  EXPECT_EQ(told(folder.run(task)), "input_corrupt: input in.bin has 5 bytes, the job says 17");
  std::filesystem::remove(file);
  EXPECT_THAT(told(folder.run(task)), StartsWith("input_missing: input in.bin"));
  std::filesystem::create_symlink("/etc/passwd", file);
  EXPECT_THAT(told(folder.run(task)), StartsWith("input_missing: input in.bin"));
}

TEST(Hostile, outputs_above_the_task_s_limit_are_refused_before_anything_runs) {
  JobFolder folder;
  make(folder, kCount);
  auto task = folder.task();
  task.limits.output_bytes = 63;
  const Ending ending = folder.run(task);
  EXPECT_EQ(told(ending), "output_exceeded: 64 bytes of outputs, the limit is 63");
  EXPECT_FALSE(ending.started);
}

TEST(Hostile, a_device_that_is_not_there_or_is_another_is_told) {
  JobFolder folder;
  make(folder, kCount);
  auto task = folder.task();
  task.platform = 99;
  EXPECT_THAT(told(folder.run(task)), StartsWith("device_lost: platform 99 of "));
  task.platform = 0;
  task.device = 99;
  EXPECT_THAT(told(folder.run(task)), StartsWith("device_lost: device 99 of "));
  task.device = 0;
  task.device_name = "another";
  EXPECT_THAT(told(folder.run(task)), HasSubstr(", not another"));
}

TEST(Hostile, a_loop_without_end_is_ended_by_the_limit_on_device_time) {
  JobFolder folder;
  make(folder, kForever);
  auto task = folder.task();
  task.limits.device_time_us = 100'000;
  const Ending ending = folder.run(task);
  EXPECT_THAT(told(ending), HasSubstr("us, the limit is 100000"));
  EXPECT_EQ(ending.finished->why.reason, Reason::device_time_exceeded);
  EXPECT_GE(ending.finished->device_time_us, 100'000);
}

TEST(Hostile, a_loop_without_end_is_ended_by_the_limit_on_cpu_time) {
  JobFolder folder;
  make(folder, kForever);
  auto task = folder.task();
  task.limits.cpu_time_us = 1'500'000;
  EXPECT_THAT(told(folder.run(task)), StartsWith("cpu_time_exceeded: "));
}

// Starts the task and waits until its kernels run: the first progress is told before.
void start_and_run(WorkerProcess& worker, const execution::WorkerTask& task) {
  worker.start(task, JobFolder::shard_of_task(task));
  int progress = 0;
  while (const auto report = worker.next()) {
    if (std::holds_alternative<execution::WorkerProgress>(*report) && ++progress == 2) return;
    ASSERT_FALSE(std::holds_alternative<execution::WorkerFinished>(*report));
  }
  FAIL() << "the worker died";
}

TEST(Hostile, a_loop_without_end_hears_a_cancel_and_says_the_reason_it_was_given) {
  JobFolder folder;
  make(folder, kForever);
  WorkerProcess worker;
  start_and_run(worker, folder.task());
  worker.send(execution::WorkerCancel{Reason::preempted});
  EXPECT_EQ(told(worker.ending()), "preempted");
  EXPECT_EQ(worker.wait(), 1) << "its kernels cannot be stopped";
}

TEST(Hostile, a_worker_ends_when_its_daemon_is_gone_whatever_runs) {
  JobFolder folder;
  make(folder, kForever);
  WorkerProcess worker;
  start_and_run(worker, folder.task());
  EXPECT_EQ(worker.wait(), 1);
}

TEST(Hostile, a_worker_that_is_killed_leaves_no_end_behind) {
  JobFolder folder;
  make(folder, kForever);
  WorkerProcess worker;
  start_and_run(worker, folder.task());
  worker.kill();
  EXPECT_FALSE(worker.ending().finished);
}

TEST(Hostile, what_kernels_print_comes_through_in_order_and_within_its_limit) {
  JobFolder folder;
  make(folder, "__kernel void k(__global int* b) { if (get_global_id(0) == 3) printf(\"item %d\\n\", b[0]); }");
  const Ending ending = folder.run();
  EXPECT_EQ(told(ending), "completed");
  EXPECT_EQ(ending.printed, "item 0\n");
}

TEST(Hostile, a_kernel_that_prints_without_end_is_ended) {
  JobFolder folder;
  make(folder,
       "__kernel void k(__global int* b) { for (int i = 0; i < 100; ++i) printf(\"a line of text, %d\\n\", i); }");
  folder.job.steps[0].global_work_size = {1 << 22};
  auto task = folder.task();
  task.limits.log_bytes = 10'000;
  const Ending ending = folder.run(task);
  EXPECT_THAT(told(ending), StartsWith("log_exceeded: "));
  EXPECT_EQ(ending.printed.size(), 10'000);
}

TEST(Hostile, a_kernel_that_writes_out_of_its_memory_takes_only_its_worker_along) {
  JobFolder folder;
  make(folder, "__kernel void k(__global int* b) { for (size_t i = 0; i < ((size_t)1 << 40); i += 1024) b[i] = 1; }");
  const Ending ending = folder.run();
  EXPECT_TRUE(!ending.finished || ending.finished->why.reason != Reason::completed) << told(ending);
}

TEST(Hostile, a_worker_takes_no_request_that_is_none) {
  WorkerProcess worker;
  worker.send(runtime::bytes_of("\x05hello"));
  EXPECT_EQ(worker.wait(), 0);
}

TEST(Worker, does_one_task_after_the_other_and_forgets_a_cancel_that_came_between) {
  JobFolder folder;
  make(folder, kCount);
  WorkerProcess worker;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto task = folder.task();
    worker.start(task, JobFolder::shard_of_task(task));
    const Ending ending = worker.ending();
    EXPECT_EQ(told(ending), "completed");
    folder.take(ending, task);
    EXPECT_EQ(values_of<std::int32_t>(folder.output("b.out")).at(15), 15);
    worker.send(execution::WorkerCancel{});
  }
  EXPECT_EQ(worker.wait(), 0);
}

TEST(Worker, a_task_that_failed_before_its_kernels_ran_does_not_end_the_worker) {
  JobFolder bad;
  make(bad, "nonsense");
  JobFolder good;
  make(good, kCount);
  WorkerProcess worker;
  for (const JobFolder* folder : {&bad, &good}) {
    const auto task = folder->task();
    worker.start(task, JobFolder::shard_of_task(task));
    EXPECT_EQ(worker.ending().finished->why.reason, folder == &bad ? Reason::build_failed : Reason::completed);
  }
}

TEST(Worker, two_devices_of_one_driver_are_told_apart_by_their_index) {
  JobFolder folder;
  make(folder, kCount);
  for (std::uint32_t device = 0; device < 2; ++device) {
    WorkerProcess worker({"POCL_DEVICES=basic pthread"});
    auto task = folder.task();
    task.device = device;
    worker.start(task, JobFolder::shard_of_task(task));
    const Ending ending = worker.ending();
    EXPECT_EQ(told(ending), "completed");
    ASSERT_TRUE(ending.started);
    EXPECT_THAT(ending.started->device_name, StartsWith(device == 0 ? "basic" : "pthread"));
    EXPECT_EQ(ending.started->device_clock, execution::DeviceClock::process_cpu_time);
  }
}

TEST(Worker, a_long_job_is_done_in_slices_and_tells_how_far_it_is) {
  JobFolder folder;
  make(folder,
       "__kernel void k(__global uint* b) { uint x = get_global_id(0); for (int i = 0; i < 200000; ++i) x = x * "
       "1664525u + "
       "1013904223u ^ (x >> 7); if (x == 12345u) b[0] = x; }");
  folder.job.steps[0].global_work_size = {4096};
  const Ending ending = folder.run();
  EXPECT_EQ(told(ending), "completed");
  ASSERT_GE(ending.progress.size(), 2) << "in steps";
  EXPECT_EQ(ending.progress.back().permille, 1000);
  EXPECT_GT(ending.finished->device_time_us, 0);
  EXPECT_GE(ending.finished->cpu_time_us, ending.finished->device_time_us);
}

// Few bytes are reported, more go to a file.
class WorkerOutputs : public testing::TestWithParam<std::size_t> {};

TEST_P(WorkerOutputs, an_input_shorter_than_its_buffer_is_followed_by_the_fill_byte) {
  JobFolder folder;
  folder.add_source(
      "k.cl",
      "__kernel void k(__global const uchar* in, __global uchar* b) { int i = get_global_id(0); b[i] = in[i]; }");
  folder.add_input_buffer("in", "abc");
  folder.job.buffers.back().bytes = GetParam();
  folder.job.buffers.back().fill = 'z';
  folder.job.buffers.back().access = model::BufferAccess::read_only;
  folder.add_output_buffer("b", GetParam());
  folder.job.outputs.back().path = "deep/in/folders.bin";
  folder.job.buffers.back().output = "deep/in/folders.bin";
  folder.job.steps = {{.kernel = "k", .global_work_size = {GetParam()}, .arguments = {buffer("in"), buffer("b")}}};
  ASSERT_EQ(told(folder.run()), "completed");
  EXPECT_EQ(folder.output("deep/in/folders.bin"), "abc" + std::string(GetParam() - 3, 'z'));
}
INSTANTIATE_TEST_SUITE_P(Sizes, WorkerOutputs,
                         testing::Values(6, execution::kReportedOutputBytesMax,
                                         execution::kReportedOutputBytesMax + 1));

}  // namespace
}  // namespace quern::worker
