// Tests one device and, when it computes right, measures it. Methods and evidence: docs/measuring.md.
#pragma once
#include <cstddef>
#include <expected>

#include "hwprobe/opencl_reply.hpp"

namespace quern::hwprobe {

// The device at these positions of list_platforms(). A device that cannot be found is a fault; one that cannot compute
// is unfit. For tests only: with QUERN_PLANT_WRONG_ITEM=N in the environment the self-test expects a wrong result of
// work item N, so that a device that computes right is found unfit.
std::expected<MeasureReply, OpenclFault> measure_device(std::size_t platform, std::size_t device);

}  // namespace quern::hwprobe
