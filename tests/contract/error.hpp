// Why a contract program failed.
#pragma once
#include <string>
#include <system_error>
#include <type_traits>

namespace quern::contract {

enum class Errc {
  bad_environment = 1,  // the detail names the variable, its value and what is allowed
  bad_reply,            // not RESP, or above a limit of resp.hpp
  refused_by_redis,     // the detail is what Redis says
};
std::error_code make_error_code(Errc code);

}  // namespace quern::contract

template <>
struct std::is_error_code_enum<quern::contract::Errc> : std::true_type {};
