// Serialised keys from any bytes, and what such a key says of any signature. Input: the size of the key in two bytes,
// the key, the size of the signature in two bytes, the signature, the message.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "overlay/identity/peer_id.hpp"

namespace {

using quern::identity::PeerId;
using quern::identity::PrivateKey;
using quern::identity::PublicKey;
using quern::runtime::ByteView;

void require(bool holds) {
  if (!holds) std::abort();
}

ByteView take(ByteView& rest, std::size_t size) {
  const ByteView part = rest.first(std::min(size, rest.size()));
  rest = rest.subspan(part.size());
  return part;
}
std::size_t take_number(ByteView& rest, std::size_t bytes) {
  std::size_t number = 0;
  for (const std::byte byte : take(rest, bytes)) number = number << 8 | std::to_integer<std::size_t>(byte);
  return number;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView rest = std::as_bytes(std::span(data, size));
  const ByteView key_bytes = take(rest, take_number(rest, 2));
  const ByteView signature = take(rest, take_number(rest, 2));
  if (const auto key = PublicKey::from_protobuf(key_bytes)) {
    require(std::ranges::equal(key->protobuf(), key_bytes));
    const PeerId id = PeerId::of(*key);
    require(PeerId::from_bytes(id.bytes()).value() == id);
    const bool first = key->verify(rest, signature);
    require(key->verify(rest, signature) == first);
    require(!key->verify(rest, {}));
  }
  if (const auto key = PrivateKey::from_protobuf(key_bytes)) {
    require(key->public_key().verify(rest, key->sign(rest)));
    require(PrivateKey::from_protobuf(key->protobuf())->public_key() == key->public_key());
  }
  return 0;
}
