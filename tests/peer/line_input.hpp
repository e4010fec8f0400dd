// The lines that come in through a file descriptor.
#pragma once
#include <memory>
#include <optional>

#include "overlay/runtime/task.hpp"
#include "tests/peer/line_splitter.hpp"

namespace quern::peer {

// Reads with a thread of its own, so that pipes, terminals and files are all the same and none holds up the executor.
// Nothing more is read before the lines that came are taken. Used on the executor.
class LineInput {
 public:
  LineInput(runtime::Executor executor, int descriptor);
  ~LineInput();  // ends the thread, also in the middle of a read
  LineInput(const LineInput&) = delete;
  LineInput& operator=(const LineInput&) = delete;

  // nullopt at the end of the input, and when it cannot be read. One caller at a time.
  runtime::Task<std::optional<Line>> next();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with what the thread posts
};

}  // namespace quern::peer
