// How `quern` ends. The numbers are an interface: scripts act on them.
#pragma once

namespace quern::scheduler::cli {

enum class ExitCode : int {
  complete = 0,    // all that was asked for was done
  incomplete = 1,  // done, but something that was asked for is missing from the result
  usage = 2,       // the command line makes no sense; nothing was done
  failed = 3,      // a file or standard output could not be read or written
};

}  // namespace quern::scheduler::cli
