// Offers from any bytes, and from any payload under a good signature. What is taken can be sealed again and says the
// same.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "overlay/identity/signed_envelope.hpp"
#include "scheduler/market/signed_offer.hpp"

namespace {

namespace id = quern::identity;
namespace market = quern::market;

void require(bool holds) {
  if (!holds) std::abort();
}

const id::PrivateKey& key() {
  static constexpr std::array<std::byte, id::kSeedBytes> kSeed{};
  static const id::PrivateKey kKey = id::PrivateKey::from_seed(kSeed);
  return kKey;
}

void check(const market::SignedOffer& taken) {
  require(taken.envelope.size() <= quern::model::kOfferBytesMax);
  require(taken.offer.devices.size() <= quern::model::kOfferDevicesMax);
  for (const auto& device : taken.offer.devices) require(quern::model::is_possible(device.rates));
  if (const auto again = market::seal_offer(key(), taken.offer)) {
    const auto opened = market::open_offer(again->envelope);
    require(opened && opened->offer == again->offer);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  if (const auto taken = market::open_offer(bytes)) check(*taken);
  const auto envelope = id::seal_envelope(key(), "quern-offer", quern::runtime::bytes_of("/quern/offer/1"), bytes);
  if (const auto taken = market::open_offer(envelope)) check(*taken);
  return 0;
}
