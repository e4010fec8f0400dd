// Peer ids and job ids between people and the program: shown short, accepted short.
#pragma once
#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quern::scheduler::cli {

inline constexpr std::size_t kShortNameBytes = 8;

// Shows the end of each name, as long as it takes to tell those of one table apart, and at least kShortNameBytes.
class ShortNames {
 public:
  // Repeated names count once.
  explicit ShortNames(std::vector<std::string> names);
  // Safe to print.
  std::string of(std::string_view name) const;

 private:
  std::size_t bytes_ = kShortNameBytes;
};

// The one of `names` that is `word`, or that alone begins or ends with it. The error says what is wrong and lists what
// may have been meant: "no job ends or begins with \"ab\"; ...".
std::expected<std::string, std::string> resolve(std::string_view word, std::span<const std::string> names,
                                                std::string_view noun);

}  // namespace quern::scheduler::cli
