#include "scheduler/rpc/paths.hpp"

#include <cstdlib>

#include <pwd.h>
#include <unistd.h>

namespace quern::rpc {

namespace fs = std::filesystem;

namespace {

fs::path folder_in(const char* variable) {
  const char* const value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): read at start
  const fs::path path = value ? value : "";
  return path.is_absolute() ? path : fs::path();
}

// Services and cron jobs may be without the variable: a relative folder would be another one with each start.
fs::path home_folder() {
  if (fs::path home = folder_in("HOME"); !home.empty()) return home;
  const passwd* const user = ::getpwuid(::geteuid());  // NOLINT(concurrency-mt-unsafe): at start
  const fs::path home = user && user->pw_dir ? user->pw_dir : "";
  return home.is_absolute() ? home : fs::path("/");
}

}  // namespace

Environment environment() {
  return {.root = ::geteuid() == 0,
          .home = home_folder(),
          .data_home = folder_in("XDG_DATA_HOME"),
          .config_home = folder_in("XDG_CONFIG_HOME"),
          .runtime_dir = folder_in("XDG_RUNTIME_DIR")};
}

fs::path default_data_directory(const Environment& environment) {
  if (environment.root) return "/var/lib/quern";
  const fs::path& data = environment.data_home;
  return (data.empty() ? environment.home / ".local/share" : data) / "quern";
}

fs::path default_config_file(const Environment& environment) {
  if (environment.root) return "/etc/quern/quernd.toml";
  const fs::path& config = environment.config_home;
  return (config.empty() ? environment.home / ".config" : config) / "quern/quernd.toml";
}

fs::path default_socket(const Environment& environment, const fs::path& data_directory) {
  if (environment.root) return "/run/quern/quernd.socket";
  if (environment.runtime_dir.empty()) return data_directory / "quernd.socket";
  return environment.runtime_dir / "quern/quernd.socket";
}

}  // namespace quern::rpc
