#include "overlay/connection/gater.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace quern::connection {

using runtime::fail;
using runtime::Result;

namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.connection"; }
  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::denied:
        return "not allowed";
      case Errc::self_dial:
        return "that is this node itself";
      case Errc::no_address:
        return "no address to dial";
      case Errc::all_failed:
        return "no address of the peer could be connected to";
      case Errc::backed_off:
        return "failed a moment ago";
      case Errc::unknown_peer:
        return "not connected";
      case Errc::unknown_protocol:
        return "the peer does not serve the protocol";
      case Errc::no_muxer_in_common:
        return "no stream multiplexer in common";
      case Errc::no_security_in_common:
        return "no secure channel in common";
      case Errc::stopped:
        return "this node is stopping";
    }
    return "unknown connection error";
  }
};

bool any_contains(const std::vector<runtime::AddressRange>& ranges, const runtime::IpAddress& address) {
  return std::ranges::any_of(ranges, [&](const runtime::AddressRange& range) { return range.contains(address); });
}

template <std::size_t N>
std::array<unsigned char, N> octets(runtime::ByteView bytes) {
  std::array<unsigned char, N> out{};
  for (std::size_t i = 0; i < N; ++i) out[i] = std::to_integer<unsigned char>(bytes[i]);
  return out;
}

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category category;
  return {static_cast<int>(code), category};
}

std::optional<runtime::IpAddress> ip_of(const multiformats::Multiaddr& address) {
  if (const auto ip4 = address.find(multiformats::Protocol::ip4); ip4 && ip4->size() == 4) {
    return boost::asio::ip::address_v4(octets<4>(*ip4));
  }
  if (const auto ip6 = address.find(multiformats::Protocol::ip6); ip6 && ip6->size() == 16) {
    return runtime::plain_address(boost::asio::ip::address_v6(octets<16>(*ip6)));
  }
  return std::nullopt;
}

Result<void> Gater::Rules::add(std::string_view rule) {
  if (auto peer = identity::PeerId::from_text(rule)) {
    peers.insert(*std::move(peer));
    return {};
  }
  auto range = runtime::AddressRange::from_text(rule);
  if (!range) {
    return fail(runtime::Errc::not_found, "\"" + std::string(rule) + "\" is neither a peer id nor an address range");
  }
  if (std::ranges::find(ranges, *range) == ranges.end()) ranges.push_back(*std::move(range));
  return {};
}

Result<void> Gater::allow(std::string_view rule) {
  return allowed_.add(rule);
}

Result<void> Gater::deny(std::string_view rule) {
  return denied_.add(rule);
}

void Gater::clear() {
  allowed_ = {};
  denied_ = {};
}

Result<void> Gater::check(const runtime::IpAddress& address) const {
  if (any_contains(denied_.ranges, address)) return fail(Errc::denied, address.to_string() + " is on the block list");
  if (allowed_.ranges.empty() || any_contains(allowed_.ranges, address)) return {};
  return fail(Errc::denied, address.to_string() + " is not on the allow list");
}

Result<void> Gater::check(const multiformats::Multiaddr& address) const {
  const auto ip = ip_of(address);
  if (!ip) return {};
  return check(*ip);
}

Result<void> Gater::check(const identity::PeerId& peer) const {
  if (denied_.peers.contains(peer)) return fail(Errc::denied, "peer " + peer.text() + " is on the block list");
  if (allowed_.peers.empty() || allowed_.peers.contains(peer)) return {};
  return fail(Errc::denied, "peer " + peer.text() + " is not on the allow list");
}

}  // namespace quern::connection
