// The program `quernd`.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>
#include <google/protobuf/stubs/logging.h>

#include "overlay/runtime/system_runtime.hpp"
#include "scheduler/daemon/daemon.hpp"
#include "scheduler/daemon/instance_lock.hpp"

namespace quern::daemon {
namespace {

constexpr const char* kAbout = "quernd: offers this machine's devices and has jobs done on others'";
constexpr const char* kFooter = R"(
Without options it reads /etc/quern/quernd.toml as root, else quern/quernd.toml
below $XDG_CONFIG_HOME or ~/.config, if there is such a file. docs/config.md
describes the keys. SIGTERM: takes no new work, waits for what is under way here
and for tasks of its own jobs that are under way elsewhere (30 seconds at most,
or until a second SIGTERM), and ends. Own tasks that wait are placed no more: a
job with such ends as submitter_restarted at the next start.

Exit status:
  0  it was asked to end
  1  it could not start or go on: the log says why
  2  the command line makes no sense
  3  the configuration has errors, all of which are told

Examples:
  quernd --check-config --config quernd.toml
  quernd --print-config > quernd.toml          every key with its default
  quernd --data-directory /tmp/try             a node of its own for trying)";

struct Words {
  std::string config;
  std::string data_directory;
  bool check = false;
  bool print = false;
};

Configured<Config> read_config(const Words& words) {
  rpc::Environment environment = rpc::environment();
  const std::filesystem::path file =
      words.config.empty() ? rpc::default_config_file(environment) : std::filesystem::path(words.config);
  std::error_code error;
  const bool there = !words.config.empty() || std::filesystem::exists(file, error);
  auto config = there ? load_config(file, environment) : Configured<Config>(default_config(environment));
  if (config && !words.data_directory.empty()) {
    const auto data = std::filesystem::absolute(words.data_directory);
    const Config standard = default_config(environment);
    // What lies in the data directory unless the file says otherwise follows it.
    if (config->rpc.socket == standard.rpc.socket) config->rpc.socket = (data / "quernd.socket").string();
    if (config->rpc.websocket.token_file == standard.rpc.websocket.token_file) {
      config->rpc.websocket.token_file = (data / "rpc.token").string();
    }
    config->data_directory = data.string();
  }
  return config;
}

ExitCode serve(const Config& config) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is an error of write(2)
  // It writes a line to stderr for every message with a text that is not UTF-8: peers would write this node's log.
  google::protobuf::SetLogHandler(nullptr);
  const auto lock = InstanceLock::take(config.data_directory);
  if (!lock) {
    std::fprintf(stderr, "quernd: %s\n", lock.error().c_str());
    return ExitCode::failed;
  }
  const DriverEnvironment drivers = driver_environment();
  ExitCode code = ExitCode::failed;
  runtime::SystemRuntime process(
      {.node = "quernd", .data_directory = std::filesystem::path(config.data_directory) / "store", .random_seed = {}});
  process.run([&](runtime::Runtime& runtime) -> runtime::Task<void> {
    Log log(runtime.clock(), config.log.level, config.log.format, standard_error());
    code = co_await run_daemon(runtime, config, drivers, log);
  });
  return code;
}

ExitCode run(int argc, char** argv) {
  CLI::App app(kAbout, "quernd");
  Words words;
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("quernd ") + QUERN_VERSION, "Show the version");
  app.add_option("--config", words.config, "Configuration file")->type_name("FILE");
  app.add_option("--data-directory", words.data_directory, "In place of the configuration's")->type_name("DIR");
  app.add_flag("--check-config", words.check, "Tell what is wrong with the configuration, and end");
  app.add_flag("--print-config", words.print, "Write the configuration in force, every key, and end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    app.exit(asked);
    return ExitCode::ended;
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "quernd: %s\nTry: quernd --help\n", error.what());
    return ExitCode::usage;
  }
  const auto config = read_config(words);
  if (!config) {
    for (const ConfigProblem& problem : config.error()) std::fprintf(stderr, "%s\n", to_text(problem).c_str());
    return ExitCode::config;
  }
  if (const auto found = words.check ? check_files(*config) : runtime::Result<void>(); !found) {
    std::fprintf(stderr, "quernd: %s\n", found.error().message().c_str());
    return ExitCode::config;
  }
  if (words.print && (std::fputs(to_toml(*config).c_str(), stdout) < 0 || std::fflush(stdout) != 0)) {
    std::fprintf(stderr, "quernd: standard output cannot be written: %s\n",
                 std::generic_category().message(errno).c_str());
    return ExitCode::failed;
  }
  if (words.print || words.check) return ExitCode::ended;
  return serve(*config);
}

}  // namespace
}  // namespace quern::daemon

int main(int argc, char** argv) {
  try {
    return static_cast<int>(quern::daemon::run(argc, argv));
  } catch (const std::exception& error) {  // out of memory, or a bug
    std::fprintf(stderr, "quernd: %s\n", error.what());
    return static_cast<int>(quern::daemon::ExitCode::failed);
  }
}
