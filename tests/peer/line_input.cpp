#include "tests/peer/line_input.hpp"

#include <array>
#include <cerrno>
#include <deque>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <poll.h>
#include <unistd.h>

#include "overlay/runtime/waiter.hpp"
#include "tests/peer/wake_descriptor.hpp"

namespace quern::peer {
namespace {

constexpr std::size_t kReadBytes = 64 << 10;

}  // namespace

struct LineInput::State : std::enable_shared_from_this<State> {
  State(runtime::Executor e, int d) : executor(std::move(e)), descriptor(d) {}

  // On the thread: each piece waits until the lines of the one before were taken.
  void read_all() {
    std::array<char, kReadBytes> buffer;
    while (wake.wait_for(descriptor, POLLIN)) {
      const ssize_t size = read(descriptor, buffer.data(), buffer.size());
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) break;
      boost::asio::post(
          executor, [self = shared_from_this(), piece = std::string(buffer.data(), static_cast<std::size_t>(size))] {
            self->came(piece);
          });
      taken.acquire();
    }
    boost::asio::post(executor, [self = shared_from_this()] { self->ended_input(); });
  }

  void came(const std::string& piece) {
    std::vector<Line> cut;
    splitter.feed(piece, cut);
    for (Line& line : cut) lines.push_back(std::move(line));
    if (lines.empty()) taken.release();
    filled.wake();
  }

  void ended_input() {
    if (auto rest = splitter.finish()) lines.push_back(*std::move(rest));
    ended = true;
    filled.wake();
  }

  runtime::Executor executor;
  int descriptor;
  WakeDescriptor wake;
  std::counting_semaphore<> taken{0};
  LineSplitter splitter;
  std::deque<Line> lines;  // at most those of one piece
  bool ended = false;
  runtime::Waiter filled;
  std::thread thread;
};

LineInput::LineInput(runtime::Executor executor, int descriptor)
    : state_(std::make_shared<State>(std::move(executor), descriptor)) {
  state_->thread = std::thread([state = state_.get()] { state->read_all(); });
}

LineInput::~LineInput() {
  state_->wake.wake();
  state_->taken.release();
  state_->thread.join();
}

runtime::Task<std::optional<Line>> LineInput::next() {
  State& state = *state_;
  while (state.lines.empty()) {
    if (state.ended) co_return std::nullopt;
    co_await state.filled.wait();
  }
  std::optional<Line> line(std::move(state.lines.front()));
  state.lines.pop_front();
  if (state.lines.empty() && !state.ended) state.taken.release();
  co_return line;
}

}  // namespace quern::peer
