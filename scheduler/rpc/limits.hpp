// What the RPC lets its callers use. Refusals and the last words to a dropped caller name the limit as here.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace quern::rpc {

// 0 is a limit like any other: it allows nothing.
struct Limits {
  std::size_t connections = 64;
  std::size_t message_bytes = 4 << 20;  // of one that comes in
  std::size_t depth = 32;               // arrays and objects in each other
  std::size_t batch_calls = 64;         // in one message
  std::size_t calls_per_second = 1000;  // of a connection, and as many at once
  std::size_t calls_at_once = 64;       // of a connection; a batch counts as one
  std::size_t subscriptions = 64;       // of a connection
  std::size_t unsent_bytes = 16 << 20;  // of a connection; a caller that reads too slowly is dropped
  std::size_t malformed_messages = 16;  // of a connection, which is then dropped
  std::size_t login_attempts = 3;       // of a connection, which is then dropped
  bool operator==(const Limits&) const = default;
};

struct NamedLimit {
  std::string_view name;
  std::size_t Limits::* field;
  std::uint64_t least;
  std::uint64_t most;
  std::string_view text;  // for the configuration's page
};
inline constexpr std::array kLimits = {
    NamedLimit{"connections", &Limits::connections, 1, 4096, "connections at once, of both kinds, that may call"},
    NamedLimit{"message_bytes", &Limits::message_bytes, 4096, 256 << 20, "the largest message that is read"},
    NamedLimit{"depth", &Limits::depth, 4, 256, "arrays and objects in each other in a message"},
    NamedLimit{"batch_calls", &Limits::batch_calls, 1, 4096, "calls in one message"},
    NamedLimit{"calls_per_second", &Limits::calls_per_second, 1, 1'000'000, "calls a second of a connection"},
    NamedLimit{"calls_at_once", &Limits::calls_at_once, 1, 4096, "calls of a connection that run at once"},
    NamedLimit{"subscriptions", &Limits::subscriptions, 0, 4096, "topics that a connection follows"},
    NamedLimit{"unsent_bytes", &Limits::unsent_bytes, 65'536, 1 << 30,
               "bytes that wait for a slow reader before it is dropped"},
    NamedLimit{"malformed_messages", &Limits::malformed_messages, 1, 4096,
               "messages that are no requests before their sender is dropped"},
    NamedLimit{"login_attempts", &Limits::login_attempts, 1, 64, "wrong tokens before the sender is dropped"},
};
static_assert(kLimits.size() * sizeof(std::size_t) == sizeof(Limits), "a limit has no name");

}  // namespace quern::rpc
