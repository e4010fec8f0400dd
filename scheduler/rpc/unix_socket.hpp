// JSON-RPC over a Unix socket: one message a line. Who may connect is decided by the system: the socket's file has mode
// 0600, and the other process must run as this user or as root.
#pragma once
#include <filesystem>
#include <memory>

#include "scheduler/rpc/message_stream.hpp"

namespace quern::rpc {

inline constexpr std::size_t kSocketPathBytesMax = 107;  // of the system

class UnixListener {
 public:
  // Makes the socket's file, and its folder (0700) where there is none. A file left behind by a process that is gone is
  // replaced. Errc::address_in_use when somebody listens there, or when the file is no socket; too_large for the path;
  // system.
  static runtime::Result<std::unique_ptr<UnixListener>> listen(const runtime::Executor& executor,
                                                               const std::filesystem::path& path);
  // Removes the file, if it is still the one it made.
  ~UnixListener();
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;

  // The next connection. Errc::refused, with the peer's name, for one that may not; limit_reached when the process has
  // no file descriptor left; closed. After any but the last: call it again.
  runtime::Task<runtime::Result<MessageStreamPtr>> accept();

 private:
  struct State;
  explicit UnixListener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Errc::not_found when there is no such file, refused when nobody listens or this user may not, too_large, system.
runtime::Task<runtime::Result<MessageStreamPtr>> connect_unix(runtime::Executor executor, std::filesystem::path path);

}  // namespace quern::rpc
