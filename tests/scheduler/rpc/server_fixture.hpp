// A server with a few methods and a topic, on the real system: a Unix socket in a folder of its own and a WebSocket on
// loopback. A test is a coroutine beside it; both end with it.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/system_runtime.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/runtime/waiter.hpp"
#include "scheduler/rpc/client.hpp"
#include "scheduler/rpc/message_stream.hpp"
#include "scheduler/rpc/server.hpp"
#include "scheduler/rpc/session_methods.hpp"
#include "scheduler/rpc/token.hpp"
#include "scheduler/rpc/unix_socket.hpp"
#include "scheduler/rpc/websocket.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::rpc {

namespace json = boost::json;
using runtime::Task;
using namespace std::chrono_literals;

class ServerFixture : public ::testing::Test {
 protected:
  struct Event {
    std::string event;
    std::string caller;
    std::string detail;
  };
  using Program = std::function<Task<void>()>;

  ServerFixture() {
    add_session_methods(registry, "0.1.0");
    registry.add(Method{.name = "test.echo",
                        .summary = "What it is given",
                        .params = {{"value", "anything", any()}},
                        .result = any(),
                        .example_params = {{"value", 1}},
                        .example_result = 1,
                        .handler = [](json::object params, Caller) -> Task<Answer> { co_return params["value"]; }});
    registry.add(Method{.name = "test.refuse",
                        .summary = "Refuses",
                        .params = {},
                        .result = null(),
                        .example_params = {},
                        .example_result = nullptr,
                        .handler = [](json::object, Caller) -> Task<Answer> {
                          co_return refuse(model::Reason::price_too_high, "3 of 2");
                        }});
    registry.add(Method{.name = "test.throw",
                        .summary = "Throws",
                        .params = {},
                        .result = null(),
                        .example_params = {},
                        .example_result = nullptr,
                        .handler = [](json::object, Caller) -> Task<Answer> {
                          throw std::runtime_error("a defect");
                          co_return nullptr;
                        }});
    registry.add(Method{.name = "test.wait",
                        .summary = "Answers when the gate is opened",
                        .params = {},
                        .result = null(),
                        .example_params = {},
                        .example_result = nullptr,
                        .handler = [this](json::object, Caller) -> Task<Answer> { return wait_at_gate(); }});
    EXPECT_TRUE(topics.add("status", [this] { return status; }));
    options.unix_socket = folder.path() / "run" / "quernd.socket";
    options.websocket = WebSocketOptions{{boost::asio::ip::make_address("127.0.0.1"), 0}, token_file(), {}};
    options.on_event = [this](std::string_view event, std::string_view caller, std::string_view detail) {
      events.push_back({std::string(event), std::string(caller), std::string(detail)});
    };
  }

  std::filesystem::path token_file() const { return folder.path() / "rpc.token"; }
  ClientOptions over_unix() const { return {.unix_socket = options.unix_socket}; }
  ClientOptions over_websocket() const { return {.websocket = server->websocket(), .token_file = token_file()}; }

  // Runs `program` beside the server, for a minute at most.
  void run(const Program& program) {
    bool ended = false;
    runtime.run([&](runtime::Runtime& r) -> Task<void> {
      auto listening = Server::listen(r, registry, topics, options);
      EXPECT_TRUE(listening) << listening.error().message();
      if (!listening) co_return;
      server = *std::move(listening);
      co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
        group.spawn(server->run());
        co_await runtime::run_until(r.clock(), r.clock().now() + 60s, finish(program, ended));
      });
      EXPECT_EQ(server->connections(), 0U) << "a connection was not ended";
      server.reset();
    });
    EXPECT_TRUE(ended) << "the test took longer than a minute";
  }
  static Task<void> finish(const Program& program, bool& ended) {
    co_await program();
    ended = true;
  }

  Task<std::unique_ptr<Client>> connected(ClientOptions to) {
    auto client = co_await Client::connect(runtime, std::move(to));
    EXPECT_TRUE(client) << client.error().message();
    co_return *std::move(client);
  }
  // A raw line stream: for what no client would send.
  Task<MessageStreamPtr> raw() {
    auto stream = co_await connect_unix(runtime.executor(), *options.unix_socket);
    EXPECT_TRUE(stream) << stream.error().message();
    co_return *std::move(stream);
  }
  static Task<json::value> received(MessageStream& stream) {
    const auto text = co_await stream.receive(64 << 20);
    EXPECT_TRUE(text) << text.error().message();
    co_return text ? json::parse(*text) : json::value();
  }
  // Waits for something the server does by itself.
  Task<void> until(std::function<bool()> holds) {
    while (!holds()) co_await runtime.clock().sleep_for(1ms);
  }
  bool has_event(std::string_view event, std::string_view detail) const {
    for (const Event& seen : events) {
      if (seen.event == event && seen.detail.find(detail) != std::string::npos) return true;
    }
    return false;
  }

  Task<Answer> wait_at_gate() {
    ++waiting;
    struct Leaving {
      int& count;
      ~Leaving() { --count; }
    };
    const Leaving leaving{waiting};
    while (!gate_open) co_await gate.wait();
    co_return nullptr;
  }
  void open_gate() {
    gate_open = true;
    gate.wake_all();
  }

  TemporaryFolder folder;
  runtime::SystemRuntime runtime{{.node = "test"}};
  Registry registry;
  Topics topics;
  json::value status = json::object{{"peers", 0}};
  ServerOptions options;
  std::unique_ptr<Server> server;
  std::vector<Event> events;
  bool gate_open = false;
  int waiting = 0;
  runtime::WaitQueue gate;
};

}  // namespace quern::rpc
