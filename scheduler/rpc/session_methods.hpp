// The methods that every server has, whatever the daemon adds: rpc.discover, auth.login, subscribe, unsubscribe.
#pragma once
#include <string>

#include "scheduler/rpc/registry.hpp"

namespace quern::rpc {

inline constexpr std::string_view kLoginMethod = "auth.login";

// What a server says unasked. "topic.changed": {topic, from, version, patch}; "topic.ended": {topic};
// "connection.closing": the members of an error object, as the last message.
inline constexpr std::string_view kTopicChanged = "topic.changed";
inline constexpr std::string_view kTopicEnded = "topic.ended";
inline constexpr std::string_view kConnectionClosing = "connection.closing";

// The registry must outlive its calls and stay where it is: rpc.discover describes it as it then is.
void add_session_methods(Registry& registry, std::string version);

}  // namespace quern::rpc
