#include "overlay/security/tls.hpp"

#include <algorithm>
#include <utility>

#include "overlay/security/expected_peer.hpp"
#include "overlay/security/tls_certificate.hpp"
#include "overlay/security/tls_engine.hpp"

namespace quern::security {
namespace {

using identity::PeerId;
using negotiation::Role;
using runtime::fail;
using runtime::Result;
using runtime::Task;

// Offered last: muxers are negotiated by multistream-select then.
constexpr std::string_view kNoMuxer = "libp2p";

class Tls final : public SecurityProtocol {
 public:
  Tls(runtime::Runtime& runtime, const identity::PrivateKey& key, std::vector<std::string> muxers)
      : runtime_(runtime), muxers_(std::move(muxers)), context_(make_context(runtime, key, muxers_)) {}

  std::string_view id() const override { return "/tls/1.0.0"; }
  Task<Result<Secured>> secure(runtime::StreamPtr wire, Role role, std::optional<PeerId> expected) override;

 private:
  static TlsContext make_context(runtime::Runtime& runtime, const identity::PrivateKey& key,
                                 std::vector<std::string> protocols) {
    const TlsCertificate certificate = make_tls_certificate(runtime, key);
    protocols.emplace_back(kNoMuxer);
    return TlsContext::peer(*certificate.certificate, *certificate.key, std::move(protocols));
  }

  runtime::Runtime& runtime_;
  std::vector<std::string> muxers_;
  TlsContext context_;
};

Task<Result<Secured>> Tls::secure(runtime::StreamPtr wire, Role role, std::optional<PeerId> expected) {
  std::optional<identity::PublicKey> remote;
  TlsOptions options{.role = role, .now = runtime_.clock().wall_now(), .host = {}, .check = {}};
  options.check = [&remote, &expected, now = options.now](std::span<x509_st* const> chain) -> Result<void> {
    if (chain.size() != 1) return fail(Errc::bad_certificate, "a peer shows exactly one certificate");
    auto key = read_tls_certificate(*chain.front(), now);
    if (!key) return std::unexpected(std::move(key).error());
    if (auto checked = check_expected(expected, PeerId::of(*key)); !checked) return checked;
    remote = std::move(*key);
    return {};
  };
  TlsHandshake handshake(context_, std::move(options));
  CO_TRY(TlsChannel channel, co_await shake_hands(*wire, handshake));
  if (!remote) co_return fail(Errc::bad_certificate, "the peer did not show any");
  // A peer that does not use ALPN has said nothing about muxers.
  std::optional<std::string> muxer;
  if (std::ranges::find(muxers_, channel.protocol) != muxers_.end()) muxer = std::move(channel.protocol);
  const PeerId peer = PeerId::of(*remote);
  co_return Secured{.wire = std::move(wire),
                    .codec = std::move(channel.codec),
                    .unread = std::move(channel.unread),
                    .remote_key = std::move(*remote),
                    .remote = peer,
                    .muxer = std::move(muxer)};
}

}  // namespace

SecurityPtr make_tls(runtime::Runtime& runtime, const identity::PrivateKey& key, std::vector<std::string> muxers) {
  return std::make_unique<Tls>(runtime, key, std::move(muxers));
}

}  // namespace quern::security
