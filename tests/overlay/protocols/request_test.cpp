#include "overlay/protocols/request.hpp"

#include <array>
#include <string>
#include <utility>

#include "overlay/protocols/length_delimited.hpp"
#include "overlay/protocols/response_head.hpp"
#include "overlay/runtime/waiter.hpp"
#include "tests/overlay/protocols/host_pair.hpp"

namespace quern::protocols {
namespace {

using namespace std::chrono_literals;
using connection::PeerStreamPtr;
using identity::PeerId;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;

const std::string kEcho = "/test/echo/1";

Bytes text_bytes(std::string_view text) {
  return runtime::copy_of(bytes_of(text));
}

Task<Result<Bytes>> echo(PeerId /*from*/, Bytes request) {
  co_return request;
}

class Requests : public HostPairs {};
QUERN_ON_BOTH_WORLDS(Requests);

TEST_P(Requests, the_response_is_what_the_handler_gave_and_it_knows_who_asked) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    const PeerId asker = dialer.id();
    const auto handler = [asker](PeerId from, Bytes request) -> Task<Result<Bytes>> {
      EXPECT_EQ(from, asker);
      request.push_back(std::byte{'!'});
      co_return request;
    };
    listener.serve(kEcho, {}, handler);
    const auto response = co_await dialer.request(listener.id(), kEcho, text_bytes("hello"));
    EXPECT_EQ(response, text_bytes("hello!"));
  });
}

TEST_P(Requests, messages_of_any_size_up_to_the_limit_go_both_ways) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    constexpr std::size_t kMost = 3 << 20;
    listener.serve(kEcho, {.request_bytes_max = kMost, .response_bytes_max = kMost}, echo);
    const RequestOptions options{.request_bytes_max = kMost, .response_bytes_max = kMost};
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1024}, std::size_t{100'000}, kMost}) {
      Bytes message(size);
      runtime.random().fill(message);
      const auto response = co_await dialer.request(listener.id(), kEcho, message, options);
      EXPECT_TRUE(response == message) << size;
    }
  });
}

TEST_P(Requests, many_at_once_each_get_their_own_response) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    listener.serve(kEcho, {}, echo);
    const auto ask = [](Host& from, const Host& to, int number) -> Task<void> {
      const Bytes message = text_bytes(std::to_string(number));
      const auto response = co_await from.request(to.id(), kEcho, message);
      EXPECT_EQ(response, message);
    };
    runtime::TaskGroup group(runtime.executor());
    for (int i = 0; i < 100; ++i) group.spawn(ask(dialer, listener, i));
    co_await group.join();
  });
}

TEST_P(Requests, too_large_a_message_is_refused_where_it_is_seen_first) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    const auto large = [](PeerId /*from*/, Bytes /*request*/) -> Task<Result<Bytes>> { co_return Bytes(2000); };
    listener.serve(kEcho, {.request_bytes_max = 1000, .response_bytes_max = 2000}, large);
    const auto own = co_await dialer.request(listener.id(), kEcho, Bytes(11), {.request_bytes_max = 10});
    EXPECT_EQ(own.error(), Errc::message_too_large);
    EXPECT_EQ(own.error().detail(), "a request of 11 bytes, limit 10");
    EXPECT_EQ(streams_opened(dialer, kEcho), 0u);
    const auto theirs = co_await dialer.request(listener.id(), kEcho, Bytes(1001));
    EXPECT_EQ(theirs.error(), Errc::message_too_large);
    EXPECT_EQ(theirs.error().detail(), "1001 bytes announced, limit 1000");
    const auto response = co_await dialer.request(listener.id(), kEcho, Bytes(10), {.response_bytes_max = 1999});
    EXPECT_EQ(response.error(), Errc::message_too_large);
    EXPECT_TRUE(co_await dialer.request(listener.id(), kEcho, Bytes(1000), {.response_bytes_max = 2000}));
  });
}

TEST_P(Requests, a_request_far_above_the_limit_is_answered_or_reset_but_does_not_hang) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    listener.serve(kEcho, {.request_bytes_max = 1000}, echo);
    const auto response = co_await dialer.request(listener.id(), kEcho, Bytes(8 << 20), {.request_bytes_max = 8 << 20});
    EXPECT_FALSE(response);
    EXPECT_NE(response.error(), runtime::Errc::timed_out);
  });
}

TEST_P(Requests, a_handlers_error_is_told_with_its_text) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    const auto failing = [](PeerId /*from*/, Bytes request) -> Task<Result<Bytes>> {
      co_return runtime::fail(runtime::Errc::no_space, std::string(runtime::text_of(request)));
    };
    listener.serve(kEcho, {}, failing);
    const auto response = co_await dialer.request(listener.id(), kEcho, text_bytes("disk\n0"));
    EXPECT_EQ(response.error(), Errc::remote_failure);
    EXPECT_EQ(response.error().detail(), "no space left: disk?0");
    const auto cut = co_await dialer.request(listener.id(), kEcho, text_bytes(std::string(5000, 'x')));
    EXPECT_EQ(cut.error().detail().size(), kResponseTextBytesMax);
  });
}

TEST_P(Requests, a_response_above_the_servers_own_limit_is_a_failure_that_says_so) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    listener.serve(kEcho, {.response_bytes_max = 10}, echo);
    const auto response = co_await dialer.request(listener.id(), kEcho, Bytes(11));
    EXPECT_EQ(response.error(), Errc::remote_failure);
    EXPECT_EQ(response.error().detail(), "a response of 11 bytes, limit 10");
  });
}

TEST_P(Requests, a_throwing_handler_resets_its_stream_only) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    const auto throwing = [](PeerId /*from*/, Bytes request) -> Task<Result<Bytes>> {
      if (request.empty()) throw std::runtime_error("a bug");
      co_return request;
    };
    listener.serve(kEcho, {}, throwing);
    EXPECT_FALSE(co_await dialer.request(listener.id(), kEcho, {}));
    EXPECT_TRUE(co_await dialer.request(listener.id(), kEcho, text_bytes("x")));
  });
}

TEST_P(Requests, a_slow_handler_costs_the_asker_its_own_timeout) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    const auto slow = [&runtime](PeerId /*from*/, Bytes request) -> Task<Result<Bytes>> {
      co_await runtime.clock().sleep_for(5s);
      co_return request;
    };
    listener.serve(kEcho, {}, slow);
    const auto start = runtime.clock().now();
    const auto response = co_await dialer.request(listener.id(), kEcho, {}, {.timeout = 200ms});
    EXPECT_EQ(response.error(), runtime::Errc::timed_out);
    EXPECT_LT(runtime.clock().now() - start, 4s);
  });
}

TEST_P(Requests, a_handler_above_the_servers_deadline_is_cancelled_and_the_asker_told) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    bool ran_on = false;
    const auto slow = [&](PeerId /*from*/, Bytes request) -> Task<Result<Bytes>> {
      co_await runtime.clock().sleep_for(5s);
      ran_on = true;
      co_return request;
    };
    listener.serve(kEcho, {.timeout = 200ms}, slow);
    const auto response = co_await dialer.request(listener.id(), kEcho, {});
    EXPECT_EQ(response.error(), Errc::remote_failure);
    EXPECT_EQ(response.error().detail(), "timed out");
    EXPECT_FALSE(ran_on);
  });
}

// Asks until it is refused, and returns why: on a busy machine tokens come back meanwhile.
Task<runtime::Error> refusal_after(int burst, Host& dialer, Host& listener) {
  for (int asked = 0;; ++asked) {
    const auto answer = co_await dialer.request(listener.id(), kEcho, Bytes(1000));
    if (answer) continue;
    EXPECT_GE(asked, burst);
    co_return answer.error();
  }
}

TEST_P(Requests, above_its_rate_a_peer_is_told_to_wait) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    listener.serve(kEcho, {.per_peer = {.per_second = 10, .burst = 3}}, echo);
    const runtime::Error refused = co_await refusal_after(3, dialer, listener);
    EXPECT_EQ(refused, Errc::rate_limited);
    EXPECT_EQ(refused.detail(), "too many requests of yours");
    co_await runtime.clock().sleep_for(150ms);  // a token comes back in time, there is no event for it
    EXPECT_TRUE(co_await dialer.request(listener.id(), kEcho, {}));
  });
}

TEST_P(Requests, all_peers_together_are_limited_too) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    listener.serve(kEcho, {.all = {.per_second = 1, .burst = 2}}, echo);
    const runtime::Error refused = co_await refusal_after(2, dialer, listener);
    EXPECT_EQ(refused, Errc::rate_limited);
    EXPECT_EQ(refused.detail(), "too many requests of all peers");
  });
}

TEST_P(Requests, no_more_than_the_limit_are_in_progress) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    runtime::WaitQueue begun;
    runtime::WaitQueue finish;
    const auto held = [&](PeerId /*from*/, Bytes request) -> Task<Result<Bytes>> {
      begun.wake_all();
      co_await finish.wait();
      co_return request;
    };
    listener.serve(kEcho, {.in_progress_max = 1}, held);
    const auto ask = [](Host& from, const Host& to) -> Task<void> {
      EXPECT_TRUE(co_await from.request(to.id(), kEcho, {}));
    };
    runtime::TaskGroup group(runtime.executor());
    group.spawn(ask(dialer, listener));
    co_await begun.wait();
    const auto refused = co_await dialer.request(listener.id(), kEcho, {});
    EXPECT_EQ(refused.error(), Errc::rate_limited);
    EXPECT_EQ(refused.error().detail(), "too many requests in progress");
    finish.wake_all();
    co_await group.join();
  });
}

TEST_P(Requests, what_an_asker_no_longer_wants_is_no_longer_in_progress) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    bool hold = true;
    const auto held = [&](PeerId /*from*/, Bytes request) -> Task<Result<Bytes>> {
      if (hold) co_await runtime.clock().sleep_for(1h);
      co_return request;
    };
    listener.serve(kEcho, {.timeout = 500ms, .in_progress_max = 1}, held);
    const auto given_up = co_await dialer.request(listener.id(), kEcho, {}, {.timeout = 50ms});
    EXPECT_EQ(given_up.error(), runtime::Errc::timed_out);
    hold = false;
    for (int tries = 0; tries < 100; ++tries) {
      if (co_await dialer.request(listener.id(), kEcho, {})) co_return;
      co_await runtime.clock().sleep_for(50ms);  // until the server's own deadline
    }
    ADD_FAILURE() << "the place was never given back";
  });
}

TEST_P(Requests, a_protocol_that_is_not_served_and_a_peer_that_is_not_there_are_errors) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    EXPECT_FALSE(co_await dialer.request(listener.id(), "/test/none/1", {}));
    const auto nobody = co_await dialer.request(connection::test_peer(77), kEcho, {});
    EXPECT_EQ(nobody.error(), connection::Errc::unknown_peer);
  });
}

TEST_P(Requests, the_end_of_the_connection_ends_the_request) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    const auto hang_up = [&](PeerId from, Bytes /*request*/) -> Task<Result<Bytes>> {
      listener.disconnect(from);
      co_await runtime.clock().sleep_for(1h);
      co_return Bytes();
    };
    listener.serve(kEcho, {}, hang_up);
    const auto start = runtime.clock().now();
    EXPECT_FALSE(co_await dialer.request(listener.id(), kEcho, {}));
    EXPECT_LT(runtime.clock().now() - start, 9s);
  });
}

// A server that answers with these bytes, whatever comes.
void answer_with(Host& host, Bytes raw) {
  const auto handler = [raw](PeerStreamPtr stream) -> Task<void> {
    const auto request = co_await read_message(*stream, 1000);
    EXPECT_TRUE(request);
    if (raw.empty() || !co_await stream->write(raw)) co_return;
  };
  host.handle(kEcho, handler);
}

TEST_P(Requests, a_server_that_breaks_the_rules_is_a_bad_message) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "the stream ended without a response"},
        {std::string(1, '\0'), "the stream ended behind the response's head"},
        {std::string("\0\x05"
                     "ab",
                     4),
         "the stream ends inside a message"},
        {"\x02\x08\x63", "unknown status 99 in a response head"},
        {"\x01\xff", "no response head"}};
    for (const auto& [raw, detail] : cases) {
      answer_with(listener, text_bytes(raw));
      const auto response = co_await dialer.request(listener.id(), kEcho, {});
      EXPECT_EQ(response.error(), Errc::bad_message) << detail;
      EXPECT_EQ(response.error().detail(), detail);
    }
    Bytes long_head;
    append_message(long_head, Bytes(kResponseHeadBytesMax + 1));
    answer_with(listener, long_head);
    const auto response = co_await dialer.request(listener.id(), kEcho, {});
    EXPECT_EQ(response.error(), Errc::message_too_large);
  });
}

TEST_P(Requests, half_a_request_is_reset_at_the_deadline) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    listener.serve(kEcho, {.timeout = 300ms}, echo);
    const auto stream = co_await open_stream(dialer, listener, kEcho);
    const Bytes half = text_bytes("\x10half");
    EXPECT_TRUE(co_await stream->write(half));
    std::array<std::byte, 100> buffer;
    const auto start = runtime.clock().now();
    EXPECT_FALSE(co_await stream->read_some(buffer));
    EXPECT_LT(runtime.clock().now() - start, 3s);
  });
}

TEST_P(Requests, a_request_that_ends_inside_is_answered_as_bad) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    listener.serve(kEcho, {}, echo);
    const auto stream = co_await open_stream(dialer, listener, kEcho);
    const Bytes half = text_bytes("\x10half");
    EXPECT_TRUE(co_await stream->write(half));
    stream->shutdown_write();
    const auto head = co_await read_message(*stream, kResponseHeadBytesMax);
    EXPECT_TRUE(head);
    if (!head) co_return;
    EXPECT_EQ(check_response_head(*head).error(), Errc::bad_message);
  });
}

}  // namespace
}  // namespace quern::protocols
