#include "desktop/models/touched_elements.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace quern::desktop::models {

TouchedElements::TouchedElements(std::string_view member) : prefix_('/' + std::string(member) + '/') {}

void TouchedElements::add(const boost::json::array& patch) {
  const auto within_an_element = [this](const boost::json::value& operation) {
    const boost::json::object* const object = operation.if_object();
    const boost::json::value* const path = object ? object->if_contains("path") : nullptr;
    return path && path->is_string() && add_path(path->get_string());
  };
  if (!everything_ && !std::ranges::all_of(patch, within_an_element)) add_everything();
}

// Whether it leads into an element: what replaces, adds or removes one touches everything.
bool TouchedElements::add_path(std::string_view path) {
  if (!path.starts_with(prefix_)) return false;
  path.remove_prefix(prefix_.size());
  std::size_t element = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), element);
  if (error != std::errc() || end == path.data() + path.size() || *end != '/') return false;
  elements_.insert(element);
  return elements_.size() <= kTouchedMax;
}

void TouchedElements::add_everything() {
  everything_ = true;
  elements_.clear();
}

void TouchedElements::clear() {
  everything_ = false;
  elements_.clear();
}

}  // namespace quern::desktop::models
