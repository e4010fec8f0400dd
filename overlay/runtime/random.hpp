// Seeded pseudo-random numbers: xoshiro256** 1.0 seeded by splitmix64 (Blackman, Vigna: "Scrambled Linear Pseudorandom
// Number Generators", ACM TOMS 2021). The same numbers on every machine, compiler and standard library, which std's
// distributions are not. Not for keys, nonces or tokens: those come from Runtime::fill_secret.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace quern::runtime {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  // 64 uniform bits.
  std::uint64_t next();
  // Uniform in [0, bound); bound > 0. Exact: no modulo bias (Lemire 2019).
  std::uint64_t below(std::uint64_t bound);
  // Uniform in [low, high], both included; low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high);
  // True in `parts` of a million cases.
  bool chance_ppm(std::uint32_t parts) { return parts != 0 && below(1'000'000) < parts; }
  void fill(std::span<std::byte> out);
  // A generator for a part of its own, so that one part's draws do not shift another's.
  Random fork() { return Random(next()); }

  // Fisher-Yates.
  template <class Range>
  void shuffle(Range& range) {
    for (std::size_t left = std::size(range); left > 1; --left) std::swap(range[left - 1], range[below(left)]);
  }

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace quern::runtime
