// A server of one method and one topic for clients of other makes: rpc_echo_server FOLDER keeps its socket and token
// there, says where it listens as one line of JSON, and runs until it is killed.
#include <cstdio>
#include <filesystem>

#include <boost/json/object.hpp>

#include "overlay/runtime/system_runtime.hpp"
#include "overlay/runtime/task_group.hpp"
#include "scheduler/rpc/server.hpp"
#include "scheduler/rpc/session_methods.hpp"

namespace {

using namespace quern;
namespace json = boost::json;

struct Node {
  rpc::Registry registry;
  rpc::Topics topics;
  std::int64_t calls = 0;
};

void add_methods(Node& node) {
  rpc::add_session_methods(node.registry, "0.1.0");
  node.registry.add(rpc::Method{.name = "test.echo",
                                .summary = "What it is given",
                                .params = {{"value", "anything", rpc::any()}},
                                .result = rpc::any(),
                                .example_params = {{"value", 1}},
                                .example_result = 1,
                                .handler = [&node](json::object params, rpc::Caller) -> runtime::Task<rpc::Answer> {
                                  ++node.calls;
                                  node.topics.changed("calls");
                                  co_return params["value"];
                                }});
  node.topics.add("calls", [&node] { return json::value(json::object{{"count", node.calls}}); });
}

runtime::Task<void> serve(runtime::Runtime& runtime, Node& node, std::filesystem::path folder) {
  const rpc::WebSocketOptions websocket{{boost::asio::ip::make_address("127.0.0.1"), 0}, folder / "rpc.token", {}};
  auto server = rpc::Server::listen(runtime, node.registry, node.topics,
                                    {.unix_socket = folder / "rpc.socket", .websocket = websocket});
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message().c_str());
    co_return;
  }
  const auto at = (*server)->websocket();
  std::printf("{\"port\":%d}\n", at ? at->port : 0);
  std::fflush(stdout);
  co_await (*server)->run();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  Node node;
  add_methods(node);
  runtime::SystemRuntime runtime({.node = "echo"});
  runtime.run([&](runtime::Runtime& r) { return serve(r, node, folder); });
  return 1;
}
