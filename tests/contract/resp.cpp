#include "tests/contract/resp.hpp"

#include <charconv>
#include <utility>

#include "tests/contract/error.hpp"

namespace quern::contract {

using runtime::fail;
using runtime::Result;

namespace {

constexpr std::string_view kEnd = "\r\n";
constexpr std::size_t kLineMax = 1024;  // of a simple string, error or number

// Takes a reply off the front of bytes, or finds that they are not all there: nullopt.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  Result<std::optional<Reply>> reply(std::size_t depth) {
    auto head = line();
    if (!head) return std::unexpected(std::move(head).error());
    if (!*head) return std::nullopt;
    if ((*head)->empty()) return fail(Errc::bad_reply, "an empty line");
    const std::string_view rest = (*head)->substr(1);
    switch ((*head)->front()) {
      case '+':
        return Reply{.kind = Reply::Kind::text, .text = std::string(rest)};
      case '-':
        return Reply{.kind = Reply::Kind::error, .text = std::string(rest)};
      case ':':
        return number(rest);
      case '$':
        return bulk(rest);
      case '*':
        return array(rest, depth);
      default:
        return fail(Errc::bad_reply, "a line that begins with none of +-:$*");
    }
  }

  std::size_t left() const { return bytes_.size(); }

 private:
  // Without its end.
  Result<std::optional<std::string_view>> line() {
    const std::size_t end = bytes_.substr(0, kLineMax + kEnd.size()).find(kEnd);
    if (end != std::string_view::npos) {
      const std::string_view out = bytes_.substr(0, end);
      bytes_.remove_prefix(end + kEnd.size());
      return out;
    }
    if (bytes_.size() >= kLineMax + kEnd.size())
      return fail(Errc::bad_reply, "a line of more than " + std::to_string(kLineMax));
    return std::nullopt;
  }

  static Result<std::int64_t> parse(std::string_view digits) {
    std::int64_t out = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (failed == std::errc() && end == digits.data() + digits.size()) return out;
    return fail(Errc::bad_reply, "not a number: " + std::string(digits));
  }

  // -1 to `most`, where -1 stands for null.
  static Result<std::int64_t> length(std::string_view digits, std::size_t most) {
    auto out = parse(digits);
    if (out && (*out < -1 || *out > static_cast<std::int64_t>(most)))
      return fail(Errc::bad_reply, "a length of " + std::string(digits) + ", above " + std::to_string(most));
    return out;
  }

  static Result<std::optional<Reply>> number(std::string_view digits) {
    const auto value = parse(digits);
    if (!value) return std::unexpected(value.error());
    return Reply{.kind = Reply::Kind::number, .number = *value};
  }

  Result<std::optional<Reply>> bulk(std::string_view digits) {
    const auto size = length(digits, kReplyTextMax);
    if (!size) return std::unexpected(size.error());
    if (*size < 0) return Reply{};
    const auto bytes = static_cast<std::size_t>(*size);
    if (bytes_.size() < bytes + kEnd.size()) return std::nullopt;
    if (bytes_.substr(bytes, kEnd.size()) != kEnd) return fail(Errc::bad_reply, "a string longer than it says");
    Reply out{.kind = Reply::Kind::text, .text = std::string(bytes_.substr(0, bytes))};
    bytes_.remove_prefix(bytes + kEnd.size());
    return out;
  }

  Result<std::optional<Reply>> array(std::string_view digits, std::size_t depth) {
    const auto size = length(digits, kReplyItemsMax);
    if (!size) return std::unexpected(size.error());
    if (*size < 0) return Reply{};
    if (depth == kReplyDepthMax) return fail(Errc::bad_reply, "arrays nested too deep");
    Reply out{.kind = Reply::Kind::array};
    for (std::int64_t i = 0; i < *size; ++i) {
      auto item = reply(depth + 1);
      if (!item) return item;
      if (!*item) return std::nullopt;
      out.items.push_back(**std::move(item));
    }
    return out;
  }

  std::string_view bytes_;
};

}  // namespace

std::string encode_command(const std::vector<std::string>& words) {
  std::string out = "*" + std::to_string(words.size());
  out += kEnd;
  for (const std::string& word : words) {
    out += "$" + std::to_string(word.size());
    out += kEnd;
    out += word;
    out += kEnd;
  }
  return out;
}

Result<std::optional<ReadReply>> read_reply(std::string_view bytes) {
  Reader reader(bytes);
  auto reply = reader.reply(0);
  if (!reply) return std::unexpected(std::move(reply).error());
  if (!*reply) return std::nullopt;
  return ReadReply{.reply = **std::move(reply), .size = bytes.size() - reader.left()};
}

}  // namespace quern::contract
