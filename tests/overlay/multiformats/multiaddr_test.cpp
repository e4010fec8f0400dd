#include "overlay/multiformats/multiaddr.hpp"

#include <string>

#include <gtest/gtest.h>

#include "overlay/multiformats/multiaddr_protocols.hpp"
#include "tests/overlay/multiformats/hex.hpp"

namespace quern::multiformats {
namespace {

using runtime::Bytes;
using runtime::bytes_of;

Multiaddr address(std::string_view text) {
  return Multiaddr::from_text(text).value();
}

TEST(Multiaddr, refusals_name_the_component_and_say_what_it_should_be) {
  const auto refusal = [](std::string_view text) { return Multiaddr::from_text(text).error(); };
  EXPECT_EQ(refusal("/ip4/1.2.3.4/tcp/65536").message(), "malformed: /tcp: not a port, 0 to 65535");
  EXPECT_EQ(refusal("/ip4/1.2.3.4/tpc/1").message(), "unknown protocol: /tpc");
  EXPECT_EQ(refusal("1.2.3.4:80").message(), "malformed: does not begin with '/'");
  EXPECT_EQ(refusal("/p2p/12D3KooW").message(), "malformed: /p2p: not a peer id");
}

TEST(Multiaddr, values_that_only_their_bytes_can_spoil_are_refused) {
  const std::pair<const char*, Errc> vectors[] = {
      {"", Errc::malformed},              // nothing
      {"04", Errc::truncated},            // ip4 without an address
      {"047f0000", Errc::truncated},      // three bytes of it
      {"047f00000106", Errc::truncated},  // tcp without a port
      {"8400", Errc::not_canonical},      // a code that is not minimal
      {"850000", Errc::not_canonical},
      {"05", Errc::unknown_protocol},  // no such code
      {"ffffffffffffffff7f", Errc::unknown_protocol},
      {"3500", Errc::malformed},        // dns of no characters
      {"35022f61", Errc::malformed},    // dns "/a"
      {"3503610a62", Errc::malformed},  // dns with a line feed
      {"3503610062", Errc::malformed},  // dns with a zero byte
      {"3504", Errc::truncated},
      {"35ffffffffffffffff7f61", Errc::truncated},
      {"2a00", Errc::malformed},      // ip6zone of no characters
      {"90030161", Errc::malformed},  // unix "a"
      {"90032f2f", Errc::truncated},
      {"9003022f2f", Errc::malformed},            // unix "//"
      {"9003022f61047f000001", Errc::malformed},  // unix, then more
      {"a50300", Errc::malformed},                // p2p of nothing
      {"a503221221c05877cbae039d70a5e600ea02c6f9f2942439285c9e344e26f8d280c850fad6", Errc::malformed},
      {"bc03000000000000000000000000", Errc::malformed},  // onion, port 0
      {"bf0301aa", Errc::malformed},                      // garlic32 of one byte
      {"d20300", Errc::malformed},                        // certhash of nothing
      {"d20304120211", Errc::truncated},
      {"d203031202aa", Errc::malformed},  // certhash with a short digest
      {"d20305120211aabb", Errc::malformed},
      {"e10300", Errc::malformed},  // http-path of nothing
  };
  for (const auto& [hex, code] : vectors) {
    const auto read = Multiaddr::from_bytes(from_hex(hex));
    EXPECT_TRUE(!read && read.error() == code) << hex << ": " << (read ? read->text() : read.error().message());
  }
}

TEST(Multiaddr, limits_hold_at_their_value_and_not_beyond) {
  std::string text;
  for (std::size_t count = 0; count < kMultiaddrComponentsMax; ++count) text += "/tls";
  EXPECT_TRUE(Multiaddr::from_text(text));
  EXPECT_EQ(Multiaddr::from_text(text + "/tls").error().code(), Errc::too_large);
  Bytes bytes = runtime::copy_of(address(text).bytes());
  runtime::append(bytes, address("/tls").bytes());
  EXPECT_EQ(Multiaddr::from_bytes(bytes).error().code(), Errc::too_large);

  const std::string longest(kMultiaddrBytesMax - 5, 'x');  // code, length and '/' take the rest
  EXPECT_TRUE(Multiaddr::from_text("/unix/" + longest));
  EXPECT_EQ(Multiaddr::from_text("/unix/x" + longest).error().code(), Errc::too_large);
  EXPECT_EQ(Multiaddr::from_text("/unix/" + std::string(kMultiaddrTextMax, 'x')).error().code(), Errc::too_large);
  EXPECT_EQ(Multiaddr::from_bytes(Bytes(kMultiaddrBytesMax + 1)).error().code(), Errc::too_large);
  EXPECT_TRUE(Multiaddr::from_text("/dns/" + std::string(kNameBytesMax, 'x')));
  EXPECT_EQ(Multiaddr::from_text("/dns/x" + std::string(kNameBytesMax, 'x')).error().code(), Errc::malformed);
}

TEST(Multiaddr, ip6_text_is_the_one_form_of_rfc_5952) {
  const std::pair<const char*, const char*> vectors[] = {
      {"2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // one zero word stays
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},           // the longest run
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},     // the first of equals
      {"2001:DB8::AA:1", "2001:db8::aa:1"},
      {"0:0:0:0:0:0:0:0", "::"},
      {"1:0:0:0:0:0:0:0", "1::"},
      {"::0001", "::1"},
      {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
      {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
      {"::ffff:c000:201", "::ffff:192.0.2.1"},
      {"::192.0.2.1", "::c000:201"},
      {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
  };
  for (const auto& [text, canonical] : vectors)
    EXPECT_EQ(Multiaddr::from_text("/ip6/" + std::string(text)).value().text(), "/ip6/" + std::string(canonical));
}

TEST(Multiaddr, ip_text_beyond_the_address_itself_is_refused) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text :
       {"/ip4/1.2.3"sv, "/ip4/1.2.3.4.5"sv, "/ip4/01.2.3.4"sv, "/ip4/1.2.3.256"sv, "/ip4/1.2.3.4 "sv,
        "/ip4/1.2.3.4\0/tcp/1"sv, "/ip4/0x7f.0.0.1"sv, "/ip6/fe80::1%eth0"sv, "/ip6/1::2::3"sv, "/ip6/::1\0"sv,
        "/ip6/12345::"sv, "/ip6/1:2:3:4:5:6:7"sv, "/ip6/1:2:3:4:5:6:7:8:9"sv, "/ip6/1.2.3.4"sv, "/tcp/+1"sv,
        "/tcp/ 1"sv, "/tcp/1x"sv, "/tcp/"sv, "/ipcidr/256"sv})
    EXPECT_FALSE(Multiaddr::from_text(text)) << text;
}

TEST(Multiaddr, http_path_escapes_what_is_not_plain) {
  const Multiaddr from_text = address("/http-path/a%2fb%20c%25+~");
  EXPECT_EQ(runtime::text_of(*from_text.find(static_cast<Protocol>(481))), "a/b c%+~");
  EXPECT_EQ(from_text.text(), "/http-path/a%2Fb%20c%25%2B~");
  for (const char* text : {"/http-path/%", "/http-path/a%2", "/http-path/%zz", "/http-path/"})
    EXPECT_FALSE(Multiaddr::from_text(text)) << text;
}

TEST(Multiaddr, parts_are_found_and_taken_apart) {
  const Multiaddr all = address("/ip4/192.0.2.7/tcp/4001/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
  EXPECT_EQ(all.find_text(Protocol::ip4), "192.0.2.7");
  EXPECT_EQ(all.find_text(Protocol::tcp), "4001");
  EXPECT_EQ(all.find_text(Protocol::p2p), "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
  EXPECT_EQ(all.find_text(Protocol::udp), std::nullopt);
  EXPECT_TRUE(all.has(Protocol::tcp));
  EXPECT_FALSE(all.has(Protocol::ws));
  EXPECT_EQ(address("/tls").find_text(Protocol::tls), "");
  const auto components = all.components();
  ASSERT_EQ(components.size(), 3u);
  EXPECT_EQ(components[1].protocol, Protocol::tcp);
  EXPECT_EQ(to_hex(components[1].value), "0fa1");
  EXPECT_EQ(all.without(Protocol::p2p).text(), "/ip4/192.0.2.7/tcp/4001");
  EXPECT_EQ(all.without(Protocol::udp), all);
  EXPECT_TRUE(all.without(Protocol::ip4).empty());
  EXPECT_EQ(address("/ip4/1.2.3.4/tcp/1/p2p-circuit/ip4/5.6.7.8/tcp/2").without(Protocol::ip4).text(),
            "/ip4/1.2.3.4/tcp/1/p2p-circuit");
}

TEST(Multiaddr, parts_are_put_together) {
  const Multiaddr outer = address("/ip4/192.0.2.7/tcp/4001");
  EXPECT_EQ(outer.encapsulate(address("/tls/ws")).text(), "/ip4/192.0.2.7/tcp/4001/tls/ws");
  EXPECT_EQ(outer.encapsulate({}), outer);
  EXPECT_EQ(Multiaddr().encapsulate(outer), outer);
  EXPECT_EQ(outer.with(Protocol::ws).text(), "/ip4/192.0.2.7/tcp/4001/ws");
  EXPECT_EQ(Multiaddr().with(Protocol::dns, bytes_of("example.com")).text(), "/dns/example.com");
}

TEST(MultiaddrDeathTest, putting_together_what_is_no_address_is_our_bug) {
  const Multiaddr path = address("/unix/run/quern");
  EXPECT_DEATH(path.with(Protocol::tls), "check");
  EXPECT_DEATH(path.encapsulate(address("/tls")), "check");
  EXPECT_DEATH(Multiaddr().with(Protocol::tcp, bytes_of("x")), "size");
  EXPECT_DEATH(Multiaddr().with(Protocol::dns, bytes_of("a/b")), "check");
}

TEST(Multiaddr, order_is_that_of_the_bytes) {
  EXPECT_LT(address("/ip4/1.2.3.4/tcp/1"), address("/ip4/1.2.3.4/tcp/2"));
  EXPECT_LT(address("/ip4/1.2.3.4"), address("/ip4/1.2.3.4/tcp/2"));
  EXPECT_LT(Multiaddr(), address("/tls"));
}

TEST(MultiaddrProtocols, every_protocol_is_found_by_code_and_name) {
  for (const ProtocolKind& kind : protocol_kinds()) {
    EXPECT_EQ(find_protocol(kind.code), &kind) << kind.name;
    EXPECT_EQ(find_protocol(kind.name), &kind) << kind.name;
    EXPECT_EQ(kind.format == nullptr, kind.size == 0) << kind.name;
  }
  EXPECT_EQ(find_protocol("ipfs"), find_protocol(Protocol::p2p));
  EXPECT_EQ(find_protocol("nothing"), nullptr);
  EXPECT_EQ(find_protocol(static_cast<Protocol>(5)), nullptr);
}

}  // namespace
}  // namespace quern::multiformats
