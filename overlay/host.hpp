// A peer of the network: what the rooms above include. Make one from a config, listen, dial, open and handle streams as
// coroutines, follow its events. docs/overlay.md has a whole program.
//
//   Host host(runtime, {.key = identity::PrivateKey::generate(runtime)});
//   CO_TRY(const auto at, host.listen("/ip4/127.0.0.1/tcp/0"));
//   host.handle("/hello/1.0.0", [](connection::PeerStreamPtr stream) -> Task<void> { ... });
//   CO_TRY(const auto peer, co_await host.connect("/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW..."));
//   CO_TRY(const auto stream, co_await host.open(peer, "/hello/1.0.0"));
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/connection/swarm.hpp"
#include "overlay/identity/key.hpp"
#include "overlay/protocols/identify.hpp"
#include "overlay/protocols/perf.hpp"
#include "overlay/protocols/request.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/transport/memory.hpp"
#include "overlay/transport/websocket.hpp"

namespace quern::overlay {

struct HostConfig {
  identity::PrivateKey key;
  // Offered, in order of preference.
  std::vector<std::string> transports = {"tcp", "ws"};  // "memory" needs memory_exchange
  std::vector<std::string> security = {"noise", "tls"};
  std::vector<std::string> muxers = {"yamux"};
  transport::WebSocketOptions websocket;
  std::shared_ptr<transport::MemoryExchange> memory_exchange;
  // Peer ids or CIDR ranges. An allow list that is not empty refuses all others.
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  connection::SwarmConfig swarm;  // limits, water marks, time-outs, pre-shared key
  protocols::IdentifyConfig identify;
  bool serve_perf = false;  // /perf/1.0.0 sends whatever amount is asked for: for measuring only
};

// Used on the runtime's executor. stop() before it is destroyed; runtime/cleanup.hpp helps where a task may be
// cancelled.
class Host {
 public:
  // A running host, which listens nowhere yet. transport::Errc::bad_certificate, runtime::Errc::not_found: what of the
  // config cannot be (an unknown name, a bad rule, a certificate that cannot be read).
  static runtime::Result<std::unique_ptr<Host>> make(runtime::Runtime& runtime, HostConfig config);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const identity::PeerId& id() const;
  // Where others can reach it, with /p2p/<id>.
  std::vector<multiformats::Multiaddr> addresses() const;

  // As those of Swarm; text is parsed first (multiformats::Errc).
  runtime::Result<multiformats::Multiaddr> listen(std::string_view address);
  runtime::Result<multiformats::Multiaddr> listen(const multiformats::Multiaddr& address);
  runtime::Task<runtime::Result<identity::PeerId>> connect(std::string address);
  runtime::Task<runtime::Result<identity::PeerId>> connect(connection::PeerAddresses peer);
  bool disconnect(const identity::PeerId& peer);

  runtime::Task<runtime::Result<connection::PeerStreamPtr>> open(identity::PeerId peer, std::string protocol);
  void handle(std::string protocol, connection::StreamHandler handler);
  void unhandle(const std::string& protocol);

  // One ping; protocols::Pinger keeps its stream for many.
  runtime::Task<runtime::Result<runtime::Duration>> ping(identity::PeerId peer);
  // What the peer says of itself.
  runtime::Task<runtime::Result<protocols::PeerInfo>> identify(identity::PeerId peer);
  runtime::Task<runtime::Result<runtime::Bytes>> request(identity::PeerId peer, std::string protocol,
                                                         runtime::Bytes message,
                                                         protocols::RequestOptions options = {});
  void serve(std::string protocol, protocols::ServeOptions options, protocols::RequestHandler handler);

  std::unique_ptr<connection::EventQueue> events();
  // The rooms below, for what is not repeated here.
  connection::Swarm& swarm();
  protocols::Identify& identification();
  runtime::Runtime& runtime();

  // Says goodbye to all peers and waits until everything has ended. As Swarm::stop().
  runtime::Task<void> stop();

 private:
  struct State;
  explicit Host(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quern::overlay
