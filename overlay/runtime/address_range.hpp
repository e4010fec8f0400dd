// Blocks of IP addresses.
#pragma once
#include <compare>
#include <string_view>

#include "overlay/runtime/network.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::runtime {

// An IPv4 address written as IPv6 (::ffff:192.0.2.7) as the IPv4 address it means; others as they are, without scope.
IpAddress plain_address(const IpAddress& address);

// The address with all bits behind the first `prefix` cleared (0 to 32 or 128).
IpAddress masked(const IpAddress& address, unsigned prefix);

// All addresses that begin with the same bits. A value.
class AddressRange {
 public:
  // "10.0.0.0/8", "2001:db8::/32", or an address alone: "192.0.2.7". Bits behind the prefix do not matter.
  // Errc::not_found: none of these.
  static Result<AddressRange> from_text(std::string_view text);

  bool contains(const IpAddress& address) const;
  friend bool operator==(const AddressRange&, const AddressRange&) = default;

 private:
  AddressRange(const IpAddress& address, unsigned prefix) : first_(masked(address, prefix)), prefix_(prefix) {}

  IpAddress first_;
  unsigned prefix_;
};

}  // namespace quern::runtime
