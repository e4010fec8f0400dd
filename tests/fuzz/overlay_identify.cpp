// Identify messages take any bytes: what is kept is within its bounds, what is sent again is within what others take,
// and means the same where it was small enough.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "overlay/protocols/identify_message.hpp"

namespace {

using namespace quern::protocols;

bool within_bounds(const IdentifyMessage& message) {
  return message.listen_addresses.size() <= kIdentifyAddressesMax &&
         message.protocols.size() <= kIdentifyProtocolsMax &&
         (!message.agent_version || message.agent_version->size() <= kIdentifyVersionBytesMax) &&
         (!message.protocol_version || message.protocol_version->size() <= kIdentifyVersionBytesMax);
}

}  // namespace

// The input is one message, and in halves two that are merged.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  if (const auto message = decode_identify(bytes)) {
    if (!within_bounds(*message)) std::abort();
    const auto encoded = encode_identify(*message);
    if (encoded.size() > kIdentifyBytesMax) std::abort();
    const auto again = decode_identify(encoded);
    if (!again) std::abort();
    if (encoded.size() < kIdentifyBytesMax / 2 && *again != *message) std::abort();
    if (encode_identify(*again) != encoded) std::abort();
  }
  auto first = decode_identify(bytes.first(size / 2));
  auto second = decode_identify(bytes.subspan(size / 2));
  if (first && second) {
    merge_identify(*first, *std::move(second));
    if (!within_bounds(*first)) std::abort();
  }
  return 0;
}
