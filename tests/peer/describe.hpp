// Values of the overlay as the JSON that replies and events show.
#pragma once
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "overlay/connection/events.hpp"
#include "overlay/identity/peer_id.hpp"
#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/protocols/identify.hpp"
#include "overlay/runtime/time.hpp"

namespace quern::peer {

boost::json::array texts(const std::vector<multiformats::Multiaddr>& addresses);
boost::json::array texts(const std::vector<std::string>& words);
boost::json::object describe(const connection::ConnectionInfo& connection);
boost::json::object describe(const protocols::PeerInfo& info);
double milliseconds(runtime::Duration duration);
double seconds(runtime::Duration duration);
// {"count","min","p50","p99","max"}, in milliseconds. Not empty.
boost::json::object statistics(std::vector<runtime::Duration> trips);

}  // namespace quern::peer
