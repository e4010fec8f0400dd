// Certificates that libp2p peers show, right but for what a test wants wrong.
#pragma once
#include <string>
#include <vector>

#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "overlay/identity/key.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/security/tls_certificate.hpp"

namespace quern::security {

struct Forgery {
  std::string not_before = "20200101000000Z";
  std::string not_after = "20400101000000Z";
  std::string signed_prefix = "libp2p-tls-handshake:";
  int libp2p_extensions = 1;
  bool critical = false;
  bool other_extension = false;
  bool other_is_critical = false;
  std::string behind_signed_key;  // DER behind the SignedKey, inside the extension
  bool signed_by_another_key = false;
  const char* curve = "P-256";
  int rsa_bits = 0;  // an RSA key of so many bits instead
  const char* hash = "SHA256";
};

inline std::string der_element(char tag, std::string_view contents) {
  std::string der(1, tag);
  if (contents.size() > 127) der += '\x81';
  der += static_cast<char>(contents.size());
  return der + std::string(contents);
}

inline void add_extension(X509* certificate, const char* oid, bool critical, std::string_view value) {
  ASN1_OBJECT* const object = OBJ_txt2obj(oid, 1);
  ASN1_OCTET_STRING* const data = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(data, reinterpret_cast<const unsigned char*>(value.data()), static_cast<int>(value.size()));
  X509_EXTENSION* const extension = X509_EXTENSION_create_by_OBJ(nullptr, object, critical ? 1 : 0, data);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(data);
  ASN1_OBJECT_free(object);
}

// What the extension of `certificate` should hold, made by `key`.
inline std::string signed_key_of(X509* certificate, const identity::PrivateKey& key, const Forgery& forgery) {
  unsigned char* spki = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &spki);
  const std::string text = forgery.signed_prefix + std::string(reinterpret_cast<char*>(spki), size);
  OPENSSL_free(spki);
  const auto signature = key.sign(runtime::bytes_of(text));
  return der_element('\x30', der_element('\x04', runtime::text_of(key.public_key().protobuf())) +
                                 der_element('\x04', runtime::text_of(signature)));
}

inline TlsCertificate forge(const identity::PrivateKey& key, const Forgery& forgery) {
  TlsCertificate made{
      CertificatePtr(X509_new()),
      KeyPtr(forgery.rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(forgery.rsa_bits)) : EVP_EC_gen(forgery.curve))};
  X509* const certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), 7);
  ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), forgery.not_before.c_str());
  ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), forgery.not_after.c_str());
  X509_set_pubkey(certificate, made.key.get());
  if (forgery.other_extension) {
    add_extension(certificate, "1.3.6.1.4.1.53594.99", forgery.other_is_critical, "anything");
  }
  for (int i = 0; i < forgery.libp2p_extensions; ++i) {
    add_extension(certificate, "1.3.6.1.4.1.53594.1.1", forgery.critical,
                  signed_key_of(certificate, key, forgery) + forgery.behind_signed_key);
  }
  const KeyPtr other(EVP_EC_gen("P-256"));
  X509_sign(certificate, forgery.signed_by_another_key ? other.get() : made.key.get(),
            EVP_get_digestbyname(forgery.hash));
  return made;
}

inline runtime::Bytes der_of(const TlsCertificate& certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.certificate.get(), &der);
  runtime::Bytes bytes = runtime::copy_of(std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace quern::security
