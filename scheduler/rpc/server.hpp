// The RPC of a daemon: serves a registry of methods and topics over a Unix socket and, where it is wanted, over
// WebSocket on loopback. docs/rpc.md describes it to its callers.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/network.hpp"
#include "overlay/runtime/runtime.hpp"
#include "scheduler/rpc/limits.hpp"
#include "scheduler/rpc/registry.hpp"
#include "scheduler/rpc/topics.hpp"

namespace quern::rpc {

struct WebSocketOptions {
  runtime::Endpoint at;              // loopback; port 0: any that is free
  std::filesystem::path token_file;  // made where there is none
  std::vector<std::string> origins;  // of web pages that may connect; none as a rule
};

struct ServerOptions {
  std::optional<std::filesystem::path> unix_socket;
  std::optional<WebSocketOptions> websocket;
  Limits limits;
  // For the log: "refused", "dropped", "failed", with who and why.
  std::function<void(std::string_view event, std::string_view caller, std::string_view detail)> on_event;
};

// Followers of a topic get what changed in this time as one patch; the first change after a pause goes out at once.
inline constexpr runtime::Duration kTopicInterval = std::chrono::milliseconds(100);
// From the connection to the upgrade of a WebSocket.
inline constexpr runtime::Duration kUpgradeTime = std::chrono::seconds(10);
// Connections above the limit that are told so at once; further ones are closed without a word.
inline constexpr std::size_t kRefusedAtOnceMax = 16;
// Connections to the WebSocket that have not shown the token yet, beside Limits::connections. Further ones are closed
// without a word.
inline constexpr std::size_t kStrangersMax = 16;

// Used on the executor of a SystemRuntime: its sockets are the system's own, so it does not run in the simulator.
class Server {
 public:
  // Listens from now on. `registry` (with session_methods.hpp's) and `topics` outlive it. Errors of UnixListener,
  // WebSocketListener and Token.
  static runtime::Result<std::unique_ptr<Server>> listen(runtime::Runtime& runtime, const Registry& registry,
                                                         Topics& topics, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves until it is cancelled; all connections have then ended. Once.
  runtime::Task<void> run();
  // Where the WebSocket listens.
  std::optional<runtime::Endpoint> websocket() const;
  // Of all kinds, with those that have not shown the token.
  std::size_t connections() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quern::rpc
