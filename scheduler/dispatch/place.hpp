// Where tasks are done. Pure.
#pragma once
#include <algorithm>
#include <compare>
#include <set>
#include <string>
#include <string_view>

namespace quern::dispatch {

struct Place {
  std::string provider;  // peer id
  std::string device;
  auto operator<=>(const Place&) const = default;
};

// Places without a device stand for all of their provider's; no places at all, for everywhere.
inline bool may_go_to(const std::set<Place>& only, std::string_view provider, std::string_view device) {
  return only.empty() || std::ranges::any_of(only, [&](const Place& each) {
           return each.provider == provider && (each.device.empty() || each.device == device);
         });
}

}  // namespace quern::dispatch
