#include "scheduler/execution/sandbox.hpp"

#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/scheduler/execution/sandbox_world.hpp"

namespace quern::execution {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAreArray;

const std::vector<std::string> kCommand = {"/usr/bin/true"};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> in_sandbox(SandboxPlan plan, const std::string& script) {
  const JobRun run = run_alone(std::move(plan), {"/bin/sh", "-c", script});
  EXPECT_EQ(run.outcome.why.reason, model::Reason::completed) << to_text(run.outcome.why) << run.errors;
  return lines_of(run.output);
}

TEST(SandboxPlan, the_view_is_exactly_what_the_plan_names) {
  const SandboxPlan plan = test_plan(SandboxKind::command_job);
  std::vector<std::string> top = {"cache", "dev", "proc", "run", "tmp", "usr", "etc"};
  for (const Link& link : plan.links) top.push_back(link.inside.substr(1));
  if (std::filesystem::exists("/sys/devices/system/cpu")) top.emplace_back("sys");
  EXPECT_THAT(in_sandbox(plan, "ls /"), UnorderedElementsAreArray(top));
  EXPECT_THAT(in_sandbox(plan, "ls /run/quern; ls /cache; ls /tmp; ls /dev/shm"), ElementsAre("sandbox-exec"));
  EXPECT_THAT(in_sandbox(plan,
                         "cd /etc; for f in *; do case $f in OpenCL|alternatives|ld.so.cache|passwd) ;; *) "
                         "echo $f;; esac; done"),
              ElementsAre());
  const std::vector<std::string> devices = {"core", "fd",     "full",  "null",   "ptmx", "pts",     "random",
                                            "shm",  "stderr", "stdin", "stdout", "tty",  "urandom", "zero"};
  EXPECT_THAT(in_sandbox(plan, "ls /dev"), UnorderedElementsAreArray(devices));
}

TEST(SandboxPlan, a_job_has_no_rights_and_only_its_own_descriptors) {
  for (const SandboxKind kind : {SandboxKind::kernel_job, SandboxKind::command_job}) {
    const auto status = in_sandbox(test_plan(kind), "cat /proc/self/status");
    EXPECT_THAT(status,
                IsSupersetOf({"CapEff:\t0000000000000000", "CapPrm:\t0000000000000000", "CapBnd:\t0000000000000000",
                              "NoNewPrivs:\t1", "Seccomp:\t2", "Uid:\t1000\t1000\t1000\t1000"}));
  }
  // 5 is the folder that ls itself reads.
  EXPECT_THAT(in_sandbox(test_plan(SandboxKind::command_job), "ls /proc/self/fd"),
              ElementsAre("0", "1", "2", "3", "4", "5"));
}

TEST(SandboxPlan, the_environment_is_exactly_what_the_plan_names) {
  SandboxPlan plan = test_plan(SandboxKind::command_job);
  plan.environment = {{"GIVEN", "a b"}};
  const JobRun run = run_alone(plan, {"/usr/bin/env"});
  EXPECT_THAT(lines_of(run.output), UnorderedElementsAreArray({"GIVEN=a b", "PWD=/tmp"}));
}

TEST(SandboxPlan, everything_but_the_folders_in_memory_is_read_only) {
  for (const std::string& mount : in_sandbox(test_plan(SandboxKind::command_job), "cat /proc/self/mountinfo")) {
    std::istringstream words(mount);
    std::string word;
    std::string place;
    for (int i = 0; i < 5; ++i) words >> place;
    words >> word;
    const bool writable = word.starts_with("rw");
    const bool may_be =
        place == "/tmp" || place == "/cache" || place.starts_with("/dev/") || place.starts_with("/proc");
    EXPECT_TRUE(!writable || may_be) << mount;
  }
}

TEST(SandboxPlan, limits_hold_inside) {
  SandboxPlan plan = test_plan(SandboxKind::command_job);
  plan.inner = {.processes = 33, .open_files = 44, .file_bytes = 1 << 20, .cpu_seconds = 55};
  EXPECT_THAT(in_sandbox(plan, "ulimit -p; ulimit -n; ulimit -f; ulimit -t; ulimit -c"),
              ElementsAre("33", "44", "2048", "55", "0"));
}

TEST(SandboxPlan, a_device_is_given_alone_and_at_its_place) {
  SandboxPlan plan = test_plan(SandboxKind::kernel_job);
  plan.devices = {"/dev/dri/renderD128"};
  const auto words = bwrap_arguments(plan, kCommand);
  const auto device = std::ranges::find(words, "--dev-bind");
  ASSERT_NE(device, words.end());
  EXPECT_EQ(*(device + 1), "/dev/dri/renderD128");
  EXPECT_EQ(*(device + 2), "/dev/dri/renderD128");
  EXPECT_EQ(std::ranges::count(words, "--dev-bind"), 1);
  // After /dev was made, before it becomes read-only.
  EXPECT_LT(std::ranges::find(words, "--dev"), device);
  EXPECT_LT(device, std::ranges::find(words, "--remount-ro"));
}

TEST(SandboxPlan, an_identity_is_taken_before_the_sandbox_is_made) {
  SandboxPlan plan = plan_for(SandboxKind::kernel_job, {});
  plan.identity = HostIdentity{.uid = 7, .gid = 8, .groups = {44}};
  const std::vector<std::string> groups = {"/groups/a"};
  const auto words = outer_arguments(plan, kCommand, groups, "/usr/bin/bwrap", 99);
  const std::vector<std::string> head(words.begin(), words.begin() + 9);
  EXPECT_THAT(head, ElementsAre("outside", "status=5", "daemon=99", "cgroup=/groups/a", "group=44", "gid=8", "uid=7",
                                "--", "/usr/bin/bwrap"));
}

TEST(SandboxPlan, what_cannot_be_in_a_sandbox_is_refused_with_its_name) {
  const auto refuse = [](const SandboxPlan& plan, SandboxErrc code, const std::string& text) {
    const auto checked = check(plan, kCommand);
    ASSERT_FALSE(checked);
    EXPECT_TRUE(checked.error() == code) << checked.error().message();
    EXPECT_THAT(checked.error().message(), HasSubstr(text));
  };
  const SandboxPlan good = plan_for(SandboxKind::kernel_job, {});
  EXPECT_TRUE(check(good, kCommand));
  SandboxPlan plan = good;
  plan.binds.push_back({.host = "/data/../etc", .inside = "/job"});
  refuse(plan, SandboxErrc::path_invalid, "/data/../etc");
  plan = good;
  plan.binds.push_back({.host = "/data", .inside = "job"});
  refuse(plan, SandboxErrc::path_invalid, "\"job\"");
  plan = good;
  plan.devices = {"/etc/shadow"};
  refuse(plan, SandboxErrc::path_invalid, "/etc/shadow");
  plan = good;
  plan.environment.emplace_back("A=B", "");
  refuse(plan, SandboxErrc::variable_invalid, "A=B");
  plan = good;
  plan.binds.resize(kBindsMax + 1, {.host = "/a", .inside = "/b"});
  refuse(plan, SandboxErrc::too_many, std::to_string(kBindsMax));
  EXPECT_FALSE(check(good, {}));
  EXPECT_FALSE(check(good, std::vector<std::string>{"/bin/echo", std::string(kArgumentsBytesMax, 'x')}));
}

// Whatever a command's words are, bwrap takes none of them for its own.
RC_GTEST_PROP(SandboxPlan, the_commands_words_come_last_and_untouched, (std::vector<std::string> words)) {
  const SandboxPlan plan = plan_for(SandboxKind::command_job, {});
  words.insert(words.begin(), "program");
  const auto arguments = bwrap_arguments(plan, words);
  RC_ASSERT(arguments.size() > words.size() + 1);
  RC_ASSERT(std::equal(words.rbegin(), words.rend(), arguments.rbegin()));
  const auto first = arguments.end() - static_cast<std::ptrdiff_t>(words.size());
  RC_ASSERT(*(first - 1) == "--");
  RC_ASSERT(std::ranges::find(arguments, "--") < first - 1);
}

}  // namespace
}  // namespace quern::execution
