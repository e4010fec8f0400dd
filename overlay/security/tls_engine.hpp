// TLS 1.3 handshakes over memory, for both uses: between libp2p peers (tls.hpp) and with web servers (/tls/ws). OpenSSL
// makes the handshake and is gone when that is done, with its 50 KiB a connection; the records are ours
// (tls_records.hpp): sealed from where the plaintext lies and opened in place, neither of which OpenSSL's can.
//
// On a stream, for one that lives as long as the coroutine:
//
//   TlsHandshake handshake(context, {.role = Role::dialer, .now = clock.wall_now(), .host = "example.org"});
//   CO_TRY(TlsChannel channel, co_await shake_hands(*wire, handshake));
//   auto secure = std::make_unique<SecureStream>(std::move(wire), std::move(channel.codec), std::move(channel.unread));
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "overlay/negotiation/role.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/stream.hpp"
#include "overlay/runtime/task.hpp"
#include "overlay/runtime/time.hpp"
#include "overlay/security/openssl_objects.hpp"
#include "overlay/security/security.hpp"

namespace quern::security {

inline constexpr std::size_t kTlsHandshakeBytesMax = 64 << 10;  // from the other end, certificates included

// What connections of one kind have in common: versions, ciphers, certificates. TLS 1.3 only, no tickets, no early
// data. Outlives its handshakes.
class TlsContext {
 public:
  // A web server: its certificate chain, own certificate first, and private key, PEM. Errc::bad_certificate.
  static runtime::Result<TlsContext> web_server(std::string_view chain, std::string_view key);
  // A client of web servers, whose certificates must come from `authorities` (PEM) or else from those that the system
  // trusts. Errc::bad_certificate.
  static runtime::Result<TlsContext> web_client(const std::optional<std::string>& authorities);
  // A client of web servers that looks at no certificate.
  static TlsContext web_client_of_anyone();
  // An end between peers, as dialer and as listener: both show a certificate, which TlsOptions::check judges.
  // `protocols` are offered by ALPN, in this order; the listener takes the dialer's first that it has.
  static TlsContext peer(x509_st& certificate, evp_pkey_st& key, std::vector<std::string> protocols);

  TlsContext(const TlsContext&) = delete;
  TlsContext(TlsContext&&) noexcept;
  TlsContext& operator=(const TlsContext&) = delete;
  TlsContext& operator=(TlsContext&&) noexcept;
  ~TlsContext();

 private:
  friend class TlsHandshake;
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct TlsOptions {
  negotiation::Role role = negotiation::Role::dialer;
  // When certificates must be valid.
  runtime::WallTime now;
  // Client of web servers: the name or IP address that the server's certificate must be for. Names are sent (SNI). What
  // can be neither fails the first step.
  std::string host;
  // Peers: judges the other end's chain, leaf first; runs once, inside the handshake. Its error ends it.
  std::function<runtime::Result<void>(std::span<x509_st* const> chain)> check;
};

// One end of one handshake: bytes in, bytes out.
class TlsHandshake {
 public:
  TlsHandshake(const TlsContext& context, TlsOptions options);
  ~TlsHandshake();
  TlsHandshake(const TlsHandshake&) = delete;
  TlsHandshake& operator=(const TlsHandshake&) = delete;

  // Takes what came from the wire (nothing, for the dialer's first step) and appends to `out` what must be sent, when
  // it fails too: the alert. Returns how many bytes it took; what comes behind the handshake is left.
  // Errc::bad_handshake, bad_certificate, what `check` returned. The first failure is the end of it.
  runtime::Result<std::size_t> step(runtime::ByteView in, runtime::Bytes& out);
  bool finished() const { return finished_; }
  // What ALPN settled on; empty when the ends did not use it.
  std::string protocol() const;
  // For what comes after the handshake. Once, when finished.
  std::unique_ptr<RecordCodec> make_records();

 private:
  friend struct TlsCallbacks;
  struct Wire;
  bool set_host();
  runtime::Error failure() const;

  TlsOptions options_;
  std::unique_ptr<Wire> wire_;
  std::unique_ptr<ssl_st, FreeOpenSsl> ssl_;
  bool host_usable_ = true;
  bool finished_ = false;
};

// What a finished handshake leaves behind.
struct TlsChannel {
  std::unique_ptr<RecordCodec> codec;
  runtime::Bytes unread;  // wire bytes behind the handshake: records already
  std::string protocol;
};

// Runs a handshake on `wire`. Errors of step() and of the stream.
runtime::Task<runtime::Result<TlsChannel>> shake_hands(runtime::Stream& wire, TlsHandshake& handshake);

}  // namespace quern::security
