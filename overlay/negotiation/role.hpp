// Which side of a connection this is.
#pragma once
#include <cstdint>

namespace quern::negotiation {

// Who dialed proposes first, in every layer.
enum class Role : std::uint8_t { dialer, listener };

}  // namespace quern::negotiation
