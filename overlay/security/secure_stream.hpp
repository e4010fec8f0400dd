// A secure channel as a stream, and the fast way in for a muxer.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "overlay/runtime/runtime.hpp"
#include "overlay/security/security.hpp"

namespace quern::security {

// Owns the wire. Two ways of use, one after the other: as a Stream, to negotiate the muxer; then by the muxer with
// receive(), seal() and flush(), which hold no buffer while the connection is idle and copy nothing but what encryption
// copies anyway. The buffers are the thread's: one stream is used, and destroyed, on one thread.
class SecureStream final : public runtime::Stream {
 public:
  // `unread`: wire bytes that came behind the handshake. `unsent`: the last of the handshake, which goes first.
  SecureStream(runtime::StreamPtr wire, std::unique_ptr<RecordCodec> codec, runtime::ByteView unread,
               runtime::ByteView unsent = {});
  ~SecureStream() override;

  runtime::Task<runtime::Result<std::size_t>> read_some(std::span<std::byte> out) override;
  runtime::Task<runtime::Result<void>> wait_readable() override;
  runtime::Result<std::size_t> try_read(std::span<std::byte> out) override;
  runtime::Task<runtime::Result<void>> write(std::span<const std::byte> data) override;
  // At most one record; what the wire does not take of that now is kept and goes before the next.
  runtime::Result<std::size_t> try_write(std::span<const std::byte> data) override;
  // The channel's own goodbye (TLS) leaves before the end of the wire, if the wire takes it without waiting.
  void shutdown_write() noexcept override;
  void close() noexcept override;
  void abort() noexcept override;

  // Waits until bytes can be opened and gives their plaintext to `sink`: about kTurnBytes at a time, more when many
  // connections of this thread are busy. What is left then is given by the next call, which does not wait. One receive
  // at a time. As read_some() and RecordCodec::open().
  runtime::Task<runtime::Result<void>> receive(PlaintextSink& sink);
  static constexpr std::size_t kTurnBytes = 66 << 10;  // of the wire: the longest record of any codec fits

  std::size_t plaintext_per_record() const;
  // Encrypts onto the output, which flush() sends. The caller bounds it by sealed().
  runtime::Result<void> seal(runtime::ByteView head, runtime::ByteView body);
  // Bytes that were sealed and nobody has begun to write; and those with the ones that are being written.
  std::size_t sealed() const;
  std::size_t unsent() const;
  // Writes what was sealed before the call; what is sealed meanwhile is the next one's. One at a time.
  runtime::Task<runtime::Result<void>> flush();
  // The same as far as the wire takes it without waiting; a flush() must follow while unsent() is not 0. Does nothing
  // while one is under way.
  runtime::Result<void> try_flush();

  // Bytes on the wire so far.
  std::uint64_t wire_bytes_in() const;
  std::uint64_t wire_bytes_out() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quern::security
