// The other end of the RPC: calls, and topics that are followed. What the command line and programs in C++ use.
//
//   CO_TRY(const auto client, co_await Client::connect(runtime, {.unix_socket = path}));
//   const auto answer = co_await client->call("job.submit", {{"manifest", text}}, 10s);
//   CO_TRY(auto peers, co_await client->subscribe("peers"));
//   while (const auto update = co_await peers->next()) show(update->value);
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "overlay/runtime/network.hpp"
#include "overlay/runtime/runtime.hpp"
#include "scheduler/rpc/failure.hpp"

namespace quern::rpc {

// Exactly one of the two ways. Trying again after a failure is the caller's.
struct ClientOptions {
  std::optional<std::filesystem::path> unix_socket;
  std::optional<runtime::Endpoint> websocket;
  std::optional<std::filesystem::path> token_file;  // of a WebSocket
  runtime::Duration connect_time = std::chrono::seconds(5);
  std::size_t message_bytes = 64 << 20;  // the largest that is received
};

// Why a call has no result: the server's own words, or that there is no server (any more).
struct CallError {
  std::variant<Failure, runtime::Error> why;
  // The server's; null when it did not answer.
  const Failure* failure() const { return std::get_if<Failure>(&why); }
  std::string message() const;
};
using CallResult = std::expected<boost::json::value, CallError>;

// A topic's value and what led to it.
struct Update {
  std::uint64_t version = 0;
  boost::json::value value;
  boost::json::array patch;  // from the update before; of the first, one operation that sets the whole value
};
inline constexpr std::size_t kPatchOperationsMax = 4096;  // above, a patch that waits is one for the whole value

// A coroutine queue of one topic. Must not outlive its client's stop().
class Subscription {
 public:
  virtual ~Subscription() = default;  // ends it here; the server is told
  // The first at once, later ones when there is something new; updates that came meanwhile are one. One caller at a
  // time. Errc::end_of_stream when the topic has ended, closed when the connection has: the error says why.
  virtual runtime::Task<runtime::Result<Update>> next() = 0;
};

// On the runtime's executor. stop() before it is destroyed.
class Client {
 public:
  // Errc::not_found (no socket: the daemon does not run), refused (nobody listens, or this user may not), timed_out,
  // and those of Token.
  static runtime::Task<runtime::Result<std::unique_ptr<Client>>> connect(runtime::Runtime& runtime,
                                                                         ClientOptions options);
  virtual ~Client() = default;

  // Calls run beside each other. A call whose deadline passed, or that is cancelled, is forgotten here; the server is
  // not told.
  virtual runtime::Task<CallResult> call(std::string method, boost::json::object params,
                                         runtime::Duration deadline) = 0;
  // A call without an answer.
  virtual runtime::Task<runtime::Result<void>> notify(std::string method, boost::json::object params) = 0;
  virtual runtime::Task<std::expected<std::unique_ptr<Subscription>, CallError>> subscribe(
      std::string topic, runtime::Duration deadline = std::chrono::seconds(10)) = 0;
  // Why the connection has ended: Errc::closed with the server's last words, where it had any. Nullopt: it has not.
  virtual std::optional<runtime::Error> ended() const = 0;
  // "unix uid 1000 pid 4711"
  virtual const std::string& server() const = 0;
  // Ends what is under way with Errc::closed.
  virtual runtime::Task<void> stop() = 0;
};

}  // namespace quern::rpc
