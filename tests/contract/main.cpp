// The program overlay-contract: libp2p's unified interop suite drives it through its environment (settings.hpp).
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "overlay/runtime/system_runtime.hpp"
#include "tests/contract/error.hpp"
#include "tests/contract/run.hpp"

namespace quern::contract {
namespace {

enum class ExitCode : int { passed = 0, failed = 1, usage = 2 };

ExitCode complain(const std::string& text, ExitCode code) {
  std::fprintf(stderr, "overlay-contract: %s\n", text.c_str());
  return code;
}

std::optional<Test> test_of(int argc, char** argv) {
  const std::string_view name = argc == 2 ? argv[1] : "";
  if (name == "transport") return Test::transport;
  if (name == "perf") return Test::perf;
  return std::nullopt;
}

runtime::Task<runtime::Result<void>> run_test(runtime::Runtime& runtime, Test test, const Settings& settings) {
  if (!settings.is_dialer) co_return co_await run_listener(runtime, test, settings);
  CO_TRY(const std::string yaml, co_await run_dialer(runtime, test, settings));
  if (std::fputs(yaml.c_str(), stdout) < 0 || std::fflush(stdout) != 0)
    co_return runtime::fail(runtime::Errc::system, "standard output cannot be written");
  co_return runtime::Result<void>();
}

ExitCode run(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is an error of write(2)
  const auto test = test_of(argc, argv);
  if (!test) return complain("usage: overlay-contract transport|perf", ExitCode::usage);
  const Lookup lookup = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  const auto settings = read_settings(*test, lookup);
  if (!settings) return complain(settings.error().message(), ExitCode::usage);
  runtime::Result<void> result;
  runtime::SystemRuntime system({.node = "overlay-contract", .data_directory = {}, .random_seed = {}});
  system.run(
      [&](runtime::Runtime& runtime) -> runtime::Task<void> { result = co_await run_test(runtime, *test, *settings); });
  return result ? ExitCode::passed : complain(result.error().message(), ExitCode::failed);
}

}  // namespace
}  // namespace quern::contract

int main(int argc, char** argv) {
  using quern::contract::ExitCode;
  try {
    return static_cast<int>(quern::contract::run(argc, argv));
  } catch (const std::exception& error) {  // out of memory, or a bug
    std::fprintf(stderr, "overlay-contract: %s\n", error.what());
    return static_cast<int>(ExitCode::failed);
  }
}
