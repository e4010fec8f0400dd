// libp2p's TLS against an end that OpenSSL makes alone.
#include "overlay/security/tls.hpp"

#include <gtest/gtest.h>

#include "tests/overlay/security/forged_certificate.hpp"
#include "tests/overlay/security/handshake_pair.hpp"
#include "tests/overlay/security/openssl_end.hpp"

namespace quern::security {
namespace {

using negotiation::Role;
using runtime::Bytes;
using runtime::ByteView;
using runtime::Runtime;
using runtime::Task;

const std::string kYamux("\x0c/yamux/1.0.0");
const std::string kLibp2p("\x06libp2p");
const std::string kMplex("\x0c/mplex/6.7.0");

// Drives `foreign` over its end of the pipe until its handshake has ended; sends what it has to say about a failure.
Task<void> drive(OpenSslEnd& foreign, runtime::Stream& wire) {
  for (;;) {
    const bool alive = foreign.step();
    const Bytes out = foreign.give();
    if (!out.empty() && !co_await wire.write(out)) co_return;
    if (!alive || foreign.finished()) co_return;
    Bytes buffer(4096);
    const auto size = co_await wire.read_some(buffer);
    if (!size) co_return;
    foreign.take(ByteView(buffer).first(*size));
  }
}

using Use = std::function<void(OpenSslEnd& foreign, Secured& secured)>;

// Runs our end (key 1) against a foreign one and returns how ours came out; on success `use` goes on with both.
runtime::Result<Secured> against(const OpenSslOptions& options, const Use& use = nullptr) {
  std::optional<runtime::Result<Secured>> ours;
  const bool ended = runtime::run_simulated([&](Runtime& runtime) -> Task<void> {
    const SecurityPtr tls = make_tls(runtime, key_of(1), {"/yamux/1.0.0"});
    OpenSslEnd foreign(options);
    transport::MemoryPipe pipe = transport::make_memory_pipe();
    const runtime::StreamPtr foreign_wire = std::move(pipe.second);
    const Role role = options.role == Role::dialer ? Role::listener : Role::dialer;
    co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
      group.spawn(drive(foreign, *foreign_wire));
      ours.emplace(co_await tls->secure(std::move(pipe.first), role, std::nullopt));
      if (*ours && use) {
        co_await group.join();
        use(foreign, **ours);
      }
    });
  });
  EXPECT_TRUE(ended);
  return std::move(*ours);
}

// Plaintext of what `foreign` has to send, opened here.
Bytes received(OpenSslEnd& foreign, Secured& secured) {
  Bytes wire = std::move(secured.unread);
  secured.unread.clear();
  runtime::append(wire, foreign.give());
  RecordCollector sink;
  EXPECT_EQ(secured.codec->open(wire, sink), wire.size());
  return sink.bytes;
}

std::string refusal(const OpenSslOptions& options) {
  const auto ours = against(options);
  return ours ? "taken" : ours.error().message();
}

class Tls : public testing::TestWithParam<Role> {
 protected:
  TlsCertificate certificate_ = forge(key_of(2), {});
  OpenSslOptions options_{.role = GetParam(), .certificate = &certificate_, .protocols = kYamux + kLibp2p};
};

INSTANTIATE_TEST_SUITE_P(Foreign, Tls, testing::Values(Role::dialer, Role::listener),
                         [](const auto& info) { return info.param == Role::dialer ? "dials" : "listens"; });

TEST_P(Tls, data_goes_both_ways_under_every_cipher) {
  for (const char* const cipher :
       {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}) {
    options_.ciphers = cipher;
    const auto ours = against(options_, [](OpenSslEnd& foreign, Secured& secured) {
      const Bytes data(50'000, std::byte{7});
      runtime::RawBytes wire;
      ASSERT_TRUE(secured.codec->seal(ByteView(data).first(12), ByteView(data).subspan(12), wire));
      foreign.take(wire);
      EXPECT_TRUE(foreign.read() == data);
      foreign.write(data);
      EXPECT_TRUE(received(foreign, secured) == data);
    });
    ASSERT_TRUE(ours) << cipher << ": " << ours.error().message();
    EXPECT_EQ(ours->remote, peer_of(2));
    EXPECT_EQ(ours->muxer, "/yamux/1.0.0");
  }
}

TEST_P(Tls, key_updates_of_both_ends_are_followed) {
  const auto ours = against(options_, [](OpenSslEnd& foreign, Secured& secured) {
    const Bytes data(1000, std::byte{7});
    for (int i = 0; i < 5; ++i) {
      SSL_key_update(foreign.ssl(), i % 2 == 0 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
      foreign.write(data);
      EXPECT_TRUE(received(foreign, secured) == data);
      runtime::RawBytes wire;
      ASSERT_TRUE(secured.codec->seal({}, data, wire));
      foreign.take(wire);
      EXPECT_TRUE(foreign.read() == data);
    }
    EXPECT_EQ(SSL_get_key_update_type(foreign.ssl()), SSL_KEY_UPDATE_NONE);
  });
  ASSERT_TRUE(ours) << ours.error().message();
}

TEST_P(Tls, the_end_of_a_channel_is_told_and_understood) {
  const auto ours = against(options_, [](OpenSslEnd& foreign, Secured& secured) {
    runtime::RawBytes end;
    secured.codec->seal_end(end);
    foreign.take(end);
    EXPECT_TRUE(foreign.read().empty());
    EXPECT_EQ(SSL_get_shutdown(foreign.ssl()), SSL_RECEIVED_SHUTDOWN);
    SSL_shutdown(foreign.ssl());
    Bytes wire = foreign.give();
    RecordCollector sink;
    const auto opened = secured.codec->open(wire, sink);
    EXPECT_TRUE(!opened && opened.error() == runtime::Errc::end_of_stream);
  });
  ASSERT_TRUE(ours) << ours.error().message();
}

TEST_P(Tls, certificates_that_are_not_right_are_refused) {
  const TlsCertificate expired = forge(key_of(2), {.not_before = "19700101000000Z", .not_after = "19710101000000Z"});
  options_.certificate = &expired;
  EXPECT_EQ(refusal(options_), "certificate not valid: expired");
  const TlsCertificate bare = forge(key_of(2), {.libp2p_extensions = 0});
  options_.certificate = &bare;
  EXPECT_EQ(refusal(options_), "certificate not valid: no libp2p extension");
  const TlsCertificate wrong = forge(key_of(2), {.signed_prefix = "else"});
  options_.certificate = &wrong;
  EXPECT_EQ(refusal(options_), "certificate not valid: the peer's signature is not valid");
}

TEST_P(Tls, two_certificates_are_refused) {
  const TlsCertificate second = forge(key_of(3), {});
  options_.chain = {&second};
  EXPECT_EQ(refusal(options_), "certificate not valid: a peer shows exactly one certificate");
}

TEST_P(Tls, an_older_version_is_refused) {
  options_.version = TLS1_2_VERSION;
  const auto ours = against(options_);
  ASSERT_FALSE(ours);
  EXPECT_EQ(ours.error(), Errc::bad_handshake);
}

TEST_P(Tls, the_protocol_is_what_both_have) {
  const auto muxer = [this](std::string protocols) -> std::string {
    options_.protocols = std::move(protocols);
    const auto ours = against(options_);
    if (!ours) return ours.error().message();
    return ours->muxer.value_or("none");
  };
  EXPECT_EQ(muxer(kMplex + kYamux + kLibp2p), "/yamux/1.0.0");
  EXPECT_EQ(muxer(kLibp2p), "none");
  EXPECT_EQ(muxer(""), "none");
  EXPECT_EQ(muxer(kMplex).substr(0, 33), "bad handshake of the secure chann");
}

TEST(TlsListener, takes_the_dialers_first_that_it_has) {
  const TlsCertificate certificate = forge(key_of(2), {});
  OpenSslOptions options{.role = Role::dialer, .certificate = &certificate, .protocols = kLibp2p + kYamux};
  const auto ours = against(options);
  ASSERT_TRUE(ours);
  EXPECT_EQ(ours->muxer, std::nullopt);
}

TEST(TlsListener, a_dialer_without_a_certificate_is_refused) {
  const OpenSslOptions options{.role = Role::dialer, .protocols = kLibp2p};
  const auto ours = against(options);
  ASSERT_FALSE(ours);
  EXPECT_EQ(ours.error(), Errc::bad_handshake);
  EXPECT_EQ(ours.error().detail(), "peer did not return a certificate");
}

TEST(TlsDialer, tickets_of_the_listener_are_thrown_away) {
  const TlsCertificate certificate = forge(key_of(2), {});
  OpenSslOptions options{.role = Role::listener, .certificate = &certificate, .protocols = kLibp2p, .tickets = 3};
  const auto ours = against(options, [](OpenSslEnd& foreign, Secured& secured) {
    const Bytes data(1000, std::byte{7});
    foreign.write(data);
    Bytes wire = std::move(secured.unread);
    // The tickets came over the pipe, behind the handshake.
    Bytes more(16 << 10);
    const auto size = secured.wire->try_read(more);
    ASSERT_TRUE(size);
    runtime::append(wire, ByteView(more).first(*size));
    EXPECT_GT(wire.size(), 3 * 150U);
    runtime::append(wire, foreign.give());
    RecordCollector sink;
    EXPECT_EQ(secured.codec->open(wire, sink), wire.size());
    EXPECT_TRUE(sink.bytes == data);
  });
  ASSERT_TRUE(ours) << ours.error().message();
}

// TLS 1.3: the dialer is done before the listener has judged its certificate.
TEST(TlsDialer, a_refusal_by_the_listener_is_told_by_name_with_the_first_record) {
  runtime::run_simulated([](Runtime& runtime) -> Task<void> {
    const SecurityPtr dialer = make_tls(runtime, key_of(1), {});
    const SecurityPtr listener = make_tls(runtime, key_of(2), {});
    Outcome outcome =
        co_await secure_both(runtime, transport::make_memory_pipe(), *dialer, *listener, std::nullopt, peer_of(3));
    EXPECT_TRUE(*outcome.dialer && !*outcome.listener);
    if (!*outcome.dialer) co_return;
    Secured& secured = **outcome.dialer;
    Bytes wire(4096);
    const auto size = secured.wire->try_read(wire);
    EXPECT_TRUE(size && *size > 0);
    if (!size) co_return;
    wire.resize(*size);
    RecordCollector sink;
    const auto opened = secured.codec->open(wire, sink);
    EXPECT_TRUE(!opened && opened.error() == Errc::bad_record);
    if (!opened) EXPECT_EQ(opened.error().detail(), "the peer refused: bad certificate");
  });
}

}  // namespace
}  // namespace quern::security
