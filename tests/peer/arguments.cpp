#include "tests/peer/arguments.hpp"

#include <boost/json/serialize.hpp>

#include "tests/peer/error.hpp"

namespace quern::peer {

using runtime::fail;
using runtime::Result;

namespace {

constexpr std::size_t kShownMax = 200;  // characters of a wrong value

std::string shown(const boost::json::value* value) {
  return value == nullptr ? "missing" : boost::json::serialize(*value).substr(0, kShownMax);
}

}  // namespace

bool Arguments::has(std::string_view name) const {
  return line_.contains(name);
}

Result<std::string> Arguments::text(std::string_view name) const {
  const boost::json::value* value = find(name);
  if (value == nullptr || !value->is_string())
    return fail(Errc::bad_argument, std::string(name) + " is " + shown(value) + ", must be text");
  return std::string(value->get_string());
}

Result<std::uint64_t> Arguments::number(std::string_view name, std::uint64_t without, std::uint64_t most) const {
  const boost::json::value* value = find(name);
  if (value == nullptr) return without;
  if (value->is_int64() && value->get_int64() >= 0 && static_cast<std::uint64_t>(value->get_int64()) <= most)
    return static_cast<std::uint64_t>(value->get_int64());
  return fail(Errc::bad_argument, std::string(name) + " is " + shown(value) + ", must be a whole number of at most " +
                                      std::to_string(most));
}

Result<identity::PeerId> Arguments::peer() const {
  auto name = text("peer");
  if (!name) return std::unexpected(std::move(name).error());
  auto peer = identity::PeerId::from_text(*name);
  if (!peer) return fail(Errc::bad_argument, "peer is " + shown(find("peer")) + ": " + peer.error().message());
  return peer;
}

Result<multiformats::Multiaddr> Arguments::address() const {
  auto name = text("addr");
  if (!name) return std::unexpected(std::move(name).error());
  auto address = multiformats::Multiaddr::from_text(*name);
  if (!address) return fail(Errc::bad_argument, "addr is " + shown(find("addr")) + ": " + address.error().message());
  return address;
}

}  // namespace quern::peer
