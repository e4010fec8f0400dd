// Strict reading of a JSON object from an untrusted writer: every field must be there, have its type and range, and
// none may be left over. The first fault is kept and everything read after it is a default value, so that callers read
// straight through and ask once.
#pragma once
#include <concepts>
#include <cstdint>
#include <expected>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace quern::hwprobe {

// Parses `text` with little depth and no duplicate effort; the error says what is wrong.
std::expected<boost::json::value, std::string> parse_json(std::string_view text);

class JsonFields {
 public:
  // `fault` outlives this object; it is written once, by the first fault of all the objects that share it.
  JsonFields(const boost::json::value& value, std::string_view what, std::string& fault);

  std::string name(std::string_view key);  // cleaned by clean_name
  bool flag(std::string_view key);
  template <std::unsigned_integral T>
  T number(std::string_view key, std::uint64_t max = std::numeric_limits<T>::max()) {
    return static_cast<T>(unsigned_number(key, max));
  }
  std::vector<std::string> names(std::string_view key, std::size_t count_max);
  // The elements of an array, or none.
  std::vector<const boost::json::value*> elements(std::string_view key, std::size_t count_max);
  // Whether an optional field is there; only then may it be read.
  bool has(std::string_view key) const;
  // Call last: a field that was never read is a fault.
  void end();

  void fail(std::string_view key, std::string_view problem);

 private:
  const boost::json::value* field(std::string_view key);
  std::uint64_t unsigned_number(std::string_view key, std::uint64_t max);

  const boost::json::object* object_ = nullptr;
  std::string what_;
  std::string& fault_;
  std::size_t read_ = 0;
};

}  // namespace quern::hwprobe
