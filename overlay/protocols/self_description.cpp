#include "overlay/protocols/self_description.hpp"

#include <algorithm>
#include <utility>

#include "overlay/identity/peer_record.hpp"
#include "overlay/protocols/socket_address.hpp"
#include "overlay/runtime/assertion.hpp"

namespace quern::protocols {

using multiformats::Multiaddr;
using runtime::IpAddress;

namespace {

constexpr std::size_t kObservedBytes = 64;        // room left for it
constexpr std::size_t kEnvelopeBytes = 256;       // a signed record without its addresses, of an Ed25519 key: about 170
constexpr std::size_t kAddressOverheadBytes = 9;  // tags and lengths of one address in message and record together

void add_new(std::vector<Multiaddr>& to, const Multiaddr& address) {
  if (std::ranges::find(to, address) == to.end()) to.push_back(address);
}

// How many of the addresses fit twice, plain and in the signed record, into a message with `used` bytes of other
// things.
std::size_t fitting(const std::vector<Multiaddr>& addresses, std::size_t used) {
  std::size_t count = 0;
  for (const Multiaddr& address : addresses) {
    used += 2 * address.bytes().size() + kAddressOverheadBytes;
    if (used > kIdentifyBytesMax) break;
    ++count;
  }
  return count;
}

}  // namespace

SelfDescription::SelfDescription(connection::Swarm& swarm, runtime::Runtime& runtime, identity::PrivateKey key,
                                 Words words)
    : swarm_(swarm), runtime_(runtime), key_(std::move(key)), words_(std::move(words)) {
  QUERN_ASSERT(swarm.self().is_of(key_.public_key()), "identify speaks for another key than the swarm's");
  message_.protocol_version = words_.protocol_version.substr(0, kIdentifyVersionBytesMax);
  message_.agent_version = words_.agent_version.substr(0, kIdentifyVersionBytesMax);
  message_.public_key = runtime::copy_of(key_.public_key().protobuf());
}

std::vector<Multiaddr> SelfDescription::addresses() const {
  const auto listening = swarm_.listen_addresses();
  std::vector<Multiaddr> result = expand_unspecified(listening, runtime_.network().interface_addresses());
  for (const Multiaddr& address : words_.more_addresses) add_new(result, address);
  for (const Multiaddr& address : observed_.confirmed()) add_new(result, address);
  if (result.size() > kIdentifyAddressesMax) result.resize(kIdentifyAddressesMax);
  return result;
}

bool SelfDescription::refresh(bool addresses_too) {
  bool changed = version_ == 0;
  auto protocols = swarm_.protocols();
  if (protocols != message_.protocols) {
    message_.protocols = std::move(protocols);
    changed = true;
  }
  if (addresses_too || version_ == 0) {
    auto now = addresses();
    IdentifyMessage bare = message_;
    bare.listen_addresses.clear();
    bare.signed_peer_record.reset();
    now.resize(fitting(now, encode_identify(bare).size() + kObservedBytes + kEnvelopeBytes));
    if (now != message_.listen_addresses || !message_.signed_peer_record) {
      message_.listen_addresses = std::move(now);
      sign();
      changed = true;
    }
  }
  if (changed) ++version_;
  return changed;
}

void SelfDescription::sign() {
  // Later than every record before it, also those of an earlier life with this key.
  const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(0, runtime_.clock().wall_now().unix_ms));
  sequence_ = std::max(sequence_ + 1, now);
  const identity::PeerRecord record{
      .peer = swarm_.self(), .sequence = sequence_, .addresses = message_.listen_addresses};
  message_.signed_peer_record = identity::seal_peer_record(key_, record);
}

runtime::Bytes SelfDescription::encode(const std::optional<Multiaddr>& observed) const {
  IdentifyMessage message = message_;
  message.observed_address = observed;
  return encode_identify(message);
}

}  // namespace quern::protocols
