// A certificate authority of the web and certificates under it, as PEM.
#pragma once
#include <string>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "overlay/security/openssl_objects.hpp"

namespace quern::security {

inline std::string pem_of(X509* certificate) {
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}
inline std::string pem_of(EVP_PKEY* key) {
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

// Signs certificates valid from 2020 to 2030.
class WebAuthority {
 public:
  explicit WebAuthority(const char* name = "authority") : key_(EVP_EC_gen("P-256")) {
    certificate_ = make(name, key_.get(), NID_basic_constraints, "critical,CA:TRUE");
  }

  std::string pem() const { return pem_of(certificate_.get()); }

  struct Server {
    std::string chain;
    std::string key;
  };
  // `names` as in a configuration of OpenSSL: "DNS:example.org,IP:127.0.0.1".
  Server server(const char* names) const {
    const KeyPtr key(EVP_EC_gen("P-256"));
    const CertificatePtr certificate = make("server", key.get(), NID_subject_alt_name, names);
    return {pem_of(certificate.get()) + pem(), pem_of(key.get())};
  }

 private:
  CertificatePtr make(const char* name, EVP_PKEY* key, int extension_id, const char* value) const {
    CertificatePtr made(X509_new());
    X509* const certificate = made.get();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "20200101000000Z");
    ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "20300101000000Z");
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509* const issuer = certificate_ ? certificate_.get() : certificate;
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
    X509_set_pubkey(certificate, key);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, extension_id, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(certificate, key_.get(), EVP_sha256());
    return made;
  }

  KeyPtr key_;
  CertificatePtr certificate_;
};

}  // namespace quern::security
