#include "tests/peer/command.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "tests/peer/error.hpp"

namespace quern::peer {

namespace json = boost::json;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

constexpr std::size_t kDepthMax = 8;  // of nested objects and arrays in a line

bool is_id(const json::value& value) {
  return value.is_null() || value.is_number() || value.is_string();
}

bool is_for_all(std::string_view argument) {
  return argument == "id" || argument == "cmd" || argument == "timeout";
}

}  // namespace

void CommandTable::add(std::string name, std::vector<std::string> arguments, Handler handler) {
  commands_[std::move(name)] = {.arguments = std::move(arguments), .handler = std::move(handler)};
}

json::object CommandTable::list() const {
  json::object out;
  for (const auto& [name, command] : commands_)
    out[name] = json::array(command.arguments.begin(), command.arguments.end());
  return out;
}

std::expected<Request, BadLine> CommandTable::read(std::string_view line) const {
  boost::system::error_code failed;
  const json::value parsed = json::parse(line, failed, {}, {.max_depth = kDepthMax});
  if (failed) return std::unexpected(BadLine{{}, runtime::Error(Errc::bad_line, failed.message())});
  if (!parsed.is_object()) return std::unexpected(BadLine{{}, runtime::Error(Errc::bad_line, "not a JSON object")});
  const json::object& object = parsed.get_object();
  json::value id;
  if (const auto* given = object.if_contains("id")) id = *given;
  if (!is_id(id))
    return std::unexpected(BadLine{{}, runtime::Error(Errc::bad_line, "the id is neither a number nor text")});
  auto request = check(object);
  if (!request) return std::unexpected(BadLine{std::move(id), std::move(request).error()});
  request->id = std::move(id);
  return *std::move(request);
}

Result<Request> CommandTable::check(const json::object& line) const {
  const json::value* name = line.if_contains("cmd");
  if (name == nullptr || !name->is_string()) return fail(Errc::bad_line, "it has no text \"cmd\"");
  const auto command = commands_.find(std::string_view(name->get_string()));
  if (command == commands_.end()) return fail(Errc::unknown_command, std::string(name->get_string()));
  const auto& known = command->second.arguments;
  for (const auto& [argument, value] : line) {
    if (!is_for_all(argument) && std::ranges::find(known, std::string_view(argument)) == known.end())
      return fail(Errc::bad_argument, command->first + " has no " + std::string(argument));
  }
  Arguments arguments(line);
  const auto default_ms = std::chrono::duration_cast<std::chrono::milliseconds>(kTimeout).count();
  const auto timeout = arguments.number("timeout", static_cast<std::uint64_t>(default_ms), kTimeoutMaxMs);
  if (!timeout) return std::unexpected(timeout.error());
  return Request{.id = {},
                 .command = command->first,
                 .arguments = std::move(arguments),
                 .timeout = std::chrono::milliseconds(*timeout)};
}

Task<Result<json::object>> CommandTable::run(Request request) const {
  return commands_.find(request.command)->second.handler(std::move(request.arguments));
}

}  // namespace quern::peer
