// What sealing and opening records costs, beside the bare cipher on pieces of the same size in the same run, and what a
// whole handshake costs. Prints CPU time.
//
//   bench_record_codecs [MEBIBYTES]      plaintext a figure; 256 when not said
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "overlay/runtime/simulation/world.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/security/aead.hpp"
#include "overlay/security/noise.hpp"
#include "overlay/security/noise_records.hpp"
#include "overlay/security/tls.hpp"
#include "overlay/security/tls_records.hpp"
#include "overlay/transport/memory.hpp"

namespace quern::security {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::RawBytes;

constexpr std::size_t kHeaderBytes = 12;  // of a Yamux frame
constexpr std::size_t kRounds = 5;
constexpr std::size_t kBatchBytes = 256 << 10;  // sealed before it would be written

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

struct Counter final : PlaintextSink {
  runtime::Result<void> take(std::span<std::byte> plaintext) override {
    bytes += plaintext.size();
    return {};
  }
  std::size_t bytes = 0;
};

// The cipher alone, in place, on a buffer that stays in the cache as a codec's does.
double bare(Cipher cipher, std::size_t piece, std::size_t total) {
  const Bytes key(key_bytes(cipher));
  Sealer sealer(cipher, key);
  Bytes buffer(kBatchBytes + piece);
  std::uint64_t records = 0;
  const double start = cpu_ns();
  for (std::size_t done = 0; done < total;) {
    for (std::size_t at = 0; at + piece + kTagBytes <= buffer.size() && done < total; at += piece + kTagBytes) {
      sealer.begin(noise_nonce(records++));
      sealer.add(ByteView(buffer).subspan(at, piece), buffer.data() + at);
      sealer.finish(buffer.data() + at + piece);
      done += piece;
    }
  }
  return (cpu_ns() - start) / (static_cast<double>(total) / 1024);
}

struct Costs {
  double seal = 1e18;
  double open = 1e18;
};

Costs codec_costs(RecordCodec& from, RecordCodec& to, std::size_t piece, std::size_t total) {
  const Bytes header(kHeaderBytes);
  const Bytes body(piece - kHeaderBytes);
  RawBytes wire;
  wire.reserve(2 * kBatchBytes);
  Counter counter;
  double sealing = 0;
  double opening = 0;
  for (std::size_t done = 0; done < total;) {
    wire.clear();
    const double start = cpu_ns();
    for (; wire.size() < kBatchBytes && done < total; done += piece) {
      if (!from.seal(header, body, wire)) std::abort();
    }
    const double sealed = cpu_ns();
    if (to.open(wire, counter) != wire.size()) std::abort();
    opening += cpu_ns() - sealed;
    sealing += sealed - start;
  }
  const double kibibytes = static_cast<double>(counter.bytes) / 1024;
  return {sealing / kibibytes, opening / kibibytes};
}

struct Pair {
  std::unique_ptr<RecordCodec> from;
  std::unique_ptr<RecordCodec> to;
};
Pair noise_pair() {
  const NoiseKeys keys;
  return {make_noise_records(keys), make_noise_records(keys)};
}
Pair tls_pair(Cipher cipher) {
  const TlsSecrets secrets{.cipher = cipher, .send = {}, .receive = {}};
  return {make_tls_records(negotiation::Role::dialer, secrets), make_tls_records(negotiation::Role::listener, secrets)};
}

void compare(const char* name, Cipher cipher, const std::function<Pair()>& make, std::size_t total) {
  for (const std::size_t piece : {std::size_t{1} << 10, std::size_t{4} << 10, std::size_t{16} << 10}) {
    double cipher_alone = 1e18;
    Costs best;
    for (std::size_t round = 0; round < kRounds; ++round) {  // side by side: what else runs meets all alike
      const Pair pair = make();
      const Costs costs = codec_costs(*pair.from, *pair.to, piece, total);
      best = {std::min(best.seal, costs.seal), std::min(best.open, costs.open)};
      cipher_alone = std::min(cipher_alone, bare(cipher, piece, total));
    }
    std::printf("%-24s %6zu B   seal %6.1f   open %6.1f   bare cipher %6.1f ns/KiB   x %.2f / %.2f\n", name, piece,
                best.seal, best.open, cipher_alone, best.seal / cipher_alone, best.open / cipher_alone);
  }
}

using Make = SecurityPtr (*)(runtime::Runtime&, const identity::PrivateKey&, std::vector<std::string>);

runtime::Task<void> secure_one(SecurityProtocol& protocol, runtime::StreamPtr wire, negotiation::Role role) {
  const auto secured = co_await protocol.secure(std::move(wire), role, std::nullopt);
  if (!secured) std::abort();
}

runtime::Task<void> handshakes(runtime::Runtime& runtime, const char* name, Make make) {
  constexpr std::size_t kCount = 500;
  const SecurityPtr dialer = make(runtime, identity::PrivateKey::generate(runtime), {"/yamux/1.0.0"});
  const SecurityPtr listener = make(runtime, identity::PrivateKey::generate(runtime), {"/yamux/1.0.0"});
  double best = 1e18;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const double start = cpu_ns();
    for (std::size_t i = 0; i < kCount; ++i) {
      transport::MemoryPipe pipe = transport::make_memory_pipe();
      runtime::TaskGroup group(runtime.executor());
      group.spawn(secure_one(*dialer, std::move(pipe.first), negotiation::Role::dialer));
      group.spawn(secure_one(*listener, std::move(pipe.second), negotiation::Role::listener));
      co_await group.join();
    }
    best = std::min(best, (cpu_ns() - start) / kCount / 1000);
  }
  std::printf("%-24s handshake, both sides together: %.0f us\n", name, best);
}

int run(std::size_t total) {
  compare("noise", Cipher::chacha20_poly1305, noise_pair, total);
  const auto tls_128 = [] { return tls_pair(Cipher::aes_128_gcm); };
  const auto tls_256 = [] { return tls_pair(Cipher::aes_256_gcm); };
  compare("tls aes-128-gcm", Cipher::aes_128_gcm, tls_128, total);
  compare("tls aes-256-gcm", Cipher::aes_256_gcm, tls_256, total);
  simulation::World world({});
  world.add_node({}, [](runtime::Runtime& runtime) -> runtime::Task<void> {
    co_await handshakes(runtime, "noise", make_noise);
    co_await handshakes(runtime, "tls", make_tls);
  });
  world.run_until(runtime::Time{} + std::chrono::hours(1));
  return 0;
}

}  // namespace
}  // namespace quern::security

int main(int count, char** arguments) {
  const long mebibytes = count > 1 ? std::strtol(arguments[1], nullptr, 10) : 256;
  return quern::security::run(static_cast<std::size_t>(std::max(1L, mebibytes)) << 20);
}
