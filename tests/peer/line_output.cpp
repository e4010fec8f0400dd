#include "tests/peer/line_output.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>
#include <poll.h>
#include <unistd.h>

#include "overlay/runtime/waiter.hpp"

namespace quern::peer {
namespace {

constexpr std::size_t kPieceBytes = 4096;  // what a pipe that is ready takes without blocking (PIPE_BUF)
// Without a byte taken, until nobody is thought to read any more; while finishing one whole step is enough.
constexpr int kStepMs = 5000;
constexpr int kPatienceMs = 60'000;

}  // namespace

struct LineOutput::State : std::enable_shared_from_this<State> {
  State(runtime::Executor e, int d) : executor(std::move(e)), descriptor(d) {}

  // On the thread.
  void write_all() {
    std::string taken;
    while (take(taken)) {
      for (std::string_view rest = taken; !rest.empty();) {
        const std::size_t size = write_piece(rest.substr(0, kPieceBytes));
        if (size == 0) return break_off();
        rest.remove_prefix(size);
      }
      taken.clear();
    }
  }

  // Waits for something to write. False when nothing will come any more.
  bool take(std::string& out) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return !waiting.empty() || finishing; });
    if (waiting.empty()) return false;
    out.swap(waiting);
    lock.unlock();
    boost::asio::post(executor, [self = shared_from_this()] { self->room.wake_all(); });
    return true;
  }

  // How many bytes were taken; 0 when it is broken or nobody takes any.
  std::size_t write_piece(std::string_view piece) {
    pollfd ready{.fd = descriptor, .events = POLLOUT};
    bool had_begun_to_finish = false;
    for (int waited_ms = 0;;) {
      const int count = poll(&ready, 1, kStepMs);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return 0;
      if (count == 0) {
        waited_ms += kStepMs;
        if (had_begun_to_finish || waited_ms >= kPatienceMs) return 0;
        had_begun_to_finish = is_finishing();
        continue;
      }
      const ssize_t size = ::write(descriptor, piece.data(), piece.size());
      if (size > 0) return static_cast<std::size_t>(size);
      if (size < 0 && errno != EINTR && errno != EAGAIN) return 0;
    }
  }

  bool is_finishing() {
    const std::scoped_lock lock(mutex);
    return finishing;
  }

  void break_off() {
    {
      const std::scoped_lock lock(mutex);
      is_broken = true;
      waiting.clear();
    }
    boost::asio::post(executor, [self = shared_from_this()] {
      self->broke.wake_all();
      self->room.wake_all();
    });
  }

  bool has_broken() {
    const std::scoped_lock lock(mutex);
    return is_broken;
  }

  bool is_full() {
    const std::scoped_lock lock(mutex);
    return waiting.size() >= kOutputBytesMax;
  }

  void append(std::string_view line) {
    {
      const std::scoped_lock lock(mutex);
      if (is_broken) return;
      waiting.append(line).push_back('\n');
    }
    changed.notify_one();
  }

  runtime::Executor executor;
  int descriptor;
  std::mutex mutex;
  std::condition_variable changed;
  std::string waiting;
  bool finishing = false;
  bool is_broken = false;
  runtime::WaitQueue room;
  runtime::WaitQueue broke;
  std::thread thread;
};

LineOutput::LineOutput(runtime::Executor executor, int descriptor)
    : state_(std::make_shared<State>(std::move(executor), descriptor)) {
  state_->thread = std::thread([state = state_.get()] { state->write_all(); });
}

LineOutput::~LineOutput() {
  finish();
}

runtime::Task<void> LineOutput::write(std::string line) {
  while (state_->is_full()) co_await state_->room.wait();
  state_->append(line);
}

void LineOutput::write_now(std::string line) {
  state_->append(line);
}

runtime::Task<void> LineOutput::broken() {
  while (!state_->has_broken()) co_await state_->broke.wait();
}

bool LineOutput::finish() {
  if (state_->thread.joinable()) {
    {
      const std::scoped_lock lock(state_->mutex);
      state_->finishing = true;
    }
    state_->changed.notify_one();
    state_->thread.join();
  }
  return !state_->is_broken;
}

}  // namespace quern::peer
