#include "overlay/protocols/identify_message.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "overlay/protocols/foreign_text.hpp"
#include "overlay/protocols/identify.pb.h"
#include "overlay/protocols/length_delimited.hpp"

namespace quern::protocols {

using multiformats::Multiaddr;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

std::string text(runtime::ByteView bytes) {
  return std::string(runtime::text_of(bytes));
}

// Takes away what can be missed most. False when nothing is left.
bool shorten(wire::Identify& message) {
  if (message.listen_addrs_size() > 0) {
    message.mutable_listen_addrs()->RemoveLast();
  } else if (message.protocols_size() > 0) {
    message.mutable_protocols()->RemoveLast();
  } else if (message.has_signed_peer_record()) {
    message.clear_signed_peer_record();
  } else if (message.has_agent_version()) {
    message.clear_agent_version();
  } else if (message.has_protocol_version()) {
    message.clear_protocol_version();
  } else if (message.has_observed_addr()) {
    message.clear_observed_addr();
  } else if (message.has_public_key()) {
    message.clear_public_key();
  } else {
    return false;
  }
  return true;
}

template <class T>
void add_new(std::vector<T>& to, T value, std::size_t count_max) {
  if (to.size() < count_max && std::ranges::find(to, value) == to.end()) to.push_back(std::move(value));
}

bool is_protocol(std::string_view id) {
  return !id.empty() && id.size() <= kIdentifyProtocolBytesMax && printable(id, id.size()) == id;
}

}  // namespace

Bytes encode_identify(const IdentifyMessage& message) {
  wire::Identify wire;
  if (message.public_key) wire.set_public_key(text(*message.public_key));
  for (const Multiaddr& address : message.listen_addresses) wire.add_listen_addrs(text(address.bytes()));
  for (const std::string& protocol : message.protocols) wire.add_protocols(protocol);
  if (message.observed_address) wire.set_observed_addr(text(message.observed_address->bytes()));
  if (message.protocol_version) wire.set_protocol_version(*message.protocol_version);
  if (message.agent_version) wire.set_agent_version(*message.agent_version);
  if (message.signed_peer_record) wire.set_signed_peer_record(text(*message.signed_peer_record));
  while (wire.ByteSizeLong() > kIdentifyBytesMax && shorten(wire)) {
  }
  return runtime::copy_of(bytes_of(wire.SerializeAsString()));
}

Result<IdentifyMessage> decode_identify(runtime::ByteView bytes) {
  wire::Identify wire;
  if (bytes.size() > kIdentifyReceivedBytesMax || !wire.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(Errc::bad_message, "not an Identify message");
  IdentifyMessage message;
  if (wire.has_public_key()) message.public_key = runtime::copy_of(bytes_of(wire.public_key()));
  if (wire.has_signed_peer_record()) message.signed_peer_record = runtime::copy_of(bytes_of(wire.signed_peer_record()));
  if (wire.has_protocol_version())
    message.protocol_version = printable(wire.protocol_version(), kIdentifyVersionBytesMax);
  if (wire.has_agent_version()) message.agent_version = printable(wire.agent_version(), kIdentifyVersionBytesMax);
  if (wire.has_observed_addr()) {
    if (auto address = Multiaddr::from_bytes(bytes_of(wire.observed_addr())))
      message.observed_address = *std::move(address);
  }
  for (const std::string& entry : wire.listen_addrs()) {
    auto address = Multiaddr::from_bytes(bytes_of(entry));
    if (address && !address->empty()) add_new(message.listen_addresses, *std::move(address), kIdentifyAddressesMax);
  }
  for (std::string& protocol : *wire.mutable_protocols()) {
    if (is_protocol(protocol)) add_new(message.protocols, std::move(protocol), kIdentifyProtocolsMax);
  }
  return message;
}

void merge_identify(IdentifyMessage& into, IdentifyMessage later) {
  if (later.protocol_version) into.protocol_version = std::move(later.protocol_version);
  if (later.agent_version) into.agent_version = std::move(later.agent_version);
  if (later.public_key) into.public_key = std::move(later.public_key);
  if (later.observed_address) into.observed_address = std::move(later.observed_address);
  if (later.signed_peer_record) into.signed_peer_record = std::move(later.signed_peer_record);
  for (Multiaddr& address : later.listen_addresses)
    add_new(into.listen_addresses, std::move(address), kIdentifyAddressesMax);
  for (std::string& protocol : later.protocols) add_new(into.protocols, std::move(protocol), kIdentifyProtocolsMax);
}

Task<Result<IdentifyMessage>> read_identify(runtime::Stream& stream) {
  IdentifyMessage all;
  for (std::size_t count = 0;; ++count) {
    const auto bytes = co_await read_message(stream, kIdentifyReceivedBytesMax);
    if (!bytes && bytes.error() == runtime::Errc::end_of_stream && count > 0) co_return all;
    if (!bytes && bytes.error() == runtime::Errc::end_of_stream)
      co_return fail(Errc::bad_message, "the stream ends without an Identify message");
    if (!bytes) co_return std::unexpected(bytes.error());
    if (count == kIdentifyMessagesMax)
      co_return fail(Errc::bad_message, "more than " + std::to_string(kIdentifyMessagesMax) + " Identify messages");
    CO_TRY(auto message, decode_identify(*bytes));
    merge_identify(all, std::move(message));
  }
}

}  // namespace quern::protocols
