// The OpenCL C that the measurements run: one program, so that a device compiles once.
#pragma once
#include <span>

#include "hwprobe/measurement.hpp"

namespace quern::hwprobe {

// The whole program; compiled with -DQUERN_FP64 it has the kernels on doubles.
extern const char* const kMeasureSource;

// A kernel that computes one quantity with vectors of one width. Which is fastest differs between devices: all are
// tried.
struct KernelVariant {
  const char* kernel;
  const char* name;  // as Figure::variant shows it: "float16"
  unsigned lanes;    // elements of a vector
};

// How a quantity is measured.
struct MeasureMethod {
  Quantity quantity;
  const char* id;  // Figure::method
  std::span<const KernelVariant> variants;
};

// Independent chains of multiply-and-add in each work item of the arithmetic kernels: enough to hide the latency of the
// operation.
inline constexpr unsigned kChains = 8;

std::span<const MeasureMethod> arithmetic_methods();  // fp32, fp64, int32; in this order
const MeasureMethod& triad_method();

}  // namespace quern::hwprobe
