// JSON-RPC 2.0 messages (jsonrpc.org/specification), read and written. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "overlay/runtime/result.hpp"
#include "scheduler/rpc/failure.hpp"
#include "scheduler/rpc/limits.hpp"

namespace quern::rpc {

// A string of at most kIdBytesMax, an integer of 64 bits, or null. Other numbers are refused: they could not be given
// back as they came.
using Id = boost::json::value;
inline constexpr std::size_t kIdBytesMax = 256;
inline constexpr std::size_t kMethodBytesMax = 128;

struct Request {
  std::string method;
  boost::json::value params;  // an object or an array; null when there are none
  std::optional<Id> id;       // none: a notification, which is never answered
  bool operator==(const Request&) const = default;
};

// What should have been a request, and the error to answer it with. The id is null where it could not be read.
struct Malformed {
  Id id;
  Failure failure;
};

struct Incoming {
  std::vector<std::variant<Request, Malformed>> items;  // one at least
  bool batch = false;                                   // the answers go into an array
};

// Never fails: what is wrong is an item. Limits: message_bytes, depth, batch_calls.
Incoming read_message(std::string_view text, const Limits& limits);

struct Response {
  Id id;
  Answer answer;
};
// What a server says to a client: an answer, or a notification. runtime::Errc::system: neither.
runtime::Result<std::variant<Response, Request>> read_reply(std::string_view text, std::size_t depth_max);

std::string to_text(const Request& request);
std::string to_text(const Response& response);
// Answers to a batch; empty when there are none, and then nothing is sent.
std::string to_text(const std::vector<Response>& responses);

}  // namespace quern::rpc
