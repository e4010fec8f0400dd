#include "overlay/protocols/identify.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "overlay/identity/peer_record.hpp"
#include "overlay/protocols/length_delimited.hpp"
#include "overlay/protocols/ping.hpp"
#include "overlay/protocols/socket_address.hpp"
#include "tests/overlay/protocols/host_pair.hpp"

namespace quern::protocols {
namespace {

using namespace std::chrono_literals;
using connection::multiaddr;
using connection::PeerStreamPtr;
using connection::test_key;
using connection::test_peer;
using identity::PeerId;
using multiformats::Multiaddr;
using runtime::Bytes;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;

bool has(const std::vector<std::string>& protocols, std::string_view id) {
  return std::ranges::find(protocols, id) != protocols.end();
}

// What a host hears in pushes, and a place to wait for the next.
class Pushes {
 public:
  explicit Pushes(Host& host) {
    host.identification().on_identified([this](const PeerInfo& info, bool pushed) {
      if (!pushed) return;
      heard_.push_back(info);
      more_.wake_all();
    });
  }
  // The number-th push, from 1 on.
  Task<PeerInfo> get(std::size_t number) {
    while (heard_.size() < number) co_await more_.wait();
    co_return heard_[number - 1];
  }
  std::size_t count() const { return heard_.size(); }

 private:
  std::vector<PeerInfo> heard_;
  runtime::WaitQueue more_;
};

// Both know each other.
Task<void> introduce(Host& dialer, Host& listener) {
  const auto of_listener = co_await dialer.identify(listener.id());
  const auto of_dialer = co_await listener.identify(dialer.id());
  EXPECT_TRUE(of_listener && of_dialer);
}

class Identifies : public HostPairs {};
QUERN_ON_BOTH_WORLDS(Identifies);

TEST_P(Identifies, both_ends_learn_who_the_other_is_where_it_listens_and_what_it_serves) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    const auto of_listener = co_await dialer.identify(listener.id());
    EXPECT_TRUE(of_listener) << of_listener.error().message();
    if (!of_listener) co_return;
    EXPECT_EQ(of_listener->peer, listener.id());
    EXPECT_EQ(of_listener->agent_version, IdentifyConfig().agent_version);
    EXPECT_EQ(of_listener->protocol_version, IdentifyConfig().protocol_version);
    EXPECT_EQ(of_listener->listen_addresses, listener.swarm().listen_addresses());
    EXPECT_TRUE(of_listener->addresses_signed);
    EXPECT_EQ(of_listener->protocols, listener.swarm().protocols());
    EXPECT_TRUE(has(of_listener->protocols, kPing));
    EXPECT_EQ(of_listener->observed_address, dialer.swarm().connections().front().local);
    const auto of_dialer = co_await listener.identify(dialer.id());
    EXPECT_TRUE(of_dialer);
    EXPECT_TRUE(of_dialer && of_dialer->listen_addresses.empty() && of_dialer->addresses_signed);
    EXPECT_EQ(of_dialer->observed_address, dialer.swarm().connections().front().remote);
  });
}

TEST_P(Identifies, a_connection_is_identified_once_and_all_who_wait_share_the_result) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    const auto ask = [](Host& from, const Host& of) -> Task<void> { EXPECT_TRUE(co_await from.identify(of.id())); };
    runtime::TaskGroup group(runtime.executor());
    for (int i = 0; i < 10; ++i) group.spawn(ask(dialer, listener));
    co_await group.join();
    EXPECT_TRUE(dialer.identification().known(listener.id()));
    EXPECT_EQ(streams_opened(dialer, kIdentify), 1u);
  });
}

TEST_P(Identifies, a_new_handler_is_pushed) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    Pushes pushes(dialer);
    co_await introduce(dialer, listener);
    listener.handle("/test/new/1", [](PeerStreamPtr) -> Task<void> { co_return; });
    const PeerInfo with = co_await pushes.get(1);
    EXPECT_TRUE(has(with.protocols, "/test/new/1"));
    EXPECT_TRUE(has(with.protocols, kPing));
    EXPECT_TRUE(with.addresses_signed);
    listener.unhandle("/test/new/1");
    const PeerInfo without = co_await pushes.get(2);
    EXPECT_FALSE(has(without.protocols, "/test/new/1"));
    EXPECT_EQ(dialer.identification().known(listener.id())->protocols, without.protocols);
  });
}

TEST_P(Identifies, new_and_ended_listeners_are_pushed) {
  run_pair([ip = loopback().to_string()](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    Pushes pushes(listener);
    co_await introduce(dialer, listener);
    const auto at = dialer.listen("/ip4/" + ip + "/tcp/0");
    EXPECT_TRUE(at);
    const PeerInfo with = co_await pushes.get(1);
    EXPECT_EQ(with.listen_addresses, std::vector{*at});
    EXPECT_TRUE(with.addresses_signed);
    EXPECT_TRUE(dialer.swarm().stop_listening(*at));
    const PeerInfo without = co_await pushes.get(2);
    EXPECT_TRUE(without.listen_addresses.empty()) << "only the signed record can say so";
  });
}

TEST_P(Identifies, several_changes_within_the_delay_are_one_push) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    Pushes pushes(dialer);
    co_await introduce(dialer, listener);
    for (int i = 0; i < 20; ++i)
      listener.handle("/test/" + std::to_string(i), [](PeerStreamPtr) -> Task<void> { co_return; });
    const PeerInfo info = co_await pushes.get(1);
    EXPECT_TRUE(has(info.protocols, "/test/0") && has(info.protocols, "/test/19"));
    listener.identification().changed();  // nothing has: nothing is sent
    listener.handle("/test/last", [](PeerStreamPtr) -> Task<void> { co_return; });
    EXPECT_TRUE(has((co_await pushes.get(2)).protocols, "/test/last"));
    co_await runtime.clock().sleep_for(300ms);
    EXPECT_EQ(pushes.count(), 2u);
    EXPECT_EQ(streams_opened(listener, kIdentifyPush), 2u);
  });
}

TEST_P(Identifies, what_is_known_is_forgotten_when_the_last_connection_ends) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    co_await introduce(dialer, listener);
    const auto events = listener.events();
    dialer.disconnect(listener.id());
    for (;;) {
      const auto event = co_await events->next();
      if (!event || std::holds_alternative<connection::PeerDisconnected>(*event)) break;
    }
    EXPECT_FALSE(listener.identification().known(dialer.id()));
    const auto info = co_await listener.identify(dialer.id());
    EXPECT_EQ(info.error(), connection::Errc::unknown_peer);
  });
}

TEST_P(Identifies, an_address_listened_at_everywhere_is_told_as_those_of_the_interfaces) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    Pushes pushes(listener);
    co_await introduce(dialer, listener);
    EXPECT_TRUE(dialer.listen("/ip4/0.0.0.0/tcp/0"));
    const PeerInfo info = co_await pushes.get(1);
    EXPECT_FALSE(info.listen_addresses.empty());
    const auto interfaces = runtime.network().interface_addresses();
    EXPECT_EQ(info.listen_addresses, expand_unspecified(dialer.swarm().listen_addresses(), interfaces));
  });
}

TEST_P(Identifies, addresses_of_the_configuration_are_told_too) {
  const auto talk = [](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    const auto info = co_await dialer.identify(listener.id());
    EXPECT_TRUE(info && std::ranges::find(info->listen_addresses, multiaddr("/dns4/example.org/tcp/4001")) !=
                            info->listen_addresses.end());
  };
  run_pair(talk,
           [](HostConfig& config) { config.identify.more_addresses = {multiaddr("/dns4/example.org/tcp/4001")}; });
}

TEST_P(Identifies, a_host_with_more_addresses_and_protocols_than_fit_stays_within_what_others_take) {
  const auto change = [](HostConfig& config) {
    for (int i = 0; i < 60; ++i)
      config.identify.more_addresses.push_back(
          multiaddr("/dns4/" + std::string(50, 'x') + "/tcp/" + std::to_string(i)));
  };
  run_pair(
      [](Runtime&, Host& dialer, Host& listener) -> Task<void> {
        for (int i = 0; i < 100; ++i)
          listener.handle("/test/protocol/" + std::to_string(i), [](PeerStreamPtr) -> Task<void> { co_return; });
        const auto stream = co_await open_stream(dialer, listener, std::string(kIdentify));
        const auto bytes = co_await read_message(*stream, kIdentifyBytesMax);
        EXPECT_TRUE(bytes) << bytes.error().message();
        if (!bytes) co_return;
        const auto message = decode_identify(*bytes);
        EXPECT_TRUE(message && message->signed_peer_record);
        EXPECT_GE(message->protocols.size(), 100u);
        const auto record = identity::open_peer_record(*message->signed_peer_record);
        EXPECT_TRUE(record && record->addresses == message->listen_addresses);
        EXPECT_GT(record->addresses.size(), 5u) << "room is used";
        std::array<std::byte, 1> none;
        const auto more = co_await stream->read_some(none);
        EXPECT_EQ(more.error(), runtime::Errc::end_of_stream) << "one message";
      },
      change);
}

// A listener that answers identify with these messages instead of its own.
void answer_with(Host& host, std::vector<IdentifyMessage> messages) {
  const auto handler = [messages](PeerStreamPtr stream) -> Task<void> {
    for (const IdentifyMessage& message : messages) {
      const Bytes bytes = encode_identify(message);
      if (!co_await write_message(*stream, bytes)) co_return;
    }
  };
  host.swarm().handle(std::string(kIdentify), handler);
}

IdentifyMessage message_of(unsigned number) {
  return {.agent_version = "liar/1",
          .public_key = runtime::copy_of(test_key(number).public_key().protobuf()),
          .listen_addresses = {multiaddr("/ip4/192.0.2.1/tcp/1")},
          .protocols = {"/plain"}};
}
Bytes record_of(unsigned number, std::uint64_t sequence, const std::string& address) {
  return identity::seal_peer_record(
      test_key(number), {.peer = test_peer(number), .sequence = sequence, .addresses = {multiaddr(address)}});
}

// The dialer (number 1) connects anew to the listener (number 2) after the listener was changed by `prepare`, and gives
// what identify says of it to `check`.
using Prepare = std::function<void(Runtime& runtime, Host& listener)>;
using Check = std::function<void(const Result<PeerInfo>& info)>;
HostTalk identify_again(Prepare prepare, Check check) {
  return [prepare = std::move(prepare), check = std::move(check)](Runtime& runtime, Host& dialer,
                                                                  Host& listener) -> Task<void> {
    co_await introduce(dialer, listener);
    prepare(runtime, listener);
    connection::PeerAddresses target{.peer = listener.id(), .addresses = listener.addresses()};
    const auto events = dialer.events();
    dialer.disconnect(listener.id());
    for (;;) {
      const auto event = co_await events->next();
      if (!event || std::holds_alternative<connection::PeerDisconnected>(*event)) break;
    }
    const auto connected = co_await dialer.connect(std::move(target));
    EXPECT_TRUE(connected) << connected.error().message();
    const auto info = co_await dialer.identify(listener.id());
    check(info);
  };
}

TEST_P(Identifies, a_key_of_another_peer_or_none_at_all_is_refused) {
  const auto check = [](const Result<PeerInfo>& info) { EXPECT_EQ(info.error(), Errc::bad_message); };
  run_pair(identify_again([](Runtime&, Host& host) { answer_with(host, {message_of(3)}); }, check));
  IdentifyMessage nonsense = message_of(2);
  nonsense.public_key = Bytes(36);
  run_pair(identify_again([&](Runtime&, Host& host) { answer_with(host, {nonsense}); }, check));
}

TEST_P(Identifies, a_record_signed_by_another_peer_does_not_count) {
  IdentifyMessage message = message_of(2);
  message.signed_peer_record = record_of(3, 1, "/ip4/192.0.2.66/tcp/66");
  run_pair(identify_again([&](Runtime&, Host& host) { answer_with(host, {message}); },
                          [](const Result<PeerInfo>& info) {
                            ASSERT_TRUE(info);
                            EXPECT_EQ(info->listen_addresses, std::vector{multiaddr("/ip4/192.0.2.1/tcp/1")});
                            EXPECT_FALSE(info->addresses_signed);
                          }));
}

TEST_P(Identifies, a_record_that_comes_in_a_message_of_its_own_counts) {
  const IdentifyMessage record{.signed_peer_record = record_of(2, 1, "/ip4/192.0.2.9/tcp/9")};
  run_pair(identify_again([&](Runtime&, Host& host) { answer_with(host, {message_of(2), record}); },
                          [](const Result<PeerInfo>& info) {
                            ASSERT_TRUE(info);
                            EXPECT_EQ(info->agent_version, "liar/1");
                            EXPECT_EQ(info->listen_addresses, std::vector{multiaddr("/ip4/192.0.2.9/tcp/9")});
                            EXPECT_TRUE(info->addresses_signed);
                          }));
}

TEST_P(Identifies, addresses_that_end_in_a_peer_are_kept_without_it_and_those_of_others_left_out) {
  IdentifyMessage message = message_of(2);
  message.listen_addresses = {multiaddr("/ip4/192.0.2.1/tcp/1/p2p/" + test_peer(2).text()),
                              multiaddr("/ip4/192.0.2.2/tcp/2/p2p/" + test_peer(3).text())};
  run_pair(identify_again([&](Runtime&, Host& host) { answer_with(host, {message}); },
                          [](const Result<PeerInfo>& info) {
                            ASSERT_TRUE(info);
                            EXPECT_EQ(info->listen_addresses, std::vector{multiaddr("/ip4/192.0.2.1/tcp/1")});
                          }));
}

TEST_P(Identifies, too_long_endless_and_missing_answers_are_refused) {
  const auto raw = [](Bytes bytes, bool forever) {
    return [bytes, forever](Runtime&, Host& host) {
      const auto handler = [bytes, forever](PeerStreamPtr stream) -> Task<void> {
        while (co_await stream->write(bytes) && forever) {
        }
      };
      host.swarm().handle(std::string(kIdentify), handler);
    };
  };
  Bytes too_long;
  append_message(too_long, Bytes(kIdentifyReceivedBytesMax + 1));
  run_pair(
      identify_again(raw(too_long, false), [](const auto& info) { EXPECT_EQ(info.error(), Errc::message_too_large); }));
  Bytes small;
  append_message(small, encode_identify(message_of(2)));
  run_pair(identify_again(raw(small, true), [](const auto& info) { EXPECT_EQ(info.error(), Errc::bad_message); }));
  run_pair(identify_again([](Runtime&, Host& host) { host.unhandle(std::string(kIdentify)); },
                          [](const auto& info) { EXPECT_FALSE(info); }));
}

TEST_P(Identifies, an_answer_byte_by_byte_is_given_up_after_the_timeout) {
  const auto drip = [](Runtime& runtime, Host& host) {
    const auto handler = [&runtime](PeerStreamPtr stream) -> Task<void> {
      Bytes wire;
      append_message(wire, encode_identify(message_of(2)));
      for (const std::byte byte : wire) {
        const std::span one(&byte, 1);
        if (!co_await stream->write(one)) co_return;
        co_await runtime.clock().sleep_for(100ms);
      }
    };
    host.swarm().handle(std::string(kIdentify), handler);
  };
  run_pair(identify_again(drip, [](const auto& info) { EXPECT_EQ(info.error(), runtime::Errc::timed_out); }),
           [](HostConfig& config) { config.identify.timeout = 500ms; });
}

TEST_P(Identifies, the_end_of_the_connection_releases_those_who_wait) {
  run_pair(identify_again(
      [](Runtime& runtime, Host& host) {
        const auto handler = [&runtime, &host](PeerStreamPtr stream) -> Task<void> {
          const auto held = std::move(stream);
          host.disconnect(held->peer());
          co_await runtime.clock().sleep_for(1h);
        };
        host.swarm().handle(std::string(kIdentify), handler);
      },
      [](const auto& info) { EXPECT_FALSE(info); }));
}

// Sends one push from the dialer (number 1) and waits until it was taken in or refused.
Task<bool> push(Host& from, const Host& to, IdentifyMessage message) {
  const auto stream = co_await open_stream(from, to, std::string(kIdentifyPush));
  const Bytes bytes = encode_identify(message);
  if (!co_await write_message(*stream, bytes)) co_return false;
  if (!co_await stream->agreed()) co_return false;
  stream->shutdown_write();
  std::array<std::byte, 1> none;
  co_return (co_await stream->read_some(none)).error() == runtime::Errc::end_of_stream;
}

TEST_P(Identifies, what_a_push_does_not_say_stays_as_it_was) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    co_await introduce(dialer, listener);
    const PeerInfo before = *listener.identification().known(dialer.id());
    EXPECT_TRUE(co_await push(dialer, listener, {.agent_version = "new/2"}));
    PeerInfo after = *listener.identification().known(dialer.id());
    EXPECT_EQ(after.agent_version, "new/2");
    EXPECT_EQ(after.protocols, before.protocols);
    EXPECT_EQ(after.protocol_version, before.protocol_version);
    EXPECT_TRUE(co_await push(dialer, listener, {.protocols = {"/only"}}));
    after = *listener.identification().known(dialer.id());
    EXPECT_EQ(after.protocols, std::vector<std::string>{"/only"});
    EXPECT_EQ(after.agent_version, "new/2");
  });
}

TEST_P(Identifies, an_older_record_does_not_replace_a_newer_one) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    co_await introduce(dialer, listener);
    constexpr std::uint64_t kFuture = std::uint64_t{1} << 60;
    const auto addresses = [&] { return listener.identification().known(dialer.id())->listen_addresses; };
    EXPECT_TRUE(co_await push(dialer, listener, {.signed_peer_record = record_of(1, kFuture, "/ip4/192.0.2.2/tcp/2")}));
    EXPECT_EQ(addresses(), std::vector{multiaddr("/ip4/192.0.2.2/tcp/2")});
    EXPECT_TRUE(
        co_await push(dialer, listener, {.signed_peer_record = record_of(1, kFuture - 1, "/ip4/192.0.2.1/tcp/1")}));
    EXPECT_EQ(addresses(), std::vector{multiaddr("/ip4/192.0.2.2/tcp/2")});
    EXPECT_TRUE(co_await push(dialer, listener, {.signed_peer_record = record_of(3, kFuture, "/ip4/192.0.2.3/tcp/3")}));
    EXPECT_EQ(addresses(), std::vector{multiaddr("/ip4/192.0.2.2/tcp/2")});
  });
}

TEST_P(Identifies, a_flood_of_pushes_is_reset_and_a_bad_push_changes_nothing) {
  run_pair([](Runtime&, Host& dialer, Host& listener) -> Task<void> {
    co_await introduce(dialer, listener);
    EXPECT_FALSE(co_await push(dialer, listener, message_of(3)));
    EXPECT_NE(listener.identification().known(dialer.id())->agent_version, "liar/1");
    std::size_t taken = 0;
    for (std::size_t i = 0; i < 3 * kPushesPerPeer.burst; ++i)
      taken += co_await push(dialer, listener, {.agent_version = "v/" + std::to_string(i)}) ? 1 : 0;
    EXPECT_GE(taken, kPushesPerPeer.burst - 1);
    EXPECT_LT(taken, 2 * kPushesPerPeer.burst);
  });
}

}  // namespace
}  // namespace quern::protocols
