// A secure channel as a stream, and the fast way in for a muxer.
#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "overlay/runtime/runtime.hpp"
#include "overlay/security/security.hpp"

namespace quern::security {

// Owns the wire. Two ways of use, one after the other: as a Stream, to negotiate the muxer; then by the muxer with
// receive(), seal() and flush(), which hold no buffer while the connection is idle and copy nothing but what encryption
// copies anyway.
class SecureStream final : public runtime::Stream {
 public:
  SecureStream(runtime::StreamPtr wire, std::unique_ptr<RecordCodec> codec, runtime::Bytes unread);
  ~SecureStream() override;

  runtime::Task<runtime::Result<std::size_t>> read_some(std::span<std::byte> out) override;
  runtime::Task<runtime::Result<void>> wait_readable() override;
  runtime::Result<std::size_t> try_read(std::span<std::byte> out) override;
  runtime::Task<runtime::Result<void>> write(std::span<const std::byte> data) override;
  void shutdown_write() noexcept override;
  void close() noexcept override;
  void abort() noexcept override;

  // Waits for bytes and gives all plaintext that can be had without waiting again to `sink`, up to kReceiveBytesMax.
  // One receive at a time. As read_some() and RecordCodec::open().
  runtime::Task<runtime::Result<void>> receive(PlaintextSink& sink);
  static constexpr std::size_t kReceiveBytesMax = 256 << 10;

  std::size_t plaintext_per_record() const;
  // Encrypts onto the output, which flush() sends. The caller bounds it by unsent().
  runtime::Result<void> seal(runtime::ByteView head, runtime::ByteView body);
  std::size_t unsent() const;
  // Writes what was sealed before the call, and what is sealed while it runs, until nothing is left. One at a time.
  runtime::Task<runtime::Result<void>> flush();

  // Bytes on the wire so far.
  std::uint64_t wire_bytes_in() const;
  std::uint64_t wire_bytes_out() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quern::security
