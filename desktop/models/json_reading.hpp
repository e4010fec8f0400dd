// Tolerant reading of what a daemon says. What is missing, of another type or absurd is absent; what is too long is
// cut; lists end at their bound. Nothing fails: an app that shows less is better than one that shows nothing. Pure.
#pragma once
#include <QString>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace quern::desktop::models {

inline constexpr std::int64_t kMicroMax = std::int64_t{1} << 60;  // more is absurd, and sums of a few still fit
inline constexpr std::int64_t kTimeMaxMs = 253'402'300'799'999;   // the year 9999
inline constexpr std::int64_t kDurationMaxMs = std::int64_t{100} * 366 * 86'400'000;
inline constexpr std::uint64_t kBytesMax = std::uint64_t{1} << 60;
inline constexpr std::size_t kIdBytesMax = 128;

// One object of a daemon's answer, or nothing at all, which has no members. The value outlives it.
class Reading {
 public:
  Reading() = default;
  explicit Reading(const boost::json::value& value) : object_(value.if_object()) {}
  explicit Reading(const boost::json::object& object) : object_(&object) {}

  bool there() const { return object_ != nullptr; }
  bool has(std::string_view key) const;  // and not null

  // A text made harmless (plain_text), empty when absent.
  QString text(std::string_view key, qsizetype chars_max = 256) const;
  // A name that is sent back to the daemon as it came: printable ASCII of at most kIdBytesMax bytes, else absent.
  std::optional<QString> id(std::string_view key) const;
  std::optional<bool> flag(std::string_view key) const;
  bool flag_or(std::string_view key, bool otherwise) const;
  // Also of a number with a fraction of zero; out of the range is absent.
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most) const;
  std::int64_t integer_or(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t otherwise) const;
  std::optional<std::uint64_t> size(std::string_view key, std::uint64_t most = kBytesMax) const;
  std::uint64_t size_or_zero(std::string_view key, std::uint64_t most = kBytesMax) const;
  std::optional<std::int64_t> micro(std::string_view key) const;  // an amount, also a negative one
  std::int64_t micro_or_zero(std::string_view key) const;
  std::optional<std::int64_t> time_ms(std::string_view key) const;   // since 1970
  std::optional<std::int64_t> permille(std::string_view key) const;  // 0 to 1000; what is above is 1000

  Reading object(std::string_view key) const;
  // The objects of a list; elements that are none are left out.
  std::vector<Reading> objects(std::string_view key, std::size_t most) const;
  std::vector<QString> texts(std::string_view key, std::size_t most, qsizetype chars_max = 256) const;
  std::vector<std::uint32_t> indexes(std::string_view key, std::size_t most) const;
  const boost::json::object* members() const { return object_; }

 private:
  const boost::json::value* find(std::string_view key) const;
  const boost::json::object* object_ = nullptr;
};

// As Reading::id.
std::optional<QString> id_of(std::string_view text);
// Made harmless.
QString text_of(std::string_view foreign, qsizetype chars_max = 256);

}  // namespace quern::desktop::models
