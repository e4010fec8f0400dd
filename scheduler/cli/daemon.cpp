#include "scheduler/cli/daemon.hpp"

#include <csignal>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unistd.h>

#include "overlay/runtime/system_runtime.hpp"
#include "overlay/runtime/task_group.hpp"
#include "scheduler/cli/page.hpp"
#include "scheduler/cli/terminal.hpp"
#include "scheduler/rpc/paths.hpp"

namespace quern::scheduler::cli {

using runtime::Errc;
using runtime::Task;

namespace {

constexpr std::size_t kFaultColumns = 200;
constexpr std::size_t kLineColumns = 2048;

// A text of the daemon as one line.
std::string one_line(std::string_view text) {
  return clipped(visible(text), kLineColumns);
}

Trouble unreachable(const runtime::Error& error, const std::string& socket) {
  if (error == Errc::too_large)
    return {ExitCode::failed, one_line(error.detail()) + "\nName a shorter one: quern --socket PATH"};
  std::string why = one_line(error.message());
  if (error == Errc::not_found) why = "there is no such socket";
  if (error == Errc::refused) why = "nobody listens there, or not for this user";
  return {ExitCode::failed, "no daemon answers at " + visible(socket) + ": " + why +
                                "\nStart it with: quernd\nOr name the socket of one that runs: quern --socket PATH"};
}

ExitCode code_of(const rpc::Failure& failure) {
  if (failure.code == rpc::Code::invalid_params || failure.reason == "manifest_invalid") return ExitCode::usage;
  // What the node itself fails at, as writing to a full disk, comes as a refusal, too.
  const bool by_market = failure.code == rpc::Code::refused && is_of_market(failure.reason);
  return by_market ? ExitCode::unplaced : ExitCode::failed;
}

// Of the end of a connection. Last words of a daemon that goes on are "reason: text"; else the detail is a name.
bool has_died(const runtime::Error& why) {
  return why == Errc::reset || why == Errc::end_of_stream || (why == Errc::closed && !why.detail().contains(": "));
}

Task<void> count_signals(boost::asio::signal_set& signals, Interrupts& interrupts, runtime::TaskGroup& command) {
  for (;;) {
    const int number = co_await signals.async_wait(boost::asio::use_awaitable);
    ++interrupts.count;
    interrupts.hangup = number == SIGHUP;
    if (!interrupts.handled) command.cancel();
    interrupts.more.wake_all();
  }
}

Task<void> keep_outcome(const Command& command, Daemon& daemon, std::optional<Outcome<ExitCode>>& outcome) {
  outcome.emplace(co_await command(daemon));
}

// Runs the command until it has ended or a signal that it does not handle has come.
Task<Outcome<ExitCode>> supervise(const Command& command, Daemon& daemon) {
  const runtime::Executor executor = daemon.runtime().executor();
  boost::asio::signal_set signals(executor, SIGINT, SIGTERM, SIGHUP);
  std::optional<Outcome<ExitCode>> outcome;
  std::exception_ptr failure;
  runtime::TaskGroup running(executor);
  runtime::TaskGroup watching(executor);
  running.spawn(keep_outcome(command, daemon, outcome));
  watching.spawn(count_signals(signals, daemon.interrupts(), running));
  try {
    co_await running.join();
  } catch (...) {
    failure = std::current_exception();
  }
  co_await watching.stop();
  if (failure) std::rethrow_exception(failure);
  if (!outcome) co_return trouble(ExitCode::canceled, "interrupted");
  co_return *std::move(outcome);
}

Task<void> converse(runtime::Runtime& runtime, const std::string& socket, const Command& command,
                    Outcome<ExitCode>& outcome) {
  auto client = co_await rpc::Client::connect(runtime, {.unix_socket = socket});
  if (!client) {
    outcome = std::unexpected(unreachable(client.error(), socket));
    co_return;
  }
  Interrupts interrupts;
  Daemon daemon(runtime, **client, interrupts, socket);
  std::exception_ptr failure;
  try {
    outcome = co_await supervise(command, daemon);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await (*client)->stop();
  if (failure) std::rethrow_exception(failure);
}

// Until a command listens to its signals itself. Only what a signal handler may call.
void end_interrupted(int /*number*/) {
  constexpr std::string_view kText = "quern: interrupted\n";
  std::ignore = ::write(STDERR_FILENO, kText.data(), kText.size());
  ::_exit(static_cast<int>(ExitCode::canceled));
}

}  // namespace

void end_on_interrupts() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    if (std::signal(number, end_interrupted) == SIG_IGN) std::signal(number, SIG_IGN);
  }
}

Trouble Daemon::unreadable(std::string_view source, std::string_view fault) {
  return {ExitCode::failed, "the daemon's " + visible(source) +
                                " cannot be read: " + clipped(visible(fault), kFaultColumns) +
                                "\nIt may be of another version: compare `quern --version` and `quernd --version`"};
}

bool Daemon::is_gone() const {
  const auto why = client_.ended();
  return why && has_died(*why);
}

Trouble trouble_of(const rpc::CallError& error, std::string_view socket) {
  const rpc::Failure* const failure = error.failure();
  if (failure == nullptr) {
    const auto& why = std::get<runtime::Error>(error.why);
    if (why == Errc::timed_out) return {ExitCode::failed, "the daemon at " + visible(socket) + " does not answer"};
    if (has_died(why))
      return {ExitCode::failed, "quernd has ended, the one at " + visible(socket) + "\nStart it again with: quernd"};
    return {ExitCode::failed, "the connection to the daemon at " + visible(socket) +
                                  " has ended: " + one_line(why.detail().empty() ? why.message() : why.detail())};
  }
  std::string text = one_line(failure->message);
  if (!failure->detail.empty()) text += ": " + one_line(failure->detail);
  if (!failure->reason.empty()) text += " (" + one_line(failure->reason) + ')';
  if (!failure->remedy.empty()) text += "\nWhat helps: " + one_line(failure->remedy);
  return {code_of(*failure), std::move(text)};
}

Task<Outcome<boost::json::value>> Daemon::call(std::string method, boost::json::object params,
                                               runtime::Duration deadline) {
  auto answer = co_await client_.call(std::move(method), std::move(params), deadline);
  if (!answer) co_return std::unexpected(trouble_of(answer.error(), socket_));
  co_return *std::move(answer);
}

ExitCode with_daemon(const DaemonOptions& options, const Command& command) {
  std::signal(SIGPIPE, SIG_IGN);
  std::string socket = options.socket;
  if (socket.empty()) {
    const rpc::Environment environment = rpc::environment();
    socket = rpc::default_socket(environment, rpc::default_data_directory(environment)).string();
  }
  Outcome<ExitCode> outcome = ExitCode::complete;
  runtime::SystemRuntime runtime({.node = "quern"});
  runtime.run([&](runtime::Runtime& r) { return converse(r, socket, command, outcome); });
  if (outcome) return *outcome;
  complain(outcome.error().text);
  return outcome.error().code;
}

}  // namespace quern::scheduler::cli
