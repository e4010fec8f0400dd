// A rate limit: `burst` at once, `per_second` on the long run. Pure; integers.
#pragma once
#include <cstdint>

#include "overlay/runtime/time.hpp"

namespace quern::protocols {

// A 0 in either allows nothing. The time between two tokens is rounded up to nanoseconds: never more than asked for.
struct Rate {
  std::uint32_t per_second = 0;
  std::uint32_t burst = 0;
};

class TokenBucket {
 public:
  TokenBucket(Rate rate, runtime::Time now) : rate_(rate), full_at_(now) {}
  // Takes one token, if there is one.
  bool take(runtime::Time now);
  // Nothing was taken for so long that it is full: it may be forgotten.
  bool full(runtime::Time now) const { return now >= full_at_; }

 private:
  Rate rate_;
  runtime::Time full_at_;  // when it will be full if nothing more is taken
};

}  // namespace quern::protocols
