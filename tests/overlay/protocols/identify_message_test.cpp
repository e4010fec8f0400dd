#include "overlay/protocols/identify_message.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/protocols/identify.pb.h"
#include "overlay/protocols/length_delimited.hpp"
#include "overlay/transport/memory.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::protocols {
namespace {

using multiformats::Multiaddr;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;

Multiaddr address(const std::string& text) {
  return *Multiaddr::from_text(text);
}
Multiaddr numbered_address(std::size_t number) {
  return address("/ip4/192.0.2." + std::to_string(number % 256) + "/tcp/" + std::to_string(4000 + number));
}
Bytes text_bytes(std::string_view text) {
  return runtime::copy_of(bytes_of(text));
}

IdentifyMessage small_message() {
  return {.protocol_version = "ipfs/0.1.0",
          .agent_version = "example/1.2",
          .public_key = text_bytes("key"),
          .listen_addresses = {address("/ip4/192.0.2.7/tcp/4001"), address("/ip6/2001:db8::1/tcp/4001/ws")},
          .observed_address = address("/ip4/198.51.100.9/tcp/50000"),
          .protocols = {"/ipfs/id/1.0.0", "/ipfs/ping/1.0.0"},
          .signed_peer_record = text_bytes("record")};
}

TEST(IdentifyMessage, comes_out_as_it_went_in) {
  EXPECT_EQ(decode_identify(encode_identify(small_message())), small_message());
  EXPECT_EQ(decode_identify({}), IdentifyMessage{});
}

TEST(IdentifyMessage, has_the_fields_of_the_specification) {
  wire::Identify wire;
  const Bytes bytes = encode_identify(small_message());
  ASSERT_TRUE(wire.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  // libp2p specs, identify/README.md: publicKey 1, listenAddrs 2, protocols 3, observedAddr 4, protocolVersion 5,
  // agentVersion 6, signedPeerRecord 8; all of wire type 2.
  std::string tags;
  for (std::size_t at = 0; at < bytes.size(); at += 2 + std::to_integer<std::size_t>(bytes[at + 1]))
    tags += std::to_string(std::to_integer<int>(bytes[at]) >> 3) +
            (std::to_integer<int>(bytes[at] & std::byte{7}) == 2 ? " " : "!");
  EXPECT_EQ(tags, "1 2 2 3 3 4 5 6 8 ");
}

TEST(IdentifyMessage, too_many_addresses_are_left_out_from_the_end_until_it_fits) {
  IdentifyMessage message = small_message();
  for (std::size_t i = 0; i < 1000; ++i) message.listen_addresses.push_back(numbered_address(i));
  const Bytes bytes = encode_identify(message);
  EXPECT_LE(bytes.size(), kIdentifyBytesMax);
  EXPECT_GT(bytes.size(), kIdentifyBytesMax - 20);
  const auto decoded = *decode_identify(bytes);
  EXPECT_EQ(decoded.protocols, message.protocols);
  EXPECT_EQ(decoded.signed_peer_record, message.signed_peer_record);
  message.listen_addresses.resize(decoded.listen_addresses.size());
  EXPECT_EQ(decoded.listen_addresses, message.listen_addresses);
}

TEST(IdentifyMessage, protocols_go_only_when_no_address_is_left) {
  IdentifyMessage message = small_message();
  for (std::size_t i = 0; i < 500; ++i) message.protocols.push_back("/protocol/number/" + std::to_string(i));
  const auto decoded = *decode_identify(encode_identify(message));
  EXPECT_TRUE(decoded.listen_addresses.empty());
  EXPECT_GT(decoded.protocols.size(), 100u);
  message.protocols.resize(decoded.protocols.size());
  EXPECT_EQ(decoded.protocols, message.protocols);
}

RC_GTEST_PROP(IdentifyMessage, is_never_sent_longer_than_others_take, ()) {
  const auto size = [] { return *rc::gen::inRange<std::size_t>(0, 6000); };
  IdentifyMessage message = small_message();
  message.agent_version = std::string(size(), 'a');
  message.public_key = Bytes(size());
  message.signed_peer_record = Bytes(size());
  message.protocols.emplace_back(size(), 'p');
  RC_ASSERT(encode_identify(message).size() <= kIdentifyBytesMax);
}

TEST(IdentifyMessage, what_is_no_message_is_refused) {
  EXPECT_EQ(decode_identify(bytes_of("\x0a\x7f")).error(), Errc::bad_message);
  EXPECT_EQ(decode_identify(Bytes(kIdentifyReceivedBytesMax + 1)).error(), Errc::bad_message);
}

TEST(IdentifyMessage, entries_that_cannot_be_read_are_left_out_and_the_others_kept) {
  wire::Identify wire;
  wire.add_listen_addrs("\x04\xc0");
  wire.add_listen_addrs("");
  wire.add_listen_addrs(std::string(runtime::text_of(numbered_address(1).bytes())));
  wire.add_listen_addrs(std::string(runtime::text_of(numbered_address(1).bytes())));
  wire.set_observed_addr("?");
  for (const std::string& id : {std::string("/good"), std::string("/good"), std::string(), std::string("/bad\n"),
                                std::string(kIdentifyProtocolBytesMax + 1, '/')})
    wire.add_protocols(id);
  const std::string bytes = wire.SerializeAsString();
  const auto decoded = *decode_identify(bytes_of(bytes));
  EXPECT_EQ(decoded.listen_addresses, std::vector{numbered_address(1)});
  EXPECT_FALSE(decoded.observed_address);
  EXPECT_EQ(decoded.protocols, std::vector<std::string>{"/good"});
}

TEST(IdentifyMessage, versions_are_made_printable_and_cut) {
  wire::Identify wire;
  wire.set_agent_version("evil\x1b[31m");
  wire.set_protocol_version(std::string(1000, 'v'));
  const std::string bytes = wire.SerializeAsString();
  const auto decoded = *decode_identify(bytes_of(bytes));
  EXPECT_EQ(decoded.agent_version, "evil?[31m");
  EXPECT_EQ(decoded.protocol_version, std::string(kIdentifyVersionBytesMax, 'v'));
}

TEST(IdentifyMessage, no_more_than_the_limits_are_kept_of_one_peer_however_many_messages_it_sends) {
  IdentifyMessage all;
  for (std::size_t i = 0; i < kIdentifyMessagesMax; ++i) {
    IdentifyMessage more;
    for (std::size_t j = 0; j < 100; ++j) {
      more.listen_addresses.push_back(numbered_address(100 * i + j));
      more.protocols.push_back("/" + std::to_string(100 * i + j));
    }
    merge_identify(all, std::move(more));
  }
  EXPECT_EQ(all.listen_addresses.size(), kIdentifyAddressesMax);
  EXPECT_EQ(all.protocols.size(), kIdentifyProtocolsMax);
  EXPECT_EQ(all.listen_addresses.front(), numbered_address(0));
}

TEST(IdentifyMessage, a_later_message_adds_to_lists_and_replaces_the_rest) {
  IdentifyMessage all = small_message();
  merge_identify(all, {.agent_version = "new", .protocols = {"/ipfs/ping/1.0.0", "/new"}});
  IdentifyMessage expected = small_message();
  expected.agent_version = "new";
  expected.protocols.emplace_back("/new");
  EXPECT_EQ(all, expected);
}

// What read_identify makes of a peer that writes this and ends.
Result<IdentifyMessage> read_from(Bytes content) {
  std::optional<Result<IdentifyMessage>> result;
  runtime::run_simulated([&](Runtime&) -> Task<void> {
    const auto pipe = transport::make_memory_pipe();
    EXPECT_TRUE(content.empty() || co_await pipe.first->write(content));
    pipe.first->shutdown_write();
    result = co_await read_identify(*pipe.second);
  });
  return *result;
}

TEST(IdentifyReading, merges_the_signed_record_that_go_libp2p_sends_apart) {
  IdentifyMessage first = small_message();
  first.signed_peer_record.reset();
  Bytes wire;
  append_message(wire, encode_identify(first));
  append_message(wire, encode_identify({.signed_peer_record = text_bytes("record")}));
  EXPECT_EQ(read_from(wire), small_message());
}

TEST(IdentifyReading, takes_ten_messages_and_no_more) {
  Bytes wire;
  for (std::size_t i = 0; i < kIdentifyMessagesMax; ++i) append_message(wire, encode_identify(small_message()));
  EXPECT_TRUE(read_from(wire));
  append_message(wire, encode_identify(small_message()));
  EXPECT_EQ(read_from(wire).error(), Errc::bad_message);
}

TEST(IdentifyReading, refuses_nothing_half_a_message_and_too_long_a_message) {
  EXPECT_EQ(read_from({}).error(), Errc::bad_message);
  Bytes wire;
  append_message(wire, encode_identify(small_message()));
  wire.pop_back();
  EXPECT_EQ(read_from(wire).error(), Errc::bad_message);
  wire.clear();
  append_message(wire, Bytes(kIdentifyReceivedBytesMax + 1));
  EXPECT_EQ(read_from(wire).error(), Errc::message_too_large);
}

}  // namespace
}  // namespace quern::protocols
