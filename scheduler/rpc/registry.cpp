#include "scheduler/rpc/registry.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "overlay/runtime/assertion.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::rpc {

namespace json = boost::json;

namespace {

bool is_method_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_.";
  return !name.empty() && name.size() <= kMethodBytesMax &&
         name.find_first_not_of(kAllowed) == std::string_view::npos && !name.starts_with('.') && !name.ends_with('.');
}

// The parameters as the schema of one object.
Schema schema_of(const std::vector<Parameter>& params) {
  std::vector<std::pair<std::string, Schema>> required;
  std::vector<std::pair<std::string, Schema>> optional;
  for (const Parameter& parameter : params) {
    (parameter.required ? required : optional).emplace_back(parameter.name, parameter.schema);
  }
  return object(std::move(required), std::move(optional));
}

json::object document_of(const Parameter& parameter) {
  return {{"name", parameter.name},
          {"description", parameter.summary},
          {"required", parameter.required},
          {"schema", parameter.schema}};
}

json::object document_of(const Method& method) {
  json::array params;
  json::array example_params;
  for (const Parameter& parameter : method.params) {
    params.emplace_back(document_of(parameter));
    if (const json::value* const value = method.example_params.if_contains(parameter.name)) {
      example_params.emplace_back(json::object{{"name", parameter.name}, {"value", *value}});
    }
  }
  json::object example{{"name", method.name},
                       {"params", std::move(example_params)},
                       {"result", json::object{{"name", "result"}, {"value", method.example_result}}}};
  return {{"name", method.name},
          {"summary", method.summary},
          {"params", std::move(params)},
          {"result", json::object{{"name", "result"}, {"schema", method.result}}},
          {"examples", json::array{std::move(example)}}};
}

void write(const json::value& value, std::string& out, std::size_t indent) {
  const std::string line = "\n" + std::string(indent + 2, ' ');
  const std::string last = "\n" + std::string(indent, ' ');
  if (const json::object* const object = value.if_object(); object && !object->empty()) {
    std::string_view before = "{";
    for (const auto& [key, member] : *object) {
      out.append(before).append(line).append(json::serialize(json::string_view(key))).append(": ");
      write(member, out, indent + 2);
      before = ",";
    }
    out.append(last).append("}");
  } else if (const json::array* const array = value.if_array(); array && !array->empty()) {
    std::string_view before = "[";
    for (const json::value& item : *array) {
      out.append(before).append(line);
      write(item, out, indent + 2);
      before = ",";
    }
    out.append(last).append("]");
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

void Registry::add(Method method) {
  QUERN_ASSERT(is_method_name(method.name), "no name for a method");
  QUERN_ASSERT(arguments(method, method.example_params).has_value(), "the example's parameters do not fit");
  QUERN_ASSERT(check(method.result, method.example_result).has_value(), "the example's result does not fit");
  std::string name = method.name;
  const bool is_new = methods_.emplace(std::move(name), std::move(method)).second;
  QUERN_ASSERT(is_new, "two methods of one name");
}

void Registry::add(TopicText topic) {
  topics_.push_back(std::move(topic));
}

const Method* Registry::find(std::string_view name) const {
  const auto found = methods_.find(name);
  return found == methods_.end() ? nullptr : &found->second;
}

std::expected<json::object, Failure> Registry::arguments(const Method& method, const json::value& params) {
  json::object named;
  if (const json::array* const ordered = params.if_array()) {
    if (ordered->size() > method.params.size()) {
      return fail(Code::invalid_params, method.name + " takes at most " + std::to_string(method.params.size()) +
                                            " parameters, not " + std::to_string(ordered->size()));
    }
    for (std::size_t i = 0; i < ordered->size(); ++i) named.emplace(method.params[i].name, (*ordered)[i]);
  } else if (const json::object* const object = params.if_object()) {
    named = *object;
  }
  if (const auto fit = check(schema_of(method.params), named); !fit) return fail(Code::invalid_params, fit.error());
  return named;
}

Failure Registry::unknown(std::string_view method) const {
  std::vector<std::string_view> names;
  names.reserve(methods_.size());
  for (const auto& [name, known] : methods_) names.emplace_back(name);
  const std::string near = nearest(method, names);
  return failure(Code::method_not_found, std::string(method.substr(0, kMethodBytesMax)),
                 near.empty() ? "rpc.discover lists what there is" : "is " + near + " meant?");
}

json::object openrpc(const Registry& registry, std::string_view version) {
  json::array methods;
  methods.reserve(registry.methods().size());
  for (const auto& [name, method] : registry.methods()) methods.emplace_back(document_of(method));
  json::array topics;
  topics.reserve(registry.topics().size());
  for (const TopicText& topic : registry.topics()) {
    topics.emplace_back(json::object{{"name", topic.name}, {"summary", topic.summary}, {"schema", topic.value}});
  }
  json::array reasons;
  reasons.reserve(model::reasons().size());
  for (const model::ReasonText& reason : model::reasons()) {
    reasons.emplace_back(json::object{{"name", reason.name}, {"text", reason.text}, {"remedy", reason.remedy}});
  }
  const json::string_view shown(version.data(), version.size());
  return {{"openrpc", "1.3.2"},
          {"info", json::object{{"title", "quernd"}, {"version", shown}}},
          {"methods", std::move(methods)},
          {"x-topics", std::move(topics)},
          {"x-reasons", std::move(reasons)}};
}

std::string pretty(const json::value& value) {
  std::string out;
  write(value, out, 0);
  return out + "\n";
}

}  // namespace quern::rpc
