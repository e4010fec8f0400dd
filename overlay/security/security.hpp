// Secure channels: after the handshake both ends know who the other is, and what travels is encrypted and authentic.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/identity/peer_id.hpp"
#include "overlay/negotiation/role.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/stream.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::security {

enum class Errc {
  bad_handshake = 1,  // a message that the protocol forbids
  bad_record,         // after the handshake: not authentic, or malformed
  bad_certificate,    // TLS: the certificate or its libp2p extension is not valid
  wrong_peer,         // the other end proved to be another than the one that was dialed: the detail names both
  nonces_used_up,     // a Noise connection may carry 2^64 - 1 records
  bad_preshared_key,  // not a swarm key file
};
std::error_code make_error_code(Errc code);

// Takes plaintext, piece by piece, as it is decrypted. A piece is valid, and may be written to, during the call only.
class PlaintextSink {
 public:
  virtual ~PlaintextSink() = default;
  virtual runtime::Result<void> take(std::span<std::byte> plaintext) = 0;
};

// What a handshake leaves behind: turns plaintext into records and back. Pure: no I/O, no clock. One for a connection.
class RecordCodec {
 public:
  virtual ~RecordCodec() = default;
  // The most plaintext bytes that fit one record well: a muxer cuts its frames (header included) to this.
  virtual std::size_t plaintext_per_record() const = 0;
  // Appends records that hold `head`, then `body`, to `out`: encrypted straight from where they are. One record when
  // both fit. Errc::nonces_used_up.
  virtual runtime::Result<void> seal(runtime::ByteView head, runtime::ByteView body, runtime::RawBytes& out) = 0;
  // Decrypts the whole records at the start of `wire`, in place where it can, and gives their plaintext to `sink`.
  // Returns how many bytes of `wire` are done with; the rest begins a record that is not complete yet.
  // Errc::bad_record, runtime::Errc::end_of_stream when the peer has closed the channel (TLS close_notify), what the
  // sink returned.
  virtual runtime::Result<std::size_t> open(std::span<std::byte> wire, PlaintextSink& sink) = 0;
  // What must still be sent before the stream is shut down (TLS close_notify). Once.
  virtual void seal_end(runtime::RawBytes& out) = 0;
};

// A finished handshake.
struct Secured {
  runtime::StreamPtr wire;
  std::unique_ptr<RecordCodec> codec;
  runtime::Bytes unread;  // wire bytes that came behind the handshake: records already
  identity::PublicKey remote_key;
  identity::PeerId remote;
  std::optional<std::string> muxer;  // agreed on inside the handshake
};

// Outlives its handshakes, not what they leave behind.
class SecurityProtocol {
 public:
  virtual ~SecurityProtocol() = default;
  // The id in multistream-select: "/noise", "/tls/1.0.0".
  virtual std::string_view id() const = 0;
  // Runs the handshake on `wire`, which it owns from now on. A dialer that knows whom it dials says so in `expected`:
  // another peer is refused inside the handshake. Errc above, and those of the stream.
  virtual runtime::Task<runtime::Result<Secured>> secure(runtime::StreamPtr wire, negotiation::Role role,
                                                         std::optional<identity::PeerId> expected) = 0;
};
using SecurityPtr = std::unique_ptr<SecurityProtocol>;

}  // namespace quern::security

template <>
struct std::is_error_code_enum<quern::security::Errc> : std::true_type {};
