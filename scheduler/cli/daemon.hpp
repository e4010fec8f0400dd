// A command's way to quernd: the connection, calls whose failures are texts for people, and Ctrl-C.
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/waiter.hpp"
#include "scheduler/cli/exit_code.hpp"
#include "scheduler/cli/job_answers.hpp"
#include "scheduler/rpc/client.hpp"

namespace quern::scheduler::cli {

// How a command ends that cannot go on: one or more lines for people, safe to print.
struct Trouble {
  ExitCode code = ExitCode::failed;
  std::string text;
};
template <class T>
using Outcome = std::expected<T, Trouble>;

inline std::unexpected<Trouble> trouble(ExitCode code, std::string text) {
  return std::unexpected(Trouble{code, std::move(text)});
}

inline constexpr runtime::Duration kCallTime = std::chrono::seconds(60);

// Ctrl-C (SIGINT), SIGTERM and SIGHUP. As long as nobody handles them, each ends the command with ExitCode::canceled.
struct Interrupts {
  bool handled = false;  // by the command, which waits for them
  unsigned count = 0;    // so far
  bool hangup = false;   // the last was SIGHUP: nobody is there to see more
  runtime::WaitQueue more;
};

class Daemon {
 public:
  Daemon(runtime::Runtime& runtime, rpc::Client& client, Interrupts& interrupts, std::string socket)
      : runtime_(runtime), client_(client), interrupts_(interrupts), socket_(std::move(socket)) {}

  runtime::Task<Outcome<boost::json::value>> call(std::string method, boost::json::object params = {},
                                                  runtime::Duration deadline = kCallTime);
  // call(), and the answer as a value.
  template <class T>
  runtime::Task<Outcome<T>> ask(std::string method, boost::json::object params = {}) {
    auto answer = co_await call(method, std::move(params));
    if (!answer) co_return std::unexpected(std::move(answer).error());
    co_return read_as<T>(*answer, "answer to " + method);
  }
  // An answer, or a topic's value, that `source` gave.
  template <class T>
  static Outcome<T> read_as(const boost::json::value& value, std::string_view source) {
    auto read = read_answer<T>(value);
    if (!read) return std::unexpected(unreadable(source, read.error()));
    return *std::move(read);
  }
  static Trouble unreadable(std::string_view source, std::string_view fault);

  runtime::Runtime& runtime() { return runtime_; }
  rpc::Client& client() { return client_; }
  Interrupts& interrupts() { return interrupts_; }
  const std::string& socket() const { return socket_; }
  // Whether it has ended, as far as can be seen: the connection has, without a word about this command.
  bool is_gone() const;

 private:
  runtime::Runtime& runtime_;
  rpc::Client& client_;
  Interrupts& interrupts_;
  std::string socket_;
};

// What the daemon said, or that it is gone, and what to do: unplaced for rules of the market, usage for parameters and
// manifests that it does not take, failed for the rest.
Trouble trouble_of(const rpc::CallError& error, std::string_view socket);

struct DaemonOptions {
  std::string socket;  // of the daemon; empty: where one of this user listens
};

// From here on SIGINT, SIGTERM and SIGHUP end the process with ExitCode::canceled and say so, until with_daemon() has a
// command that listens to them: what a command does before that takes time, too. Those that are ignored stay so.
void end_on_interrupts();

// Connects, runs `command`, and says on standard error why it did not end well. SIGPIPE is ignored from here on: writes
// tell. Nothing else of this process may run beside it.
using Command = std::function<runtime::Task<Outcome<ExitCode>>(Daemon&)>;
ExitCode with_daemon(const DaemonOptions& options, const Command& command);

}  // namespace quern::scheduler::cli
