// The life of quernd: from its configuration to its end.
#pragma once
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "overlay/runtime/runtime.hpp"
#include "scheduler/daemon/config.hpp"
#include "scheduler/daemon/log.hpp"

namespace quern::daemon {

inline constexpr runtime::Duration kDrainPatience = std::chrono::seconds(30);
inline constexpr runtime::Duration kStopPatience = std::chrono::seconds(10);

// What of this process's environment jobs' OpenCL drivers are told: those that choose devices.
struct DriverEnvironment {
  std::filesystem::path vendors = "/etc/OpenCL/vendors";
  std::vector<std::pair<std::string, std::string>> variables;
};
DriverEnvironment driver_environment();

enum class ExitCode : int {
  ended = 0,   // asked to, and drained
  failed = 1,  // could not start, or go on: the log says why
  usage = 2,   // the command line makes no sense
  config = 3,  // the configuration has errors
};

// Whether the files that a configuration names and a start needs can be read: overlay.psk_file. Errc::not_found, or
// security::Errc::bad_preshared_key; the detail has the key and the path.
runtime::Result<void> check_files(const Config& config);

// Why a start came to nothing, with what helps where it is for the owner to do.
std::string start_failure_text(const runtime::Error& error, const Config& config);

// Starts everything and serves until SIGTERM or SIGINT: then takes no new work and places none, waits for what is
// under way here and elsewhere (at most kDrainPatience, or until the second signal), hands back and ends. What has not
// stopped by kStopPatience then, a driver or a disk that hangs, is left: the process ends with ExitCode::failed, as it
// may at any moment. On the executor of a SystemRuntime, with the instance's lock held.
runtime::Task<ExitCode> run_daemon(runtime::Runtime& runtime, Config config, DriverEnvironment drivers, Log& log);

}  // namespace quern::daemon
