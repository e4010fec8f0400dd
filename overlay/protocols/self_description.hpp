// What this node says of itself in identify.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "overlay/connection/swarm.hpp"
#include "overlay/identity/key.hpp"
#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/protocols/identify_message.hpp"
#include "overlay/protocols/observed_addresses.hpp"
#include "overlay/runtime/runtime.hpp"

namespace quern::protocols {

// Keeps the current description, and the signed record, which is made anew only when the addresses have changed. The
// swarm and runtime outlive it.
class SelfDescription {
 public:
  struct Words {
    std::string protocol_version;
    std::string agent_version;
    std::vector<multiformats::Multiaddr> more_addresses;
  };
  SelfDescription(connection::Swarm& swarm, runtime::Runtime& runtime, identity::PrivateKey key, Words words);

  // Of listeners, configuration and observation, at most kIdentifyAddressesMax. Asks the system for its interfaces.
  std::vector<multiformats::Multiaddr> addresses() const;
  // Looks at the protocols, and, as that costs system calls, only if told at the addresses. True when what is said has
  // changed: version() is then the next.
  bool refresh(bool addresses_too);
  // 1 or more, once refreshed.
  std::uint64_t version() const { return version_; }
  // The message for a peer that is seen at `observed`, at most kIdentifyBytesMax.
  runtime::Bytes encode(const std::optional<multiformats::Multiaddr>& observed) const;

  ObservedAddresses& observed() { return observed_; }

 private:
  void sign();

  connection::Swarm& swarm_;
  runtime::Runtime& runtime_;
  identity::PrivateKey key_;
  Words words_;
  ObservedAddresses observed_;
  IdentifyMessage message_;  // all but the observed address
  std::uint64_t version_ = 0;
  std::uint64_t sequence_ = 0;  // of the last signed record
};

}  // namespace quern::protocols
