#include "overlay/multiformats/multihash.hpp"

#include <algorithm>
#include <string>

#include <openssl/evp.h>

#include "overlay/multiformats/varint.hpp"
#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/sha256.hpp"

namespace quern::multiformats {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

constexpr HashKind kind(std::uint64_t code, std::string_view name, std::size_t digest_bytes) {
  return {static_cast<HashCode>(code), name, digest_bytes};
}

// https://github.com/multiformats/multicodec/blob/master/table.csv, tag "multihash", in the order of their codes.
constexpr auto kKinds = std::to_array<HashKind>({
    kind(0x00, "identity", kDigestBytesMax),
    kind(0x11, "sha1", 20),
    kind(0x12, "sha2-256", 32),
    kind(0x13, "sha2-512", 64),
    kind(0x14, "sha3-512", 64),
    kind(0x15, "sha3-384", 48),
    kind(0x16, "sha3-256", 32),
    kind(0x17, "sha3-224", 28),
    kind(0x18, "shake-128", 32),
    kind(0x19, "shake-256", 64),
    kind(0x1a, "keccak-224", 28),
    kind(0x1b, "keccak-256", 32),
    kind(0x1c, "keccak-384", 48),
    kind(0x1d, "keccak-512", 64),
    kind(0x1e, "blake3", kDigestBytesMax),
    kind(0x20, "sha2-384", 48),
    kind(0x56, "dbl-sha2-256", 32),
    kind(0xd4, "md4", 16),
    kind(0xd5, "md5", 16),
    kind(0x1012, "sha2-256-trunc254-padded", 32),
    kind(0x1013, "sha2-224", 28),
    kind(0x1014, "sha2-512-224", 28),
    kind(0x1015, "sha2-512-256", 32),
    kind(0x1053, "ripemd-160", 20),
    kind(0xb210, "blake2b-128", 16),
    kind(0xb214, "blake2b-160", 20),
    kind(0xb21c, "blake2b-224", 28),
    kind(0xb220, "blake2b-256", 32),
    kind(0xb230, "blake2b-384", 48),
    kind(0xb240, "blake2b-512", 64),
    kind(0xb250, "blake2s-128", 16),
    kind(0xb254, "blake2s-160", 20),
    kind(0xb25c, "blake2s-224", 28),
    kind(0xb260, "blake2s-256", 32),
});
static_assert(std::ranges::is_sorted(kKinds, {}, &HashKind::code));

const HashKind* find_kind(HashCode code) {
  const auto at = std::ranges::lower_bound(kKinds, code, {}, &HashKind::code);
  return at != kKinds.end() && at->code == code ? at : nullptr;
}

void digest_into(const EVP_MD* hash, ByteView bytes, std::span<std::byte> out) {
  unsigned size = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size, hash, nullptr);
  QUERN_ASSERT(done == 1 && size == out.size());
}

}  // namespace

std::span<const HashKind> hash_kinds() {
  return kKinds;
}

Result<Multihash> read_multihash(ByteView bytes) {
  const auto code = read_varint(bytes);
  if (!code) return std::unexpected(code.error());
  const HashKind* kind = find_kind(static_cast<HashCode>(code->value));
  if (kind == nullptr) return fail(Errc::unknown_protocol, "hash code " + std::to_string(code->value));
  const auto length = read_varint(bytes.subspan(code->size));
  if (!length) return std::unexpected(length.error());
  if (length->value == 0 && kind->code != HashCode::identity) return fail(Errc::malformed, "a digest of no bytes");
  if (length->value > kind->digest_bytes) {
    return fail(Errc::too_large, "a digest of " + std::to_string(length->value) + " bytes, limit of " +
                                     std::string(kind->name) + " " + std::to_string(kind->digest_bytes));
  }
  const std::size_t start = code->size + length->size;
  if (bytes.size() - start < length->value) return fail(Errc::truncated, "a digest");
  return Multihash{kind->code, bytes.subspan(start, length->value), start + length->value};
}

Bytes make_multihash(HashCode code, ByteView digest) {
  const HashKind* kind = find_kind(code);
  QUERN_ASSERT(kind != nullptr && (!digest.empty() || code == HashCode::identity) &&
               digest.size() <= kind->digest_bytes);
  Bytes out;
  out.reserve(digest.size() + 4);
  append_varint(out, static_cast<std::uint64_t>(code));
  append_varint(out, digest.size());
  runtime::append(out, digest);
  return out;
}

Bytes multihash_of(HashCode code, ByteView bytes) {
  switch (code) {
    case HashCode::identity:
      return make_multihash(code, bytes);
    case HashCode::sha2_256:
      return make_multihash(code, sha2_256(bytes));
    case HashCode::sha2_512:
      return make_multihash(code, sha2_512(bytes));
  }
  runtime::fail_assertion("multihash_of", "this node does not compute that hash");
}

std::array<std::byte, 32> sha2_256(ByteView bytes) {
  return runtime::sha256(bytes);
}

std::array<std::byte, 64> sha2_512(ByteView bytes) {
  static const EVP_MD* const kHash = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  std::array<std::byte, 64> out;
  digest_into(kHash, bytes, out);
  return out;
}

}  // namespace quern::multiformats
