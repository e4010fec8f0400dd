// The programs that a daemon starts: found beside itself, and put where a job's user reaches them.
#pragma once
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

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
// Beside this program, or in ../libexec/quern. As root they are copied below `scratch_root`, wherever they were. The
// message names the program and where it was looked for.
std::expected<Programs, std::string> find_programs(const std::filesystem::path& scratch_root, bool root);

}  // namespace quern::daemon
