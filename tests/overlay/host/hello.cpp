// Two peers: one listens and greets, the other dials it and says its name.
#include <iostream>

#include "overlay/host.hpp"
#include "overlay/runtime/system_runtime.hpp"

namespace rt = quern::runtime;
using quern::overlay::Host;

// Serves one stream; it is closed when this returns.
rt::Task<void> greet(quern::connection::PeerStreamPtr stream) {
  rt::Bytes name(100);
  const auto size = co_await stream->read_some(name);
  if (!size) co_return;
  const std::string greeting = "hello, " + std::string(rt::text_of(name).substr(0, *size));
  if (!co_await stream->write(rt::bytes_of(greeting))) stream->abort();
}

rt::Task<rt::Result<std::string>> converse(Host& alice, Host& bob) {
  alice.handle("/hello/1.0.0", greet);
  CO_TRY(const auto address, alice.listen("/ip4/127.0.0.1/tcp/0"));
  CO_TRY(const auto peer, co_await bob.connect(address.text()));
  CO_TRY(const auto stream, co_await bob.open(peer, "/hello/1.0.0"));
  CO_CHECK(co_await stream->write(rt::bytes_of("bob")));
  rt::Bytes greeting(100);
  CO_TRY(const auto size, co_await stream->read_some(greeting));
  co_return std::string(rt::text_of(greeting).substr(0, size));
}

rt::Task<void> program(rt::Runtime& runtime) {
  const auto alice = Host::make(runtime, {.key = quern::identity::PrivateKey::generate(runtime)}).value();
  const auto bob = Host::make(runtime, {.key = quern::identity::PrivateKey::generate(runtime)}).value();
  const auto greeting = co_await converse(*alice, *bob);
  std::cout << (greeting ? *greeting : greeting.error().message()) << '\n';
  co_await bob->stop();
  co_await alice->stop();
}

int main() {
  rt::SystemRuntime({.node = "hello"}).run(program);
}
