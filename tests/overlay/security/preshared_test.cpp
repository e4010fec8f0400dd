#include "overlay/security/preshared.hpp"

#include <set>

#include <sodium.h>

#include "overlay/transport/memory.hpp"
#include "tests/overlay/multiformats/hex.hpp"
#include "tests/overlay/runtime/stream_conformance.hpp"
#include "tests/overlay/security/handshake_pair.hpp"

namespace quern::security {
namespace {

using namespace std::chrono_literals;
using multiformats::from_hex;
using multiformats::to_hex;
using runtime::Bytes;
using runtime::ByteView;
using runtime::Runtime;
using runtime::StreamKind;
using runtime::StreamPair;
using runtime::Streams;
using runtime::Task;
using runtime::WorldKind;

constexpr std::size_t kNonceBytes = 24;

PresharedKey key_from(std::string_view hex) {
  PresharedKey key{};
  std::ranges::copy(from_hex(hex), key.bytes.begin());
  return key;
}
const PresharedKey kKey = key_from("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
const PresharedKey kOtherKey = key_from("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68388");

Task<StreamPair> connect_protected(Runtime& runtime) {
  transport::MemoryPipe pipe = transport::make_memory_pipe();
  co_return StreamPair{protect(runtime, std::move(pipe.first), kKey), protect(runtime, std::move(pipe.second), kKey)};
}

Task<StreamPair> connect_protected_sockets(Runtime& runtime, WorldKind world) {
  StreamPair pair;
  const auto address = boost::asio::ip::make_address(world == WorldKind::simulated ? "10.0.0.1" : "127.0.0.1");
  auto listener = runtime.network().listen({address, 0});
  if (!listener) co_return pair;
  auto dialed = co_await runtime.network().connect((*listener)->local());
  auto accepted = co_await (*listener)->accept();
  if (dialed) pair.first = protect(runtime, *std::move(dialed), kKey);
  if (accepted) pair.second = protect(runtime, *std::move(accepted), kKey);
  co_return pair;
}

StreamKind socket_kind(WorldKind world, std::string name) {
  return {std::move(name), world, [world](Runtime& runtime) { return connect_protected_sockets(runtime, world); }};
}

INSTANTIATE_TEST_SUITE_P(Preshared, Streams,
                         testing::Values(StreamKind{"memory_simulated", WorldKind::simulated, connect_protected},
                                         StreamKind{"memory_system", WorldKind::system, connect_protected},
                                         socket_kind(WorldKind::simulated, "tcp_simulated"),
                                         socket_kind(WorldKind::system, "tcp_system")),
                         runtime::kind_name);

void run(const runtime::Program& program) {
  EXPECT_TRUE(runtime::run_simulated(program)) << "the program did not end";
}

// One end of a pipe under the key, the other bare.
struct HalfProtected {
  runtime::StreamPtr inside;
  runtime::StreamPtr bare;
};
HalfProtected half_protected(Runtime& runtime) {
  transport::MemoryPipe pipe = transport::make_memory_pipe();
  return {protect(runtime, std::move(pipe.first), kKey), std::move(pipe.second)};
}

// The test of NaCl's crypto_stream_xsalsa20 (tests/stream.c).
TEST(Preshared, the_key_stream_is_xsalsa20) {
  run([](Runtime& runtime) -> Task<void> {
    const HalfProtected ends = half_protected(runtime);
    Bytes wire = from_hex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
    wire.resize(wire.size() + 32);  // zeros, so that the key stream itself comes out
    EXPECT_TRUE(co_await ends.bare->write(wire));
    Bytes out(32);
    EXPECT_TRUE(co_await runtime::read_exactly(*ends.inside, out));
    EXPECT_EQ(to_hex(out), "eea6a7251c1e72916d11c2cb214d3c252539121d8e234e652d651fa4c8cff880");
  });
}

TEST(Preshared, bytes_on_the_wire_are_the_nonce_and_one_unbroken_key_stream) {
  run([](Runtime& runtime) -> Task<void> {
    const HalfProtected ends = half_protected(runtime);
    Bytes sent;
    for (const std::size_t size : {1UL, 62UL, 1UL, 64UL, 65UL, 7UL, 100'000UL, 3UL, 128UL}) {
      Bytes data(size, static_cast<std::byte>(size));
      EXPECT_TRUE(co_await ends.inside->write(data));
      runtime::append(sent, data);
    }
    Bytes wire(kNonceBytes + sent.size());
    EXPECT_TRUE(co_await runtime::read_exactly(*ends.bare, wire));
    const auto raw = [](auto& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); };
    Bytes nonce(wire.begin(), wire.begin() + kNonceBytes);
    Bytes text(wire.begin() + kNonceBytes, wire.end());
    PresharedKey key = kKey;
    crypto_stream_xsalsa20_xor(raw(text), raw(text), text.size(), raw(nonce), raw(key.bytes));
    EXPECT_TRUE(text == sent);
  });
}

TEST(Preshared, the_nonce_leaves_before_the_first_wait) {
  run([](Runtime& runtime) -> Task<void> {
    for (const bool waits : {true, false}) {
      const HalfProtected ends = half_protected(runtime);
      Bytes buffer(100);
      if (waits) {
        EXPECT_FALSE(co_await runtime::with_timeout(runtime.clock(), 1s, ends.inside->wait_readable()));
      } else {
        EXPECT_FALSE(co_await runtime::with_timeout(runtime.clock(), 1s, ends.inside->read_some(buffer)));
      }
      const auto size = ends.bare->try_read(buffer);
      EXPECT_TRUE(size && *size == kNonceBytes);
      // And does not come twice.
      EXPECT_TRUE(co_await ends.inside->write(runtime::bytes_of("x")));
      const auto more = ends.bare->try_read(buffer);
      EXPECT_TRUE(more && *more == 1);
    }
  });
}

TEST(Preshared, every_stream_has_another_nonce) {
  run([](Runtime& runtime) -> Task<void> {
    std::set<std::string> seen;
    for (int i = 0; i < 10; ++i) {
      const HalfProtected ends = half_protected(runtime);
      EXPECT_TRUE(co_await ends.inside->write(runtime::bytes_of("same")));
      Bytes wire(kNonceBytes + 4);
      EXPECT_TRUE(co_await runtime::read_exactly(*ends.bare, wire));
      seen.insert(to_hex(wire));
    }
    EXPECT_EQ(seen.size(), 10U);
  });
}

TEST(Preshared, a_nonce_that_comes_byte_by_byte_or_not_at_all_is_waited_for) {
  run([](Runtime& runtime) -> Task<void> {
    const HalfProtected ends = half_protected(runtime);
    Bytes buffer(16);
    const Bytes zero(1);
    for (std::size_t i = 0; i < kNonceBytes; ++i) {
      const auto nothing = ends.inside->try_read(buffer);
      EXPECT_TRUE(nothing && *nothing == 0);
      EXPECT_TRUE(co_await ends.bare->write(zero));
    }
    ends.bare->shutdown_write();
    const auto end = co_await ends.inside->read_some(buffer);
    EXPECT_TRUE(!end && end.error() == runtime::Errc::end_of_stream);
  });
}

// Holds back what it is given to write until it may go on, as a full send buffer does, and cannot try.
class HeldStream final : public runtime::Stream {
 public:
  explicit HeldStream(runtime::StreamPtr inner) : inner_(std::move(inner)) {}
  Task<runtime::Result<std::size_t>> read_some(std::span<std::byte> out) override { return inner_->read_some(out); }
  Task<runtime::Result<void>> wait_readable() override { return inner_->wait_readable(); }
  runtime::Result<std::size_t> try_read(std::span<std::byte> out) override { return inner_->try_read(out); }
  Task<runtime::Result<void>> write(ByteView data) override {
    EXPECT_FALSE(writing_) << "two writes at a time";
    writing_ = true;
    while (held_) co_await released_.wait();
    writing_ = false;
    co_return co_await inner_->write(data);
  }
  void shutdown_write() noexcept override { inner_->shutdown_write(); }
  void close() noexcept override { inner_->close(); }
  void abort() noexcept override { inner_->abort(); }
  void release() {
    held_ = false;
    released_.wake_all();
  }

 private:
  runtime::StreamPtr inner_;
  bool held_ = true;
  bool writing_ = false;
  runtime::WaitQueue released_;
};

TEST(Preshared, a_write_waits_for_a_nonce_that_is_still_leaving) {
  run([](Runtime& runtime) -> Task<void> {
    transport::MemoryPipe pipe = transport::make_memory_pipe();
    auto held = std::make_unique<HeldStream>(std::move(pipe.first));
    HeldStream& control = *held;
    const runtime::StreamPtr first = protect(runtime, std::move(held), kKey);
    const runtime::StreamPtr second = protect(runtime, std::move(pipe.second), kKey);
    std::string got;
    auto read = [](runtime::Stream& stream, std::string& text) -> Task<void> { text = co_await read_all(stream); };
    runtime::TaskGroup group(runtime.executor());
    group.spawn(read(*first, got));
    co_await runtime.clock().sleep_for(1s);
    const auto handed = first->try_write(runtime::bytes_of("too early"));
    EXPECT_TRUE(handed && *handed == 0);
    group.spawn(write_and_end(*first, runtime::bytes_of("question")));
    co_await runtime.clock().sleep_for(1s);
    control.release();
    EXPECT_EQ(co_await read_all(*second), "question");
    co_await write_and_end(*second, runtime::bytes_of("answer"));
    co_await group.join();
    EXPECT_EQ(got, "answer");
  });
}

TEST(Preshared, a_read_that_is_cancelled_with_its_nonce_half_sent_ends_the_stream) {
  run([](Runtime& runtime) -> Task<void> {
    transport::MemoryPipe pipe = transport::make_memory_pipe();
    const runtime::StreamPtr first = protect(runtime, std::make_unique<HeldStream>(std::move(pipe.first)), kKey);
    Bytes buffer(16);
    EXPECT_FALSE(co_await runtime::with_timeout(runtime.clock(), 1s, first->read_some(buffer)));
    const auto seen = co_await pipe.second->read_some(buffer);
    EXPECT_TRUE(!seen && seen.error() == runtime::Errc::reset);
  });
}

TEST(Preshared, the_wrong_key_gives_garbage_that_the_layer_above_refuses) {
  run([](Runtime& runtime) -> Task<void> {
    transport::MemoryPipe pipe = transport::make_memory_pipe();
    pipe.first = protect(runtime, std::move(pipe.first), kKey);
    pipe.second = protect(runtime, std::move(pipe.second), kOtherKey);
    const SecurityPtr dialer = make_noise(runtime, key_of(1), {});
    const SecurityPtr listener = make_noise(runtime, key_of(2), {});
    const Outcome outcome = co_await secure_both(runtime, std::move(pipe), *dialer, *listener);
    EXPECT_FALSE(*outcome.dialer);
    EXPECT_TRUE(!*outcome.listener && outcome.listener->error() == Errc::bad_handshake);
  });
}

TEST(Preshared, the_right_key_lets_a_handshake_through) {
  run([](Runtime& runtime) -> Task<void> {
    transport::MemoryPipe pipe = transport::make_memory_pipe();
    pipe.first = protect(runtime, std::move(pipe.first), kKey);
    pipe.second = protect(runtime, std::move(pipe.second), kKey);
    const SecurityPtr dialer = make_noise(runtime, key_of(1), {});
    const SecurityPtr listener = make_noise(runtime, key_of(2), {});
    const Outcome outcome = co_await secure_both(runtime, std::move(pipe), *dialer, *listener);
    EXPECT_TRUE(outcome.both());
  });
}

TEST(PresharedKey, files_of_all_encodings_are_read) {
  const std::string hex = to_hex(kKey.bytes);
  const std::string head = "/key/swarm/psk/1.0.0/\n";
  const std::string binary(runtime::text_of(kKey.bytes));
  for (const std::string& text : {
           head + "/base16/\n" + hex,
           head + "/base16/\n" + hex + "\n",
           "/key/swarm/psk/1.0.0/\r\n/base16/\r\n" + hex + "\r\n",
           head + "/base16/\n1B27556473E985D462CD51197A9A46C76009549EAC6474F206C4EE0844F68389\n",
           head + "/base64/\nGydVZHPphdRizVEZeppGx2AJVJ6sZHTyBsTuCET2g4k=\n",
           head + "/bin/\n" + binary,
       }) {
    const auto key = PresharedKey::from_file_text(text);
    ASSERT_TRUE(key) << text;
    EXPECT_EQ(to_hex(key->bytes), hex);
  }
}

TEST(PresharedKey, what_is_no_swarm_key_file_is_refused) {
  const std::string hex = to_hex(kKey.bytes);
  const std::string head = "/key/swarm/psk/1.0.0/\n";
  for (const std::string& text : {
           std::string(),
           std::string("/key/swarm/psk/1.0.0/"),
           head,
           head + "/base16/\n",
           "/key/swarm/psk/2.0.0/\n/base16/\n" + hex,
           head + "/base32/\n" + hex,
           head + "/base16/\n" + hex.substr(1),
           head + "/base16/\n" + hex.substr(2),
           head + "/base16/\n" + hex + "00",
           head + "/base16/\n" + hex.substr(1) + "g",
           head + "/base16/\n" + hex + "\nmore",
           head + "/base64/\n" + hex,
           head + "/base64/\nGydVZHPphdRizVEZeppGx2AJVJ6sZHTyBsTuCET2g4k\n",
           head + "/bin/\n" + hex,
           head + "/bin/\n" + std::string(31, 'x'),
           head + "/base16/\n" + std::string(kPresharedFileBytesMax, '0'),
       }) {
    const auto key = PresharedKey::from_file_text(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error(), Errc::bad_preshared_key);
    EXPECT_FALSE(key.error().detail().empty());
  }
}

}  // namespace
}  // namespace quern::security
