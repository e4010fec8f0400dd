// What one task leaves in its worker, and that the next of the same submitter neither meets it nor pays for it: on a
// real OpenCL device in the real sandbox.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scheduler/daemon/runner_world.hpp"

namespace quern::daemon {
namespace {

// Starts a thread that ends when flag[0] is not zero: it counts itself down in flag[1]. Without a flag it never ends.
constexpr const char* kThread = R"(
long thread(volatile long* flag) {
  long result;
  __asm__ volatile("mov %1, %%r9; mov $0x50f00, %%edi; mov %%rsp, %%rsi; sub $4096, %%rsi\n"
                   "xor %%edx, %%edx; xor %%r10d, %%r10d; xor %%r8d, %%r8d; mov $56, %%eax; syscall\n"
                   "test %%rax, %%rax; jnz 2f\n"
                   "1: pause; test %%r9, %%r9; je 1b; cmpq $0, (%%r9); je 1b\n"
                   "lock decq 8(%%r9); mov $60, %%eax; xor %%edi, %%edi; syscall\n"
                   "2:"
                   : "=&a"(result) : "r"(flag)
                   : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
  return result;
}
)";

// map(bytes, protection, flags, file): mmap(), of memory where flags has 040.
constexpr const char* kMap = R"(
long map(long bytes, long protection, long flags, long file) {
  long result;
  __asm__ volatile("mov %4, %%r10; mov %5, %%r8; xor %%r9d, %%r9d; syscall"
                   : "=a"(result) : "a"(9l), "D"(0l), "S"(bytes), "r"(flags), "r"(file), "d"(protection)
                   : "rcx", "r8", "r9", "r10", "r11", "memory");
  return result;
}
)";

// A program whose kernel gets `fill` in b[0], so that what it does can differ from task to task.
TestJob program(const std::string& body, std::uint32_t fill, const std::string& before = "") {
  TestJob made =
      job_of(std::string(kSystemCall) + kThread + before + "__kernel void k(__global long* b) {\n" + body + "\n}\n", 1);
  made.job.buffers.front().fill = static_cast<std::uint8_t>(fill);
  return made;
}

Task<std::int64_t> first_of(RunnerWorld& world, const Finished& finished) {
  const std::string bytes = co_await world.output(finished);
  std::int64_t value = 0;
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
  co_return value;
}

// Completes with `value` in b[0], and its worker does no other task.
Task<void> is_not_kept_after(RunnerWorld& world, TestJob job, std::int64_t value) {
  TestMeter meter;
  const Finished finished = co_await world.run(std::move(job), meter);
  EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished) << meter.logged;
  EXPECT_EQ(co_await first_of(world, finished), value);
  EXPECT_EQ(world.runner.pool().idle(), 0);
}

const auto use_of_threads = [](RunnerWorld& world) -> Task<void> {
  const std::string body = "if (b[0]) for (int i = 0; i < 3; ++i) b[i] = thread(0);";
  TestMeter meter;
  const Finished left = co_await world.run(program(body, 1), meter);
  EXPECT_EQ(left.why.reason, Reason::completed) << told(left) << meter.logged;
  EXPECT_GT(co_await first_of(world, left), 0) << "no thread was started";
  EXPECT_EQ(world.runner.pool().idle(), 0);
  for (int i = 0; i < 2; ++i) {
    TestMeter next;
    const Finished after = co_await world.run(program(body, 0), next);
    EXPECT_EQ(after.why.reason, Reason::completed) << told(after);
  }
  EXPECT_EQ(world.runner.pool().figures().started, 2);
  EXPECT_EQ(world.runner.pool().figures().reused, 1) << "a worker without threads of a job is kept";
};

TEST(WorkerReuse, a_worker_in_which_a_task_has_left_threads_is_ended) {
  with_runner(use_of_threads);
}

TEST(WorkerReuse, a_worker_in_which_a_task_has_left_threads_is_ended_without_cgroups_too) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer needs more address space than a worker gets";
  const RunnerPlaces places;
  with_runner(places, places.options(), {}, use_of_threads, execution::Cgroups());
}

constexpr const char* kNames =
    "__constant char names[3][16] = {\"/tmp/left\", \"/cache/left\", \"/dev/shm/left\"};\n"
    "__constant char text[65536] = {1};\n";

TEST(WorkerReuse, a_task_finds_no_file_of_the_one_before) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    // What can be opened without being made was there before.
    const std::string body =
        "long flags = b[0] ? 0101 : 0; long count = 0;\n"
        "for (int i = 0; i < 3; ++i) {\n"
        "  long file = call(2, (long)names[i], flags, 0600); count += file >= 0; call(3, file, 0, 0);\n}\n"
        "b[0] = count;";
    for (const std::uint32_t fill : {1, 0, 1, 0}) {
      TestMeter meter;
      const Finished finished = co_await world.run(program(body, fill, kNames), meter);
      EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished) << meter.logged;
      EXPECT_EQ(co_await first_of(world, finished), fill == 1 ? 3 : 0);
    }
    EXPECT_EQ(world.runner.pool().figures().started, 1) << "they cost no new worker";
  });
}

TEST(WorkerReuse, a_worker_whose_files_cannot_be_removed_is_ended) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    const std::string body =
        "b[0] = call(83, (long)folder, 0700, 0); b[1] = call(2, (long)file, 0101, 0600);\n"
        "b[2] = call(90, (long)folder, 0, 0);";
    const char* names = "__constant char folder[] = \"/tmp/d\";\n__constant char file[] = \"/tmp/d/f\";\n";
    co_await is_not_kept_after(world, program(body, 0, names), 0);
  });
}

TEST(WorkerReuse, a_worker_whose_space_is_taken_by_files_without_a_name_is_ended) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    const std::string body =
        "long file = call(2, (long)names[1], 0101, 0600); call(87, (long)names[1], 0, 0); b[0] = 0;\n"
        "for (int i = 0; i < 640; ++i) b[0] += call(1, file, (long)text, sizeof(text));";
    co_await is_not_kept_after(world, program(body, 0, kNames), 40 << 20);
  });
}

TEST(WorkerReuse, a_worker_whose_space_is_taken_by_mapped_files_without_a_name_is_ended) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    const std::string body =
        "long file = call(2, (long)names[1], 0102, 0600); call(87, (long)names[1], 0, 0); b[0] = 0;\n"
        "for (int i = 0; i < 320; ++i) b[0] += call(1, file, (long)text, sizeof(text));\n"
        "if (map(20 << 20, 3, 1, file) < 0) b[0] = 0; call(3, file, 0, 0);";
    co_await is_not_kept_after(world, program(body, 0, std::string(kNames) + kMap), 20 << 20);
  });
}

constexpr std::int64_t kMuch = 96 << 20;

// Leaves `much` bytes in the first task, of which the next should see nothing.
std::function<Task<void>(RunnerWorld&)> use_of(const std::string& body) {
  return [body](RunnerWorld& world) -> Task<void> {
    const std::string all = "const long much = 96 << 20; long left = 0; if (b[0]) {" + body + "}\nb[0] = left;";
    co_await is_not_kept_after(world, program(all, 1, kMap), kMuch);
    for (int i = 0; i < 2; ++i) {
      TestMeter next;
      const Finished after = co_await world.run(program(all, 0, kMap), next);
      EXPECT_EQ(after.why.reason, Reason::completed) << told(after);
    }
    EXPECT_EQ(world.runner.pool().figures().started, 2);
    EXPECT_EQ(world.runner.pool().figures().reused, 1) << "a worker that holds no more than before is kept";
  };
}

constexpr const char* kTouched =
    "volatile char* at = (volatile char*)map(much, 3, 042, -1);\n"
    "for (long i = 0; (long)at > 0 && i < much; i += 4096) { at[i] = 1; left += 4096; }\n";

TEST(WorkerReuse, a_worker_in_which_a_task_has_left_memory_is_ended) {
  with_runner(use_of(kTouched));
}

TEST(WorkerReuse, a_worker_in_which_a_task_has_left_memory_is_ended_without_cgroups_too) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer needs more address space than a worker gets";
  const RunnerPlaces places;
  with_runner(places, places.options_with_room_for_idle_workers(), {}, use_of(kTouched), execution::Cgroups());
}

TEST(WorkerReuse, a_worker_whose_memory_is_seen_in_no_process_is_ended) {
  if (execution::Cgroups::probe().tier() == execution::CgroupTier::none) GTEST_SKIP() << "nothing else counts it";
  with_runner(
      use_of("volatile char* at = (volatile char*)map(much, 3, 041, -1);\n"
             "for (long i = 0; (long)at > 0 && i < much; i += 4096) { at[i] = 1; left += 4096; }\n"
             "call(28, (long)at, much, 4);"));
}

TEST(WorkerReuse, a_worker_in_which_a_task_has_left_address_space_is_ended) {
  if (execution::Cgroups::probe().tier() == execution::CgroupTier::none) GTEST_SKIP() << "it is not given so much";
  with_runner(use_of("if (map(1l << 42, 0, 040042, -1) > 0) left = much;"));
}

TEST(WorkerReuse, a_worker_in_which_a_task_has_left_a_descriptor_is_ended) {
  with_runner(use_of("if (call(32, 0, 0, 0) > 0) left = much;"));
}

TEST(WorkerReuse, a_task_has_room_for_its_descriptors_whatever_the_one_before_has_left_open) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    const std::string body = "while (b[0] && call(32, 0, 0, 0) > 0) {}";
    for (const std::uint32_t fill : {0, 1, 0}) {
      TestMeter meter;
      const Finished finished = co_await world.run(program(body, fill), meter);
      EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished) << meter.logged;
    }
    EXPECT_EQ(world.runner.pool().figures().started, 2);
  });
}

// Memory that a driver or the C library keeps for later would look like what a job has left.
TEST(WorkerReuse, a_worker_whose_tasks_have_large_buffers_and_many_sizes_is_kept) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer keeps what it has of memory";
  with_runner([](RunnerWorld& world) -> Task<void> {
    TestJob job = job_of(
        "__kernel void k(__global char* b, __global char* big, __global char* other) {\n"
        "  __local char all[64]; all[get_local_id(0)] = big[get_global_id(0)]; barrier(CLK_LOCAL_MEM_FENCE);\n"
        "  b[get_global_id(0)] = all[get_local_size(0) - 1 - get_local_id(0)] + other[get_global_id(0)];\n}\n",
        64);
    job.job.resources.memory_bytes = 512 << 20;
    job.add_buffer("big", 160 << 20);
    job.add_buffer("other", 0);
    job.job.steps.front().arguments = {buffer("b"), buffer("big"), buffer("other")};
    const std::uint64_t others[] = {31 << 20, 900 << 10, 160 << 20, 5 << 20, 17 << 20, 64};
    for (std::size_t i = 0; i < 12; ++i) {
      job.job.buffers.back().bytes = others[i % std::size(others)];
      job.job.steps.front().local_work_size = {std::uint64_t{1} << i % 7};
      TestMeter meter;
      const Finished finished = co_await world.run(job, meter);
      EXPECT_EQ(finished.why.reason, Reason::completed) << told(finished) << meter.logged;
    }
    EXPECT_EQ(world.runner.pool().figures().started, 1);
    EXPECT_EQ(world.runner.pool().figures().reused, 11);
  });
}

TEST(WorkerReuse, another_program_of_the_submitter_gets_a_worker_of_its_own) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    // Fills the compiler's cache, and holds it open.
    const std::string body =
        "long file = call(2, (long)names[1], 0101, 0600); b[0] = 0;\n"
        "for (long done = 1; done > 0; b[0] += done > 0) done = call(1, file, (long)text, sizeof(text));";
    TestMeter meter;
    const Finished full = co_await world.run(program(body, 0, kNames), meter);
    EXPECT_EQ(full.why.reason, Reason::completed) << told(full) << meter.logged;
    EXPECT_GT(co_await first_of(world, full), 900);
    for (int i = 0; i < 2; ++i) {
      TestMeter next;
      const Finished after = co_await world.run(job_of(kCount), next);
      EXPECT_EQ(after.why.reason, Reason::completed) << told(after) << next.logged;
    }
    EXPECT_EQ(world.runner.pool().figures().started, 2);
    EXPECT_EQ(world.runner.pool().figures().reused, 1);
  });
}

TEST(WorkerReuse, a_compiler_without_room_is_told_as_full_scratch_space) {
  with_runner([](RunnerWorld& world) -> Task<void> {
    // The second kernel is compiled when it is launched.
    const std::string body =
        "long file = call(2, (long)names[1], 0101, 0600);\n"
        "for (long done = 1; done > 0;) done = call(1, file, (long)text, sizeof(text));";
    TestJob job = program(body, 0,
                          std::string(kNames) +
                              "__kernel void late(__global long* b) {\n"
                              "  __local long all[8]; all[get_local_id(0)] = b[get_global_id(0)];\n"
                              "  barrier(CLK_LOCAL_MEM_FENCE); b[get_global_id(0)] = all[7 - get_local_id(0)];\n}\n");
    job.job.steps.push_back(
        {.kernel = "late", .global_work_size = {8}, .local_work_size = {8}, .arguments = {buffer("b")}});
    TestMeter meter;
    const Finished finished = co_await world.run(job, meter);
    EXPECT_EQ(finished.why.reason, Reason::scratch_exceeded) << told(finished) << meter.logged;
    EXPECT_EQ(world.runner.pool().idle(), 0);
  });
}

TEST(WorkerReuse, what_limits_refused_to_one_task_is_no_reason_for_the_end_of_the_next) {
  if (execution::Cgroups::probe().tier() == execution::CgroupTier::none) GTEST_SKIP() << "nothing counts refusals";
  with_runner([](RunnerWorld& world) -> Task<void> {
    // Threads until one is refused, which then end. The next task of the program goes on until its time is over.
    const std::string body =
        "long all[2] = {0, 0}; volatile long* flag = all;\n"
        "while (!b[0]) {}\n"
        "for (b[0] = 0; b[0] < 1000; ++b[0]) {\n"
        "  flag[1] = b[0] + 1;\n"
        "  if (thread(flag) < 0) break;\n"
        "}\n"
        "flag[1] = b[0]; flag[0] = 1; while (flag[1] > 0) call(24, 0, 0, 0);\n"
        "long pause[2] = {0, 200000000}; call(35, (long)pause, 0, 0);";
    TestMeter meter;
    const Finished refused = co_await world.run(program(body, 1), meter);
    EXPECT_EQ(refused.why.reason, Reason::completed) << told(refused) << meter.logged;
    EXPECT_LT(co_await first_of(world, refused), 1000) << "no thread was refused";
    TestJob endless = program(body, 0);
    endless.job.resources.walltime_ms = 1500;
    TestMeter next;
    const Finished after = co_await world.run(endless, next);
    EXPECT_EQ(world.runner.pool().figures().reused, 1);
    EXPECT_THAT(after.why.reason, testing::AnyOf(Reason::walltime_exceeded, Reason::device_time_exceeded))
        << told(after);
  });
}

}  // namespace
}  // namespace quern::daemon
