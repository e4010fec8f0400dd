// The tests of the suite, both sides.
#pragma once
#include <string>

#include "overlay/runtime/result.hpp"
#include "overlay/runtime/runtime.hpp"
#include "tests/contract/settings.hpp"

namespace quern::contract {

// Listens, tells Redis where, and serves until SIGTERM or SIGINT.
runtime::Task<runtime::Result<void>> run_listener(runtime::Runtime& runtime, Test test, const Settings& settings);
// Finds the listener through Redis, dials it, measures, and returns the results as YAML. `settings` outlives the task.
runtime::Task<runtime::Result<std::string>> run_dialer(runtime::Runtime& runtime, Test test, const Settings& settings);

}  // namespace quern::contract
