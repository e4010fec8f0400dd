#include "overlay/runtime/address_range.hpp"

#include <charconv>
#include <string>

namespace quern::runtime {
namespace ip = boost::asio::ip;

namespace {

// Clears the bits of `bytes` behind the first `prefix`.
template <class Array>
Array cleared(Array bytes, unsigned prefix) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned kept = prefix <= 8 * i ? 0 : std::min<unsigned>(8, prefix - 8 * static_cast<unsigned>(i));
    bytes[i] = static_cast<unsigned char>(bytes[i] & (0xff00U >> kept));
  }
  return bytes;
}

}  // namespace

IpAddress plain_address(const IpAddress& address) {
  if (!address.is_v6()) return address;
  if (address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return ip::address_v6(address.to_v6().to_bytes());
}

IpAddress masked(const IpAddress& address, unsigned prefix) {
  if (address.is_v4()) return ip::address_v4(cleared(address.to_v4().to_bytes(), prefix));
  return ip::address_v6(cleared(address.to_v6().to_bytes(), prefix));
}

Result<AddressRange> AddressRange::from_text(std::string_view text) {
  const auto slash = text.find('/');
  boost::system::error_code error;
  const IpAddress written = ip::make_address(std::string(text.substr(0, slash)), error);
  if (error || text.find('%') != std::string_view::npos) return fail(Errc::not_found, std::string(text));
  const IpAddress address = slash == std::string_view::npos ? plain_address(written) : written;
  const unsigned bits = address.is_v4() ? 32 : 128;
  if (slash == std::string_view::npos) return AddressRange(address, bits);
  unsigned prefix = 0;
  const std::string_view digits = text.substr(slash + 1);
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (code != std::errc() || end != digits.data() + digits.size() || prefix > bits) {
    return fail(Errc::not_found, std::string(text));
  }
  return AddressRange(address, prefix);
}

bool AddressRange::contains(const IpAddress& address) const {
  const IpAddress plain = plain_address(address);
  return plain.is_v4() == first_.is_v4() && masked(plain, prefix_) == first_;
}

}  // namespace quern::runtime
