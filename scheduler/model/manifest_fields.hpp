// Reading of one JSON object of a manifest, key by key. The first thing that is wrong is kept; what is read after it is
// moot, and within its bounds.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scheduler/model/json_tree.hpp"
#include "scheduler/model/manifest.hpp"

namespace quern::model {

// Where a document is found wrong.
class Findings {
 public:
  void add(ManifestErrc code, std::string_view path, std::string_view what);
  const std::optional<runtime::Error>& first() const { return first_; }

 private:
  std::optional<runtime::Error> first_;
};

// A value of the document with the path that leads to it.
struct Place {
  const JsonNode* node = nullptr;
  std::string path;  // "steps[0].args"; empty for the document itself
};

// What a value must be. Each says what it found instead, and returns the least that is allowed.
std::string read_text(Findings& findings, const Place& at, std::size_t bytes_max);
std::uint64_t read_number(Findings& findings, const Place& at, std::uint64_t min, std::uint64_t max);
std::int64_t read_signed(Findings& findings, const Place& at, std::int64_t min, std::int64_t max);
// Of the names in `choices` the index.
std::size_t read_choice(Findings& findings, const Place& at, std::span<const std::string_view> choices);
std::vector<Place> read_list(Findings& findings, const Place& at, std::size_t min, std::size_t max);
void add_wrong_type(Findings& findings, const Place& at, std::string_view wanted);

// An object whose keys are all known.
class Fields {
 public:
  // Finds keys that are not in `known`, and names the nearest that is.
  Fields(Findings& findings, Place at, std::initializer_list<std::string_view> known);

  bool has(std::string_view key) const;
  // Nullopt where the key is not there.
  std::optional<Place> find(std::string_view key) const;
  // A key that must be there.
  std::optional<Place> need(std::string_view key) const;
  std::string path_of(std::string_view key) const;

  // Of a key that may be missing; `value` is left as it is then.
  template <class Integer>
  void number(std::string_view key, Integer& value, std::uint64_t min, std::uint64_t max) const {
    if (const auto at = find(key)) value = static_cast<Integer>(read_number(*findings_, *at, min, max));
  }
  void text(std::string_view key, std::string& value, std::size_t bytes_max) const {
    if (const auto at = find(key)) value = read_text(*findings_, *at, bytes_max);
  }

 private:
  Findings* findings_;
  Place at_;
};

// The one of `names` that takes the fewest single changes to become `name`.
std::string_view nearest(std::string_view name, std::span<const std::string_view> names);

}  // namespace quern::model
