// Failures of the overlay's own protocols.
#pragma once
#include <string>
#include <system_error>
#include <type_traits>

namespace quern::protocols {

enum class Errc {
  bad_message = 1,    // not what the protocol allows: the detail says what
  message_too_large,  // above the limit that the detail names
  rate_limited,       // the peer, or this node, has no tokens left for such a request: try later
  remote_failure,     // the peer answered that it failed: the detail is its text
};
std::error_code make_error_code(Errc code);

}  // namespace quern::protocols

template <>
struct std::is_error_code_enum<quern::protocols::Errc> : std::true_type {};
