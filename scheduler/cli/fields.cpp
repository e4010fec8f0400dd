#include "scheduler/cli/fields.hpp"

#include <limits>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace quern::scheduler::cli {

namespace json = boost::json;

namespace {

std::string_view kind_name(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "a boolean";
    case json::kind::int64:
    case json::kind::uint64:
      return "an integer";
    case json::kind::double_:
      return "a fraction or beyond 64 bits";
    case json::kind::string:
      return "a text";
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "an object";
  }
  std::unreachable();
}

}  // namespace

void Fault::add(std::string_view path, std::string_view what) {
  if (!found()) text_ = (path.empty() ? "the answer" : std::string(path)) + ' ' + std::string(what);
}

Fields::Fields(const json::value* value, std::string path, Fault& fault)
    : object_(value->if_object()), path_(std::move(path)), fault_(&fault) {
  if (object_ == nullptr) wrong_type(path_, "an object", *value);
}

Fields Fields::object(std::string_view key) const {
  static const json::value kEmpty = json::object();
  const json::value* const found = needed(key);
  return {found != nullptr ? found : &kEmpty, path_of(key), *fault_};
}

std::vector<Fields> Fields::objects(std::string_view key) const {
  std::vector<Fields> list;
  const json::value* const found = needed(key);
  if (found == nullptr) return list;
  const json::array* const items = found->if_array();
  if (items == nullptr) {
    wrong_type(path_of(key), "a list", *found);
    return list;
  }
  list.reserve(items->size());
  for (const json::value& item : *items) {
    list.push_back(Fields(&item, path_of(key) + '[' + std::to_string(list.size()) + ']', *fault_));
  }
  return list;
}

void Fields::refuse(std::string_view key, std::string_view what) const {
  fault_->add(path_of(key), what);
}

const json::value* Fields::present(std::string_view key) const {
  const json::value* const found = object_ == nullptr ? nullptr : object_->if_contains(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

const json::value* Fields::needed(std::string_view key) const {
  const json::value* const found = present(key);
  if (found == nullptr) fault_->add(path_of(key), "is missing");
  return found;
}

std::string Fields::path_of(std::string_view key) const {
  return (path_.empty() ? "" : path_ + '.') + std::string(key);
}

void Fields::wrong_type(std::string_view path, std::string_view wanted, const json::value& found) const {
  fault_->add(path, "must be " + std::string(wanted) + " and is " + std::string(kind_name(found)));
}

template <std::integral Integer>
void Fields::read_integer(const json::value& found, const std::string& path, Integer& value) const {
  if (!found.is_int64() && !found.is_uint64()) return wrong_type(path, "an integer", found);
  const bool fits = found.is_int64() ? std::in_range<Integer>(found.get_int64())  //
                                     : std::in_range<Integer>(found.get_uint64());
  if (!fits) {
    using Limits = std::numeric_limits<Integer>;
    return fault_->add(path, "must be " + std::to_string(Limits::min()) + " to " + std::to_string(Limits::max()) +
                                 " and is " +
                                 (found.is_int64() ? std::to_string(found.get_int64())  //
                                                   : std::to_string(found.get_uint64())));
  }
  value = found.is_int64() ? static_cast<Integer>(found.get_int64()) : static_cast<Integer>(found.get_uint64());
}

void Fields::read(const json::value& found, const std::string& path, std::string& value) const {
  if (!found.is_string()) return wrong_type(path, "a text", found);
  value = found.get_string();
}
void Fields::read(const json::value& found, const std::string& path, bool& value) const {
  if (!found.is_bool()) return wrong_type(path, "a boolean", found);
  value = found.get_bool();
}
void Fields::read(const json::value& found, const std::string& path, std::int64_t& value) const {
  read_integer(found, path, value);
}
void Fields::read(const json::value& found, const std::string& path, std::uint64_t& value) const {
  read_integer(found, path, value);
}
void Fields::read(const json::value& found, const std::string& path, std::uint32_t& value) const {
  read_integer(found, path, value);
}
void Fields::read(const json::value& found, const std::string& path, model::Credits& value) const {
  read_integer(found, path, value.micro);
}
void Fields::read(const json::value& found, const std::string& path, std::vector<std::string>& value) const {
  const json::array* const items = found.if_array();
  if (items == nullptr) return wrong_type(path, "a list", found);
  value.reserve(items->size());
  for (const json::value& item : *items) {
    read(item, path + '[' + std::to_string(value.size()) + ']', value.emplace_back());
  }
}

}  // namespace quern::scheduler::cli
