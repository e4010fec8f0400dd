// Makes connections: one attempt a peer at a time, its addresses side by side, first come first kept.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "overlay/connection/back_off.hpp"
#include "overlay/connection/connection_table.hpp"
#include "overlay/connection/dial_line.hpp"
#include "overlay/connection/dial_plan.hpp"
#include "overlay/connection/swarm_config.hpp"
#include "overlay/connection/upgrade.hpp"
#include "overlay/transport/transport.hpp"

namespace quern::connection {

// Whom and where to dial.
struct DialRequest {
  std::optional<identity::PeerId> peer;  // none: whoever answers
  std::vector<multiformats::Multiaddr> addresses;
  // The user named this very address: it is dialed even if it failed a moment ago, and its own error is told.
  bool named_by_user = false;
};

// What dialing needs of the swarm. Outlives it.
struct DialServices {
  runtime::Runtime& runtime;
  const identity::PeerId& self;
  const SwarmConfig& config;
  const std::vector<transport::TransportPtr>& transports;
  const Gater& gater;
  LimitBook& limits;
  Upgrader& upgrader;
  ConnectionTable& table;
  runtime::TaskGroup& tasks;
};

// On one executor. Attempts run in the services' tasks, which are joined before it is destroyed.
class Dialer {
 public:
  explicit Dialer(DialServices services);
  ~Dialer();

  // As Swarm::connect().
  runtime::Task<runtime::Result<ConnectionPtr>> connect(DialRequest request);
  // The peer has connected to this node meanwhile: an attempt to reach it may be over.
  void on_inbound(const identity::PeerId& peer);
  // Ends all attempts with Errc::stopped.
  void stop();

 private:
  struct Attempt;
  using AttemptPtr = std::shared_ptr<Attempt>;
  class Caller;
  class Finish;

  runtime::Result<AttemptPtr> begin(const std::string& key, const DialRequest& request);
  runtime::Result<std::vector<multiformats::Multiaddr>> dialable(const DialRequest& request);
  runtime::Result<void> check(const multiformats::Multiaddr& address, const DialRequest& request);
  runtime::Task<void> run(AttemptPtr attempt);
  runtime::Task<void> race(Attempt& attempt, runtime::TaskGroup& dials);
  runtime::Task<void> dial_one(Attempt& attempt, multiformats::Multiaddr address);
  runtime::Task<runtime::Result<NewConnection>> dial(multiformats::Multiaddr address,
                                                     std::optional<identity::PeerId> expected);
  void forget(const Attempt& attempt);
  ConnectionPtr connection_of(const Attempt& attempt) const;
  runtime::Result<ConnectionPtr> outcome(Attempt& attempt);
  transport::Transport* transport_for(const multiformats::Multiaddr& address) const;

  DialServices services_;
  DialLine line_;
  BackOff back_off_;
  std::map<std::string, AttemptPtr> attempts_;
  bool stopped_ = false;
};

}  // namespace quern::connection
