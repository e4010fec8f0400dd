#include "overlay/protocols/token_bucket.hpp"

#include <algorithm>

namespace quern::protocols {

bool TokenBucket::take(runtime::Time now) {
  if (rate_.per_second == 0 || rate_.burst == 0) return false;
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t interval = (kSecond + rate_.per_second - 1) / rate_.per_second;
  const runtime::Time after = std::max(full_at_, now) + runtime::Duration{interval};
  if (after - now > runtime::Duration{interval * rate_.burst}) return false;
  full_at_ = after;
  return true;
}

}  // namespace quern::protocols
