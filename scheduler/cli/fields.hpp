// Strict reading of JSON that another process made, key by key. Keys that are not asked for are left alone: a later
// daemon may say more. The first thing that is wrong is kept, with the path to it; what is read after it is moot.
//
//   Fault fault;
//   const Fields answer(value, fault);
//   const auto id = answer.field<std::string>("id");
//   if (fault.found()) return std::unexpected(fault.text());      // "jobs[3].id is missing"
#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "scheduler/model/credits.hpp"

namespace quern::scheduler::cli {

class Fault {
 public:
  void add(std::string_view path, std::string_view what);
  bool found() const { return !text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

template <class T>
struct OptionalField : std::false_type {};
template <class T>
struct OptionalField<std::optional<T>> : std::true_type {};

// One object. Value and fault outlive it.
class Fields {
 public:
  Fields(const boost::json::value& value, Fault& fault) : Fields(&value, "", fault) {}

  // Whether the key is there and not null.
  bool has(std::string_view key) const { return present(key) != nullptr; }

  // T: std::string, bool, std::int64_t, std::uint64_t, std::uint32_t, model::Credits, std::vector<std::string>, or an
  // std::optional of one of these for a key that may be absent or null. An empty T when something is wrong.
  template <class T>
  T field(std::string_view key) const {
    if constexpr (OptionalField<T>::value) {
      if (!has(key)) return std::nullopt;
      return field<typename T::value_type>(key);
    } else {
      T value{};
      if (const boost::json::value* const found = needed(key)) read(*found, path_of(key), value);
      return value;
    }
  }

  // An object, and a list of objects, that must be there.
  Fields object(std::string_view key) const;
  std::vector<Fields> objects(std::string_view key) const;

  // A text or number that did not pass a check of the caller's: "id must be ...".
  void refuse(std::string_view key, std::string_view what) const;

 private:
  Fields(const boost::json::value* value, std::string path, Fault& fault);

  const boost::json::value* present(std::string_view key) const;
  const boost::json::value* needed(std::string_view key) const;
  std::string path_of(std::string_view key) const;
  void wrong_type(std::string_view path, std::string_view wanted, const boost::json::value& found) const;
  template <std::integral Integer>
  void read_integer(const boost::json::value& found, const std::string& path, Integer& value) const;

  void read(const boost::json::value& found, const std::string& path, std::string& value) const;
  void read(const boost::json::value& found, const std::string& path, bool& value) const;
  void read(const boost::json::value& found, const std::string& path, std::int64_t& value) const;
  void read(const boost::json::value& found, const std::string& path, std::uint64_t& value) const;
  void read(const boost::json::value& found, const std::string& path, std::uint32_t& value) const;
  void read(const boost::json::value& found, const std::string& path, model::Credits& value) const;
  void read(const boost::json::value& found, const std::string& path, std::vector<std::string>& value) const;

  const boost::json::object* object_;  // nullptr: not an object, which the fault says
  std::string path_;
  Fault* fault_;
};

}  // namespace quern::scheduler::cli
