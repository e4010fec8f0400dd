// JSON-RPC over WebSocket (RFC 6455) on loopback: one message a text frame, no compression. Whoever holds the token may
// call: as `Authorization: Bearer TOKEN` of the upgrade, or by auth.login. Web pages are kept out: an Origin that is
// not allowed is refused, and so is a Host that is not a loopback address or "localhost" (DNS rebinding).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "overlay/runtime/network.hpp"
#include "scheduler/rpc/message_stream.hpp"
#include "scheduler/rpc/token.hpp"

namespace quern::rpc {

inline constexpr std::size_t kUpgradeBytesMax = 8192;

struct UpgradeRules {
  Token token;
  std::vector<std::string> origins;  // that may connect from a browser: "http://localhost:8080"
};

struct Upgraded {
  MessageStreamPtr stream;
  bool authorized = false;  // the token came with the upgrade
};

// An accepted socket that has not said anything yet.
class PendingWebSocket {
 public:
  virtual ~PendingWebSocket() = default;  // closes it
  // Errc::refused, naming why, after an HTTP answer that says so: a wrong token, Origin or Host, no upgrade at all.
  virtual runtime::Task<runtime::Result<Upgraded>> upgrade(const UpgradeRules& rules) = 0;
  virtual const std::string& peer() const = 0;
};

class WebSocketListener {
 public:
  // Errc::refused for an address that is not loopback; address_in_use, address_unavailable, system.
  static runtime::Result<std::unique_ptr<WebSocketListener>> listen(const runtime::Executor& executor,
                                                                    const runtime::Endpoint& at);
  virtual ~WebSocketListener() = default;
  // Errc::limit_reached when the process has no file descriptor left: call it again later; closed.
  virtual runtime::Task<runtime::Result<std::unique_ptr<PendingWebSocket>>> accept() = 0;
  virtual runtime::Endpoint local() const = 0;
};

// Connects and upgrades; the token goes with it where there is one. Errc::refused, with the server's status, also for a
// wrong token; unreachable, reset, system.
runtime::Task<runtime::Result<MessageStreamPtr>> connect_websocket(runtime::Executor executor, runtime::Endpoint to,
                                                                   std::optional<std::string> token);

}  // namespace quern::rpc
