#include "overlay/security/tls_engine.hpp"

#include <gtest/gtest.h>

#include "tests/overlay/multiformats/hex.hpp"
#include "tests/overlay/security/forged_certificate.hpp"
#include "tests/overlay/security/handshake_pair.hpp"
#include "tests/overlay/security/openssl_end.hpp"
#include "tests/overlay/security/web_certificate.hpp"

namespace quern::security {
namespace {

using multiformats::from_hex;
using negotiation::Role;
using runtime::Bytes;
using runtime::ByteView;
using runtime::Result;
using runtime::WallTime;

constexpr WallTime kNow{1'700'000'000'000};  // 2023-11-14

// Changes what is on the wire: `flight` counts from 0, the dialer's first.
using Tamper = std::function<void(std::size_t flight, Bytes& bytes)>;

struct Ended {
  std::optional<runtime::Error> dialer;
  std::optional<runtime::Error> listener;
};

// Runs the two against each other to their end or to where neither has anything to say.
Ended talk(TlsHandshake& dialer, TlsHandshake& listener, const Tamper& tamper = nullptr) {
  Ended ended;
  Bytes to_dialer;
  Bytes to_listener;
  const auto turn = [](TlsHandshake& end, Bytes& in, Bytes& out, std::optional<runtime::Error>& error) {
    if (error || end.finished()) return;
    const auto taken = end.step(in, out);
    if (!taken) error = taken.error();
    in.erase(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(taken.value_or(in.size())));
  };
  for (std::size_t flight = 0; flight < 6; flight += 2) {
    turn(dialer, to_dialer, to_listener, ended.dialer);
    if (tamper && !to_listener.empty()) tamper(flight, to_listener);
    turn(listener, to_listener, to_dialer, ended.listener);
    if (tamper && !to_dialer.empty()) tamper(flight + 1, to_dialer);
  }
  return ended;
}

// A browser of `host` against a web server.
Ended browse(const TlsContext& client, const TlsContext& server, std::string host, WallTime now = kNow) {
  TlsHandshake dialer(client, {.role = Role::dialer, .now = now, .host = std::move(host)});
  TlsHandshake listener(server, {.role = Role::listener, .now = now});
  Ended ended = talk(dialer, listener);
  EXPECT_EQ(dialer.finished(), !ended.dialer);
  if (dialer.finished() && listener.finished()) {
    EXPECT_EQ(dialer.protocol(), "http/1.1");
    const auto up = dialer.make_records();
    const auto down = listener.make_records();
    const Bytes data(1000, std::byte{5});
    EXPECT_TRUE(carried(*up, *down, data) == data);
    EXPECT_TRUE(carried(*down, *up, data) == data);
  }
  return ended;
}

class Web : public testing::Test {
 protected:
  Web() : authority_("authority") {}

  TlsContext server(const char* names) {
    const WebAuthority::Server made = authority_.server(names);
    return std::move(TlsContext::web_server(made.chain, made.key).value());
  }
  std::string refusal(const TlsContext& server_context, std::string host, WallTime now = kNow) {
    const TlsContext client = TlsContext::web_client(authority_.pem()).value();
    const Ended ended = browse(client, server_context, std::move(host), now);
    if (!ended.dialer) return "";
    EXPECT_EQ(*ended.dialer, Errc::bad_certificate);
    EXPECT_TRUE(ended.listener) << "the alert did not reach the server";
    return ended.dialer->detail();
  }

  WebAuthority authority_;
};

TEST_F(Web, a_server_under_a_trusted_authority_is_taken_by_name_and_by_address) {
  const TlsContext context = server("DNS:example.org,IP:127.0.0.1,IP:::1");
  EXPECT_EQ(refusal(context, "example.org"), "");
  EXPECT_EQ(refusal(context, "127.0.0.1"), "");
  EXPECT_EQ(refusal(context, "::1"), "");
}

TEST_F(Web, a_server_of_another_name_or_time_or_authority_is_refused) {
  const TlsContext context = server("DNS:example.org,IP:127.0.0.1");
  EXPECT_EQ(refusal(context, "example.com"), "hostname mismatch");
  EXPECT_EQ(refusal(context, "127.0.0.2"), "IP address mismatch");
  EXPECT_EQ(refusal(context, "example.org", WallTime{1'900'000'000'000}), "certificate has expired");
  EXPECT_EQ(refusal(context, "example.org", WallTime{1'500'000'000'000}), "certificate is not yet valid");
  const WebAuthority other("authority");
  const WebAuthority::Server made = other.server("DNS:example.org");
  EXPECT_NE(refusal(TlsContext::web_server(made.chain, made.key).value(), "example.org"), "");
}

TEST_F(Web, a_client_of_anyone_takes_any_certificate) {
  const TlsContext client = TlsContext::web_client_of_anyone();
  EXPECT_FALSE(browse(client, server("DNS:elsewhere"), "example.org").dialer);
}

TEST_F(Web, a_client_without_authorities_of_its_own_trusts_the_systems) {
  const auto client = TlsContext::web_client(std::nullopt);
  ASSERT_TRUE(client);
  const Ended ended = browse(*client, server("DNS:example.org"), "example.org");
  ASSERT_TRUE(ended.dialer);
  EXPECT_EQ(*ended.dialer, Errc::bad_certificate);
}

TEST_F(Web, what_cannot_be_a_host_fails_the_first_step) {
  const TlsContext client = TlsContext::web_client_of_anyone();
  for (const std::string& host : {std::string("a\0b", 3), std::string(1, '\0'), std::string(256, 'a')}) {
    TlsHandshake dialer(client, {.role = Role::dialer, .now = kNow, .host = host});
    Bytes out;
    const auto taken = dialer.step({}, out);
    EXPECT_TRUE(!taken && taken.error() == Errc::bad_handshake);
    EXPECT_TRUE(out.empty());
  }
}

TEST_F(Web, pem_that_cannot_be_used_is_refused) {
  const WebAuthority::Server good = authority_.server("DNS:example.org");
  const WebAuthority::Server other = authority_.server("DNS:example.org");
  const auto refused = [](const std::string& chain, const std::string& key) {
    const auto made = TlsContext::web_server(chain, key);
    return !made && made.error() == Errc::bad_certificate;
  };
  EXPECT_FALSE(refused(good.chain, good.key));
  EXPECT_TRUE(refused("", good.key));
  EXPECT_TRUE(refused("nonsense", good.key));
  EXPECT_TRUE(refused(good.chain.substr(0, 200), good.key));
  EXPECT_TRUE(refused(good.chain.substr(0, good.chain.size() - 40), good.key));
  EXPECT_TRUE(refused(good.chain, ""));
  EXPECT_TRUE(refused(good.chain, good.key.substr(0, 100)));
  EXPECT_TRUE(refused(good.chain, other.key));
  EXPECT_TRUE(refused(good.chain, good.chain));
  for (const std::string& authorities : {std::string(), std::string("nonsense"), good.chain.substr(0, 200)}) {
    const auto client = TlsContext::web_client(authorities);
    EXPECT_TRUE(!client && client.error() == Errc::bad_certificate) << authorities;
  }
}

TEST(TlsHandshake, the_listener_takes_aes_when_both_list_it_first_and_chacha_when_the_dialer_does) {
  const TlsCertificate certificate = forge(key_of(2), {});
  const auto cipher = [&](const char* listed) -> std::string {
    const TlsContext context = TlsContext::peer(*certificate.certificate, *certificate.key, {"libp2p"});
    TlsHandshake listener(
        context, {.role = Role::listener, .now = kNow, .host = {}, .check = [](auto) { return Result<void>(); }});
    OpenSslEnd dialer({.role = Role::dialer, .certificate = &certificate, .ciphers = listed});
    EXPECT_TRUE(dialer.step());
    Bytes in = dialer.give();
    Bytes out;
    EXPECT_TRUE(listener.step(in, out));
    dialer.take(out);
    EXPECT_TRUE(dialer.step());
    return SSL_get_cipher(dialer.ssl());
  };
  EXPECT_EQ(cipher("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"), "TLS_CHACHA20_POLY1305_SHA256");
  EXPECT_EQ(cipher("TLS_AES_256_GCM_SHA384"), "TLS_AES_256_GCM_SHA384");
}

// OpenSSL has bounds of its own for messages it knows; ours holds for all that comes.
TEST(TlsHandshake, a_dialer_that_sends_without_end_is_refused) {
  const TlsCertificate certificate = forge(key_of(2), {});
  const TlsContext context = TlsContext::peer(*certificate.certificate, *certificate.key, {"libp2p"});
  TlsHandshake listener(context, {.role = Role::listener, .now = kNow});
  // ClientHello messages of the longest record, cut into records of one byte: six bytes of wire for one of message.
  Bytes records;
  const Bytes message = from_hex("0100ffff0303");
  for (std::size_t i = 0; i < 20'000; ++i) {
    runtime::append(records, from_hex("1603030001"));
    records.push_back(i < message.size() ? message[i] : std::byte{0});
  }
  Bytes out;
  std::size_t given = 0;
  std::string refusal;
  while (refusal.empty() && given < records.size()) {
    const auto taken =
        listener.step(ByteView(records).subspan(given, std::min<std::size_t>(4096, records.size() - given)), out);
    given += 4096;
    if (!taken) refusal = taken.error().detail();
  }
  EXPECT_EQ(refusal, "TLS handshake too long");
  EXPECT_LE(given, kTlsHandshakeBytesMax + 4096);
}

class Tampering : public testing::Test {
 protected:
  // Runs the handshake of two peers, changed by `tamper`.
  Ended run(const Tamper& tamper) {
    TlsHandshake dialer(context_, options(Role::dialer));
    TlsHandshake listener(context_, options(Role::listener));
    const Ended ended = talk(dialer, listener, tamper);
    both_finished_ = dialer.finished() && listener.finished();
    return ended;
  }
  static TlsOptions options(Role role) {
    return {.role = role, .now = kNow, .host = {}, .check = [](std::span<x509_st* const> chain) -> Result<void> {
              const auto key = read_tls_certificate(*chain.front(), kNow);
              if (!key) return std::unexpected(key.error());
              return {};
            }};
  }

  TlsCertificate certificate_ = forge(key_of(2), {});
  TlsContext context_ = TlsContext::peer(*certificate_.certificate, *certificate_.key, {"/yamux/1.0.0", "libp2p"});
  bool both_finished_ = false;
};

// Where a byte of a flight of records lies: in the version of a record's header, or in a record that says nothing
// (change_cipher_spec), neither of which TLS 1.3 protects or heeds.
bool is_heeded(ByteView flight, std::size_t at) {
  for (std::size_t start = 0; start + 5 <= flight.size();) {
    const std::size_t size =
        std::to_integer<std::size_t>(flight[start + 3]) << 8 | std::to_integer<std::size_t>(flight[start + 4]);
    if (at < start + 5 + size) return flight[start] != std::byte{20} && (at < start + 1 || at > start + 2);
    start += 5 + size;
  }
  return true;
}

TEST_F(Tampering, an_unchanged_handshake_ends_well) {
  const Ended ended = run([](std::size_t, Bytes&) {});
  EXPECT_FALSE(ended.dialer || ended.listener);
  EXPECT_TRUE(both_finished_);
}

TEST_F(Tampering, every_changed_byte_of_every_flight_is_found_by_one_end) {
  for (const std::size_t flight : {0U, 1U, 2U}) {
    std::size_t size = 1;
    for (std::size_t at = 0; at < size; ++at) {
      bool heeded = false;
      const Ended ended = run([&](std::size_t number, Bytes& bytes) {
        if (number != flight) return;
        size = bytes.size();
        if (at >= size) return;
        heeded = is_heeded(bytes, at);
        bytes[at] ^= static_cast<std::byte>(1 << at % 8);
      });
      EXPECT_FALSE(heeded && both_finished_) << "flight " << flight << ", byte " << at;
    }
    EXPECT_GT(size, 100U);
  }
}

}  // namespace
}  // namespace quern::security
