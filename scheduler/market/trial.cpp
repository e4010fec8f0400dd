#include "scheduler/market/trial.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace quern::market {

namespace {

__extension__ using Wide = unsigned __int128;

using Speed = std::uint64_t (*)(const TrialCandidate&);

// What a rate is set against. A figure that was not measured is as good as the least.
constexpr std::array<Speed, 3> kSpeeds{
    [](const TrialCandidate&) { return std::uint64_t{1}; },
    [](const TrialCandidate& each) { return std::max<std::uint64_t>(each.speed.fp32_flops, 1); },
    [](const TrialCandidate& each) { return std::max<std::uint64_t>(each.speed.memory_bytes_per_second, 1); }};

bool is_cheaper(const TrialCandidate& a, const TrialCandidate& b, Speed speed) {
  const Wide left = static_cast<Wide>(static_cast<std::uint64_t>(a.device_rate)) * speed(b);
  const Wide right = static_cast<Wide>(static_cast<std::uint64_t>(b.device_rate)) * speed(a);
  if (left != right) return left < right;
  return std::tie(a.provider, a.device) < std::tie(b.provider, b.device);
}

}  // namespace

std::vector<std::size_t> devices_to_try(std::span<const TrialCandidate> candidates, std::size_t picks) {
  std::vector<std::size_t> left(candidates.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  std::vector<std::size_t> chosen;
  for (std::size_t pick = 0; pick < picks && !left.empty(); ++pick) {
    const Speed speed = kSpeeds.at(pick % kSpeeds.size());
    const auto first = std::ranges::min_element(
        left, [&](std::size_t a, std::size_t b) { return is_cheaper(candidates[a], candidates[b], speed); });
    if (!candidates[*first].known) chosen.push_back(*first);
    left.erase(first);
  }
  return chosen;
}

}  // namespace quern::market
