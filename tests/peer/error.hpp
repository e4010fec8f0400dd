// What a command is answered with when it fails.
#pragma once
#include <string_view>
#include <system_error>
#include <type_traits>

#include <boost/json/object.hpp>

#include "overlay/runtime/result.hpp"

namespace quern::peer {

enum class Errc {
  bad_line = 1,       // not a JSON object with a command, or an id that is neither number nor text
  line_too_long,      // above kLineBytesMax
  unknown_command,    // `help` lists them
  bad_argument,       // missing, unknown, or not of the form: the detail names it
  too_many_commands,  // kCommandsMax are under way
  too_many_streams,   // left open by `stream`
  too_much_data,      // more came back than a reply holds
  wrong_bytes,        // other bytes came back than were sent
  stopped,            // this program ends
};
std::error_code make_error_code(Errc code);

// A name for programs that stays the same: "timed_out", "unknown_protocol".
std::string_view name_of(const std::error_code& code);
// {"name":...,"message":...}
boost::json::object describe(const runtime::Error& error);

}  // namespace quern::peer

template <>
struct std::is_error_code_enum<quern::peer::Errc> : std::true_type {};
