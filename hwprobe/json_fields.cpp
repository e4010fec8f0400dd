#include "hwprobe/json_fields.hpp"

#include <optional>

#include <boost/json/parse.hpp>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::size_t kDepthMax = 8;

std::optional<std::uint64_t> as_unsigned(const boost::json::value& value) {
  if (const std::uint64_t* number = value.if_uint64()) return *number;
  if (const std::int64_t* number = value.if_int64(); number && *number >= 0) return static_cast<std::uint64_t>(*number);
  return std::nullopt;
}

}  // namespace

std::expected<boost::json::value, std::string> parse_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kDepthMax;
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(text, error, {}, options);
  if (error) return std::unexpected("not JSON (" + error.message() + ")");
  return value;
}

JsonFields::JsonFields(const boost::json::value& value, std::string_view what, std::string& fault)
    : object_(value.if_object()), what_(what), fault_(fault) {
  if (object_ == nullptr && fault_.empty()) fault_ = what_ + " is not an object";
}

void JsonFields::fail(std::string_view key, std::string_view problem) {
  if (fault_.empty()) fault_ = what_ + "." + std::string(key) + " " + std::string(problem);
}

const boost::json::value* JsonFields::field(std::string_view key) {
  ++read_;
  if (object_ == nullptr || !fault_.empty()) return nullptr;
  const boost::json::value* value = object_->if_contains(key);
  if (value == nullptr) fail(key, "is missing");
  return value;
}

bool JsonFields::has(std::string_view key) const {
  return object_ != nullptr && fault_.empty() && object_->contains(key);
}

std::string JsonFields::name(std::string_view key) {
  const boost::json::value* value = field(key);
  if (value == nullptr) return {};
  const boost::json::string* text = value->if_string();
  if (text == nullptr) fail(key, "is not text");
  return text == nullptr ? std::string{} : clean_name(*text);
}

bool JsonFields::flag(std::string_view key) {
  const boost::json::value* value = field(key);
  if (value != nullptr && !value->is_bool()) fail(key, "is not true or false");
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::uint64_t JsonFields::unsigned_number(std::string_view key, std::uint64_t max) {
  const boost::json::value* value = field(key);
  if (value == nullptr) return 0;
  const std::optional<std::uint64_t> number = as_unsigned(*value);
  if (number && *number <= max) return *number;
  fail(key, "is not a number from 0 to " + std::to_string(max));
  return 0;
}

std::vector<const boost::json::value*> JsonFields::elements(std::string_view key, std::size_t count_max) {
  std::vector<const boost::json::value*> result;
  const boost::json::value* value = field(key);
  if (value == nullptr) return result;
  const boost::json::array* array = value->if_array();
  if (array == nullptr || array->size() > count_max) {
    fail(key, "is not a list of at most " + std::to_string(count_max));
    return result;
  }
  for (const boost::json::value& element : *array) result.push_back(&element);
  return result;
}

std::vector<std::string> JsonFields::names(std::string_view key, std::size_t count_max) {
  std::vector<std::string> result;
  for (const boost::json::value* element : elements(key, count_max)) {
    const boost::json::string* text = element->if_string();
    if (text == nullptr) {
      fail(key, "holds something that is not text");
      return {};
    }
    result.push_back(clean_name(*text));
  }
  return result;
}

void JsonFields::end() {
  if (object_ != nullptr && fault_.empty() && object_->size() != read_)
    fault_ = what_ + " has fields that nobody knows";
}

}  // namespace quern::hwprobe
