// The table of multiaddr protocols (https://github.com/multiformats/multiaddr/blob/master/protocols.csv).
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/multiformats/multiaddr_values.hpp"

namespace quern::multiformats {

inline constexpr std::size_t kVariableSize = ~std::size_t{0};

struct ProtocolKind {
  Protocol code;
  std::string_view name;
  std::size_t size = 0;                 // bytes of its value; 0: none, kVariableSize: a varint before it says
  const ValueFormat* format = nullptr;  // null when it has no value
  bool takes_rest = false;              // as text, the value is all that follows, slashes included: the last component
};

// By code.
std::span<const ProtocolKind> protocol_kinds();
// Null when the table does not have it.
const ProtocolKind* find_protocol(Protocol code);
// Takes "ipfs", the former name of p2p, too.
const ProtocolKind* find_protocol(std::string_view name);

}  // namespace quern::multiformats
