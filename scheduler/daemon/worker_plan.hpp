// What a worker is granted and what it sees: values, pure.
//
// A worker is made for one submitter, one device, one set of limits and one program, and does tasks of these only: on a
// processor a program can change the process that runs it. It sees the
// system's programs and libraries, its own program and /job/in, all read only, and /tmp, /dev/shm and its /cache of
// compiled programs, which are memory of a size, are emptied after each task of a processor and die with it. It can
// write to nothing on the host's disk: what it makes comes through its pipe (worker_messages.hpp), which bounds it as
// it comes.
//
// A card needs more than a processor does: card_nodes.hpp says what. With nodes the list of system calls is that of
// drivers with devices, and the address space is not limited: such a driver reserves far more than it uses.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "scheduler/execution/sandbox.hpp"
#include "scheduler/model/job.hpp"
#include "scheduler/model/shard.hpp"

namespace quern::daemon {

// An OpenCL device that work can be done on.
struct WorkerDevice {
  std::string id;              // as in the offer
  std::uint32_t platform = 0;  // indices among what a worker's drivers show under this `environment`
  std::uint32_t device = 0;
  std::string name;  // CL_DEVICE_NAME, which a worker must find; empty: any
  model::DeviceType type = model::DeviceType::cpu;
  std::uint32_t compute_units = 1;
  std::vector<std::pair<std::string, std::string>> environment;  // "POCL_DEVICES", "OCL_ICD_VENDORS"
  std::vector<std::string> nodes;                                // below /dev
  std::vector<gid_t> node_groups;                                // that may open them
  std::vector<std::string> folders;                              // read only; those that are there
  std::vector<execution::Link> links;                            // into these
  bool operator==(const WorkerDevice&) const = default;
};

// Of the host, on top of what the job asks for: the worker, its driver and its compiler.
inline constexpr std::uint64_t kWorkerMemoryBytes = 256 << 20;
inline constexpr std::string_view kWorkerInside = "/run/quern/worker";
inline constexpr std::string_view kInputsInside = "/job/in";

// What tasks must have in common to be done by one worker. Fixed for its life.
struct WorkerTerms {
  std::string submitter;
  std::string device;  // WorkerDevice::id
  std::uint64_t memory_bytes = 0;
  std::uint32_t cores = 1;
  std::uint64_t scratch_bytes = 0;  // of /tmp
  std::vector<model::Digest> sources;
  std::string build_options;
  bool operator==(const WorkerTerms&) const = default;
};

// Processor cores of a task: on a processor as many as the device has compute units, if that is more than was asked
// for. As the largest usage that a demand allows has it.
std::uint32_t cores_of(const model::Job& job, const WorkerDevice& device);
std::uint64_t bytes_of(const model::Shard& shard);  // of all outputs

WorkerTerms terms_of(const std::string& submitter, const model::Job& job, const WorkerDevice& device);

// Where a worker's things are on the host.
struct WorkerPlaces {
  std::string program;  // quern-worker
  std::string inputs;   // a folder
};

// `identity`: see SandboxPlan. `limits_memory`: a cgroup does; otherwise the processes' address space is limited.
execution::SandboxPlan plan_of(const WorkerTerms& terms, const WorkerDevice& device,
                               const execution::HostLayout& layout, const WorkerPlaces& places,
                               std::optional<execution::HostIdentity> identity, bool limits_memory);
std::vector<std::string> worker_command();

}  // namespace quern::daemon
