#include "scheduler/rpc/patch.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace quern::rpc {

namespace json = boost::json;
using runtime::fail;
using runtime::Result;

namespace {

std::string escaped(std::string_view key) {
  std::string out;
  out.reserve(key.size());
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

// nullopt for a '~' that escapes nothing.
std::optional<std::string> unescaped(std::string_view step) {
  std::string out;
  out.reserve(step.size());
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] != '~') {
      out += step[i];
      continue;
    }
    ++i;
    if (i == step.size() || (step[i] != '0' && step[i] != '1')) return std::nullopt;
    out += step[i] == '0' ? '~' : '/';
  }
  return out;
}

void put(json::array& patch, const std::string& path, const json::value& value) {
  patch.emplace_back(json::object{{"path", path}, {"value", value}});
}

void remove(json::array& patch, const std::string& path) {
  patch.emplace_back(json::object{{"path", path}, {"remove", true}});
}

void compare(const json::value& before, const json::value& after, std::string& path, json::array& patch);

void compare_objects(const json::object& before, const json::object& after, std::string& path, json::array& patch) {
  const std::size_t size = path.size();
  for (const auto& [key, value] : before) {
    if (after.contains(key)) continue;
    path += "/" + escaped(key);
    remove(patch, path);
    path.resize(size);
  }
  for (const auto& [key, value] : after) {
    path += "/" + escaped(key);
    if (const json::value* const old = before.if_contains(key)) {
      compare(*old, value, path, patch);
    } else {
      put(patch, path, value);
    }
    path.resize(size);
  }
}

void compare_arrays(const json::array& before, const json::array& after, std::string& path, json::array& patch) {
  const std::size_t size = path.size();
  for (std::size_t i = before.size(); i > after.size(); --i) {
    path += "/" + std::to_string(i - 1);
    remove(patch, path);
    path.resize(size);
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    path += "/" + std::to_string(i);
    if (i < before.size()) {
      compare(before[i], after[i], path, patch);
    } else {
      put(patch, path, after[i]);
    }
    path.resize(size);
  }
}

void compare(const json::value& before, const json::value& after, std::string& path, json::array& patch) {
  if (before.is_object() && after.is_object()) {
    compare_objects(before.get_object(), after.get_object(), path, patch);
  } else if (before.is_array() && after.is_array()) {
    compare_arrays(before.get_array(), after.get_array(), path, patch);
  } else if (before.kind() != after.kind() || before != after) {
    put(patch, path, after);
  }
}

std::optional<std::size_t> index_of(std::string_view step) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  const bool plain = step == "0" || !step.starts_with('0');
  if (error != std::errc() || end != step.data() + step.size() || !plain) return std::nullopt;
  return index;
}

json::value* child(json::value& parent, std::string_view step) {
  if (json::object* const object = parent.if_object()) return object->if_contains(step);
  json::array* const array = parent.if_array();
  const auto index = array ? index_of(step) : std::nullopt;
  return index && *index < array->size() ? &(*array)[*index] : nullptr;
}

bool set_child(json::value& parent, std::string_view step, const json::value& value) {
  if (json::object* const object = parent.if_object()) {
    object->insert_or_assign(step, value);
    return true;
  }
  json::array* const array = parent.if_array();
  const auto index = array ? index_of(step) : std::nullopt;
  if (!index || *index > array->size()) return false;
  if (*index == array->size()) {
    array->push_back(value);
  } else {
    (*array)[*index] = value;
  }
  return true;
}

bool remove_child(json::value& parent, std::string_view step) {
  if (json::object* const object = parent.if_object()) return object->erase(step) == 1;
  json::array* const array = parent.if_array();
  const auto index = array ? index_of(step) : std::nullopt;
  if (!index || *index + 1 != array->size()) return false;
  array->pop_back();
  return true;
}

struct Place {
  json::value* parent;
  std::string step;
};

// Where the last step of a path that is not "" leads from.
std::optional<Place> find(json::value& root, std::string_view path) {
  json::value* at = &root;
  while (true) {
    if (!path.starts_with('/')) return std::nullopt;
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    auto step = unescaped(path.substr(0, end));
    if (!step) return std::nullopt;
    path.remove_prefix(end);
    if (path.empty()) return Place{at, *std::move(step)};
    at = child(*at, *step);
    if (!at) return std::nullopt;
  }
}

bool apply_one(json::value& root, const json::object& operation) {
  const json::value* const path = operation.if_contains("path");
  const json::value* const value = operation.if_contains("value");
  const json::value* const removed = operation.if_contains("remove");
  if (!path || !path->is_string() || operation.size() != 2 || (value != nullptr) == (removed != nullptr)) return false;
  if (removed && *removed != true) return false;
  if (path->get_string().empty()) {
    if (value) root = *value;
    return value != nullptr;
  }
  const auto place = find(root, path->get_string());
  if (!place) return false;
  return value ? set_child(*place->parent, place->step, *value) : remove_child(*place->parent, place->step);
}

}  // namespace

json::array diff(const json::value& before, const json::value& after) {
  json::array patch;
  std::string path;
  compare(before, after, path, patch);
  if (patch.empty()) return patch;
  json::array whole;
  put(whole, "", after);
  if (patch.size() > 1 && json::serialize(patch).size() > json::serialize(whole).size()) return whole;
  return patch;
}

Result<void> apply(json::value& value, const json::array& patch) {
  for (const json::value& operation : patch) {
    const json::object* const object = operation.if_object();
    if (!object || !apply_one(value, *object)) {
      return fail(runtime::Errc::system, "a patch that does not fit: " + json::serialize(operation).substr(0, 256));
    }
  }
  return {};
}

}  // namespace quern::rpc
