#include "overlay/security/tls_certificate.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "overlay/runtime/assertion.hpp"
#include "overlay/security/raw_bytes.hpp"

namespace quern::security {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

constexpr const char* kExtensionOid = "1.3.6.1.4.1.53594.1.1";
constexpr std::string_view kSignedPrefix = "libp2p-tls-handshake:";

template <class T, auto Free>
using Owned = std::unique_ptr<T, decltype([](T* object) { Free(object); })>;

const ASN1_OBJECT* extension_oid() {
  static const ASN1_OBJECT* const kOid = OBJ_txt2obj(kExtensionOid, 1);
  QUERN_ASSERT(kOid != nullptr);
  return kOid;
}

std::unexpected<runtime::Error> bad(std::string what) {
  ERR_clear_error();
  return fail(Errc::bad_certificate, std::move(what));
}

// What the peer's key signs: the prefix and the certificate's key as DER SubjectPublicKeyInfo.
Bytes signed_text(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  QUERN_ASSERT(size > 0);
  Bytes text = runtime::copy_of(runtime::bytes_of(kSignedPrefix));
  runtime::append(text, std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
  OPENSSL_free(der);
  return text;
}

// SignedKey ::= SEQUENCE { publicKey OCTET STRING, signature OCTET STRING }
struct SignedKey {
  ByteView key;
  ByteView signature;
};

// The contents of the DER element at the front of `der`, which it takes off; nullopt when it is not `tag`, or not
// whole.
std::optional<ByteView> take_element(ByteView& der, int expected_tag) {
  const unsigned char* at = raw(der.data());
  long size = 0;
  int tag = 0;
  int form = 0;
  const int got = ASN1_get_object(&at, &size, &tag, &form, static_cast<long>(der.size()));
  // Bit 0x80: an error; bit 1: the indefinite form, which is not DER.
  if ((got & 0x81) != 0 || tag != expected_tag || form != V_ASN1_UNIVERSAL) return std::nullopt;
  const auto header = static_cast<std::size_t>(at - raw(der.data()));
  const ByteView contents = der.subspan(header, static_cast<std::size_t>(size));
  der = der.subspan(header + contents.size());
  return contents;
}

std::optional<SignedKey> read_signed_key(ByteView der) {
  auto sequence = take_element(der, V_ASN1_SEQUENCE);
  if (!sequence || !der.empty()) return std::nullopt;
  const auto key = take_element(*sequence, V_ASN1_OCTET_STRING);
  if (!key) return std::nullopt;
  const auto signature = take_element(*sequence, V_ASN1_OCTET_STRING);
  if (!signature || !sequence->empty()) return std::nullopt;
  return SignedKey{*key, *signature};
}

Bytes element(int tag, ByteView contents) {
  Bytes der(static_cast<std::size_t>(ASN1_object_size(0, static_cast<int>(contents.size()), tag)));
  unsigned char* at = raw(der.data());
  const int constructed = tag == V_ASN1_SEQUENCE ? 1 : 0;
  ASN1_put_object(&at, constructed, static_cast<int>(contents.size()), tag, V_ASN1_UNIVERSAL);
  std::ranges::copy(contents, reinterpret_cast<std::byte*>(at));
  return der;
}

Bytes encode_signed_key(ByteView key, ByteView signature) {
  Bytes contents = element(V_ASN1_OCTET_STRING, key);
  runtime::append(contents, element(V_ASN1_OCTET_STRING, signature));
  return element(V_ASN1_SEQUENCE, contents);
}

// TLS 1.3's signature schemes (RFC 8446 section 4.2.3) tie each curve to its hash.
bool fits_curve(EVP_PKEY* key, int hash) {
  std::array<char, 32> name{};
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), nullptr) != 1) return false;
  switch (OBJ_sn2nid(name.data())) {
    case NID_X9_62_prime256v1:
      return hash == NID_sha256;
    case NID_secp384r1:
      return hash == NID_sha384;
    case NID_secp521r1:
      return hash == NID_sha512;
    default:
      return false;
  }
}

bool signed_acceptably(X509* certificate, EVP_PKEY* key) {
  int hash = NID_undef;
  if (X509_get_signature_info(certificate, &hash, nullptr, nullptr, nullptr) != 1) return false;
  const auto bits = static_cast<std::size_t>(EVP_PKEY_get_bits(key));
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      return (hash == NID_sha256 || hash == NID_sha384 || hash == NID_sha512) && bits >= identity::kRsaBitsMin &&
             bits <= kTlsRsaBitsMax;
    case EVP_PKEY_EC:
      return fits_curve(key, hash);
    case EVP_PKEY_ED25519:
    case EVP_PKEY_ED448:
      return true;
    default:
      return false;
  }
}

Result<void> check_signature(X509* certificate) {
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (key == nullptr) return bad("its key cannot be read");
  if (!signed_acceptably(certificate, key)) return bad("signed by an algorithm that is not taken");
  if (X509_verify(certificate, key) != 1) return bad("not signed by its own key");
  return {};
}

Result<void> check_dates(X509* certificate, runtime::WallTime now) {
  std::time_t seconds = now.unix_ms / 1000;
  if (X509_cmp_time(X509_get0_notBefore(certificate), &seconds) != -1) return bad("not valid yet");
  if (X509_cmp_time(X509_get0_notAfter(certificate), &seconds) != 1) return bad("expired");
  return {};
}

// The contents of libp2p's extension.
Result<ByteView> find_extension(X509* certificate) {
  std::optional<ByteView> found;
  for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
    X509_EXTENSION* const extension = X509_get_ext(certificate, i);
    if (OBJ_cmp(X509_EXTENSION_get_object(extension), extension_oid()) != 0) {
      if (X509_EXTENSION_get_critical(extension) != 0) return bad("a critical extension that is not known");
      continue;
    }
    if (found) return bad("two libp2p extensions");
    const ASN1_OCTET_STRING* const data = X509_EXTENSION_get_data(extension);
    found = std::as_bytes(std::span(ASN1_STRING_get0_data(data), static_cast<std::size_t>(ASN1_STRING_length(data))));
  }
  if (!found) return bad("no libp2p extension");
  return *found;
}

}  // namespace

Result<identity::PublicKey> read_tls_certificate(x509_st& certificate, runtime::WallTime now) {
  X509* const x509 = &certificate;
  if (auto checked = check_dates(x509, now); !checked) return std::unexpected(std::move(checked).error());
  const auto extension = find_extension(x509);
  if (!extension) return std::unexpected(extension.error());
  const auto signed_key = read_signed_key(*extension);
  if (!signed_key) return bad("malformed libp2p extension");
  auto key = identity::PublicKey::from_protobuf(signed_key->key);
  if (!key) return bad("the peer's key: " + key.error().message());
  if (auto checked = check_signature(x509); !checked) return std::unexpected(std::move(checked).error());
  if (!key->verify(signed_text(x509), signed_key->signature)) return bad("the peer's signature is not valid");
  return key;
}

Result<identity::PublicKey> read_tls_certificate(ByteView der, runtime::WallTime now) {
  if (der.size() > kTlsCertificateBytesMax) return bad("too long");
  const unsigned char* at = raw(der.data());
  const CertificatePtr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate || at != raw(der.data()) + der.size()) return bad("not an X.509 certificate");
  return read_tls_certificate(*certificate, now);
}

TlsCertificate make_tls_certificate(runtime::Runtime& runtime, const identity::PrivateKey& key) {
  TlsCertificate made{CertificatePtr(X509_new()), KeyPtr(EVP_EC_gen("P-256"))};
  X509* const x509 = made.certificate.get();
  QUERN_ASSERT(x509 != nullptr && made.key != nullptr);
  std::array<std::byte, 8> serial{};
  runtime.fill_secret(serial);
  serial[0] &= std::byte{0x7F};  // positive
  std::uint64_t number = 0;
  for (const std::byte byte : serial) number = number << 8 | std::to_integer<std::uint64_t>(byte);
  QUERN_ASSERT(X509_set_version(x509, X509_VERSION_3) == 1);
  QUERN_ASSERT(ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), number) == 1);
  QUERN_ASSERT(ASN1_TIME_set_string_X509(X509_getm_notBefore(x509), "19750101000000Z") == 1);
  QUERN_ASSERT(ASN1_TIME_set_string_X509(X509_getm_notAfter(x509), "40960101000000Z") == 1);
  QUERN_ASSERT(X509_set_pubkey(x509, made.key.get()) == 1);
  const Bytes value = encode_signed_key(key.public_key().protobuf(), key.sign(signed_text(x509)));
  const Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> octets(ASN1_OCTET_STRING_new());
  QUERN_ASSERT(octets && ASN1_OCTET_STRING_set(octets.get(), raw(value.data()), static_cast<int>(value.size())) == 1);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509_EXTENSION_create_by_OBJ(nullptr, extension_oid(), 0, octets.get()));
  QUERN_ASSERT(extension && X509_add_ext(x509, extension.get(), -1) == 1);
  QUERN_ASSERT(X509_sign(x509, made.key.get(), EVP_sha256()) > 0);
  return made;
}

}  // namespace quern::security
