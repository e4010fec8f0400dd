#include "scheduler/model/build_options.hpp"

#include <algorithm>
#include <vector>

#include "scheduler/model/job.hpp"
#include "scheduler/model/json_tree.hpp"

namespace quern::model {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_value(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '+' || c == '-'; });
}

bool is_definition(std::string_view text) {
  const std::size_t sign = std::min(text.find('='), text.size());
  const std::string_view name = text.substr(0, sign);
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; }) &&
         (sign == text.size() || is_value(text.substr(sign + 1)));
}

bool is_opencl_option(std::string_view text) {
  const std::size_t sign = std::min(text.find('='), text.size());
  const std::string_view name = text.substr(0, sign);
  return name.size() > 4 && name.starts_with("-cl-") &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; }) &&
         (sign == text.size() || (sign + 1 < text.size() && is_value(text.substr(sign + 1))));
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(' '); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(' ', end);
  }
  return words;
}

}  // namespace

std::optional<std::string> fault_of_build_options(std::string_view options) {
  if (options.size() > kBuildOptionsBytesMax) {
    return "has " + std::to_string(options.size()) + " bytes, the limit is " + std::to_string(kBuildOptionsBytesMax);
  }
  const auto words = words_of(options);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "-D") {
      if (i + 1 == words.size()) return "ends after -D";
      if (is_definition(words[++i])) continue;
    } else if ((word.starts_with("-D") && is_definition(word.substr(2))) || is_opencl_option(word)) {
      continue;
    }
    return quoted(words[i]) + " is not allowed: -D NAME[=VALUE] and -cl-* are";
  }
  return std::nullopt;
}

}  // namespace quern::model
