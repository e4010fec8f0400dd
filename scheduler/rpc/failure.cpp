#include "scheduler/rpc/failure.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json/object.hpp>

namespace quern::rpc {

namespace json = boost::json;

namespace {

struct CodeText {
  Code code;
  std::string_view name;
  std::string_view message;
};
constexpr auto kCodes = std::to_array<CodeText>({
    {Code::parse_error, "parse_error", "the message is not JSON"},
    {Code::invalid_request, "invalid_request", "the message is not a JSON-RPC 2.0 request"},
    {Code::method_not_found, "method_not_found", "there is no such method"},
    {Code::invalid_params, "invalid_params", "the parameters do not fit the method"},
    {Code::internal_error, "internal_error", "the daemon met a defect of its own"},
    {Code::refused, "refused", "the daemon refuses"},
    {Code::unauthorized, "unauthorized", "the caller has not shown the token"},
    {Code::limit_reached, "limit_reached", "too much is asked for"},
    {Code::not_found, "not_found", "there is no such thing"},
    {Code::failed, "failed", "it could not be done"},
});
constexpr CodeText kUnknown{Code::failed, "server_error", "the server reports an error"};

const CodeText& text_of(Code code) {
  const auto* const found = std::ranges::find(kCodes, code, &CodeText::code);
  return found == kCodes.end() ? kUnknown : *found;
}

// Cut where a character of UTF-8 begins.
std::string bounded(std::string text) {
  if (text.size() <= kDetailBytesMax) return text;
  std::size_t size = kDetailBytesMax - 3;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  text.resize(size);
  return text + "...";
}

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* const found = object.if_contains(key);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

}  // namespace

std::string_view name_of(Code code) {
  return text_of(code).name;
}

Failure failure(Code code, std::string detail, std::string remedy) {
  const CodeText& text = text_of(code);
  return {code, std::string(text.message), std::string(text.name), bounded(std::move(detail)), std::move(remedy)};
}

Failure refusal(const model::Why& why) {
  const model::ReasonText& text = model::text_of(why.reason);
  return {Code::refused, std::string(text.text), std::string(text.name), bounded(why.detail), std::string(text.remedy)};
}

Failure limit_failure(std::string_view limit, std::size_t value, std::size_t allowed) {
  return failure(Code::limit_reached,
                 std::string(limit) + ": " + std::to_string(value) + " of " + std::to_string(allowed),
                 "ask for less, or raise rpc.limits." + std::string(limit));
}

Failure failure_of(const runtime::Error& error) {
  if (error == runtime::Errc::not_found) return failure(Code::not_found, error.detail());
  if (error == runtime::Errc::limit_reached) return failure(Code::limit_reached, error.detail());
  if (error == runtime::Errc::no_space) return refusal({model::Reason::disk_full, error.detail()});
  return failure(Code::failed, error.message());
}

std::unexpected<Failure> fail(Code code, std::string detail, std::string remedy) {
  return std::unexpected(failure(code, std::move(detail), std::move(remedy)));
}

std::unexpected<Failure> refuse(model::Reason reason, std::string detail) {
  return std::unexpected(refusal({reason, std::move(detail)}));
}

std::string to_text(const Failure& failure) {
  std::string text = (failure.reason.empty() ? std::string(name_of(failure.code)) : failure.reason);
  text += ": " + failure.message;
  if (!failure.detail.empty()) text += " (" + failure.detail + ")";
  if (!failure.remedy.empty()) text += "; " + failure.remedy;
  return text;
}

json::value to_json(const Failure& failure) {
  json::object data{{"reason", failure.reason}};
  if (!failure.detail.empty()) data.emplace("detail", failure.detail);
  if (!failure.remedy.empty()) data.emplace("remedy", failure.remedy);
  return json::object{
      {"code", std::to_underlying(failure.code)}, {"message", failure.message}, {"data", std::move(data)}};
}

runtime::Result<Failure> failure_from_json(const json::value& error) {
  const json::object* const object = error.if_object();
  const json::value* const code = object ? object->if_contains("code") : nullptr;
  const json::value* const message = object ? object->if_contains("message") : nullptr;
  const bool usable =
      code && code->is_int64() && std::in_range<std::int32_t>(code->get_int64()) && message && message->is_string();
  if (!usable) return runtime::fail(runtime::Errc::system, "an error object without a code or a message");
  Failure failure{.code = static_cast<Code>(code->get_int64()), .message = text_at(*object, "message")};
  const json::value* const data = object->if_contains("data");
  if (!data) return failure;
  if (const json::object* const parts = data->if_object()) {
    failure.reason = text_at(*parts, "reason");
    failure.detail = bounded(text_at(*parts, "detail"));
    failure.remedy = text_at(*parts, "remedy");
  } else if (data->is_string()) {
    failure.detail = bounded(std::string(data->get_string()));
  }
  return failure;
}

}  // namespace quern::rpc
