// Replies of a Redis server (RESP version 2), as far as GET and SET get them.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "overlay/runtime/result.hpp"

namespace quern::contract {

inline constexpr std::size_t kReplyBytesMax = 64 << 10;

struct RedisReply {
  std::optional<std::string> value;  // of a simple or bulk string; absent for the null bulk string
  std::size_t bytes = 0;             // how much of the text it was
};

// The reply at the start of `text`; nullopt when more of it has to come. runtime::Errc::system: an error the server
// tells, a reply of another kind, or one above kReplyBytesMax.
runtime::Result<std::optional<RedisReply>> parse_reply(std::string_view text);

// A command as the server reads it.
std::string command_text(std::initializer_list<std::string_view> words);

}  // namespace quern::contract
