// Owners of OpenSSL's objects, without its headers.
#pragma once
#include <memory>

struct evp_pkey_st;
struct ssl_ctx_st;
struct ssl_st;
struct x509_st;

namespace quern::security {

struct FreeOpenSsl {
  void operator()(evp_pkey_st* object) const noexcept;
  void operator()(ssl_ctx_st* object) const noexcept;
  void operator()(ssl_st* object) const noexcept;
  void operator()(x509_st* object) const noexcept;
};
using KeyPtr = std::unique_ptr<evp_pkey_st, FreeOpenSsl>;
using CertificatePtr = std::unique_ptr<x509_st, FreeOpenSsl>;

}  // namespace quern::security
