#include "scheduler/cli/short_names.hpp"

#include <algorithm>

#include "scheduler/cli/page.hpp"

namespace quern::scheduler::cli {
namespace {

constexpr std::size_t kListedMax = 5;
constexpr std::size_t kShownColumns = 64;  // of a name in an error

std::string_view end_of(std::string_view name, std::size_t bytes) {
  return name.substr(name.size() - std::min(bytes, name.size()));
}

std::string listed(std::span<const std::string> names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kListedMax); ++i)
    text += (text.empty() ? "" : ", ") + clipped(visible(names[i]), kShownColumns);
  return text + (names.size() > kListedMax ? ", and " + std::to_string(names.size() - kListedMax) + " more" : "");
}

}  // namespace

ShortNames::ShortNames(std::vector<std::string> names) {
  // Names sorted by their ends: those that share the longest end are neighbours.
  for (std::string& name : names) std::ranges::reverse(name);
  std::ranges::sort(names);
  for (std::size_t i = 1; i < names.size(); ++i) {
    const std::string& before = names[i - 1];
    if (before == names[i]) continue;
    const auto differ = std::ranges::mismatch(before, names[i]);
    bytes_ = std::max(bytes_, static_cast<std::size_t>(differ.in1 - before.begin()) + 1);
  }
}

std::string ShortNames::of(std::string_view name) const {
  return visible(end_of(name, bytes_));
}

std::expected<std::string, std::string> resolve(std::string_view word, std::span<const std::string> names,
                                                std::string_view noun) {
  std::vector<std::string> found;
  for (const std::string& name : names) {
    if (name == word) return name;
    if (!word.empty() && (name.starts_with(word) || name.ends_with(word))) found.push_back(name);
  }
  std::ranges::sort(found);
  const auto repeated = std::ranges::unique(found);
  found.erase(repeated.begin(), repeated.end());
  if (found.size() == 1) return found.front();
  const std::string shown = '"' + clipped(visible(word), kShownColumns) + '"';
  if (!found.empty()) {
    return std::unexpected(shown + " may be " + std::to_string(found.size()) + ' ' + std::string(noun) +
                           "s: " + listed(found) + "; give more of it");
  }
  return std::unexpected("no " + std::string(noun) + " begins or ends with " + shown +
                         (names.empty() ? "; there are none" : "; there are: " + listed(names)));
}

}  // namespace quern::scheduler::cli
