// Lines that go out through a file descriptor, each whole, one after the other.
#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "overlay/runtime/task.hpp"

namespace quern::peer {

inline constexpr std::size_t kOutputBytesMax = 8 << 20;  // waiting; as many again may be on their way

// Writes with a thread of its own: who does not read what is written holds up those who write, not the executor. Used
// on the executor.
class LineOutput {
 public:
  LineOutput(runtime::Executor executor, int descriptor);
  ~LineOutput();  // as finish()
  LineOutput(const LineOutput&) = delete;
  LineOutput& operator=(const LineOutput&) = delete;

  // Queues `line`, without its end, once there is room. What comes after the descriptor broke is dropped.
  runtime::Task<void> write(std::string line);
  // The same at once, above the limit too: for the few last words.
  void write_now(std::string line);
  // Returns when the descriptor is found broken: nobody reads there any more, or has not for a minute.
  runtime::Task<void> broken();
  // Waits until all is written, as long as somebody takes a byte every few seconds. False when not all could be.
  bool finish();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with what the thread posts
};

}  // namespace quern::peer
