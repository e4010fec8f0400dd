// Strict reading of any value that has a list of fields (report_fields.hpp) from JSON that someone else wrote; the
// rules are those of report_json.hpp. To be included where documents are read; the others need report_json.hpp only.
#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "hwprobe/report_fields.hpp"
#include "hwprobe/report_json.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {

// Enumerators by kind, for reading their names back.
template <class Enum>
inline constexpr auto kEnumerators = nullptr;
template <>
inline constexpr auto kEnumerators<CacheKind> = std::array{CacheKind::unified, CacheKind::data, CacheKind::instruction};
template <>
inline constexpr auto kEnumerators<OpenclDeviceType> =
    std::array{OpenclDeviceType::cpu, OpenclDeviceType::gpu, OpenclDeviceType::accelerator, OpenclDeviceType::custom};
template <>
inline constexpr auto kEnumerators<DriverStatus> =
    std::array{DriverStatus::ok,      DriverStatus::hung,   DriverStatus::stuck,
               DriverStatus::crashed, DriverStatus::failed, DriverStatus::malformed};
template <>
inline constexpr auto kEnumerators<Quantity> =
    std::array{Quantity::fp32_flops, Quantity::fp64_flops, Quantity::int32_ops, Quantity::memory_bandwidth};

// What to do about texts that are not fit for people to read.
enum class Texts {
  refused,  // a string that is too long, not UTF-8 or holds control characters is an error
  cleaned,  // every string is put through clean_name
};

// Reads one document. The first thing that is wrong is kept with the path to it; everything after it is moot.
class JsonReader {
 public:
  explicit JsonReader(Texts texts = Texts::refused) : texts_(texts) {}

  // The value, or what is wrong with the document: "devices[2].index: must be an integer".
  template <Described Value>
  std::expected<Value, std::string> document(const boost::json::value& json) {
    Value value;
    if (read(json, value)) return value;
    return std::unexpected(std::move(error_));
  }

 private:
  bool fail(std::string_view what) {
    error_ = (path_.empty() ? "document" : path_) + ": " + std::string(what);
    return false;
  }

  bool read(const boost::json::value& json, bool& value) {
    if (!json.is_bool()) return fail("must be true or false");
    value = json.get_bool();
    return true;
  }

  template <std::integral Number>
  bool read(const boost::json::value& json, Number& value) {
    if (!json.is_int64() && !json.is_uint64()) return fail("must be an integer");
    boost::system::error_code error;
    value = json.to_number<Number>(error);
    return !error || fail(boost::json::serialize(json) + " does not fit");
  }

  bool read(const boost::json::value& json, std::string& value) {
    if (!json.is_string()) return fail("must be a string");
    const std::string_view text = json.get_string();
    if (texts_ == Texts::cleaned) {
      value = clean_name(text);
      return true;
    }
    if (text.size() > kJsonStringBytesMax) {
      return fail("longer than " + std::to_string(kJsonStringBytesMax) + " bytes");
    }
    if (!is_printable(text)) return fail("holds control characters or is not UTF-8");
    value = text;
    return true;
  }

  template <class Enum>
    requires std::is_enum_v<Enum>
  bool read(const boost::json::value& json, Enum& value) {
    if (!json.is_string()) return fail("must be a string");
    const std::string_view name = json.get_string();
    const auto found = std::ranges::find(kEnumerators<Enum>, name, [](Enum each) { return to_string(each); });
    if (found == kEnumerators<Enum>.end()) return fail("is none of the names that are known");
    value = *found;
    return true;
  }

  template <class Element>
  bool read(const boost::json::value& json, std::vector<Element>& elements) {
    if (!json.is_array()) return fail("must be a list");
    if (json.get_array().size() > kJsonListMax) return fail("longer than " + std::to_string(kJsonListMax) + " entries");
    const std::size_t depth = path_.size();
    for (const boost::json::value& each : json.get_array()) {
      path_ += '[' + std::to_string(elements.size()) + ']';
      if (!read(each, elements.emplace_back())) return false;
      path_.resize(depth);
    }
    return true;
  }

  template <Described Value>
  bool read(const boost::json::value& json, Value& value) {
    static_assert(lists_every_member<Value>());
    if (!json.is_object()) return fail("must be an object");
    std::size_t known = 0;
    const bool good = std::apply(
        [&](const auto&... field) {
          return (read_field(json.get_object(), field.name, value.*field.member, known) && ...);
        },
        kFields<Value>);
    if (!good) return false;
    return known == json.get_object().size() ||
           fail("has a field that is not known: " + unknown_field<Value>(json.get_object()));
  }

  template <Described Value>
  static std::string unknown_field(const boost::json::object& object) {
    for (const auto& entry : object) {
      const auto is_known = [&](const auto&... field) { return ((field.name == entry.key()) || ...); };
      if (!std::apply(is_known, kFields<Value>)) return clean_name(entry.key());
    }
    return "";
  }

  template <class Value>
  bool read_field(const boost::json::object& object, std::string_view name, Value& value, std::size_t& known) {
    const boost::json::value* json = object.if_contains(name);
    if (json == nullptr) return fail("lacks " + std::string(name));
    ++known;
    const std::size_t depth = path_.size();
    if (depth != 0) path_ += '.';
    path_ += name;
    if (!read(*json, value)) return false;
    path_.resize(depth);
    return true;
  }
  template <class Value>
  bool read_field(const boost::json::object& object, std::string_view name, std::optional<Value>& value,
                  std::size_t& known) {
    return !object.contains(name) || read_field(object, name, value.emplace(), known);
  }

  Texts texts_;
  std::string path_;
  std::string error_;
};

}  // namespace quern::hwprobe
