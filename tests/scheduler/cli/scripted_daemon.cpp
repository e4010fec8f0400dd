// A daemon that plays a script: the real RPC server with the methods of quernd, whose answers a file holds.
// usage: scripted_daemon SOCKET SCRIPT CALLS
//
// SCRIPT: {"answers": {METHOD: [ANSWER...]}, "topics": {TOPIC: [STEP...]}}. The nth call of a method gets its nth
// answer, later ones the last. An ANSWER is the result, {"$failure": the error object}, or {"$die": true}. A STEP is
// the topic's next value, {"$wait": METHOD}, which waits for the next call of that method, or {"$end": true}. A topic's
// steps begin when it is first followed. Writes "ready" to standard output, and each call as a line of JSON to the file
// CALLS.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "overlay/runtime/system_runtime.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/runtime/waiter.hpp"
#include "scheduler/rpc/server.hpp"
#include "scheduler/rpc/session_methods.hpp"

namespace quern {
namespace {

namespace json = boost::json;
using rpc::Answer;
using rpc::Parameter;
using runtime::Task;

// Longer than the server gathers what changed: each value of a topic is seen.
constexpr runtime::Duration kStepTime = std::chrono::milliseconds(120);

struct ContractMethod {
  std::string name;
  std::vector<Parameter> params;
};

std::vector<ContractMethod> contract_methods() {
  const rpc::Schema text = rpc::text(1 << 20);
  const rpc::Schema piece = rpc::text(3 << 20);
  const rpc::Schema size = rpc::integer(0);
  const Parameter id{"id", "of the job", rpc::text(64)};
  const Parameter manifest{"manifest", "text of job.json", text};
  const Parameter offset{"offset", "in bytes", size};
  const Parameter bytes_max{"bytes_max", "at most", rpc::integer(1)};
  const Parameter digest{"digest", "hexadecimal", rpc::text(64)};
  return {
      {"node.status", {}},
      {"peer.list", {}},
      {"offer.list", {}},
      {"job.quote", {manifest}},
      {"blob.missing", {{"digests", "of inputs", rpc::list(rpc::text(64), 64)}}},
      {"blob.put", {digest, offset, {"content", "base64", piece}, {"last", "the end", rpc::boolean()}}},
      {"blob.get", {digest, offset, bytes_max}},
      {"job.submit",
       {manifest,
        {"strategy", "by name", text, false},
        {"max_price_micro", "credits", size, false},
        {"exclude", "peers", rpc::list(text, 64), false},
        {"only", "peers", rpc::list(rpc::object({{"provider", text}}), 64), false}}},
      {"job.list", {{"limit", "at most", rpc::integer(1, 1000), false}}},
      {"job.get", {id}},
      {"job.cancel", {id}},
      {"job.log", {id, offset, bytes_max}},
      {"job.trails", {id}},
      {"ledger.balances", {}},
      {"ledger.entries", {{"after", "a number", size, false}, {"limit", "at most", rpc::integer(1, 1000), false}}},
      {"ledger.export", {{"format", "csv or json", rpc::one_of({"csv", "json"})}}},
  };
}

struct Play {
  struct Topic {
    json::array steps;
    json::value now;
    bool followed = false;
  };

  explicit Play(const json::object& script, std::string calls_file) : calls(std::move(calls_file)) {
    for (const auto& [name, list] : script.at("answers").as_object()) answers[name] = list.as_array();
    for (const auto& [name, steps] : script.at("topics").as_object()) {
      followed_topics[name].steps = steps.as_array();
      followed_topics[name].now = steps.as_array().at(0);
    }
  }

  Task<Answer> answer(std::string method, json::object params) {
    std::ofstream(calls, std::ios::app) << json::serialize(json::object{{"method", method}, {"params", params}})
                                        << std::endl;
    const json::array& list = answers[method];
    const std::size_t turn = called[method]++;
    happened.wake_all();
    if (list.empty()) co_return rpc::fail(rpc::Code::failed, method + " is not in the script");
    const json::value& now = list[std::min(turn, list.size() - 1)];
    if (const json::object* const object = now.if_object()) {
      if (object->contains("$die")) std::_Exit(0);
      if (const json::value* const failure = object->if_contains("$failure"))
        co_return std::unexpected(*rpc::failure_from_json(*failure));
    }
    co_return now;
  }

  // Goes through one topic's values.
  Task<void> play(runtime::Runtime& runtime, std::string name) {
    Topic& topic = followed_topics[name];
    while (!topic.followed) co_await happened.wait();
    for (std::size_t i = 1; i < topic.steps.size(); ++i) {
      const json::object* const step = topic.steps[i].if_object();
      if (step && step->contains("$end")) {
        topics.remove(name);
        co_return;
      }
      if (const json::value* const method = step ? step->if_contains("$wait") : nullptr) {
        const std::string awaited(method->as_string());
        for (const std::size_t before = called[awaited]; called[awaited] == before;) co_await happened.wait();
        continue;
      }
      co_await runtime.clock().sleep_for(kStepTime);
      topic.now = topic.steps[i];
      topics.changed(name);
    }
  }

  std::string calls;
  std::map<std::string, json::array> answers;
  std::map<std::string, std::size_t> called;
  std::map<std::string, Topic> followed_topics;
  runtime::WaitQueue happened;
  rpc::Registry registry;
  rpc::Topics topics;
};

void prepare(Play& play) {
  rpc::add_session_methods(play.registry, "0.1.0");
  for (ContractMethod& method : contract_methods()) {
    json::object example;
    for (const Parameter& param : method.params) {
      const json::value* const found = param.schema.if_contains("type");
      const std::string type(found ? std::string_view(found->as_string()) : "string");
      if (param.name == "format")
        example[param.name] = "csv";
      else if (type == "integer")
        example[param.name] = 1;
      else if (type == "boolean")
        example[param.name] = true;
      else if (type == "array")
        example[param.name] = json::array();
      else
        example[param.name] = "";
    }
    play.registry.add({.name = method.name,
                       .summary = "As quernd has it",
                       .params = std::move(method.params),
                       .result = rpc::any(),
                       .example_params = std::move(example),
                       .example_result = nullptr,
                       .handler = [&play, name = method.name](json::object params, rpc::Caller) {
                         return play.answer(name, std::move(params));
                       }});
  }
  for (auto& [name, topic] : play.followed_topics) {
    play.topics.add(name, [&play, &followed = topic] {
      followed.followed = true;
      play.happened.wake_all();
      return followed.now;
    });
  }
}

Task<void> serve(runtime::Runtime& runtime, Play& play, std::string socket) {
  auto server = rpc::Server::listen(runtime, play.registry, play.topics, {.unix_socket = socket});
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message().c_str());
    co_return;
  }
  std::puts("ready");
  std::fflush(stdout);
  co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
    for (const auto& [name, topic] : play.followed_topics) group.spawn(play.play(runtime, name));
    co_await (*server)->run();
  });
}

}  // namespace
}  // namespace quern

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::ostringstream script;
  script << std::ifstream(argv[2]).rdbuf();
  quern::Play play(boost::json::parse(script.str()).as_object(), argv[3]);
  quern::prepare(play);
  quern::runtime::SystemRuntime runtime({.node = "scripted"});
  runtime.run([&](quern::runtime::Runtime& r) { return quern::serve(r, play, argv[1]); });
  return 1;
}
