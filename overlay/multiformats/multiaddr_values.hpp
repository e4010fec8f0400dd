// The forms that values of multiaddr components have: as bytes on the wire and as text for people.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "overlay/runtime/bytes.hpp"

namespace quern::multiformats {

inline constexpr std::size_t kNameBytesMax = 253;  // of a domain name, as DNS has it; of a zone

struct ValueFormat {
  std::string_view expected;  // "a port, 0 to 65535": what to tell whoever gave something else
  // Whether the bytes, of the size that the protocol has, are a value. What is not would have no text, or one that is
  // read as other bytes.
  bool (*is_valid)(runtime::ByteView value);
  // The bytes that the text says; is_valid() has still to look at them. Nothing when it is not of this form at all.
  std::optional<runtime::Bytes> (*parse)(std::string_view text);
  // Of a valid value: read back by parse() as the same bytes.
  std::string (*print)(runtime::ByteView value);
};

// Formats by what they hold; the sizes that are not in the protocol table are here.
extern const ValueFormat kIp4Format;
extern const ValueFormat kIp6Format;         // text as RFC 5952 wants it
extern const ValueFormat kPrefixSizeFormat;  // of an IP network: one byte
extern const ValueFormat kPortFormat;
extern const ValueFormat kNameFormat;  // domain names and IPv6 zones: printable and without '/'
extern const ValueFormat kOnionFormat;
extern const ValueFormat kOnion3Format;
extern const ValueFormat kGarlic64Format;
extern const ValueFormat kGarlic32Format;
extern const ValueFormat kPeerFormat;
extern const ValueFormat kCertificateHashFormat;  // a multihash, as text in multibase
extern const ValueFormat kPathFormat;             // of a file: begins with '/', does not end so
extern const ValueFormat kHttpPathFormat;         // percent-encoded as text
extern const ValueFormat kNumberFormat;           // 8 bytes

}  // namespace quern::multiformats
