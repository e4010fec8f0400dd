#include <array>
#include <csignal>
#include <functional>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/system_runtime.hpp"
#include "overlay/runtime/task_group.hpp"
#include "tests/peer/line_input.hpp"
#include "tests/peer/line_output.hpp"

namespace quern::peer {
namespace {

using runtime::Runtime;
using runtime::Task;

// Both ends of a pipe.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_reader() { close_end(0); }
  void close_writer() { close_end(1); }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) close(ends_[end]);
    ends_[end] = -1;
  }
  std::array<int, 2> ends_{};
};

void run(const std::function<Task<void>(Runtime&)>& program) {
  runtime::SystemRuntime system({.node = "test", .data_directory = {}, .random_seed = {}});
  system.run(program);
}

TEST(LineStreams, lines_arrive_whole_and_in_order_whatever_their_size) {
  Pipe pipe;
  run([&](Runtime& runtime) -> Task<void> {
    constexpr std::size_t kLines = 2000;
    const auto text_of = [](std::size_t i) { return std::string(i * 37 % 10'000, static_cast<char>('a' + i % 26)); };
    LineOutput output(runtime.executor(), pipe.writer());
    LineInput input(runtime.executor(), pipe.reader());
    const auto both = [&](runtime::TaskGroup& group) -> Task<void> {
      const auto write_all = [&]() -> Task<void> {
        for (std::size_t i = 0; i < kLines; ++i) {
          std::string line = text_of(i);
          co_await output.write(std::move(line));
        }
      };
      group.spawn(write_all());
      for (std::size_t i = 0; i < kLines; ++i) {
        const auto line = co_await input.next();
        EXPECT_TRUE(line && line->text == text_of(i)) << i;
      }
      co_await group.join();
    };
    co_await runtime::with_group<void>(both);
    EXPECT_TRUE(output.finish());
    pipe.close_writer();
    EXPECT_FALSE(co_await input.next());
  });
}

TEST(LineStreams, who_writes_waits_for_who_reads) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  run([&](Runtime& runtime) -> Task<void> {
    LineOutput output(runtime.executor(), pipe.writer());
    // What is waiting and what is on its way, in lines of 1 MiB.
    const std::size_t most = 2 * (kOutputBytesMax >> 20) + 2;
    const auto write_line = [&]() -> Task<runtime::Result<void>> {
      co_await output.write(std::string(1 << 20, 'a'));
      co_return runtime::Result<void>();
    };
    std::size_t written = 0;
    while (written <= most &&
           co_await runtime::with_timeout(runtime.clock(), std::chrono::milliseconds(200), write_line()))
      ++written;
    EXPECT_GE(written, kOutputBytesMax >> 20);
    EXPECT_LE(written, most);
    pipe.close_reader();  // else finish() waits for somebody to read
    EXPECT_FALSE(output.finish());
  });
}

TEST(LineStreams, output_that_nobody_can_read_is_found_broken) {
  Pipe pipe;
  std::signal(SIGPIPE, SIG_IGN);
  pipe.close_reader();
  run([&](Runtime& runtime) -> Task<void> {
    LineOutput output(runtime.executor(), pipe.writer());
    output.write_now("one");
    co_await output.broken();
    co_await output.broken();  // and stays so
    co_await output.write("dropped");
    EXPECT_FALSE(output.finish());
  });
}

TEST(LineStreams, input_ends_in_the_middle_of_a_read) {
  Pipe pipe;
  run([&](Runtime& runtime) -> Task<void> {
    {
      const LineInput waits_for_bytes(runtime.executor(), pipe.reader());
    }
    LineInput input(runtime.executor(), pipe.reader());
    EXPECT_EQ(write(pipe.writer(), "one\ntwo\nthr", 11), 11);
    EXPECT_EQ((co_await input.next())->text, "one");
    // With a line that nobody has taken, and the thread waiting for that.
  });
}

}  // namespace
}  // namespace quern::peer
