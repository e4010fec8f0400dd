#include "overlay/connection/dial_plan.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <tuple>
#include <utility>

#include "overlay/connection/gater.hpp"
#include "overlay/runtime/address_range.hpp"

namespace quern::connection {

using multiformats::Multiaddr;
using multiformats::Protocol;

namespace {

constexpr runtime::Duration kDialStagger = std::chrono::milliseconds(250);

// Blocks that are not routed in public (RFC 6890, RFC 6598, RFC 4193, RFC 4291).
bool is_near(const runtime::IpAddress& address) {
  constexpr std::array<std::string_view, 9> kNear = {"10.0.0.0/8",  "172.16.0.0/12",  "192.168.0.0/16",
                                                     "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10",
                                                     "::1",         "fc00::/7",       "fe80::/10"};
  static const auto ranges = [&] {
    std::vector<runtime::AddressRange> out;
    out.reserve(kNear.size());
    for (const auto text : kNear) out.push_back(*runtime::AddressRange::from_text(text));
    return out;
  }();
  return std::ranges::any_of(ranges, [&](const auto& range) { return range.contains(address); });
}

bool is_near(const Multiaddr& address) {
  if (address.has(Protocol::memory) || address.has(Protocol::unix_path)) return true;
  const auto ip = ip_of(address);
  return ip && is_near(*ip);
}

// Smaller is tried earlier.
std::tuple<bool, bool, bool, int> rank(const Multiaddr& address) {
  const auto ip = ip_of(address);
  const bool web = address.has(Protocol::ws) || address.has(Protocol::wss);
  const bool named = !ip && !is_near(address);
  const int family = ip && ip->is_v4() ? 1 : 0;
  return {!is_near(address), named, web, family};
}

}  // namespace

std::vector<PlannedDial> plan_dials(std::vector<Multiaddr> addresses) {
  std::ranges::sort(
      addresses, [](const Multiaddr& a, const Multiaddr& b) { return std::pair(rank(a), a) < std::pair(rank(b), b); });
  const auto doubles = std::ranges::unique(addresses);
  addresses.erase(doubles.begin(), doubles.end());
  if (addresses.size() > kDialAddressesMax) addresses.resize(kDialAddressesMax);
  std::vector<PlannedDial> plan;
  runtime::Duration after{0};
  for (Multiaddr& address : addresses) {
    if (!is_near(address) && !plan.empty()) after += kDialStagger;
    plan.push_back({.address = std::move(address), .after = after});
  }
  return plan;
}

}  // namespace quern::connection
