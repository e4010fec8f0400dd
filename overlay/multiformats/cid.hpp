// CID: the name of a piece of content, or of a key, by its hash (https://github.com/multiformats/cid).
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "overlay/multiformats/error.hpp"
#include "overlay/multiformats/multibase.hpp"
#include "overlay/multiformats/multihash.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::multiformats {

inline constexpr std::size_t kCidBytesMax = 16 + kMultihashBytesMax;

// Codes of the multicodec table for what is named. Any other code is kept as it is.
inline constexpr std::uint64_t kCodecRaw = 0x55;
inline constexpr std::uint64_t kCodecDagPb = 0x70;
inline constexpr std::uint64_t kCodecLibp2pKey = 0x72;

// A value. Version 0 is a bare SHA-256 multihash of codec dag-pb.
class Cid {
 public:
  enum class Version : std::uint8_t { v0 = 0, v1 = 1 };

  // `multihash` is one multihash (asserted). The codec has at most 63 bits.
  static Cid v1(std::uint64_t codec, runtime::Bytes multihash);
  // The SHA-256 multihash (asserted).
  static Cid v0(runtime::Bytes multihash);
  // The whole of `bytes`, or of `text`: "Qm..." (version 0), else multibase. Errc::truncated, malformed, not_canonical,
  // too_large, unknown_protocol.
  static runtime::Result<Cid> from_bytes(runtime::ByteView bytes);
  static runtime::Result<Cid> from_text(std::string_view text);

  Version version() const { return version_; }
  std::uint64_t codec() const { return codec_; }
  runtime::ByteView multihash() const { return multihash_; }

  runtime::Bytes bytes() const;
  // Version 0 is always base58 without a prefix.
  std::string text(Base base = Base::base32) const;

  friend bool operator==(const Cid&, const Cid&) = default;

 private:
  Cid(Version version, std::uint64_t codec, runtime::Bytes multihash)
      : version_(version), codec_(codec), multihash_(std::move(multihash)) {}

  Version version_;
  std::uint64_t codec_;
  runtime::Bytes multihash_;
};

}  // namespace quern::multiformats
