#include "scheduler/rpc/message.hpp"

#include <optional>
#include <set>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>

namespace quern::rpc {

namespace json = boost::json;
using runtime::Result;

namespace {

// Builds the value from the parser's events. A key that comes twice in an object ends the parsing: which of the two is
// meant nobody can tell, and another reader of the same message may take the other one.
class ValueBuilder {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);  // NOLINT(readability-identifier-naming)
  static constexpr std::size_t max_array_size = std::size_t(-1);   // NOLINT(readability-identifier-naming)
  static constexpr std::size_t max_key_size = std::size_t(-1);     // NOLINT(readability-identifier-naming)
  static constexpr std::size_t max_string_size = std::size_t(-1);  // NOLINT(readability-identifier-naming)

  ValueBuilder() { values_.reset(); }
  json::value take() { return values_.release(); }
  const std::optional<std::string>& twice() const { return twice_; }

  using Code = json::error_code;
  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) {
    open_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t size, Code&) {
    open_.pop_back();
    return done([&] { values_.push_object(size); });
  }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t size, Code&) {
    return done([&] { values_.push_array(size); });
  }
  bool on_key_part(json::string_view part, std::size_t, Code&) {
    key_.append(part.data(), part.size());
    return done([&] { values_.push_chars(part); });
  }
  bool on_key(json::string_view part, std::size_t, Code& code) {
    key_.append(part.data(), part.size());
    const auto [at, is_new] = open_.back().insert(std::exchange(key_, {}));
    if (is_new) return done([&] { values_.push_key(part); });
    twice_ = *at;
    code = json::error::extra_data;
    return false;
  }
  bool on_string_part(json::string_view part, std::size_t, Code&) {
    return done([&] { values_.push_chars(part); });
  }
  bool on_string(json::string_view part, std::size_t, Code&) {
    return done([&] { values_.push_string(part); });
  }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, Code&) {
    return done([&] { values_.push_int64(number); });
  }
  bool on_uint64(std::uint64_t number, json::string_view, Code&) {
    return done([&] { values_.push_uint64(number); });
  }
  bool on_double(double number, json::string_view, Code&) {
    return done([&] { values_.push_double(number); });
  }
  bool on_bool(bool value, Code&) {
    return done([&] { values_.push_bool(value); });
  }
  bool on_null(Code&) {
    return done([&] { values_.push_null(); });
  }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }

 private:
  static bool done(const auto& push) {
    push();
    return true;
  }

  json::value_stack values_;
  std::vector<std::set<std::string>> open_;  // the keys of the objects that are open
  std::string key_;
  std::optional<std::string> twice_;
};

std::expected<json::value, Failure> parse(std::string_view text, std::size_t depth_max) {
  json::parse_options options;
  options.max_depth = depth_max;
  json::basic_parser<ValueBuilder> parser(options);
  json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (const auto& key = parser.handler().twice()) {
    return fail(Code::invalid_request, "the key " + json::serialize(json::value(*key)) + " is there twice");
  }
  if (!error && read < text.size()) error = json::error::extra_data;
  if (error == json::error::too_deep) return std::unexpected(limit_failure("depth", depth_max + 1, depth_max));
  if (error) return fail(Code::parse_error, error.message());
  return parser.handler().take();
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
