// Work on a real OpenCL device in the real sandbox.
#include "scheduler/daemon/worker_runner.hpp"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/daemon/worker_bill.hpp"
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
    EXPECT_GE(meter.totals.size(), 1);
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
  const RunnerPlaces places;
  with_runner(places, places.options_with_room_for_idle_workers(), {}, [](RunnerWorld& world) -> Task<void> {
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
    model::Usage setup;
    setup[Dimension::setup] = 1;
    EXPECT_EQ(finished.usage, setup) << "of no other kind anything";
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

TEST(WorkerRunner, the_first_task_of_a_worker_that_is_stopped_is_billed_what_it_worked) {
  if (execution::Cgroups::probe().tier() == execution::CgroupTier::none) GTEST_SKIP() << "only its claim is known";
  with_runner([](RunnerWorld& world) -> Task<void> {
    TestJob job = job_of(kForever, 1);
    job.job.resources.walltime_ms = 1500;
    TestMeter meter;
    const Finished finished = co_await world.run(job, meter);
    EXPECT_NE(finished.why.reason, Reason::completed) << told(finished);
    const std::uint64_t worked = finished.usage[Dimension::cpu_time];
    const std::uint64_t billed = finished.usage[Dimension::device_time] * test_device().compute_units;
    EXPECT_GE(billed + 2 * kStoppedSetupCpuTimeUs + worked / kLaunchingShare, worked);
  });
}

TEST(WorkerRunner, without_cgroups_work_runs_and_its_claim_is_billed) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer needs more address space than a worker gets";
  const RunnerPlaces places;
  const auto use = [](RunnerWorld& world) -> Task<void> {
    for (int i = 0; i < 2; ++i) {
      TestMeter meter;
      const Finished finished = co_await world.run(job_of(kCount), meter);
      EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished) << meter.logged;
      EXPECT_GT(finished.usage[Dimension::cpu_time], 0);
    }
    EXPECT_EQ(world.runner.pool().figures().started, 1);
  };
  with_runner(places, places.options(), {}, use, execution::Cgroups());
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

// Lets the runner's own tasks go on until something is so.
Task<void> until(RunnerWorld& world, const std::function<bool()>& holds) {
  while (!holds()) co_await world.runtime.clock().sleep_for(milliseconds(2));
}

TEST(WorkerRunner, a_worker_that_waits_too_long_is_ended_with_its_folder) {
  const RunnerPlaces places;
  RunnerOptions options = places.options();
  options.pool.idle_time = milliseconds(50);
  with_runner(places, options, {}, [](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    const Finished finished = co_await world.run(job_of(kCount), meter);
    EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished);
    EXPECT_EQ(world.runner.pool().idle(), 1);
    EXPECT_EQ(world.places.folders(), 1);
    co_await until(world, [&] { return world.runner.pool().figures().ended == 1; });
    EXPECT_EQ(world.runner.pool().idle(), 0);
    EXPECT_EQ(world.places.folders(), 0);
    EXPECT_EQ(world.supervisor.running(), 0);
  });
}

TEST(WorkerRunner, no_more_workers_wait_than_may) {
  const RunnerPlaces places;
  RunnerOptions options = places.options();
  options.pool.idle_max = 1;
  with_runner(places, options, {}, [](RunnerWorld& world) -> Task<void> {
    for (const char* submitter : {"alice", "bob", "alice"}) {
      TestMeter meter;
      const Finished finished = co_await world.run(job_of(kCount), meter, submitter);
      EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished);
      EXPECT_EQ(world.runner.pool().idle(), 1);
    }
    EXPECT_EQ(world.runner.pool().figures().started, 3);
  });
}

TEST(WorkerRunner, works_run_beside_each_other) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    std::size_t completed = 0;
    co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
      for (int i = 0; i < 3; ++i) {
        group.spawn([](RunnerWorld& here, std::size_t& count) -> Task<void> {
          TestMeter meter;
          const Finished finished = co_await here.run(job_of(kCount), meter);
          EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished);
          count += finished.why.reason == Reason::completed ? 1 : 0;
        }(world, completed));
      }
      co_await group.join();
    });
    EXPECT_EQ(completed, 3);
    EXPECT_EQ(world.runner.pool().figures().started, 3);
  });
}

TEST(WorkerRunner, a_meter_that_says_stop_ends_the_work_with_what_was_used) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    meter.on_used = [](const model::Usage& total) -> Task<bool> { co_return total[Dimension::device_time] < 200'000; };
    const Finished finished = co_await world.run(job_of(kForever), meter);
    EXPECT_EQ(finished.why.reason, Reason::canceled) << told(finished);
    EXPECT_GE(finished.usage[Dimension::device_time], 200'000);
    EXPECT_TRUE(finished.outputs.empty());
    EXPECT_EQ(world.runner.pool().idle(), 0);
  });
}

TEST(WorkerRunner, a_meter_that_says_stop_at_once_starts_nothing) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    meter.on_used = [](const model::Usage&) -> Task<bool> { co_return false; };
    const Finished finished = co_await world.run(job_of(kCount), meter);
    EXPECT_EQ(finished.why.reason, Reason::canceled);
    EXPECT_EQ(world.runner.pool().figures().started, 0);
  });
}

TEST(WorkerRunner, work_stands_still_while_the_meter_waits_and_that_is_not_billed) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    // Compiled before, so that the wall time is the kernel's alone.
    TestMeter first;
    TestJob job = job_of("__kernel void k(__global volatile int* b, int on) { while (b[0] < on) b[1]++; }");
    job.job.steps[0].arguments.push_back(model::ScalarArgument{model::ScalarType::int32, 0});
    const Finished compiled = co_await world.run(job, first);
    EXPECT_EQ(compiled.why.reason, Reason::completed) << told(compiled);
    job.job.steps[0].arguments[1] = model::ScalarArgument{model::ScalarType::int32, 1};
    job.job.resources.walltime_ms = 2500;
    TestMeter meter;
    std::size_t held_at = 0;
    meter.on_used = [&](const model::Usage& total) -> Task<bool> {
      if (held_at == 0 && total[Dimension::cpu_time] > 100'000) {
        held_at = meter.totals.size();
        co_await world.runtime.clock().sleep_for(seconds(3));  // longer than the wall time: which stands still, too
      }
      co_return held_at == 0 || meter.totals.size() < held_at + 2;
    };
    const Finished finished = co_await world.run(job, meter);
    EXPECT_EQ(finished.why.reason, Reason::canceled) << told(finished);
    EXPECT_GE(meter.totals.size(), held_at + 1);
    if (held_at == 0 || meter.totals.size() < held_at + 1) co_return;
    const model::Usage& before = meter.totals[held_at - 1];
    const model::Usage& after = meter.totals[held_at];
    EXPECT_LT(after[Dimension::cpu_time] - before[Dimension::cpu_time], 1'500'000);
    EXPECT_LT(after[Dimension::memory_time] - before[Dimension::memory_time], 512 * 1500);
  });
}

// Processes with this text among their words.
std::size_t processes_with(const std::string& text) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string words = content_of(entry.path() / "cmdline");
    if (words.contains(text)) ++count;
  }
  return count;
}

Task<void> run_until_cancelled(RunnerWorld& world, TestMeter& meter) {
  std::ignore = co_await world.run(job_of(kForever), meter);
  ADD_FAILURE() << "it has ended by itself";
}

TEST(WorkerRunner, a_cancelled_run_leaves_no_process_and_no_folder_whenever_it_is_cancelled) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    for (const int after_ms : {0, 1, 2, 3, 5, 8, 13, 21, 40, 80, 700}) {
      TestMeter meter;
      runtime::TaskGroup group(world.runtime.executor());
      group.spawn(run_until_cancelled(world, meter));
      co_await world.runtime.clock().sleep_for(milliseconds(after_ms));
      co_await group.stop();
      EXPECT_EQ(world.supervisor.running(), 0) << after_ms;
      EXPECT_EQ(world.places.folders(), 0) << after_ms;
      EXPECT_EQ(processes_with(world.places.scratch()), 0) << after_ms;
    }
  });
}

TEST(WorkerRunner, a_run_that_is_cancelled_while_it_is_held_leaves_nothing) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    bool held = false;
    meter.on_used = [&](const model::Usage& total) -> Task<bool> {
      if (total[Dimension::device_time] == 0) co_return true;
      held = true;
      co_await world.runtime.clock().sleep_for(seconds(1000));
      co_return true;
    };
    runtime::TaskGroup group(world.runtime.executor());
    group.spawn(run_until_cancelled(world, meter));
    co_await until(world, [&] { return held; });
    co_await world.runtime.clock().sleep_for(kHoldAfter * 2);
    co_await group.stop();
    EXPECT_EQ(world.supervisor.running(), 0);
    EXPECT_EQ(world.places.folders(), 0);
    EXPECT_EQ(processes_with(world.places.scratch()), 0);
  });
}

TEST(WorkerRunner, an_input_that_the_store_has_not_is_named) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    TestJob job = job_of(kCount);
    job.add_input("more.bin", "never delivered");
    job.contents.pop_back();
    const Finished finished = co_await world.run(job, meter);
    EXPECT_EQ(finished.why.reason, Reason::input_missing) << told(finished);
    EXPECT_THAT(finished.why.detail, HasSubstr("more.bin"));
  });
}

TEST(WorkerRunner, a_store_without_room_for_the_output_is_a_full_disk) {
  const RunnerPlaces places;
  blobs::StoreLimits limits;
  limits.bytes_max = std::string_view(kCount).size() + 10;
  RunnerOptions options = places.options();
  std::optional<runtime::Error> logged;
  options.pool.on_failure = [&](const runtime::Error& error) { logged = error; };
  with_runner(places, options, limits, [&](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    const Finished finished = co_await world.run(job_of(kCount), meter);
    EXPECT_EQ(finished.why.reason, Reason::disk_full) << told(finished);
    EXPECT_TRUE(finished.outputs.empty());
    EXPECT_TRUE(logged && *logged == blobs::Errc::store_full && !logged->detail().empty());
    if (logged) EXPECT_EQ(finished.why.detail, logged->code().message()) << "the particulars are not the submitter's";
  });
}

TEST(WorkerRunner, a_device_of_another_name_is_lost) {
  const RunnerPlaces places;
  RunnerOptions options = places.options();
  options.devices[0].name = "another device";
  with_runner(places, options, {}, [](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    const Finished finished = co_await world.run(job_of(kCount), meter);
    EXPECT_EQ(finished.why.reason, Reason::device_lost) << told(finished);
    EXPECT_THAT(finished.why.detail, HasSubstr("not another device"));
  });
}

TEST(WorkerRunner, a_device_s_environment_chooses_what_the_driver_shows) {
  const RunnerPlaces places;
  RunnerOptions options = places.options();
  options.devices[0].device = 1;
  options.devices[0].environment = {{"POCL_DEVICES", "basic pthread"}};
  options.devices.push_back(options.devices[0]);
  options.devices[1].id = "cpu-1";
  options.devices[1].environment = {{"POCL_DEVICES", "pthread"}};
  with_runner(places, options, {}, [](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    const Finished finished = co_await world.run(job_of(kCount), meter);
    EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished);
    Work work = co_await world.work_of(job_of(kCount));
    work.device = "cpu-1";
    TestMeter second;
    const Finished lost = co_await world.runner.run(work, second);
    EXPECT_EQ(lost.why.reason, Reason::device_lost) << told(lost);
    EXPECT_EQ(lost.why.detail, "device 1 of 1");
  });
}

TEST(WorkerRunner, a_sandbox_that_cannot_be_made_is_the_provider_s_fault) {
  const RunnerPlaces places;
  RunnerOptions options = places.options();
  options.pool.worker_program = places.at("no-such-worker");
  with_runner(places, options, {}, [](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    const Finished finished = co_await world.run(job_of(kCount), meter);
    EXPECT_EQ(finished.why.reason, Reason::sandbox_unavailable) << told(finished);
    EXPECT_THAT(finished.why.detail, HasSubstr("no-such-worker"));
    EXPECT_TRUE(finished.outputs.empty());
  });
}

// The example's manifest, in as many shards as are asked for.
TestJob example(const std::string& name, const std::string& source, std::uint32_t shards) {
  const std::filesystem::path folder = std::filesystem::path(QUERN_EXAMPLES) / name;
  const auto job = model::job_from_json(content_of(folder / "job.json"));
  EXPECT_TRUE(job);
  TestJob made;
  if (!job) return made;
  made.job = *job;
  made.job.shards.count = shards;
  made.contents = {content_of(folder / source)};
  return made;
}

Task<std::string> run_shards(RunnerWorld& world, const TestJob& job, const std::string& submitter) {
  std::string all;
  for (std::uint32_t shard = 0; shard < job.job.shards.count; ++shard) {
    TestMeter meter;
    const Finished finished = co_await world.run(job, meter, submitter, shard);
    EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished) << meter.logged;
    EXPECT_GT(finished.usage[Dimension::device_time], 0);
    all += co_await world.output(finished);
  }
  co_return all;
}

TEST(WorkerRunner, the_example_s_picture_is_the_same_in_any_number_of_shards) {
  const RunnerPlaces places;
  with_runner(places, places.options_with_room_for_idle_workers(), {}, [](RunnerWorld& world) -> Task<void> {
    TestJob picture = example("path_tracer", "path_tracer.cl", 1);
    picture.job.steps[0].repeat = 1;  // one pass of sixteen
    const std::string whole = co_await run_shards(world, picture, "alice");
    EXPECT_EQ(whole.size(), 691'200);
    picture.job.shards.count = 3;
    EXPECT_EQ(co_await run_shards(world, picture, "bob"), whole);
    // All shards but the first meet a warm worker with their program compiled.
    EXPECT_EQ(world.runner.pool().figures().started, 2);
  });
}

TEST(WorkerRunner, the_example_s_galaxies_are_the_same_in_any_number_of_shards) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    TestJob galaxies = example("nbody", "nbody.cl", 1);
    galaxies.job.steps[1].repeat = 4;  // of 280
    const std::string whole = co_await run_shards(world, galaxies, "alice");
    EXPECT_EQ(whole.size(), 614'400);
    galaxies.job.shards.count = 4;
    EXPECT_EQ(co_await run_shards(world, galaxies, "bob"), whole);
  });
}

TEST(WorkerRunner, a_submitter_that_varies_its_limits_does_not_push_out_the_workers_of_others) {
  const RunnerPlaces places;
  RunnerOptions options = places.options();
  options.pool.idle_max = 2;
  with_runner(places, options, {}, [&](RunnerWorld& world) -> Task<void> {
    TestMeter meter;
    std::ignore = co_await world.run(job_of(kCount), meter, "bob");
    for (std::uint64_t i = 1; i <= 3; ++i) {
      TestJob job = job_of(kCount);
      job.job.resources.memory_bytes += i << 20;
      TestMeter each;
      const Finished finished = co_await world.run(job, each);
      EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished);
      EXPECT_LE(world.runner.pool().idle(), 2);
    }
    EXPECT_EQ(world.runner.pool().figures().reused, 0);
    TestMeter again;
    std::ignore = co_await world.run(job_of(kCount), again, "bob");
    EXPECT_EQ(world.runner.pool().figures().reused, 1);
  });
}

// Leaves 60 MiB in its worker's memory.
TestJob leaving_memory() {
  return job_of(
      "__kernel void k(__global long* b) {\n  long at;\n"
      "  __asm__ volatile(\"mov $34, %%r10; mov $-1, %%r8; xor %%r9d, %%r9d; syscall\" : \"=a\"(at)\n"
      "                   : \"a\"(9L), \"D\"(0L), \"S\"(60L << 20), \"d\"(3L)\n"
      "                   : \"rcx\", \"r8\", \"r9\", \"r10\", \"r11\", \"memory\");\n"
      "  for (long i = 0; i < 60L << 20; i += 4096) ((volatile char*)at)[i] = 1;\n  b[0] = at;\n}\n",
      1);
}

TEST(WorkerRunner, a_worker_whose_memory_nothing_tells_counts_as_all_that_it_was_granted) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer needs more address space than a worker gets";
  const RunnerPlaces places;
  TestJob job = job_of(kCount);
  job.job.resources.memory_bytes = 256 << 20;
  RunnerOptions options = places.options();
  options.pool.idle_bytes_max = job.job.resources.memory_bytes + kWorkerMemoryBytes;
  const auto use = [&](RunnerWorld& world) -> Task<void> {
    for (const char* submitter : {"alice", "bob"}) {
      TestMeter meter;
      const Finished finished = co_await world.run(job, meter, submitter);
      EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished) << meter.logged;
      EXPECT_EQ(world.runner.pool().idle(), 1) << "there is room for one";
      EXPECT_EQ(world.runner.pool().idle_bytes(), options.pool.idle_bytes_max);
    }
  };
  with_runner(places, options, {}, use, execution::Cgroups());
}

TEST(WorkerRunner, workers_that_wait_are_measured_and_hold_no_more_memory_together_than_they_may) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's memory is more than a job's";
  if (execution::Cgroups::probe().tier() == execution::CgroupTier::none) GTEST_SKIP() << "nothing tells of memory";
  std::uint64_t plain = 0;
  with_runner([&](RunnerWorld& world) -> Task<void> {
    TestMeter first;
    std::ignore = co_await world.run(job_of(kCount), first);
    plain = world.runner.pool().idle_bytes();
    EXPECT_GT(plain, 1 << 20);
    TestMeter second;
    const Finished finished = co_await world.run(leaving_memory(), second);
    EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished);
    EXPECT_EQ(world.runner.pool().idle(), 2);
    EXPECT_GE(world.runner.pool().idle_bytes(), 2 * plain + (40 << 20));
  });
  const RunnerPlaces places;
  RunnerOptions options = places.options();
  options.pool.idle_bytes_max = plain + (40 << 20);
  with_runner(places, options, {}, [&](RunnerWorld& world) -> Task<void> {
    TestMeter first;
    std::ignore = co_await world.run(job_of(kCount), first);
    EXPECT_EQ(world.runner.pool().idle(), 1);
    TestMeter second;
    std::ignore = co_await world.run(leaving_memory(), second);
    EXPECT_EQ(world.runner.pool().idle(), 0);
  });
}

}  // namespace
}  // namespace quern::daemon
