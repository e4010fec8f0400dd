// A Yamux stream as applications hold it.
#pragma once
#include <memory>
#include <span>

#include "overlay/muxer/yamux_session.hpp"

namespace quern::muxer {

// Bytes that arrive while a read waits go straight into its buffer.
class YamuxHandle final : public MuxedStream, public StreamUser {
 public:
  YamuxHandle(std::shared_ptr<YamuxSession> session, YamuxStreamPtr stream);
  ~YamuxHandle() override;
  YamuxHandle(const YamuxHandle&) = delete;
  YamuxHandle& operator=(const YamuxHandle&) = delete;

  runtime::Task<runtime::Result<std::size_t>> read_some(std::span<std::byte> out) override;
  runtime::Task<runtime::Result<void>> wait_readable() override;
  runtime::Result<std::size_t> try_read(std::span<std::byte> out) override;
  runtime::Task<runtime::Result<void>> write(std::span<const std::byte> data) override;
  runtime::Result<std::size_t> try_write(std::span<const std::byte> data) override;
  void shutdown_write() noexcept override;
  void close() noexcept override;
  void abort() noexcept override;
  std::uint32_t id() const override { return stream_->id; }
  std::uint64_t bytes_in() const override { return stream_->bytes_in; }
  std::uint64_t bytes_out() const override { return stream_->bytes_out; }

  std::span<std::byte> space() override;
  void filled(std::size_t bytes) override;
  void readable() override { reader_.wake(); }
  void writable() override { writer_.wake(); }

 private:
  std::shared_ptr<YamuxSession> session_;
  YamuxStreamPtr stream_;
  runtime::Waiter reader_;
  runtime::Waiter writer_;
  std::span<std::byte> target_;  // of the read that waits
  std::size_t filled_ = 0;       // of it
};

}  // namespace quern::muxer
