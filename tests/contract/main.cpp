// overlay-contract [transport|perf]: Quern's overlay as a program of libp2p's unified interop suite
// (libp2p/unified-testing, docs/write-a-transport-test-app.md and write-a-perf-test-app.md). What to do is in the
// environment, results go to standard output as YAML, everything else to standard error.
//
// exit status: 0 done, 1 failed, 2 the environment or the arguments make no sense
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "overlay/runtime/system_runtime.hpp"
#include "tests/contract/environment.hpp"
#include "tests/contract/programs.hpp"

namespace quern::contract {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::optional<Suite> suite_of(int argc, char** argv) {
  const std::string_view word = argc == 1 ? "transport" : argv[1];
  if (argc > 2) return std::nullopt;
  if (word == "transport") return Suite::transport;
  if (word == "perf") return Suite::perf;
  return std::nullopt;
}

int complain(const std::string& text, int status) {
  std::fprintf(stderr, "overlay-contract: %s\n", text.c_str());
  return status;
}

runtime::Task<int> run(runtime::Runtime& runtime, Settings settings, Suite suite) {
  if (!settings.dialer) {
    const auto ended = co_await run_listener(runtime, std::move(settings));
    co_return ended ? 0 : complain(ended.error().message(), kFailed);
  }
  const auto result = co_await run_dialer(runtime, std::move(settings), suite);
  if (!result) co_return complain(result.error().message(), kFailed);
  std::fputs(result->c_str(), stdout);
  co_return std::fflush(stdout) == 0 ? 0 : complain("standard output cannot be written", kFailed);
}

int main_of(int argc, char** argv) {
  const auto suite = suite_of(argc, argv);
  if (!suite) return complain("usage: overlay-contract [transport|perf]", kUsage);
  const auto settings = read_settings(variable);
  if (!settings) return complain(settings.error().detail(), kUsage);
  runtime::SystemRuntime system({.node = "contract", .data_directory = {}, .random_seed = {}});
  int status = kFailed;
  system.run(
      [&](runtime::Runtime& runtime) -> runtime::Task<void> { status = co_await run(runtime, *settings, *suite); });
  return status;
}

}  // namespace
}  // namespace quern::contract

int main(int argc, char** argv) {
  try {
    return quern::contract::main_of(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "overlay-contract: %s\n", error.what());
    return 1;
  }
}
