// A Yamux session at work: carries bytes between a secure channel, the core that knows the rules, and the applications'
// coroutines.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "overlay/muxer/yamux.hpp"
#include "overlay/muxer/yamux_core.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::muxer {

// Two coroutines for a connection: one opens what arrives, one writes what was sealed; both wait without a buffer while
// nothing happens. Everything that was sealed in a turn of the executor leaves in one write.
class YamuxSession final : public Session,
                           public FrameOutput,
                           public security::PlaintextSink,
                           public std::enable_shared_from_this<YamuxSession> {
 public:
  YamuxSession(runtime::Runtime& runtime, std::unique_ptr<security::SecureStream> wire, negotiation::Role role,
               const YamuxConfig& config);
  ~YamuxSession() override;
  YamuxSession(const YamuxSession&) = delete;
  YamuxSession& operator=(const YamuxSession&) = delete;

  runtime::Task<runtime::Error> run() override;
  runtime::Task<runtime::Result<MuxedStreamPtr>> open() override;
  runtime::Task<runtime::Result<MuxedStreamPtr>> accept() override;
  void close(runtime::Duration patience) override;
  runtime::Task<runtime::Result<runtime::Duration>> ping() override;
  SessionStats stats() const override;

  // For the streams.
  YamuxCore& core() { return core_; }
  runtime::Time now() { return runtime_.clock().now(); }
  void wake_writer() {
    if (!reader_writes_ && core_.has_output()) writer_.wake();
  }

  std::size_t frame_bytes_max() const override;
  void seal(runtime::ByteView head, runtime::ByteView body) override;
  std::size_t sealed() const override;
  runtime::Result<void> take(std::span<std::byte> plaintext) override;

 private:
  class Finish;
  runtime::Task<void> read_until_end();
  runtime::Task<void> write_frames();
  void on_alarm();
  void after_frames();
  void seal_waiting();
  void write_now();
  // The session is over because of `why`; nothing more is sent.
  void break_off(runtime::Error why);
  // The session is over because of `why`; what was written and a goodbye may leave for at most `patience`.
  void leave(GoAwayCode code, runtime::Error why, runtime::Duration patience);
  void wake_all();

  runtime::Runtime& runtime_;
  std::unique_ptr<security::SecureStream> wire_;  // null once run() has ended
  YamuxCore core_;
  bool begun_ = false;
  bool pinged_ = false;
  bool leaving_ = false;        // only what is sealed is still written
  bool left_ = false;           // and has been
  bool reader_writes_ = false;  // applications run with what they have read, and then the reader writes what they wrote
  std::size_t turn_bytes_ = 0;  // received since others had their turn
  std::optional<runtime::Error> ended_;
  std::optional<runtime::Error> seal_failure_;
  runtime::Timer alarm_;
  runtime::Timer patience_;
  runtime::Waiter writer_;
  runtime::Waiter acceptor_;
  runtime::Waiter leaver_;
  runtime::WaitQueue openers_;
  runtime::WaitQueue pingers_;
};

}  // namespace quern::muxer
