#include "scheduler/rpc/schema.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

namespace quern::rpc {

namespace json = boost::json;

namespace {

using Fit = std::expected<void, std::string>;

std::string shown(const json::value& value) {
  constexpr std::size_t kShownBytes = 64;
  std::string text = json::serialize(value);
  if (text.size() > kShownBytes) text = text.substr(0, kShownBytes) + "...";
  return text;
}

std::unexpected<std::string> misfit(std::string_view path, const std::string& what) {
  return std::unexpected(path.empty() ? what : std::string(path) + ": " + what);
}

bool is_of_type(const json::value& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "null") return value.is_null();
  return value.is_int64() || value.is_uint64();
}

Fit check_type(const Schema& schema, const json::value& value, std::string_view path) {
  const json::value* const type = schema.if_contains("type");
  if (!type || is_of_type(value, type->get_string())) return {};
  return misfit(path, shown(value) + " is not of type " + std::string(type->get_string()));
}

Fit check_number(const Schema& schema, const json::value& value, std::string_view path) {
  if (!value.is_int64() && !value.is_uint64()) return {};
  const json::value* const least = schema.if_contains("minimum");
  const json::value* const most = schema.if_contains("maximum");
  const bool low = least && value.is_int64() && value.get_int64() < least->get_int64();
  const bool high = most && (value.is_uint64() ? std::cmp_greater(value.get_uint64(), most->get_int64())
                                               : value.get_int64() > most->get_int64());
  if (low) return misfit(path, shown(value) + " is below " + shown(*least));
  if (high) return misfit(path, shown(value) + " is above " + shown(*most));
  return {};
}

Fit check_text(const Schema& schema, const json::value& value, std::string_view path) {
  if (!value.is_string()) return {};
  const json::value* const most = schema.if_contains("maxLength");
  if (most && std::cmp_greater(value.get_string().size(), most->get_int64())) {
    return misfit(path,
                  "a text of " + std::to_string(value.get_string().size()) + " bytes is longer than " + shown(*most));
  }
  const json::value* const names = schema.if_contains("enum");
  if (!names || std::ranges::find(names->get_array(), value) != names->get_array().end()) return {};
  return misfit(path, shown(value) + " is none of " + json::serialize(*names));
}

Fit check_list(const Schema& schema, const json::value& value, std::string_view path) {
  const json::array* const array = value.if_array();
  if (!array) return {};
  const json::value* const most = schema.if_contains("maxItems");
  if (most && std::cmp_greater(array->size(), most->get_int64())) {
    return misfit(path, std::to_string(array->size()) + " elements are more than " + shown(*most));
  }
  const json::value* const items = schema.if_contains("items");
  for (std::size_t i = 0; items && i < array->size(); ++i) {
    const std::string at = std::string(path) + "[" + std::to_string(i) + "]";
    if (auto fit = check(items->get_object(), (*array)[i], at); !fit) return fit;
  }
  return {};
}

std::string joined(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : std::string(path) + "." + std::string(key);
}

Fit unknown_member(const json::object& known, std::string_view path, std::string_view key) {
  std::vector<std::string_view> names;
  names.reserve(known.size());
  for (const auto& [name, schema] : known) names.emplace_back(name);
  const std::string near = nearest(key, names);
  return misfit(joined(path, key.substr(0, 64)),
                near.empty() ? "is not known" : "is not known; is " + near + " meant?");
}

Fit check_object(const Schema& schema, const json::value& value, std::string_view path) {
  const json::object* const object = value.if_object();
  if (!object) return {};
  if (const json::value* const required = schema.if_contains("required")) {
    for (const json::value& name : required->get_array()) {
      if (!object->contains(name.get_string())) return misfit(joined(path, name.get_string()), "is missing");
    }
  }
  const json::value* const properties = schema.if_contains("properties");
  const json::value* const others = schema.if_contains("additionalProperties");
  for (const auto& [key, member] : *object) {
    const json::value* member_schema = properties ? properties->get_object().if_contains(key) : nullptr;
    if (!member_schema && others && others->is_object()) member_schema = others;
    if (!member_schema && properties) return unknown_member(properties->get_object(), path, key);
    if (!member_schema) continue;
    if (auto fit = check(member_schema->get_object(), member, joined(path, key)); !fit) return fit;
  }
  return {};
}

Fit check_choice(const Schema& schema, const json::value& value, std::string_view path) {
  const json::value* const choices = schema.if_contains("anyOf");
  if (!choices) return {};
  // What is told is the misfit of what was meant: of the first choice that is of the value's type, else of any but
  // null.
  Fit told;
  int told_rank = -1;
  for (const json::value& choice : choices->get_array()) {
    const Schema& meant = choice.get_object();
    Fit fit = check(meant, value, path);
    if (fit) return fit;
    const json::value* const type = meant.if_contains("type");
    const int rank = check_type(meant, value, path) ? 2 : type->get_string() == "null" ? 0 : 1;
    if (rank > told_rank) {
      told = std::move(fit);
      told_rank = rank;
    }
  }
  return told;
}

// Insertions, deletions and substitutions that make one of the other.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

Schema any() {
  return {};
}
Schema boolean() {
  return {{"type", "boolean"}};
}
Schema null() {
  return {{"type", "null"}};
}

Schema integer(std::int64_t least, std::int64_t most) {
  Schema schema{{"type", "integer"}};
  if (least != INT64_MIN) schema.emplace("minimum", least);
  if (most != INT64_MAX) schema.emplace("maximum", most);
  return schema;
}

Schema text(std::size_t bytes_max) {
  return {{"type", "string"}, {"maxLength", static_cast<std::int64_t>(bytes_max)}};
}

Schema one_of(std::initializer_list<std::string_view> texts) {
  json::array names;
  names.reserve(texts.size());
  for (const std::string_view name : texts) names.emplace_back(json::string_view(name.data(), name.size()));
  return {{"type", "string"}, {"enum", std::move(names)}};
}

Schema list(const Schema& items, std::size_t count_max) {
  return {{"type", "array"}, {"items", items}, {"maxItems", static_cast<std::int64_t>(count_max)}};
}

Schema object(std::vector<std::pair<std::string, Schema>> required,
              std::vector<std::pair<std::string, Schema>> optional) {
  json::array names;
  json::object properties;
  names.reserve(required.size());
  for (auto& [name, schema] : required) {
    names.emplace_back(name);
    properties.emplace(name, std::move(schema));
  }
  for (auto& [name, schema] : optional) properties.emplace(name, std::move(schema));
  return {{"type", "object"},
          {"required", std::move(names)},
          {"properties", std::move(properties)},
          {"additionalProperties", false}};
}

Schema map_of(const Schema& values) {
  return {{"type", "object"}, {"additionalProperties", values}};
}

Schema either(std::initializer_list<Schema> schemas) {
  json::array choices;
  choices.reserve(schemas.size());
  for (const Schema& schema : schemas) choices.emplace_back(schema);
  return {{"anyOf", std::move(choices)}};
}

Schema described(Schema schema, std::string_view description) {
  schema.insert_or_assign("description", json::string_view(description.data(), description.size()));
  return schema;
}

std::expected<void, std::string> check(const Schema& schema, const json::value& value, std::string_view path) {
  constexpr auto kChecks =
      std::to_array({&check_type, &check_number, &check_text, &check_list, &check_object, &check_choice});
  for (const auto check_one : kChecks) {
    if (auto fit = check_one(schema, value, path); !fit) return fit;
  }
  return {};
}

std::string nearest(std::string_view name, const std::vector<std::string_view>& names) {
  constexpr std::size_t kComparedBytes = 64;
  if (name.size() > kComparedBytes) return {};
  std::size_t best = std::max<std::size_t>(name.size() / 3, 2) + 1;
  std::string found;
  for (const std::string_view candidate : names) {
    if (candidate.size() > kComparedBytes) continue;
    if (const std::size_t distance = edits(name, candidate); distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

}  // namespace quern::rpc
