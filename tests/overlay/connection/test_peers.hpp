// Peers and addresses for tests.
#pragma once
#include <array>
#include <string_view>

#include "overlay/identity/key.hpp"
#include "overlay/identity/peer_id.hpp"
#include "overlay/multiformats/multiaddr.hpp"

namespace quern::connection {

// The same number, the same key.
inline identity::PrivateKey test_key(unsigned number) {
  std::array<std::byte, identity::kSeedBytes> seed{};
  for (std::size_t i = 0; i < sizeof number; ++i) seed[i] = static_cast<std::byte>(number >> (8 * i));
  return identity::PrivateKey::from_seed(seed);
}
inline identity::PeerId test_peer(unsigned number) {
  return identity::PeerId::of(test_key(number).public_key());
}
inline multiformats::Multiaddr multiaddr(std::string_view text) {
  return *multiformats::Multiaddr::from_text(text);
}
inline runtime::IpAddress ip(const char* text) {
  return boost::asio::ip::make_address(text);
}

}  // namespace quern::connection
