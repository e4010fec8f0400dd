// A recorded machine with a Sampler on it, whose files a test may change between samples.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "hwprobe/sensors.hpp"
#include "tests/hwprobe/sensor_trees.hpp"

namespace quern::hwprobe {

class SensorMachine {
 public:
  explicit SensorMachine(std::string nvml_library = "") {
    sources_.files = files;
    sources_.nvml_library = std::move(nvml_library);
  }

  // One sample, `later` after the one before.
  Sample sample(std::chrono::nanoseconds later = std::chrono::seconds(1)) {
    if (!sampler_) sampler_ = std::make_unique<Sampler>(sources_);
    now_ += later;
    return sampler_->sample(now_, problems);
  }
  // Ends the Sampler; the next sample starts a new one.
  void forget() { sampler_.reset(); }

  std::size_t problems_at(const std::string& where) const {
    return static_cast<std::size_t>(std::ranges::count(problems, where, &Problem::where));
  }

  std::shared_ptr<RecordedFiles> files = std::make_shared<RecordedFiles>();
  std::vector<Problem> problems;  // of all samples

 private:
  Sources sources_;
  std::unique_ptr<Sampler> sampler_;
  std::chrono::nanoseconds now_ = std::chrono::hours(1);
};

}  // namespace quern::hwprobe
