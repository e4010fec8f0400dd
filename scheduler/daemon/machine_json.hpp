// This machine, its devices and its work as callers see them (docs/openrpc.json).
#pragma once
#include <boost/json/object.hpp>

#include "scheduler/daemon/node.hpp"

namespace quern::daemon {

boost::json::object machine_json(const Node& node);
boost::json::object device_json(const Node& node, const NodeDevice& device);
boost::json::object work_json(const engagement::Provider::UnderWay& work);
boost::json::object preferences_json(const Node& node);
// 32 of 0-9a-f.
std::optional<jobs::DemandId> demand_from(std::string_view text);

}  // namespace quern::daemon
