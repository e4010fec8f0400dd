#include "scheduler/market/recent_median.hpp"

#include <algorithm>
#include <vector>

namespace quern::market {

void RecentMedian::add(std::uint64_t value) {
  if (recent_.size() == kRecentMax) recent_.pop_front();
  recent_.push_back(value);
}

std::optional<std::uint64_t> RecentMedian::value() const {
  if (recent_.empty()) return std::nullopt;
  std::vector<std::uint64_t> sorted(recent_.begin(), recent_.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() - 1) / 2);
  std::ranges::nth_element(sorted, middle);
  return *middle;
}

bool is_outdated(std::uint64_t offered, std::optional<std::uint64_t> measured) {
  if (!measured) return false;
  const std::uint64_t apart = std::max(offered, *measured) - std::min(offered, *measured);
  return apart > offered / 4;
}

}  // namespace quern::market
