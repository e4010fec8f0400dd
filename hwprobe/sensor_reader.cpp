#include "hwprobe/sensor_reader.hpp"

#include <algorithm>
#include <utility>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {

std::string outside(std::string_view value, const ValueRange& range) {
  std::string what =
      "value " + std::string(value) + " is outside " + std::to_string(range.min) + ".." + std::to_string(range.max);
  if (!range.unit.empty()) what += " " + std::string(range.unit);
  return what + ": left out";
}

Listing::Listing(std::string directory, std::vector<std::string> sorted_names)
    : directory_(std::move(directory)), names_(std::move(sorted_names)) {}

bool Listing::has(std::string_view name) const {
  return std::ranges::binary_search(names_, name);
}

std::string Listing::path(std::string_view name) const {
  return has(name) ? directory_ + "/" + std::string(name) : std::string();
}

std::string Listing::first_path(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    if (has(name)) return path(name);
  }
  return {};
}

std::optional<std::string> SensorReader::content(const std::string& path, std::size_t limit,
                                                 std::string_view denied_cause) {
  if (path.empty()) return std::nullopt;
  auto read = files_.read(path, limit);
  if (read) return std::move(*read);
  if (read.error() == FileError::missing) {
    lost_ = true;
  } else if (read.error() == FileError::denied && !denied_cause.empty()) {
    problems_.add_cause(denied_cause, path, std::string(denied_cause));
  } else {
    problems_.add(path, std::string(to_string(read.error())) + ": left out");
  }
  return std::nullopt;
}

std::optional<std::string> SensorReader::text(const std::string& path, std::size_t limit) {
  return content(path, limit, {});
}

std::string SensorReader::label(const std::string& path) {
  const auto line = text(path);
  return line ? clean_name(std::string_view(*line).substr(0, line->find('\n'))) : std::string();
}

std::optional<std::int64_t> SensorReader::integer(const std::string& path, const ValueRange& range) {
  const auto digits = text(path);
  if (!digits) return std::nullopt;
  const auto value = parse_number<std::int64_t>(*digits);
  if (!value) {
    problems_.add(path, "\"" + clean_name(*digits) + "\" is not a number of 64 bits: left out");
  } else if (*value < range.min || *value > range.max) {
    problems_.add(path, outside(std::to_string(*value), range));
  } else {
    return value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> SensorReader::counter(const std::string& path, std::string_view denied_cause) {
  const auto digits = content(path, kSensorBytesMax, denied_cause);
  if (!digits) return std::nullopt;
  const auto value = parse_number<std::uint64_t>(*digits);
  if (!value) problems_.add(path, "\"" + clean_name(*digits) + "\" is not a counter of 64 bits: left out");
  return value;
}

Listing SensorReader::list(std::string directory) {
  auto names = files_.list(directory);
  if (names) return {std::move(directory), std::move(*names)};
  if (names.error() != FileError::missing)
    problems_.add(directory, std::string(to_string(names.error())) + ": nothing in it is known");
  return {std::move(directory), {}};
}

std::optional<std::uint32_t> numbered(std::string_view name, std::string_view prefix, std::string_view suffix) {
  if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix))
    return std::nullopt;
  const std::string_view digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return parse_number<std::uint32_t>(digits);
}

std::vector<std::string> numbered_names(const Listing& directory, std::string_view prefix) {
  std::vector<std::string> names;
  for (const std::string& name : directory.names()) {
    if (numbered(name, prefix)) names.push_back(name);
  }
  std::ranges::sort(names, {}, [&](const std::string& name) { return std::pair(numbered(name, prefix), name); });
  return names;
}

}  // namespace quern::hwprobe
