// Work on a real OpenCL device in the real sandbox.
#include "scheduler/daemon/worker_runner.hpp"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scheduler/daemon/runner_world.hpp"

namespace quern::daemon {
namespace {

using testing::HasSubstr;

template <class Value>
std::string bytes_of(const std::vector<Value>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

std::string counted() {
  std::vector<std::int32_t> numbers(16);
  for (std::int32_t i = 0; i < 16; ++i) numbers[static_cast<std::size_t>(i)] = i;
  return bytes_of(numbers);
}

TEST(WorkerRunner, a_vector_sum_comes_out_right_and_is_metered) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    TestJob sum;
    sum.add_source("code/sum.cl",
                   "__kernel void sum(__global const float* x, __global const float* y, __global float* z) {\n"
                   "  size_t i = get_global_id(0); z[i] = x[i] + y[i];\n}\n");
    constexpr std::size_t count = 4096;
    std::vector<float> x(count);
    std::vector<float> y(count);
    std::vector<float> z(count);
    for (std::size_t i = 0; i < count; ++i) {
      x[i] = static_cast<float>(i);
      y[i] = 0.5F * static_cast<float>(i);
      z[i] = x[i] + y[i];
    }
    sum.add_input_buffer("x", bytes_of(x));
    sum.add_input_buffer("y", bytes_of(y));
    sum.add_output_buffer("z", count * sizeof(float));
    sum.job.steps = {
        {.kernel = "sum", .global_work_size = {count}, .arguments = {buffer("x"), buffer("y"), buffer("z")}}};
    TestMeter meter;
    const Finished finished = co_await world.run(sum, meter);
    EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished) << meter.logged;
    EXPECT_EQ(co_await world.output(finished), bytes_of(z));
    EXPECT_EQ(finished.usage[Dimension::setup], 1);
    EXPECT_EQ(finished.usage[Dimension::bytes_in], sum.contents[0].size() + 2 * count * sizeof(float));
    EXPECT_EQ(finished.usage[Dimension::bytes_out], count * sizeof(float));
    EXPECT_GT(finished.usage[Dimension::cpu_time], 0);
    EXPECT_GT(finished.usage[Dimension::memory_time], 0);
    EXPECT_EQ(meter.last_permille, 1000);
    EXPECT_GE(meter.totals.size(), 2);
  });
}

TEST(WorkerRunner, a_second_job_of_a_submitter_meets_a_warm_worker) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    for (int i = 0; i < 5; ++i) {
      TestMeter meter;
      const Finished finished = co_await world.run(job_of(kCount), meter);
      EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished) << meter.logged;
      EXPECT_EQ(co_await world.output(finished), counted());
    }
    EXPECT_EQ(world.runner.pool().figures().started, 1);
    EXPECT_EQ(world.runner.pool().figures().reused, 4);
    EXPECT_EQ(world.runner.pool().idle(), 1);
  });
}

TEST(WorkerRunner, two_submitters_never_share_a_worker) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    for (const char* submitter : {"alice", "bob", "alice", "bob"}) {
      TestMeter meter;
      const Finished finished = co_await world.run(job_of(kCount), meter, submitter);
      EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished);
    }
    EXPECT_EQ(world.runner.pool().figures().started, 2);
    EXPECT_EQ(world.runner.pool().figures().reused, 2);
  });
}

TEST(WorkerRunner, a_kernel_that_does_not_compile_ends_with_the_compiler_s_log_and_keeps_its_worker) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    const Finished finished =
        co_await world.run(job_of("__kernel void k(__global int* b) { b[0] = no_such_thing; }"), meter);
    EXPECT_EQ(finished.why.reason, Reason::build_failed) << told(finished);
    EXPECT_THAT(meter.logged, HasSubstr("no_such_thing"));
    EXPECT_EQ(finished.usage[Dimension::device_time], 0);
    EXPECT_EQ(world.runner.pool().idle(), 1);
  });
}

TEST(WorkerRunner, a_kernel_without_end_ends_when_its_time_is_over) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    TestJob job = job_of(kForever);
    job.job.resources.walltime_ms = 1500;
    TestMeter meter;
    const Finished finished = co_await world.run(job, meter);
    EXPECT_THAT(finished.why.reason, testing::AnyOf(Reason::walltime_exceeded, Reason::device_time_exceeded))
        << told(finished);
    EXPECT_LE(finished.usage[Dimension::device_time], 1'500'000);
    EXPECT_GT(finished.usage[Dimension::cpu_time], 100'000);
    EXPECT_EQ(world.runner.pool().idle(), 0);
  });
}

TEST(WorkerRunner, a_device_that_is_not_there_is_said_so) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    Work work = co_await world.work_of(job_of(kCount));
    work.device = "gpu-7";
    const Finished finished = co_await world.runner.run(work, meter);
    EXPECT_EQ(told(finished), "device_lost: the device is gone (no device gpu-7)");
  });
}

}  // namespace
}  // namespace quern::daemon
