#include "desktop/models/json_reading.hpp"

#include <algorithm>
#include <cmath>

#include "desktop/models/quantity_text.hpp"

namespace quern::desktop::models {

namespace json = boost::json;

namespace {

std::optional<std::int64_t> integer_of(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64()) {
    if (value.get_uint64() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(value.get_uint64());
  }
  if (!value.is_double()) return std::nullopt;
  constexpr double kExactMax = 9'007'199'254'740'992.0;  // 2^53
  const double number = value.get_double();
  if (!(std::abs(number) <= kExactMax) || std::trunc(number) != number) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace

QString text_of(std::string_view foreign, qsizetype chars_max) {
  const bool harmless = foreign.size() <= static_cast<std::size_t>(chars_max) &&
                        std::ranges::all_of(foreign, [](char c) { return c >= ' ' && c < 0x7F; });
  if (harmless) return QString::fromLatin1(foreign.data(), static_cast<qsizetype>(foreign.size()));
  // What is cut off need not be decoded: no character takes more than four bytes.
  const auto bytes_max = static_cast<std::size_t>(chars_max) * 4 + 4;
  const std::string_view kept = foreign.substr(0, bytes_max);
  return plain_text(QString::fromUtf8(kept.data(), static_cast<qsizetype>(kept.size())), chars_max);
}

const json::value* Reading::find(std::string_view key) const {
  const json::value* const found = object_ ? object_->if_contains(key) : nullptr;
  return found && !found->is_null() ? found : nullptr;
}

bool Reading::has(std::string_view key) const {
  return find(key) != nullptr;
}

QString Reading::text(std::string_view key, qsizetype chars_max) const {
  const json::value* const found = find(key);
  return found && found->is_string() ? text_of(found->get_string(), chars_max) : QString();
}

std::optional<QString> Reading::id(std::string_view key) const {
  const json::value* const found = find(key);
  return found && found->is_string() ? id_of(found->get_string()) : std::nullopt;
}

std::optional<QString> id_of(std::string_view text) {
  const bool good = !text.empty() && text.size() <= kIdBytesMax &&
                    std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
  if (!good) return std::nullopt;
  return QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size()));
}

std::optional<bool> Reading::flag(std::string_view key) const {
  const json::value* const found = find(key);
  return found && found->is_bool() ? std::optional(found->get_bool()) : std::nullopt;
}

bool Reading::flag_or(std::string_view key, bool otherwise) const {
  return flag(key).value_or(otherwise);
}

std::optional<std::int64_t> Reading::integer(std::string_view key, std::int64_t least, std::int64_t most) const {
  const json::value* const found = find(key);
  const auto number = found ? integer_of(*found) : std::nullopt;
  return number && *number >= least && *number <= most ? number : std::nullopt;
}

std::int64_t Reading::integer_or(std::string_view key, std::int64_t least, std::int64_t most,
                                 std::int64_t otherwise) const {
  return integer(key, least, most).value_or(otherwise);
}

std::optional<std::uint64_t> Reading::size(std::string_view key, std::uint64_t most) const {
  const auto most_signed = std::min(most, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  const auto number = integer(key, 0, static_cast<std::int64_t>(most_signed));
  return number ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

std::uint64_t Reading::size_or_zero(std::string_view key, std::uint64_t most) const {
  return size(key, most).value_or(0);
}

std::optional<std::int64_t> Reading::micro(std::string_view key) const {
  return integer(key, -kMicroMax, kMicroMax);
}

std::int64_t Reading::micro_or_zero(std::string_view key) const {
  return micro(key).value_or(0);
}

std::optional<std::int64_t> Reading::time_ms(std::string_view key) const {
  return integer(key, 0, kTimeMaxMs);
}

std::optional<std::int64_t> Reading::permille(std::string_view key) const {
  const auto number = integer(key, 0, std::numeric_limits<std::int64_t>::max());
  return number ? std::optional(std::min<std::int64_t>(*number, 1000)) : std::nullopt;
}

Reading Reading::object(std::string_view key) const {
  const json::value* const found = find(key);
  return found ? Reading(*found) : Reading();
}

std::vector<Reading> Reading::objects(std::string_view key, std::size_t most) const {
  std::vector<Reading> list;
  const json::value* const found = find(key);
  const json::array* const array = found ? found->if_array() : nullptr;
  if (!array) return list;
  list.reserve(std::min(most, array->size()));
  for (const json::value& each : *array) {
    if (list.size() == most) break;
    if (each.is_object()) list.emplace_back(each);
  }
  return list;
}

std::vector<QString> Reading::texts(std::string_view key, std::size_t most, qsizetype chars_max) const {
  std::vector<QString> list;
  const json::value* const found = find(key);
  const json::array* const array = found ? found->if_array() : nullptr;
  if (!array) return list;
  list.reserve(std::min(most, array->size()));
  for (const json::value& each : *array) {
    if (list.size() == most) break;
    if (each.is_string()) list.push_back(text_of(each.get_string(), chars_max));
  }
  return list;
}

std::vector<std::uint32_t> Reading::indexes(std::string_view key, std::size_t most) const {
  std::vector<std::uint32_t> list;
  const json::value* const found = find(key);
  const json::array* const array = found ? found->if_array() : nullptr;
  if (!array) return list;
  list.reserve(std::min(most, array->size()));
  for (const json::value& each : *array) {
    if (list.size() == most) break;
    const auto number = integer_of(each);
    if (number && *number >= 0 && *number <= std::numeric_limits<std::uint32_t>::max()) {
      list.push_back(static_cast<std::uint32_t>(*number));
    }
  }
  return list;
}

}  // namespace quern::desktop::models
