// Commands about the host and its connections: info addrs listen dial identify connections peers waitPeer hangup.
#pragma once
#include "overlay/host.hpp"
#include "tests/peer/command.hpp"
#include "tests/peer/events.hpp"

namespace quern::peer {

// Host and events outlive the table's tasks.
void add_host_commands(CommandTable& table, overlay::Host& host, Events& events);

}  // namespace quern::peer
