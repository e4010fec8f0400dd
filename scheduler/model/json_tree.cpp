#include "scheduler/model/json_tree.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>

#include "scheduler/model/manifest.hpp"

namespace quern::model {

namespace json = boost::json;

namespace {

constexpr std::size_t kQuotedBytesMax = 40;

// Builds the tree from the parser's events. `false` and an error code end the parsing; what is wrong is in failure().
class TreeBuilder {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);  // NOLINT(readability-identifier-naming)
  static constexpr std::size_t max_array_size = std::size_t(-1);   // NOLINT(readability-identifier-naming)
  static constexpr std::size_t max_key_size = std::size_t(-1);     // NOLINT(readability-identifier-naming)
  static constexpr std::size_t max_string_size = std::size_t(-1);  // NOLINT(readability-identifier-naming)

  const std::optional<runtime::Error>& failure() const { return failure_; }
  JsonNode take_root() { return std::move(root_); }

  using Code = json::error_code;
  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return open(JsonNode::Kind::object); }
  bool on_object_end(std::size_t, Code&) { return close(); }
  bool on_array_begin(Code&) { return open(JsonNode::Kind::array); }
  bool on_array_end(std::size_t, Code&) { return close(); }
  bool on_key_part(json::string_view part, std::size_t, Code&) { return keep(part); }
  bool on_key(json::string_view part, std::size_t, Code& code) {
    keep(part);
    return add_key(code);
  }
  bool on_string_part(json::string_view part, std::size_t, Code&) { return keep(part); }
  bool on_string(json::string_view part, std::size_t, Code&) { return keep(part) && add(JsonNode::Kind::string); }
  bool on_number_part(json::string_view part, Code&) { return keep(part); }
  bool on_int64(std::int64_t, json::string_view part, Code&) { return keep(part) && add(JsonNode::Kind::number); }
  bool on_uint64(std::uint64_t, json::string_view part, Code&) { return keep(part) && add(JsonNode::Kind::number); }
  bool on_double(double, json::string_view part, Code&) { return keep(part) && add(JsonNode::Kind::number); }
  bool on_bool(bool value, Code&) { return keep(value ? "true" : "false") && add(JsonNode::Kind::boolean); }
  bool on_null(Code&) { return add(JsonNode::Kind::null); }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }

 private:
  bool keep(json::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }

  bool open(JsonNode::Kind kind) {
    open_.push_back({.kind = kind});
    return true;
  }

  bool close() {
    JsonNode done = std::move(open_.back());
    open_.pop_back();
    return place(std::move(done));
  }

  bool add(JsonNode::Kind kind) { return place({.kind = kind, .text = std::exchange(text_, {})}); }

  bool place(JsonNode node) {
    (open_.empty() ? root_ : open_.back().children.emplace_back()) = std::move(node);
    return true;
  }

  bool add_key(Code& code) {
    std::vector<std::string>& keys = open_.back().keys;
    const bool twice = std::ranges::find(keys, text_) != keys.end();
    keys.push_back(std::exchange(text_, {}));
    if (!twice && keys.size() <= kManifestKeysMax) return true;
    const std::string what =
        twice ? "the key is there twice" : "more than " + std::to_string(kManifestKeysMax) + " keys in one object";
    failure_.emplace(ManifestErrc::duplicate_key, path() + ": " + what);
    code = json::error::extra_data;
    return false;
  }

  // To the key that was read last.
  std::string path() const {
    std::string path;
    for (const JsonNode& node : open_) {
      if (node.kind == JsonNode::Kind::array) {
        path += '[' + std::to_string(node.children.size()) + ']';
      } else {
        const std::string shown = quoted(node.keys.back());
        path += (path.empty() ? "" : ".") + shown.substr(1, shown.size() - 2);
      }
    }
    return path;
  }

  JsonNode root_;
  std::vector<JsonNode> open_;
  std::string text_;
  std::optional<runtime::Error> failure_;
};

std::string place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t start = before.rfind('\n');
  const std::size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

runtime::Result<JsonNode> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kManifestDepthMax;
  json::basic_parser<TreeBuilder> parser(options);
  json::error_code code;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), code);
  if (const auto& failure = parser.handler().failure()) return std::unexpected(*failure);
  if (!code && read < text.size()) code = json::error::extra_data;
  if (code == json::error::too_deep) {
    return runtime::fail(ManifestErrc::not_json, place_of(text, read) + ": nested deeper than " +
                                                     std::to_string(kManifestDepthMax) + " levels; no key needs more");
  }
  if (code) return runtime::fail(ManifestErrc::not_json, place_of(text, read) + ": " + code.message());
  return parser.handler().take_root();
}

std::string quoted(std::string_view text) {
  std::string shown = "\"";
  for (const char c : text.substr(0, kQuotedBytesMax)) {
    const bool printable = c >= ' ' && c <= '~';
    shown += printable ? c : '?';
  }
  return shown + (text.size() > kQuotedBytesMax ? "...\"" : "\"");
}

}  // namespace quern::model
