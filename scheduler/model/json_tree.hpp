// A JSON document as it was written: numbers keep their text, so that 64-bit integers and floats are exact; objects
// keep their order; no key comes twice.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/result.hpp"

namespace quern::model {

struct JsonNode {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  std::string text;               // of a number and of a boolean as written, of a string what it means
  std::vector<std::string> keys;  // of an object, one for each of `children`
  std::vector<JsonNode> children;
};

// At most kManifestDepthMax levels, kManifestKeysMax keys an object. Fails with ManifestErrc::not_json (line and
// column) or duplicate_key (the path).
runtime::Result<JsonNode> parse_json(std::string_view text);

// A foreign text as a detail quotes it: printable, in quotation marks, cut after 40 bytes.
std::string quoted(std::string_view text);

}  // namespace quern::model
