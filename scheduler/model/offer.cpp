#include "scheduler/model/offer.hpp"

#include <algorithm>

namespace quern::model {

bool is_device_id(std::string_view id) {
  return !id.empty() && id.size() <= kNameBytesMax &&
         std::ranges::all_of(id, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace quern::model
