// What every Stream must hold, whatever carries it: the conformance suite of Stream. Included by one file of a
// test program, which says the kinds of streams:
//
//   INSTANTIATE_TEST_SUITE_P(Kinds, Streams, testing::Values(memory_kind(), socket_kind()), kind_name);
#pragma once
#include <algorithm>
#include <cstring>
#include <functional>
#include <ostream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/stream.hpp"
#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::runtime {

// Two connected ends.
struct StreamPair {
  StreamPtr first;
  StreamPtr second;
};

struct StreamKind {
  std::string name;
  WorldKind world;
  std::function<Task<StreamPair>(Runtime&)> connect;
  std::function<Task<void>(Runtime&)> disconnect = {};  // ends what carried the pair, which is gone then
};
inline void PrintTo(const StreamKind& kind, std::ostream* out) {
  *out << kind.name;
}
inline std::string kind_name(const testing::TestParamInfo<StreamKind>& info) {
  return info.param.name;
}

class Streams : public testing::TestWithParam<StreamKind> {
 protected:
  using Talk = std::function<Task<void>(Runtime&, Stream& first, Stream& second)>;

  // Gives both ends of a fresh connection to `talk`, which ends within a minute of its world's time.
  void run(const Talk& talk) {
    bool ended = false;
    const auto program = [&](Runtime& runtime) -> Task<void> {
      StreamPair pair = co_await GetParam().connect(runtime);
      EXPECT_TRUE(pair.first && pair.second);
      if (!pair.first || !pair.second) co_return;
      co_await talk(runtime, *pair.first, *pair.second);
      pair = {};
      if (GetParam().disconnect) co_await GetParam().disconnect(runtime);
      ended = true;
    };
    const auto bounded = [&](Runtime& runtime) -> Task<void> {
      co_await run_until(runtime.clock(), runtime.clock().now() + 60s, program(runtime));
    };
    if (GetParam().world == WorldKind::simulated) {
      run_simulated(bounded);
    } else {
      SystemRuntime runtime({.node = "test"});
      runtime.run(bounded);
    }
    EXPECT_TRUE(ended) << "the program did not end";
  }
};

inline Bytes random_bytes(Runtime& runtime, std::size_t size) {
  Bytes bytes(size);
  runtime.random().fill(bytes);
  return bytes;
}

// Reads to the end of the stream by reads of at most `piece` bytes; any other error is noted behind it.
inline Task<std::string> read_all(Stream& stream, std::size_t piece = 4096) {
  std::string text;
  Bytes buffer(piece);
  for (;;) {
    const auto size = co_await stream.read_some(buffer);
    if (!size) {
      if (size.error() != Errc::end_of_stream) text += " [" + size.error().message() + "]";
      co_return text;
    }
    text += text_of(std::span(buffer).first(*size));
  }
}

// As read_some(), by waiting and trying.
inline Task<Result<std::size_t>> wait_and_try(Stream& stream, std::span<std::byte> out) {
  for (;;) {
    CO_CHECK(co_await stream.wait_readable());
    const auto size = stream.try_read(out);
    if (!size || *size != 0) co_return size;
  }
}

inline Task<void> write_and_end(Stream& stream, ByteView data) {
  EXPECT_TRUE(co_await stream.write(data));
  stream.shutdown_write();
}

// Endless bytes that say where they belong: a random block again and again, of a size that nothing else has.
class Pattern {
 public:
  static constexpr std::size_t kBlockBytes = 300'007;
  explicit Pattern(Random random) : bytes_(2 * kBlockBytes) {
    const auto block = std::span(bytes_).first(kBlockBytes);
    random.fill(block);
    std::ranges::copy(block, bytes_.begin() + kBlockBytes);
  }
  // At most kBlockBytes of them.
  ByteView at(std::size_t offset, std::size_t size) const {
    return std::span(bytes_).subspan(offset % kBlockBytes, size);
  }

 private:
  Bytes bytes_;
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Streams);

TEST_P(Streams, bytes_arrive_whole_and_in_order_in_both_directions) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    const Bytes sent = random_bytes(runtime, 1 << 20);
    auto receive = [](Stream& stream, const Bytes& expected) -> Task<void> {
      const std::string got = co_await read_all(stream);
      EXPECT_TRUE(got == text_of(expected));
    };
    TaskGroup group(runtime.executor());
    group.spawn(write_and_end(first, sent));
    group.spawn(write_and_end(second, sent));
    group.spawn(receive(first, sent));
    group.spawn(receive(second, sent));
    co_await group.join();
  });
}

TEST_P(Streams, sixty_four_mebibytes_arrive_unchanged) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    constexpr std::size_t kTotal = 64 << 20;
    auto send = [](Stream& stream, const Pattern& pattern, Random random) -> Task<void> {
      for (std::size_t at = 0; at < kTotal;) {
        const std::size_t size =
            std::min(kTotal - at, 1 + static_cast<std::size_t>(random.below(Pattern::kBlockBytes)));
        EXPECT_TRUE(co_await stream.write(pattern.at(at, size)));
        at += size;
      }
      stream.shutdown_write();
    };
    const Pattern pattern(runtime.random().fork());
    TaskGroup group(runtime.executor());
    group.spawn(send(first, pattern, runtime.random().fork()));
    Bytes buffer(128 << 10);
    std::size_t received = 0;
    for (;;) {
      const auto size = co_await second.read_some(buffer);
      if (!size) {
        EXPECT_TRUE(size.error() == Errc::end_of_stream) << size.error().message();
        break;
      }
      const bool same = std::memcmp(buffer.data(), pattern.at(received, *size).data(), *size) == 0;
      EXPECT_TRUE(same) << "at " << received;
      if (!same) break;
      received += *size;
    }
    EXPECT_EQ(received, kTotal);
    second.abort();
    co_await group.join();
  });
}

TEST_P(Streams, reads_of_one_byte_lose_nothing) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    const Bytes sent = random_bytes(runtime, 3000);
    TaskGroup group(runtime.executor());
    group.spawn(write_and_end(first, sent));
    const std::string got = co_await read_all(second, 1);
    EXPECT_TRUE(got == text_of(sent));
    co_await group.join();
  });
}

TEST_P(Streams, many_small_writes_arrive_in_order) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    auto send = [](Stream& stream) -> Task<void> {
      for (int i = 0; i < 5000; ++i) {
        const std::string line = std::to_string(i) + "\n";
        EXPECT_TRUE(co_await stream.write(bytes_of(line)));
      }
      stream.shutdown_write();
    };
    std::string expected;
    for (int i = 0; i < 5000; ++i) expected += std::to_string(i) + "\n";
    TaskGroup group(runtime.executor());
    group.spawn(send(first));
    const std::string got = co_await read_all(second, 777);
    EXPECT_TRUE(got == expected);
    co_await group.join();
  });
}

TEST_P(Streams, an_empty_write_is_no_end) {
  run([](Runtime&, Stream& first, Stream& second) -> Task<void> {
    EXPECT_TRUE(co_await first.write(ByteView()));
    EXPECT_TRUE(co_await first.write(bytes_of("something")));
    first.shutdown_write();
    EXPECT_EQ(co_await read_all(second), "something");
  });
}

TEST_P(Streams, half_close_ends_reading_there_and_leaves_the_way_back_open) {
  run([](Runtime&, Stream& first, Stream& second) -> Task<void> {
    EXPECT_TRUE(co_await first.write(bytes_of("question")));
    first.shutdown_write();
    first.shutdown_write();
    EXPECT_EQ(co_await read_all(second), "question");
    EXPECT_TRUE(co_await second.write(bytes_of("answer")));
    second.shutdown_write();
    EXPECT_EQ(co_await read_all(first), "answer");
  });
}

TEST_P(Streams, writing_after_the_end_was_sent_is_refused_here) {
  run([](Runtime&, Stream& first, Stream& second) -> Task<void> {
    first.shutdown_write();
    const auto late = co_await first.write(bytes_of("too late"));
    EXPECT_TRUE(!late && late.error() == Errc::closed);
    EXPECT_EQ(co_await read_all(second), "");
  });
}

TEST_P(Streams, what_was_written_before_close_still_arrives) {
  run([](Runtime&, Stream& first, Stream& second) -> Task<void> {
    EXPECT_TRUE(co_await first.write(bytes_of("last words")));
    first.close();
    EXPECT_EQ(co_await read_all(second), "last words");
  });
}

TEST_P(Streams, the_end_can_be_read_again) {
  run([](Runtime&, Stream& first, Stream& second) -> Task<void> {
    first.shutdown_write();
    EXPECT_EQ(co_await read_all(second), "");
    EXPECT_EQ(co_await read_all(second), "");
    Bytes buffer(16);
    const auto size = second.try_read(buffer);
    EXPECT_TRUE(!size && size.error() == Errc::end_of_stream);
  });
}

TEST_P(Streams, abort_is_seen_as_reset_by_a_reader) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    std::string why;
    auto read = [&why](Stream& stream) -> Task<void> {
      Bytes buffer(16);
      const auto size = co_await stream.read_some(buffer);
      why = size ? "read" : size.error().code().message();
    };
    TaskGroup group(runtime.executor());
    group.spawn(read(second));
    co_await runtime.clock().sleep_for(5ms);
    first.abort();
    co_await group.join();
    EXPECT_EQ(why, "connection reset");
    Bytes buffer(16);
    const auto again = co_await second.read_some(buffer);
    EXPECT_TRUE(!again && again.error() == Errc::reset);
  });
}

TEST_P(Streams, abort_is_seen_as_reset_also_after_a_writer_was_told) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    first.abort();
    const Bytes block(64 << 10);
    Result<void> written;
    while (written) {
      written = co_await second.write(block);
      co_await runtime.clock().sleep_for(1ms);
    }
    EXPECT_TRUE(written.error() == Errc::reset) << written.error().message();
    Bytes buffer(16);
    const auto size = co_await second.read_some(buffer);
    EXPECT_TRUE(!size && size.error() == Errc::reset) << (size ? "bytes" : size.error().message());
  });
}

TEST_P(Streams, closing_with_unread_bytes_is_seen_as_reset) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    EXPECT_TRUE(co_await first.write(bytes_of("never read")));
    co_await runtime.clock().sleep_for(50ms);
    second.close();
    Bytes buffer(16);
    const auto size = co_await first.read_some(buffer);
    EXPECT_TRUE(!size && size.error() == Errc::reset) << (size ? "bytes" : size.error().message());
  });
}

TEST_P(Streams, closing_here_ends_what_is_pending_here) {
  run([](Runtime& runtime, Stream& first, Stream&) -> Task<void> {
    std::string read_end;
    std::string write_end;
    auto read = [&read_end](Stream& stream) -> Task<void> {
      Bytes buffer(16);
      const auto size = co_await stream.read_some(buffer);
      read_end = size ? "read" : size.error().message();
    };
    auto flood = [&write_end](Stream& stream) -> Task<void> {
      const Bytes block(1 << 20);
      Result<void> written;
      while (written) written = co_await stream.write(block);
      write_end = written.error().message();
    };
    TaskGroup group(runtime.executor());
    group.spawn(read(first));
    group.spawn(flood(first));
    co_await runtime.clock().sleep_for(200ms);
    first.close();
    co_await group.join();
    EXPECT_EQ(read_end, "closed here");
    EXPECT_EQ(write_end, "closed here");
  });
}

TEST_P(Streams, closing_here_ends_a_pending_wait) {
  run([](Runtime& runtime, Stream& first, Stream&) -> Task<void> {
    std::string why;
    auto wait = [&why](Stream& stream) -> Task<void> {
      Bytes buffer(16);
      const auto size = co_await wait_and_try(stream, buffer);
      why = size ? "bytes" : size.error().message();
    };
    TaskGroup group(runtime.executor());
    group.spawn(wait(first));
    co_await runtime.clock().sleep_for(5ms);
    first.close();
    co_await group.join();
    EXPECT_EQ(why, "closed here");
  });
}

TEST_P(Streams, a_closed_stream_says_so_to_every_call) {
  run([](Runtime&, Stream& first, Stream&) -> Task<void> {
    first.close();
    first.close();
    first.shutdown_write();
    Bytes buffer(16);
    const auto read = co_await first.read_some(buffer);
    EXPECT_TRUE(!read && read.error() == Errc::closed);
    const auto tried = first.try_read(buffer);
    EXPECT_TRUE(!tried && tried.error() == Errc::closed);
    const auto waited = co_await first.wait_readable();
    EXPECT_TRUE(!waited && waited.error() == Errc::closed);
    const auto written = co_await first.write(bytes_of("x"));
    EXPECT_TRUE(!written && written.error() == Errc::closed);
    const auto handed = first.try_write(bytes_of("x"));
    EXPECT_TRUE(!handed && handed.error() == Errc::closed);
    first.abort();
  });
}

TEST_P(Streams, a_cancelled_read_takes_no_byte) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    Bytes buffer(16);
    for (int i = 0; i < 3; ++i) {
      const auto late = co_await with_timeout(runtime.clock(), 5ms, second.read_some(buffer));
      EXPECT_TRUE(!late && late.error() == Errc::timed_out);
      const auto waited = co_await with_timeout(runtime.clock(), 5ms, wait_and_try(second, buffer));
      EXPECT_TRUE(!waited && waited.error() == Errc::timed_out);
    }
    EXPECT_TRUE(co_await first.write(bytes_of("here")));
    first.shutdown_write();
    EXPECT_EQ(co_await read_all(second), "here");
  });
}

// Reads are cut by deadlines of all lengths while bytes trickle in: each byte comes out once, in order.
TEST_P(Streams, reads_cut_at_any_moment_take_no_byte) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    auto trickle = [](Runtime& here, Stream& stream) -> Task<void> {
      for (int i = 0; i < 500; ++i) {
        const std::string line = std::to_string(i) + " ";
        EXPECT_TRUE(co_await stream.write(bytes_of(line)));
        if (i % 7 == 0) co_await here.clock().sleep_for(1ms);
      }
      stream.shutdown_write();
    };
    TaskGroup group(runtime.executor());
    group.spawn(trickle(runtime, first));
    std::string got;
    Bytes buffer(64);
    for (std::int64_t i = 0;; ++i) {
      const Duration patience = i % 90 * 10us;
      const auto size = co_await with_timeout(runtime.clock(), patience, second.read_some(buffer));
      if (size) got += text_of(std::span(buffer).first(*size));
      if (!size && size.error() != Errc::timed_out) break;
    }
    std::string expected;
    for (int i = 0; i < 500; ++i) expected += std::to_string(i) + " ";
    EXPECT_EQ(got, expected);
    co_await group.join();
  });
}

TEST_P(Streams, trying_says_nothing_then_bytes_then_the_end) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    Bytes buffer(16);
    const auto nothing = second.try_read(buffer);
    EXPECT_TRUE(nothing && *nothing == 0);
    EXPECT_TRUE(co_await first.write(bytes_of("some")));
    const auto bytes = co_await wait_and_try(second, buffer);
    EXPECT_TRUE(bytes && text_of(std::span(buffer).first(*bytes)) == "some");
    const auto again = second.try_read(buffer);
    EXPECT_TRUE(again && *again == 0);
    first.shutdown_write();
    const auto end = co_await wait_and_try(second, buffer);
    EXPECT_TRUE(!end && end.error() == Errc::end_of_stream);
    co_await runtime.clock().sleep_for(1ms);
  });
}

TEST_P(Streams, trying_says_the_error) {
  run([](Runtime&, Stream& first, Stream& second) -> Task<void> {
    first.abort();
    Bytes buffer(16);
    const auto error = co_await wait_and_try(second, buffer);
    EXPECT_TRUE(!error && error.error() == Errc::reset);
  });
}

TEST_P(Streams, waiting_and_trying_reads_everything) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    const Bytes sent = random_bytes(runtime, 1 << 20);
    TaskGroup group(runtime.executor());
    group.spawn(write_and_end(first, sent));
    Bytes got;
    Bytes buffer(10'000);
    for (;;) {
      const std::size_t space = 1 + static_cast<std::size_t>(runtime.random().below(buffer.size()));
      const auto size = co_await wait_and_try(second, std::span(buffer).first(space));
      if (!size) {
        EXPECT_TRUE(size.error() == Errc::end_of_stream) << size.error().message();
        break;
      }
      append(got, std::span(buffer).first(*size));
    }
    EXPECT_TRUE(got == sent);
    co_await group.join();
  });
}

TEST_P(Streams, trying_to_write_hands_over_what_fits_and_then_nothing) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    const Bytes block = random_bytes(runtime, 10'000);
    Bytes sent;
    std::size_t refused = 0;
    while (refused < 2 && sent.size() < 256 << 20) {
      const auto size = first.try_write(block);
      EXPECT_TRUE(size);
      if (!size) co_return;
      refused += *size == 0;
      append(sent, std::span(block).first(*size));
    }
    EXPECT_GT(sent.size(), 0u);
    EXPECT_LT(sent.size(), 256u << 20);
    TaskGroup group(runtime.executor());
    group.spawn(write_and_end(first, block));
    append(sent, block);
    const std::string got = co_await read_all(second, 64 << 10);
    EXPECT_TRUE(got == text_of(sent));
    co_await group.join();
  });
}

TEST_P(Streams, a_writer_waits_for_a_reader_that_does_not_read) {
  run([](Runtime& runtime, Stream& first, Stream& second) -> Task<void> {
    const Bytes block(1 << 20);
    std::size_t blocks = 0;
    auto flood = [&](Stream& stream) -> Task<void> {
      while (co_await stream.write(block)) ++blocks;
    };
    TaskGroup group(runtime.executor());
    group.spawn(flood(first));
    co_await runtime.clock().sleep_for(200ms);
    const std::size_t before = blocks;
    co_await runtime.clock().sleep_for(200ms);
    EXPECT_EQ(blocks, before);
    EXPECT_LT(blocks, 64u);
    second.abort();
    co_await group.join();
  });
}

}  // namespace quern::runtime
