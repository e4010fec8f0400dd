#include "scheduler/daemon/worker_plan.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quern::daemon {
namespace {

using execution::Bind;
using execution::SandboxPlan;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

WorkerDevice processor() {
  return {.id = "cpu", .name = "CPU", .compute_units = 6, .environment = {{"POCL_DEVICES", "pthread"}}};
}
WorkerDevice graphics() {
  return {.id = "gpu",
          .platform = 1,
          .type = model::DeviceType::gpu,
          .compute_units = 80,
          .nodes = {"/dev/dri/renderD129", "/dev/kfd"},
          .node_groups = {44, 105},
          .folders = {"/sys/class/kfd"}};
}
model::Job job() {
  model::Job made;
  made.resources = {.cpu_cores = 2, .memory_bytes = 300 << 20, .scratch_bytes = 8 << 20};
  return made;
}
SandboxPlan plan(const WorkerDevice& device, bool limits_memory = true) {
  return plan_of(terms_of("alice", job(), device), device, {}, {.program = "/opt/quern-worker", .inputs = "/s/in"},
                 execution::HostIdentity{.uid = 7, .gid = 8, .groups = {9}}, limits_memory);
}

TEST(WorkerPlan, a_processor_s_task_gets_as_many_cores_as_the_device_has_units) {
  EXPECT_EQ(cores_of(job(), processor()), 6);
  EXPECT_EQ(cores_of(job(), graphics()), 2);
  model::Job many = job();
  many.resources.cpu_cores = 9;
  EXPECT_EQ(cores_of(many, processor()), 9);
}

TEST(WorkerPlan, like_jobs_of_one_submitter_share_terms_and_no_others_do) {
  const WorkerTerms terms = terms_of("alice", job(), processor());
  model::Job like = job();
  like.name = "another";
  EXPECT_EQ(terms_of("alice", like, processor()), terms);
  EXPECT_NE(terms_of("bob", job(), processor()), terms);
  EXPECT_NE(terms_of("alice", job(), graphics()), terms);
  model::Job larger = job();
  larger.resources.memory_bytes += 1;
  EXPECT_NE(terms_of("alice", larger, processor()), terms);
  model::Job other_options = job();
  other_options.program.build_options = "-DN=2";
  EXPECT_NE(terms_of("alice", other_options, processor()), terms);
  model::Job other_program = job();
  other_program.inputs = {{.path = "k.cl", .digest = model::Digest{std::byte{1}}, .bytes = 1}};
  other_program.program.sources = {"k.cl"};
  model::Job another_program = other_program;
  another_program.inputs[0].digest = model::Digest{std::byte{2}};
  EXPECT_NE(terms_of("alice", other_program, processor()), terms_of("alice", another_program, processor()));
}

TEST(WorkerPlan, a_worker_sees_its_program_and_its_inputs_and_writes_to_no_folder_of_the_host) {
  const SandboxPlan made = plan(processor());
  EXPECT_TRUE(check(made, worker_command()));
  EXPECT_THAT(made.binds, Contains(Bind{.host = "/opt/quern-worker", .inside = "/run/quern/worker"}));
  EXPECT_THAT(made.binds, Contains(Bind{.host = "/s/in", .inside = "/job/in"}));
  EXPECT_EQ(std::ranges::count(made.binds, true, &Bind::writable), 0);
  for (const execution::MemoryFolder& folder : made.memory_folders) EXPECT_GT(folder.bytes, 0) << folder.inside;
  EXPECT_TRUE(made.devices.empty());
  EXPECT_THAT(made.environment, Contains(std::pair<std::string, std::string>("POCL_DEVICES", "pthread")));
  EXPECT_THAT(worker_command(), ElementsAre("/run/quern/worker", "3", "4", "/tmp", "/cache", "/dev/shm"));
  EXPECT_EQ(made.memory_folders.size(), worker_command().size() - 3) << "each is emptied between tasks";
}

TEST(WorkerPlan, a_worker_is_limited_to_what_its_job_asks_for) {
  const SandboxPlan made = plan(processor());
  EXPECT_EQ(made.limits.memory_bytes, (300ULL << 20) + kWorkerMemoryBytes);
  EXPECT_EQ(made.limits.cpu_permille, 6000);
  EXPECT_EQ(made.inner.address_space_bytes, 0);
  const auto scratch = std::ranges::find(made.memory_folders, "/tmp", &execution::MemoryFolder::inside);
  ASSERT_NE(scratch, made.memory_folders.end());
  EXPECT_EQ(scratch->bytes, 8 << 20);
  EXPECT_GT(plan(processor(), false).inner.address_space_bytes, made.limits.memory_bytes);
}

TEST(WorkerPlan, a_graphics_worker_gets_the_nodes_of_its_device_and_their_groups_and_its_address_space) {
  const SandboxPlan made = plan(graphics(), false);
  EXPECT_THAT(made.devices, ElementsAre("/dev/dri/renderD129", "/dev/kfd"));
  EXPECT_THAT(made.binds, Contains(Bind{.host = "/sys/class/kfd", .inside = "/sys/class/kfd", .needed = false}));
  ASSERT_TRUE(made.identity);
  const auto& identity = *made.identity;
  EXPECT_THAT(identity.groups, ElementsAre(9, 44, 105));
  EXPECT_EQ(made.inner.address_space_bytes, 0);
  EXPECT_GE(made.limits.processes, 160);  // a driver's threads
}

}  // namespace
}  // namespace quern::daemon
