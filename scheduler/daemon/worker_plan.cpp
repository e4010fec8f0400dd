#include "scheduler/daemon/worker_plan.hpp"

#include <algorithm>

namespace quern::daemon {

using execution::SandboxPlan;

namespace {

constexpr std::uint64_t kProcessesMin = 64;  // of a driver with its compiler and linker, beside its threads a core
constexpr std::uint64_t kThreadsPerUnit = 2;
constexpr std::uint64_t kScratchBytesMin = 1 << 20;  // a folder in memory of no size has no limit
constexpr std::uint64_t kAddressSpaceFactor = 4;     // mapped, beside what is used

void set_scratch(SandboxPlan& plan, std::uint64_t bytes) {
  const auto temporary = std::ranges::find(plan.memory_folders, "/tmp", &execution::MemoryFolder::inside);
  if (temporary != plan.memory_folders.end()) temporary->bytes = std::max(bytes, kScratchBytesMin);
}

std::vector<model::Digest> sources_of(const model::Job& job) {
  std::vector<model::Digest> digests;
  for (const std::string& path : job.program.sources) {
    const auto input = std::ranges::find(job.inputs, path, &model::Input::path);
    if (input != job.inputs.end()) digests.push_back(input->digest);
  }
  return digests;
}

}  // namespace

std::uint32_t cores_of(const model::Job& job, const WorkerDevice& device) {
  const std::uint32_t asked = std::max(job.resources.cpu_cores, 1U);
  return device.type == model::DeviceType::cpu ? std::max(asked, device.compute_units) : asked;
}

std::uint64_t bytes_of(const model::Shard& shard) {
  std::uint64_t bytes = 0;
  for (const model::OutputSlice& output : shard.outputs) bytes += output.bytes;
  return bytes;
}

WorkerTerms terms_of(const std::string& submitter, const model::Job& job, const WorkerDevice& device) {
  return {.submitter = submitter,
          .device = device.id,
          .memory_bytes = job.resources.memory_bytes,
          .cores = cores_of(job, device),
          .scratch_bytes = job.resources.scratch_bytes,
          .sources = sources_of(job),
          .build_options = job.program.build_options};
}

SandboxPlan plan_of(const WorkerTerms& terms, const WorkerDevice& device, const execution::HostLayout& layout,
                    const WorkerPlaces& places, std::optional<execution::HostIdentity> identity, bool limits_memory) {
  SandboxPlan plan = execution::plan_for(execution::SandboxKind::kernel_job, layout);
  set_scratch(plan, terms.scratch_bytes);
  plan.binds.push_back({.host = places.program, .inside = std::string(kWorkerInside)});
  plan.binds.push_back({.host = places.inputs, .inside = std::string(kInputsInside)});
  for (const std::string& folder : device.folders) {
    plan.binds.push_back({.host = folder, .inside = folder, .needed = false});
  }
  plan.links.insert(plan.links.end(), device.links.begin(), device.links.end());
  plan.devices = device.nodes;
  plan.environment.insert(plan.environment.end(), device.environment.begin(), device.environment.end());
  const std::uint64_t processes =
      kProcessesMin + kThreadsPerUnit * std::uint64_t{std::max(terms.cores, device.compute_units)};
  const std::uint64_t memory = terms.memory_bytes + kWorkerMemoryBytes;
  plan.limits = {.memory_bytes = memory, .processes = processes, .cpu_permille = std::uint64_t{terms.cores} * 1000};
  plan.inner.processes = processes;
  plan.inner.file_bytes = std::max(terms.scratch_bytes, execution::kScratchBytes);
  if (!limits_memory && device.nodes.empty()) plan.inner.address_space_bytes = memory * kAddressSpaceFactor;
  plan.identity = std::move(identity);
  if (auto& who = plan.identity) {
    who->groups.insert(who->groups.end(), device.node_groups.begin(), device.node_groups.end());
  }
  return plan;
}

std::vector<std::string> worker_command() {
  return {std::string(kWorkerInside),
          std::to_string(execution::kMessageInDescriptor),
          std::to_string(execution::kMessageOutDescriptor),
          "/tmp",
          "/cache",
          "/dev/shm"};
}

}  // namespace quern::daemon
