#include "overlay/security/openssl_objects.hpp"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace quern::security {

void FreeOpenSsl::operator()(evp_pkey_st* object) const noexcept {
  EVP_PKEY_free(object);
}
void FreeOpenSsl::operator()(ssl_ctx_st* object) const noexcept {
  SSL_CTX_free(object);
}
void FreeOpenSsl::operator()(ssl_st* object) const noexcept {
  SSL_free(object);
}
void FreeOpenSsl::operator()(x509_st* object) const noexcept {
  X509_free(object);
}

}  // namespace quern::security
