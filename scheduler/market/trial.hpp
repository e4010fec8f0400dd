// On which devices a job that does not say its work is tried first.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scheduler/model/offer.hpp"

namespace quern::market {

inline constexpr std::size_t kTrialDevicesMax = 3;  // at once

// A device that fits the job.
struct TrialCandidate {
  std::string provider;
  std::string device;
  model::Speed speed;
  std::int64_t device_rate = 0;  // micro-credits a device second
  bool known = false;            // what the job takes on it was measured
};

// Of the `picks` devices that are the likeliest to be the cheapest, those that are not known, by their place in the
// list. Which is the cheapest depends on what the job turns out to need. So they are taken in turn by the rate alone,
// the rate for its arithmetic and the rate for its memory; of equals, the first by provider and device. Pure.
std::vector<std::size_t> devices_to_try(std::span<const TrialCandidate> candidates, std::size_t picks);

}  // namespace quern::market
