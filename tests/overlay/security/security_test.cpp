// What every SecurityProtocol must hold.
#include "overlay/security/security.hpp"

#include <gtest/gtest.h>

#include "tests/overlay/security/handshake_pair.hpp"

namespace quern::security {
namespace {

using namespace std::chrono_literals;
using negotiation::Role;
using runtime::Bytes;
using runtime::ByteView;
using runtime::Runtime;
using runtime::Task;

struct Kind {
  std::string name;
  std::string id;
  MakeSecurity make;
};
void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

class SecurityProtocols : public testing::TestWithParam<Kind> {
 protected:
  void run(const runtime::Program& program) {
    EXPECT_TRUE(runtime::run_simulated(program)) << "the program did not end";
  }
  // The muxer on which two ends with these lists agree.
  std::optional<std::string> agreed(const std::vector<std::string>& dialers,
                                    const std::vector<std::string>& listeners) {
    std::optional<std::string> muxer;
    run([&](Runtime& runtime) -> Task<void> {
      const SecurityPtr dialer = GetParam().make(runtime, key_of(1), dialers);
      const SecurityPtr listener = GetParam().make(runtime, key_of(2), listeners);
      const Outcome outcome = co_await secure_both(runtime, transport::make_memory_pipe(), *dialer, *listener);
      EXPECT_TRUE(outcome.both());
      if (!outcome.both()) co_return;
      EXPECT_EQ((*outcome.dialer)->muxer, (*outcome.listener)->muxer);
      muxer = (*outcome.dialer)->muxer;
    });
    return muxer;
  }
};

INSTANTIATE_TEST_SUITE_P(Kinds, SecurityProtocols,
                         testing::Values(Kind{"noise", "/noise", make_noise}, Kind{"tls", "/tls/1.0.0", make_tls}),
                         [](const auto& info) { return info.param.name; });

TEST_P(SecurityProtocols, both_ends_learn_who_the_other_is_and_share_keys) {
  run([](Runtime& runtime) -> Task<void> {
    const SecurityPtr dialer = GetParam().make(runtime, key_of(1), {"/yamux/1.0.0"});
    const SecurityPtr listener = GetParam().make(runtime, key_of(2), {"/yamux/1.0.0"});
    EXPECT_EQ(dialer->id(), GetParam().id);
    const Outcome outcome =
        co_await secure_both(runtime, transport::make_memory_pipe(), *dialer, *listener, peer_of(2), peer_of(1));
    EXPECT_TRUE(outcome.both());
    if (!outcome.both()) co_return;
    const Secured& a = **outcome.dialer;
    const Secured& b = **outcome.listener;
    EXPECT_EQ(a.remote, peer_of(2));
    EXPECT_EQ(b.remote, peer_of(1));
    EXPECT_EQ(a.remote_key, key_of(2).public_key());
    EXPECT_EQ(b.remote_key, key_of(1).public_key());
    EXPECT_EQ(a.muxer, "/yamux/1.0.0");
    EXPECT_EQ(b.muxer, "/yamux/1.0.0");
    for (const std::size_t size : {1UL, 100UL, 70'000UL, 1UL << 20}) {
      Bytes data(size);
      runtime.random().fill(data);
      EXPECT_TRUE(carried(*a.codec, *b.codec, data) == data);
      EXPECT_TRUE(carried(*b.codec, *a.codec, data) == data);
    }
  });
}

TEST_P(SecurityProtocols, a_dialer_refuses_another_peer_inside_the_handshake_and_names_both) {
  run([](Runtime& runtime) -> Task<void> {
    const SecurityPtr dialer = GetParam().make(runtime, key_of(1), {});
    const SecurityPtr listener = GetParam().make(runtime, key_of(2), {});
    const Outcome outcome =
        co_await secure_both(runtime, transport::make_memory_pipe(), *dialer, *listener, peer_of(3));
    EXPECT_FALSE(*outcome.dialer);
    EXPECT_FALSE(*outcome.listener);
    if (*outcome.dialer) co_return;
    EXPECT_EQ(outcome.dialer->error(), Errc::wrong_peer);
    EXPECT_EQ(outcome.dialer->error().detail(), "expected " + peer_of(3).text() + ", found " + peer_of(2).text());
  });
}

TEST_P(SecurityProtocols, a_listener_may_expect_someone_too) {
  run([](Runtime& runtime) -> Task<void> {
    const SecurityPtr dialer = GetParam().make(runtime, key_of(1), {});
    const SecurityPtr listener = GetParam().make(runtime, key_of(2), {});
    const Outcome outcome =
        co_await secure_both(runtime, transport::make_memory_pipe(), *dialer, *listener, std::nullopt, peer_of(3));
    EXPECT_TRUE(!*outcome.listener && outcome.listener->error() == Errc::wrong_peer);
  });
}

TEST_P(SecurityProtocols, the_muxer_is_the_first_of_the_dialers_that_both_have) {
  EXPECT_EQ(agreed({"/a", "/b", "/c"}, {"/c", "/b"}), "/b");
  EXPECT_EQ(agreed({"/c", "/b"}, {"/a", "/b", "/c"}), "/c");
  EXPECT_EQ(agreed({"/a"}, {"/b"}), std::nullopt);
  EXPECT_EQ(agreed({}, {"/b"}), std::nullopt);
  EXPECT_EQ(agreed({"/a"}, {}), std::nullopt);
}

TEST_P(SecurityProtocols, one_protocol_object_serves_many_connections_with_keys_of_their_own) {
  run([](Runtime& runtime) -> Task<void> {
    const SecurityPtr dialer = GetParam().make(runtime, key_of(1), {});
    const SecurityPtr listener = GetParam().make(runtime, key_of(2), {});
    const Outcome first = co_await secure_both(runtime, transport::make_memory_pipe(), *dialer, *listener);
    const Outcome second = co_await secure_both(runtime, transport::make_memory_pipe(), *dialer, *listener);
    EXPECT_TRUE(first.both() && second.both());
    if (!first.both() || !second.both()) co_return;
    runtime::RawBytes of_first;
    const Bytes data(100);
    EXPECT_TRUE((*first.dialer)->codec->seal({}, data, of_first));
    RecordCollector received;
    EXPECT_FALSE((*second.listener)->codec->open(of_first, received));
  });
}

// A peer whose first records come in one piece with the end of its handshake.
TEST_P(SecurityProtocols, records_right_behind_the_handshake_are_not_lost) {
  run([](Runtime& runtime) -> Task<void> {
    const SecurityPtr dialer = GetParam().make(runtime, key_of(1), {});
    const SecurityPtr listener = GetParam().make(runtime, key_of(2), {});
    const Bytes hello = runtime::copy_of(runtime::bytes_of("hello right away"));
    auto dial = [](SecurityProtocol& protocol, runtime::StreamPtr wire, ByteView data,
                   runtime::StreamPtr& kept) -> Task<void> {
      auto secured = co_await protocol.secure(std::move(wire), Role::dialer, std::nullopt);
      EXPECT_TRUE(secured);
      if (!secured) co_return;
      runtime::RawBytes out;
      EXPECT_TRUE(secured->codec->seal({}, data, out));
      EXPECT_TRUE(co_await secured->wire->write(out));
      kept = std::move(secured->wire);
    };
    std::optional<runtime::Result<Secured>> listened;
    runtime::StreamPtr kept;
    transport::MemoryPipe pipe = transport::make_memory_pipe();
    runtime::TaskGroup group(runtime.executor());
    group.spawn(dial(*dialer, std::move(pipe.first), hello, kept));
    // Lets the dialer run ahead as far as it can before each of the listener's turns.
    group.spawn(secure_into(*listener, std::move(pipe.second), Role::listener, std::nullopt, listened));
    co_await group.join();
    EXPECT_TRUE(listened && *listened);
    if (!listened || !*listened) co_return;
    Secured& secured = **listened;
    Bytes wire = std::move(secured.unread);
    RecordCollector received;
    while (received.bytes.size() < hello.size()) {
      Bytes buffer(4096);
      const auto size = secured.wire->try_read(buffer);
      EXPECT_TRUE(size);
      if (!size) co_return;
      runtime::append(wire, ByteView(buffer).first(*size));
      const auto done = secured.codec->open(wire, received);
      EXPECT_TRUE(done && (*done > 0 || *size > 0)) << "nothing more comes";
      if (!done || (*done == 0 && *size == 0)) co_return;
      wire.erase(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(*done));
    }
    EXPECT_TRUE(received.bytes == hello);
  });
}

// Passes `limit` bytes of one direction on and then ends it, whatever comes.
class CutStream final : public runtime::Stream {
 public:
  CutStream(runtime::StreamPtr inner, std::size_t limit) : inner_(std::move(inner)), left_(limit) {}

  Task<runtime::Result<std::size_t>> read_some(std::span<std::byte> out) override {
    if (left_ == 0) co_return runtime::fail(runtime::Errc::end_of_stream);
    CO_TRY(const std::size_t size, co_await inner_->read_some(out.first(std::min(out.size(), left_))));
    left_ -= size;
    co_return size;
  }
  Task<runtime::Result<void>> wait_readable() override { return inner_->wait_readable(); }
  runtime::Result<std::size_t> try_read(std::span<std::byte> out) override {
    if (left_ == 0) return runtime::fail(runtime::Errc::end_of_stream);
    const auto size = inner_->try_read(out.first(std::min(out.size(), left_)));
    left_ -= size.value_or(0);
    return size;
  }
  Task<runtime::Result<void>> write(ByteView data) override { return inner_->write(data); }
  void shutdown_write() noexcept override { inner_->shutdown_write(); }
  void close() noexcept override { inner_->close(); }
  void abort() noexcept override { inner_->abort(); }

 private:
  runtime::StreamPtr inner_;
  std::size_t left_;
};

TEST_P(SecurityProtocols, a_handshake_that_is_cut_anywhere_ends_with_an_error) {
  run([](Runtime& runtime) -> Task<void> {
    const SecurityPtr dialer = GetParam().make(runtime, key_of(1), {"/yamux/1.0.0"});
    const SecurityPtr listener = GetParam().make(runtime, key_of(2), {"/yamux/1.0.0"});
    for (const bool cut_dialer : {true, false}) {
      std::size_t limit = 0;
      for (bool done = false; !done; ++limit) {
        transport::MemoryPipe pipe = transport::make_memory_pipe();
        runtime::StreamPtr& end = cut_dialer ? pipe.first : pipe.second;
        end = std::make_unique<CutStream>(std::move(end), limit);
        const Outcome outcome = co_await secure_both(runtime, std::move(pipe), *dialer, *listener);
        const auto& cut = cut_dialer ? *outcome.dialer : *outcome.listener;
        done = cut.has_value();
        if (!done) EXPECT_EQ(cut.error(), runtime::Errc::end_of_stream) << "after " << limit << " bytes";
      }
      EXPECT_GT(limit, 100U);
      EXPECT_LT(limit, 4096U);
    }
  });
}

TEST_P(SecurityProtocols, bytes_that_are_no_handshake_are_refused) {
  run([](Runtime& runtime) -> Task<void> {
    const SecurityPtr protocol = GetParam().make(runtime, key_of(1), {"/yamux/1.0.0"});
    for (const Role role : {Role::dialer, Role::listener}) {
      for (int i = 0; i < 50; ++i) {
        transport::MemoryPipe pipe = transport::make_memory_pipe();
        Bytes noise(5'000);
        runtime.random().fill(noise);
        EXPECT_TRUE(co_await pipe.second->write(noise));
        const auto secured = co_await protocol->secure(std::move(pipe.first), role, std::nullopt);
        EXPECT_TRUE(!secured && secured.error() == Errc::bad_handshake)
            << (secured ? "taken" : secured.error().message());
      }
    }
  });
}

TEST_P(SecurityProtocols, a_peer_that_says_nothing_can_be_given_up) {
  run([](Runtime& runtime) -> Task<void> {
    const SecurityPtr protocol = GetParam().make(runtime, key_of(1), {});
    for (const Role role : {Role::dialer, Role::listener}) {
      transport::MemoryPipe pipe = transport::make_memory_pipe();
      const auto secured = co_await runtime::with_timeout(runtime.clock(), 5s,
                                                          protocol->secure(std::move(pipe.first), role, std::nullopt));
      EXPECT_TRUE(!secured && secured.error() == runtime::Errc::timed_out);
    }
  });
}

class SecurityOnBothWorlds : public runtime::BothWorlds {};
using runtime::world_name;
using runtime::WorldKind;
QUERN_ON_BOTH_WORLDS(SecurityOnBothWorlds);

TEST_P(SecurityOnBothWorlds, handshakes_run_over_sockets) {
  run([&](Runtime& runtime) -> Task<void> {
    auto listener = runtime.network().listen({loopback(), 0});
    EXPECT_TRUE(listener);
    if (!listener) co_return;
    for (const MakeSecurity make : {static_cast<MakeSecurity>(make_noise), static_cast<MakeSecurity>(make_tls)}) {
      auto dialed = co_await runtime.network().connect((*listener)->local());
      auto accepted = co_await (*listener)->accept();
      EXPECT_TRUE(dialed && accepted);
      if (!dialed || !accepted) co_return;
      const SecurityPtr first = make(runtime, key_of(1), {"/yamux/1.0.0"});
      const SecurityPtr second = make(runtime, key_of(2), {"/yamux/1.0.0"});
      transport::MemoryPipe wires{std::move(*dialed), std::move(*accepted)};
      const Outcome outcome = co_await secure_both(runtime, std::move(wires), *first, *second, peer_of(2));
      EXPECT_TRUE(outcome.both());
    }
  });
}

}  // namespace
}  // namespace quern::security
