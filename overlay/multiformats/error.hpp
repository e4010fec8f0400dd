// Why bytes or text are not what they claim to be.
#pragma once
#include <string>
#include <system_error>
#include <type_traits>

namespace quern::multiformats {

enum class Errc {
  truncated = 1,     // ends before its value does
  malformed,         // not of the form: the detail says what and where
  not_canonical,     // another, shorter form says the same: refused, because equal values must have equal bytes
  too_large,         // above a limit that the detail names
  unknown_protocol,  // a multiaddr component, multibase prefix or hash that is not in the table
};
std::error_code make_error_code(Errc code);

}  // namespace quern::multiformats

template <>
struct std::is_error_code_enum<quern::multiformats::Errc> : std::true_type {};
