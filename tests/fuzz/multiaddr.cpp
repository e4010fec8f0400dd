// Any bytes, as an address on the wire and as text: what is taken survives both ways, and nothing else happens.
#include "overlay/multiformats/multiaddr.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using quern::multiformats::Multiaddr;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Multiaddr& address) {
  require(address.bytes().size() <= quern::multiformats::kMultiaddrBytesMax);
  const auto from_bytes = Multiaddr::from_bytes(address.bytes());
  require(from_bytes && *from_bytes == address);
  const auto from_text = Multiaddr::from_text(address.text());
  require(from_text && *from_text == address);
  Multiaddr rebuilt;
  for (const auto& [protocol, value] : address.components()) {
    require(address.has(protocol) && address.find_text(protocol).has_value());
    rebuilt = rebuilt.with(protocol, value);
  }
  require(rebuilt == address);
  const auto last = address.components().back().protocol;
  require(address.without(last).bytes().size() < address.bytes().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  if (const auto address = Multiaddr::from_bytes(bytes)) {
    require(std::ranges::equal(address->bytes(), bytes));
    check(*address);
  }
  if (const auto address = Multiaddr::from_text(quern::runtime::text_of(bytes))) check(*address);
  return 0;
}
