#include "scheduler/model/manifest_fields.hpp"

#include <algorithm>
#include <charconv>

#include "scheduler/model/job.hpp"

namespace quern::model {

namespace {

std::string found(const JsonNode& node) {
  switch (node.kind) {
    case JsonNode::Kind::null:
      return "null";
    case JsonNode::Kind::boolean:
      return node.text;
    case JsonNode::Kind::number:
      return "the number " + node.text.substr(0, 40);
    case JsonNode::Kind::string:
      return "the string " + quoted(node.text);
    case JsonNode::Kind::array:
      return "a list";
    case JsonNode::Kind::object:
      return "an object";
  }
  return "something else";
}

// Levenshtein's distance of names of at most 64 bytes.
std::size_t distance(std::string_view a, std::string_view b) {
  a = a.substr(0, 64);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

template <class Integer>
Integer read_integer(Findings& findings, const Place& at, Integer min, Integer max) {
  const JsonNode& node = *at.node;
  if (node.kind != JsonNode::Kind::number || node.text.find_first_of(".eE") != std::string::npos) {
    add_wrong_type(findings, at, "an integer");
    return min;
  }
  Integer value{};
  const char* end = node.text.data() + node.text.size();
  const auto read = std::from_chars(node.text.data(), end, value);
  if (read.ec == std::errc() && read.ptr == end && value >= min && value <= max) return value;
  findings.add(ManifestErrc::out_of_range, at.path,
               node.text.substr(0, 40) + " is not within " + std::to_string(min) + " to " + std::to_string(max));
  return min;
}

}  // namespace

void Findings::add(ManifestErrc code, std::string_view path, std::string_view what) {
  if (first_) return;
  first_.emplace(code, (path.empty() ? "document" : std::string(path)) + ": " + std::string(what));
}

void add_wrong_type(Findings& findings, const Place& at, std::string_view wanted) {
  findings.add(ManifestErrc::wrong_type, at.path, "must be " + std::string(wanted) + ", is " + found(*at.node));
}

std::string read_text(Findings& findings, const Place& at, std::size_t bytes_max) {
  if (at.node->kind != JsonNode::Kind::string) {
    add_wrong_type(findings, at, "a string");
    return {};
  }
  const std::string& text = at.node->text;
  if (text.size() > bytes_max) {
    findings.add(ManifestErrc::out_of_range, at.path,
                 std::to_string(text.size()) + " bytes, the limit is " + std::to_string(bytes_max));
    return {};
  }
  const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  if (std::ranges::any_of(text, control)) {
    findings.add(ManifestErrc::out_of_range, at.path, quoted(text) + " holds a control character");
    return {};
  }
  return text;
}

std::uint64_t read_number(Findings& findings, const Place& at, std::uint64_t min, std::uint64_t max) {
  return read_integer(findings, at, min, max);
}

std::int64_t read_signed(Findings& findings, const Place& at, std::int64_t min, std::int64_t max) {
  return read_integer(findings, at, min, max);
}

std::size_t read_choice(Findings& findings, const Place& at, std::span<const std::string_view> choices) {
  const std::string text = read_text(findings, at, kNameBytesMax);
  const auto chosen = std::ranges::find(choices, text);
  if (chosen != choices.end()) return static_cast<std::size_t>(chosen - choices.begin());
  std::string names;
  for (const std::string_view choice : choices) names += (names.empty() ? "" : ", ") + std::string(choice);
  findings.add(ManifestErrc::out_of_range, at.path, quoted(text) + " is none of " + names);
  return 0;
}

std::vector<Place> read_list(Findings& findings, const Place& at, std::size_t min, std::size_t max) {
  if (at.node->kind != JsonNode::Kind::array) {
    add_wrong_type(findings, at, "a list");
    return {};
  }
  const auto& children = at.node->children;
  if (children.size() < min || children.size() > max) {
    findings.add(
        ManifestErrc::out_of_range, at.path,
        std::to_string(children.size()) + " entries, must be " + std::to_string(min) + " to " + std::to_string(max));
    return {};
  }
  std::vector<Place> places;
  places.reserve(children.size());
  for (const JsonNode& child : children) {
    places.push_back({&child, at.path + '[' + std::to_string(places.size()) + ']'});
  }
  return places;
}

Fields::Fields(Findings& findings, Place at, std::initializer_list<std::string_view> known)
    : findings_(&findings), at_(std::move(at)) {
  static const JsonNode kEmpty{.kind = JsonNode::Kind::object};
  if (at_.node->kind != JsonNode::Kind::object) {
    add_wrong_type(findings, at_, "an object");
    at_.node = &kEmpty;
  }
  for (const std::string& key : at_.node->keys) {
    if (std::ranges::find(known, key) != known.end()) continue;
    const std::string shown = quoted(key);
    findings.add(ManifestErrc::unknown_key, path_of(shown.substr(1, shown.size() - 2)),
                 "unknown key; the nearest that exists is \"" +
                     std::string(nearest(key, std::span(known.begin(), known.size()))) + "\"");
  }
}

bool Fields::has(std::string_view key) const {
  return std::ranges::find(at_.node->keys, key) != at_.node->keys.end();
}

std::optional<Place> Fields::find(std::string_view key) const {
  const auto& keys = at_.node->keys;
  const auto at = std::ranges::find(keys, key);
  if (at == keys.end()) return std::nullopt;
  return Place{&at_.node->children[static_cast<std::size_t>(at - keys.begin())], path_of(key)};
}

std::optional<Place> Fields::need(std::string_view key) const {
  auto place = find(key);
  if (!place) findings_->add(ManifestErrc::missing_key, path_of(key), "missing");
  return place;
}

std::string Fields::path_of(std::string_view key) const {
  return at_.path.empty() ? std::string(key) : at_.path + '.' + std::string(key);
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> names) {
  return *std::ranges::min_element(names, {}, [&](std::string_view each) { return distance(name, each); });
}

}  // namespace quern::model
