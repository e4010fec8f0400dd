#include "scheduler/rpc/session_methods.hpp"

#include <utility>

#include "scheduler/rpc/topics.hpp"

namespace quern::rpc {

namespace json = boost::json;
using runtime::Task;

namespace {

constexpr std::size_t kTokenBytesMax = 256;

std::string_view text_in(const json::object& params, std::string_view key) {
  const json::string& text = params.at(key).get_string();
  return {text.data(), text.size()};
}

Task<Answer> login(json::object params, Caller caller) {
  co_return caller.connection->login(text_in(params, "token"));
}
Task<Answer> subscribe(json::object params, Caller caller) {
  co_return caller.connection->subscribe(text_in(params, "topic"));
}
Task<Answer> unsubscribe(json::object params, Caller caller) {
  co_return caller.connection->unsubscribe(text_in(params, "topic"));
}

Method login_method() {
  return {.name = std::string(kLoginMethod),
          .summary = "Shows the token; only needed where it did not come as the Authorization header of a WebSocket",
          .params = {{"token", "what the token file holds", text(kTokenBytesMax)}},
          .result = object({{"authorized", boolean()}}),
          .example_params = {{"token", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}},
          .example_result = json::object{{"authorized", true}},
          .handler = login};
}

Method subscribe_method() {
  return {.name = "subscribe",
          .summary = "A topic's value now; from then on what changes comes as topic.changed notifications",
          .params = {{"topic", "its name, as x-topics lists them", text(kTopicNameBytesMax)}},
          .result = object({{"topic", text(kTopicNameBytesMax)}, {"version", integer(0)}, {"value", any()}}),
          .example_params = {{"topic", "status"}},
          .example_result = json::object{{"topic", "status"}, {"version", 1}, {"value", json::object()}},
          .handler = subscribe};
}

Method unsubscribe_method() {
  return {.name = "unsubscribe",
          .summary = "Ends a subscription; notifications that are under way may still come",
          .params = {{"topic", "its name", text(kTopicNameBytesMax)}},
          .result = object({{"topic", text(kTopicNameBytesMax)}}),
          .example_params = {{"topic", "status"}},
          .example_result = json::object{{"topic", "status"}},
          .handler = unsubscribe};
}

}  // namespace

void add_session_methods(Registry& registry, std::string version) {
  registry.add(login_method());
  registry.add(subscribe_method());
  registry.add(unsubscribe_method());
  registry.add(Method{.name = "rpc.discover",
                      .summary = "This document",
                      .params = {},
                      .result = map_of(any()),
                      .example_params = {},
                      .example_result = json::object{{"openrpc", "1.3.2"}},
                      .handler = [&registry, version = std::move(version)](json::object, Caller) -> Task<Answer> {
                        co_return openrpc(registry, version);
                      }});
}

}  // namespace quern::rpc
