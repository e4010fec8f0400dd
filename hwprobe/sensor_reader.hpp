// Reading the one-value files of sysfs with plausibility limits: what is missing is absent, what cannot be read, does
// not parse or cannot be true is absent and named as a problem once.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hwprobe/file_tree.hpp"
#include "hwprobe/problems_once.hpp"

namespace quern::hwprobe {

// Longest value file: sysfs gives one page.
inline constexpr std::size_t kSensorBytesMax = 4096;

// The values that can be true, both ends included.
struct ValueRange {
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::string_view unit;
};
inline constexpr ValueRange kTemperatureRange{-100'000, 250'000, "millidegrees C"};
inline constexpr ValueRange kPercentRange{0, 100, "%"};
inline constexpr ValueRange kFanRange{0, 100'000, "rpm"};
inline constexpr ValueRange kMicrowattRange{0, 100'000'000'000, "microwatts"};  // 100 kW
inline constexpr ValueRange kHertzRange{0, 20'000'000'000, "Hz"};
inline constexpr ValueRange kMegahertzRange{0, 20'000, "MHz"};
inline constexpr ValueRange kByteRange{0, std::int64_t{1} << 52, "bytes"};  // 4 PiB, what x86-64 can address
inline constexpr ValueRange kAnyPositive{0, std::numeric_limits<std::int64_t>::max(), ""};

// "value 300000 is outside 0..100 %: left out".
std::string outside(std::string_view value, const ValueRange& range);

// The names in one directory, for finding out which files of a device exist.
class Listing {
 public:
  Listing() = default;
  Listing(std::string directory, std::vector<std::string> sorted_names);
  bool has(std::string_view name) const;
  // Full path of a name; empty when the directory does not hold it.
  std::string path(std::string_view name) const;
  // Path of the first of `names` that exists, else empty.
  std::string first_path(std::initializer_list<std::string_view> names) const;
  const std::string& directory() const { return directory_; }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::string directory_;
  std::vector<std::string> names_;
};

// Lives for one sample or one discovery. An empty path stands for a file known not to exist: it reads as absent at no
// cost.
class SensorReader {
 public:
  SensorReader(const FileTree& files, ProblemsOnce& problems) : files_(files), problems_(problems) {}

  // The whole file.
  std::optional<std::string> text(const std::string& path, std::size_t limit = kSensorBytesMax);
  // The first line as text for people; empty when it cannot be had.
  std::string label(const std::string& path);
  // A decimal number within `range`.
  std::optional<std::int64_t> integer(const std::string& path, const ValueRange& range);
  // A decimal number of 64 bits without sign, as energy counters are. All files that may not be read for `denied_cause`
  // are one problem with this text.
  std::optional<std::uint64_t> counter(const std::string& path, std::string_view denied_cause = {});
  // A directory's names; empty when there is none. A directory that exists but cannot be listed is a problem.
  Listing list(std::string directory);

  ProblemsOnce& problems() { return problems_; }
  // Whether a file asked for did not exist: after discovery that means that a device went away.
  bool lost() const { return lost_; }

 private:
  std::optional<std::string> content(const std::string& path, std::size_t limit, std::string_view denied_cause);

  const FileTree& files_;
  ProblemsOnce& problems_;
  bool lost_ = false;
};

// N of "<prefix>N<suffix>": 3 for "temp3_input" with "temp" and "_input"; nullopt for any other name.
std::optional<std::uint32_t> numbered(std::string_view name, std::string_view prefix, std::string_view suffix = "");

// The names "<prefix>N" of a directory, in the order of N.
std::vector<std::string> numbered_names(const Listing& directory, std::string_view prefix);

}  // namespace quern::hwprobe
