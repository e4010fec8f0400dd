#include "scheduler/market/signed_offer.hpp"

#include <array>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/identity/peer_id.hpp"
#include "tests/scheduler/market/sample_offer.hpp"

namespace quern::market {
namespace {

using identity::PeerId;

TEST(SignedOffer, says_after_the_way_what_it_said_before) {
  model::Offer offer = sample_offer();
  const auto sealed = seal_offer(key_of(1), offer);
  ASSERT_TRUE(sealed) << sealed.error().message();
  const auto opened = open_offer(sealed->envelope);
  ASSERT_TRUE(opened) << opened.error().message();
  offer.provider = PeerId::of(key_of(1).public_key()).text();
  EXPECT_EQ(opened->offer, offer);
  EXPECT_EQ(sealed->offer, offer);
  EXPECT_EQ(opened->envelope, sealed->envelope);
}

TEST(SignedOffer, of_sixteen_devices_fits_its_limit) {
  model::Offer offer = sample_offer();
  const model::OfferedDevice device = offer.devices.front();
  offer.devices.clear();
  for (std::size_t i = 0; i < model::kOfferDevicesMax; ++i) {
    offer.devices.push_back(device);
    offer.devices.back().id = "device-" + std::to_string(i);
  }
  const auto sealed = seal_offer(key_of(1), offer);
  ASSERT_TRUE(sealed) << sealed.error().message();
  EXPECT_LE(sealed->envelope.size(), model::kOfferBytesMax);
}

TEST(SignedOffer, with_any_byte_changed_is_refused) {
  const auto sealed = seal_offer(key_of(1), sample_offer());
  ASSERT_TRUE(sealed);
  for (std::size_t at = 0; at < sealed->envelope.size(); ++at) {
    for (const std::byte flip : {std::byte{1}, std::byte{0x80}}) {
      runtime::Bytes changed = sealed->envelope;
      changed[at] ^= flip;
      ASSERT_FALSE(open_offer(changed)) << "byte " << at;
    }
  }
}

struct Breach {
  const char* what;
  void (*make)(model::Offer&);
};
constexpr std::array<Breach, 13> kBreaches{{
    {"a device", [](model::Offer& offer) { offer.devices[0].id = ""; }},
    {"a device", [](model::Offer& offer) { offer.devices[0].id = "a\nb"; }},
    {"a device", [](model::Offer& offer) { offer.devices[0].id = "evil device"; }},
    {"a device", [](model::Offer& offer) { offer.devices[0].id = "ger\xc3\xa4t"; }},
    {"a device", [](model::Offer& offer) { offer.devices[0].id.assign(model::kNameBytesMax + 1, 'x'); }},
    {"type", [](model::Offer& offer) { offer.devices[0].type = model::DeviceType::any; }},
    {"rate", [](model::Offer& offer) { offer.devices[0].rates.rate[1] = -1; }},
    {"rate", [](model::Offer& offer) { offer.devices[0].rates.rate[1] = model::kRateMax + 1; }},
    {"twice", [](model::Offer& offer) { offer.devices.push_back(offer.devices[0]); }},
    {"valid from", [](model::Offer& offer) { offer.until_unix_ms = offer.from_unix_ms; }},
    {"valid from", [](model::Offer& offer) { offer.until_unix_ms += model::kOfferValidityMaxMs; }},
    {"withdrawn", [](model::Offer& offer) { offer.withdrawn = true; }},
    {"allocation", [](model::Offer& offer) { ++offer.devices[0].allocation_max_bytes; }},
}};

TEST(SignedOffer, that_cannot_be_true_is_neither_made_nor_taken) {
  for (const Breach& breach : kBreaches) {
    model::Offer offer = sample_offer();
    offer.devices[0].allocation_max_bytes = offer.devices[0].global_memory_bytes;
    breach.make(offer);
    const auto sealed = seal_offer(key_of(1), offer);
    ASSERT_FALSE(sealed) << breach.what;
    EXPECT_EQ(sealed.error(), Errc::malformed_offer);
    EXPECT_NE(sealed.error().message().find(breach.what), std::string::npos) << sealed.error().message();
  }
}

TEST(SignedOffer, that_is_too_large_says_what_helps) {
  model::Offer offer = sample_offer();
  offer.devices[0].extensions.assign(kExtensionsMax, std::string(kExtensionBytesMax, 'x'));
  offer.devices.push_back(offer.devices[0]);
  offer.devices.back().id = "second";
  const auto sealed = seal_offer(key_of(1), offer);
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error(), Errc::too_large);
  EXPECT_NE(sealed.error().message().find("limit 4096"), std::string::npos) << sealed.error().message();
}

RC_GTEST_PROP(SignedOffer, any_bytes_are_an_offer_or_an_error, (const std::vector<std::uint8_t>& bytes)) {
  const auto opened = open_offer(std::as_bytes(std::span(bytes)));
  RC_ASSERT(!opened);
}

}  // namespace
}  // namespace quern::market
