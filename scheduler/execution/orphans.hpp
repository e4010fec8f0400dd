// Sandboxes that nobody watches. bwrap asks to die with its parent some time after it has made the sandbox's first
// process: when it is killed in between, that process stays, waiting for it for ever, and never becomes the job. Where
// there are control groups they name such leftovers; this finds them everywhere.
#pragma once
#include <cstddef>
#include <string>

namespace quern::execution {

// Kills the first process of every sandbox of ours whose bwrap is gone, as far as this process may. Returns how many.
// Reads /proc once.
std::size_t end_orphans();

}  // namespace quern::execution
