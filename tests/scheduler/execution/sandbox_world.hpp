// What the tests of the sandbox share: a real runtime and a real supervisor, a job's user, runs with and without walls.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include "overlay/runtime/system_runtime.hpp"
#include "scheduler/execution/supervisor.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::execution {

inline constexpr uid_t kJobUser = 64'242;  // of no user of a Debian system

inline constexpr const char* kProgramsVariable = "QUERN_TEST_PROGRAMS";

// The programs under test, copied to where the job's user reaches them wherever the tree is. A test that runs this
// program again as another user says in kProgramsVariable where they are.
class Programs {
 public:
  Programs() {
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment
    if (const char* there = ::getenv(kProgramsVariable)) {
      path_ = there;
      return;
    }
    for (const char* built : {QUERN_SANDBOX_EXEC, QUERN_HOSTILE_PROGRAM, QUERN_HOSTILE_KERNEL}) {
      const std::filesystem::path from(built);
      std::filesystem::copy_file(from, path_ / from.filename());
    }
  }
  const std::filesystem::path& path() const { return path_; }
  std::string at(const std::string& name) const { return (path_ / name).string(); }

  static const Programs& all() {
    static const Programs instance;
    return instance;
  }

 private:
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path();
};

// A folder that a job's user may write.
class JobFolder {
 public:
  JobFolder() {
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
    std::filesystem::create_directory(path());
    if (::geteuid() == 0 && ::chown(path().c_str(), kJobUser, kJobUser) != 0) throw std::runtime_error("chown");
  }
  std::string path() const { return (folder_.path() / "job").string(); }
  const TemporaryFolder& outside() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

inline SandboxPlan test_plan(SandboxKind kind) {
  SandboxPlan plan = plan_for(kind, read_host_layout());
  plan.limits = {.memory_bytes = 512 << 20, .processes = 64, .cpu_permille = 2000};
  plan.inner.processes = 64;
  if (::geteuid() == 0) plan.identity = HostIdentity{.uid = kJobUser, .gid = kJobUser, .groups = {}};
  return plan;
}

struct JobRun {
  ChildOutcome outcome;
  std::string output;
  std::string errors;
  std::string messages;
};

// Runs `use(supervisor)` on a real runtime.
inline void with_supervisor(const std::function<runtime::Task<void>(Supervisor&)>& use, Cgroups cgroups) {
  runtime::SystemRuntime system({.node = "test"});
  system.run([&](runtime::Runtime& runtime) -> runtime::Task<void> {
    Supervisor supervisor(runtime, {.sandbox_exec = Programs::all().at("quern-sandbox-exec")}, std::move(cgroups));
    co_await use(supervisor);
  });
}
inline void with_supervisor(const std::function<runtime::Task<void>(Supervisor&)>& use) {
  with_supervisor(use, Cgroups::probe());
}

inline runtime::Task<void> read_all(SandboxedChild& child, JobRun& run) {
  while (const auto chunk = co_await child.read_log()) (chunk->error ? run.errors : run.output) += chunk->bytes;
}

inline runtime::Task<JobRun> run_job(Supervisor& supervisor, SandboxPlan plan, std::vector<std::string> command,
                                     ChildLimits limits = {}) {
  JobRun run;
  auto child = co_await supervisor.start(std::move(plan), std::move(command), limits);
  if (!child) {
    run.outcome.why = {model::Reason::internal, child.error().message()};
    co_return run;
  }
  std::vector<std::byte> buffer(1 << 16);
  co_await read_all(**child, run);
  while (const auto size = co_await (*child)->read_message(buffer)) {
    run.messages.append(reinterpret_cast<const char*>(buffer.data()), *size);
  }
  run.outcome = co_await (*child)->wait();
  co_return run;
}

inline JobRun run_alone(SandboxPlan plan, std::vector<std::string> command, ChildLimits limits = {}) {
  JobRun run;
  with_supervisor([&](Supervisor& supervisor) -> runtime::Task<void> {
    run = co_await run_job(supervisor, plan, command, limits);
  });
  return run;
}

}  // namespace quern::execution
