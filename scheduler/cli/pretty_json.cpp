#include "scheduler/cli/pretty_json.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>

namespace quern::scheduler::cli {
namespace {

namespace json = boost::json;

void append(std::string& text, const json::value& value, std::size_t depth);

void append_line_break(std::string& text, std::size_t depth) {
  text += '\n' + std::string(2 * depth, ' ');
}

void append_object(std::string& text, const json::object& object, std::size_t depth) {
  text += '{';
  for (auto entry = object.begin(); entry != object.end(); ++entry) {
    if (entry != object.begin()) text += ',';
    append_line_break(text, depth + 1);
    text += json::serialize(json::string(entry->key())) + ": ";
    append(text, entry->value(), depth + 1);
  }
  append_line_break(text, depth);
  text += '}';
}

void append_array(std::string& text, const json::array& array, std::size_t depth) {
  const bool is_flat = std::ranges::none_of(array, [](const json::value& each) { return each.is_structured(); });
  text += '[';
  for (auto each = array.begin(); each != array.end(); ++each) {
    if (each != array.begin()) text += is_flat ? ", " : ",";
    if (!is_flat) append_line_break(text, depth + 1);
    append(text, *each, depth + 1);
  }
  if (!is_flat) append_line_break(text, depth);
  text += ']';
}

void append(std::string& text, const json::value& value, std::size_t depth) {
  if (value.is_object() && !value.get_object().empty()) return append_object(text, value.get_object(), depth);
  if (value.is_array() && !value.get_array().empty()) return append_array(text, value.get_array(), depth);
  text += json::serialize(value);
}

}  // namespace

std::string pretty(const json::value& value) {
  std::string text;
  append(text, value, 0);
  return text;
}

}  // namespace quern::scheduler::cli
