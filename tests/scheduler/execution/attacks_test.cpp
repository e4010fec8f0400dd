// Every attack twice: without walls, where it does its harm, and in the sandbox, where it does not and ends with a
// reason. In both kinds of sandbox, with the control groups of this machine and with none.
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "scheduler/execution/supervisor.hpp"
#include "tests/scheduler/execution/attack_targets.hpp"
#include "tests/scheduler/execution/sandbox_world.hpp"

namespace quern::execution {
namespace {

using model::Reason;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMiB = 1 << 20;

struct Setting {
  SandboxKind kind;
  bool groups;  // those of this machine
};

class Attacks : public testing::TestWithParam<Setting> {
 protected:
  Attacks() : cgroups_(GetParam().groups ? Cgroups::probe() : Cgroups()) {
    plan_ = test_plan(GetParam().kind);
    plan_.binds.push_back({.host = program_, .inside = "/run/attack"});
    if (!has_groups()) plan_.inner.address_space_bytes = 512 * kMiB;
    folder_.outside().write("secret", kSecret);
  }

  bool has_groups() const { return cgroups_.tier() != CgroupTier::none; }
  bool is_kernel() const { return GetParam().kind == SandboxKind::kernel_job; }
  std::string secret() const { return (folder_.outside().path() / "secret").string(); }
  void give_folder() { plan_.binds.push_back({.host = folder_.path(), .inside = "/job", .writable = true}); }

  // As the job's user, without walls.
  BareRun bare(std::vector<std::string> attack) const {
    attack.insert(attack.begin(), program_);
    return run_bare(attack);
  }
  JobRun walled(std::vector<std::string> attack, ChildLimits limits = {.walltime = seconds(30)}) const {
    attack.insert(attack.begin(), "/run/attack");
    JobRun run;
    with_supervisor(
        [&](Supervisor& supervisor) -> runtime::Task<void> {
          run = co_await run_job(supervisor, plan_, attack, limits);
        },
        cgroups_);
    return run;
  }

  // The attack was told no, said so, and ended by itself.
  void expect_told_no(const JobRun& run) const {
    EXPECT_EQ(run.outcome.why.reason, is_kernel() ? Reason::worker_crashed : Reason::command_failed)
        << to_text(run.outcome.why) << run.output << run.errors;
    EXPECT_EQ(run.outcome.code, 1);
    EXPECT_THAT(run.output, HasSubstr("prevented"));
  }
  void expect_forbidden(const JobRun& run) const {
    EXPECT_EQ(run.outcome.why.reason, Reason::call_forbidden) << to_text(run.outcome.why) << run.output << run.errors;
  }
  // In a kernel job no driver makes such a call; a command may try.
  void expect_forbidden_or_told_no(const JobRun& run) const {
    if (is_kernel()) return expect_forbidden(run);
    expect_told_no(run);
  }

  std::string program_ = Programs::all().at("hostile_program");
  JobFolder folder_;
  Cgroups cgroups_;
  SandboxPlan plan_;
};

std::string name_of_setting(const testing::TestParamInfo<Setting>& info) {
  return std::string(name_of(info.param.kind)) + (info.param.groups ? "_with_groups" : "_without_groups");
}
INSTANTIATE_TEST_SUITE_P(Sandbox, Attacks,
                         testing::Values(Setting{SandboxKind::kernel_job, true},
                                         Setting{SandboxKind::kernel_job, false},
                                         Setting{SandboxKind::command_job, true},
                                         Setting{SandboxKind::command_job, false}),
                         name_of_setting);

TEST_P(Attacks, a_file_of_the_host_is_not_read) {
  const BareRun harm = bare({"read", secret()});
  EXPECT_EQ(harm.code, 0);
  EXPECT_THAT(harm.output, HasSubstr(kSecret));
  const JobRun run = walled({"read", secret()});
  expect_told_no(run);
  EXPECT_THAT(run.output, Not(HasSubstr(kSecret)));
  expect_told_no(walled({"read", "/etc/shadow"}));
  expect_told_no(walled({"read", "/proc/1/root" + secret()}));
}

TEST_P(Attacks, a_file_of_the_host_is_not_written) {
  const std::string target = folder_.path() + "/harm";
  EXPECT_EQ(bare({"write", target}).code, 0);
  EXPECT_TRUE(std::filesystem::remove(target));
  expect_told_no(walled({"write", target}));
  EXPECT_FALSE(std::filesystem::exists(target));
  for (const std::string place : {"/x", "/dev/x", "/etc/x", "/usr/x", "/run/x", "/proc/sys/kernel/core_pattern"}) {
    expect_told_no(walled({"write", place}));
  }
}

TEST_P(Attacks, a_descriptor_of_the_daemon_is_not_inherited) {
  constexpr int number = 200;
  const Descriptor file(::open(secret().c_str(), O_RDONLY | O_CLOEXEC));
  const Descriptor leaked(::dup2(file.get(), number));
  EXPECT_THAT(bare({"inherited", std::to_string(number)}).output, HasSubstr(kSecret));
  const JobRun run = walled({"inherited", std::to_string(number)});
  expect_told_no(run);
  EXPECT_THAT(run.output, Not(HasSubstr(kSecret)));
}

TEST_P(Attacks, the_network_is_not_reached) {
  const Listener listener;
  EXPECT_EQ(bare({"connect", listener.port()}).code, 0);
  expect_forbidden_or_told_no(walled({"connect", listener.port()}));
}

TEST_P(Attacks, a_local_service_is_not_reached) {
  const Listener listener;
  EXPECT_EQ(bare({"connect_abstract", listener.name()}).code, 0);
  expect_told_no(walled({"connect_abstract", listener.name()}));
}

TEST_P(Attacks, a_fork_bomb_stays_small) {
  EXPECT_EQ(bare({"fork_bomb", "200"}).code, 0);
  const JobRun run = walled({"fork_bomb", "200"});
  EXPECT_THAT(run.output, HasSubstr("prevented: fork"));
  if (!has_groups()) return expect_told_no(run);
  EXPECT_EQ(run.outcome.why.reason, Reason::processes_exceeded) << to_text(run.outcome.why);
}

TEST_P(Attacks, memory_stays_within_its_limit) {
  EXPECT_EQ(bare({"memory", "700"}).code, 0);
  const JobRun run = walled({"memory", "700"});
  if (!has_groups()) return expect_told_no(run);
  EXPECT_EQ(run.outcome.why.reason, Reason::memory_exceeded) << to_text(run.outcome.why);
  EXPECT_LE(run.outcome.events.memory_peak_bytes, 513 * kMiB);
}

TEST_P(Attacks, files_in_memory_are_memory) {
  // More than one of them may hold, each below its own limit.
  plan_.memory_folders.push_back({.inside = "/more", .bytes = 600 * kMiB});
  EXPECT_EQ(bare({"fill", folder_.path(), "560"}).code, 0);
  if (!has_groups()) return;  // their sizes are the limit: see the next test
  const JobRun run = walled({"fill", "/more", "560"});
  EXPECT_EQ(run.outcome.why.reason, Reason::memory_exceeded) << to_text(run.outcome.why) << run.output;
}

TEST_P(Attacks, folders_in_memory_end_at_their_size) {
  EXPECT_EQ(bare({"fill", folder_.path(), "80"}).code, 0);
  for (const std::string folder : {"/tmp", "/cache", "/dev/shm"}) {
    const JobRun run = walled({"fill", folder, "80"});
    expect_told_no(run);
    EXPECT_THAT(run.output, HasSubstr("No space left"));
  }
}

TEST_P(Attacks, the_scratch_space_on_disk_ends_at_its_size) {
  give_folder();
  EXPECT_EQ(bare({"fill", folder_.path(), "40"}).code, 0);
  std::filesystem::remove_all(folder_.path() + "/fill0");
  plan_.scratch_bytes_max = 16 * kMiB;
  const JobRun run = walled({"fill_and_stay", "/job", "40"});
  EXPECT_EQ(run.outcome.why.reason, Reason::scratch_exceeded) << to_text(run.outcome.why) << run.output;
}

TEST_P(Attacks, many_empty_files_are_scratch_space_too) {
  give_folder();
  plan_.scratch_bytes_max = 1024 * kMiB;
  plan_.scratch_entries_max = 500;
  const std::string count = "600";
  const JobRun run = walled({"many_files_and_stay", "/job", count});
  EXPECT_EQ(run.outcome.why.reason, Reason::scratch_exceeded) << to_text(run.outcome.why) << run.output;
  EXPECT_EQ(bare({"many_files", folder_.path(), count}).code, 0);
}

TEST_P(Attacks, one_file_ends_at_its_size) {
  give_folder();
  plan_.inner.file_bytes = 8 * kMiB;
  EXPECT_EQ(bare({"large_file", folder_.path(), "20"}).code, 0);
  std::filesystem::remove(folder_.path() + "/large");
  const JobRun run = walled({"large_file", "/job", "20"});
  EXPECT_EQ(run.outcome.why.reason, Reason::scratch_exceeded) << to_text(run.outcome.why) << run.output;
  EXPECT_EQ(std::filesystem::file_size(folder_.path() + "/large"), 8 * kMiB);
}

TEST_P(Attacks, endless_computing_ends_at_the_wall_time) {
  EXPECT_EQ(bare({"spin", "0.5"}).code, 0);
  const JobRun run = walled({"spin", "1000"}, {.walltime = milliseconds(500)});
  EXPECT_EQ(run.outcome.why.reason, Reason::walltime_exceeded);
}

TEST_P(Attacks, endless_output_ends_at_the_log) {
  EXPECT_EQ(bare({"output", "4000000"}).output.size(), 61 << 16);
  const JobRun run = walled({"output", "4000000000"}, {.walltime = seconds(30), .log_bytes = 1000});
  EXPECT_EQ(run.outcome.why.reason, Reason::log_exceeded);
  EXPECT_EQ(run.output.size(), 1000);
}

TEST_P(Attacks, a_process_of_the_host_gets_no_signal) {
  const Victim victim;
  expect_told_no(walled({"signal", victim.pid()}));
  EXPECT_TRUE(victim.alive());
  expect_told_no(walled({"signal", std::to_string(::getpid())}));
  ASSERT_EQ(bare({"signal", victim.pid()}).code, 0);
  EXPECT_TRUE(victim.dies());
}

TEST_P(Attacks, a_process_of_the_host_is_not_seen) {
  const Victim victim;
  const std::string target = "/proc/" + victim.pid() + "/status";
  EXPECT_EQ(bare({"read", target}).code, 0);
  expect_told_no(walled({"read", target}));
}

TEST_P(Attacks, a_process_is_not_traced) {
  const Victim victim;
  EXPECT_EQ(bare({"trace", victim.pid()}).code, 0);
  expect_forbidden_or_told_no(walled({"trace", victim.pid()}));
  // Not even the first process of its own sandbox, which has no limits.
  expect_forbidden_or_told_no(walled({"trace", "1"}));
  expect_told_no(walled({"write", "/proc/1/mem"}));
}

TEST_P(Attacks, the_memory_of_a_process_is_not_read) {
  const Victim victim;
  EXPECT_EQ(bare({"read_memory_of", victim.pid(), victim.memory()}).code, 0);
  expect_forbidden(walled({"read_memory_of", victim.pid(), victim.memory()}));
}

TEST_P(Attacks, keys_of_the_kernel_are_not_made) {
  EXPECT_EQ(bare({"add_key"}).code, 0);
  expect_forbidden_or_told_no(walled({"add_key"}));
}

TEST_P(Attacks, no_further_namespace_is_made) {
  EXPECT_EQ(bare({"unshare"}).code, 0);
  expect_forbidden_or_told_no(walled({"unshare"}));
  EXPECT_EQ(bare({"clone_namespace"}).code, 0);
  expect_told_no(walled({"clone_namespace"}));
}

TEST_P(Attacks, nothing_is_loaded_into_the_kernel_nor_mounted) {
  if (::geteuid() == 0) {
    EXPECT_EQ(run_bare({program_, "bpf"}, false).code, 0);
    EXPECT_EQ(run_bare({"/usr/bin/unshare", "--mount", program_, "mount", folder_.path()}, false).code, 0);
  }
  expect_forbidden_or_told_no(walled({"bpf"}));
  expect_forbidden_or_told_no(walled({"mount", "/tmp"}));
}

TEST_P(Attacks, a_device_that_was_not_rented_is_not_opened) {
  for (const std::string other : {"/dev/kmsg", "/dev/mem", "/dev/kvm", "/dev/dri/renderD128", "/dev/nvidia0"}) {
    expect_told_no(walled({"device", other}));
  }
  if (::geteuid() != 0) return;  // only root makes a device node of its own
  const std::string device = (folder_.outside().path() / "zero").string();
  if (::mknod(device.c_str(), S_IFCHR | 0666, ::makedev(1, 5)) != 0) GTEST_SKIP() << "no device node can be made here";
  ::chmod(device.c_str(), 0666);
  if (::access(device.c_str(), R_OK) != 0 || bare({"device", device}).code != 0) {
    GTEST_SKIP() << "devices in temporary folders do not work here";
  }
  expect_told_no(walled({"device", device}));
  // A folder that holds one gives none either.
  plan_.binds.push_back({.host = folder_.outside().path().string(), .inside = "/job"});
  expect_told_no(walled({"device", "/job/zero"}));
}

TEST_P(Attacks, nothing_outlives_the_job) {
  give_folder();
  const std::string lock = folder_.path() + "/lock";
  const auto is_free = [&lock] {
    const Descriptor file(::open(lock.c_str(), O_RDWR | O_CLOEXEC));
    return file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
  };
  const JobRun run = walled({"outlive", "/job/lock"});
  if (is_kernel()) {  // not even the lock is had there
    expect_told_no(run);
  } else {
    EXPECT_EQ(run.outcome.why.reason, Reason::completed) << run.output;
    EXPECT_TRUE(is_free());
  }
  std::filesystem::remove(lock);
  EXPECT_EQ(bare({"outlive", lock}).code, 0);
  EXPECT_FALSE(is_free());
  std::filesystem::remove(lock);
}

}  // namespace
}  // namespace quern::execution
