#include "scheduler/execution/outcome.hpp"

#include <csignal>
#include <cstring>

namespace quern::execution {

using model::Reason;
using model::Why;

namespace {

constexpr int kSignalled = 128;
constexpr int kSignalMax = 64;

std::string signal_text(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name ? "SIG" + std::string(name) : "signal " + std::to_string(signal);
}

Why of_walls(const ChildEnd& end) {
  const std::string words = end.last_words.empty() ? "it ended without a word" : end.last_words;
  if (end.stage == ChildEnd::Stage::program) {
    return {end.kind == SandboxKind::command_job ? Reason::command_failed : Reason::internal, words};
  }
  return {Reason::sandbox_unavailable, words};
}

Why of_signal(const ChildEnd& end, int signal) {
  switch (signal) {
    case SIGSYS:
      return {Reason::call_forbidden, "the kernel ended it with SIGSYS"};
    case SIGXCPU:
      return {Reason::cpu_time_exceeded, "SIGXCPU"};
    case SIGXFSZ:
      return {Reason::scratch_exceeded, "a file grew larger than it may, or found no room"};
    default:
      break;
  }
  if (end.events.process_refusals > 0) {
    return {Reason::processes_exceeded, std::to_string(end.events.process_refusals) + " were refused"};
  }
  return {Reason::worker_crashed, signal_text(signal)};
}

}  // namespace

Why judge(const ChildEnd& end) {
  if (end.stuck) {
    return {Reason::device_unresponsive, "its processes do not die: a driver holds them in the kernel"};
  }
  if (end.ended_for) {
    // What a job does at its limit often looks like waiting: the limit says more than the deadline.
    if (end.ended_for->reason == Reason::walltime_exceeded && end.events.process_refusals > 0) {
      return {Reason::processes_exceeded,
              std::to_string(end.events.process_refusals) + " were refused until its time was over"};
    }
    return *end.ended_for;
  }
  if (end.stage != ChildEnd::Stage::ran) return of_walls(end);
  if (end.code == 0) return {Reason::completed, ""};
  if (end.events.oom_kills > 0) {
    return {Reason::memory_exceeded, std::to_string(end.events.oom_kills) + " processes were killed for it"};
  }
  if (end.code > kSignalled && end.code <= kSignalled + kSignalMax) return of_signal(end, end.code - kSignalled);
  const std::string status = "exit status " + std::to_string(end.code);
  if (end.events.process_refusals > 0) {
    return {Reason::processes_exceeded, std::to_string(end.events.process_refusals) + " were refused; " + status};
  }
  return {end.kind == SandboxKind::command_job ? Reason::command_failed : Reason::worker_crashed, status};
}

}  // namespace quern::execution
