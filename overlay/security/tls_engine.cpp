#include "overlay/security/tls_engine.hpp"

#include <algorithm>
#include <array>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "overlay/runtime/assertion.hpp"
#include "overlay/security/aes_hardware.hpp"
#include "overlay/security/raw_bytes.hpp"
#include "overlay/security/tls_records.hpp"

namespace quern::security {

using negotiation::Role;
using runtime::Bytes;
using runtime::ByteView;
using runtime::Error;
using runtime::fail;
using runtime::Result;

struct TlsContext::State {
  std::unique_ptr<ssl_ctx_st, FreeOpenSsl> context;
  std::string protocols;  // as ALPN has them: each behind its length
};

// What OpenSSL's callbacks see of a handshake: the bytes of the step that runs, and what came out.
struct TlsHandshake::Wire {
  ByteView in;
  Bytes* out = nullptr;
  std::size_t taken = 0;  // of all steps
  TlsOptions* options = nullptr;
  std::optional<Error> refusal;  // of TlsOptions::check
  TlsSecret client;
  TlsSecret server;
};

namespace {

using Bio = std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })>;

constexpr std::string_view kHttp = "http/1.1";
constexpr long kPeerCertificateBytesMax = 16 << 10;
constexpr std::size_t kReadBytes = 4 << 10;

// The first reason of OpenSSL's queue, which it empties.
std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "TLS" : reason;
}

std::string alpn_list(const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& protocol : protocols) {
    QUERN_ASSERT(!protocol.empty() && protocol.size() <= 255);
    list += static_cast<char>(protocol.size());
    list += protocol;
  }
  return list;
}

bool alpn_has(std::string_view list, std::string_view protocol) {
  while (!list.empty()) {
    const auto size = static_cast<unsigned char>(list.front());
    if (list.substr(1, size) == protocol) return true;
    list.remove_prefix(1 + size);
  }
  return false;
}

std::string_view as_text(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// The dialer's first that this end has.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned int offered_size, void* mine) {
  const std::string_view list = *static_cast<const std::string*>(mine);
  for (unsigned int at = 0; at < offered_size; at += 1U + offered[at]) {
    if (!alpn_has(list, as_text(offered + at + 1, offered[at]))) continue;
    *out = offered + at + 1;
    *out_size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

// The callbacks that need the inside of a handshake.
struct TlsCallbacks {
  using Wire = TlsHandshake::Wire;

  static Wire& wire_of(const SSL* ssl) { return *static_cast<Wire*>(SSL_get_ex_data(ssl, 0)); }

  static int read(BIO* bio, char* out, int size) {
    Wire& wire = *static_cast<Wire*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (wire.in.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const ByteView piece = wire.in.first(std::min(wire.in.size(), static_cast<std::size_t>(size)));
    std::ranges::copy(piece, reinterpret_cast<std::byte*>(out));
    wire.in = wire.in.subspan(piece.size());
    return static_cast<int>(piece.size());
  }

  static int write(BIO* bio, const char* data, int size) {
    const Wire& wire = *static_cast<Wire*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    runtime::append(*wire.out, runtime::bytes_of({data, static_cast<std::size_t>(size)}));
    return size;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO* make_bio(Wire& wire) {
    static BIO_METHOD* const kMethod = [] {
      BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quern span");
      QUERN_ASSERT(method != nullptr);
      BIO_meth_set_read(method, read);
      BIO_meth_set_write(method, write);
      BIO_meth_set_ctrl(method, control);
      return method;
    }();
    BIO* const bio = BIO_new(kMethod);
    QUERN_ASSERT(bio != nullptr);
    BIO_set_data(bio, &wire);
    BIO_set_init(bio, 1);
    return bio;
  }

  // The door OpenSSL has for the secrets of a connection: lines "LABEL CLIENT_RANDOM SECRET". They stay in the Wire.
  static void take_secret(const SSL* ssl, const char* line) {
    const std::string_view text = line;
    Wire& wire = wire_of(ssl);
    const auto store = [&](std::string_view label, TlsSecret& secret) {
      if (!text.starts_with(label)) return;
      const std::string_view digits = text.substr(text.rfind(' ') + 1);
      secret.hash = digits.size() == 96 ? TlsHash::sha384 : TlsHash::sha256;
      QUERN_ASSERT(digits.size() == 2 * secret.size());
      for (std::size_t i = 0; i < secret.size(); ++i) {
        secret.bytes[i] = static_cast<std::byte>(OPENSSL_hexchar2int(static_cast<unsigned char>(digits[2 * i])) << 4 |
                                                 OPENSSL_hexchar2int(static_cast<unsigned char>(digits[2 * i + 1])));
      }
    };
    store("CLIENT_TRAFFIC_SECRET_0 ", wire.client);
    store("SERVER_TRAFFIC_SECRET_0 ", wire.server);
  }

  // Replaces OpenSSL's own verification, which knows neither the libp2p extension nor our clock.
  static int check_peer(X509_STORE_CTX* store, void*) {
    const SSL* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    Wire& wire = wire_of(ssl);
    STACK_OF(X509)* const chain = X509_STORE_CTX_get0_untrusted(store);
    std::vector<x509_st*> certificates(static_cast<std::size_t>(sk_X509_num(chain)));
    for (std::size_t i = 0; i < certificates.size(); ++i) certificates[i] = sk_X509_value(chain, static_cast<int>(i));
    auto checked = wire.options->check(certificates);
    X509_STORE_CTX_set_error(store, checked ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
    if (!checked) wire.refusal = std::move(checked).error();
    return wire.refusal ? 0 : 1;
  }
};

namespace {

SSL_CTX* make_context() {
  SSL_CTX* const context = SSL_CTX_new(TLS_method());
  QUERN_ASSERT(context != nullptr);
  // Whoever has no AES hardware lists ChaCha20 first, and a server that has it goes by that.
  const char* const ciphers = has_aes_hardware()
                                  ? "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
                                  : "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384";
  QUERN_ASSERT(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1);
  QUERN_ASSERT(SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1);
  QUERN_ASSERT(SSL_CTX_set_ciphersuites(context, ciphers) == 1);
  QUERN_ASSERT(SSL_CTX_set_num_tickets(context, 0) == 1);
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_keylog_callback(context, TlsCallbacks::take_secret);
  return context;
}

void set_protocols(SSL_CTX* context, std::string& protocols) {
  if (protocols.empty()) return;
  QUERN_ASSERT(SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(protocols.data()),
                                       static_cast<unsigned>(protocols.size())) == 0);
  SSL_CTX_set_alpn_select_cb(context, select_protocol, &protocols);
}

Bio reader_of(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// An encrypted key is refused: nobody is there to be asked.
int no_password(char*, int, int, void*) {
  return 0;
}

std::unexpected<Error> bad_pem(std::string what) {
  return fail(Errc::bad_certificate, std::move(what) + ": " + openssl_reason());
}

}  // namespace

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

TlsContext TlsContext::peer(x509_st& certificate, evp_pkey_st& key, std::vector<std::string> protocols) {
  auto state = std::make_unique<State>();
  state->context.reset(make_context());
  state->protocols = alpn_list(protocols);
  SSL_CTX* const context = state->context.get();
  QUERN_ASSERT(SSL_CTX_use_certificate(context, &certificate) == 1 && SSL_CTX_use_PrivateKey(context, &key) == 1);
  set_protocols(context, state->protocols);
  SSL_CTX_set_max_cert_list(context, kPeerCertificateBytesMax);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, TlsCallbacks::check_peer, nullptr);
  return TlsContext(std::move(state));
}

Result<TlsContext> TlsContext::web_server(std::string_view chain, std::string_view key) {
  ERR_clear_error();
  auto state = std::make_unique<State>();
  state->context.reset(make_context());
  state->protocols = alpn_list({std::string(kHttp)});
  SSL_CTX* const context = state->context.get();
  set_protocols(context, state->protocols);
  const Bio chain_reader = reader_of(chain);
  const CertificatePtr own(PEM_read_bio_X509(chain_reader.get(), nullptr, no_password, nullptr));
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return bad_pem("certificate chain");
  while (CertificatePtr next{PEM_read_bio_X509(chain_reader.get(), nullptr, no_password, nullptr)}) {
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) return bad_pem("certificate chain");
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return bad_pem("certificate chain");
  ERR_clear_error();  // the end of the text shows as an error
  const KeyPtr own_key(PEM_read_bio_PrivateKey(reader_of(key).get(), nullptr, no_password, nullptr));
  if (!own_key || SSL_CTX_use_PrivateKey(context, own_key.get()) != 1) return bad_pem("certificate key");
  if (SSL_CTX_check_private_key(context) != 1) return bad_pem("certificate key");
  return TlsContext(std::move(state));
}

Result<TlsContext> TlsContext::web_client(const std::optional<std::string>& authorities) {
  ERR_clear_error();
  TlsContext made = web_client_of_anyone();
  SSL_CTX* const context = made.state_->context.get();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (!authorities) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) return bad_pem("the system's authorities");
    return made;
  }
  const Bio reader = reader_of(*authorities);
  std::size_t count = 0;
  for (; CertificatePtr next{PEM_read_bio_X509(reader.get(), nullptr, no_password, nullptr)}; ++count) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), next.get()) != 1) return bad_pem("trusted authorities");
  }
  if (count == 0 || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return bad_pem("trusted authorities");
  ERR_clear_error();
  return made;
}

TlsContext TlsContext::web_client_of_anyone() {
  auto state = std::make_unique<State>();
  state->context.reset(make_context());
  state->protocols = alpn_list({std::string(kHttp)});
  set_protocols(state->context.get(), state->protocols);
  return TlsContext(std::move(state));
}

TlsHandshake::TlsHandshake(const TlsContext& context, TlsOptions options)
    : options_(std::move(options)), wire_(std::make_unique<Wire>()), ssl_(SSL_new(context.state_->context.get())) {
  SSL* const ssl = ssl_.get();
  QUERN_ASSERT(ssl != nullptr);
  wire_->options = &options_;
  QUERN_ASSERT(SSL_set_ex_data(ssl, 0, wire_.get()) == 1);
  BIO* const bio = TlsCallbacks::make_bio(*wire_);
  SSL_set_bio(ssl, bio, bio);
  if (options_.role == Role::listener) {
    SSL_set_accept_state(ssl);
    return;
  }
  SSL_set_connect_state(ssl);
  X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl), options_.now.unix_ms / 1000);
  if (!options_.host.empty()) host_usable_ = set_host();
}

// False when it cannot be a host: addresses come from peers.
bool TlsHandshake::set_host() {
  const std::string& host = options_.host;
  if (host.find('\0') != std::string::npos) return false;
  X509_VERIFY_PARAM* const verify = SSL_get0_param(ssl_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str()) == 1) return true;
  return X509_VERIFY_PARAM_set1_host(verify, host.c_str(), host.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1;
}

TlsHandshake::~TlsHandshake() = default;

Result<std::size_t> TlsHandshake::step(ByteView in, Bytes& out) {
  QUERN_ASSERT(!finished_);
  if (!host_usable_) return fail(Errc::bad_handshake, "not the name of a host");
  wire_->in = in;
  wire_->out = &out;
  ERR_clear_error();
  const int returned = SSL_do_handshake(ssl_.get());
  const std::size_t taken = in.size() - wire_->in.size();
  wire_->taken += taken;
  finished_ = returned == 1;
  if (!finished_ && SSL_get_error(ssl_.get(), returned) != SSL_ERROR_WANT_READ) return std::unexpected(failure());
  if (wire_->taken > kTlsHandshakeBytesMax) return fail(Errc::bad_handshake, "TLS handshake too long");
  return taken;
}

Error TlsHandshake::failure() const {
  if (const auto& refusal = wire_->refusal) {
    ERR_clear_error();
    return *refusal;
  }
  std::string reason = openssl_reason();
  const long verified = SSL_get_verify_result(ssl_.get());
  if (verified == X509_V_OK) return Error(Errc::bad_handshake, std::move(reason));
  return Error(Errc::bad_certificate, X509_verify_cert_error_string(verified));
}

std::string TlsHandshake::protocol() const {
  const unsigned char* data = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &data, &size);
  return std::string(as_text(data, size));
}

std::unique_ptr<RecordCodec> TlsHandshake::make_records() {
  QUERN_ASSERT(finished_);
  const auto suite = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl_.get()));
  const bool dialer = options_.role == Role::dialer;
  const Cipher cipher = suite == (TLS1_3_CK_AES_128_GCM_SHA256 & 0xFFFF)   ? Cipher::aes_128_gcm
                        : suite == (TLS1_3_CK_AES_256_GCM_SHA384 & 0xFFFF) ? Cipher::aes_256_gcm
                                                                           : Cipher::chacha20_poly1305;
  const TlsSecrets secrets{.cipher = cipher,
                           .send = dialer ? wire_->client : wire_->server,
                           .receive = dialer ? wire_->server : wire_->client};
  return make_tls_records(options_.role, secrets);
}

runtime::Task<Result<TlsChannel>> shake_hands(runtime::Stream& wire, TlsHandshake& handshake) {
  Bytes in;
  while (true) {
    Bytes out;
    const auto taken = handshake.step(in, out);
    // The alert goes out, too; that it fails is not the reason to tell.
    if (!out.empty()) {
      const auto written = co_await wire.write(out);
      if (taken && !written) co_return std::unexpected(written.error());
    }
    if (!taken) co_return std::unexpected(taken.error());
    in.erase(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(*taken));
    if (handshake.finished()) break;
    const std::size_t kept = in.size();
    in.resize(kept + kReadBytes);
    const auto size = co_await wire.read_some(std::span(in).subspan(kept));
    if (!size) co_return std::unexpected(size.error());
    in.resize(kept + *size);
  }
  co_return TlsChannel{handshake.make_records(), std::move(in), handshake.protocol()};
}

}  // namespace quern::security
