// The arguments of one command.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "overlay/identity/peer_id.hpp"
#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::peer {

// A value. Everything fails with Errc::bad_argument, whose detail names the argument, what it was and what it must be.
class Arguments {
 public:
  explicit Arguments(boost::json::object line) : line_(std::move(line)) {}

  bool has(std::string_view name) const;
  const boost::json::value* find(std::string_view name) const { return line_.if_contains(name); }

  runtime::Result<std::string> text(std::string_view name) const;
  // 0 to `most`.
  runtime::Result<std::uint64_t> number(std::string_view name, std::uint64_t without, std::uint64_t most) const;
  runtime::Result<identity::PeerId> peer() const;            // "peer"
  runtime::Result<multiformats::Multiaddr> address() const;  // "addr"

 private:
  boost::json::object line_;
};

}  // namespace quern::peer
