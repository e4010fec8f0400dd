// The programs that a daemon starts: found beside itself, and put where a job's user reaches them.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "overlay/runtime/result.hpp"
#include "scheduler/execution/sandbox.hpp"

namespace quern::daemon {

// Who jobs are on the host when the daemon is root: a number that no user of a Debian system has.
inline constexpr uid_t kJobUser = 64'242;
std::optional<execution::HostIdentity> job_identity(bool root);

// Where jobs have their folders: in the data directory, or, as nobody but root enters that of root, beside it.
std::filesystem::path scratch_root_of(const std::filesystem::path& data_directory, bool root);

struct Programs {
  std::filesystem::path sandbox_exec;  // quern-sandbox-exec
  std::filesystem::path worker;        // quern-worker
};
// Beside this program, or in ../libexec/quern. As root they are copied below `scratch_root`, wherever they were.
// Errc::not_found, with the program and where it was looked for; no_space; system.
runtime::Result<Programs> find_programs(const std::filesystem::path& scratch_root, bool root);

// Puts a copy of the program into the folder, whole or not at all, and returns its path. A copy that is there already
// is left as it is: a full disk keeps no node from starting again. Errc::no_space, system.
runtime::Result<std::filesystem::path> copy_program(const std::filesystem::path& program,
                                                    const std::filesystem::path& folder);

}  // namespace quern::daemon
