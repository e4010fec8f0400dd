// The program overlay-peer.
#include <csignal>
#include <cstdio>
#include <exception>
#include <utility>

#include "overlay/runtime/system_runtime.hpp"
#include "tests/peer/options.hpp"
#include "tests/peer/session.hpp"

int main(int argc, char** argv) {
  using quern::peer::ExitCode;
  try {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is an error of write(2)
    auto options = quern::peer::read_options(argc, argv);
    if (!options) return static_cast<int>(options.error());
    ExitCode code = ExitCode::bug;
    quern::runtime::SystemRuntime system({.node = "overlay-peer", .data_directory = {}, .random_seed = {}});
    system.run([&](quern::runtime::Runtime& runtime) -> quern::runtime::Task<void> {
      code = co_await quern::peer::run_session(runtime, *std::move(options));
    });
    return static_cast<int>(code);
  } catch (const std::exception& error) {  // out of memory, or a bug
    std::fprintf(stderr, "overlay-peer: %s\n", error.what());
    return static_cast<int>(ExitCode::bug);
  }
}
