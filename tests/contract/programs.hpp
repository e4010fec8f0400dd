// The two ends of a test of the interop suite: a listener that leaves its address on the Redis server, and a dialer
// that takes it from there and measures.
#pragma once
#include <chrono>
#include <string>

#include "overlay/runtime/result.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/task.hpp"
#include "tests/contract/environment.hpp"

namespace quern::contract {

inline constexpr runtime::Duration kMeetingTime = std::chrono::seconds(180);  // for the two to find each other
inline constexpr runtime::Duration kPollInterval = std::chrono::milliseconds(100);

// Serves ping and perf until it is cancelled. Errors of Redis, Host::make and Host::listen.
runtime::Task<runtime::Result<void>> run_listener(runtime::Runtime& runtime, Settings settings);
// The result in YAML. Errors of Redis, the host and the protocols; runtime::Errc::timed_out when there was no listener
// within kMeetingTime.
runtime::Task<runtime::Result<std::string>> run_dialer(runtime::Runtime& runtime, Settings settings, Suite suite);

}  // namespace quern::contract
