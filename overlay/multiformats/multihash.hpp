// Multihash: a digest that says which hash made it (https://github.com/multiformats/multihash): code and length as
// varints, then the digest.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "overlay/multiformats/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::multiformats {

inline constexpr std::size_t kDigestBytesMax = 128;
inline constexpr std::size_t kMultihashBytesMax = 16 + kDigestBytesMax;

// Codes of the multicodec table that the overlay itself speaks of; hash_kinds() has the others that it knows.
enum class HashCode : std::uint64_t { identity = 0x00, sha2_256 = 0x12, sha2_512 = 0x13 };

struct HashKind {
  HashCode code;
  std::string_view name;     // "sha2-256", as in the multicodec table
  std::size_t digest_bytes;  // of the whole digest; a multihash may hold its first part only
};
// Every hash that a multihash may name, by code.
std::span<const HashKind> hash_kinds();

struct Multihash {
  HashCode code;
  runtime::ByteView digest;  // valid as long as what it was read from
  std::size_t size = 0;      // bytes of the whole multihash
};

// The multihash at the start of `bytes`. Errc::truncated, not_canonical (a varint that is not minimal),
// unknown_protocol (not in the table), too_large (a digest above kDigestBytesMax or above what its hash makes),
// malformed (an empty digest of another hash than identity).
runtime::Result<Multihash> read_multihash(runtime::ByteView bytes);

// `digest` is one that read_multihash() would take (asserted).
runtime::Bytes make_multihash(HashCode code, runtime::ByteView digest);
// The multihash of `bytes`, which are at most kDigestBytesMax for the hash `identity` (asserted).
runtime::Bytes multihash_of(HashCode code, runtime::ByteView bytes);

std::array<std::byte, 32> sha2_256(runtime::ByteView bytes);
std::array<std::byte, 64> sha2_512(runtime::ByteView bytes);

}  // namespace quern::multiformats
