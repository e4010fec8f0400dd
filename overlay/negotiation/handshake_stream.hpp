// The wire while two ends shake hands: short messages, each of which the other end answers or has already begun to.
#pragma once
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/stream.hpp"

namespace quern::negotiation {

// Sends what is written only before it waits for bytes, and reads more than it is asked for: a message of several small
// writes leaves in one packet, and one of several small reads costs one. Not for more than a handshake: beyond
// kUnsentMax it sends at once.
class HandshakeStream final : public runtime::Stream {
 public:
  static constexpr std::size_t kUnsentMax = 16 << 10;
  static constexpr std::size_t kReadBytes = 2 << 10;

  // What outlives the handshake: to be read before, and sent before, all that is still to come.
  struct Carry {
    runtime::Bytes unread;
    runtime::Bytes unsent;
  };

  // `wire` and `carry` outlive it; it does not close the wire when it dies.
  HandshakeStream(runtime::Stream& wire, Carry& carry) : wire_(wire), carry_(carry) {}

  runtime::Task<runtime::Result<std::size_t>> read_some(std::span<std::byte> out) override;
  runtime::Task<runtime::Result<void>> wait_readable() override;
  runtime::Result<std::size_t> try_read(std::span<std::byte> out) override;
  runtime::Task<runtime::Result<void>> write(std::span<const std::byte> data) override;
  // These send first what the wire takes without waiting.
  void shutdown_write() noexcept override;
  void close() noexcept override;
  void abort() noexcept override { wire_.abort(); }

 private:
  runtime::Task<runtime::Result<void>> flush();
  void send_now() noexcept;

  runtime::Stream& wire_;
  Carry& carry_;
};

}  // namespace quern::negotiation
