// Envelopes from any bytes, and peer records whose payload is any bytes under a good signature.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "overlay/identity/identity.pb.h"
#include "overlay/identity/peer_record.hpp"

namespace {

namespace id = quern::identity;
using quern::runtime::Bytes;
using quern::runtime::bytes_of;
using quern::runtime::ByteView;

constexpr std::string_view kDomain = "libp2p-peer-record";
constexpr std::array kType{std::byte{0x03}, std::byte{0x01}};

void require(bool holds) {
  if (!holds) std::abort();
}

const id::PrivateKey& key() {
  static constexpr std::array<std::byte, id::kSeedBytes> kSeed{};
  static const id::PrivateKey kKey = id::PrivateKey::from_seed(kSeed);
  return kKey;
}

void check(const id::PeerRecord& record) {
  require(record.addresses.size() <= id::kPeerRecordAddressesMax);
  for (const auto& address : record.addresses) require(!address.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  if (const auto opened = id::open_envelope(bytes, kDomain, kType)) {
    // A generated reader sees the same message.
    quern::wire::Envelope message;
    require(message.ParseFromArray(data, static_cast<int>(size)));
    require(std::ranges::equal(bytes_of(message.payload()), opened->payload));
    require(std::ranges::equal(bytes_of(message.public_key().data()), opened->signer.data()));
  }
  if (const auto record = id::open_peer_record(bytes)) check(*record);
  const Bytes sealed = id::seal_envelope(key(), kDomain, kType, bytes);
  if (const auto record = id::open_peer_record(sealed)) {
    require(record->peer.is_of(key().public_key()));
    check(*record);
    const auto again = id::open_peer_record(id::seal_peer_record(key(), *record));
    require(again && again->sequence == record->sequence && again->addresses == record->addresses);
  }
  return 0;
}
