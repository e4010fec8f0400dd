#include "tests/peer/session.hpp"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <utility>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>
#include <unistd.h>

#include "overlay/host.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/sha256.hpp"
#include "overlay/runtime/task_group.hpp"
#include "tests/peer/behaviours.hpp"
#include "tests/peer/command.hpp"
#include "tests/peer/describe.hpp"
#include "tests/peer/error.hpp"
#include "tests/peer/events.hpp"
#include "tests/peer/host_commands.hpp"
#include "tests/peer/line_input.hpp"
#include "tests/peer/line_output.hpp"
#include "tests/peer/open_streams.hpp"
#include "tests/peer/stream_commands.hpp"

namespace quern::peer {

namespace json = boost::json;
using overlay::Host;
using runtime::fail;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;

namespace {

constexpr std::size_t kKeyFileBytesMax = 4096;
constexpr const char* kExit = "exit";

ExitCode complain(const std::string& text, ExitCode code) {
  std::fprintf(stderr, "overlay-peer: %s\n", text.c_str());
  return code;
}

Result<security::PresharedKey> read_psk(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kKeyFileBytesMax, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) return fail(runtime::Errc::not_found, path.string());
  text.resize(static_cast<std::size_t>(file.gcount()));
  return security::PresharedKey::from_file_text(text);
}

identity::PrivateKey make_key(Runtime& runtime, const std::optional<std::string>& seed) {
  if (!seed) return identity::PrivateKey::generate(runtime);
  return identity::PrivateKey::from_seed(runtime::sha256(runtime::bytes_of(*seed)));
}

Result<overlay::HostConfig> make_config(Runtime& runtime, Options options) {
  overlay::HostConfig config{.key = make_key(runtime, options.seed),
                             .transports = std::move(options.transports),
                             .security = std::move(options.security),
                             .muxers = std::move(options.muxers),
                             .allow = std::move(options.allow),
                             .deny = std::move(options.deny),
                             .serve_perf = true};
  config.swarm.limits = options.limits;
  if (options.psk) {
    auto psk = read_psk(*options.psk);
    if (!psk) return std::unexpected(std::move(psk).error());
    config.swarm.preshared_key = *psk;
  }
  return config;
}

json::object reply(const json::value& id, Result<json::object> answer) {
  json::object out{{"re", id}, {"ok", answer.has_value()}};
  if (answer) {
    for (auto& [name, value] : *answer) out[name] = std::move(value);
  } else {
    out["error"] = describe(answer.error());
  }
  return out;
}

class Session {
 public:
  explicit Session(Host& host)
      : host_(host),
        signals_(host.runtime().executor(), SIGINT, SIGTERM),
        output_(host.runtime().executor(), STDOUT_FILENO),
        events_(host, output_),
        streams_(host.swarm()) {
    add_host_commands(commands_, host, events_);
    add_stream_commands(commands_, host, events_, streams_);
    add_measuring_commands(commands_, host);
    commands_.add("help", {}, [this](const Arguments&) { return help(*this); });
    commands_.add(kExit, {}, [](const Arguments&) { return nothing(); });
    serve(host, events_, std::string(kEcho), Behaviour::echo, Told::broken);
  }

  Task<ExitCode> run() {
    const json::object ready{{"ev", "ready"},
                             {"peer", host_.id().text()},
                             {"addrs", texts(host_.addresses())},
                             {"protocols", texts(host_.swarm().protocols())}};
    output_.write_now(json::serialize(ready));
    const auto running = [this](runtime::TaskGroup& group) -> Task<void> {
      group.spawn(events_.follow());
      group.spawn(events_.write());
      co_await obey_all();
      co_await host_.stop();
      events_.close();
      co_await group.join();
    };
    co_await runtime::with_group<void>(running);
    co_return output_.finish() ? ExitCode::ended : ExitCode::output_broken;
  }

 private:
  // Obeys until the end; what is under way then is answered with Errc::stopped.
  Task<void> obey_all() {
    const auto obeying = [this](runtime::TaskGroup& group) -> Task<void> {
      group.spawn(streams_.follow(events_));
      group.spawn(await_signal());
      group.spawn(await_broken_output());
      group.spawn(read_commands());
      while (!is_ended_) co_await ended_.wait();
    };
    co_await runtime::with_group<void>(obeying);
    streams_.clear();
    for (const auto& [number, id] : under_way_) output_.write_now(json::serialize(reply(id, fail(Errc::stopped))));
  }

  Task<void> await_signal() {
    co_await signals_.async_wait(boost::asio::use_awaitable);
    end();
  }

  Task<void> await_broken_output() {
    co_await output_.broken();
    end();
  }

  Task<void> read_commands() {
    LineInput input(host_.runtime().executor(), STDIN_FILENO);
    const auto reading = [&](runtime::TaskGroup& group) -> Task<void> {
      while (const auto line = co_await input.next()) co_await take(*line, group);
    };
    co_await runtime::with_group<void>(reading);
    end();
  }

  Task<void> take(const Line& line, runtime::TaskGroup& group) {
    if (line.too_long) {
      co_await answer({}, fail(Errc::line_too_long, "more than " + std::to_string(kLineBytesMax) + " bytes"));
      co_return;
    }
    if (line.text.find_first_not_of(" \t") == std::string::npos) co_return;
    auto request = commands_.read(line.text);
    if (!request) {
      BadLine bad = std::move(request).error();
      co_await answer(std::move(bad.id), std::unexpected(std::move(bad.error)));
    } else if (group.size() >= kCommandsMax) {
      co_await answer(request->id, fail(Errc::too_many_commands, std::to_string(kCommandsMax) + " of them"));
    } else {
      under_way_.emplace(next_number_, request->id);
      group.spawn(obey(next_number_++, *std::move(request)));
    }
  }

  Task<void> obey(std::uint64_t number, Request request) {
    const json::value id = request.id;
    const auto timeout = request.timeout;
    const bool is_last = request.command == kExit;
    auto done = co_await runtime::with_timeout(host_.runtime().clock(), timeout, commands_.run(std::move(request)));
    co_await answer(id, std::move(done));
    under_way_.erase(number);
    if (is_last) end();
  }

  Task<void> answer(json::value id, Result<json::object> result) {
    std::string line = json::serialize(reply(id, std::move(result)));
    co_await output_.write(std::move(line));
  }

  static Task<Result<json::object>> help(Session& session) {
    json::array names;
    const json::object list = session.commands_.list();
    for (const auto& [name, arguments] : list) names.emplace_back(name);
    co_return json::object{{"commands", std::move(names)}, {"arguments", list}};
  }

  static Task<Result<json::object>> nothing() { co_return json::object{}; }

  void end() {
    is_ended_ = true;
    ended_.wake();
  }

  Host& host_;
  boost::asio::signal_set signals_;  // from before anybody can know of this process
  LineOutput output_;
  Events events_;
  OpenStreams streams_;
  CommandTable commands_;
  bool is_ended_ = false;
  runtime::Waiter ended_;
  std::uint64_t next_number_ = 0;
  std::map<std::uint64_t, json::value> under_way_;  // the ids of commands that have not been answered
};

Task<ExitCode> listen_and_run(Host& host, Session& session, const std::vector<multiformats::Multiaddr>& listen) {
  for (const auto& address : listen) {
    const auto got = host.listen(address);
    if (!got)
      co_return complain("cannot listen at " + address.text() + ": " + got.error().message(), ExitCode::cannot_start);
  }
  co_return co_await session.run();
}

}  // namespace

Task<ExitCode> run_session(Runtime& runtime, Options options) {
  const auto listen = std::move(options.listen);
  auto config = make_config(runtime, std::move(options));
  if (!config) co_return complain("--psk: " + config.error().message(), ExitCode::cannot_start);
  const auto made = Host::make(runtime, *std::move(config));
  if (!made) co_return complain(made.error().message(), ExitCode::usage);
  Host& host = **made;
  Session session(host);
  const auto run = [&] { return listen_and_run(host, session, listen); };
  const auto stop = [&host] { return host.stop(); };
  co_return co_await runtime::with_cleanup<ExitCode>(run, stop);
}

}  // namespace quern::peer
