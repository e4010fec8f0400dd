// Tells the worker's one thread that the driver has done what it was given, while that thread waits for other things
// too.
#pragma once
#include <cstdint>

#include <CL/cl.h>

namespace quern::worker {

// A pipe into which a driver's thread writes one byte an event that is over.
class Completion {
 public:
  static constexpr std::uint64_t kDescriptors = 2;

  Completion();  // throws std::system_error where there are no descriptors left
  ~Completion();
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  int readable() const { return read_; }
  // False where the driver has no callbacks: then wait for the event itself. The completion must outlive the event.
  bool watch(cl_event event) const;
  // Takes what was written. Whether there was anything.
  bool take() const;

 private:
  int read_ = -1;
  int write_ = -1;
};

}  // namespace quern::worker
