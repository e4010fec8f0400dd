// IP addresses as text and as bytes in network order. No zones, no prefixes, no ports.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "overlay/runtime/bytes.hpp"

namespace quern::multiformats {

// Four decimal numbers without leading zeros. Nothing when it is not.
std::optional<runtime::Bytes> parse_ip4(std::string_view text);
// Any of the forms of RFC 4291.
std::optional<runtime::Bytes> parse_ip6(std::string_view text);

// `bytes` are 4.
std::string print_ip4(runtime::ByteView bytes);
// `bytes` are 16. The one form of RFC 5952; of addresses with an IPv4 address inside only the mapped ones
// (::ffff:0:0/96) show it so.
std::string print_ip6(runtime::ByteView bytes);

}  // namespace quern::multiformats
