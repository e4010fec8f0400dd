// The methods that a server has: what each is called, takes, answers and does. One list from which calls are served
// and the OpenRPC document is written.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "overlay/runtime/task.hpp"
#include "scheduler/rpc/failure.hpp"
#include "scheduler/rpc/message.hpp"
#include "scheduler/rpc/schema.hpp"

namespace quern::rpc {

struct Parameter {
  std::string name;
  std::string summary;
  Schema schema;
  bool required = true;
};

// What the methods that every server has (session_methods.hpp) do with the connection they came over.
class CallingConnection {
 public:
  virtual ~CallingConnection() = default;
  virtual Answer login(std::string_view token) = 0;
  virtual Answer subscribe(std::string_view topic) = 0;
  virtual Answer unsubscribe(std::string_view topic) = 0;
};

// Who calls.
struct Caller {
  std::string name;                         // "unix uid 1000 pid 4711", "websocket 127.0.0.1:40112": for logs
  CallingConnection* connection = nullptr;  // lives until the call has ended
};

// Runs on the server's executor as a task of the connection: when the caller goes away it is cancelled, so what must be
// finished is given to a task group of the room that does it. The parameters fit the method's schemas. Anything it
// throws but its cancellation is answered as internal_error.
using Handler = std::function<runtime::Task<Answer>(boost::json::object params, Caller caller)>;

struct Method {
  std::string name;     // "job.submit": lower case, digits, '_' and '.'
  std::string summary;  // a sentence without a full stop
  std::vector<Parameter> params;
  Schema result;
  boost::json::object example_params;
  boost::json::value example_result;
  Handler handler;
};

// A topic as it is documented: methods `subscribe` and `unsubscribe` take its name.
struct TopicText {
  std::string name;  // "peers"; "job/{id}" for a family
  std::string summary;
  Schema value;
};

class Registry {
 public:
  // The name is well formed and new; the example fits the schemas. Anything else is a defect of the caller (asserted).
  void add(Method method);
  void add(TopicText topic);

  const Method* find(std::string_view name) const;
  const std::map<std::string, Method, std::less<>>& methods() const { return methods_; }
  const std::vector<TopicText>& topics() const { return topics_; }

  // The parameters by name, whether they came by name or in order. invalid_params says which and why.
  static std::expected<boost::json::object, Failure> arguments(const Method& method, const boost::json::value& params);
  // method_not_found, with the nearest name there is.
  Failure unknown(std::string_view method) const;

 private:
  std::map<std::string, Method, std::less<>> methods_;
  std::vector<TopicText> topics_;
};

// The OpenRPC 1.3 document (spec.open-rpc.org) of all methods, by their names; "x-topics", and all reasons in
// "x-reasons".
boost::json::object openrpc(const Registry& registry, std::string_view version);
// Any value over several lines, two spaces a level, keys in their order, with a line feed at the end.
std::string pretty(const boost::json::value& value);

}  // namespace quern::rpc
