// The other end of a TLS connection, all of it by OpenSSL: what a peer written by others is here.
#pragma once
#include <string>
#include <vector>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "overlay/negotiation/role.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/security/tls_certificate.hpp"

namespace quern::security {

struct OpenSslOptions {
  negotiation::Role role = negotiation::Role::dialer;
  const TlsCertificate* certificate = nullptr;
  std::vector<const TlsCertificate*> chain;  // shown behind it
  std::string protocols;                     // as ALPN has them; a listener takes the first of its own
  int version = TLS1_3_VERSION;
  const char* ciphers = "TLS_AES_128_GCM_SHA256";
  bool asks_for_certificate = true;
  std::size_t tickets = 0;
};

class OpenSslEnd {
 public:
  explicit OpenSslEnd(const OpenSslOptions& options)
      : protocols_(options.protocols), context_(SSL_CTX_new(TLS_method())) {
    SSL_CTX* const context = context_.get();
    SSL_CTX_set_min_proto_version(context, options.version);
    SSL_CTX_set_max_proto_version(context, options.version);
    SSL_CTX_set_ciphersuites(context, options.ciphers);
    SSL_CTX_set_num_tickets(context, options.tickets);
    if (options.certificate != nullptr) {
      SSL_CTX_use_certificate(context, options.certificate->certificate.get());
      SSL_CTX_use_PrivateKey(context, options.certificate->key.get());
    }
    for (const TlsCertificate* next : options.chain) SSL_CTX_add1_chain_cert(context, next->certificate.get());
    if (!protocols_.empty()) {
      SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(protocols_.data()),
                              static_cast<unsigned>(protocols_.size()));
      SSL_CTX_set_alpn_select_cb(context, select_own_first, &protocols_);
    }
    SSL_CTX_set_verify(context, options.asks_for_certificate ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                       [](int, X509_STORE_CTX*) { return 1; });
    ssl_.reset(SSL_new(context));
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_.get(), in_, out_);
    if (options.role == negotiation::Role::dialer) {
      SSL_set_connect_state(ssl_.get());
    } else {
      SSL_set_accept_state(ssl_.get());
    }
  }

  SSL* ssl() { return ssl_.get(); }
  void take(runtime::ByteView wire) { BIO_write(in_, wire.data(), static_cast<int>(wire.size())); }
  // What has to be sent.
  runtime::Bytes give() {
    runtime::Bytes bytes(BIO_ctrl_pending(out_));
    if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  // Goes on with the handshake; false when it has failed.
  bool step() {
    ERR_clear_error();
    const int returned = SSL_do_handshake(ssl_.get());
    finished_ = returned == 1;
    return finished_ || SSL_get_error(ssl_.get(), returned) == SSL_ERROR_WANT_READ;
  }
  bool finished() const { return finished_; }
  void write(runtime::ByteView text) { SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())); }
  // All plaintext there is.
  runtime::Bytes read() {
    runtime::Bytes text;
    runtime::Bytes buffer(20'000);
    for (;;) {
      const int size = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
      if (size <= 0) return text;
      runtime::append(text, std::span(buffer).first(static_cast<std::size_t>(size)));
    }
  }

 private:
  static int select_own_first(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                              unsigned int offered_size, void* own) {
    const auto& list = *static_cast<std::string*>(own);
    unsigned char* selected = nullptr;
    const int found = SSL_select_next_proto(&selected, out_size, reinterpret_cast<const unsigned char*>(list.data()),
                                            static_cast<unsigned>(list.size()), offered, offered_size);
    *out = selected;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
  }

  std::string protocols_;
  std::unique_ptr<SSL_CTX, FreeOpenSsl> context_;
  std::unique_ptr<SSL, FreeOpenSsl> ssl_;
  BIO* in_ = nullptr;
  BIO* out_ = nullptr;
  bool finished_ = false;
};

}  // namespace quern::security
