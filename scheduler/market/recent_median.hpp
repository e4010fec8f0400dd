// The middle of what was measured lately: one odd value changes next to nothing. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace quern::market {

inline constexpr std::size_t kRecentMax = 31;

class RecentMedian {
 public:
  void add(std::uint64_t value);
  // The lower of the two in the middle of an even number; nullopt as long as nothing was measured.
  std::optional<std::uint64_t> value() const;

 private:
  std::deque<std::uint64_t> recent_;  // the oldest first
};

// Whether what an offer says (0: nothing) is so far from what is measured now that it is worth a new offer: by more
// than a quarter.
bool is_outdated(std::uint64_t offered, std::optional<std::uint64_t> measured);

}  // namespace quern::market
