// The self-test of an OpenCL device: a kernel's results compared with the same computation on the host. It mixes
// integers, multiplies floats (whole numbers below 2^24, and doubles below 2^53, so that every rounding mode gives the
// same bits) and passes values between work items through local memory and barriers.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "hwprobe/measurement.hpp"

namespace quern::hwprobe {

inline constexpr std::uint32_t kSelfTestItems = 4096;
inline constexpr std::uint32_t kSelfTestSeed = 0x51ab37c5;

// What the kernel `self_test` (opencl_child_kernels.cpp) must give for kSelfTestItems items in groups of `group`, a
// power of two that divides them; with `fp64` the doubles' share is in it.
std::vector<std::uint32_t> self_test_expected(std::uint32_t group, bool fp64);

// Fit when all is equal; else unfit, naming the first item that differs: "self-test: work item 17 gave 0x0000beef,
// expected 0x1234abcd".
Fitness judge_self_test(std::span<const std::uint32_t> got, std::span<const std::uint32_t> expected);

}  // namespace quern::hwprobe
