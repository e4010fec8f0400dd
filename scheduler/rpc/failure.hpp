// Why a call failed, as the caller is told: a code to react to, and what a person needs to know and can do.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <system_error>

#include <boost/json/value.hpp>

#include "overlay/runtime/result.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::rpc {

// The numbers on the wire. The first five are those of JSON-RPC 2.0.
enum class Code : std::int32_t {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
  refused = -32000,       // a rule of the market: `reason` is a name of model::Reason
  unauthorized = -32001,  // log in first
  limit_reached = -32002,
  not_found = -32003,  // no such job, peer, topic
  failed = -32004,     // the outside did not play along: the detail says what
};
// "parse_error"; "server_error" for numbers that are not in the list.
std::string_view name_of(Code code);

// The error object of JSON-RPC. Its `data` is {"reason", "detail", "remedy"}; the last two only where there is one.
struct Failure {
  Code code = Code::failed;
  std::string message;  // a sentence without a full stop
  std::string reason;   // a name of model::Reason, or of the code
  std::string detail;   // values, limits, names; at most kDetailBytesMax
  std::string remedy;
  bool operator==(const Failure&) const = default;
};
inline constexpr std::size_t kDetailBytesMax = 2048;

Failure failure(Code code, std::string detail = {}, std::string remedy = {});
// A rule of the market: text and remedy are those of the list of reasons.
Failure refusal(const model::Why& why);
// "calls_per_second: 501 of 500"
Failure limit_failure(std::string_view limit, std::size_t value, std::size_t allowed);
// For what a handler met on its way: not_found, limit_reached, or failed.
Failure failure_of(const runtime::Error& error);

// What a method answers.
using Answer = std::expected<boost::json::value, Failure>;
// Shorthand for `return fail(Code::not_found, "job 17");`
std::unexpected<Failure> fail(Code code, std::string detail = {}, std::string remedy = {});
std::unexpected<Failure> refuse(model::Reason reason, std::string detail = {});

// "limit_reached: too much is asked for (calls_per_second: 501 of 500); ask more slowly"
std::string to_text(const Failure& failure);

boost::json::value to_json(const Failure& failure);
// Also of servers that are not this one: absent parts are empty. runtime::Errc::system when it is no error object.
runtime::Result<Failure> failure_from_json(const boost::json::value& error);

}  // namespace quern::rpc
