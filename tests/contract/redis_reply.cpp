#include "tests/contract/redis_reply.hpp"

#include <charconv>

namespace quern::contract {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

using Parsed = runtime::Result<std::optional<RedisReply>>;

Parsed refuse(std::string what) {
  return runtime::fail(runtime::Errc::system, "redis: " + std::move(what));
}

Parsed incomplete(std::string_view text) {
  if (text.size() > kReplyBytesMax) return refuse("a reply of more than " + std::to_string(kReplyBytesMax) + " bytes");
  return std::nullopt;
}

// `line` is the reply's first line, without its type; `head` the bytes up to the end of that line.
Parsed parse_bulk(std::string_view text, std::string_view line, std::size_t head) {
  long size = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size);
  if (error != std::errc{} || end != line.data() + line.size() || size < -1) return refuse("a length that is none");
  if (size == -1) return RedisReply{.value = std::nullopt, .bytes = head};
  const auto length = static_cast<std::size_t>(size);
  if (length > kReplyBytesMax) return refuse("a value of " + std::to_string(length) + " bytes");
  if (text.size() < head + length + kLineEnd.size()) return std::nullopt;
  if (text.substr(head + length, kLineEnd.size()) != kLineEnd) return refuse("a value longer than it says");
  return RedisReply{.value = std::string(text.substr(head, length)), .bytes = head + length + kLineEnd.size()};
}

}  // namespace

runtime::Result<std::optional<RedisReply>> parse_reply(std::string_view text) {
  const auto end = text.find(kLineEnd);
  if (end == std::string_view::npos) return incomplete(text);
  if (end == 0) return refuse("an empty reply");
  const std::string_view line = text.substr(1, end - 1);
  const std::size_t head = end + kLineEnd.size();
  switch (text.front()) {
    case '+':
      return RedisReply{.value = std::string(line), .bytes = head};
    case '$':
      return parse_bulk(text, line, head);
    case '-':
      return refuse(std::string(line));
    default:
      return refuse("a reply of an unexpected kind");
  }
}

std::string command_text(std::initializer_list<std::string_view> words) {
  std::string text = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string_view word : words) {
    text += "$" + std::to_string(word.size()) + "\r\n";
    text += word;
    text += kLineEnd;
  }
  return text;
}

}  // namespace quern::contract
