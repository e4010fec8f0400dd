#include "hwprobe/opencl_child_kernels.hpp"

#include <array>

namespace quern::hwprobe {

const char* const kMeasureSource = R"CLC(
#ifdef QUERN_FP64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif

uint mix_bits(uint h) {
  h ^= h >> 16;
  h *= 0x85ebca6bu;
  h ^= h >> 13;
  h *= 0xc2b2ae35u;
  return h ^ (h >> 16);
}

// Must give what hwprobe/self_test.cpp computes.
kernel void self_test(global uint* out, local uint* shared, uint seed) {
  const uint lane = get_local_id(0);
  const uint lanes = get_local_size(0);
  uint h = mix_bits((uint)get_global_id(0) + seed);
  for (uint round = 0; round < 16; ++round) h = mix_bits(h + round);
  const float product = (float)(h & 0xfff) * (float)(h >> 20) + (float)(h >> 12 & 0xff);
  uint value = h ^ (uint)product;
#ifdef QUERN_FP64
  const double wide = (double)(h & 0x3ffffff) * (double)(h >> 6);
  const ulong bits = (ulong)wide;
  value += (uint)bits ^ (uint)(bits >> 32);
#endif
  shared[lane] = value;
  barrier(CLK_LOCAL_MEM_FENCE);
  const uint partner = shared[lanes - 1 - lane];
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint stride = lanes / 2; stride > 0; stride /= 2) {
    if (lane < stride) shared[lane] += shared[lane + stride];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  out[get_global_id(0)] = (value ^ partner) + shared[0];
}

#define SUM1(v) (v)
#define SUM4(v) (v.s0 + v.s1 + v.s2 + v.s3)
#define SUM8(v) (SUM4(v.lo) + SUM4(v.hi))
#define SUM16(v) (SUM8(v.lo) + SUM8(v.hi))

// Eight chains that depend only on themselves; the sum at the end keeps the compiler from dropping any.
#define CHAINS(NAME, SCALAR, VECTOR, STEP, SUM)                                                       \
  kernel void NAME(global SCALAR* out, SCALAR x, SCALAR y, int rounds) {                              \
    VECTOR a = (VECTOR)((SCALAR)get_local_id(0)), b = a + (SCALAR)1, c = a + (SCALAR)2, d = a + (SCALAR)3; \
    VECTOR e = a + (SCALAR)4, f = a + (SCALAR)5, g = a + (SCALAR)6, h = a + (SCALAR)7;                \
    const VECTOR m = (VECTOR)(x), k = (VECTOR)(y);                                                    \
    for (int i = 0; i < rounds; ++i) {                                                                \
      a = STEP(a, m, k); b = STEP(b, m, k); c = STEP(c, m, k); d = STEP(d, m, k);                     \
      e = STEP(e, m, k); f = STEP(f, m, k); g = STEP(g, m, k); h = STEP(h, m, k);                     \
    }                                                                                                 \
    const VECTOR all = ((a + b) + (c + d)) + ((e + f) + (g + h));                                     \
    out[get_global_id(0)] = SUM(all);                                                                 \
  }
#define FUSED(a, m, k) mad(a, m, k)
#define WHOLE(a, m, k) ((a) * (m) + (k))

CHAINS(fma_float1, float, float, FUSED, SUM1)
CHAINS(fma_float4, float, float4, FUSED, SUM4)
CHAINS(fma_float16, float, float16, FUSED, SUM16)
CHAINS(imad_int1, int, int, WHOLE, SUM1)
CHAINS(imad_int4, int, int4, WHOLE, SUM4)
CHAINS(imad_int16, int, int16, WHOLE, SUM16)
#ifdef QUERN_FP64
CHAINS(fma_double1, double, double, FUSED, SUM1)
CHAINS(fma_double4, double, double4, FUSED, SUM4)
CHAINS(fma_double8, double, double8, FUSED, SUM8)
#endif

#define TRIAD(NAME, VECTOR)                                                                              \
  kernel void NAME(global VECTOR* a, global const VECTOR* b, global const VECTOR* c, float s) {          \
    const size_t i = get_global_id(0);                                                                   \
    a[i] = b[i] + s * c[i];                                                                              \
  }
TRIAD(triad_float4, float4)
TRIAD(triad_float16, float16)

kernel void fill(global float16* a, float value) { a[get_global_id(0)] = (float16)(value); }
)CLC";

namespace {

constexpr std::array<KernelVariant, 3> kFma32{
    {{"fma_float16", "float16", 16}, {"fma_float4", "float4", 4}, {"fma_float1", "float", 1}}};
constexpr std::array<KernelVariant, 3> kFma64{
    {{"fma_double8", "double8", 8}, {"fma_double4", "double4", 4}, {"fma_double1", "double", 1}}};
constexpr std::array<KernelVariant, 3> kImad32{
    {{"imad_int16", "int16", 16}, {"imad_int4", "int4", 4}, {"imad_int1", "int", 1}}};
constexpr std::array<KernelVariant, 2> kTriads{{{"triad_float16", "float16", 16}, {"triad_float4", "float4", 4}}};

constexpr std::array<MeasureMethod, 3> kArithmetic{{{Quantity::fp32_flops, "opencl-fma/1", kFma32},
                                                    {Quantity::fp64_flops, "opencl-fma/1", kFma64},
                                                    {Quantity::int32_ops, "opencl-imad/1", kImad32}}};
constexpr MeasureMethod kTriad{Quantity::memory_bandwidth, "opencl-triad/1", kTriads};

}  // namespace

std::span<const MeasureMethod> arithmetic_methods() {
  return kArithmetic;
}
const MeasureMethod& triad_method() {
  return kTriad;
}

}  // namespace quern::hwprobe
