// How `quern` ends. The numbers are an interface: scripts act on them.
#pragma once

namespace quern::scheduler::cli {

enum class ExitCode : int {
  complete = 0,    // all that was asked for was done
  incomplete = 1,  // done, but something that was asked for is missing from the result; the job failed
  usage = 2,       // the command line or the manifest makes no sense; nothing was done
  failed = 3,      // no daemon, or a file or standard output could not be read or written
  canceled = 4,    // the job was canceled, or this command was interrupted
  unplaced = 5,    // no provider takes the job, or not at the price that was allowed: none of it has run
};

}  // namespace quern::scheduler::cli
