// How a sandboxed job's processes ended, and the reason that follows from it. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "overlay/runtime/time.hpp"
#include "scheduler/execution/cgroup.hpp"
#include "scheduler/execution/sandbox.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::execution {

// What was seen from outside.
struct ChildEnd {
  enum class Stage : std::uint8_t {
    walls,    // the sandbox did not come about; `last_words` say why
    program,  // it did, but the job's program could not be started
    ran,
  };
  SandboxKind kind = SandboxKind::kernel_job;
  Stage stage = Stage::walls;
  bool stuck = false;                   // still there when patience was over: abandoned, and none of the rest is known
  int code = 0;                         // exit status of the program; 128 + n when signal n ended it
  std::optional<model::Why> ended_for;  // why the supervisor ended it
  CgroupEvents events;
  std::string last_words;  // of the sandbox's own programs; empty when they ran as they should
};

// What the job's owner is told. `completed` says that the program ended with status 0: whether the job did what it was
// to do is in its messages and outputs.
model::Why judge(const ChildEnd& end);

struct ChildOutcome {
  model::Why why;
  int code = 0;  // as ChildEnd
  bool stuck = false;
  CgroupEvents events;
  runtime::Duration elapsed{};  // from start() until all processes were gone
};

}  // namespace quern::execution
