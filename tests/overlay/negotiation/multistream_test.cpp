#include "overlay/negotiation/multistream.hpp"

#include <functional>
#include <utility>

#include <gtest/gtest.h>

#include "overlay/negotiation/message.hpp"
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
const std::vector<std::string> kServed{"/a", "/b", "/c"};

// Runs `talk` with the ends of a pipe in memory.
void with_pipe(const std::function<Task<void>(Runtime&, Stream& here, Stream& there)>& talk) {
  const auto program = [&](Runtime& runtime) -> Task<void> {
    const auto pipe = transport::make_memory_pipe();
    co_await talk(runtime, *pipe.first, *pipe.second);
  };
  EXPECT_TRUE(runtime::run_simulated(program));
}

Task<void> store_answer(Stream& stream, Result<std::string>& result) {
  result = co_await answer(stream, kServed);
}
Task<void> store_index(Stream& stream, std::vector<std::string> protocols, Result<std::size_t>& result) {
  result = co_await propose(stream, std::move(protocols));
}

// What lies in the stream now.
std::string everything(Stream& stream) {
  std::string text;
  Bytes buffer(64 << 10);
  for (;;) {
    const auto size = stream.try_read(buffer);
    if (!size || *size == 0) return text;
    text += runtime::text_of(std::span(buffer).first(*size));
  }
}

// What answer() makes of `bytes` and the end of the stream behind them.
struct Answered {
  Result<std::string> result;
  std::string written;
};
Answered answer_to(const std::string& bytes) {
  Answered answered;
  with_pipe([&](Runtime&, Stream& here, Stream& there) -> Task<void> {
    EXPECT_TRUE(co_await there.write(bytes_of(bytes)));
    there.shutdown_write();
    answered.result = co_await answer(here, kServed);
    answered.written = everything(there);
  });
  return answered;
}

// What propose() makes of `bytes` and the end of the stream behind them.
struct Proposed {
  Result<std::size_t> result;
  std::string written;
};
Proposed propose_to(const std::string& bytes, const std::vector<std::string>& protocols) {
  Proposed proposed;
  with_pipe([&](Runtime&, Stream& here, Stream& there) -> Task<void> {
    EXPECT_TRUE(co_await there.write(bytes_of(bytes)));
    there.shutdown_write();
    proposed.result = co_await propose(here, protocols);
    proposed.written = everything(there);
  });
  return proposed;
}

// The bytes of the specification: a length with the newline, the text, the newline.
TEST(Multistream, messages_have_the_bytes_of_the_specification) {
  Bytes out;
  append_message(out, kNotAvailable);
  EXPECT_EQ(runtime::text_of(out), "\x03na\n");
  out.clear();
  append_message(out, kMultistream);
  EXPECT_EQ(runtime::text_of(out), kHeader);
  out.clear();
  append_message(out, std::string(200, 'x'));
  EXPECT_EQ(runtime::text_of(out), "\xC9\x01" + std::string(200, 'x') + "\n");
}

TEST(Multistream, header_and_first_proposal_leave_in_one_write) {
  with_pipe([](Runtime& runtime, Stream& here, Stream& there) -> Task<void> {
    Result<std::size_t> index;
    TaskGroup group(runtime.executor());
    group.spawn(store_index(here, {"/noise", "/tls/1.0.0"}, index));
    Bytes buffer(100);
    const auto size = co_await there.read_some(buffer);
    EXPECT_EQ(runtime::text_of(std::span(buffer).first(*size)), kHeader + "\x07/noise\n");
    EXPECT_TRUE(co_await there.write(bytes_of(kHeader + "\x07/noise\n")));
    co_await group.join();
    EXPECT_EQ(index, 0u);
  });
}

TEST(Multistream, the_first_proposal_that_is_served_is_agreed_on) {
  with_pipe([](Runtime& runtime, Stream& here, Stream& there) -> Task<void> {
    Result<std::string> served;
    TaskGroup group(runtime.executor());
    group.spawn(store_answer(there, served));
    const std::vector<std::string> proposals{"/d", "/e", "/c", "/a"};
    EXPECT_EQ(co_await propose(here, proposals), 2u);
    co_await group.join();
    EXPECT_EQ(served, "/c");
    // Nothing of the negotiation is left, and nothing behind it was taken.
    EXPECT_TRUE(co_await here.write(bytes_of("up")));
    EXPECT_TRUE(co_await there.write(bytes_of("down")));
    EXPECT_EQ(everything(there), "up");
    EXPECT_EQ(everything(here), "down");
  });
}

TEST(Multistream, without_a_common_protocol_both_ends_say_so) {
  with_pipe([](Runtime& runtime, Stream& here, Stream& there) -> Task<void> {
    Result<std::string> served;
    TaskGroup group(runtime.executor());
    group.spawn(store_answer(there, served));
    const std::vector<std::string> proposals{"/d", "/e"};
    const auto index = co_await propose(here, proposals);
    EXPECT_TRUE(!index && index.error() == Errc::none_in_common);
    here.close();
    co_await group.join();
    EXPECT_TRUE(!served && served.error() == Errc::none_in_common);
  });
}

TEST(Multistream, both_ends_may_send_their_header_first) {
  with_pipe([](Runtime& runtime, Stream& here, Stream& there) -> Task<void> {
    Result<std::string> served;
    TaskGroup group(runtime.executor());
    group.spawn(store_answer(there, served));
    co_await runtime.clock().sleep_for(1ms);
    EXPECT_EQ(everything(here), kHeader);  // a dialer that waits for it does not wait for ever
    EXPECT_TRUE(co_await here.write(bytes_of(kHeader)));
    co_await runtime.clock().sleep_for(1ms);
    EXPECT_EQ(everything(here), "");
    EXPECT_TRUE(co_await here.write(bytes_of("\x03/b\n")));
    co_await group.join();
    EXPECT_EQ(everything(here), "\x03/b\n");
    EXPECT_EQ(served, "/b");
  });
}

TEST(Multistream, what_is_there_already_is_answered_in_one_write_though_the_dialer_has_ended) {
  const Answered answered = answer_to(kHeader + "\x03/b\n");
  EXPECT_EQ(answered.result, "/b");
  EXPECT_EQ(answered.written, kHeader + "\x03/b\n");
}

TEST(Multistream, messages_that_come_byte_by_byte_are_put_together) {
  with_pipe([](Runtime& runtime, Stream& here, Stream& there) -> Task<void> {
    Result<std::string> served;
    TaskGroup group(runtime.executor());
    group.spawn(store_answer(there, served));
    for (const char c : kHeader + "\x03/b\n") {
      EXPECT_TRUE(co_await here.write(bytes_of(std::string_view(&c, 1))));
      co_await runtime.clock().sleep_for(1ms);
    }
    co_await group.join();
    EXPECT_EQ(served, "/b");
  });
}

TEST(Multistream, what_is_not_served_is_not_available) {
  const Answered answered = answer_to(kHeader + "\x03/x\n\x03ls\n\x03/b\n");
  EXPECT_EQ(answered.result, "/b");
  EXPECT_EQ(answered.written, kHeader + "\x03na\n\x03na\n\x03/b\n");
}

TEST(Multistream, another_header_is_refused) {
  const Answered answered = answer_to("\x0F/THIS_IS_WRONG\n");
  ASSERT_FALSE(answered.result);
  EXPECT_EQ(answered.result.error(), Errc::malformed);
  EXPECT_EQ(answered.result.error().detail(), "the other end opens with \"/THIS_IS_WRONG\"");
  const Proposed proposed = propose_to("\x0F/THIS_IS_WRONG\n", {"/a"});
  EXPECT_TRUE(!proposed.result && proposed.result.error() == Errc::malformed);
}

TEST(Multistream, an_answer_that_was_not_proposed_is_refused) {
  const Proposed proposed = propose_to(kHeader + "\x03/b\n", {"/a"});
  ASSERT_FALSE(proposed.result);
  EXPECT_EQ(proposed.result.error(), Errc::malformed);
  EXPECT_EQ(proposed.result.error().detail(), "\"/b\" in answer to \"/a\"");
}

TEST(Multistream, malformed_messages_are_refused) {
  const std::string longest = "\x80\x08" + std::string(1023, 'x') + "\n";
  EXPECT_EQ(answer_to(kHeader + longest).written, kHeader + "\x03na\n") << "1024 bytes are allowed";
  const struct {
    const char* what;
    std::string bytes;
  } cases[] = {
      {"length 0", std::string(1, '\0')},
      {"1025 bytes", "\x81\x08" + std::string(1024, 'x') + "\n"},
      {"length that is not minimal", std::string("\x83\x00/b\n", 5)},
      {"length of three bytes", "\x80\x80\x01"},
      {"no newline", "\x03/bc"},
  };
  for (const auto& [what, bytes] : cases) {
    const Answered answered = answer_to(kHeader + bytes);
    ASSERT_FALSE(answered.result) << what;
    EXPECT_EQ(answered.result.error(), Errc::malformed) << what;
  }
}

TEST(Multistream, a_stream_that_ends_early_is_reported) {
  EXPECT_EQ(answer_to("").result.error(), runtime::Errc::end_of_stream);
  EXPECT_EQ(answer_to(kHeader).result.error(), runtime::Errc::end_of_stream);
  EXPECT_EQ(answer_to(kHeader + "\x03/x\n").result.error(), Errc::none_in_common);
  EXPECT_EQ(propose_to("", {"/a"}).result.error(), runtime::Errc::end_of_stream);
}

TEST(Multistream, proposals_without_end_are_refused) {
  std::string bytes = kHeader;
  for (std::size_t i = 0; i < kProposalsMax; ++i) bytes += "\x03/x\n";
  const Answered answered = answer_to(bytes + "\x03/b\n");
  EXPECT_EQ(answered.result.error(), Errc::too_many);
}

TEST(Multistream, ids_begin_with_a_slash_and_are_short) {
  EXPECT_TRUE(is_protocol_id("/yamux/1.0.0"));
  EXPECT_FALSE(is_protocol_id("yamux/1.0.0"));
  EXPECT_FALSE(is_protocol_id(""));
  EXPECT_FALSE(is_protocol_id("/a\n"));
  EXPECT_TRUE(is_protocol_id("/" + std::string(255, 'a')));
  EXPECT_FALSE(is_protocol_id("/" + std::string(256, 'a')));
}

TEST(Multistream, foreign_texts_are_shown_cut_and_printable) {
  EXPECT_EQ(in_quotes("/a\n\x01"), "\"/a..\"");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), '"' + std::string(64, 'x') + "...\"");
}

}  // namespace
}  // namespace quern::negotiation
