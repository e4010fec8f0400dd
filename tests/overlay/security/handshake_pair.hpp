// Two ends that run a handshake against each other.
#pragma once
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "overlay/identity/peer_id.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/security/noise.hpp"
#include "overlay/security/tls.hpp"
#include "overlay/transport/memory.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"
#include "tests/overlay/security/record_collector.hpp"

namespace quern::security {

inline identity::PrivateKey key_of(unsigned char seed) {
  const std::array<std::byte, identity::kSeedBytes> bytes{static_cast<std::byte>(seed)};
  return identity::PrivateKey::from_seed(bytes);
}
inline identity::PeerId peer_of(unsigned char seed) {
  return identity::PeerId::of(key_of(seed).public_key());
}

using MakeSecurity = SecurityPtr (*)(runtime::Runtime&, const identity::PrivateKey&, std::vector<std::string>);

// How each end came out.
struct Outcome {
  std::optional<runtime::Result<Secured>> dialer;
  std::optional<runtime::Result<Secured>> listener;

  bool both() const { return *dialer && *listener; }
};

inline runtime::Task<void> secure_into(SecurityProtocol& protocol, runtime::StreamPtr wire, negotiation::Role role,
                                       std::optional<identity::PeerId> expected,
                                       std::optional<runtime::Result<Secured>>& out) {
  out.emplace(co_await protocol.secure(std::move(wire), role, std::move(expected)));
}

// Runs a handshake over `pipe`; both must end within a minute.
inline runtime::Task<Outcome> secure_both(runtime::Runtime& runtime, transport::MemoryPipe pipe,
                                          SecurityProtocol& dialer, SecurityProtocol& listener,
                                          std::optional<identity::PeerId> expected_by_dialer = std::nullopt,
                                          std::optional<identity::PeerId> expected_by_listener = std::nullopt) {
  Outcome outcome;
  co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> runtime::Task<void> {
    group.spawn(
        secure_into(dialer, std::move(pipe.first), negotiation::Role::dialer, expected_by_dialer, outcome.dialer));
    group.spawn(secure_into(listener, std::move(pipe.second), negotiation::Role::listener, expected_by_listener,
                            outcome.listener));
    co_await runtime::run_until(runtime.clock(), runtime.clock().now() + std::chrono::minutes(1), group.join());
  });
  EXPECT_TRUE(outcome.dialer) << "the dialer's handshake did not end";
  EXPECT_TRUE(outcome.listener) << "the listener's handshake did not end";
  co_return outcome;
}

// Seals `data` at one end and opens it at the other.
inline runtime::Bytes carried(RecordCodec& from, RecordCodec& to, runtime::ByteView data) {
  runtime::RawBytes wire;
  EXPECT_TRUE(from.seal(data.first(data.size() / 2), data.subspan(data.size() / 2), wire));
  RecordCollector received;
  EXPECT_EQ(to.open(wire, received), wire.size());
  return received.bytes;
}

}  // namespace quern::security
