#include "scheduler/rpc/server.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "scheduler/rpc/patch.hpp"
#include "tests/scheduler/rpc/server_fixture.hpp"

namespace quern::rpc {
namespace {

using ServerTest = ServerFixture;

Task<void> call_everything(Client& client) {
  const json::value value{{"text", "\u20ac"}, {"list", {1, 2.5, nullptr}}};
  const auto echoed = co_await client.call("test.echo", {{"value", value}}, 10s);
  EXPECT_TRUE(echoed && *echoed == value);

  const auto refused = co_await client.call("test.refuse", {}, 10s);
  EXPECT_FALSE(refused);
  const Failure* const refusal = refused ? nullptr : refused.error().failure();
  EXPECT_TRUE(refusal && refusal->code == Code::refused && refusal->reason == "price_too_high");
  EXPECT_TRUE(refusal && refusal->detail == "3 of 2" && !refusal->remedy.empty());

  const auto unknown = co_await client.call("test.ecko", {}, 10s);
  const Failure* const near = unknown ? nullptr : unknown.error().failure();
  EXPECT_TRUE(near && near->code == Code::method_not_found && near->remedy == "is test.echo meant?");

  const auto wrong = co_await client.call("test.echo", {}, 10s);
  const Failure* const missing = wrong ? nullptr : wrong.error().failure();
  EXPECT_TRUE(missing && missing->code == Code::invalid_params && missing->detail == "value: is missing");
}

TEST_F(ServerTest, calls_are_answered_over_a_unix_socket) {
  run([this]() -> Task<void> {
    const auto client = co_await connected(over_unix());
    EXPECT_TRUE(client->server().starts_with("unix uid "));
    co_await call_everything(*client);
    co_await client->stop();
  });
}

TEST_F(ServerTest, calls_are_answered_over_a_websocket) {
  run([this]() -> Task<void> {
    const auto client = co_await connected(over_websocket());
    co_await call_everything(*client);
    co_await client->stop();
  });
}

TEST_F(ServerTest, a_method_that_throws_is_an_internal_error_and_the_connection_lives) {
  run([this]() -> Task<void> {
    const auto client = co_await connected(over_unix());
    const auto thrown = co_await client->call("test.throw", {}, 10s);
    const Failure* const failure = thrown ? nullptr : thrown.error().failure();
    EXPECT_TRUE(failure && failure->code == Code::internal_error);
    EXPECT_TRUE(failure && failure->detail.find("a defect") == std::string::npos) << "its text is for the log";
    EXPECT_TRUE(has_event("failed", "test.throw: a defect"));
    EXPECT_TRUE(co_await client->call("test.echo", {{"value", 1}}, 10s));
    co_await client->stop();
  });
}

TEST_F(ServerTest, calls_of_a_connection_run_beside_each_other) {
  run([this]() -> Task<void> {
    const auto client = co_await connected(over_unix());
    const auto late = co_await client->call("test.wait", {}, 20ms);
    EXPECT_FALSE(late);
    EXPECT_TRUE(late || std::get<runtime::Error>(late.error().why) == runtime::Errc::timed_out);
    EXPECT_TRUE(co_await client->call("test.echo", {{"value", 1}}, 10s));
    EXPECT_EQ(waiting, 1);
    co_await client->stop();
    co_await until([this] { return waiting == 0; });  // its caller is gone
  });
}

TEST_F(ServerTest, a_batch_is_answered_as_one_and_notifications_not_at_all) {
  run([this]() -> Task<void> {
    const auto stream = co_await raw();
    EXPECT_TRUE(co_await stream->send(R"([{"jsonrpc":"2.0","method":"test.echo","params":[1],"id":"a"},)"
                                      R"({"jsonrpc":"2.0","method":"test.echo","params":[2]},3,)"
                                      R"({"jsonrpc":"2.0","method":"test.echo","params":[4],"id":null}])"));
    const json::value answer = co_await received(*stream);
    EXPECT_EQ(answer.as_array().size(), 3U);
    EXPECT_EQ(answer.at(0), json::parse(R"({"jsonrpc":"2.0","result":1,"id":"a"})"));
    EXPECT_EQ(answer.at(1).at("error").at("code"), -32600);
    EXPECT_EQ(answer.at(2), json::parse(R"({"jsonrpc":"2.0","result":4,"id":null})"));
    EXPECT_TRUE(co_await stream->send(R"([{"jsonrpc":"2.0","method":"test.echo","params":[2]}])"));
    EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":"test.echo","params":[5],"id":5})"));
    EXPECT_EQ(co_await received(*stream), json::parse(R"({"jsonrpc":"2.0","result":5,"id":5})"));
  });
}

TEST_F(ServerTest, a_caller_that_has_finished_writing_gets_its_answers) {
  run([this]() -> Task<void> {
    const auto stream = co_await raw();
    EXPECT_TRUE(co_await stream->send(R"({"jsonrpc":"2.0","method":"test.wait","id":1})"));
    co_await stream->finish("");
    co_await until([this] { return waiting == 1; });
    open_gate();
    EXPECT_EQ(co_await received(*stream), json::parse(R"({"jsonrpc":"2.0","result":null,"id":1})"));
    EXPECT_EQ((co_await stream->receive(100)).error(), runtime::Errc::closed);
  });
}

TEST_F(ServerTest, a_topic_is_a_snapshot_and_then_patches) {
  run([this]() -> Task<void> {
    const auto client = co_await connected(over_websocket());
    auto subscribed = co_await client->subscribe("status");
    EXPECT_TRUE(subscribed) << subscribed.error().message();
    auto& peers = **subscribed;
    auto first = co_await peers.next();
    EXPECT_TRUE(first && first->value == status);
    status.as_object()["peers"] = 1;
    topics.changed("status");
    auto second = co_await peers.next();
    EXPECT_TRUE(second && second->value == status && second->version > first->version);
    EXPECT_TRUE(second && second->patch == json::parse(R"([{"path":"/peers","value":1}])"));
    const auto twice = co_await client->subscribe("status");
    EXPECT_TRUE(!twice && twice.error().failure()->code == Code::invalid_params);
    topics.remove("status");
    EXPECT_EQ((co_await peers.next()).error(), runtime::Errc::end_of_stream);
    const auto gone = co_await client->subscribe("status");
    EXPECT_TRUE(!gone && gone.error().failure()->code == Code::not_found);
    co_await client->stop();
  });
}

TEST_F(ServerTest, a_snapshot_in_a_batch_comes_before_its_patches) {
  run([this]() -> Task<void> {
    const auto stream = co_await raw();
    EXPECT_TRUE(co_await stream->send(R"([{"jsonrpc":"2.0","method":"subscribe","params":["status"],"id":1},)"
                                      R"({"jsonrpc":"2.0","method":"test.wait","id":2}])"));
    co_await until([this] { return waiting == 1; });
    status.as_object()["peers"] = 7;
    topics.changed("status");
    co_await runtime.clock().sleep_for(2 * kTopicInterval);
    open_gate();
    const json::value answers = co_await received(*stream);
    json::value value = answers.at(0).at("result").at("value");
    EXPECT_EQ(value, (json::object{{"peers", 0}}));
    const json::value change = co_await received(*stream);
    EXPECT_EQ(change.at("method"), "topic.changed");
    EXPECT_EQ(change.at("params").at("from"), answers.at(0).at("result").at("version"));
    EXPECT_TRUE(apply(value, change.at("params").at("patch").as_array()));
    EXPECT_EQ(value, status);
  });
}

TEST_F(ServerTest, an_ended_subscription_frees_its_place_and_its_topic) {
  options.limits.subscriptions = 1;
  run([this]() -> Task<void> {
    const auto client = co_await connected(over_unix());
    for (int i = 0; i < 3; ++i) {
      auto subscribed = co_await client->subscribe("status");
      EXPECT_TRUE(subscribed) << i;
    }
    co_await client->stop();
  });
  topics.changed("status");
  EXPECT_TRUE(topics.refresh().empty()) << "nobody follows it any more";
}

TEST_F(ServerTest, every_method_answers_its_example_as_its_schema_says) {
  open_gate();
  run([this]() -> Task<void> {
    const auto client = co_await connected(over_unix());
    for (const auto& [name, method] : registry.methods()) {
      const bool needs_more = name == "test.refuse" || name == "test.throw";
      if (needs_more) continue;
      const auto answer = co_await client->call(name, method.example_params, 10s);
      EXPECT_TRUE(answer) << name << ": " << (answer ? "" : answer.error().message());
      if (!answer) continue;
      const auto fit = check(method.result, *answer);
      EXPECT_TRUE(fit) << name << ": " << (fit ? "" : fit.error());
    }
    co_await client->stop();
  });
}

TEST_F(ServerTest, the_socket_is_its_users_alone_and_goes_with_the_server) {
  run([this]() -> Task<void> {
    struct stat found{};
    EXPECT_EQ(::stat(options.unix_socket->c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600U);
    EXPECT_EQ(::stat(options.unix_socket->parent_path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0700U);
    EXPECT_EQ(::stat(token_file().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600U);
    co_return;
  });
  EXPECT_FALSE(std::filesystem::exists(*options.unix_socket));
}

TEST_F(ServerTest, two_servers_do_not_share_a_socket_but_a_dead_ones_is_replaced) {
  run([this]() -> Task<void> {
    const auto second = UnixListener::listen(runtime.executor(), *options.unix_socket);
    EXPECT_FALSE(second);
    EXPECT_TRUE(second || second.error() == runtime::Errc::address_in_use);
    EXPECT_TRUE(second || second.error().detail().ends_with("; rpc.socket may name another path"));
    const std::filesystem::path other = folder.path() / "other";
    std::ofstream(other) << "a file";
    EXPECT_EQ(UnixListener::listen(runtime.executor(), other).error(), runtime::Errc::address_in_use);
    // A socket's file that nobody listens at, as a killed process leaves it.
    const std::filesystem::path left = folder.path() / "left";
    {
      const auto listener = UnixListener::listen(runtime.executor(), left);
      EXPECT_TRUE(listener);
      std::filesystem::create_hard_link(left, folder.path() / "kept");
    }
    EXPECT_FALSE(std::filesystem::exists(left));
    EXPECT_TRUE(UnixListener::listen(runtime.executor(), folder.path() / "kept"));
    EXPECT_EQ(UnixListener::listen(runtime.executor(), folder.path() / std::string(200, 'x')).error(),
              runtime::Errc::too_large);
    // Looking whether somebody listens was a connection: it has been accepted once a later one is served.
    const auto client = co_await connected(over_unix());
    EXPECT_TRUE(co_await client->call("test.echo", {{"value", 1}}, 10s));
    co_await client->stop();
    co_await until([this] { return server->connections() == 0; });
  });
}

TEST_F(ServerTest, a_client_without_a_server_says_so) {
  runtime.run([this](runtime::Runtime& r) -> Task<void> {
    const auto absent = co_await Client::connect(r, over_unix());
    EXPECT_EQ(absent.error(), runtime::Errc::not_found);
    const auto refused =
        co_await Client::connect(r, {.websocket = runtime::Endpoint{boost::asio::ip::make_address("127.0.0.1"), 1}});
    EXPECT_EQ(refused.error(), runtime::Errc::refused);
  });
}

TEST_F(ServerTest, a_server_that_stops_ends_its_clients) {
  std::unique_ptr<Client> client;
  std::unique_ptr<Client> over_web;
  run([&]() -> Task<void> {
    client = co_await connected(over_unix());
    over_web = co_await connected(over_websocket());
    EXPECT_TRUE(co_await client->call("test.echo", {{"value", 1}}, 10s));
    EXPECT_TRUE(co_await over_web->call("test.echo", {{"value", 1}}, 10s));
    co_await over_web->stop();
    co_await client->stop();
  });
  EXPECT_TRUE(client->ended());
}

}  // namespace
}  // namespace quern::rpc
