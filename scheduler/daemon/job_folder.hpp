// The folders on this machine's disk that workers see. Everything blocks: call it from the pool for blocking work.
//
// Below the root that the configuration names, every worker has a folder, `worker-N`, and in it `in`, which is bound
// into its sandbox, read only; inputs of a task lie in a numbered folder there. Whoever the workers are on the host
// (SandboxPlan::identity) can read them, nobody else can enter `worker-N`. The root itself must be within that user's
// reach. There is no folder for outputs: a worker that could write to the host's disk could fill it faster than anybody
// looks.
//
// Removal follows no link and needs few descriptors however deep the folders are.
//
// Errors are runtime::Errc: no_space where the disk is full, not_found, otherwise system; the detail names the path.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "scheduler/execution/sandbox.hpp"

namespace quern::daemon {

using JobOwner = std::optional<execution::HostIdentity>;  // nothing: the daemon itself

// Makes the root where it is not there, and removes the folders of workers that an earlier life has left in it. Returns
// how many.
runtime::Result<std::size_t> open_scratch_root(const std::filesystem::path& root);

// Removes a file or a folder with all that is in it.
runtime::Result<void> remove_tree(const std::filesystem::path& path);

// The folder of one worker. A value: who holds it removes it.
class JobFolder {
 public:
  // Makes `root`/worker-`number`.
  static runtime::Result<JobFolder> make(const std::filesystem::path& root, std::uint64_t number,
                                         const JobOwner& owner);

  std::string inputs() const { return (path_ / "in").string(); }
  const std::filesystem::path& path() const { return path_; }

  runtime::Result<void> make_inputs(std::uint64_t number) const;
  // `at` is a job's path: relative, without "..".
  runtime::Result<void> write_input(std::uint64_t number, const std::string& at, runtime::ByteView content) const;
  runtime::Result<void> remove_inputs(std::uint64_t number) const;

 private:
  explicit JobFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace quern::daemon
