// Writing any value that has a list of fields (report_fields.hpp) as JSON: absent optional values are left out,
// enumerators are written as their names. To be included where documents are written; the others need report_json.hpp
// only.
#pragma once
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include <boost/json/value.hpp>

#include "hwprobe/report_fields.hpp"
#include "hwprobe/report_json.hpp"

namespace quern::hwprobe::json_writer {

// One overload a kind of value. Declared together because values hold one another.
inline boost::json::value value_of(std::string_view text) {
  return boost::json::string(text);
}
inline boost::json::value value_of(bool flag) {
  return flag;
}
template <std::integral Number>
boost::json::value value_of(Number number) {
  return number;
}
template <class Enum>
  requires std::is_enum_v<Enum>
boost::json::value value_of(Enum value) {
  return boost::json::string(to_string(value));
}
template <Described Value>
boost::json::value value_of(const Value& value);
template <class Element>
boost::json::value value_of(const std::vector<Element>& elements) {
  boost::json::array array;
  array.reserve(elements.size());
  for (const Element& element : elements) array.push_back(value_of(element));
  return array;
}

template <class Value>
void put(boost::json::object& object, std::string_view name, const Value& value) {
  object.emplace(name, value_of(value));
}
template <class Value>
void put(boost::json::object& object, std::string_view name, const std::optional<Value>& value) {
  if (value) object.emplace(name, value_of(*value));
}

template <Described Value>
boost::json::object object_of(const Value& value) {
  static_assert(lists_every_member<Value>());
  boost::json::object object;
  std::apply([&](const auto&... field) { (put(object, field.name, value.*field.member), ...); }, kFields<Value>);
  return object;
}

template <Described Value>
boost::json::value value_of(const Value& value) {
  return object_of(value);
}

}  // namespace quern::hwprobe::json_writer
