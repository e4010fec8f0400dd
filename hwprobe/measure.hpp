// Measures speed. Device measurements run in the OpenCL child process, never in the caller's.
#pragma once
#include <vector>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

// Memory bandwidth of the host, STREAM's triad over all threads, per CPU-second (docs/measuring.md). Takes 0.5 s.
std::vector<Figure> measure_host(std::vector<Problem>& problems);

// Tests and measures every device of `drivers`, one after the other, under 2 s each. A device that does not answer
// within Sources::driver_deadline, or kMeasureDeadlines of it while it uses the processor, is unfit, and says so.
std::vector<DeviceMeasurement> measure_devices(const Sources& sources, const std::vector<OpenclDriver>& drivers,
                                               std::vector<Problem>& problems);

}  // namespace quern::hwprobe
