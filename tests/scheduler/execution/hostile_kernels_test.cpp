// OpenCL kernels that attack: on a processor a kernel is native code, and its compiler reads what it is told to
// include. Each runs without walls, where it does its harm, and in the sandbox of kernel jobs.
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/execution/supervisor.hpp"
#include "tests/scheduler/execution/attack_targets.hpp"
#include "tests/scheduler/execution/sandbox_world.hpp"

namespace quern::execution {
namespace {

using model::Reason;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

// A system call with up to three arguments; what it returns below zero is an error number.
constexpr std::string_view kSystemCall = R"(
long call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}
)";
constexpr std::string_view kHead = "kernel void attack(global long* result, long argument, global char* text) {\n";

struct Kernel {
  std::string source;
  long argument = 0;
  std::string text;
};

class HostileKernels : public testing::Test {
 protected:
  HostileKernels() {
    folder_.outside().write("secret", kSecret);
    plan_ = test_plan(SandboxKind::kernel_job);
    plan_.limits.processes = 128;
    plan_.inner.processes = 128;
    plan_.binds.push_back({.host = program_, .inside = "/run/attack"});
    plan_.binds.push_back({.host = folder_.outside().path().string() + "/kernel.cl", .inside = "/job/kernel.cl"});
  }

  std::string secret() const { return (folder_.outside().path() / "secret").string(); }
  std::string lead(const Kernel& kernel) const {
    folder_.outside().write("kernel.cl", kernel.source);
    return (folder_.outside().path() / "kernel.cl").string();
  }
  BareRun bare(const Kernel& kernel) const {
    return run_bare({"/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "HOME=/nonexistent",
                     "POCL_CACHE_DIR=" + folder_.path() + "/cache", program_, lead(kernel),
                     std::to_string(kernel.argument), kernel.text});
  }
  JobRun walled(const Kernel& kernel, ChildLimits limits = {.walltime = seconds(60)}) const {
    lead(kernel);
    return run_alone(plan_, {"/run/attack", "/job/kernel.cl", std::to_string(kernel.argument), kernel.text}, limits);
  }
  // The kernel ran, and its system call was refused.
  static void expect_refused(const JobRun& run) {
    EXPECT_EQ(run.outcome.code, 1) << to_text(run.outcome.why) << run.output << run.errors;
    EXPECT_THAT(run.output, HasSubstr("result -"));
  }

  std::string program_ = Programs::all().at("hostile_kernel");
  JobFolder folder_;
  SandboxPlan plan_;
};

Kernel calling(const std::string& body, long argument, const std::string& text = "") {
  return {.source = std::string(kSystemCall) + std::string(kHead) + body + "\n}\n", .argument = argument, .text = text};
}

TEST_F(HostileKernels, an_honest_kernel_runs) {
  const Kernel kernel{.source = std::string(kHead) + "result[0] = argument * 2; }", .argument = 21, .text = "fine"};
  const JobRun run = walled(kernel);
  EXPECT_EQ(run.outcome.why.reason, Reason::completed) << to_text(run.outcome.why) << run.errors;
  EXPECT_EQ(run.output, "result 42\nfine\n");
}

TEST_F(HostileKernels, the_compiler_includes_no_file_of_the_host) {
  const Kernel kernel{.source = "#include \"" + secret() + "\"\n" + std::string(kHead) + "}\n"};
  EXPECT_THAT(bare(kernel).output, HasSubstr("the"));
  const BareRun harm = bare(kernel);
  EXPECT_EQ(harm.code, 3);
  EXPECT_THAT(harm.output, Not(HasSubstr("not found")));  // it was read, and is no C
  const JobRun run = walled(kernel);
  EXPECT_EQ(run.outcome.code, 3) << to_text(run.outcome.why);
  EXPECT_THAT(run.output, HasSubstr("not found"));
  const JobRun shadow = walled({.source = "#include \"/etc/shadow\"\n" + std::string(kHead) + "}\n"});
  EXPECT_THAT(shadow.output, HasSubstr("not found"));
}

TEST_F(HostileKernels, machine_code_in_a_kernel_reads_no_file_of_the_host) {
  const Kernel kernel = calling(
      "long file = call(2, (long)text, 0, 0);\n"
      "result[0] = file < 0 ? file : call(0, file, (long)text, 4000);",
      0, secret());
  const BareRun harm = bare(kernel);
  EXPECT_EQ(harm.code, 0) << harm.output;
  EXPECT_THAT(harm.output, HasSubstr(kSecret));
  const JobRun run = walled(kernel);
  expect_refused(run);
  EXPECT_THAT(run.output, Not(HasSubstr(kSecret)));
}

TEST_F(HostileKernels, machine_code_in_a_kernel_opens_no_socket) {
  const Kernel kernel = calling("result[0] = call(41, 2, 1, 0);", 0);
  EXPECT_EQ(bare(kernel).code, 0);
  EXPECT_EQ(walled(kernel).outcome.why.reason, Reason::call_forbidden);
}

TEST_F(HostileKernels, machine_code_in_a_kernel_signals_nobody) {
  const Victim victim;
  const Kernel kernel = calling("result[0] = call(62, argument, 9, 0);", std::stol(victim.pid()));
  expect_refused(walled(kernel));
  EXPECT_TRUE(victim.alive());
  Kernel parent = kernel;
  parent.argument = ::getpid();
  expect_refused(walled(parent));
  ASSERT_EQ(bare(kernel).code, 0);
  EXPECT_TRUE(victim.dies());
}

TEST_F(HostileKernels, machine_code_in_a_kernel_traces_nobody) {
  const Victim victim;
  const Kernel kernel = calling("result[0] = call(101, 0x4206, argument, 0);", std::stol(victim.pid()));
  EXPECT_EQ(bare(kernel).code, 0);
  EXPECT_EQ(walled(kernel).outcome.why.reason, Reason::call_forbidden);
}

TEST_F(HostileKernels, machine_code_in_a_kernel_may_not_even_call_unshare) {
  // Without a flag: a process with threads and no privileges makes nothing by it, but the call itself succeeds.
  const Kernel kernel = calling("result[0] = call(272, argument, 0, 0);", 0);
  EXPECT_EQ(bare(kernel).code, 0);
  EXPECT_EQ(walled(kernel).outcome.why.reason, Reason::call_forbidden);
}

TEST_F(HostileKernels, a_kernel_without_end_ends_at_the_wall_time) {
  const Kernel kernel{.source = std::string(kHead) + "volatile long i = 0; while (argument) i++; result[0] = i; }",
                      .argument = 1};
  const JobRun run = walled(kernel, {.walltime = seconds(3)});
  EXPECT_EQ(run.outcome.why.reason, Reason::walltime_exceeded) << to_text(run.outcome.why) << run.errors;
  Kernel control = kernel;
  control.source = std::string(kHead) + "volatile long i = 0; while (i < argument) i++; result[0] = i; }";
  control.argument = 100'000'000;
  EXPECT_EQ(bare(control).code, 0);
}

TEST_F(HostileKernels, a_kernel_that_writes_out_of_bounds_is_a_crash_of_its_own_process) {
  const Kernel kernel{.source = std::string(kHead) + "result[argument] = 1; }", .argument = 1L << 40};
  EXPECT_EQ(bare(kernel).code, 128 + SIGSEGV);
  const JobRun run = walled(kernel);
  EXPECT_EQ(run.outcome.why.reason, Reason::worker_crashed);
  EXPECT_EQ(run.outcome.why.detail, "SIGSEGV");
}

TEST_F(HostileKernels, a_kernel_that_prints_too_much_ends_at_the_log) {
  const std::string loop = "for (long i = 0; i < argument; ++i) printf(\"%ld line of many\\n\", i); }";
  const Kernel kernel{.source = std::string(kHead) + loop, .argument = 100'000};
  const JobRun run = walled(kernel, {.walltime = seconds(60), .log_bytes = 10'000});
  EXPECT_EQ(run.outcome.why.reason, Reason::log_exceeded) << to_text(run.outcome.why);
  EXPECT_EQ(run.output.size(), 10'000);
  Kernel control = kernel;
  control.argument = 1000;
  EXPECT_GT(bare(control).output.size(), 10'000);
}

}  // namespace
}  // namespace quern::execution
