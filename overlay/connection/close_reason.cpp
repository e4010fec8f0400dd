#include "overlay/connection/close_reason.hpp"

#include "overlay/muxer/muxer.hpp"
#include "overlay/security/security.hpp"
#include "overlay/transport/transport.hpp"

namespace quern::connection {

std::string_view name_of(CloseReason reason) {
  switch (reason) {
    case CloseReason::remote_closed:
      return "remote_closed";
    case CloseReason::remote_reset:
      return "remote_reset";
    case CloseReason::local_closed:
      return "local_closed";
    case CloseReason::host_stopped:
      return "host_stopped";
    case CloseReason::trimmed:
      return "trimmed";
    case CloseReason::duplicate:
      return "duplicate";
    case CloseReason::denied:
      return "denied";
    case CloseReason::peer_silent:
      return "peer_silent";
    case CloseReason::protocol_violation:
      return "protocol_violation";
    case CloseReason::over_memory:
      return "over_memory";
  }
  return "unknown";
}

CloseReason reason_of(const runtime::Error& ended) {
  if (ended == runtime::Errc::end_of_stream || ended == muxer::Errc::going_away) return CloseReason::remote_closed;
  if (ended == runtime::Errc::closed) return CloseReason::local_closed;
  if (ended == muxer::Errc::peer_silent) return CloseReason::peer_silent;
  if (ended == muxer::Errc::memory_limit || ended == runtime::Errc::limit_reached) return CloseReason::over_memory;
  if (ended == muxer::Errc::bad_frame || ended == muxer::Errc::stream_limit) return CloseReason::protocol_violation;
  if (ended.code().category() == make_error_code(security::Errc::bad_record).category()) {
    return CloseReason::protocol_violation;
  }
  if (ended.code().category() == make_error_code(transport::Errc::bad_frame).category()) {
    return CloseReason::protocol_violation;
  }
  // reset, timed_out, unreachable and whatever else the system has for a broken connection
  return CloseReason::remote_reset;
}

}  // namespace quern::connection
