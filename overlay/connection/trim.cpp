#include "overlay/connection/trim.hpp"

#include <algorithm>
#include <tuple>

namespace quern::connection {

std::vector<std::uint64_t> choose_trimmed(std::vector<TrimCandidate> candidates, const WaterMarks& marks,
                                          runtime::Time now) {
  if (candidates.size() <= marks.high) return {};
  const std::size_t surplus = candidates.size() - std::min(marks.low, candidates.size());
  std::erase_if(candidates,
                [&](const TrimCandidate& one) { return one.is_protected || now - one.opened < marks.grace; });
  std::ranges::sort(candidates, [](const TrimCandidate& a, const TrimCandidate& b) {
    return std::tuple(a.worth, a.streams, !a.inbound, b.opened, b.connection) <
           std::tuple(b.worth, b.streams, !b.inbound, a.opened, a.connection);
  });
  std::vector<std::uint64_t> chosen;
  for (const TrimCandidate& one : candidates) {
    if (chosen.size() == surplus) break;
    chosen.push_back(one.connection);
  }
  return chosen;
}

}  // namespace quern::connection
