#include "overlay/connection/counted_stream.hpp"

#include <exception>
#include <utility>

#include "overlay/runtime/deadline.hpp"

namespace quern::connection {

using runtime::Result;
using runtime::Task;

namespace {

class CountedStream : public PeerStream {
 public:
  CountedStream(runtime::StreamPtr inner, StreamOrigin origin, StreamReservation reservation, TrafficMeter meter)
      : inner_(std::move(inner)),
        origin_(std::move(origin)),
        reservation_(std::move(reservation)),
        meter_(std::move(meter)) {}
  // What ends because its task failed or was cancelled is broken off: half of a message must not look like a whole one.
  ~CountedStream() override {
    if (std::uncaught_exceptions() > 0) inner_->abort();
  }
  CountedStream(const CountedStream&) = delete;
  CountedStream& operator=(const CountedStream&) = delete;

  Task<Result<std::size_t>> read_some(std::span<std::byte> out) override {
    // What is there already costs no second coroutine.
    auto size = inner_->try_read(out);
    if (size && *size == 0) size = co_await inner_->read_some(out);
    if (size) meter_.read(*size);
    co_return size;
  }
  Task<Result<void>> wait_readable() override { return inner_->wait_readable(); }
  Result<std::size_t> try_read(std::span<std::byte> out) override {
    auto size = inner_->try_read(out);
    if (size && *size > 0) meter_.read(*size);
    return size;
  }
  Task<Result<void>> write(std::span<const std::byte> data) override {
    auto written = co_await inner_->write(data);
    if (written && !data.empty()) meter_.wrote(data.size());
    co_return written;
  }
  Result<std::size_t> try_write(std::span<const std::byte> data) override {
    auto size = inner_->try_write(data);
    if (size && *size > 0) meter_.wrote(*size);
    return size;
  }
  void shutdown_write() noexcept override { inner_->shutdown_write(); }
  void close() noexcept override { inner_->close(); }
  void abort() noexcept override { inner_->abort(); }

  const identity::PeerId& peer() const override { return origin_.peer; }
  const std::string& protocol() const override { return origin_.protocol; }
  std::uint64_t connection() const override { return origin_.connection; }
  bool inbound() const override { return origin_.inbound; }
  Task<Result<void>> agreed() override { co_return Result<void>(); }

 private:
  runtime::StreamPtr inner_;
  StreamOrigin origin_;
  StreamReservation reservation_;
  TrafficMeter meter_;
};

class LazilyAgreedStream final : public CountedStream {
 public:
  // `lazy` is what `inner` owns.
  LazilyAgreedStream(negotiation::LazyStream& lazy, runtime::StreamPtr inner, StreamOrigin origin,
                     StreamReservation reservation, TrafficMeter meter, runtime::Clock& clock,
                     runtime::Duration timeout)
      : CountedStream(std::move(inner), std::move(origin), std::move(reservation), std::move(meter)),
        lazy_(lazy),
        clock_(clock),
        timeout_(timeout) {}

  Task<Result<void>> agreed() override { return runtime::with_timeout(clock_, timeout_, lazy_.finish()); }

 private:
  negotiation::LazyStream& lazy_;  // the stream inside
  runtime::Clock& clock_;
  runtime::Duration timeout_;
};

}  // namespace

PeerStreamPtr make_counted(runtime::StreamPtr stream, StreamOrigin origin, StreamReservation reservation,
                           TrafficMeter meter) {
  return std::make_unique<CountedStream>(std::move(stream), std::move(origin), std::move(reservation),
                                         std::move(meter));
}

PeerStreamPtr make_counted(std::unique_ptr<negotiation::LazyStream> stream, StreamOrigin origin,
                           StreamReservation reservation, TrafficMeter meter, runtime::Clock& clock,
                           runtime::Duration timeout) {
  negotiation::LazyStream& lazy = *stream;
  return std::make_unique<LazilyAgreedStream>(lazy, std::move(stream), std::move(origin), std::move(reservation),
                                              std::move(meter), clock, timeout);
}

}  // namespace quern::connection
