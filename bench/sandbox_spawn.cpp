// What a sandbox costs: medians of starting `true` and seeing its end, in milliseconds, from nothing around it to the
// whole. Each row is taken in turns with the others, so that other work on the machine is spread over all of them.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>

#include "overlay/runtime/system_runtime.hpp"
#include "scheduler/execution/seccomp_filter.hpp"
#include "scheduler/execution/supervisor.hpp"

namespace {

using namespace std::chrono;  // NOLINT(google-build-using-namespace): a program of its own
using quern::execution::Cgroups;
using quern::execution::SandboxKind;
using quern::execution::Supervisor;

constexpr int kRounds = 60;
constexpr const char* kStage = QUERN_SANDBOX_EXEC;

void spawn(std::vector<std::string> words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t pid = 0;
  char* none = nullptr;
  if (::posix_spawn(&pid, pointers[0], nullptr, nullptr, pointers.data(), &none) != 0) std::abort();
  ::waitpid(pid, nullptr, 0);
}

class Row {
 public:
  Row(const char* name) : name_(name) {}  // NOLINT(google-explicit-constructor): a table's first column
  void add(steady_clock::time_point started) { took_.push_back(steady_clock::now() - started); }
  void print() {
    std::ranges::sort(took_);
    const auto ms = [this](std::size_t part) { return duration<double, std::milli>(took_[part]).count(); };
    std::printf("%-46s median %6.2f ms, fastest %6.2f\n", name_, ms(took_.size() / 2), ms(0));
  }

 private:
  const char* name_;
  std::vector<steady_clock::duration> took_;
};

quern::runtime::Task<void> sandboxed(Supervisor& supervisor, SandboxKind kind, Row& row) {
  auto plan = quern::execution::plan_for(kind, quern::execution::read_host_layout());
  plan.limits = {.memory_bytes = 256 << 20, .processes = 64, .cpu_permille = 1000};
  if (::geteuid() == 0) plan.identity = quern::execution::HostIdentity{.uid = 64'242, .gid = 64'242, .groups = {}};
  const auto started = steady_clock::now();
  auto child = co_await supervisor.start(plan, {"/usr/bin/true"}, {});
  if (!child) std::abort();
  const auto outcome = co_await (*child)->wait();
  row.add(started);
  if (outcome.why.reason != quern::model::Reason::completed) {
    std::printf("%s\n", to_text(outcome.why).c_str());
    std::abort();
  }
}

// The sandbox's own bwrap without what needs descriptors, and without the stage inside.
std::vector<std::string> same_mounts() {
  const auto plan = quern::execution::plan_for(SandboxKind::kernel_job, quern::execution::read_host_layout());
  const std::vector<std::string> all = bwrap_arguments(plan, std::vector<std::string>{"/usr/bin/true"});
  std::vector<std::string> words = {"/usr/bin/bwrap"};
  for (std::size_t i = 0; i < all.size() && all[i] != "--"; ++i) {
    if (all[i] == "--info-fd" || all[i] == "--seccomp") {
      i += 1;
    } else if (all[i] == "--perms") {
      i += 4;  // --perms MODE --ro-bind-data DESCRIPTOR PLACE
    } else {
      words.push_back(all[i]);
    }
  }
  words.insert(words.end(), {"--", "/usr/bin/true"});
  return words;
}

quern::runtime::Task<void> measure(quern::runtime::Runtime& runtime) {
  const quern::execution::SupervisorOptions options{.sandbox_exec = kStage};
  Supervisor alone(runtime, options, Cgroups());
  Supervisor grouped(runtime, options, Cgroups::probe());
  std::vector<Row> rows = {"fork and exec",
                           "sandbox-exec: limits and Landlock alone",
                           "bwrap, one mount",
                           "bwrap, all namespaces, the same mounts",
                           "the whole sandbox, kernel job, no cgroup",
                           "the whole sandbox, kernel job",
                           "the whole sandbox, command job"};
  const std::vector<std::string> minimal = {"/usr/bin/bwrap", "--ro-bind", "/", "/", "/usr/bin/true"};
  const std::vector<std::string> namespaces = same_mounts();
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<std::vector<std::string>> plain = {
        {"/usr/bin/true"},
        {kStage, "inside", "read=/usr", "read=/lib", "read=/etc", "list=/", "--", "/usr/bin/true"},
        minimal,
        namespaces};
    for (std::size_t i = 0; i < plain.size(); ++i) {
      const auto started = steady_clock::now();
      spawn(plain[i]);
      rows[i].add(started);
    }
    co_await sandboxed(alone, SandboxKind::kernel_job, rows[4]);
    co_await sandboxed(grouped, SandboxKind::kernel_job, rows[5]);
    co_await sandboxed(grouped, SandboxKind::command_job, rows[6]);
  }
  std::printf("groups: %s\n", std::string(name_of(grouped.tier())).c_str());
  for (Row& row : rows) row.print();
}

}  // namespace

int main() {
  quern::runtime::SystemRuntime runtime({.node = "bench"});
  runtime.run(measure);
}
