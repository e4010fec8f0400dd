// Callers that do what no client should: each is answered or dropped by name, and the next caller is served.
#include <cstring>
#include <memory>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "overlay/runtime/bytes.hpp"
#include "scheduler/rpc/session.hpp"
#include "tests/scheduler/rpc/server_fixture.hpp"

namespace quern::rpc {
namespace {

using runtime::Errc;

class HostileTest : public ServerFixture {
 protected:
  Task<void> expect_served() {
    const auto client = co_await connected(over_unix());
    EXPECT_TRUE(co_await client->call("test.echo", {{"value", 1}}, 10s));
    co_await client->stop();
  }
  // Reads until the server has closed; the last message, which names `limit`.
  Task<void> expect_dropped(MessageStream& stream, std::string_view limit) {
    std::string last;
    while (true) {
      auto text = co_await stream.receive(64 << 20);
      if (!text) break;
      last = *std::move(text);
    }
    EXPECT_NE(last.find("connection.closing"), std::string::npos) << last;
    EXPECT_NE(last.find(limit), std::string::npos) << last;
    EXPECT_TRUE(has_event("dropped", limit));
  }
  // A WebSocket of which nothing has been said about a token.
  Task<MessageStreamPtr> without_token() {
    auto stream = co_await connect_websocket(runtime.executor(), *server->websocket(), std::nullopt);
    EXPECT_TRUE(stream) << stream.error().message();
    co_return *std::move(stream);
  }
  // What the server answers to a request that is no proper upgrade.
  Task<std::string> http(std::string request) {
    auto socket = co_await runtime.network().connect(*server->websocket());
    EXPECT_TRUE(socket);
    EXPECT_TRUE(co_await (*socket)->write(runtime::bytes_of(request)));
    std::string answer;
    std::array<std::byte, 4096> buffer{};
    while (answer.find("\r\n\r\n") == std::string::npos) {
      const auto size = co_await (*socket)->read_some(buffer);
      if (!size) break;
      answer += runtime::text_of(std::span(buffer).first(*size));
    }
    co_return answer;
  }
  std::string upgrade(std::string_view headers) {
    return "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           std::string(headers) + "\r\n";
  }
};

TEST_F(HostileTest, garbage_is_answered_and_then_its_sender_dropped) {
  run([this]() -> Task<void> {
    const auto stream = co_await raw();
    for (std::size_t i = 0; i <= options.limits.malformed_messages; ++i) {
      EXPECT_TRUE(co_await stream->send("\x01\xff}{ garbage"));
    }
    EXPECT_EQ((co_await received(*stream)).at("error").at("code"), -32700);
    co_await expect_dropped(*stream, "malformed_messages: 17 of 16");
    co_await expect_served();
  });
}

TEST_F(HostileTest, a_message_above_the_limit_ends_its_connection_without_being_held) {
  options.limits.message_bytes = 10'000;
  run([this]() -> Task<void> {
    const auto stream = co_await raw();
    EXPECT_TRUE(co_await stream->send(std::string(9'999, ' ') + "x"));
    EXPECT_EQ((co_await received(*stream)).at("error").at("code"), -32700);
    std::ignore = co_await stream->send(std::string(200'000, 'x'));
    co_await expect_dropped(*stream, "message_bytes: 10001 of 10000");
    const auto client = co_await connected(over_websocket());
    const auto answer = co_await client->call("test.echo", {{"value", std::string(20'000, 'x')}}, 10s);
    EXPECT_FALSE(answer);
    co_await until([&] { return client->ended().has_value(); });
    co_await client->stop();
    co_await expect_served();
  });
}

TEST_F(HostileTest, half_a_message_is_no_message) {
  run([this]() -> Task<void> {
    const auto endpoint = *options.unix_socket;
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, endpoint.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const std::string half = R"({"jsonrpc":"2.0","method":"test.wait","id")";
    EXPECT_EQ(::send(fd, half.data(), half.size(), MSG_NOSIGNAL), static_cast<ssize_t>(half.size()));
    co_await until([this] { return server->connections() == 1; });
    ::close(fd);
    co_await until([this] { return server->connections() == 0; });
    EXPECT_EQ(waiting, 0);
    co_await expect_served();
  });
}

TEST_F(HostileTest, deep_nesting_and_huge_ids_are_refused) {
  run([this]() -> Task<void> {
    const auto stream = co_await raw();
    EXPECT_TRUE(co_await stream->send(std::string(1'000'000, '[')));
    EXPECT_NE(json::serialize(co_await received(*stream)).find("depth: 33 of 32"), std::string::npos);
    EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":"test.echo","params":[1],"id":")" +
                                      std::string(1'000'000, 'i') + "\"}"));
    EXPECT_EQ((co_await received(*stream)).at("error").at("code"), -32600);
    EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":")" + std::string(1'000'000, 'm') + R"(","id":1})"));
    EXPECT_LT(json::serialize(co_await received(*stream)).size(), 1000U);
  });
}

TEST_F(HostileTest, calls_above_the_rate_are_refused_by_name_and_the_connection_lives) {
  options.limits.calls_per_second = 10;
  run([this]() -> Task<void> {
    const auto stream = co_await raw();
    for (int i = 0; i < 12; ++i) {
      EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":"test.echo","params":[1],"id":1})"));
    }
    int refused = 0;
    for (int i = 0; i < 12; ++i) {
      const json::value answer = co_await received(*stream);
      if (!answer.as_object().contains("error")) continue;
      ++refused;
      EXPECT_EQ(answer.at("error").at("code"), -32002);
      EXPECT_NE(json::serialize(answer).find("calls_per_second: 1"), std::string::npos);
    }
    EXPECT_GE(refused, 1);
  });
}

TEST_F(HostileTest, calls_above_those_at_once_are_refused) {
  options.limits.calls_at_once = 3;
  run([this]() -> Task<void> {
    const auto stream = co_await raw();
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":"test.wait","id":1})"));
    const json::value refused = co_await received(*stream);
    EXPECT_NE(json::serialize(refused).find("calls_at_once: 4 of 3"), std::string::npos);
    EXPECT_EQ(waiting, 3);
    open_gate();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE((co_await received(*stream)).as_object().contains("result"));
  });
}

TEST_F(HostileTest, ten_thousand_subscriptions_stop_at_the_limit) {
  options.limits.calls_per_second = 100'000;
  options.limits.batch_calls = 1000;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(topics.add("t/" + std::to_string(i), [] { return json::value(1); }));
  run([this]() -> Task<void> {
    const auto stream = co_await raw();
    std::size_t taken = 0;
    for (int batch = 0; batch < 10; ++batch) {
      json::array calls;
      for (int i = 0; i < 1000; ++i) {
        calls.push_back(json::object{{"jsonrpc", "2.0"},
                                     {"method", "subscribe"},
                                     {"params", {"t/" + std::to_string(batch * 1000 + i)}},
                                     {"id", i}});
      }
      EXPECT_TRUE(co_await stream->send(json::serialize(calls)));
      const json::value answers = co_await received(*stream);
      for (const json::value& answer : answers.as_array()) {
        if (answer.as_object().contains("result")) {
          ++taken;
        } else {
          EXPECT_EQ(answer.at("error").at("data").at("detail"), "subscriptions: 65 of 64");
        }
      }
    }
    EXPECT_EQ(taken, options.limits.subscriptions);
  });
}

TEST_F(HostileTest, a_slow_reader_of_answers_is_told_and_dropped_by_name) {
  options.limits.unsent_bytes = 1 << 20;
  run([this]() -> Task<void> {
    const auto stream = co_await raw();
    const std::string call =
        R"({"jsonrpc":"2.0","method":"test.echo","params":[")" + std::string(100'000, 'x') + R"("],"id":1})";
    while (!has_event("dropped", "unsent_bytes")) {
      if (!co_await runtime::with_timeout(runtime.clock(), 10s, stream->send(call))) break;
    }
    co_await until([this] { return has_event("dropped", "unsent_bytes"); });
    EXPECT_TRUE(events.front().detail.starts_with("slow_reader"));
    EXPECT_TRUE(events.front().caller.starts_with("unix uid"));
    co_await expect_dropped(*stream, "slow_reader");
    co_await expect_served();
  });
}

TEST_F(HostileTest, what_waits_for_all_slow_readers_together_is_bounded) {
  run([this]() -> Task<void> {
    const std::string call =
        R"({"jsonrpc":"2.0","method":"test.echo","params":[")" + std::string(1'000'000, 'x') + R"("],"id":1})";
    const std::size_t calls = options.limits.unsent_bytes / call.size() - 1;  // within the bound of a connection
    std::vector<MessageStreamPtr> streams;
    while (!has_event("dropped", "unsent_bytes_of_all") && streams.size() < 8) {
      streams.push_back(co_await raw());
      for (std::size_t i = 0; i < calls; ++i) {
        if (!co_await streams.back()->send(call)) break;
      }
      co_await expect_served();
    }
    EXPECT_TRUE(has_event("dropped", "unsent_bytes_of_all"));
    EXPECT_LT(events.size(), streams.size()) << "the others wait on";
    EXPECT_GT(streams.size() * calls * call.size(), kUnsentBytesOfAllMax);
    co_await expect_served();
  });
}

TEST_F(HostileTest, a_slow_follower_gets_one_patch_for_all_it_missed) {
  run([this]() -> Task<void> {
    const auto stream = co_await raw();
    EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":"subscribe","params":["status"],"id":1})"));
    const json::value answer = co_await received(*stream);
    // Answers that are not read fill the line; what changes meanwhile waits as one patch.
    const std::string call =
        R"({"jsonrpc":"2.0","method":"test.echo","params":[")" + std::string(1'000'000, 'x') + R"("],"id":1})";
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(co_await stream->send(call));
    for (int i = 1; i <= 5; ++i) {
      status.as_object()["peers"] = i;
      topics.changed("status");
      co_await runtime.clock().sleep_for(kTopicInterval + 20ms);
    }
    for (int i = 0; i < 3; ++i) EXPECT_TRUE((co_await received(*stream)).as_object().contains("result"));
    const json::value change = co_await received(*stream);
    EXPECT_EQ(change.at("params").at("patch"), json::parse(R"([{"path":"/peers","value":5}])"));
    EXPECT_EQ(change.at("params").at("from"), answer.at("result").at("version"));
    EXPECT_TRUE(events.empty());
  });
}

TEST_F(HostileTest, connections_above_the_limit_are_told_so) {
  options.limits.connections = 2;
  run([this]() -> Task<void> {
    const auto first = co_await connected(over_unix());
    const auto second = co_await connected(over_websocket());
    EXPECT_TRUE(co_await second->call("test.echo", {{"value", 1}}, 10s));
    const auto third = co_await raw();
    co_await expect_dropped(*third, "connections: 3 of 2");
    co_await first->stop();
    co_await until([this] { return server->connections() == 1; });
    co_await expect_served();
    co_await second->stop();
  });
}

TEST_F(HostileTest, whoever_says_nothing_to_the_websocket_takes_no_place_of_those_that_may_call) {
  options.limits.connections = 1;
  run([this]() -> Task<void> {
    std::vector<runtime::SocketStreamPtr> silent;
    for (std::size_t i = 0; i < kStrangersMax + 4; ++i) {
      auto socket = co_await runtime.network().connect(*server->websocket());
      EXPECT_TRUE(socket) << socket.error().message();
      silent.push_back(*std::move(socket));
    }
    co_await until([this] { return has_event("refused", "strangers: 17 of 16"); });
    EXPECT_EQ(server->connections(), kStrangersMax);
    co_await expect_served();
    silent.clear();
    co_await until([this] { return server->connections() == 0; });
    const auto client = co_await connected(over_websocket());
    EXPECT_TRUE(co_await client->call("test.echo", {{"value", 1}}, 10s));
    co_await client->stop();
  });
}

TEST_F(HostileTest, a_login_above_the_limit_of_connections_is_told_so) {
  options.limits.connections = 1;
  run([this]() -> Task<void> {
    const auto stream = co_await without_token();
    const auto first = co_await connected(over_unix());
    EXPECT_TRUE(co_await first->call("test.echo", {{"value", 1}}, 10s)) << "a stranger is not counted";
    const auto token = Token::load(token_file());
    EXPECT_TRUE(token);
    EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":"auth.login","params":[")" + token->text() +
                                      R"("],"id":1})"));
    co_await expect_dropped(*stream, "connections: 2 of 1");
    EXPECT_TRUE(co_await first->call("test.echo", {{"value", 1}}, 10s));
    co_await first->stop();
  });
}

TEST_F(HostileTest, a_wrong_token_opens_nothing) {
  run([this]() -> Task<void> {
    const auto wrong = co_await connect_websocket(runtime.executor(), *server->websocket(), std::string(64, 'a'));
    EXPECT_EQ(wrong.error(), Errc::refused);
    EXPECT_NE(wrong.error().detail().find("401"), std::string::npos);
    const auto stream = co_await without_token();
    EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":"test.echo","params":[1],"id":1})"));
    EXPECT_EQ((co_await received(*stream)).at("error").at("code"), -32001);
    EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":"rpc.discover","id":1})"));
    EXPECT_EQ((co_await received(*stream)).at("error").at("code"), -32001);
    for (std::size_t i = 0; i < options.limits.login_attempts; ++i) {
      EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":"auth.login","params":["guess"],"id":1})"));
      EXPECT_EQ((co_await received(*stream)).at("error").at("code"), -32001);
    }
    co_await expect_dropped(*stream, "login_attempts: 3 of 3");
  });
}

TEST_F(HostileTest, the_right_token_opens_a_websocket_by_login) {
  run([this]() -> Task<void> {
    const auto stream = co_await without_token();
    const auto token = Token::load(token_file());
    EXPECT_TRUE(token);
    EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":"auth.login","params":[")" + token->text() +
                                      R"("],"id":1})"));
    EXPECT_EQ((co_await received(*stream)).at("result").at("authorized"), true);
    EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":"test.echo","params":[1],"id":1})"));
    EXPECT_EQ((co_await received(*stream)).at("result"), 1);
  });
}

TEST_F(HostileTest, a_large_message_before_the_login_ends_the_connection) {
  run([this]() -> Task<void> {
    const auto stream = co_await without_token();
    EXPECT_TRUE(co_await stream->send(std::string(kLoginMessageBytesMax + 1, ' ')));
    EXPECT_FALSE(co_await stream->receive(1000));
    co_await until([this] { return has_event("dropped", "message_bytes"); });
  });
}

TEST_F(HostileTest, web_pages_and_foreign_names_are_kept_out) {
  run([this]() -> Task<void> {
    const std::string host = "Host: 127.0.0.1\r\n";
    EXPECT_TRUE((co_await http(upgrade(host))).starts_with("HTTP/1.1 101"));
    EXPECT_TRUE((co_await http(upgrade("Host: LOCALHOST.evil.example\r\n"))).starts_with("HTTP/1.1 403"));
    EXPECT_TRUE((co_await http(upgrade("Host: rebound.example\r\n"))).starts_with("HTTP/1.1 403"));
    EXPECT_TRUE((co_await http(upgrade(""))).starts_with("HTTP/1.1 403"));
    EXPECT_TRUE((co_await http(upgrade("Host: [::1]:80\r\n"))).starts_with("HTTP/1.1 101"));
    EXPECT_TRUE((co_await http(upgrade(host + "Origin: http://evil.example\r\n"))).starts_with("HTTP/1.1 403"));
    EXPECT_TRUE((co_await http(upgrade(host + "Origin: null\r\n"))).starts_with("HTTP/1.1 403"));
    EXPECT_TRUE((co_await http(upgrade(host + "Authorization: Basic eDp5\r\n"))).starts_with("HTTP/1.1 401"));
    const auto token = Token::load(token_file());
    EXPECT_TRUE(token);
    for (const std::string scheme : {"Bearer ", "bearer ", "BEARER "}) {
      const std::string answer = co_await http(upgrade(host + "Authorization: " + scheme + token->text() + "\r\n"));
      EXPECT_TRUE(answer.starts_with("HTTP/1.1 101")) << scheme;
    }
    EXPECT_TRUE((co_await http("GET / HTTP/1.1\r\n" + host + "\r\n")).starts_with("HTTP/1.1 426"));
    EXPECT_TRUE((co_await http("\x16\x03\x01 no http\r\n\r\n")).starts_with("HTTP/1.1 400"));
    EXPECT_EQ((co_await http(upgrade(host + "X: " + std::string(kUpgradeBytesMax, 'x') + "\r\n"))).find("101"),
              std::string::npos);
    co_await expect_served();
  });
}

TEST_F(HostileTest, nothing_but_loopback_is_listened_at) {
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1"}) {
    const auto listening = WebSocketListener::listen(runtime.executor(), {boost::asio::ip::make_address(address), 0});
    EXPECT_EQ(listening.error(), Errc::refused) << address;
  }
}

TEST_F(HostileTest, a_token_that_others_can_read_is_refused) {
  run([this]() -> Task<void> {
    EXPECT_TRUE(Token::load(token_file()));
    std::filesystem::permissions(token_file(), std::filesystem::perms::group_read, std::filesystem::perm_options::add);
    EXPECT_EQ(Token::load(token_file()).error(), Errc::refused);
    co_return;
  });
}

// Another user's process, which may open the file (as it may when the mode was changed by hand), is turned away.
TEST_F(HostileTest, another_users_process_is_turned_away) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become another user";
  run([this]() -> Task<void> {
    namespace fs = std::filesystem;
    fs::permissions(*options.unix_socket, fs::perms::all);
    fs::permissions(options.unix_socket->parent_path(), fs::perms::all);
    fs::permissions(folder.path(), fs::perms::all);
    const std::string path = options.unix_socket->native();
    const pid_t child = ::fork();
    if (child == 0) {
      const int fd = ::setuid(65'534) == 0 ? ::socket(AF_UNIX, SOCK_STREAM, 0) : -1;
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
      char byte = 0;
      const bool connected = fd >= 0 && ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
      ::_exit(connected && ::recv(fd, &byte, 1, 0) == 0 ? 0 : 1);
    }
    co_await until([this] { return has_event("refused", "another user's process"); });
    int status_of_child = 0;
    EXPECT_EQ(::waitpid(child, &status_of_child, 0), child);
    EXPECT_TRUE(WIFEXITED(status_of_child) && WEXITSTATUS(status_of_child) == 0);
    EXPECT_TRUE(has_event("refused", "uid 65534"));
    co_await expect_served();
  });
}

}  // namespace
}  // namespace quern::rpc
