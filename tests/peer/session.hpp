// One run of overlay-peer: a host, the commands that come in and what goes out.
#pragma once
#include "overlay/runtime/runtime.hpp"
#include "tests/peer/options.hpp"

namespace quern::peer {

inline constexpr std::size_t kCommandsMax = 1024;  // under way at once; what comes then is refused

// Until `exit`, a signal to end, the end of standard input, or nobody reads standard output. Errors that keep it from
// starting are told on standard error.
runtime::Task<ExitCode> run_session(runtime::Runtime& runtime, Options options);

}  // namespace quern::peer
