#include "overlay/runtime/disk.hpp"

#include <algorithm>

namespace quern::runtime {

bool is_disk_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kDiskNameBytesMax && name.front() != '.' && std::ranges::all_of(name, allowed);
}

}  // namespace quern::runtime
