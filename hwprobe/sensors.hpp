// Live readings: load, memory, GPU state, temperatures, fans, power, batteries, screens.
#pragma once
#include <chrono>
#include <memory>
#include <vector>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

// Reads sensors again and again. It keeps the counters of its last reading (CPU times, RAPL and GPU energy), so a load
// or a power is an average since then. Finding out which sensors exist is done once, again when one of them disappears,
// and every 60 samples for those that were plugged in. One reading: about 1 ms; the first also finds out what there is
// and starts NVML where its library is installed, which can take seconds while the cards wake. Not thread-safe. `now`
// is any steady clock's time, passed in.
class Sampler {
 public:
  explicit Sampler(const Sources& sources);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  // Absurd values (a temperature outside -100..250 degrees C, a share above 100 %) are left out and named in
  // `problems`, as are files that exist but cannot be read, each once per Sampler.
  Sample sample(std::chrono::nanoseconds now, std::vector<Problem>& problems);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quern::hwprobe
