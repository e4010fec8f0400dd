#include "hwprobe/self_test.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

namespace quern::hwprobe {
namespace {

// The same steps as in the kernel, written for one item at a time.
std::uint32_t mix(std::uint32_t h) {
  h ^= h >> 16;
  h *= 0x85ebca6bU;
  h ^= h >> 13;
  h *= 0xc2b2ae35U;
  return h ^ (h >> 16);
}

std::uint32_t item_value(std::uint32_t item, bool fp64) {
  std::uint32_t h = mix(item + kSelfTestSeed);
  for (std::uint32_t round = 0; round < 16; ++round) h = mix(h + round);
  const float product =
      static_cast<float>(h & 0xfff) * static_cast<float>(h >> 20) + static_cast<float>(h >> 12 & 0xff);
  std::uint32_t value = h ^ static_cast<std::uint32_t>(product);
  if (fp64) {
    const double wide = static_cast<double>(h & 0x3ffffff) * static_cast<double>(h >> 6);
    const auto bits = static_cast<std::uint64_t>(wide);
    value += static_cast<std::uint32_t>(bits) ^ static_cast<std::uint32_t>(bits >> 32);
  }
  return value;
}

}  // namespace

std::vector<std::uint32_t> self_test_expected(std::uint32_t group, bool fp64) {
  std::vector<std::uint32_t> values;
  values.reserve(kSelfTestItems);
  for (std::uint32_t item = 0; item < kSelfTestItems; ++item) values.push_back(item_value(item, fp64));
  std::vector<std::uint32_t> expected;
  expected.reserve(kSelfTestItems);
  for (std::uint32_t first = 0; first < kSelfTestItems; first += group) {
    std::uint32_t sum = 0;
    for (std::uint32_t lane = 0; lane < group; ++lane) sum += values[first + lane];
    for (std::uint32_t lane = 0; lane < group; ++lane) {
      const std::uint32_t partner = values[first + group - 1 - lane];
      expected.push_back((values[first + lane] ^ (partner << 1)) + sum);
    }
  }
  return expected;
}

Fitness judge_self_test(std::span<const std::uint32_t> got, std::span<const std::uint32_t> expected) {
  if (got.size() != expected.size()) {
    return {false,
            "self-test: " + std::to_string(got.size()) + " results, expected " + std::to_string(expected.size())};
  }
  const auto wrong = static_cast<std::size_t>(std::ranges::mismatch(got, expected).in1 - got.begin());
  if (wrong == got.size()) return {true, ""};
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "self-test: work item %zu gave 0x%08x, expected 0x%08x", wrong, got[wrong],
                expected[wrong]);
  return {false, text.data()};
}

}  // namespace quern::hwprobe
