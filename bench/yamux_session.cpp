// Claim: bytes through TCP + Noise + Yamux cost at most 1.5 times their encryption and their socket calls.
// usage: bench_yamux_session [noise|tls [GIBIBYTES [IDLE_CONNECTIONS]]]
//
// A client and a server, one thread each, over loopback. In one run: the bare cipher, bare sockets, one stream, 64
// streams, requests of 1 KiB, and what an idle connection costs in memory. CPU seconds are each thread's own.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "overlay/muxer/yamux.hpp"
#include "overlay/runtime/system_runtime.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/security/aead.hpp"
#include "overlay/security/noise.hpp"
#include "overlay/security/tls.hpp"

namespace quern::muxer {
namespace {

using namespace std::chrono_literals;
using negotiation::Role;
using runtime::Bytes;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;
using runtime::TaskGroup;
using runtime::with_group;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kPiece = 64 << 10;  // of an application's reads and writes
constexpr std::size_t kRequest = 1 << 10;
constexpr int kRequests = 20'000;
constexpr std::size_t kStreams = 64;

double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}
double thread_seconds() {
  return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}
double gigabits(std::uint64_t bytes) {
  return static_cast<double>(bytes) * 8 / 1e9;
}

// What moving some bytes took.
struct Cost {
  double wall = 0;
  double sender = 0;  // CPU
  double receiver = 0;
};

void print(const char* what, std::uint64_t bytes, const Cost& cost) {
  std::printf("%-24s %7.2f Gbit/s %6.2f GB/s   CPU s/Gbit: sender %.4f, receiver %.4f\n", what,
              gigabits(bytes) / cost.wall, static_cast<double>(bytes) / 1e9 / cost.wall, cost.sender / gigabits(bytes),
              cost.receiver / gigabits(bytes));
}

// Sealing and opening records as large as Noise's here, and nothing else.
Cost measure_cipher(std::uint64_t bytes) {
  constexpr std::size_t kRecord = 16'448;
  const Bytes key(32, std::byte{7});
  security::Sealer sealer(security::Cipher::chacha20_poly1305, key);
  security::Opener opener(security::Cipher::chacha20_poly1305, key);
  Bytes plain(kRecord);
  Bytes sealed(kRecord + security::kTagBytes);
  security::Nonce nonce{};
  Cost cost;
  const auto wall = SteadyClock::now();
  double start = thread_seconds();
  for (std::uint64_t done = 0; done < bytes; done += kRecord) {
    sealer.begin(nonce);
    sealer.add(plain, sealed.data());
    sealer.finish(sealed.data() + kRecord);
  }
  cost.sender = thread_seconds() - start;
  const std::span<std::byte> text = std::span(sealed).first(kRecord);
  std::array<std::byte, security::kTagBytes> tag;
  std::copy_n(sealed.end() - security::kTagBytes, tag.size(), tag.begin());
  const Bytes kept(text.begin(), text.end());
  start = thread_seconds();
  double copying = 0;
  for (std::uint64_t done = 0; done < bytes; done += kRecord) {
    if (!opener.open(nonce, {}, text, tag)) std::abort();
    // Opened in place: what was there comes back for the next round, outside the account.
    const double before = thread_seconds();
    std::ranges::copy(kept, text.begin());
    copying += thread_seconds() - before;
  }
  cost.receiver = thread_seconds() - start - copying;
  cost.wall = std::chrono::duration<double>(SteadyClock::now() - wall).count();
  return cost;
}

struct SocketPair {
  int first = -1;
  int second = -1;
};

SocketPair connect_sockets() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* address = reinterpret_cast<sockaddr*>(&at);
  SocketPair pair;
  if (::bind(listener, address, size) != 0 || ::listen(listener, 1) != 0) std::abort();
  ::getsockname(listener, address, &size);
  pair.first = ::socket(AF_INET, SOCK_STREAM, 0);
  if (::connect(pair.first, address, size) != 0) std::abort();
  pair.second = ::accept(listener, nullptr, nullptr);
  const int on = 1;
  for (const int fd : {pair.first, pair.second}) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::close(listener);
  return pair;
}

// The same system calls as the session's, with the same sizes, and nothing else.
Cost measure_sockets(std::uint64_t bytes) {
  const SocketPair pair = connect_sockets();
  Cost cost;
  std::thread receiver([&] {
    Bytes buffer(256 << 10);
    const double start = thread_seconds();
    while (::recv(pair.second, buffer.data(), buffer.size(), 0) > 0) continue;
    cost.receiver = thread_seconds() - start;
  });
  const Bytes block(128 << 10);
  const auto wall = SteadyClock::now();
  const double start = thread_seconds();
  for (std::uint64_t done = 0; done < bytes; done += block.size()) {
    if (::send(pair.first, block.data(), block.size(), 0) != static_cast<ssize_t>(block.size())) std::abort();
  }
  cost.sender = thread_seconds() - start;
  ::shutdown(pair.first, SHUT_WR);
  receiver.join();
  cost.wall = std::chrono::duration<double>(SteadyClock::now() - wall).count();
  ::close(pair.first);
  ::close(pair.second);
  return cost;
}

struct Spread {
  double p50 = 0;
  double p99 = 0;
};

Spread spread_of(std::vector<double> seconds) {
  std::ranges::sort(seconds);
  return {seconds[seconds.size() / 2] * 1e6, seconds[seconds.size() * 99 / 100] * 1e6};
}

void print(const char* what, Spread spread) {
  std::printf("%-24s p50 %6.1f us, p99 %6.1f us\n", what, spread.p50, spread.p99);
}

Spread measure_socket_round_trips() {
  const SocketPair pair = connect_sockets();
  std::thread server([&] {
    std::array<std::byte, kRequest> message;
    while (::recv(pair.second, message.data(), message.size(), MSG_WAITALL) == kRequest) {
      if (::send(pair.second, message.data(), message.size(), 0) != kRequest) std::abort();
    }
  });
  std::vector<double> seconds;
  std::array<std::byte, kRequest> message{};
  for (int i = 0; i < kRequests; ++i) {
    const auto start = SteadyClock::now();
    if (::send(pair.first, message.data(), message.size(), 0) != kRequest) std::abort();
    if (::recv(pair.first, message.data(), message.size(), MSG_WAITALL) != kRequest) std::abort();
    seconds.push_back(std::chrono::duration<double>(SteadyClock::now() - start).count());
  }
  ::shutdown(pair.first, SHUT_WR);
  server.join();
  ::close(pair.first);
  ::close(pair.second);
  return spread_of(std::move(seconds));
}

// An end of every connection of this program.
security::SecurityPtr make_security(Runtime& runtime, std::string_view name, std::uint8_t seed) {
  const std::array<std::byte, identity::kSeedBytes> bytes{std::byte{seed}};
  const auto key = identity::PrivateKey::from_seed(bytes);
  return name == "tls" ? security::make_tls(runtime, key, {}) : security::make_noise(runtime, key, {});
}

Task<SessionPtr> secure(Runtime& runtime, security::SecurityProtocol& protocol, runtime::StreamPtr wire, Role role) {
  auto secured = co_await protocol.secure(std::move(wire), role, std::nullopt);
  if (!secured) {
    std::fprintf(stderr, "handshake: %s\n", secured.error().message().c_str());
    std::_Exit(1);
  }
  auto channel =
      std::make_unique<security::SecureStream>(std::move(secured->wire), std::move(secured->codec), secured->unread);
  co_return make_yamux(runtime, std::move(channel), role, {});
}

// What the first byte of a stream asks for.
constexpr std::byte kSink{1};  // reads to the end and answers a byte
constexpr std::byte kEcho{2};  // answers each kRequest bytes

Task<void> serve_stream(MuxedStreamPtr stream) {
  Bytes buffer(kPiece);
  const auto kind = co_await stream->read_some(std::span(buffer).first(1));
  if (!kind) co_return;
  if (buffer[0] == kSink) {
    while (co_await stream->read_some(buffer)) continue;
    (void)co_await stream->write(std::span(buffer).first(1));
    co_return;
  }
  const auto request = std::span(buffer).first(kRequest);
  while (co_await runtime::read_exactly(*stream, request)) {
    if (!co_await stream->write(request)) co_return;
  }
}

Task<void> serve_session(SessionPtr session) {
  co_await with_group<void>([session](TaskGroup& group) -> Task<void> {
    auto accept = [](SessionPtr from, TaskGroup& streams) -> Task<void> {
      while (auto stream = co_await from->accept()) streams.spawn(serve_stream(*std::move(stream)));
    };
    group.spawn(accept(session, group));
    (void)co_await session->run();
  });
}

Task<void> echo_socket(runtime::ListenerPtr listener) {
  auto stream = co_await listener->accept();
  std::array<std::byte, kRequest> message;
  while (stream && co_await runtime::read_exactly(**stream, message)) {
    if (!co_await (*stream)->write(message)) co_return;
  }
}

struct Server {
  std::promise<runtime::Endpoint> listening;
  std::promise<runtime::Endpoint> echoing;  // for a bare socket
  pthread_t thread{};
  std::thread runner;
  std::unique_ptr<runtime::SystemRuntime> runtime;
};

Task<void> serve_connection(Runtime& runtime, security::SecurityProtocol& protocol, runtime::StreamPtr wire) {
  const auto session = co_await secure(runtime, protocol, std::move(wire), Role::listener);
  co_await serve_session(session);
}

Task<void> serve(Runtime& runtime, std::string_view security, Server& server) {
  server.thread = ::pthread_self();
  ::pthread_setname_np(server.thread, "server");  // for profilers
  const auto protocol = make_security(runtime, security, 2);
  auto listener = runtime.network().listen({boost::asio::ip::make_address("127.0.0.1"), 0});
  auto bare = runtime.network().listen({boost::asio::ip::make_address("127.0.0.1"), 0});
  server.listening.set_value((*listener)->local());
  server.echoing.set_value((*bare)->local());
  co_await with_group<void>([&](TaskGroup& group) -> Task<void> {
    group.spawn(echo_socket(*std::move(bare)));
    while (auto stream = co_await (*listener)->accept()) {
      group.spawn(serve_connection(runtime, *protocol, *std::move(stream)));
    }
  });
}

Task<void> send_stream(SessionPtr session, std::uint64_t bytes) {
  auto stream = co_await session->open();
  if (!stream) std::abort();
  Bytes block(kPiece, kSink);
  for (std::uint64_t done = 0; done < bytes; done += block.size()) {
    if (!co_await (*stream)->write(block)) std::abort();
  }
  (*stream)->shutdown_write();
  if (!co_await (*stream)->read_some(block)) std::abort();
}

Task<Cost> send_streams(SessionPtr session, std::size_t streams, std::uint64_t bytes, clockid_t server_clock) {
  Cost cost;
  const auto wall = SteadyClock::now();
  const double sender = thread_seconds();
  const double receiver = seconds_of(server_clock);
  co_await with_group<void>([&](TaskGroup& group) -> Task<void> {
    for (std::size_t i = 0; i < streams; ++i) group.spawn(send_stream(session, bytes / streams));
    co_await group.join();
  });
  cost.wall = std::chrono::duration<double>(SteadyClock::now() - wall).count();
  cost.sender = thread_seconds() - sender;
  cost.receiver = seconds_of(server_clock) - receiver;
  co_return cost;
}

// Over a stream whose other end answers each kRequest bytes.
Task<Spread> measure_round_trips(runtime::Stream& stream) {
  Bytes message(kRequest, kEcho);
  std::vector<double> seconds;
  for (int i = 0; i < kRequests; ++i) {
    const auto start = SteadyClock::now();
    if (!co_await stream.write(message)) std::abort();
    if (!co_await runtime::read_exactly(stream, message)) std::abort();
    seconds.push_back(std::chrono::duration<double>(SteadyClock::now() - start).count());
  }
  co_return spread_of(std::move(seconds));
}

std::uint64_t resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::strtoull(line.c_str() + 6, nullptr, 10) << 10;
  }
  return 0;
}

Task<void> run_session(SessionPtr session) {
  (void)co_await session->run();
}

// Both ends are in this process: each connection counts twice.
Task<void> measure_idle(Runtime& runtime, security::SecurityProtocol& protocol, runtime::Endpoint server,
                        std::uint64_t connections) {
  co_await with_group<void>([&](TaskGroup& group) -> Task<void> {
    const std::uint64_t before = resident_bytes();
    for (std::uint64_t i = 0; i < connections; ++i) {
      auto stream = co_await runtime.network().connect(server);
      if (!stream) {
        std::fprintf(stderr, "connect: %s\n", stream.error().message().c_str());
        co_return;
      }
      const auto session = co_await secure(runtime, protocol, *std::move(stream), Role::dialer);
      group.spawn(run_session(session));
      if (!co_await session->ping()) std::abort();
    }
    co_await runtime.clock().sleep_for(200ms);
    std::printf("%-24s %7.1f KiB a connection and side (%llu connections)\n", "idle",
                static_cast<double>(resident_bytes() - before) / 1024 / 2 / static_cast<double>(connections),
                static_cast<unsigned long long>(connections));
  });
}

struct Arguments {
  std::string_view security = "noise";
  std::uint64_t gibibytes = 4;
  std::uint64_t idle = 1000;
};

Task<void> measure(Runtime& runtime, const Arguments& arguments, Server& server, runtime::Endpoint at) {
  ::pthread_setname_np(::pthread_self(), "client");
  const auto protocol = make_security(runtime, arguments.security, 1);
  const std::uint64_t bytes = arguments.gibibytes << 30;
  clockid_t server_clock{};
  ::pthread_getcpuclockid(server.thread, &server_clock);
  auto bare = co_await runtime.network().connect(server.echoing.get_future().get());
  if (!bare) std::abort();
  print("our sockets, 1 KiB", co_await measure_round_trips(**bare));
  auto stream = co_await runtime.network().connect(at);
  if (!stream) std::abort();
  const auto session = co_await secure(runtime, *protocol, *std::move(stream), Role::dialer);
  co_await with_group<void>([&](TaskGroup& group) -> Task<void> {
    group.spawn(run_session(session));
    print("one stream", bytes, co_await send_streams(session, 1, bytes, server_clock));
    print("64 streams", bytes, co_await send_streams(session, kStreams, bytes, server_clock));
    print("one stream", bytes, co_await send_streams(session, 1, bytes, server_clock));
    const auto echo = co_await session->open();
    const Bytes kind(1, kEcho);
    if (!echo || !co_await (*echo)->write(kind)) std::abort();
    print("1 KiB there and back", co_await measure_round_trips(**echo));
  });
  if (arguments.idle != 0) co_await measure_idle(runtime, *protocol, at, arguments.idle);
}

void run(const Arguments& arguments) {
  const std::uint64_t bytes = arguments.gibibytes << 30;
  print("cipher alone", bytes, measure_cipher(bytes));
  print("sockets alone", bytes, measure_sockets(bytes));
  print("blocking sockets, 1 KiB", measure_socket_round_trips());
  Server server;
  server.runtime = std::make_unique<runtime::SystemRuntime>(runtime::SystemOptions{.node = "server"});
  server.runner = std::thread(
      [&] { server.runtime->run([&](Runtime& runtime) { return serve(runtime, arguments.security, server); }); });
  const auto at = server.listening.get_future().get();
  runtime::SystemRuntime client({.node = "client"});
  client.run([&](Runtime& runtime) { return measure(runtime, arguments, server, at); });
  server.runtime->stop();
  server.runner.join();
}

std::optional<Arguments> parse(std::span<char*> words) {
  Arguments arguments;
  if (words.size() > 3) return std::nullopt;
  if (!words.empty()) arguments.security = words[0];
  if (arguments.security != "noise" && arguments.security != "tls") return std::nullopt;
  const std::array<std::uint64_t*, 2> fields{&arguments.gibibytes, &arguments.idle};
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), *fields[i - 1]);
    if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  }
  if (arguments.gibibytes == 0) return std::nullopt;
  return arguments;
}

}  // namespace
}  // namespace quern::muxer

int main(int argc, char** argv) {
  const auto arguments = quern::muxer::parse(std::span(argv + 1, static_cast<std::size_t>(argc - 1)));
  if (!arguments) {
    std::fprintf(stderr, "usage: %s [noise|tls [GIBIBYTES [IDLE_CONNECTIONS]]]\n", argv[0]);
    return 2;
  }
  quern::muxer::run(*arguments);
  return 0;
}
