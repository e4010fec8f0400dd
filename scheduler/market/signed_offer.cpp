#include "scheduler/market/signed_offer.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "overlay/identity/peer_id.hpp"
#include "overlay/identity/signed_envelope.hpp"
#include "scheduler/market/offer.pb.h"

namespace quern::market {

using model::Offer;
using model::OfferedDevice;
using runtime::fail;
using runtime::Result;

namespace {

constexpr std::string_view kDomain = "quern-offer";
constexpr std::string_view kPayloadType = "/quern/offer/1";

std::unexpected<runtime::Error> malformed(std::string what) {
  return fail(Errc::malformed_offer, std::move(what));
}

bool is_text(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max &&
         std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

Result<void> check_device(const OfferedDevice& device) {
  if (!model::is_device_id(device.id)) {
    return malformed("a device's id, which must be 1 to " + std::to_string(model::kNameBytesMax) +
                     " visible characters of ASCII");
  }
  if (!is_text(device.name, model::kNameBytesMax)) return malformed(device.id + ": name");
  if (device.type == model::DeviceType::any) return malformed(device.id + ": type");
  if (!model::is_possible(device.rates)) return malformed(device.id + ": a rate below 0 or above the most");
  const bool named = std::ranges::all_of(
      device.extensions, [](const std::string& extension) { return is_text(extension, kExtensionBytesMax); });
  if (device.extensions.size() > kExtensionsMax || !named) return malformed(device.id + ": extensions");
  if (device.allocation_max_bytes > device.global_memory_bytes) return malformed(device.id + ": allocation_max_bytes");
  return {};
}

Result<void> check(const Offer& offer) {
  const bool dated = offer.from_unix_ms >= 0 && offer.until_unix_ms > offer.from_unix_ms &&
                     offer.until_unix_ms - offer.from_unix_ms <= model::kOfferValidityMaxMs;
  if (!dated)
    return malformed("it is valid from " + std::to_string(offer.from_unix_ms) + " until " +
                     std::to_string(offer.until_unix_ms) + ", which must be a day at most");
  if (offer.devices.size() > model::kOfferDevicesMax) return malformed("too many devices");
  if (offer.withdrawn && !offer.devices.empty()) return malformed("a withdrawn offer has no devices");
  if (offer.kinds.size() > 3) return malformed("kinds");
  std::set<std::string_view> ids;
  for (const OfferedDevice& device : offer.devices) {
    if (auto checked = check_device(device); !checked) return checked;
    if (!ids.insert(device.id).second) return malformed(device.id + " is there twice");
  }
  return {};
}

void write(const OfferedDevice& device, wire::OfferedDevice& to) {
  to.set_id(device.id);
  to.set_name(device.name);
  to.set_type(static_cast<std::uint32_t>(device.type));
  to.set_opencl_version(device.opencl_version);
  to.set_compute_units(device.compute_units);
  to.set_global_memory_bytes(device.global_memory_bytes);
  to.set_allocation_max_bytes(device.allocation_max_bytes);
  to.set_local_memory_bytes(device.local_memory_bytes);
  for (const std::string& extension : device.extensions) to.add_extensions(extension);
  wire::Speed& speed = *to.mutable_speed();
  speed.set_fp32_flops(device.speed.fp32_flops);
  speed.set_fp64_flops(device.speed.fp64_flops);
  speed.set_int32_ops(device.speed.int32_ops);
  speed.set_memory_bytes_per_second(device.speed.memory_bytes_per_second);
  speed.set_spread_permille(device.speed.spread_permille);
  speed.set_taken_unix_ms(device.speed.taken_unix_ms);
  for (const std::int64_t rate : device.rates.rate) to.add_rates(rate);
}

std::string message_of(const Offer& offer) {
  wire::Offer to;
  to.set_version(model::kOfferVersion);
  to.set_sequence(offer.sequence);
  to.set_from_unix_ms(offer.from_unix_ms);
  to.set_until_unix_ms(offer.until_unix_ms);
  to.set_withdrawn(offer.withdrawn);
  for (const model::JobKind kind : offer.kinds) to.add_kinds(static_cast<std::uint32_t>(kind));
  for (const OfferedDevice& device : offer.devices) write(device, *to.add_devices());
  wire::TaskLimits& limits = *to.mutable_limits();
  limits.set_cpu_cores(offer.limits.cpu_cores);
  limits.set_memory_bytes(offer.limits.memory_bytes);
  limits.set_scratch_bytes(offer.limits.scratch_bytes);
  limits.set_walltime_ms(offer.limits.walltime_ms);
  limits.set_input_bytes(offer.limits.input_bytes);
  limits.set_output_bytes(offer.limits.output_bytes);
  to.set_link_bytes_per_second(offer.link_bytes_per_second);
  to.set_setup_ms(offer.setup_ms);
  return to.SerializeAsString();
}

Result<OfferedDevice> read(const wire::OfferedDevice& from) {
  if (from.type() > static_cast<std::uint32_t>(model::DeviceType::accelerator)) return malformed("a device's type");
  // Rates of dimensions that this version does not know would make every price wrong.
  if (static_cast<std::size_t>(from.rates_size()) > model::kDimensions)
    return malformed("a rate of an unknown dimension");
  OfferedDevice device{.id = from.id(),
                       .name = from.name(),
                       .type = static_cast<model::DeviceType>(from.type()),
                       .opencl_version = from.opencl_version(),
                       .compute_units = from.compute_units(),
                       .global_memory_bytes = from.global_memory_bytes(),
                       .allocation_max_bytes = from.allocation_max_bytes(),
                       .local_memory_bytes = from.local_memory_bytes(),
                       .extensions = {from.extensions().begin(), from.extensions().end()},
                       .speed = {.fp32_flops = from.speed().fp32_flops(),
                                 .fp64_flops = from.speed().fp64_flops(),
                                 .int32_ops = from.speed().int32_ops(),
                                 .memory_bytes_per_second = from.speed().memory_bytes_per_second(),
                                 .spread_permille = from.speed().spread_permille(),
                                 .taken_unix_ms = from.speed().taken_unix_ms()},
                       .rates = {}};
  std::ranges::copy(from.rates(), device.rates.rate.begin());
  return device;
}

Result<Offer> read(const wire::Offer& from) {
  Offer offer{.provider = {},
              .sequence = from.sequence(),
              .from_unix_ms = from.from_unix_ms(),
              .until_unix_ms = from.until_unix_ms(),
              .withdrawn = from.withdrawn(),
              .kinds = {},
              .devices = {},
              .limits = {.cpu_cores = from.limits().cpu_cores(),
                         .memory_bytes = from.limits().memory_bytes(),
                         .scratch_bytes = from.limits().scratch_bytes(),
                         .walltime_ms = from.limits().walltime_ms(),
                         .input_bytes = from.limits().input_bytes(),
                         .output_bytes = from.limits().output_bytes()},
              .link_bytes_per_second = from.link_bytes_per_second(),
              .setup_ms = from.setup_ms()};
  for (const std::uint32_t kind : from.kinds()) {
    // A kind that comes later: nobody here can ask for it.
    if (kind <= static_cast<std::uint32_t>(model::JobKind::inference)) {
      offer.kinds.push_back(static_cast<model::JobKind>(kind));
    }
  }
  for (const wire::OfferedDevice& device : from.devices()) {
    auto taken = read(device);
    if (!taken) return std::unexpected(std::move(taken).error());
    offer.devices.push_back(*std::move(taken));
  }
  return offer;
}

}  // namespace

Result<SignedOffer> seal_offer(const identity::PrivateKey& key, Offer offer) {
  if (auto checked = check(offer); !checked) return std::unexpected(std::move(checked).error());
  auto envelope =
      identity::seal_envelope(key, kDomain, runtime::bytes_of(kPayloadType), runtime::bytes_of(message_of(offer)));
  if (envelope.size() > model::kOfferBytesMax) {
    return fail(Errc::too_large, std::to_string(envelope.size()) + " bytes, limit " +
                                     std::to_string(model::kOfferBytesMax) + ": offer fewer devices or extensions");
  }
  offer.provider = identity::PeerId::of(key.public_key()).text();
  return SignedOffer{.offer = std::move(offer), .envelope = std::move(envelope)};
}

Result<SignedOffer> open_offer(runtime::ByteView envelope) {
  if (envelope.size() > model::kOfferBytesMax) {
    return fail(Errc::too_large,
                std::to_string(envelope.size()) + " bytes, limit " + std::to_string(model::kOfferBytesMax));
  }
  const auto opened = identity::open_envelope(envelope, kDomain, runtime::bytes_of(kPayloadType));
  if (!opened) return std::unexpected(opened.error());
  wire::Offer message;
  if (!message.ParseFromArray(opened->payload.data(), static_cast<int>(opened->payload.size()))) {
    return malformed("not an Offer message");
  }
  if (message.version() != model::kOfferVersion) {
    return fail(Errc::unknown_version, std::to_string(message.version()));
  }
  auto offer = read(message);
  if (!offer) return std::unexpected(std::move(offer).error());
  if (auto checked = check(*offer); !checked) return std::unexpected(std::move(checked).error());
  offer->provider = identity::PeerId::of(opened->signer).text();
  return SignedOffer{.offer = *std::move(offer), .envelope = runtime::copy_of(envelope)};
}

}  // namespace quern::market
