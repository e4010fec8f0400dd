// Two Yamux sessions that talk to each other over a pipe in memory.
#pragma once
#include <memory>
#include <optional>
#include <utility>

#include "overlay/muxer/yamux.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/transport/memory.hpp"
#include "tests/overlay/security/plain_records.hpp"

namespace quern::muxer {

inline std::unique_ptr<security::SecureStream> plain_channel(runtime::StreamPtr wire) {
  return std::make_unique<security::SecureStream>(std::move(wire), std::make_unique<security::PlainRecords>(),
                                                  runtime::ByteView());
}

// Both sessions run until stop(), or until one of them ends.
class SessionPair {
 public:
  SessionPair(runtime::Runtime& runtime, runtime::StreamPtr dialer_wire, runtime::StreamPtr listener_wire,
              const YamuxConfig& dialer_config = {}, const YamuxConfig& listener_config = {})
      : dialer(make_yamux(runtime, plain_channel(std::move(dialer_wire)), negotiation::Role::dialer, dialer_config)),
        listener(
            make_yamux(runtime, plain_channel(std::move(listener_wire)), negotiation::Role::listener, listener_config)),
        group_(runtime.executor()) {
    group_.spawn(run(dialer, dialer_end));
    group_.spawn(run(listener, listener_end));
  }
  static std::unique_ptr<SessionPair> in_memory(runtime::Runtime& runtime, const YamuxConfig& dialer_config = {},
                                                const YamuxConfig& listener_config = {}) {
    auto pipe = transport::make_memory_pipe();
    return std::make_unique<SessionPair>(runtime, std::move(pipe.first), std::move(pipe.second), dialer_config,
                                         listener_config);
  }

  // Waits until both have ended by themselves.
  runtime::Task<void> join() { return group_.join(); }
  runtime::Task<void> stop() { return group_.stop(); }

  SessionPtr dialer;
  SessionPtr listener;
  std::optional<runtime::Error> dialer_end;
  std::optional<runtime::Error> listener_end;

 private:
  static runtime::Task<void> run(SessionPtr session, std::optional<runtime::Error>& end) {
    end = co_await session->run();
  }

  runtime::TaskGroup group_;
};

}  // namespace quern::muxer
