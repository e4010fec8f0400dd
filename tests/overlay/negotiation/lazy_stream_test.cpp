#include <functional>
#include <utility>

#include <gtest/gtest.h>

#include "overlay/negotiation/multistream.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/transport/memory.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::negotiation {
namespace {

using namespace std::chrono_literals;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::Result;
using runtime::Runtime;
using runtime::Stream;
using runtime::Task;
using runtime::TaskGroup;

const std::string kHeader = "\x13/multistream/1.0.0\n";
const std::string kOpening = kHeader + "\x03/a\n";
const std::string kRefusal = kHeader + "\x03na\n";

// Runs `talk` with a stream that proposes "/a" and the other end of its pipe.
void with_lazy(const std::function<Task<void>(Runtime&, LazyStream& here, Stream& there)>& talk,
               std::size_t pipe_bytes = transport::kMemoryPipeBytes) {
  const auto program = [&](Runtime& runtime) -> Task<void> {
    auto pipe = transport::make_memory_pipe(pipe_bytes);
    LazyStream lazy(std::move(pipe.first), "/a");
    co_await talk(runtime, lazy, *pipe.second);
  };
  EXPECT_TRUE(runtime::run_simulated(program));
}

Task<std::string> read_text(Stream& stream) {
  Bytes buffer(4096);
  const auto size = co_await stream.read_some(buffer);
  co_return size ? std::string(runtime::text_of(std::span(buffer).first(*size))) : size.error().message();
}

Task<void> store_text(Stream& stream, std::string& text) {
  text = co_await read_text(stream);
}

TEST(LazyStream, the_proposal_leaves_with_the_first_write) {
  with_lazy([](Runtime&, LazyStream& here, Stream& there) -> Task<void> {
    EXPECT_TRUE(co_await here.write(bytes_of("question")));
    EXPECT_EQ(co_await read_text(there), kOpening + "question");
    EXPECT_TRUE(co_await here.write(bytes_of("more")));
    EXPECT_EQ(co_await read_text(there), "more");
    EXPECT_TRUE(co_await there.write(bytes_of(kOpening + "answer")));
    EXPECT_EQ(co_await read_text(here), "answer");
  });
}

TEST(LazyStream, the_proposal_leaves_with_the_first_read) {
  with_lazy([](Runtime& runtime, LazyStream& here, Stream& there) -> Task<void> {
    std::string got;
    TaskGroup group(runtime.executor());
    group.spawn(store_text(here, got));
    EXPECT_EQ(co_await read_text(there), kOpening);
    EXPECT_TRUE(co_await there.write(bytes_of(kOpening + "news")));
    co_await group.join();
    EXPECT_EQ(got, "news");
  });
}

TEST(LazyStream, the_proposal_leaves_with_the_end) {
  with_lazy([](Runtime&, LazyStream& here, Stream& there) -> Task<void> {
    here.shutdown_write();
    EXPECT_EQ(co_await read_text(there), kOpening);
    EXPECT_EQ(co_await read_text(there), runtime::Error(runtime::Errc::end_of_stream).message());
    EXPECT_TRUE(co_await there.write(bytes_of(kOpening + "unasked")));
    EXPECT_EQ(co_await read_text(here), "unasked");
    const auto late = co_await here.write(bytes_of("x"));
    EXPECT_TRUE(!late && late.error() == runtime::Errc::closed);
  });
}

TEST(LazyStream, an_end_that_finds_no_room_leaves_with_finish) {
  with_lazy(
      [](Runtime& runtime, LazyStream& here, Stream& there) -> Task<void> {
        here.shutdown_write();
        Result<void> finished;
        auto finish = [](LazyStream& stream, Result<void>& result) -> Task<void> { result = co_await stream.finish(); };
        TaskGroup group(runtime.executor());
        group.spawn(finish(here, finished));
        std::string got;
        Bytes buffer(64);
        while (const auto size = co_await there.read_some(buffer)) {
          got += runtime::text_of(std::span(buffer).first(*size));
        }
        EXPECT_EQ(got, kOpening);
        EXPECT_TRUE(co_await there.write(bytes_of(kOpening)));
        co_await group.join();
        EXPECT_TRUE(finished);
      },
      10);
}

TEST(LazyStream, a_refusal_shows_at_the_first_read_and_lasts) {
  with_lazy([](Runtime&, LazyStream& here, Stream& there) -> Task<void> {
    EXPECT_TRUE(co_await here.write(bytes_of("question")));
    EXPECT_TRUE(co_await there.write(bytes_of(kRefusal)));
    Bytes buffer(16);
    for (int i = 0; i < 2; ++i) {
      const auto size = co_await here.read_some(buffer);
      EXPECT_TRUE(!size && size.error() == Errc::none_in_common);
    }
    const auto tried = here.try_read(buffer);
    EXPECT_TRUE(!tried && tried.error() == Errc::none_in_common);
    const auto written = co_await here.write(bytes_of("more"));
    EXPECT_TRUE(!written && written.error() == Errc::none_in_common);
    EXPECT_TRUE(co_await here.wait_readable());
  });
}

TEST(LazyStream, an_end_without_an_answer_is_a_refusal_and_no_empty_answer) {
  with_lazy([](Runtime&, LazyStream& here, Stream& there) -> Task<void> {
    there.shutdown_write();
    Bytes buffer(16);
    const auto size = co_await here.read_some(buffer);
    EXPECT_TRUE(!size && size.error() == Errc::none_in_common);
  });
}

TEST(LazyStream, another_answer_is_malformed) {
  for (const std::string& answer : {std::string("\x03/x\n"), kHeader + "\x03/b\n", std::string("\x01\x01")}) {
    with_lazy([&](Runtime&, LazyStream& here, Stream& there) -> Task<void> {
      EXPECT_TRUE(co_await there.write(bytes_of(answer)));
      const auto finished = co_await here.finish();
      EXPECT_TRUE(!finished && finished.error() == Errc::malformed);
    });
  }
}

TEST(LazyStream, a_stream_that_is_only_written_to_learns_of_a_refusal_by_finish) {
  with_lazy([](Runtime&, LazyStream& here, Stream& there) -> Task<void> {
    EXPECT_TRUE(co_await here.write(bytes_of("push")));
    here.shutdown_write();
    EXPECT_TRUE(co_await there.write(bytes_of(kRefusal)));
    const auto finished = co_await here.finish();
    EXPECT_TRUE(!finished && finished.error() == Errc::none_in_common);
  });
}

TEST(LazyStream, finish_may_run_beside_a_read) {
  with_lazy([](Runtime& runtime, LazyStream& here, Stream& there) -> Task<void> {
    std::string got;
    Result<void> finished;
    auto finish = [](LazyStream& stream, Result<void>& result) -> Task<void> { result = co_await stream.finish(); };
    TaskGroup group(runtime.executor());
    group.spawn(store_text(here, got));
    group.spawn(finish(here, finished));
    co_await runtime.clock().sleep_for(1ms);
    EXPECT_TRUE(co_await there.write(bytes_of(kOpening + "bytes")));
    co_await group.join();
    EXPECT_EQ(got, "bytes");
    EXPECT_TRUE(finished);
  });
}

TEST(LazyStream, reads_cut_inside_the_answer_lose_nothing) {
  with_lazy([](Runtime& runtime, LazyStream& here, Stream& there) -> Task<void> {
    Bytes buffer(16);
    for (const char c : kOpening) {
      const auto size = co_await with_timeout(runtime.clock(), 1ms, here.read_some(buffer));
      EXPECT_TRUE(!size && size.error() == runtime::Errc::timed_out);
      EXPECT_TRUE(co_await there.write(bytes_of(std::string_view(&c, 1))));
    }
    EXPECT_TRUE(co_await there.write(bytes_of("!")));
    EXPECT_EQ(co_await read_text(here), "!");
  });
}

TEST(LazyStream, trying_reads_the_answer_and_what_follows) {
  with_lazy([](Runtime&, LazyStream& here, Stream& there) -> Task<void> {
    Bytes buffer(16);
    EXPECT_EQ(here.try_read(buffer), 0u);
    EXPECT_EQ(here.try_write(bytes_of("question")), 8u);
    EXPECT_EQ(co_await read_text(there), kOpening + "question");
    EXPECT_TRUE(co_await there.write(bytes_of(kOpening.substr(0, 7))));
    EXPECT_EQ(here.try_read(buffer), 0u);
    EXPECT_TRUE(co_await there.write(bytes_of(kOpening.substr(7) + "yes")));
    EXPECT_TRUE(co_await here.wait_readable());
    EXPECT_EQ(here.try_read(buffer), 3u);
  });
}

TEST(LazyStream, a_large_first_write_arrives_behind_the_proposal) {
  with_lazy([](Runtime& runtime, LazyStream& here, Stream& there) -> Task<void> {
    const Bytes large(1 << 20, std::byte{'x'});
    auto write = [](LazyStream& stream, const Bytes& data) -> Task<void> {
      EXPECT_TRUE(co_await stream.write(data));
      stream.shutdown_write();
    };
    TaskGroup group(runtime.executor());
    group.spawn(write(here, large));
    std::string got;
    Bytes buffer(64 << 10);
    while (const auto size = co_await there.read_some(buffer)) {
      got += runtime::text_of(std::span(buffer).first(*size));
    }
    co_await group.join();
    EXPECT_EQ(got.size(), kOpening.size() + large.size());
    EXPECT_TRUE(got.starts_with(kOpening));
  });
}

}  // namespace
}  // namespace quern::negotiation
