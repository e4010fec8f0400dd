#include "scheduler/rpc/message.hpp"

#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace quern::rpc {

namespace json = boost::json;
using runtime::Result;

namespace {

std::expected<json::value, Failure> parse(std::string_view text, std::size_t depth_max) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = depth_max;
  json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error == json::error::too_deep) return std::unexpected(limit_failure("depth", depth_max + 1, depth_max));
  if (error) return fail(Code::parse_error, error.message());
  return value;
}

bool is_version_2(const json::object& object) {
  const json::value* const version = object.if_contains("jsonrpc");
  return version && version->is_string() && version->get_string() == "2.0";
}

bool is_id(const json::value& id) {
  if (id.is_string()) return id.get_string().size() <= kIdBytesMax;
  return id.is_null() || id.is_int64() || id.is_uint64();
}

Malformed invalid(const json::object& object, std::string detail) {
  const json::value* const id = object.if_contains("id");
  return {id && is_id(*id) ? *id : Id(), failure(Code::invalid_request, std::move(detail))};
}

std::variant<Request, Malformed> read_request(json::value& item) {
  json::object* const object = item.if_object();
  if (!object) return Malformed{{}, failure(Code::invalid_request, "a request is an object")};
  if (!is_version_2(*object)) return invalid(*object, R"("jsonrpc" must be "2.0")");
  const json::value* const id = object->if_contains("id");
  if (id && !is_id(*id)) {
    return invalid(*object, "\"id\" must be a string of at most " + std::to_string(kIdBytesMax) +
                                " bytes, an integer of 64 bits, or null");
  }
  const json::value* const method = object->if_contains("method");
  if (!method || !method->is_string()) return invalid(*object, R"("method" must be a string)");
  if (method->get_string().size() > kMethodBytesMax) {
    return invalid(*object, "\"method\" is longer than " + std::to_string(kMethodBytesMax) + " bytes");
  }
  json::value* const params = object->if_contains("params");
  if (params && !params->is_object() && !params->is_array()) {
    return invalid(*object, R"("params" must be an object or an array)");
  }
  Request request{.method = std::string(method->get_string())};
  if (id) request.id = *id;
  if (params) request.params = std::move(*params);
  return request;
}

Incoming only(Failure failure) {
  Incoming incoming;
  incoming.items.emplace_back(Malformed{{}, std::move(failure)});
  return incoming;
}

json::object to_json(const Response& response) {
  json::object object{{"jsonrpc", "2.0"}};
  if (response.answer) {
    object.emplace("result", *response.answer);
  } else {
    object.emplace("error", rpc::to_json(response.answer.error()));
  }
  object.emplace("id", response.id);
  return object;
}

}  // namespace

Incoming read_message(std::string_view text, const Limits& limits) {
  if (text.size() > limits.message_bytes)
    return only(limit_failure("message_bytes", text.size(), limits.message_bytes));
  auto value = parse(text, limits.depth);
  if (!value) return only(std::move(value).error());
  Incoming incoming;
  json::array* const batch = value->if_array();
  if (!batch) {
    incoming.items.push_back(read_request(*value));
    return incoming;
  }
  if (batch->empty()) return only(failure(Code::invalid_request, "an empty batch"));
  if (batch->size() > limits.batch_calls) return only(limit_failure("batch_calls", batch->size(), limits.batch_calls));
  incoming.batch = true;
  incoming.items.reserve(batch->size());
  for (json::value& item : *batch) incoming.items.push_back(read_request(item));
  return incoming;
}

Result<std::variant<Response, Request>> read_reply(std::string_view text, std::size_t depth_max) {
  auto value = parse(text, depth_max);
  if (!value) return runtime::fail(runtime::Errc::system, to_text(value.error()));
  json::object* const object = value->if_object();
  if (!object || !is_version_2(*object)) return runtime::fail(runtime::Errc::system, "not a JSON-RPC 2.0 message");
  if (object->contains("method")) {
    auto request = read_request(*value);
    if (auto* const malformed = std::get_if<Malformed>(&request)) {
      return runtime::fail(runtime::Errc::system, to_text(malformed->failure));
    }
    return std::get<Request>(std::move(request));
  }
  const json::value* const id = object->if_contains("id");
  if (!id || !is_id(*id)) return runtime::fail(runtime::Errc::system, "an answer without an id");
  json::value* const result = object->if_contains("result");
  const json::value* const error = object->if_contains("error");
  if ((result != nullptr) == (error != nullptr)) {
    return runtime::fail(runtime::Errc::system, "an answer must have a result or an error");
  }
  if (result) return Response{*id, std::move(*result)};
  auto failure = failure_from_json(*error);
  if (!failure) return std::unexpected(std::move(failure).error());
  return Response{*id, std::unexpected(*std::move(failure))};
}

std::string to_text(const Request& request) {
  json::object object{{"jsonrpc", "2.0"}, {"method", request.method}};
  if (!request.params.is_null()) object.emplace("params", request.params);
  if (request.id) object.emplace("id", *request.id);
  return json::serialize(object);
}

std::string to_text(const Response& response) {
  return json::serialize(to_json(response));
}

std::string to_text(const std::vector<Response>& responses) {
  if (responses.empty()) return {};
  json::array array;
  array.reserve(responses.size());
  for (const Response& response : responses) array.emplace_back(to_json(response));
  return json::serialize(array);
}

}  // namespace quern::rpc
